/** Deposits and withdrawals of either token. */
import type { Holdings } from '@bastion/client';
import { useState } from 'react';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { depositInstruction, withdrawInstructions, type MarginFigures } from '../../chain/account';
import { BASE_DECIMALS, QUOTE_DECIMALS, decimal, parse } from '../../chain/format';
import { permissionOf, priceRefusal, refusalOf } from '../../chain/levels';
import { ChainButton } from '../../ui/chain-button';
import { Note, NumberField, Segmented } from '../../ui/kit';
import { useAction } from '../../ui/use-action';

type Token = 'quote' | 'base';
type Way = 'deposit' | 'withdraw';

export function Transfer({ held, margin }: { held: Holdings; margin: MarginFigures | undefined }) {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const action = useAction();
  const [way, setWay] = useState<Way>('deposit');
  const [token, setToken] = useState<Token>('quote');
  const [text, setText] = useState('');
  const decimals = token === 'quote' ? QUOTE_DECIMALS : BASE_DECIMALS;
  const unit = token === 'quote' ? 'USDC' : session.config.symbol;
  const mint = token === 'quote' ? snapshot.market.quoteMint : snapshot.market.baseMint;
  const inWallet = (token === 'quote' ? snapshot.holder?.quoteAtoms : snapshot.holder?.baseAtoms) ?? 0n;
  const most = way === 'deposit' ? inWallet : withdrawable(held, token, margin);
  const amount = parse(text, decimals);
  const error =
    text === ''
      ? undefined
      : amount === undefined
        ? `A number with at most ${decimals} decimals, please.`
        : amount > most
          ? way === 'deposit'
            ? `Your wallet holds ${decimal(inWallet, decimals, 4)} ${unit}. Lower the amount, or get more first.`
            : `At most ${decimal(most, decimals, 4)} ${unit} can leave now: the rest is needed as margin or is not there.`
          : undefined;
  const levelReason = refusalOf(session.engine, snapshot, way);
  // A flat account needs no price to leave.
  const priceReason = way === 'withdraw' && held.positions.length > 0 ? priceRefusal(session.engine, snapshot, true) : undefined;
  const reason = levelReason ?? priceReason ?? error ?? (amount === undefined || amount === 0n ? 'Enter an amount.' : undefined);
  const change = (to: string) => {
    action.clear();
    setText(to);
  };
  const run = async () => {
    const done = await action.run(`${way === 'deposit' ? 'Deposited' : 'Withdrawn'}: ${text} ${unit}`, async () => {
      if (wallet === undefined || amount === undefined) return [];
      return way === 'deposit' ? [await depositInstruction(snapshot, wallet.owner, mint, amount)] : withdrawInstructions(snapshot, wallet.owner, mint, amount);
    });
    if (done) setText('');
  };
  return (
    <div className="transfer">
      <div className="row transfer-choice">
        <Segmented<Way> label="Direction" value={way} onChange={(to) => { setWay(to); change(''); }} options={[{ value: 'deposit', text: 'Deposit' }, { value: 'withdraw', text: 'Withdraw' }]} />
        <Segmented<Token> label="Token" value={token} onChange={(to) => { setToken(to); change(''); }} options={[{ value: 'quote', text: 'USDC' }, { value: 'base', text: session.config.symbol }]} />
      </div>
      <NumberField
        label="Amount"
        value={text}
        onChange={change}
        unit={unit}
        error={error}
        hint={`At most ${decimal(most, decimals, token === 'quote' ? 2 : 4)} ${unit}`}
        actions={<button type="button" className="button button-plain button-small" onClick={() => change(decimal(most, decimals).replace(/,/g, ''))}>Max</button>}
      />
      {way === 'withdraw' && permissionOf(session.engine, snapshot, 'withdraw') === 'queued' && (
        <Note tone="warn">Withdrawals are queued at this level: you get a ticket, and anybody can have it paid to you once the queue has come to it.</Note>
      )}
      <ChainButton action={action} reason={reason} onClick={() => void run()}>
        {way === 'deposit' ? 'Deposit' : 'Withdraw'}
      </ChainButton>
    </div>
  );
}

/** What the balance and margin let leave: all of it from a flat account. */
function withdrawable({ quoteAtoms, baseAtoms, positions }: Holdings, token: Token, margin: MarginFigures | undefined): bigint {
  const balance = token === 'quote' ? quoteAtoms : baseAtoms;
  if (balance <= 0n) return 0n;
  if (positions.length === 0 || token === 'base') return balance;
  const free = margin?.initial ?? 0n;
  return free < 0n ? 0n : free < balance ? free : balance;
}
