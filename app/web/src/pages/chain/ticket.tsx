/** The ticket: what would be traded, at what cost, what it does to margin, and the button. */
import { InstructionRefused, margin, marginAccountAddress, packagePriceE6, takerCash, takerPositions, type Explanation, type PackageLeg } from '@bastion/client';
import { useEffect, useMemo, useState } from 'react';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { Payoff } from '../../charts/payoff';
import { heldBy, holdingsNow, marginOf, MODE_STANDARD, scaleOf, type MarginFigures } from '../../chain/account';
import { clockTime, dayMonth, parse, price, short, strike, units, usd } from '../../chain/format';
import { bestQuote, isClosing, orderFault, orderInstructions, type Order } from '../../chain/orders';
import { useStore } from '../../chain/store';
import { AccountOpener } from '../portfolio/account-opener';
import { ChainButton } from '../../ui/chain-button';
import { Empty, explained, Fact, Facts, NumberField, Panel, Pill, Problem } from '../../ui/kit';
import { useAction } from '../../ui/use-action';
import { preview } from '../../wallet/transact';

const SETTLE_MS = 350;
const SLOT_MS = 400;

type Outcome = { before: MarginFigures | undefined; after: MarginFigures | undefined; failure: Explanation | undefined };

export function Ticket({ legs, lots, onLots, onLegs }: {
  legs: readonly PackageLeg[];
  lots: string;
  onLots: (text: string) => void;
  onLegs: (legs: readonly PackageLeg[]) => void;
}) {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const book = useStore(session.quotes.store);
  const action = useAction();
  const packages = parse(lots, 0);
  const order: Order = { legs, packages: packages ?? 0n };
  const { quote } = legs.length > 0 ? bestQuote(book, order) : { quote: undefined };
  const scale = scaleOf(snapshot);
  const { lotsPerUnit, takerFeeBps, makerFeeBps } = snapshot.market;
  const cash = quote && packages ? takerCash(session.engine, quote.quote.legs, packages, { spotE6: snapshot.feed.priceE6, lotsPerUnit, takerFeeBps, makerFeeBps }) : undefined;
  const fault = legs.length === 0 ? undefined : packages === undefined ? 'Enter the size as a whole number of lots.' : orderFault(session, snapshot, book, order);
  const outcome = useOutcome(fault === undefined ? order : undefined);
  const positions = useMemo(() => (quote && packages ? takerPositions(quote.quote.legs, packages) : []), [quote?.key, packages]);

  if (legs.length === 0) {
    return (
      <Panel title="Ticket">
        <Empty title="Choose a price in the chain">Or start from a package below. Nothing is sent before you have seen what it does to your margin.</Empty>
      </Panel>
    );
  }
  const single = legs.length === 1 ? legs[0] : undefined;
  const held = heldBy(session.engine, snapshot);
  const closing = isClosing(order, held);
  const unitE6 = quote && packagePriceE6(quote.quote.legs);
  const noAccount = wallet !== undefined && snapshot.holder !== undefined && snapshot.holder.account === undefined;
  const tooPoor = cash && cash.takerAtoms < 0n && held && held.quoteAtoms + cash.takerAtoms < 0n && !closing
    ? `It costs ${usd(-cash.takerAtoms)} USDC, and your margin account holds ${usd(held.quoteAtoms)}. Deposit more, or lower the size.`
    : undefined;
  const reason = fault ?? tooPoor;
  const place = () =>
    void action.run(`${closing ? 'Closed' : single?.side === 'sell' ? 'Sold' : single ? 'Bought' : 'Traded'} ${words(legs, packages ?? 0n, lotsPerUnit)}`, async () => {
      if (wallet === undefined || quote === undefined) return [];
      return orderInstructions(session, snapshot, wallet.owner, quote, order.packages);
    });
  return (
    <Panel title={single ? 'Ticket' : `Ticket: ${legs.length} legs`} aside={closing ? <Pill tone="info">closes</Pill> : undefined}>
      <p className="order-words">{legs.map((leg, at) => <LegWords key={at} leg={leg} onFlip={single ? () => onLegs([{ ...leg, side: leg.side === 'buy' ? 'sell' : 'buy' }]) : undefined} />)}</p>
      <NumberField
        label="Size"
        value={lots}
        onChange={(text) => { action.clear(); onLots(text); }}
        unit={single ? 'lots' : 'packages'}
        hint={packages ? `${units(packages, lotsPerUnit)} ${session.config.symbol}${single ? '' : ' a leg of ratio 1'}` : `1 lot is ${units(1n, lotsPerUnit)} ${session.config.symbol}`}
        error={lots !== '' && packages === undefined ? 'A whole number of lots, please.' : undefined}
      />
      <Facts>
        <Fact label={unitE6 !== undefined && unitE6 < 0n ? 'Received for 1 unit' : 'Price for 1 unit'}>{unitE6 === undefined ? '–' : `${price(unitE6 < 0n ? -unitE6 : unitE6, 4)} USDC`}</Fact>
        <Fact label="Fee">{cash ? `${usd(cash.takerFeeAtoms, 4)} USDC` : '–'}</Fact>
        <Fact label={cash && cash.takerAtoms > 0n ? 'You receive' : 'You pay'}><b>{cash ? `${usd(cash.takerAtoms < 0n ? -cash.takerAtoms : cash.takerAtoms)} USDC` : '–'}</b></Fact>
        <Fact label="Maker" hint={quote?.quote.makerAccount}>
          {quote ? `${short(quote.quote.makerAccount)} · ${quote.proof.kind} · ends in ${Math.max(0, Math.round((Number(quote.quote.expirySlot - snapshot.slot) * SLOT_MS) / 1000))} s` : '–'}
        </Fact>
      </Facts>
      {quote && cash && packages ? <Payoff positions={positions} costAtoms={-cash.takerAtoms} spotE6={snapshot.feed.priceE6} scale={scale} /> : null}
      {wallet && held && <MarginChange outcome={outcome} waiting={fault === undefined} />}
      {noAccount ? (
        <AccountOpener />
      ) : (
        <>
          {outcome?.failure && reason === undefined && action.failure === undefined ? <Problem of={outcome.failure} /> : null}
          <ChainButton action={action} reason={reason} tone={single?.side === 'sell' ? 'bad' : 'good'} onClick={place}>
            {closing ? 'Close' : single ? (single.side === 'buy' ? 'Buy' : 'Sell') : 'Trade'} {packages ? words(legs, packages, lotsPerUnit) : ''}
          </ChainButton>
        </>
      )}
    </Panel>
  );
}

