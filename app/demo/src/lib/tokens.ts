/** Mints and token accounts of the SPL Token program. */
import { getCreateAccountInstruction } from '@solana-program/system';
import {
  TOKEN_PROGRAM_ADDRESS,
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstructionAsync,
  getInitializeMint2Instruction,
  getMintDecoder,
  getMintSize,
  getMintToInstruction,
  getTokenDecoder,
} from '@solana-program/token';
import type { Address, Base58EncodedBytes, KeyPairSigner, TransactionSigner } from '@solana/kit';
import type { Chain } from './chain.js';

const TOKEN_OF_MINT_AT = 0n;
const TOKEN_ACCOUNT_LEN = 165;

export async function mintCreate(
  chain: Chain,
  authority: TransactionSigner,
  mint: KeyPairSigner,
  decimals: number,
): Promise<Address> {
  const space = getMintSize();
  await chain.send(authority, [
    getCreateAccountInstruction({
      payer: authority,
      newAccount: mint,
      lamports: await chain.rent(space),
      space,
      programAddress: TOKEN_PROGRAM_ADDRESS,
    }),
    // No freeze authority: a token that can be frozen can trap a vault.
    getInitializeMint2Instruction({
      mint: mint.address,
      decimals,
      mintAuthority: authority.address,
      freezeAuthority: null,
    }),
  ]);
  return mint.address;
}

export async function walletOf(owner: Address, mint: Address): Promise<Address> {
  const [wallet] = await findAssociatedTokenPda({ owner, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS });
  return wallet;
}

/** Opens the owner's token account where there is none, and mints into it. */
export async function fund(
  chain: Chain,
  authority: TransactionSigner,
  mint: Address,
  owner: Address,
  amount: bigint,
): Promise<Address> {
  const wallet = await walletOf(owner, mint);
  const open = await getCreateAssociatedTokenIdempotentInstructionAsync({ payer: authority, owner, mint });
  const minted = amount > 0n ? [getMintToInstruction({ mint, token: wallet, mintAuthority: authority, amount })] : [];
  await chain.send(authority, [open, ...minted]);
  return wallet;
}

/** Tokens in an account; 0 where there is no account. */
export async function tokensIn(chain: Chain, wallet: Address): Promise<bigint> {
  const account = await chain.account(wallet);
  return account ? getTokenDecoder().decode(account.data).amount : 0n;
}

export async function supplyOf(chain: Chain, mint: Address): Promise<bigint> {
  return getMintDecoder().decode(await chain.bytes(mint)).supply;
}

export interface Holder {
  readonly account: Address;
  readonly owner: Address;
  readonly amount: bigint;
}

/** Every token account of a mint. */
export async function holdersOf(chain: Chain, mint: Address): Promise<Holder[]> {
  const accounts = await chain.accountsOf(TOKEN_PROGRAM_ADDRESS, [
    { offset: TOKEN_OF_MINT_AT, bytes: mint as string as Base58EncodedBytes },
  ]);
  return accounts
    .filter((account) => account.data.length === TOKEN_ACCOUNT_LEN)
    .map((account) => {
      const token = getTokenDecoder().decode(account.data);
      return { account: account.address, owner: token.owner, amount: token.amount };
    });
}
