/** The ways in and out: both wait for the turn of the epoch, and are claimed after it. */
import { TOKEN_2022, vaultDeposit, vaultWithdraw } from '@bastion/client';
import { createNoopSigner, type Instruction } from '@solana/kit';
import { useState } from 'react';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { walletOf } from '../../chain/account';
import { decimal, parse } from '../../chain/format';
import { refusalOf } from '../../chain/levels';
import { isCutOff, shareWalletOf, worthOf, type VaultView } from '../../chain/vaults';
import { ChainButton } from '../../ui/chain-button';
import { Fact, Facts, NumberField, Panel, Segmented } from '../../ui/kit';
import { useAction } from '../../ui/use-action';
import { Claims } from './claims';
import { assetOf } from './words';

type Way = 'deposit' | 'withdraw';
const CUT_OFF = 'The epoch’s result can be known: queues open again at its turn.';

export function Queue({ view, again }: { view: VaultView; again: () => void }) {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const action = useAction();
  const [way, setWay] = useState<Way>('deposit');
  const [text, setText] = useState('');
  const { vault, keys, shares, epochs } = view;
  const [epoch] = epochs;
  const asset = assetOf(view, session.config.symbol);
  const decimals = way === 'deposit' ? asset.decimals : vault.shareDecimals;
  const amount = parse(text, decimals);
  const inWallet = (keys.mint === snapshot.market.baseMint ? snapshot.holder?.baseAtoms : snapshot.holder?.quoteAtoms) ?? 0n;
  const last = epochs.find(({ sharePriceE12 }) => sharePriceE12 > 0n);
  const { depositMinAtoms, capacityAtoms } = vault.mandate;
  const held = view.trading === undefined ? 0n : keys.mint === snapshot.market.baseMint ? view.trading.baseAtoms : view.trading.quoteAtoms;
  const room = capacityAtoms - held - (epoch?.depositAtoms ?? 0n);
  const showShares = (count: bigint) => decimal(count, vault.shareDecimals, 3);
  const error =
    text === '' ? undefined
    : amount === undefined ? `A number with at most ${decimals} decimals, please.`
    : way === 'withdraw' ? (amount > shares ? `You hold ${showShares(shares)} shares. Lower the amount.` : undefined)
    : amount > inWallet ? `Your wallet holds ${asset.show(inWallet)}. Lower the amount, or get more first.`
    : amount < depositMinAtoms ? `The least deposit is ${asset.show(depositMinAtoms)}.`
    : amount > room ? `The vault has room for ${asset.show(room > 0n ? room : 0n)} more.`
    : undefined;
  const level = refusalOf(session.engine, snapshot, way);
  const cutOff = epoch !== undefined && isCutOff(epoch, snapshot.unixS) ? CUT_OFF : undefined;
  const reason = level ?? cutOff ?? error ?? (amount === undefined || amount === 0n ? 'Enter an amount.' : undefined);
  const build = async (): Promise<Instruction[]> => {
    if (wallet === undefined || amount === undefined || epoch === undefined) return [];
    const step = { keys, epoch: epoch.number, owner: createNoopSigner(wallet.owner) };
    return way === 'deposit'
      ? [await vaultDeposit(step, await walletOf(wallet.owner, keys.mint), amount)]
      : [await vaultWithdraw(step, await shareWalletOf(keys, wallet.owner), amount)];
  };
  const run = async () => {
    const words = way === 'deposit' ? `${text} ${asset.unit} wait for the turn of epoch ${epoch?.number}` : `${text} shares leave at the turn of epoch ${epoch?.number}`;
    if (await action.run(words, build)) {
      setText('');
      again();
    }
  };
  const most = way === 'deposit' ? inWallet : shares;
  return (
    <Panel title="In and out">
      <Facts>
        <Fact label="Your shares" hint={`Tokens of ${TOKEN_2022}`}>{showShares(shares)}{last && shares > 0n ? <span className="muted"> ≈ {asset.show(worthOf(shares, last.sharePriceE12))}</span> : null}</Fact>
        <Fact label="Waiting to join, of all">{asset.show(epoch?.depositAtoms ?? 0n)}</Fact>
        <Fact label="Waiting to leave, of all">{showShares(epoch?.withdrawShares ?? 0n)} of {showShares(vault.shares)} shares</Fact>
      </Facts>
      <Claims view={view} again={again} />
      <div className="transfer">
        <Segmented<Way> label="Direction" value={way} onChange={(to) => { setWay(to); setText(''); action.clear(); }} options={[{ value: 'deposit', text: 'Deposit' }, { value: 'withdraw', text: 'Withdraw' }]} />
        <NumberField
          label={way === 'deposit' ? 'Deposit' : 'Shares to leave with'}
          value={text}
          onChange={(to) => { action.clear(); setText(to); }}
          unit={way === 'deposit' ? asset.unit : 'shares'}
          error={error}
          hint={way === 'deposit' ? `At least ${asset.show(depositMinAtoms)}; your wallet holds ${asset.show(inWallet)}` : `You hold ${showShares(shares)}`}
          actions={<button type="button" className="button button-plain button-small" onClick={() => { action.clear(); setText(decimal(most, decimals).replace(/,/g, '')); }}>Max</button>}
        />
        <p className="field-hint">
          {way === 'deposit'
            ? 'It waits in escrow, becomes shares at the price of the turn, and can be taken back until the result can be known.'
            : 'Shares are burned at the turn; what they are worth, in both tokens, is then put aside for you.'}
        </p>
        <ChainButton action={action} reason={reason} onClick={() => void run()}>{way === 'deposit' ? 'Deposit in the vault' : 'Request the withdrawal'}</ChainButton>
      </div>
    </Panel>
  );
}
