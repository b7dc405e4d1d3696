/**
 * A local network that the daemons run: publishers walk the price, a keeper lists expiries, posts surfaces, settles, liquidates, watches the
 * breaker and turns a vault whose auctions people bid in, and the reference maker quotes. A proposal waits for its approvals.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COVERED_CALL, PROGRAMS } from '@bastion/client';
import type { Trading } from '../steps/market.js';
import { bidders } from './bidders.js';
import { bufferWrite, sha256 } from './buffer.js';
import type { Chain } from './chain.js';
import { Council, type Proposal } from './council.js';
import type { Daemon } from './daemon.js';
import { localKey } from './keys.js';
import { deployed } from './loader.js';
import { base, hex, quote } from './numbers.js';
import { CRANKS, Operator, type Section } from './operator.js';
import { OptionVault, mandateOf } from './option-vault.js';
import { ELF_DIR, built } from './paths.js';
import { every, type Running } from './rounds.js';
import { fund } from './tokens.js';

const STAKE = quote(5_000_000);
/** For fees and rent of somebody who trades. */
const LAMPORTS_SOL = 5;
const TASKS: readonly Section[] = ['feeds', 'listing', ...CRANKS, 'watcher'];

/** An epoch of the vault's, seconds: half a minute to bid and half a minute to open, then the options live. */
const [EPOCH_S, AUCTION_S] = [240, 30];
const DEPOSIT = base(500);
const BIDDERS = ['bidder-1', 'bidder-2'];
const MANDATE = mandateOf({
  auctionS: AUCTION_S,
  epochS: EPOCH_S,
  deltaMaxBps: 3_000,
  distanceBps: 10_000,
  managementBps: 200,
  capacityAtoms: base(10_000),
});
/** Of the five that an upgrade needs, and of the four that lower the brake. */
const APPROVALS = { upgrade: 3, relax: 2 };
const NORMAL = 0;
const COUNCIL_MS = 5_000;

/** What runs from here on, in the order in which it is to be stopped. */
export async function operate(trading: Trading, relay: Daemon, expiriesS: readonly number[]): Promise<Running[]> {
  const { cast, exchange } = trading;
  const operator = await Operator.settle(exchange, cast.deployer);
  const publishers = await operator.keeper({ name: 'publishers', sections: ['localnet'] });
  await trading.keeper.pause();
  const bidding = await vaultOpen(trading);
  const keeper = await operator.keeper({ name: 'keeper', sections: TASKS, horizonsS: [EPOCH_S, ...expiriesS] });
  await person(trading, 'desk', STAKE);
  const maker = await operator.maker('maker', 'desk', relay.url);
  const proposing = await proposalsKeep(trading);
  // The maker first: it cancels what it has out.
  return [maker, bidding, proposing, keeper, publishers];
}

/** Somebody with a margin account and quote tokens in it and, as many again, beside it. */
async function person({ chain, cast, exchange, quoteMint }: Trading, name: string, stake: bigint) {
  const key = await localKey(name);
  await chain.airdrop(key.address, LAMPORTS_SOL);
  await exchange.accountOpen(key);
  await fund(chain, cast.deployer, quoteMint, key.address, stake * 2n);
  await exchange.deposit(key, quoteMint, stake);
  return key;
}

/** A covered-call vault with a deposit that waits for the first turn, and people who will bid. */
async function vaultOpen(trading: Trading): Promise<Running> {
  const { chain, cast, exchange, baseMint } = trading;
  const vault = await OptionVault.create(exchange, cast.deployer, 1, COVERED_CALL, MANDATE);
  await fund(chain, cast.deployer, baseMint, cast.carol.address, DEPOSIT);
  await vault.deposit(cast.carol, DEPOSIT);
  const owners = [];
  for (const name of BIDDERS) owners.push(await person(trading, name, STAKE));
  return bidders(vault, owners);
}

/** Keeps a proposal before the council: new code, and whenever what waits has expired, to lower the brake. */
async function proposalsKeep({ chain, cast }: Trading): Promise<Running> {
  const council = new Council(chain, cast.council);
  let waiting = await upgradeLeave(chain, council);
  return every(COUNCIL_MS, async () => {
    const { expiresUnixS } = await council.state(waiting);
    if ((await chain.now()).unixS < expiresUnixS) return;
    waiting = await council.relaxPropose(NORMAL);
    await council.approve(waiting, APPROVALS.relax);
  });
}

/** New code for the margin program, of two that it is built as: proposed, approved by some, and left to the others. */
async function upgradeLeave(chain: Chain, council: Council): Promise<Proposal> {
  const { code } = await deployed(chain, PROGRAMS.margin);
  const builds = ['margin.so', 'margin_next.so'].map((file) => readFileSync(built(join(ELF_DIR, file))));
  const elf = builds.find((build) => Buffer.compare(code.subarray(0, build.length), build) !== 0)!;
  const hash = sha256(elf);
  const buffer = await localKey(`pending-${hex(hash)}`);
  await bufferWrite(chain, council.proposer, buffer, elf, () => undefined);
  const proposal = await council.upgradePropose(PROGRAMS.margin, buffer.address, hash, elf.length);
  await council.approve(proposal, APPROVALS.upgrade);
  return proposal;
}
