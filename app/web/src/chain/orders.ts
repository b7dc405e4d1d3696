/** What somebody wants to trade, the best quote for it, and what stands against it. */
import {
  Refusal,
  fillInstructions,
  holdingsOf,
  isOfferOf,
  isSameSeries,
  margin,
  packageFault,
  packagePriceE6,
  type Holdings,
  type PackageLeg,
} from '@bastion/client';
import { createNoopSigner, type Address, type Instruction } from '@solana/kit';
import { priceRefusal, refusalOf } from './levels';
import { leftOf, type Book, type BookQuote } from './quotes';
import type { Session } from './session';
import type { Snapshot } from './snapshot';
import { date, strike } from './format';

export type Order = { legs: readonly PackageLeg[]; packages: bigint };

/** The cheapest quote for the taker that has enough left; else the one with the most left. */
export function bestQuote(book: Book, { legs, packages }: Order): { quote: BookQuote | undefined; enough: boolean } {
  const offers = book.all.filter(({ quote }) => isOfferOf(quote, legs));
  const able = offers.filter((offer) => leftOf(offer) >= packages && (packages >= offer.quote.minFillPackages || packages === leftOf(offer)));
  // Of two at one price, the one that lives longer.
  const cheaper = (left: BookQuote, right: BookQuote) => {
    const by = packagePriceE6(left.quote.legs) - packagePriceE6(right.quote.legs) || right.quote.expirySlot - left.quote.expirySlot;
    return by < 0n ? -1 : by > 0n ? 1 : 0;
  };
  const [best] = able.sort(cheaper);
  if (best !== undefined) return { quote: best, enough: true };
  const [largest] = offers.sort((left, right) => (leftOf(left) > leftOf(right) ? -1 : 1));
  return { quote: largest, enough: false };
}

/** Whether every leg only shrinks what the account holds: what stays possible when new risk is not. */
export function isClosing({ legs, packages }: Order, held: Holdings | undefined): boolean {
  return (
    legs.length > 0 &&
    legs.every(({ expiryUnixS, strikeE6, kind, side, ratio }) => {
      const lots = held?.positions.find((position) => isSameSeries(position, { expiryUnixS, strikeE6, isCall: kind === 'call' }))?.lots ?? 0n;
      const size = BigInt(ratio) * packages;
      return side === 'sell' ? lots >= size : -lots >= size;
    })
  );
}

/** Why the order cannot be placed, before any node is asked; undefined if nothing is known against it. */
export function orderFault(session: Session, snapshot: Snapshot, book: Book, order: Order): string | undefined {
  const fault = packageFault(order.legs);
  if (fault !== undefined) return `Nothing to trade yet: ${fault}.`;
  for (const { expiryUnixS, strikeE6 } of order.legs) {
    const expiry = snapshot.expiries.find((each) => each.expiryUnixS === expiryUnixS);
    if (expiry === undefined || !expiry.strikesE6.includes(strikeE6)) return `The strike ${strike(strikeE6)} of ${date(expiryUnixS)} is no longer listed. Choose another.`;
    if (expiryUnixS <= snapshot.unixS) return `The expiry ${date(expiryUnixS)} has passed. Choose a later one.`;
  }
  const closing = isClosing(order, snapshot.holder?.account && holdingsOf(snapshot.holder.account));
  const refusal = refusalOf(session.engine, snapshot, closing ? 'reduceRisk' : 'newRisk') ?? priceRefusal(session.engine, snapshot, closing);
  if (refusal !== undefined) return refusal;
  if (order.packages <= 0n) return 'Enter a size above zero.';
  const { quote, enough } = bestQuote(book, order);
  if (quote === undefined) return order.legs.length > 1 ? 'No maker quotes this package now. Choose another strike or ratio, or trade its legs one by one.' : 'The quote is gone and no other maker quotes this now. Wait for a new one, or choose another strike.';
  if (!enough) return `The best quote has ${leftOf(quote)} lots left and takes no fewer than ${quote.quote.minFillPackages}. Change the size.`;
  return undefined;
}

/** The fill's instructions for this owner; the maker's account is read for what a fill must show of it. */
export async function orderInstructions(session: Session, snapshot: Snapshot, owner: Address, { quote, proof }: BookQuote, packages: bigint): Promise<Instruction[]> {
  if (quote.expirySlot < snapshot.slot) throw new Refusal('The quote went stale', 'Nothing was sent. Choose a live one.');
  const maker = await margin.fetchMaybeMarginAccount(session.connection.rpc, quote.makerAccount, { commitment: 'confirmed' });
  if (!maker.exists) throw new Refusal('The maker’s account is gone', 'Nothing was sent. Choose another quote.');
  return fillInstructions(
    { taker: createNoopSigner(owner), market: snapshot.market, quote, proof, packages },
    { maker: maker.data, ...(snapshot.holder?.account ? { taker: snapshot.holder.account } : {}) },
  );
}
