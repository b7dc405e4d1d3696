/** Option vaults: what each sells, where its epoch stands, what it has yielded, and the ways in and out. */
import { useState } from 'react';
import { useSession, useSnapshot } from '../../app-context';
import { percentE9, decimal, duration, strike, units } from '../../chain/format';
import { phaseOf, realisedYield, vaultsRead, type VaultView } from '../../chain/vaults';
import { Empty, Fact, Facts, Loading, Panel, Pill, Problem, Stat } from '../../ui/kit';
import { usePoll } from '../../ui/use-poll';
import { Auction } from './auction';
import { Epochs } from './epochs';
import { Queue } from './queue';
import { KINDS, PHASES, assetOf, percent } from './words';

const PERIOD_MS = 2_000;

export default function VaultsPage() {
  const { connection } = useSession();
  const snapshot = useSnapshot();
  const owner = snapshot.holder?.owner;
  const { value, failure, again } = usePoll(`vaults/${owner ?? ''}`, () => vaultsRead(connection, snapshot), PERIOD_MS);
  const [chosen, setChosen] = useState<number>();
  if (value === undefined) return <Panel title="Vaults">{failure ? <Problem of={failure} onRetry={again} /> : <Loading what="the vaults" rows={6} />}</Panel>;
  const view = value.find(({ vault }) => vault.id === chosen) ?? value[0];
  if (view === undefined) return <Panel title="Vaults"><Empty title="This market has no vault yet">The vault program’s authority creates one; it appears here.</Empty></Panel>;
  return (
    <div className="page">
      {failure && <Problem of={failure} onRetry={again} />}
      <div className="tabs" role="group" aria-label="Vault">
        {value.map((each) => (
          <button key={each.vault.id} type="button" aria-pressed={each === view} onClick={() => setChosen(each.vault.id)}>
            <b>{KINDS[each.keys.kind]?.name ?? 'Unknown kind'}</b>
            <small>vault {each.vault.id} · epoch {String(each.vault.epoch)} · {PHASES[phaseOf(each.epochs[0]!, snapshot.unixS)].name.toLowerCase()}</small>
          </button>
        ))}
      </div>
      {/* What is typed belongs to one vault. */}
      <VaultDetail key={view.vault.id} view={view} again={again} />
    </div>
  );
}

function VaultDetail({ view, again }: { view: VaultView; again: () => void }) {
  return (
    <>
      <Summary view={view} />
      <div className="wide-narrow">
        <div className="stack">
          <Auction view={view} again={again} />
          <Epochs view={view} />
        </div>
        <div className="stack">
          <Queue view={view} again={again} />
          <Mandate view={view} />
        </div>
      </div>
    </>
  );
}

function Summary({ view }: { view: VaultView }) {
  const { config } = useSession();
  const { unixS } = useSnapshot();
  const { vault, epochs, trading } = view;
  const asset = assetOf(view, config.symbol);
  const [current] = epochs;
  const last = epochs.find(({ sharePriceE12 }) => sharePriceE12 > 0n);
  const { total, seconds } = realisedYield(epochs);
  const phase = current && phaseOf(current, unixS);
  const kind = KINDS[view.keys.kind];
  return (
    <Panel title={kind?.name ?? 'Vault'} aside={phase && <Pill tone={PHASES[phase].tone} title={PHASES[phase].about}>{PHASES[phase].name}</Pill>}>
      <p className="muted lead">{kind?.about} Nobody manages it: strike, size and reserve follow from its mandate.</p>
      <div className="stats">
        <Stat label="Held" value={trading ? decimal(asset.unit === 'USDC' ? trading.quoteAtoms : trading.baseAtoms, asset.decimals, 2) : '–'} unit={asset.unit} note={`capacity ${decimal(vault.mandate.capacityAtoms, asset.decimals, 0)} ${asset.unit}`} />
        <Stat label="Share price" value={last ? decimal(last.sharePriceE12 * 10n ** BigInt(vault.shareDecimals - asset.decimals), 12, 6) : '–'} unit={asset.unit} note={last ? `fixed when epoch ${last.number} turned` : 'fixed when the first epoch turns'} />
        <Stat label="Realised since its first turn" value={total === undefined ? '–' : percent(total)} tone={total === undefined ? undefined : total < 0 ? 'bad' : 'good'} note={total === undefined ? 'shown after two turns' : `after fees, over ${duration(seconds)}${yearly(total, seconds)}`} />
        <Stat label="Epoch" value={String(vault.epoch)} note={current && phase ? clock(phase, current, unixS) : undefined} />
      </div>
    </Panel>
  );
}

