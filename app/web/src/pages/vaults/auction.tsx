/** The current epoch's auction: sealed bids, their reveal, and the one price that all who are served pay. */
import type { ReactNode } from 'react';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { date, duration, price, units, usd } from '../../chain/format';
import { AUCTION, LIVE, phaseOf, type EpochView, type Phase, type VaultView } from '../../chain/vaults';
import { Empty, Fact, Facts, Panel, Pill, Table } from '../../ui/kit';
import { BidForm } from './bid-form';
import { OwnBid } from './own-bid';
import { AuctionSteps } from './steps';
import { offerWords } from './vaults-page';
import { PHASES } from './words';

export function Auction({ view, again }: { view: VaultView; again: () => void }) {
  const { unixS } = useSnapshot();
  const [epoch] = view.epochs;
  if (epoch === undefined) return null;
  const phase = phaseOf(epoch, unixS);
  const past = view.epochs.slice(1).filter(({ part }) => part?.bid !== undefined);
  return (
    <Panel title="Auction" aside={<Countdown epoch={epoch} phase={phase} unixS={unixS} />}>
      {epoch.state === AUCTION || epoch.state === LIVE ? (
        <Offer view={view} epoch={epoch} phase={phase} again={again} />
      ) : (
        <Empty title="No auction now">{PHASES[phase].about}</Empty>
      )}
      {past.map((each) => <OwnBid key={String(each.number)} view={view} epoch={each} phase={phaseOf(each, unixS)} again={again} />)}
    </Panel>
  );
}

function Countdown({ epoch, phase, unixS }: { epoch: EpochView; phase: Phase; unixS: bigint }): ReactNode {
  const ends = phase === 'commit' ? epoch.commitEndsUnixS : phase === 'reveal' ? epoch.revealEndsUnixS : undefined;
  if (ends === undefined) return <Pill tone={PHASES[phase].tone}>{PHASES[phase].name}</Pill>;
  return <Pill tone={PHASES[phase].tone}>{PHASES[phase].name}: {duration(ends - unixS)} left</Pill>;
}

function Offer({ view, epoch, phase, again }: { view: VaultView; epoch: EpochView; phase: Phase; again: () => void }) {
  const { engine, config } = useSession();
  const { market } = useSnapshot();
  const wallet = useWallet();
  const cleared = epoch.state === LIVE;
  const bid = epoch.part?.bid;
  const escrow = engine.vaultBid(epoch, epoch.offeredLots, market.lotsPerUnit);
  return (
    <>
      <p className="lead"><b>{offerWords(view, epoch, market.lotsPerUnit)}</b> <span className="muted">expiring {date(epoch.expiryUnixS)}</span></p>
      <Facts className="facts-grid">
        <Fact label="Reserve price of a unit">{price(epoch.reservePriceE6, 4)} USDC</Fact>
        <Fact label="Escrow of a unit" hint="The same for every bid: it shows nothing of its price">{price(epoch.escrowPriceE6, 4)} USDC</Fact>
        <Fact label="Bids, and revealed">{epoch.bidsCommitted}, {epoch.bidsRevealed}</Fact>
        <Fact label={`${config.symbol} when it opened`}>{price(epoch.spotE6)} USDC</Fact>
        {cleared && <Fact label="Cleared at">{epoch.clearingPriceE6 > 0n ? `${price(epoch.clearingPriceE6, 4)} USDC` : 'nobody bid'}</Fact>}
        {cleared && <Fact label="Sold for">{usd(epoch.premiumAtoms)} USDC, {units(epoch.clearedLots, market.lotsPerUnit)} of {units(epoch.offeredLots, market.lotsPerUnit)} units</Fact>}
        {epoch.forfeitedAtoms > 0n && <Fact label="Bonds lost to the vault">{usd(epoch.forfeitedAtoms)} USDC</Fact>}
      </Facts>
      {(phase === 'reveal' || phase === 'clear' || cleared) && epoch.bidsCommitted > 0 && <Book view={view} epoch={epoch} />}
      {bid ? <OwnBid view={view} epoch={epoch} phase={phase} again={again} /> : phase === 'commit' ? <BidForm view={view} epoch={epoch} lotsMin={escrow?.lotsMin ?? 1n} again={again} /> : null}
      {wallet && <AuctionSteps view={view} epoch={epoch} phase={phase} again={again} />}
    </>
  );
}

/** Bids in the order in which they came; those that are sealed show no price, to anybody. */
function Book({ view, epoch }: { view: VaultView; epoch: EpochView }) {
  const { market } = useSnapshot();
  const entries = view.vault.book.slice(0, epoch.bidsCommitted);
  return (
    <Table caption="Bids of this auction">
      <thead><tr><th scope="col">Bid</th><th scope="col" className="end">Size</th><th scope="col" className="end">Price of a unit</th></tr></thead>
      <tbody>
        {entries.map(({ lots, priceE6 }, at) => (
          <tr key={at}>
            <th scope="row">{at + 1}{epoch.part?.bid?.place === at ? ' (yours)' : ''}</th>
            <td className="end num">{units(lots, market.lotsPerUnit)}</td>
            <td className="end num">{priceE6 > 0n ? price(priceE6, 4) : <span className="muted">sealed</span>}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
