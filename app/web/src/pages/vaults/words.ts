/** Vaults in words. */
import { CASH_SECURED_PUT, COVERED_CALL, PUT_SPREAD } from '@bastion/client';
import { BASE_DECIMALS, QUOTE_DECIMALS, decimal } from '../../chain/format';
import type { Delivery } from '../../chain/deliveries';
import type { Phase, VaultView } from '../../chain/vaults';

export const KINDS: Readonly<Record<number, { name: string; about: string }>> = {
  [COVERED_CALL]: { name: 'Covered calls', about: 'Holds the underlying and sells calls above its price. Earns premiums; gives up gains beyond the strike.' },
  [CASH_SECURED_PUT]: { name: 'Cash-secured puts', about: 'Holds USDC and sells puts below the price. Earns premiums; loses if the price falls below the strike.' },
  [PUT_SPREAD]: { name: 'Put spreads', about: 'Holds USDC, sells puts below the price and keeps lower ones. Earns less, and loses at most the width of the strikes.' },
};

export const PHASES: Readonly<Record<Phase, { name: string; about: string; tone: 'plain' | 'info' | 'good' | 'warn' }>> = {
  open: { name: 'Open', about: 'The auction opens once an expiry of the mandate’s distance has a fresh surface.', tone: 'plain' },
  commit: { name: 'Sealed bids', about: 'Bids are committed now; nobody sees their prices.', tone: 'info' },
  reveal: { name: 'Reveal', about: 'Bidders open their bids. One that stays sealed loses its bond.', tone: 'warn' },
  clear: { name: 'To be cleared', about: 'Both phases are over: anybody clears the auction at one price.', tone: 'warn' },
  live: { name: 'Live', about: 'What was sold runs until its expiry.', tone: 'good' },
  expired: { name: 'Expired', about: 'The result is known: the epoch is settled and turned by anybody.', tone: 'warn' },
  turned: { name: 'Turned', about: 'Its share price is fixed for ever.', tone: 'plain' },
};

/** What a bidder chooses between. */
export const DELIVERIES: Readonly<Record<Delivery, string>> = {
  account: 'Positions in your margin account: they count as collateral against what you have sold, and can be closed here.',
  tokens: 'Tokens in your wallet, one a lot: to keep or to pass on without a margin account. They back nothing, and pay after the expiry to whoever redeems them. The first bidder for tokens pays the rent of their mint.',
};

/** What deposits are made in. */
export function assetOf({ keys }: VaultView, symbol: string): { unit: string; decimals: number; show: (atoms: bigint) => string } {
  const isBase = keys.kind === COVERED_CALL;
  const decimals = isBase ? BASE_DECIMALS : QUOTE_DECIMALS;
  const unit = isBase ? symbol : 'USDC';
  return { unit, decimals, show: (atoms) => `${decimal(atoms, decimals, isBase ? 4 : 2)} ${unit}` };
}

export const percent = (ratio: number, digits = 2) => `${ratio < 0 ? '−' : ratio > 0 ? '+' : ''}${Math.abs(ratio * 100).toFixed(digits)} %`;
