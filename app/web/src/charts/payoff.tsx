/** Profit and loss at expiry over the price of the underlying. */
import type uPlot from 'uplot';
import { breakEvens, payoffCurve, type Position, type Scale } from '@bastion/client';
import { useMemo } from 'react';
import { useSession } from '../app-context';
import { price, signed, usd } from '../chain/format';
import { axis, colour, Plot } from './plot';

const STEPS = 60;
const HEIGHT = 150;

export function Payoff({ positions, costAtoms, spotE6, scale }: { positions: readonly Position[]; costAtoms: bigint; spotE6: bigint; scale: Scale }) {
  const { engine } = useSession();
  // The range moves with the spot in steps, so that the picture stands still between them.
  const middle = (spotE6 / 1_000_000n) * 1_000_000n;
  const key = positions.map(({ expiryUnixS, strikeE6, isCall, lots }) => `${expiryUnixS}/${strikeE6}/${isCall}/${lots}`).join();
  const curve = useMemo(() => {
    const strikes = positions.map(({ strikeE6 }) => strikeE6);
    const lowest = strikes.reduce((least, each) => (each < least ? each : least), middle);
    const highest = strikes.reduce((most, each) => (each > most ? each : most), middle);
    const range = { fromE6: (lowest * 80n) / 100n, toE6: (highest * 120n) / 100n, steps: STEPS };
    return payoffCurve(engine, positions, costAtoms, range, scale);
    // `key` stands for the positions, which are a new array at every render.
  }, [engine, key, costAtoms, middle, scale.lotsPerUnit, scale.baseUnitAtoms]);
  const data = useMemo(
    () => [curve.map((point) => Number(point.priceE6) / 1e6), curve.map((point) => Number(point.payoffAtoms) / 1e6)] as [number[], number[]],
    [curve],
  );
  const amounts = curve.map(({ payoffAtoms }) => payoffAtoms);
  const [least, most] = [amounts.reduce((low, each) => (each < low ? each : low), amounts[0] ?? 0n), amounts.reduce((high, each) => (each > high ? each : high), amounts[0] ?? 0n)];
  const crossings = breakEvens(curve);
  const words = `Profit at expiry from ${usd(least)} to ${usd(most)} USDC between ${price(curve[0]?.priceE6 ?? 0n, 0)} and ${price(curve.at(-1)?.priceE6 ?? 0n, 0)}`;
  return (
    <figure className="figure">
      <Plot
        data={data}
        height={HEIGHT}
        label={`${words}${crossings.length > 0 ? `; breaks even at ${crossings.map((at) => price(at)).join(' and ')}` : ''}`}
        options={() => ({
          legend: { show: false },
          cursor: { y: false, points: { show: false } },
          scales: { x: { time: false } },
          axes: [axis(), { ...axis(), size: 54, values: (_, ticks) => ticks.map((tick) => String(tick)) }],
          series: [{}, { stroke: colour('accent'), width: 2, fill: (plot) => shade(plot) }],
          hooks: { draw: [(plot) => spotLine(plot, Number(middle) / 1e6)] },
        })}
      />
      <figcaption>
        {crossings.length > 0 ? <>Breaks even at <b className="num">{crossings.map((at) => price(at)).join(', ')}</b>. </> : null}
        In view: <span className="num">{signed(usd(least))}</span> to <span className="num">{signed(usd(most))}</span> USDC
      </figcaption>
    </figure>
  );
}

/** Green above zero, red below. */
function shade(plot: uPlot): CanvasGradient | string {
  const { top, height } = plot.bbox;
  const zero = plot.valToPos(0, 'y', true);
  const at = Math.min(1, Math.max(0, (zero - top) / height));
  if (!Number.isFinite(at)) return 'transparent';
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, colour('good-soft'));
  gradient.addColorStop(at, colour('good-soft'));
  gradient.addColorStop(at, colour('bad-soft'));
  gradient.addColorStop(1, colour('bad-soft'));
  return gradient;
}

function spotLine(plot: uPlot, spot: number): void {
  const x = Math.round(plot.valToPos(spot, 'x', true));
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour('muted');
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
