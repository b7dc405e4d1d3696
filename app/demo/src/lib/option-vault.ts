/** A vault through its epochs: every step but deposits, bids and claims is anyone's. */
import {
  TOKEN_2022,
  bidAddress,
  boardAddress,
  configAddress,
  epochAddress,
  expiryAddress,
  oracle,
  surfaceAddress,
  vault,
  vaultAuctionClear,
  vaultBid,
  vaultBidRefund,
  vaultBidSettle,
  vaultDeposit,
  vaultDepositClaim,
  vaultKeys,
  vaultReveal,
  vaultTurn,
  vaultWithdraw,
  vaultWithdrawClaim,
  type SealedBid,
  type VaultKeys,
} from '@bastion/client';
import { AccountRole, type Address, type Instruction, type KeyPairSigner, type TransactionSigner } from '@solana/kit';
import { findAssociatedTokenPda, getCreateAssociatedTokenIdempotentInstructionAsync } from '@solana-program/token';
import type { Exchange } from './exchange.js';
import { base } from './numbers.js';
import { tokensIn, walletOf } from './tokens.js';

/** Number of the ticket for what has to wait. */
const TICKET_ID = 2n;

export type Mandate = vault.MandateArgsArgs;

/** A mandate for covered calls on a local network, two sigmas away, with what differs in a scene. */
export function mandateOf(terms: Pick<Mandate, 'auctionS' | 'epochS'> & Partial<Mandate>): Mandate {
  return {
    deltaMinBps: 0,
    deltaMaxBps: 2_500,
    distanceBps: 20_000,
    discountBps: 1_000,
    openInterestBps: 10_000,
    widthBps: 0,
    managementBps: 0,
    performanceBps: 1_000,
    escrowMultiple: 3,
    coverBps: 10_000,
    volMinE9: 5_000_000_000n,
    depositMinAtoms: base(1),
    capacityAtoms: base(1_000),
    ...terms,
  };
}

export class OptionVault {
  readonly exchange: Exchange;
  readonly keys: VaultKeys;
  private number = 0n;

  private constructor(exchange: Exchange, keys: VaultKeys) {
    this.exchange = exchange;
    this.keys = keys;
  }

  /** Creates a vault, its shares and its first epoch; `authority` is the vault program's. */
  static async create(
    exchange: Exchange,
    authority: TransactionSigner,
    id: number,
    kind: number,
    mandate: Mandate,
  ): Promise<OptionVault> {
    const keys = await vaultKeys({ market: exchange.market, ...exchange.parts }, id, kind);
    await exchange.chain.send(authority, [
      vault.getVaultCreateInstruction({
        ...keys,
        payer: authority,
        config: await configAddress('vault'),
        authority,
        epoch: await epochAddress(keys.vault, 0n),
        id,
        kind,
        mandate,
        feeRecipient: authority.address,
      }),
    ]);
    return new OptionVault(exchange, keys);
  }

  /** The epoch that is played now, and an earlier one. */
  async state(number = this.number) {
    return vault.getEpochDecoder().decode(await this.exchange.chain.bytes(await epochAddress(this.keys.vault, number)));
  }

  get epoch(): bigint {
    return this.number;
  }

  /** The epoch that the vault has come to, whoever turned it. */
  async follow(): Promise<bigint> {
    this.number = vault.getVaultDecoder().decode(await this.exchange.chain.bytes(this.keys.vault)).epoch;
    return this.number;
  }

  /** Whether there is a bid of that bidder's in the current epoch. */
  async hasBid(bidder: Address): Promise<boolean> {
    const epoch = await epochAddress(this.keys.vault, this.number);
    return (await this.exchange.chain.account(await bidAddress(epoch, bidder))) !== undefined;
  }

  async deposit(owner: TransactionSigner, amountAtoms: bigint): Promise<void> {
    const source = await walletOf(owner.address, this.keys.mint);
    await this.send(owner, await vaultDeposit(this.step(owner), source, amountAtoms));
  }

  /** Opens the owner's account of shares where there is none, and fills it. */
  async depositClaim(owner: TransactionSigner, epoch: bigint): Promise<bigint> {
    const [wallet] = await this.shareWallet(owner.address);
    const open = await getCreateAssociatedTokenIdempotentInstructionAsync({
      payer: owner,
      owner: owner.address,
      mint: this.keys.shareMint,
      tokenProgram: TOKEN_2022,
    });
    const before = await tokensIn(this.exchange.chain, wallet);
    await this.send(owner, open, await vaultDepositClaim(this.step(owner, epoch), wallet));
    return (await tokensIn(this.exchange.chain, wallet)) - before;
  }

