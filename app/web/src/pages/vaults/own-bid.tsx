/** The connected wallet's bid: to be revealed, and afterwards to be paid out. */
import { DELIVERY_TOKENS, vaultBidRefund, vaultBidSettle, vaultBidSettleWrapped, vaultReveal } from '@bastion/client';
import { getCreateAssociatedTokenIdempotentInstructionAsync } from '@solana-program/token';
import { createNoopSigner } from '@solana/kit';
import { useState } from 'react';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { walletOf } from '../../chain/account';
import { bidKeep, bidKept, bidOfText, bidText } from '../../chain/bids';
import { price, units, usd } from '../../chain/format';
import { COMMITTED, LIVE, REVEALED, SETTLED, type EpochView, type Phase, type VaultView } from '../../chain/vaults';
import { ChainButton } from '../../ui/chain-button';
import { Fact, Facts, Note, Pill } from '../../ui/kit';
import { useAction } from '../../ui/use-action';

export function OwnBid({ view, epoch, phase, again }: { view: VaultView; epoch: EpochView; phase: Phase; again: () => void }) {
  const { market } = useSnapshot();
  const part = epoch.part;
  const bid = part?.bid;
  const [pasted, setPasted] = useState('');
  if (bid === undefined || part === undefined) return null;
  const sealed = bidKept(part.bidAddress);
  const shown = bid.priceE6 > 0n ? bid.priceE6 : sealed?.priceE6;
  const states = ['sealed', 'revealed', 'settled'] as const;
  const paste = (text: string) => {
    setPasted(text);
    const found = bidOfText(text);
    if (found !== undefined) bidKeep(part.bidAddress, found);
  };
  return (
    <section className="own-bid" aria-label={`Your bid in epoch ${epoch.number}`}>
      <h3>Your bid in epoch {String(epoch.number)} <Pill tone={bid.state === COMMITTED ? 'warn' : 'good'}>{states[bid.state] ?? 'unknown'}</Pill></h3>
      <Facts>
        <Fact label="Size">{units(bid.lots, market.lotsPerUnit)} units</Fact>
        <Fact label="Price of a unit">{shown === undefined ? 'unknown to this browser' : `${price(shown, 4)} USDC`}</Fact>
        <Fact label={bid.state === SETTLED ? 'To be returned' : 'In escrow'}>{usd(bid.escrowAtoms)} USDC</Fact>
        <Fact label="Delivered as">{bid.delivery === DELIVERY_TOKENS ? 'tokens in your wallet, one a lot' : 'positions in your margin account'}</Fact>
        {bid.state === SETTLED && <Fact label="Served">{units(bid.filledLots, market.lotsPerUnit)} units at {price(epoch.clearingPriceE6, 4)} USDC</Fact>}
      </Facts>
      {bid.state === COMMITTED && sealed === undefined && (
        <label className="field">
          <span className="field-hint">The key of this bid is not in this browser. Paste it from where you kept it:</span>
          <span className="input"><input value={pasted} onChange={(event) => paste(event.target.value)} placeholder="lots/price/salt" /></span>
        </label>
      )}
      {bid.state === COMMITTED && sealed !== undefined && (
        <details>
          <summary>The key that opens it</summary>
          <p className="field-hint">Keep a copy if you may reveal from elsewhere. Whoever has it can reveal the bid, and nothing else.</p>
          <code>{bidText(sealed)}</code>
        </details>
      )}
      {bid.state === COMMITTED && phase === 'commit' && <Note>It can be revealed once the commit phase is over.</Note>}
      <BidSteps view={view} epoch={epoch} phase={phase} again={again} />
    </section>
  );
}

/** What its maker does next. Settling and the refund are anybody's: a keeper may come first. */
function BidSteps({ view, epoch, phase, again }: { view: VaultView; epoch: EpochView; phase: Phase; again: () => void }) {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const action = useAction();
  const bid = epoch.part?.bid;
  if (wallet === undefined || bid === undefined || epoch.part === undefined) return null;
  const of = { keys: view.keys, epoch: epoch.number, bidder: wallet.owner };
  const sealed = bidKept(epoch.part.bidAddress);
  const act = (done: string, build: Parameters<typeof action.run>[1]) => void action.run(done, build).then((sent) => { if (sent) again(); });
  if (bid.state === COMMITTED && phase === 'reveal') {
    return (
      <ChainButton action={action} reason={sealed === undefined ? 'The key of this bid is missing.' : undefined} tone="good" onClick={() => act('Your bid is revealed', async () => (sealed ? [await vaultReveal(of, sealed)] : []))}>
        Reveal your bid
      </ChainButton>
    );
  }
  if (epoch.state !== LIVE && bid.state !== SETTLED) return null;
  const settle = () => {
    const { expiry, strikeE6 } = epoch;
    // Where nothing is delivered no mint is needed.
    const asTokens = bid.delivery === DELIVERY_TOKENS && bid.state === REVEALED && snapshot.unixS < epoch.expiryUnixS;
    return asTokens ? vaultBidSettleWrapped(of, { holder: bid.holder, expiry, strikeE6 }) : vaultBidSettle(of, { holder: bid.holder, expiry });
  };
  const collect = async () => {
    const owner = createNoopSigner(wallet.owner);
    const mint = snapshot.market.quoteMint;
    const destination = await walletOf(wallet.owner, mint);
    const wallets = await getCreateAssociatedTokenIdempotentInstructionAsync({ payer: owner, owner: wallet.owner, mint });
    const refund = await vaultBidRefund(of, owner, destination, snapshot.slot);
    return bid.state === SETTLED ? [wallets, refund] : [await settle(), wallets, refund];
  };
  const [words, done] =
    bid.state === REVEALED
      ? ['Take delivery and what is left of the escrow', `Your bid is settled; see your ${session.config.symbol} ${bid.delivery === DELIVERY_TOKENS ? 'options as tokens' : 'positions'} in the portfolio`]
      : ['Take back what is left of the escrow', 'What was left of the escrow is back in your wallet'];
  return <ChainButton action={action} tone="good" onClick={() => act(done, collect)}>{words}</ChainButton>;
}
