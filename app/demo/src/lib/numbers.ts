/** Quantities as people read them. Every amount stays a bigint of atoms until it is printed. */

export const BASE_DECIMALS = 9;
export const QUOTE_DECIMALS = 6;
export const PRICE_DECIMALS = 6;

/** `-1234567890n` with 6 decimals is `-1,234.567890`; `digits` cuts the fraction, towards zero. */
export function decimal(atoms: bigint, decimals: number, digits = decimals): string {
  const unit = 10n ** BigInt(decimals);
  const size = atoms < 0n ? -atoms : atoms;
  const whole = (size / unit).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = (size % unit).toString().padStart(decimals, '0').slice(0, digits);
  return `${atoms < 0n ? '-' : ''}${whole}${digits > 0 ? `.${fraction}` : ''}`;
}

/** A decimal number in text or as a number, in atoms. */
export function atoms(value: string | number, decimals: number): bigint {
  const [whole = '0', fraction = ''] = String(value).split('.');
  if (!/^-?\d+$/.test(whole) || !/^\d*$/.test(fraction) || fraction.length > decimals) {
    throw new RangeError(`${value} is not a number with at most ${decimals} decimals`);
  }
  const size = BigInt(whole.replace('-', '')) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, '0') || '0');
  return whole.startsWith('-') ? -size : size;
}

export const base = (value: string | number) => atoms(value, BASE_DECIMALS);
export const quote = (value: string | number) => atoms(value, QUOTE_DECIMALS);
export const priceE6 = (value: string | number) => atoms(value, PRICE_DECIMALS);

export const showBase = (value: bigint) => decimal(value, BASE_DECIMALS);
export const showQuote = (value: bigint) => decimal(value, QUOTE_DECIMALS);
export const showPrice = (value: bigint, digits = 2) => decimal(value, PRICE_DECIMALS, digits);

export const hex = (bytes: Uint8Array | readonly number[]) => Buffer.from(bytes as Uint8Array).toString('hex');

/** A signed number of sixteen bytes, lowest first. */
export function int128(value: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt.asUintN(64, value), true);
  view.setBigInt64(8, value >> 64n, true);
  return bytes;
}
