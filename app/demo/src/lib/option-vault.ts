/** A covered-call vault through one epoch: every step but the deposit, the bid and the claim is anyone's. */
import {
  PROGRAMS,
  bidAddress,
  brakeAddress,
  configAddress,
  custodyAddress,
  depositAddress,
  epochAddress,
  expiryAddress,
  marginAccountAddress,
  ticketAddress,
  tokensAddress,
  vault,
  vaultAddress,
} from '@bastion/client';
import type { Address, Instruction, TransactionSigner } from '@solana/kit';
import type { Exchange } from './exchange.js';
import { walletOf } from './tokens.js';

const TRADING = 0;
const ESCROW = 1;
/** Number of the ticket for what has to wait. */
const TICKET_ID = 2n;

/** What a vault may do; it never changes. */
export interface Mandate {
  readonly strikeDistanceBps: number;
  readonly reservePremiumBps: number;
  readonly auctionS: number;
  readonly epochS: number;
  readonly minDepositAtoms: bigint;
  readonly capacityAtoms: bigint;
}

export class OptionVault {
  readonly exchange: Exchange;
  readonly address: Address;
  readonly trading: Address;
  readonly escrow: Address;
  /** The epoch that is played here. */
  readonly epoch: Address;

  private constructor(exchange: Exchange, address: Address, trading: Address, escrow: Address, epoch: Address) {
    this.exchange = exchange;
    this.address = address;
    this.trading = trading;
    this.escrow = escrow;
    this.epoch = epoch;
  }

  /** Creates a vault and its first epoch; `authority` is the vault program's. */
  static async create(
    exchange: Exchange,
    authority: TransactionSigner,
    id: number,
    mandate: Mandate,
  ): Promise<OptionVault> {
    const { market } = exchange;
    const address = await vaultAddress(market, id);
    const trading = await marginAccountAddress(market, address, TRADING);
    const escrow = await marginAccountAddress(market, address, ESCROW);
    const epoch = await epochAddress(address, 0n);
    await exchange.chain.send(authority, [
      vault.getVaultCreateInstruction({
        payer: authority,
        config: await configAddress('vault'),
        authority,
        market,
        vault: address,
        epoch,
        tradingAccount: trading,
        escrowAccount: escrow,
        id,
        ...mandate,
      }),
    ]);
    return new OptionVault(exchange, address, trading, escrow, epoch);
  }

  async state() {
    return vault.getEpochDecoder().decode(await this.exchange.chain.bytes(this.epoch));
  }

  async deposit(owner: TransactionSigner, amountAtoms: bigint): Promise<void> {
    const deposit = await depositAddress(this.epoch, owner.address);
    const source = await walletOf(owner.address, this.exchange.parts.baseMint);
    await this.send(
      owner,
      vault.getDepositInstruction({ ...(await this.accounts()), owner, deposit, source, amountAtoms }),
    );
  }

  /** Fixes strike, size and reserve price from mandate, listed strikes and feed. */
  async auctionOpen(by: TransactionSigner, expiryUnixS: bigint): Promise<void> {
    const expiry = await expiryAddress(this.exchange.market, expiryUnixS);
    await this.send(by, vault.getAuctionOpenInstruction({ ...(await this.accounts()), expiry }));
  }

  async bid(bidder: TransactionSigner, lots: bigint, priceE6: bigint): Promise<void> {
    const bid = await bidAddress(this.epoch, bidder.address);
    const holder = await this.exchange.accountOf(bidder.address);
    const source = await walletOf(bidder.address, this.exchange.parts.quoteMint);
    await this.send(
      bidder,
      vault.getBidPlaceInstruction({ ...(await this.accounts()), bidder, bid, holder, source, lots, priceE6 }),
    );
  }

  /** Sells to the best bid that is not below the reserve. */
  async auctionClear(by: TransactionSigner, bestBidder: Address): Promise<void> {
    const bestBid = await bidAddress(this.epoch, bestBidder);
    const holder = await this.exchange.accountOf(bestBidder);
    const expiry = await expiryAddress(this.exchange.market, (await this.state()).expiryUnixS);
    await this.send(by, vault.getAuctionClearInstruction({ ...(await this.accounts()), bestBid, holder, expiry }));
  }

  /** Gives back what of a bid's escrow was not spent. */
  async bidRefund(by: TransactionSigner, bidder: Address): Promise<void> {
    const bid = await bidAddress(this.epoch, bidder);
    const destination = await walletOf(bidder, this.exchange.parts.quoteMint);
    const accounts = await this.accounts();
    const ticket = await ticketAddress(accounts.quoteTokens, TICKET_ID);
    await this.send(by, vault.getBidRefundInstruction({ ...accounts, bid, bidder, destination, payer: by, ticket, ticketId: TICKET_ID }));
  }

  async epochSettle(payer: TransactionSigner): Promise<void> {
    const nextEpoch = await epochAddress(this.address, (await this.state()).number + 1n);
    await this.send(payer, vault.getEpochSettleInstruction({ ...(await this.accounts()), payer, nextEpoch }));
  }

  async claim(owner: TransactionSigner): Promise<void> {
    const { baseMint, quoteMint } = this.exchange.parts;
    const deposit = await depositAddress(this.epoch, owner.address);
    const baseDestination = await walletOf(owner.address, baseMint);
    const quoteDestination = await walletOf(owner.address, quoteMint);
    const accounts = await this.accounts();
    await this.send(
      owner,
      vault.getClaimInstruction({
        ...accounts,
        owner,
        deposit,
        baseDestination,
        quoteDestination,
        baseTicket: await ticketAddress(accounts.baseTokens, TICKET_ID),
        quoteTicket: await ticketAddress(accounts.quoteTokens, TICKET_ID),
        ticketId: TICKET_ID,
      }),
    );
  }

  /** What the instructions of one vault have in common; each takes what it names. */
  private async accounts() {
    const { market, parts } = this.exchange;
    return {
      ...parts,
      market,
      vault: this.address,
      epoch: this.epoch,
      tradingAccount: this.trading,
      escrowAccount: this.escrow,
      baseTokens: await tokensAddress(market, parts.baseMint),
      quoteTokens: await tokensAddress(market, parts.quoteMint),
      custody: await custodyAddress(market),
      brake: await brakeAddress(),
      breakerProgram: PROGRAMS.breaker,
    };
  }

  private async send(by: TransactionSigner, instruction: Instruction): Promise<void> {
    await this.exchange.chain.send(by, [instruction]);
  }
}
