/** uPlot in React: redrawn when data, size or theme change. */
import { useEffect, useRef } from 'react';
import uPlot, { type AlignedData, type Options } from 'uplot';
import 'uplot/dist/uPlot.min.css';

export const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function Plot({ data, options, height, label }: {
  data: AlignedData;
  /** Asked again whenever the plot is made: colours follow the theme. */
  options: () => Omit<Options, 'width' | 'height'>;
  height: number;
  /** What the picture says, for those who cannot see it. */
  label: string;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ data, options });
  latest.current = { data, options };
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot({ ...latest.current.options(), width: element.clientWidth, height }, latest.current.data, element);
    };
    make();
    const sizes = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    const themes = new MutationObserver(make);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
      plot.current?.destroy();
    };
  }, [height]);
  useEffect(() => plot.current?.setData(data), [data]);
  return <div ref={frame} className="plot" role="img" aria-label={label} style={{ height }} />;
}

export const axis = () => ({ size: 28, stroke: colour('muted'), font: '11px system-ui', ticks: { show: false }, grid: { stroke: colour('line'), width: 1 } });
