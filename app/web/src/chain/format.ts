/** Quantities as people read and type them. Every amount stays a bigint until it is printed. */

export const BASE_DECIMALS = 9;
export const QUOTE_DECIMALS = 6;

/** Rounded towards zero to `digits`. */
export function decimal(atoms: bigint, decimals: number, digits = decimals): string {
  const unit = 10n ** BigInt(decimals);
  const size = atoms < 0n ? -atoms : atoms;
  const whole = (size / unit).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = (size % unit).toString().padStart(decimals, '0').slice(0, digits);
  // A minus sign, not a hyphen: as wide as a plus.
  return `${atoms < 0n ? '−' : ''}${whole}${digits > 0 ? `.${fraction}` : ''}`;
}

export const usd = (atoms: bigint, digits = 2) => decimal(atoms, QUOTE_DECIMALS, digits);
export const price = (e6: bigint, digits = 2) => decimal(e6, QUOTE_DECIMALS, digits);
export const sol = (atoms: bigint, digits = 4) => decimal(atoms, BASE_DECIMALS, digits);
/** A strike: no decimals where it has none. */
export const strike = (e6: bigint) => price(e6, e6 % 1_000_000n === 0n ? 0 : 2);
/** Lots as units of the underlying. */
export function units(lots: bigint, lotsPerUnit: number): string {
  const e6 = (lots * 1_000_000n) / BigInt(lotsPerUnit);
  return decimal(e6, 6, 6).replace(/\.?0+$/, '');
}
export const percentE9 = (e9: bigint, digits = 1) => `${(Number(e9) / 1e7).toFixed(digits)}%`;
export const number = (value: number, digits = 2) => (value < 0 ? '−' : '') + Math.abs(value).toFixed(digits);
export const signed = (text: string) => (text.startsWith('−') || /^[0.,]+$/.test(text) ? text : `+${text}`);
export const short = (address: string) => `${address.slice(0, 4)}…${address.slice(-4)}`;

/** What somebody typed, in atoms; undefined if it is no such number. */
export function parse(text: string, decimals: number): bigint | undefined {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(text.trim().replace(/,/g, ''));
  const [whole = '', fraction = ''] = [match?.[1], match?.[2]];
  if (match === null || whole + fraction === '' || fraction.length > decimals) return undefined;
  return BigInt(whole || '0') * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, '0') || '0');
}

/** `3 d 4 h`, `2 h 10 m`, `4 m 09 s`. */
export function duration(seconds: bigint | number): string {
  const s = Math.max(0, Number(seconds));
  const [d, h, m] = [Math.floor(s / 86_400), Math.floor(s / 3_600) % 24, Math.floor(s / 60) % 60];
  if (d > 0) return `${d} d ${h} h`;
  if (h > 0) return `${h} h ${m} m`;
  if (m > 0) return `${m} m ${String(Math.floor(s % 60)).padStart(2, '0')} s`;
  return `${Math.floor(s)} s`;
}

export const date = (unixS: bigint) =>
  new Date(Number(unixS) * 1000).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'UTC' }) + ' UTC';
export const dayMonth = (unixS: bigint) => new Date(Number(unixS) * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
export const clockTime = (unixS: bigint) => new Date(Number(unixS) * 1000).toISOString().slice(11, 16);

export const symbolText = (bytes: ArrayLike<number>) => String.fromCharCode(...Array.from(bytes).filter((byte) => byte !== 0));
