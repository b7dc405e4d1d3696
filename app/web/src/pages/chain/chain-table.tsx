/** One expiry: calls to the left, puts to the right; one kind at a time on a phone. */
import type { OptionKind, PackageLeg, QuoteSide, margin } from '@bastion/client';
import { useState } from 'react';
import { price, strike, units } from '../../chain/format';
import { leftOf } from '../../chain/quotes';
import { Segmented, Table } from '../../ui/kit';
import type { SeriesView, StrikeView } from './series';

/** Strikes shown on either side of the price, unless all are asked for. */
const NEAR = 6;

type Pick = (strikeE6: bigint, kind: OptionKind, side: QuoteSide) => void;

export function ChainTable({ rows, spotE6, market, selected, onPick }: {
  rows: readonly StrikeView[];
  spotE6: bigint;
  market: margin.Market;
  selected: readonly PackageLeg[];
  onPick: Pick;
}) {
  const [all, setAll] = useState(false);
  const [kind, setKind] = useState<OptionKind>('call');
  const above = rows.findIndex(({ strikeE6 }) => strikeE6 > spotE6);
  const centre = above < 0 ? rows.length : above;
  const shown = all ? rows : rows.slice(Math.max(0, centre - NEAR), centre + NEAR);
  const isChosen = (of: SeriesView, side: QuoteSide) =>
    selected.length === 1 && selected[0]!.strikeE6 === of.strikeE6 && selected[0]!.kind === of.kind && selected[0]!.side === side;
  const cells = (of: SeriesView) => <SeriesCells key={of.kind} of={of} market={market} isChosen={isChosen} onPick={onPick} />;
  return (
    <div className={`chain show-${kind}`}>
      <div className="narrow-only">
        <Segmented label="Kind" value={kind} onChange={setKind} options={[{ value: 'call', text: 'Calls' }, { value: 'put', text: 'Puts' }]} />
      </div>
      <Table caption="Option chain: bids, asks, volatility and open interest by strike" className="chain-table">
        <thead>
          <tr className="wide-row">
            <th colSpan={5} scope="colgroup">Calls</th>
            <th />
            <th colSpan={5} scope="colgroup">Puts</th>
          </tr>
          <tr>
            <Heads of="call" />
            <th scope="col" className="strike">Strike</th>
            <Heads of="put" />
          </tr>
        </thead>
        <tbody>
          {shown.map(({ strikeE6, call, put }, at) => {
            const previous = shown[at - 1]?.strikeE6;
            const crossing = previous !== undefined && previous <= spotE6 && strikeE6 > spotE6;
            return (
              <tr key={String(strikeE6)} className={crossing ? 'crossing' : ''} data-strike={strike(strikeE6)}>
                {cells(call)}
                <th scope="row" className="strike num">{strike(strikeE6)}</th>
                {cells(put)}
              </tr>
            );
          })}
        </tbody>
      </Table>
      {rows.length > shown.length || all ? (
        <button type="button" className="button button-plain button-small" onClick={() => setAll(!all)}>
          {all ? 'Only strikes near the price' : `All ${rows.length} strikes`}
        </button>
      ) : null}
    </div>
  );
}

function Heads({ of }: { of: OptionKind }) {
  return (
    <>
      <th scope="col" className={of}>IV</th>
      <th scope="col" className={of}>Delta</th>
      <th scope="col" className={of}>Bid</th>
      <th scope="col" className={of}>Ask</th>
      <th scope="col" className={of} title="Open interest in units of the underlying">Open</th>
    </>
  );
}

function SeriesCells({ of, market, isChosen, onPick }: { of: SeriesView; market: margin.Market; isChosen: (of: SeriesView, side: QuoteSide) => boolean; onPick: Pick }) {
  const vol = of.surfaceVol ?? (of.askVol !== undefined && of.bidVol !== undefined ? (of.askVol + of.bidVol) / 2 : (of.askVol ?? of.bidVol));
  const quote = (side: QuoteSide) => {
    const [held, e6] = side === 'buy' ? [of.ask, of.askE6] : [of.bid, of.bidE6];
    if (held === undefined || e6 === undefined) return <span className="muted">–</span>;
    const size = units(leftOf(held), market.lotsPerUnit);
    return (
      <button
        type="button"
        className={`quote ${side === 'buy' ? 'ask' : 'bid'}`}
        aria-pressed={isChosen(of, side)}
        aria-label={`${side === 'buy' ? 'Buy' : 'Sell'} the ${of.kind} ${strike(of.strikeE6)} at ${price(e6)}, ${size} on offer`}
        title={`${size} on offer`}
        onClick={() => onPick(of.strikeE6, of.kind, side)}
      >
        {price(e6)}
      </button>
    );
  };
  return (
    <>
      <td className={`${of.kind} num muted`}>{vol === undefined ? '–' : `${vol.toFixed(0)}%`}</td>
      <td className={`${of.kind} num muted`}>{of.delta === undefined ? '–' : of.delta.toFixed(2).replace('-', '−')}</td>
      <td className={of.kind}>{quote('sell')}</td>
      <td className={of.kind}>{quote('buy')}</td>
      <td className={`${of.kind} num muted`}>{of.openLots === 0n ? '–' : units(of.openLots, market.lotsPerUnit)}</td>
    </>
  );
}
