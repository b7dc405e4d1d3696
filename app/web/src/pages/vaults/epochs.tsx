/** Every epoch shown: what it sold, for how much, and what a share was worth when it turned. */
import { useSession, useSnapshot } from '../../app-context';
import { date, decimal, dayMonth, price, strike, units, usd } from '../../chain/format';
import { phaseOf, realisedYield, type VaultView } from '../../chain/vaults';
import { Panel, Pill, Table } from '../../ui/kit';
import { PHASES, assetOf, percent } from './words';

export function Epochs({ view }: { view: VaultView }) {
  const { config } = useSession();
  const { market, unixS } = useSnapshot();
  const asset = assetOf(view, config.symbol);
  const changes = new Map(realisedYield(view.epochs).epochs.map(({ number, change }) => [number, change]));
  return (
    <Panel title="Epochs" aside={<span className="muted">Realised, never projected</span>}>
      <Table caption="Epochs of the vault, the current one first">
        <thead>
          <tr>
            <th scope="col">Epoch</th>
            <th scope="col">State</th>
            <th scope="col" className="end">Strike</th>
            <th scope="col" className="end">Sold</th>
            <th scope="col" className="end">Price</th>
            <th scope="col" className="end">Premium</th>
            <th scope="col" className="end">Share price ({asset.unit})</th>
            <th scope="col" className="end">Change</th>
          </tr>
        </thead>
        <tbody>
          {view.epochs.map((epoch) => {
            const phase = phaseOf(epoch, unixS);
            const change = changes.get(epoch.number);
            const sold = epoch.strikeE6 > 0n;
            return (
              <tr key={String(epoch.number)}>
                <th scope="row" title={`Opened ${date(epoch.openedUnixS)}`}>{String(epoch.number)} <span className="muted">{dayMonth(epoch.openedUnixS)}</span></th>
                <td><Pill tone={PHASES[phase].tone} title={PHASES[phase].about}>{PHASES[phase].name}</Pill></td>
                <td className="end num">{sold ? strike(epoch.strikeE6) : '–'}</td>
                <td className="end num">{sold ? `${units(epoch.soldLots, market.lotsPerUnit)} of ${units(epoch.offeredLots, market.lotsPerUnit)}` : '–'}</td>
                <td className="end num">{epoch.clearingPriceE6 > 0n ? price(epoch.clearingPriceE6, 4) : '–'}</td>
                <td className="end num">{sold ? `${usd(epoch.premiumAtoms)} USDC` : '–'}</td>
                <td className="end num">{epoch.sharePriceE12 > 0n ? decimal(epoch.sharePriceE12 * 10n ** BigInt(view.vault.shareDecimals - asset.decimals), 12, 6) : '–'}</td>
                <td className={`end num ${change === undefined || change === 0 ? '' : change < 0 ? 'bad' : 'good'}`}>{change === undefined ? '–' : percent(change)}</td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </Panel>
  );
}
