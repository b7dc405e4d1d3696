/** People who bid in a vault's auctions: sealed, and opened once the commits are over. */
import { sealedBid, type SealedBid } from '@bastion/client';
import type { KeyPairSigner } from '@solana/kit';
import type { OptionVault } from './option-vault.js';
import { every, type Running } from './rounds.js';

const EPOCH_AUCTION = 1;
const POLL_MS = 1_000;
/** Each wants this share of what is on offer, in percent, at this price, in percent of the reserve. */
const WANTS = [
  { share: 60n, price: 150n },
  { share: 70n, price: 120n },
];

interface Sealed {
  readonly owner: KeyPairSigner;
  readonly bid: SealedBid;
}

/** They look every second; an auction that is missed is missed: the vault goes on unsold. */
export function bidders(vault: OptionVault, owners: readonly KeyPairSigner[]): Running {
  const desk = new Bidders(vault, owners);
  return every(POLL_MS, () => desk.round());
}

class Bidders {
  private readonly vault: OptionVault;
  private readonly owners: readonly KeyPairSigner[];
  /** Of the current epoch; who forgets one loses a bond. */
  private sealed: Sealed[] = [];
  private epoch = -1n;

  constructor(vault: OptionVault, owners: readonly KeyPairSigner[]) {
    this.vault = vault;
    this.owners = owners;
  }

  async round(): Promise<void> {
    const number = await this.vault.follow();
    const epoch = await this.vault.state();
    if (number !== this.epoch) {
      this.epoch = number;
      this.sealed = [];
    }
    if (epoch.state !== EPOCH_AUCTION) return;
    const { unixS } = await this.vault.exchange.chain.now();
    if (unixS < epoch.commitEndsUnixS) {
      for (const [at, owner] of this.owners.entries()) {
        if (await this.vault.hasBid(owner.address)) continue;
        const { share, price } = WANTS[at % WANTS.length]!;
        const bid = sealedBid((epoch.offeredLots * share) / 100n, (epoch.reservePriceE6 * price) / 100n);
        await this.vault.bid(owner, bid);
        this.sealed.push({ owner, bid });
      }
    } else if (unixS < epoch.revealEndsUnixS) {
      for (let next = this.sealed[0]; next !== undefined; next = this.sealed[0]) {
        await this.vault.reveal(next.owner, next.owner.address, next.bid);
        this.sealed.shift();
      }
    }
  }
}
