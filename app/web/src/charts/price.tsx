/** The underlying's price from the oracle's own buckets: the history that settlements are averaged from. */
import { useEffect, useRef } from 'react';
import type { IChartApi, ISeriesApi, UTCTimestamp } from 'lightweight-charts';
import type { oracle } from '@bastion/client';
import { price } from '../chain/format';
import { colour } from './plot';

const HEIGHT = 170;

type Chart = { api: IChartApi; series: ISeriesApi<'Area'> };

/** Means of the buckets that have any weight, oldest first. */
function means(feed: oracle.Feed): { time: UTCTimestamp; value: number }[] {
  return feed.buckets
    .filter(({ weightS, weightedPriceE6S }) => weightS > 0 && weightedPriceE6S > 0n)
    .map(({ number, weightS, weightedPriceE6S }) => ({
      time: (number * feed.bucketS) as UTCTimestamp,
      value: Number(weightedPriceE6S / BigInt(weightS)) / 1e6,
    }))
    .sort((left, right) => left.time - right.time);
}

function paint({ api, series }: Chart): void {
  api.applyOptions({
    layout: { background: { color: 'transparent' }, textColor: colour('muted'), fontSize: 11, attributionLogo: false },
    grid: { vertLines: { visible: false }, horzLines: { color: colour('line') } },
    rightPriceScale: { borderVisible: false },
    timeScale: { borderVisible: false, timeVisible: true, secondsVisible: true },
  });
  series.applyOptions({ lineColor: colour('accent'), topColor: colour('accent-soft'), bottomColor: 'transparent' });
}

export function PriceChart({ feed }: { feed: oracle.Feed }) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>(undefined);
  const latest = useRef(feed);
  latest.current = feed;
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    let gone = false;
    const themes = new MutationObserver(() => chart.current && paint(chart.current));
    // A large library for one picture: after everything else.
    void import('lightweight-charts').then(({ createChart, AreaSeries }) => {
      if (gone) return;
      const api = createChart(element, { height: HEIGHT, autoSize: true, handleScroll: false, handleScale: false });
      const series = api.addSeries(AreaSeries, { lineWidth: 2, priceLineVisible: false });
      chart.current = { api, series };
      paint(chart.current);
      series.setData(means(latest.current));
      api.timeScale().fitContent();
      themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    });
    return () => {
      gone = true;
      themes.disconnect();
      chart.current?.api.remove();
      chart.current = undefined;
    };
  }, []);
  useEffect(() => {
    chart.current?.series.setData(means(feed));
    chart.current?.api.timeScale().fitContent();
  }, [feed]);
  return <div ref={frame} className="price-chart" style={{ height: HEIGHT }} role="img" aria-label={`Price history, now ${price(feed.priceE6)}`} />;
}