const words = (legs: readonly PackageLeg[], packages: bigint, lotsPerUnit: number): string => {
  const [leg] = legs;
  return legs.length === 1 && leg ? `${units(packages, lotsPerUnit)} × ${strike(leg.strikeE6)} ${leg.kind}` : `${units(packages, lotsPerUnit)} × ${legs.length} legs`;
};

function LegWords({ leg, onFlip }: { leg: PackageLeg; onFlip: (() => void) | undefined }) {
  return (
    <span className="leg-words">
      {onFlip ? (
        <button type="button" className={`side ${leg.side}`} onClick={onFlip} title="Change the side">{leg.side === 'buy' ? 'Buy' : 'Sell'}</button>
      ) : (
        <span className={`side ${leg.side}`}>{leg.side === 'buy' ? 'Buy' : 'Sell'} {leg.ratio > 1 ? `${leg.ratio} ×` : ''}</span>
      )}{' '}
      <b className="num">{strike(leg.strikeE6)}</b> {leg.kind} <span className="muted">{dayMonth(leg.expiryUnixS)} {clockTime(leg.expiryUnixS)}</span>
    </span>
  );
}

/** Margin as it is, and as the chain itself says it would be. */
function MarginChange({ outcome, waiting }: { outcome: Outcome | undefined; waiting: boolean }) {
  const figure = (of: bigint | undefined) => (of === undefined ? '–' : usd(of));
  return (
    <div className="margin-change" aria-live="polite">
      <table className="plain">
        <caption>Free margin (USDC)</caption>
        <thead><tr><th scope="col"><span className="visually-hidden">Kind</span></th><th scope="col">now</th><th scope="col">after</th></tr></thead>
        <tbody>
          {(['initial', 'maintenance'] as const).map((name) => (
            <tr key={name}>
              <th scope="row">{name === 'initial' ? 'To open' : 'To keep'}</th>
              <td className="num" data-margin={`${name}-before`}>{figure(outcome?.before?.[name])}</td>
              <td className="num" data-margin={`${name}-after`}>{outcome?.after ? figure(outcome.after[name]) : waiting && !outcome?.failure ? '…' : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the chain says the order would leave: simulated whenever the order or its quote changes, and has stood for a moment. */
function useOutcome(order: Order | undefined): Outcome | undefined {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const book = useStore(session.quotes.store);
  const quote = order && bestQuote(book, order).quote;
  const held = heldBy(session.engine, snapshot);
  const mode = snapshot.holder?.account?.mode ?? MODE_STANDARD;
  const before = useMemo(() => held && marginOf(session.engine, snapshot, held, { mode }), [session.engine, snapshot]);
  const [after, setAfter] = useState<Pick<Outcome, 'after' | 'failure'>>();
  const key = order && quote && wallet && held ? `${quote.key}/${order.packages}/${wallet.owner}/${snapshot.feed.priceE6}/${snapshot.holder?.account?.seq}/${mode}` : undefined;
  useEffect(() => {
    if (key === undefined || order === undefined || quote === undefined || wallet === undefined) return setAfter(undefined);
    let gone = false;
    const timer = setTimeout(() => {
      const ask = async (): Promise<Pick<Outcome, 'after' | 'failure'>> => {
        const account = await marginAccountAddress(session.market, wallet.owner);
        const instructions = await orderInstructions(session, snapshot, wallet.owner, quote, order.packages);
        // Portfolio margin depends on open interest, which the order changes.
        const times = new Set(order.legs.map(({ expiryUnixS }) => expiryUnixS));
        const traded = snapshot.expiries.filter(({ expiryUnixS }) => times.has(expiryUnixS)).map(({ address }) => address);
        const { accounts } = await preview(session, wallet, instructions, [account, ...traded]);
        const bytes = accounts.get(account);
        if (bytes === undefined) return { after: undefined, failure: undefined };
        const left = holdingsNow(session.engine, snapshot, margin.getMarginAccountDecoder().decode(bytes));
        return { after: marginOf(session.engine, snapshot, left, { mode, expiries: accounts }), failure: undefined };
      };
      ask()
        .catch((error: unknown): Pick<Outcome, 'after' | 'failure'> => ({ after: undefined, failure: error instanceof InstructionRefused || error instanceof Error ? explained(error) : undefined }))
        .then((answer) => { if (!gone) setAfter(answer); }, () => undefined);
    }, SETTLE_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
    // The key stands for everything the question depends on.
  }, [key]);
  return { before, after: after?.after, failure: after?.failure };
}
