/** Opening the margin account, and the first deposit with it. */
import { useState } from 'react';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { depositInstruction, openInstruction } from '../../chain/account';
import { parse, QUOTE_DECIMALS, usd } from '../../chain/format';
import { refusalOf } from '../../chain/levels';
import { ChainButton } from '../../ui/chain-button';
import { NumberField } from '../../ui/kit';
import { useAction } from '../../ui/use-action';

export function AccountOpener() {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const action = useAction();
  const [text, setText] = useState('1000');
  const available = snapshot.holder?.quoteAtoms ?? 0n;
  const amount = text === '' ? 0n : parse(text, QUOTE_DECIMALS);
  const error =
    amount === undefined ? 'A number with at most six decimals, please.' : amount > available ? `Your wallet holds ${usd(available)} USDC. Lower the amount, or get more first.` : undefined;
  const open = () =>
    void action.run('Your margin account is open', async () => {
      if (wallet === undefined || amount === undefined) return [];
      const opened = await openInstruction(snapshot, wallet.owner);
      return amount === 0n ? [opened] : [opened, await depositInstruction(snapshot, wallet.owner, snapshot.market.quoteMint, amount)];
    });
  return (
    <div className="opener">
      <p>Trading needs a margin account of your own in this market. Its tokens lie in the breaker’s custody, and only you can withdraw them.</p>
      <NumberField label="First deposit" value={text} onChange={setText} unit="USDC" hint={`In your wallet: ${usd(available)} USDC`} error={error} />
      <ChainButton action={action} reason={error ?? refusalOf(session.engine, snapshot, 'deposit')} onClick={open}>
        Open an account
      </ChainButton>
    </div>
  );
}
