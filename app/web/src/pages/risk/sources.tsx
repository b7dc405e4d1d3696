/** The price and where it comes from: every source with its age, its width, and why it was not used. */
import { useSession, useSnapshot } from '../../app-context';
import { duration, number, percentE9, price, short } from '../../chain/format';
import { SEVERITIES } from '../../chain/levels';
import { Fact, Facts, Panel, Pill, Table } from '../../ui/kit';

const KINDS = ['', 'Pyth', 'Switchboard', 'Chainlink'] as const;
const TONES = ['good', 'warn', 'bad', 'bad'] as const;

export function Sources() {
  const { engine } = useSession();
  const { feed, unixS, slot } = useSnapshot();
  const age = (at: bigint) => (at === 0n ? 'never' : `${duration(unixS > at ? unixS - at : 0n)} ago`);
  const off = (e6: bigint) => (e6 === 0n || feed.priceE6 === 0n ? '–' : `${number(((Number(e6) - Number(feed.priceE6)) / Number(feed.priceE6)) * 100, 3)} %`);
  const root = (e12: bigint) => percentE9(BigInt(Math.round(Math.sqrt(Number(e12) / 1e12) * 1e9)));
  const serves = (purpose: 'newRisk' | 'reduceRisk' | 'withdraw') => engine.feedServes(feed, purpose, { unixS, slot });
  return (
    <Panel title="Price feed" aside={<Pill tone={TONES[feed.severity] ?? 'bad'}>{SEVERITIES[feed.severity] ?? 'Down'}</Pill>}>
      <Facts className="facts-grid">
        <Fact label="Price">{price(feed.priceE6, 4)} <span className="muted">± {price(feed.confidenceE6, 4)}</span></Fact>
        <Fact label="Refreshed">{age(feed.refreshedUnixS)}</Fact>
        <Fact label="Stable price">{price(feed.stableE6, 4)}</Fact>
        <Fact label="Mean of five minutes">{price(feed.emaE6, 4)}</Fact>
        <Fact label="Realised volatility, hour">{root(feed.variance1hE12)}</Fact>
        <Fact label="Realised volatility, day">{root(feed.variance24hE12)}</Fact>
        <Fact label="Good enough to open at">{serves('newRisk') ? 'yes' : 'no'}</Fact>
        <Fact label="Good enough to close at">{serves('reduceRisk') ? 'yes' : 'no'}</Fact>
      </Facts>
      <Table caption="Sources of the price">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col" className="end">Price</th>
            <th scope="col" className="end">±</th>
            <th scope="col" className="end">Off</th>
            <th scope="col" className="end">Weight</th>
            <th scope="col" className="end">Published</th>
            <th scope="col">Used</th>
          </tr>
        </thead>
        <tbody>
          {feed.sources.slice(0, feed.sourceCount).map((source) => (
            <tr key={source.address}>
              <th scope="row" title={source.address}>{KINDS[source.kind] ?? 'Unknown'} <span className="muted num">{short(source.address)}</span></th>
              <td className="end num">{price(source.priceE6, 4)}</td>
              <td className="end num">{price(source.halfWidthE6, 4)}</td>
              <td className="end num">{off(source.priceE6)}</td>
              <td className="end num">{(source.weightBps / 100).toFixed(0)} %</td>
              <td className="end num">{age(source.publishedUnixS)}</td>
              <td>{source.refusal === 0 ? <Pill tone="good">yes</Pill> : <Pill tone="bad">no</Pill>}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}
