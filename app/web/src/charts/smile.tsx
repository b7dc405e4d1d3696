/** Implied volatility by strike: the surface as a line, live quotes as points. */
import { useMemo } from 'react';
import { price } from '../chain/format';
import { axis, colour, Plot } from './plot';

export type SmilePoint = { strikeE6: bigint; surface: number | undefined; bid: number | undefined; ask: number | undefined };

const HEIGHT = 190;

export function Smile({ points }: { points: readonly SmilePoint[] }) {
  const data = useMemo(
    () =>
      [
        points.map(({ strikeE6 }) => Number(strikeE6) / 1e6),
        ...(['surface', 'bid', 'ask'] as const).map((name) => points.map((point) => point[name] ?? null)),
      ] as [number[], (number | null)[], (number | null)[], (number | null)[]],
    [points],
  );
  const known = points.filter(({ surface }) => surface !== undefined);
  const label =
    known.length > 0
      ? `Implied volatility of the surface: ${known.map(({ strikeE6, surface }) => `${price(strikeE6, 0)}: ${surface?.toFixed(0)} %`).join(', ')}`
      : 'Implied volatility of live quotes by strike';
  return (
    <figure className="figure">
      <Plot
        data={data}
        height={HEIGHT}
        label={label}
        options={() => ({
          legend: { show: false },
          cursor: { y: false },
          scales: { x: { time: false } },
          axes: [axis(), { ...axis(), size: 46, values: (_, ticks) => ticks.map((tick) => `${tick}%`) }],
          series: [
            {},
            { stroke: colour('accent'), width: 2, spanGaps: true, points: { show: false } },
            { stroke: 'transparent', paths: () => null, points: { show: true, size: 7, fill: colour('good'), stroke: colour('good') } },
            { stroke: 'transparent', paths: () => null, points: { show: true, size: 7, fill: colour('bad'), stroke: colour('bad') } },
          ],
        })}
      />
      <figcaption className="legend">
        <span><i className="swatch accent" /> surface</span>
        <span><i className="swatch good" /> bids</span>
        <span><i className="swatch bad" /> asks</span>
      </figcaption>
    </figure>
  );
}
