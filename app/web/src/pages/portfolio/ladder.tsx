/** Profit and loss of the book if price and volatility moved now, every option priced again. */
import type { Holdings } from '@bastion/client';
import { useMemo } from 'react';
import { useSession, useSnapshot } from '../../app-context';
import { scaleOf } from '../../chain/account';
import { price } from '../../chain/format';
import { Panel, Table } from '../../ui/kit';
import type { Row } from './values';

const PRICE_MOVES = [-40, -25, -15, -10, -5, 0, 5, 10, 15, 25, 40] as const;
const VOL_MOVES = [30, 0, -30] as const;

export function Ladder({ held, rows }: { held: Holdings; rows: readonly Row[] }) {
  const { engine } = useSession();
  const snapshot = useSnapshot();
  const spotE6 = snapshot.feed.priceE6;
  const cells = useMemo(() => {
    const scale = scaleOf(snapshot);
    const value = (priceMove: number, volMove: number): number | undefined => {
      const at = (spotE6 * BigInt(100 + priceMove)) / 100n;
      let sum = Number((held.baseAtoms * at) / scale.baseUnitAtoms);
      for (const { position, expiry, expired } of rows) {
        const units = Number(position.lots) / scale.lotsPerUnit;
        const seconds = position.expiryUnixS - snapshot.unixS;
        const surface = expiry?.surface;
        if (expired || seconds < 60n || surface === undefined) {
          const intrinsic = engine.valueAt({ quoteAtoms: 0n, baseAtoms: 0n, positions: [position] }, expiry?.settlementPriceE6 ?? at, scale);
          if (intrinsic === undefined) return undefined;
          sum += Number(intrinsic.payoff);
          continue;
        }
        // The smile stays where it is in strikes; the forward moves.
        const forward = engine.forward(at, surface.rateE9, seconds);
        const vol = engine.surfaceVol(surface, engine.forward(spotE6, surface.rateE9, seconds) ?? spotE6, position.strikeE6, seconds);
        const option = forward !== undefined && vol !== undefined ? engine.option(forward, position.strikeE6, bounded((vol * BigInt(100 + volMove)) / 100n), seconds) : undefined;
        if (option === undefined) return undefined;
        sum += (Number(position.isCall ? option.callE12 : option.putE12) / 1e6) * units;
      }
      return sum;
    };
    const now = value(0, 0);
    return VOL_MOVES.map((volMove) => PRICE_MOVES.map((priceMove) => { const moved = value(priceMove, volMove); return moved === undefined || now === undefined ? undefined : (moved - now) / 1e6; }));
  }, [engine, snapshot, held, rows]);
  const largest = Math.max(1, ...cells.flat().map((cell) => Math.abs(cell ?? 0)));
  return (
    <Panel title="Scenarios" aside={<span className="muted">Change of the account in USDC, now</span>}>
      <Table caption="Profit and loss by move of the price and of volatility" className="heat">
        <thead>
          <tr>
            <th scope="col">Vol</th>
            {PRICE_MOVES.map((move) => (
              <th key={move} scope="col" title={price((spotE6 * BigInt(100 + move)) / 100n)}>{`${move > 0 ? '+' : move < 0 ? '−' : ''}${Math.abs(move)}%`}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((line, at) => (
            <tr key={VOL_MOVES[at]}>
              <th scope="row">{`${(VOL_MOVES[at] ?? 0) > 0 ? '+' : (VOL_MOVES[at] ?? 0) < 0 ? '−' : ''}${Math.abs(VOL_MOVES[at] ?? 0)}%`}</th>
              {line.map((cell, index) => (
                <td key={PRICE_MOVES[index]} style={cell === undefined ? {} : { background: shade(cell, largest) }}>
                  {cell === undefined ? '–' : `${cell < 0 ? '−' : cell > 0 ? '+' : ''}${Math.abs(cell).toFixed(Math.abs(cell) < 100 ? 1 : 0)}`}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

const [VOL_MIN, VOL_MAX] = [50_000_000n, 5_000_000_000n];
const bounded = (vol: bigint) => (vol < VOL_MIN ? VOL_MIN : vol > VOL_MAX ? VOL_MAX : vol);

/** Deeper the larger, by the root: small changes stay visible. */
const shade = (cell: number, largest: number) =>
  `color-mix(in srgb, var(--${cell < 0 ? 'bad' : 'good'}) ${Math.round(Math.sqrt(Math.abs(cell) / largest) * 38)}%, transparent)`;
