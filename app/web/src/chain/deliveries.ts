/** Where what a bid wins goes: to the bidder's margin account, or as tokens of the series to the wallet. */
import { TOKEN_2022, marginAccountAddress, readAccounts, vaultSeries, vaultSeriesOpen, type Connection, type VaultKeys } from '@bastion/client';
import { getCreateAssociatedTokenIdempotentInstructionAsync } from '@solana-program/token';
import { createNoopSigner, type Address, type Instruction } from '@solana/kit';
import { walletOf } from './account';

export type Delivery = 'account' | 'tokens';

type Series = { expiry: Address; strikeE6: bigint };

/** What receives it, and what has to be made before a bid can name it: the series' mint, once for all, and the wallet's token account. */
export async function delivered(connection: Connection, keys: VaultKeys, series: Series, owner: Address, delivery: Delivery): Promise<{ holder: Address; before: readonly Instruction[] }> {
  if (delivery === 'account') return { holder: await marginAccountAddress(keys.market, owner), before: [] };
  const payer = createNoopSigner(owner);
  const { mint } = await vaultSeries(keys, series);
  const isOpen = (await readAccounts(connection, [mint])).has(mint);
  const wallet = await getCreateAssociatedTokenIdempotentInstructionAsync({ payer, owner, mint, tokenProgram: TOKEN_2022 });
  return { holder: await walletOf(owner, mint, TOKEN_2022), before: isOpen ? [wallet] : [await vaultSeriesOpen(keys, payer, series), wallet] };
}
