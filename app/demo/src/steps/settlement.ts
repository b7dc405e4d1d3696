import type { KeyPairSigner } from '@solana/kit';
import { bastion } from '../lib/deploy.js';
import { decimal, priceE6, showBase, showPrice, showQuote } from '../lib/numbers.js';
import type { Vaulted } from './vault-epoch.js';

/** Alice's calls on 160 end in the money, the vault's do not. */
const LAST_PRICE = priceE6('164.85');

/** Expiry, payment, and everybody takes everything home. */
export async function settlement(vaulted: Vaulted): Promise<void> {
  const { report, chain, cast, keeper, exchange, expiryUnixS, optionVault } = vaulted;
  report.begin(
    'Expiry',
    'nobody writes the settlement price: it is the time-weighted mean of the last samples, fixed once; all can leave with what is theirs',
  );
  await keeper.moveTo(LAST_PRICE);
  await chain.until({ unixS: expiryUnixS + 1n }, report.countdown('expiry'));
  // The sample that closes the last bucket before expiry.
  await keeper.refresh();
  const final = await exchange.settlementFinalise(cast.keeper, expiryUnixS);
  await exchange.expirySettle(cast.keeper, expiryUnixS);
  report.ok(`settled at ${showPrice(final.priceE6, 6)}, the mean of ${final.bucketsUsed} buckets`);

  const people = ['maker', 'alice', 'bob'] as const;
  const accounts = await Promise.all(people.map((person) => exchange.accountOf(cast[person].address)));
  for (const account of [...accounts, optionVault.keys.tradingAccount]) {
    await exchange.accountSettle(cast.keeper, account, expiryUnixS);
  }
  const { openInterestLots } = await exchange.state();
  report.ok(`every account is settled by the keeper, nobody had to ask; open interest ${openInterestLots} lots`);

  const sold = optionVault.epoch;
  await optionVault.turn(cast.keeper);
  const epoch = await optionVault.state(sold);
  await optionVault.withdrawClaim(cast.carol, sold);
  report.ok(
    `the epoch turns at ${decimal(epoch.sharePriceE12, 9, 9)} SOL a share; carol leaves with ${showBase(epoch.withdrawnBaseAtoms)} SOL and ${showQuote(epoch.withdrawnQuoteAtoms)} USDC`,
  );
  await vaultShow(vaulted);

  for (const person of people) {
    await leave(vaulted, cast[person]);
  }
  report.ok('maker, alice and bob withdraw all they have, through the breaker’s custody');
}

interface VaultEpoch {
  readonly number: number;
  readonly state: string;
  readonly offered_lots: number;
  readonly sold_lots: number;
  readonly premium_atoms: number;
  readonly share_price_e12: number;
  readonly yield_e6: number | null;
}

/** What anybody sees of the vault with `bastion vault`: yields that were, never yields to come. */
async function vaultShow({ report, chain }: Vaulted): Promise<void> {
  const answer = JSON.parse(await bastion(['--url', chain.url, '--json', 'vault'])) as {
    vaults: readonly { epochs: readonly VaultEpoch[] }[];
  };
  const columns = ['epoch', 'state', 'lots sold', 'premium, USDC', 'SOL a share', 'realised yield'];
  report.table(
    columns.map((name, at) => ({ name, align: at < 2 ? 'left' : 'right' })),
    answer.vaults.flatMap(({ epochs }) =>
      epochs.map((epoch) => [
        `${epoch.number}`,
        epoch.state,
        `${epoch.sold_lots} of ${epoch.offered_lots}`,
        showQuote(BigInt(epoch.premium_atoms)),
        epoch.state === 'settled' ? decimal(BigInt(epoch.share_price_e12), 9, 9) : '-',
        epoch.yield_e6 === null ? '-' : `${decimal(BigInt(epoch.yield_e6), 4, 4)} %`,
      ]),
    ),
  );
}

/** Withdraws all that a flat account holds. */
async function leave({ exchange, baseMint, quoteMint }: Vaulted, owner: KeyPairSigner): Promise<void> {
  const { quoteAtoms, baseAtoms } = await exchange.account(await exchange.accountOf(owner.address));
  if (quoteAtoms > 0n) {
    await exchange.withdraw(owner, quoteMint, quoteAtoms);
  }
  if (baseAtoms > 0n) {
    await exchange.withdraw(owner, baseMint, baseAtoms);
  }
}
