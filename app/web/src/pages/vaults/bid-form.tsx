/** A sealed bid: size and price are typed, a flat escrow is taken, and only a hash goes on chain. */
import { bidAddress, sealedBid, vaultBid } from '@bastion/client';
import { createNoopSigner } from '@solana/kit';
import { useState } from 'react';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { walletOf } from '../../chain/account';
import { bidKeep } from '../../chain/bids';
import { QUOTE_DECIMALS, parse, price, units, usd } from '../../chain/format';
import { refusalOf } from '../../chain/levels';
import type { EpochView, VaultView } from '../../chain/vaults';
import { delivered, type Delivery } from '../../chain/deliveries';
import { ChainButton } from '../../ui/chain-button';
import { Fact, Facts, NumberField, Segmented } from '../../ui/kit';
import { useAction } from '../../ui/use-action';
import { AccountOpener } from '../portfolio/account-opener';
import { DELIVERIES } from './words';

export function BidForm({ view, epoch, lotsMin, again }: { view: VaultView; epoch: EpochView; lotsMin: bigint; again: () => void }) {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const action = useAction();
  const [size, setSize] = useState('');
  const [offer, setOffer] = useState('');
  const [delivery, setDelivery] = useState<Delivery>('account');
  const { lotsPerUnit } = snapshot.market;
  const lots = parse(size, 0);
  const priceE6 = parse(offer, QUOTE_DECIMALS);
  const escrowAtoms = lots === undefined ? undefined : session.engine.vaultBid(epoch, lots, lotsPerUnit)?.escrowAtoms;
  const available = snapshot.holder?.quoteAtoms ?? 0n;
  const sizeError =
    size === '' ? undefined
    : lots === undefined ? 'A whole number of lots, please.'
    : lots < lotsMin ? `A bid is for at least ${lotsMin} lots, a 64th of what is offered.`
    : lots > epoch.offeredLots ? `Only ${epoch.offeredLots} lots are offered.`
    : undefined;
  const priceError =
    offer === '' ? undefined
    : priceE6 === undefined ? 'A number with at most six decimals, please.'
    : priceE6 < epoch.reservePriceE6 ? `Below the reserve price of ${price(epoch.reservePriceE6, 6)}: it could not be revealed, and would lose its bond.`
    : priceE6 > epoch.escrowPriceE6 ? `Above the escrow of ${price(epoch.escrowPriceE6, 6)}: it could not be revealed.`
    : undefined;
  const missing = lots === undefined || lots === 0n || priceE6 === undefined ? 'Enter a size and a price.' : undefined;
  const poor = escrowAtoms !== undefined && escrowAtoms > available ? `The escrow is ${usd(escrowAtoms)} USDC, and your wallet holds ${usd(available)}. Lower the size, or get more first.` : undefined;
  const reason = refusalOf(session.engine, snapshot, 'auction') ?? sizeError ?? priceError ?? missing ?? poor;
  // Two legs are no one series: a spread is delivered as positions alone.
  const isSpread = epoch.hedgeStrikeE6 > 0n;
  const lacksAccount = delivery === 'account' && wallet !== undefined && snapshot.holder !== undefined && snapshot.holder.account === undefined;
  const place = async () => {
    const done = await action.run(`Sealed bid for ${units(lots ?? 0n, lotsPerUnit)} units committed`, async () => {
      if (wallet === undefined || lots === undefined || priceE6 === undefined) return [];
      const sealed = sealedBid(lots, priceE6);
      bidKeep(await bidAddress(epoch.address, wallet.owner), sealed);
      const step = { keys: view.keys, epoch: epoch.number, owner: createNoopSigner(wallet.owner) };
      const { holder, before } = await delivered(session.connection, view.keys, epoch, wallet.owner, delivery);
      return [...before, await vaultBid(step, { holder, source: await walletOf(wallet.owner, snapshot.market.quoteMint) }, sealed)];
    });
    if (done) again();
  };
  return (
    <div className="bid-form">
      <h3>Bid</h3>
      <div className="fields">
        <NumberField label="Lots" value={size} onChange={(text) => { action.clear(); setSize(text); }} unit="lots" error={sizeError} hint={`${lotsMin} to ${epoch.offeredLots}; 1 lot is ${units(1n, lotsPerUnit)} ${session.config.symbol}`} />
        <NumberField label="Price of a unit" value={offer} onChange={(text) => { action.clear(); setOffer(text); }} unit="USDC" error={priceError} hint={`${price(epoch.reservePriceE6, 4)} to ${price(epoch.escrowPriceE6, 4)}`} />
      </div>
      {!isSpread && (
        <>
          <Segmented label="What you win comes as" value={delivery} onChange={(to) => { action.clear(); setDelivery(to); }} options={[{ value: 'account', text: 'Positions' }, { value: 'tokens', text: 'Tokens' }]} />
          <p className="field-hint">{DELIVERIES[delivery]}</p>
        </>
      )}
      <Facts>
        <Fact label="Escrow now, returned less what you are served for">{escrowAtoms === undefined ? '–' : `${usd(escrowAtoms)} USDC`}</Fact>
        <Fact label="In your wallet">{usd(available)} USDC</Fact>
      </Facts>
      <p className="field-hint">A bid is binding. Come back to reveal it: the key that opens it is kept in this browser, and one that stays sealed loses its bond, a tenth of the escrow at least.</p>
      {lacksAccount ? <AccountOpener /> : <ChainButton action={action} reason={reason} onClick={() => void place()}>Commit a sealed bid</ChainButton>}
    </div>
  );
}
