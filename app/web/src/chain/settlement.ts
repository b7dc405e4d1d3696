/** Fixing an expiry's price, which anybody may. */
import { expiryAddress, margin, oracle, settlementAddress, type Connection } from '@bastion/client';
import { createNoopSigner, type Address, type Instruction } from '@solana/kit';
import type { Snapshot } from './snapshot';

/** The steps that nobody has taken yet; none where the price is fixed. */
export async function priceFix({ rpc }: Connection, snapshot: Snapshot, payer: Address, expiryUnixS: bigint): Promise<Instruction[]> {
  const { marketAddress: market, expiries } = snapshot;
  const { feed } = snapshot.market;
  if (expiries.find((each) => each.expiryUnixS === expiryUnixS)?.settlementPriceE6 !== undefined) return [];
  const [expiry, settlement] = [await expiryAddress(market, expiryUnixS), await settlementAddress(feed, expiryUnixS)];
  const known = await oracle.fetchMaybeSettlement(rpc, settlement, { commitment: 'confirmed' });
  const finalise = known.exists ? [] : [oracle.getSettlementFinaliseInstruction({ payer: createNoopSigner(payer), feed, settlement, expiryUnixS })];
  return [...finalise, margin.getExpirySettleInstruction({ market, expiry, settlement })];
}