const DAY_S = 86_400;
/** The yearly rate that a realised result amounts to; of less than a day it would say nothing. */
const yearly = (total: number, seconds: number) => (seconds < DAY_S ? '' : `, ${percent((1 + total) ** ((365 * DAY_S) / seconds) - 1, 1)} a year`);

function clock(phase: ReturnType<typeof phaseOf>, epoch: VaultView['epochs'][number], unixS: bigint): string {
  const left = (to: bigint) => duration(to > unixS ? to - unixS : 0n);
  if (phase === 'commit') return `bids for another ${left(epoch.commitEndsUnixS)}`;
  if (phase === 'reveal') return `reveals for another ${left(epoch.revealEndsUnixS)}`;
  if (phase === 'live' && epoch.expiryUnixS > unixS) return `expires in ${left(epoch.expiryUnixS)}`;
  return PHASES[phase].about;
}

function Mandate({ view }: { view: VaultView }) {
  const { config } = useSession();
  const { unixS } = useSnapshot();
  const { vault } = view;
  const asset = assetOf(view, config.symbol);
  const { mandate, pendingUnixS } = vault;
  return (
    <Panel title="Mandate">
      <Facts>
        <Fact label="Delta of what is sold">{(mandate.deltaMinBps / 10_000).toFixed(2)} to {(mandate.deltaMaxBps / 10_000).toFixed(2)}</Fact>
        <Fact label="Distance from the forward">{(mandate.distanceBps / 10_000).toFixed(2)} × total volatility</Fact>
        {mandate.widthBps > 0 && <Fact label="Width of the spread">{mandate.widthBps / 100} % of the strike</Fact>}
        <Fact label="Reserve price">surface less {mandate.discountBps / 100} %, never below {percentE9(mandate.volMinE9, 0)} volatility</Fact>
        <Fact label="Epoch and auction">{duration(mandate.epochS)}; {duration(mandate.auctionS)} to bid, as long to reveal</Fact>
        <Fact label="Fees, only on gains">{mandate.managementBps / 100} % a year, {mandate.performanceBps / 100} % of gains</Fact>
        <Fact label="Backs an epoch">{mandate.coverBps / 100} % of what the vault holds</Fact>
        <Fact label="Share of the market’s cap">{mandate.openInterestBps / 100} %</Fact>
        <Fact label="Least deposit">{asset.show(mandate.depositMinAtoms)}</Fact>
      </Facts>
      {pendingUnixS > 0n && (
        <p className="reason">A looser mandate waits{pendingUnixS > unixS ? ` for another ${duration(pendingUnixS - unixS)}` : ' and may be applied now'}: leave before if you do not want it.</p>
      )}
    </Panel>
  );
}

/** The option that an epoch sells. */
export function offerWords({ keys }: VaultView, epoch: VaultView['epochs'][number], lotsPerUnit: number): string {
  const size = units(epoch.offeredLots, lotsPerUnit);
  const kind = keys.kind === 1 ? 'calls' : epoch.hedgeStrikeE6 > 0n ? 'put spreads' : 'puts';
  return `${size} ${kind} at ${strike(epoch.strikeE6)}${epoch.hedgeStrikeE6 > 0n ? ` over ${strike(epoch.hedgeStrikeE6)}` : ''}`;
}
