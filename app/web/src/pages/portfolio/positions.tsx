/** The positions, with the way out of each: closing while it lives, settling afterwards. */
import { expiryAddress, margin, marginAccountAddress, type Holdings } from '@bastion/client';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { clockTime, dayMonth, number, price, strike, units, usd } from '../../chain/format';
import { refusalOf } from '../../chain/levels';
import { priceFix } from '../../chain/settlement';
import { ChainButton } from '../../ui/chain-button';
import { Empty, Panel, Table, Note, Problem } from '../../ui/kit';
import { useAction } from '../../ui/use-action';
import { wantedOrder } from '../chain/wanted';
import type { Row } from './values';

export function Positions({ rows, held }: { rows: readonly Row[]; held: Holdings }) {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const action = useAction();
  const lotsPerUnit = snapshot.market.lotsPerUnit;
  const ended = [...new Set(rows.filter(({ expired }) => expired).map(({ position }) => position.expiryUnixS))];
  const sum = (of: 'delta' | 'gamma' | 'vega' | 'theta') => rows.reduce((total, { greeks }) => total + (greeks?.[of] ?? 0), 0);
  const settle = (expiryUnixS: bigint) =>
    void action.run('Settled and paid', async () => {
      if (wallet === undefined) return [];
      const market = snapshot.marketAddress;
      const steps = await priceFix(session.connection, snapshot, wallet.owner, expiryUnixS);
      const expiry = await expiryAddress(market, expiryUnixS);
      return [...steps, margin.getAccountSettleInstruction({ market, expiry, account: await marginAccountAddress(market, wallet.owner) })];
    });
  const close = ({ position }: Row) => {
    const size = position.lots < 0n ? -position.lots : position.lots;
    wantedOrder.set({
      legs: [{ expiryUnixS: position.expiryUnixS, strikeE6: position.strikeE6, kind: position.isCall ? 'call' : 'put', side: position.lots > 0n ? 'sell' : 'buy', ratio: 1 }],
      lots: `${size}`,
    });
    location.hash = '#/chain';
  };
  const settleRefusal = refusalOf(session.engine, snapshot, 'settle');
  return (
    <Panel title="Positions">
      {rows.length === 0 ? (
        <Empty title="No positions">{held.quoteAtoms > 0n || held.baseAtoms > 0n ? <>Choose a price in the <a href="#/chain">chain</a>.</> : 'Deposit collateral first.'}</Empty>
      ) : (
        <Table caption="Positions with value and Greeks">
          <thead>
            <tr>
              <th scope="col">Series</th>
              <th scope="col" className="end">Size</th>
              <th scope="col" className="end">Mark</th>
              <th scope="col" className="end">Value</th>
              <th scope="col" className="end">Delta</th>
              <th scope="col" className="end" title="USDC for a point of volatility">Vega</th>
              <th scope="col" className="end" title="USDC a day">Theta</th>
              <th scope="col"><span className="visually-hidden">Way out</span></th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const { position, markE6, valueAtoms, greeks, expired } = row;
              const name = `${strike(position.strikeE6)} ${position.isCall ? 'call' : 'put'}`;
              return (
                <tr key={`${position.expiryUnixS}/${name}`} data-position={name}>
                  <th scope="row">
                    {name} <span className="muted">{dayMonth(position.expiryUnixS)} {clockTime(position.expiryUnixS)}</span>
                  </th>
                  <td className={`end num ${position.lots < 0n ? 'bad' : 'good'}`}>{position.lots < 0n ? '−' : '+'}{units(position.lots < 0n ? -position.lots : position.lots, lotsPerUnit)}</td>
                  <td className="end num">{markE6 === undefined ? '–' : price(markE6)}</td>
                  <td className="end num">{valueAtoms === undefined ? '–' : usd(valueAtoms)}</td>
                  <td className="end num">{greeks ? number(greeks.delta) : '–'}</td>
                  <td className="end num">{greeks ? number(greeks.vega) : '–'}</td>
                  <td className="end num">{greeks ? number(greeks.theta) : '–'}</td>
                  <td className="end">
                    {expired ? (
                      <ChainButton quiet action={action} tone="plain" reason={settleRefusal} onClick={() => settle(position.expiryUnixS)}>Settle</ChainButton>
                    ) : (
                      <button type="button" className="button button-plain button-small" aria-label={`Close ${name}`} onClick={() => close(row)}>Close</button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Sum</th>
              <td /><td />
              <td className="end num">{rows.every(({ valueAtoms }) => valueAtoms !== undefined) ? usd(rows.reduce((total, { valueAtoms }) => total + (valueAtoms ?? 0n), 0n)) : '–'}</td>
              <td className="end num">{number(sum('delta'))}</td>
              <td className="end num">{number(sum('vega'))}</td>
              <td className="end num">{number(sum('theta'))}</td>
              <td />
            </tr>
          </tfoot>
        </Table>
      )}
      {ended.length > 0 && <Note tone="warn">An expiry you hold has passed. Anybody may settle it; settling pays what you are owed, or takes what you owe.</Note>}
      {action.failure && <Problem of={action.failure} />}
    </Panel>
  );
}