  async sharesOf(owner: Address): Promise<bigint> {
    const [wallet] = await this.shareWallet(owner);
    return tokensIn(this.exchange.chain, wallet);
  }

  async withdraw(owner: TransactionSigner, shares: bigint): Promise<void> {
    const [wallet] = await this.shareWallet(owner.address);
    await this.send(owner, await vaultWithdraw(this.step(owner), wallet, shares));
  }

  async withdrawClaim(owner: TransactionSigner, epoch: bigint): Promise<void> {
    const { baseMint, quoteMint } = this.exchange.parts;
    const base = await walletOf(owner.address, baseMint);
    const quote = await walletOf(owner.address, quoteMint);
    await this.send(owner, await vaultWithdrawClaim(this.step(owner, epoch), { base, quote }, TICKET_ID));
  }

  /** A flat surface, from publishers of the feed's board. A vault values what it sells by it. */
  async surfacePost(by: TransactionSigner, publishers: readonly KeyPairSigner[], expiryUnixS: bigint, vol: number): Promise<void> {
    const { chain, market, parts } = this.exchange;
    const referenceS = expiryUnixS - (await chain.now()).unixS;
    const years = Number(referenceS) / 31_536_000;
    const post = oracle.getSurfacePostInstruction({
      payer: by,
      feed: parts.feed,
      board: await boardAddress(parts.feed),
      market,
      expiry: await expiryAddress(market, expiryUnixS),
      surface: await surfaceAddress(parts.feed, expiryUnixS),
      expiryUnixS,
      aE9: BigInt(Math.round(vol * vol * years * 1e9)),
      bE9: 0n,
      rhoE9: 0n,
      mE9: 0n,
      sigmaE9: 1_000_000n,
      referenceS,
      rateE9: 0n,
    });
    const signers = publishers.map((signer) => ({ address: signer.address, role: AccountRole.READONLY_SIGNER, signer }));
    await this.send(by, { ...post, accounts: [...(post.accounts ?? []), ...signers] } as Instruction);
  }

  /** Fixes strike, size, reserve price and escrow from mandate, listed strikes, surface and feed. */
  async auctionOpen(by: TransactionSigner, expiryUnixS: bigint): Promise<void> {
    const expiry = await expiryAddress(this.exchange.market, expiryUnixS);
    const surface = await surfaceAddress(this.keys.feed, expiryUnixS);
    const epoch = await epochAddress(this.keys.vault, this.number);
    await this.send(by, vault.getAuctionOpenInstruction({ ...this.keys, epoch, expiry, surface }));
  }

  async bid(bidder: TransactionSigner, sealed: SealedBid): Promise<void> {
    const holder = await this.exchange.accountOf(bidder.address);
    const source = await walletOf(bidder.address, this.exchange.parts.quoteMint);
    await this.send(bidder, await vaultBid(this.step(bidder), { holder, source }, sealed));
  }

  async reveal(by: TransactionSigner, bidder: Address, sealed: SealedBid): Promise<void> {
    await this.send(by, await vaultReveal({ keys: this.keys, epoch: this.number, bidder }, sealed));
  }

  async auctionClear(by: TransactionSigner): Promise<void> {
    await this.send(by, await vaultAuctionClear(this.keys, this.number));
  }

  /** Premium and options change hands, then what of the escrow was not spent goes back. */
  async bidSettle(by: TransactionSigner, bidder: Address) {
    const of = { keys: this.keys, epoch: this.number, bidder };
    const holder = await this.exchange.accountOf(bidder);
    const { expiry } = await this.state();
    await this.send(by, await vaultBidSettle(of, { holder, expiry }));
    const bid = await bidAddress(await epochAddress(this.keys.vault, this.number), bidder);
    const settled = vault.getBidDecoder().decode(await this.exchange.chain.bytes(bid));
    const destination = await walletOf(bidder, this.exchange.parts.quoteMint);
    await this.send(by, await vaultBidRefund(of, by, destination, TICKET_ID));
    return settled;
  }

  /** Fees, one price per share, both queues at that price, and the next epoch. */
  async turn(payer: TransactionSigner): Promise<void> {
    const { expiry } = await this.state();
    await this.send(payer, await vaultTurn(this.keys, this.number, payer, expiry));
    this.number += 1n;
  }

  private step(owner: TransactionSigner, epoch = this.number) {
    return { keys: this.keys, epoch, owner };
  }

  private shareWallet(owner: Address) {
    return findAssociatedTokenPda({ owner, mint: this.keys.shareMint, tokenProgram: TOKEN_2022 });
  }

  private async send(by: TransactionSigner, ...instructions: Instruction[]): Promise<void> {
    await this.exchange.chain.send(by, instructions);
  }
}
