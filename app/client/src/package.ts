// Packages: several legs taken whole or not at all, as traders name them, and the quotes that offer them.

import type { OptionKind, Quote, QuoteLeg, QuoteSide } from './quote.js';
import { ABI } from './generated/abi.js';

/** A leg as the taker wants it. */
export type PackageLeg = {
  expiryUnixS: bigint;
  strikeE6: bigint;
  kind: OptionKind;
  side: QuoteSide;
  ratio: number;
};

export type PackageTemplate = { name: string; about: string; legs: readonly { kind: OptionKind; side: QuoteSide; step: number }[] };

/** `step`: strikes away from the one chosen, up where positive. */
export const PACKAGE_TEMPLATES: readonly PackageTemplate[] = [
  {
    name: 'Put spread, sold',
    about: 'Receive premium; lose at most the width of the strikes if the price falls.',
    legs: [
      { kind: 'put', side: 'sell', step: 0 },
      { kind: 'put', side: 'buy', step: -1 },
    ],
  },
  {
    name: 'Call spread, bought',
    about: 'Pay premium; gain at most the width of the strikes if the price rises.',
    legs: [
      { kind: 'call', side: 'buy', step: 0 },
      { kind: 'call', side: 'sell', step: 1 },
    ],
  },
  {
    name: 'Straddle, bought',
    about: 'Pay premium for a call and a put: gain from a large move either way.',
    legs: [
      { kind: 'call', side: 'buy', step: 0 },
      { kind: 'put', side: 'buy', step: 0 },
    ],
  },
  {
    name: 'Iron condor, sold',
    about: 'Receive premium for two spreads: lose if the price leaves the range.',
    legs: [
      { kind: 'put', side: 'buy', step: -2 },
      { kind: 'put', side: 'sell', step: -1 },
      { kind: 'call', side: 'sell', step: 1 },
      { kind: 'call', side: 'buy', step: 2 },
    ],
  },
];

/** The template's legs around `strikeE6`; undefined where the expiry lists no such strike. */
export function packageOfTemplate(
  template: PackageTemplate,
  expiry: { expiryUnixS: bigint; strikesE6: readonly bigint[] },
  strikeE6: bigint,
): PackageLeg[] | undefined {
  const centre = expiry.strikesE6.indexOf(strikeE6);
  const legs = template.legs.map(({ kind, side, step }) => {
    const strike = centre < 0 ? undefined : expiry.strikesE6[centre + step];
    return strike === undefined ? undefined : { expiryUnixS: expiry.expiryUnixS, strikeE6: strike, kind, side, ratio: 1 };
  });
  return legs.every((leg) => leg !== undefined) ? legs : undefined;
}

/** Why legs are no package; undefined if they are one. */
export function packageFault(legs: readonly PackageLeg[]): string | undefined {
  if (legs.length === 0) return 'add a leg first';
  if (legs.length > ABI.quote.maxLegs) return `a package has at most ${ABI.quote.maxLegs} legs: remove ${legs.length - ABI.quote.maxLegs}`;
  const series = legs.map((leg) => `${leg.expiryUnixS}/${leg.strikeE6}/${leg.kind}`);
  if (new Set(series).size !== series.length) return 'two legs are of one series: change the ratio of one instead';
  if (legs.some((leg) => !Number.isInteger(leg.ratio) || leg.ratio < 1 || leg.ratio > 0xffff)) return 'a ratio is 1 to 65535 lots';
  return undefined;
}

const opposite = (side: QuoteSide): QuoteSide => (side === 'buy' ? 'sell' : 'buy');

/** Whether a quote offers exactly these legs: what the taker buys its maker sells, in any order. */
export function isOfferOf(quote: Pick<Quote, 'legs'>, legs: readonly PackageLeg[]): boolean {
  if (quote.legs.length !== legs.length) return false;
  return legs.every((leg) =>
    quote.legs.some(
      (offered) =>
        offered.expiryUnixS === leg.expiryUnixS &&
        offered.strikeE6 === leg.strikeE6 &&
        offered.kind === leg.kind &&
        offered.ratio === leg.ratio &&
        offered.side === opposite(leg.side),
    ),
  );
}

/** What the taker pays for one unit of the package (negative: receives), before fees. */
export const packagePriceE6 = (legs: readonly QuoteLeg[]): bigint =>
  legs.reduce((sum, leg) => sum + (leg.side === 'sell' ? leg.priceE6 : -leg.priceE6) * BigInt(leg.ratio), 0n);
