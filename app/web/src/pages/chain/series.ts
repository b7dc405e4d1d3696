/** What is known of one series: its best quotes, the model's price and volatility, its open interest. */
import type { Engine, OptionKind } from '@bastion/client';
import type { Book, BookQuote } from '../../chain/quotes';
import { seriesKey } from '../../chain/quotes';
import type { ExpiryView } from '../../chain/snapshot';

export type SeriesView = {
  kind: OptionKind;
  strikeE6: bigint;
  bid: BookQuote | undefined;
  ask: BookQuote | undefined;
  bidE6: bigint | undefined;
  askE6: bigint | undefined;
  /** Percent. */
  bidVol: number | undefined;
  askVol: number | undefined;
  surfaceVol: number | undefined;
  markE6: bigint | undefined;
  delta: number | undefined;
  openLots: bigint;
};

export type StrikeView = { strikeE6: bigint; call: SeriesView; put: SeriesView };

export type Moment = { spotE6: bigint; unixS: bigint };

const percent = (volE9: bigint | undefined) => (volE9 === undefined ? undefined : Number(volE9) / 1e7);

/** The model's view of one option: from the surface, while it has one and more than a minute to live. */
export function modelOf(engine: Engine, expiry: ExpiryView, strikeE6: bigint, { spotE6, unixS }: Moment) {
  const { surface, expiryUnixS } = expiry;
  const seconds = expiryUnixS - unixS;
  if (surface === undefined || seconds <= 0n) return undefined;
  const forwardE6 = engine.forward(spotE6, surface.rateE9, seconds);
  const volE9 = forwardE6 === undefined ? undefined : engine.surfaceVol(surface, forwardE6, strikeE6, seconds);
  if (forwardE6 === undefined || volE9 === undefined) return undefined;
  const option = engine.option(forwardE6, strikeE6, volE9, seconds);
  return option && { ...option, forwardE6, volE9 };
}

export function strikesOf(engine: Engine, expiry: ExpiryView, book: Book, moment: Moment): StrikeView[] {
  const seconds = expiry.expiryUnixS - moment.unixS;
  return expiry.strikesE6.map((strikeE6, at) => {
    const model = modelOf(engine, expiry, strikeE6, moment);
    const forwardE6 = model?.forwardE6 ?? moment.spotE6;
    const series = (kind: OptionKind): SeriesView => {
      const sides = book.series.get(seriesKey({ expiryUnixS: expiry.expiryUnixS, strikeE6, kind }));
      const [bid, ask] = [sides?.bids[0], sides?.asks[0]];
      const [bidE6, askE6] = [bid?.quote.legs[0]?.priceE6, ask?.quote.legs[0]?.priceE6];
      const vol = (premiumE6: bigint | undefined) =>
        premiumE6 === undefined || seconds <= 0n ? undefined : percent(engine.impliedVol(forwardE6, strikeE6, seconds, kind === 'call', premiumE6));
      const premiumE12 = kind === 'call' ? model?.callE12 : model?.putE12;
      return {
        kind,
        strikeE6,
        bid,
        ask,
        bidE6,
        askE6,
        bidVol: vol(bidE6),
        askVol: vol(askE6),
        surfaceVol: percent(model?.volE9),
        markE6: premiumE12 === undefined ? undefined : premiumE12 / 1_000_000n,
        delta: model && (Number(model.callDeltaE9) - (kind === 'call' ? 0 : 1e9)) / 1e9,
        openLots: expiry.openLots[2 * at + (kind === 'call' ? 0 : 1)] ?? 0n,
      };
    };
    return { strikeE6, call: series('call'), put: series('put') };
  });
}
