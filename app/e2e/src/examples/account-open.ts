import { connect, margin, marginAccountAddress, marketAddress } from '@bastion/client';
import type { TransactionSigner } from '@solana/kit';

/** Opens the owner's margin account in a market, and reads it. */
export async function accountOpen(url: string, symbol: string, owner: TransactionSigner) {
  const { rpc, send } = connect(url);
  const market = await marketAddress(symbol);
  const open = await margin.getAccountOpenInstructionAsync({ owner, payer: owner, market, subaccount: 0 });
  await send(owner, [open]); // throws InstructionRefused: "margin: ... (code): message"
  return margin.fetchMarginAccount(rpc, await marginAccountAddress(market, owner.address));
}
