/** What the connected wallet holds in this market: collateral, margin, positions, scenarios. */
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { heldBy, marginOf, MODE_STANDARD, scaleOf } from '../../chain/account';
import { price, sol, usd } from '../../chain/format';
import { Empty, Fact, Facts, Loading, Panel, Stat } from '../../ui/kit';
import { walletDialog } from '../../wallet/wallet-menu';
import { AccountOpener } from './account-opener';
import { Ladder } from './ladder';
import { Mode } from './mode';
import { liquidationPrices } from './liquidation';
import { OptionTokens } from './option-tokens';
import { Positions } from './positions';
import { Transfer } from './transfer';
import { bookOf } from './values';

export default function PortfolioPage() {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const held = heldBy(session.engine, snapshot);
  if (wallet === undefined) {
    return (
      <Panel title="Portfolio">
        <Empty title="No wallet is connected">
          <p>Your positions, margin and scenarios appear here.</p>
          <p><button type="button" className="button button-primary" onClick={() => walletDialog.set(true)}>Connect a wallet</button></p>
        </Empty>
      </Panel>
    );
  }
  if (snapshot.holder === undefined) return <Loading what="your account" rows={5} />;
  if (held === undefined) {
    return (
      <div className="page">
        <Panel title="Open a margin account" className="narrow">
          <AccountOpener />
        </Panel>
        <OptionTokens />
      </div>
    );
  }
  const rows = bookOf(session.engine, snapshot, held);
  const mode = snapshot.holder.account?.mode ?? MODE_STANDARD;
  const margin = marginOf(session.engine, snapshot, held, { mode });
  const baseValue = (held.baseAtoms * snapshot.feed.priceE6) / scaleOf(snapshot).baseUnitAtoms;
  const options = rows.reduce((sum, { valueAtoms }) => sum + (valueAtoms ?? 0n), 0n);
  const complete = rows.every(({ valueAtoms }) => valueAtoms !== undefined);
  const [down, up] = liquidationPrices(session.engine, snapshot, held);
  const distance = (at: bigint | undefined) =>
    at === undefined ? 'none' : `${price(at)} (${(((Number(at) - Number(snapshot.feed.priceE6)) / Number(snapshot.feed.priceE6)) * 100).toFixed(1).replace('-', '−')} %)`;
  const tone = (amount: bigint | undefined) => (amount === undefined ? undefined : amount < 0n ? ('bad' as const) : undefined);
  return (
    <div className="page">
      <Panel title="Account" aside={<Mode mode={mode} />}>
        <div className="stats">
          <Stat label="Worth now" value={complete ? usd(held.quoteAtoms + baseValue + options) : '–'} unit="USDC" note="collateral and options at the model’s price" />
          <Stat label="Free to open or withdraw" value={margin ? usd(margin.initial) : '–'} unit="USDC" tone={tone(margin?.initial)} note="initial margin" />
          <Stat label="Free before liquidation" value={margin ? usd(margin.maintenance) : '–'} unit="USDC" tone={tone(margin?.maintenance)} note="maintenance margin" />
          <Stat label="Options" value={complete ? usd(options) : '–'} unit="USDC" tone={tone(options)} note={`${rows.length} of 32 positions`} />
        </div>
      </Panel>
      <div className="wide-narrow">
        <div className="stack">
          <Positions rows={rows} held={held} />
          <OptionTokens />
          {rows.length > 0 && <Ladder held={held} rows={rows} />}
        </div>
        <div className="stack">
          <Panel title="Collateral">
            <Facts>
              <Fact label="USDC">{usd(held.quoteAtoms)}</Fact>
              <Fact label={session.config.symbol}>{sol(held.baseAtoms)} <span className="muted">≈ {usd(baseValue)}</span></Fact>
              <Fact label="In the wallet">{usd(snapshot.holder.quoteAtoms)} USDC, {sol(snapshot.holder.baseAtoms, 2)} {session.config.symbol}</Fact>
            </Facts>
            <Transfer held={held} margin={margin} />
          </Panel>
          <Panel title="Liquidation">
            {rows.length === 0 ? (
              <p className="muted">Without positions nothing can be liquidated.</p>
            ) : (
              <Facts>
                <Fact label="If the price falls to">{distance(down)}</Fact>
                <Fact label="If the price rises to">{distance(up)}</Fact>
                <Fact label="Price now">{price(snapshot.feed.priceE6)}</Fact>
              </Facts>
            )}
          </Panel>
        </div>
      </div>
    </div>
  );
}
