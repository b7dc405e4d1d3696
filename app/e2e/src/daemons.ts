/**
 * The daemons on the suite's network: quotes filled from a relay, a vault's epoch turned, a short liquidated, a loss passed on and a debt
 * bought off by keepers alone, keepers killed and cut off, an expiry settled, and a market closed by proof. They go last: the market stays
 * closed.
 */
import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import {
  COVERED_CALL,
  breaker,
  custodyAddress,
  isSameSeries,
  margin,
  oracle,
  quoteOfWire,
  sealedBid,
  surfaceAddress,
  vaultSeries,
  TOKEN_2022,
  type SealedBid,
  type WireQuote,
} from '@bastion/client';
import type { Daemon } from '@bastion/demo/lib/daemon';
import { localKey } from '@bastion/demo/lib/keys';
import { base, priceE6, quote, showPrice } from '@bastion/demo/lib/numbers';
import { CRANKS, Operator } from '@bastion/demo/lib/operator';
import { OptionVault, mandateOf } from '@bastion/demo/lib/option-vault';
import { relayStart } from '@bastion/demo/lib/relay';
import { fund, tokensIn } from '@bastion/demo/lib/tokens';
import type { Address, KeyPairSigner } from '@solana/kit';
import { findAssociatedTokenPda } from '@solana-program/token';
import { run } from './command.js';
import { nextNonce, scene } from './scene.js';

/** What has not happened by now does not happen: on a loaded machine the cluster's time is slower than the wall's. */
const PATIENCE_MS = 600_000;
const POLL_MS = 100;
/** Until the expiry: surfaces are posted up to a minute before one, and a vault sells in that time. */
const NEAR_S = 100n;
const STEP_S = 10n;
const [EPOCH_OPEN, EPOCH_AUCTION, EPOCH_LIVE] = [0, 1, 2];
const EXPIRY_SETTLED = 1;
const CLOSE_ONLY = 2;
const VAULT_ID = 9;
const DEPOSIT = base(50);
const BID_LOTS = 100n;
const TOKEN_LOTS = 20n;
const SHORT_LOTS = 10n;
/** Ten units, which are worth less than nothing beyond twice the price that they were sold at. */
const RUINED_LOTS = 100n;
const RUIN = priceE6(400);
/** Of base behind a short that owes quote when it settles: its strike is far below any price here. */
const PLEDGE = base(5);
const DEBT_STRIKE = priceE6(120);
const START = priceE6('156.80');
/** Beyond the maintenance margin of the short, which holds the least that opens it. */
const CRASH = priceE6(225);
const MANDATE = mandateOf({ auctionS: 10, epochS: 80 });

/** Everything that stands while these tests run. */
interface Stand {
  operator: Operator;
  first: Daemon;
  second: Daemon;
  relay: Daemon;
  maker: Daemon;
  vault: OptionVault;
  expiryUnixS: bigint;
  /** Who takes what others write. */
  buyer: KeyPairSigner;
  /** Somebody's account that will owe quote and hold base. */
  pledged: Address;
}

let stand: Stand;
const started: Daemon[] = [];

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${PATIENCE_MS / 1_000} s`);
    await sleep(POLL_MS);
  }
}

/** Killed at the end, whatever happens. */
const kept = (daemon: Daemon): Daemon => {
  started.push(daemon);
  return daemon;
};

/** Quotes of the suite's maker that the relay has, as it sends them. */
async function quotesOf(relay: Daemon): Promise<(WireQuote & { id: string; filledPackages: string })[]> {
  const answer = await fetch(`${relay.url}/v1/quotes`);
  return ((await answer.json()) as { quotes: (WireQuote & { id: string; filledPackages: string })[] }).quotes;
}

const lotsIn = async (account: Address, expiryUnixS: bigint): Promise<bigint> => {
  const { positions } = await scene().exchange.account(account);
  return positions.filter((position) => position.expiryUnixS === expiryUnixS).reduce((sum, { lots }) => sum + lots, 0n);
};

const marginAccount = async (account: Address) =>
  margin.getMarginAccountDecoder().decode(await scene().chain.bytes(account));

/** Somebody whose account holds nothing but what is paid in. */
async function newcomer(name: string, stake: bigint, mint: Address): Promise<KeyPairSigner> {
  const { chain, cast, exchange } = scene();
  const owner = await localKey(name);
  await chain.airdrop(owner.address, 5);
  await exchange.accountOpen(owner);
  await fund(chain, cast.deployer, mint, owner.address, stake);
  await exchange.deposit(owner, mint, stake);
  return owner;
}

/** The account of a newcomer who is short calls that `buyer` takes at a unit's price of 1. */
async function writer(buyer: KeyPairSigner, owner: KeyPairSigner, terms: { lots: bigint; strikeE6: bigint; expiryUnixS: bigint }): Promise<Address> {
  const { exchange } = scene();
  const { lots: maxLots, ...series } = terms;
  const offer = { ...series, priceE6: priceE6('1.00'), kind: 'call', side: 'buy', maxLots, nonce: nextNonce() } as const;
  await exchange.fill(owner, await exchange.quote(buyer, offer), maxLots);
  return exchange.accountOf(owner.address);
}

/** What two keepers have counted of that together. */
async function counted(metric: string, what = ''): Promise<number> {
  const each = await Promise.all([stand.first, stand.second].map((daemon) => daemon.metric(metric, what)));
  return each.reduce((sum, count) => sum + count, 0);
}

const posted = async (): Promise<bigint> => {
  const { chain, exchange, expiryUnixS } = scene();
  const account = await chain.account(await surfaceAddress(exchange.parts.feed, expiryUnixS));
  return account === undefined ? 0n : oracle.getSurfaceDecoder().decode(account.data).postedUnixS;
};

describe('daemons', () => {
  before(async () => {
    const { chain, cast, exchange } = scene();
    const operator = await Operator.settle(exchange, cast.deployer);
    const expiryUnixS = (((await chain.now()).unixS + NEAR_S + STEP_S - 1n) / STEP_S) * STEP_S;
    await exchange.expiryCreate(cast.keeper, expiryUnixS);
    const vault = await OptionVault.create(exchange, cast.deployer, VAULT_ID, COVERED_CALL, MANDATE);
    await fund(chain, cast.deployer, exchange.parts.baseMint, cast.carol.address, DEPOSIT);
    await vault.deposit(cast.carol, DEPOSIT);
    // Of its own: by now the suite's maker holds positions in as many expiries as an account may.
    const buyer = await newcomer('buyer', quote(1_000), exchange.parts.quoteMint);
    const pledger = await newcomer('pledger', PLEDGE, exchange.parts.baseMint);
    const pledged = await writer(buyer, pledger, { lots: SHORT_LOTS, strikeE6: DEBT_STRIKE, expiryUnixS });
    const [first, second, relay] = await Promise.all([
      operator.keeper({ name: 'keeper-1', sections: CRANKS }),
      operator.keeper({ name: 'keeper-2', sections: CRANKS }),
      relayStart(chain.url, { name: 'e2e-relay' }),
    ]);
    const maker = await operator.maker('maker-1', 'maker', relay.url);
    [first, second, relay, maker].forEach(kept);
    stand = { operator, first, second, relay, maker, vault, expiryUnixS, buyer, pledged };
  });

  after(async () => {
    await Promise.all(started.filter((daemon) => daemon.isRunning).map((daemon) => daemon.kill()));
  });

  let sealed: SealedBid;

  test('vault_epoch_with_a_deposit_turns_and_opens_its_auction_by_two_keepers_alone', async () => {
    const { cast, chain, exchange } = scene();
    const { vault } = stand;
    await until('the deposit has become shares', async () => (await vault.follow()) === 1n);
    assert.ok((await vault.depositClaim(cast.carol, 0n)) > 0n);
    const offered = await until('the auction is open', async () => {
      const epoch = await vault.state();
      return epoch.state === EPOCH_AUCTION && epoch;
    });
    assert.equal(offered.expiryUnixS, stand.expiryUnixS);
    sealed = sealedBid(BID_LOTS, offered.reservePriceE6 * 2n);
    await fund(chain, cast.deployer, exchange.parts.quoteMint, cast.bob.address, quote(20_000));
    await fund(chain, cast.deployer, exchange.parts.quoteMint, cast.alice.address, quote(20_000));
    const [named, price] = [['vault', '--vault', vault.keys.vault], showPrice(sealed.priceE6, 6)];
    const typed = await Promise.all([
      run('alice', ...named, 'bid', `${TOKEN_LOTS}`, price, '--as-tokens'),
      vault.bid(cast.bob, sealed),
    ]);
    assert.match(typed[0], /a bid for 20 lots as tokens is sealed/);
    await chain.until({ unixS: offered.commitEndsUnixS });
    const opened = await Promise.all([run('alice', ...named, 'reveal', price), vault.reveal(cast.bob, cast.bob.address, sealed)]);
    assert.match(opened[0], /the bid for 20 lots is open/);
  });

  test('auction_that_is_over_is_cleared_settled_and_refunded_by_the_keepers', async () => {
    const { chain, cast, exchange } = scene();
    const { vault } = stand;
    const sold = await until('the bid is settled', async () => {
      const epoch = await vault.state();
      return epoch.state === EPOCH_LIVE && epoch.bidsUnsettled === 0 && epoch;
    });
    assert.equal(sold.soldLots, BID_LOTS + TOKEN_LOTS);
    assert.equal(await lotsIn(await exchange.accountOf(cast.bob.address), stand.expiryUnixS), BID_LOTS);
    const { mint } = await vaultSeries(vault.keys, sold);
    const [wallet] = await findAssociatedTokenPda({ owner: cast.alice.address, mint, tokenProgram: TOKEN_2022 });
    assert.equal(await tokensIn(chain, wallet), TOKEN_LOTS);
    for (const { address } of [cast.bob, cast.alice]) {
      await until('the bid is refunded and closed', async () => (await vault.hasBid(address)) === false);
    }
  });

  test('quote_from_the_relay_fills_as_the_maker_signed_it', async () => {
    const { chain, cast, exchange } = scene();
    const before = await exchange.account(await exchange.accountOf(cast.alice.address));
    const filled = await until('a call that the maker sells fills', async () => {
      for (const wire of await quotesOf(stand.relay)) {
        const { slot } = await chain.now();
        const found = await quoteOfWire(wire, { market: exchange.market, genesisHash: chain.genesisHash, slot }).catch(() => undefined);
        const [leg, ...others] = found?.quote.legs ?? [];
        if (found === undefined || leg === undefined || others.length > 0 || leg.side !== 'sell' || leg.kind !== 'call') continue;
        const { nonce } = found.quote;
        const offer = { ...leg, nonce, maxLots: found.quote.maxPackages };
        // The maker may have cancelled it in this very moment.
        const done = await exchange.fill(cast.alice, { offer, signed: found.signed }, 1n).then(() => true, () => false);
        if (done) return { id: wire.id, leg };
      }
      return undefined;
    });
    const after = await exchange.account(await exchange.accountOf(cast.alice.address));
    const held = ({ positions }: typeof after) =>
      positions.find((position) => isSameSeries(position, { ...filled.leg, isCall: true }))?.lots ?? 0n;
    assert.equal(held(after) - held(before), 1n);
    await until('the relay has seen it', async () => {
      const now = (await quotesOf(stand.relay)).find(({ id }) => id === filled.id);
      return now === undefined || now.filledPackages === '1';
    });
  });

  test('keeper_killed_is_not_missed_and_goes_on_where_it_was', async () => {
    await stand.first.kill();
    const at = await posted();
    await until('the other keeper posts surfaces', async () => (await posted()) > at);
    stand.first = kept(await stand.operator.keeper({ name: 'keeper-1-again', sections: CRANKS }));
    await until('it is healthy again', () => stand.first.isHealthy());
  });

  test('relay_killed_comes_back_with_its_quotes', async () => {
    await until('the relay has quotes', async () => (await quotesOf(stand.relay)).length > 0);
    const listen = new URL(stand.relay.url).host;
    await stand.relay.kill();
    stand.relay = kept(await relayStart(scene().chain.url, { name: 'e2e-relay', listen, keep: true }));
    await until('the relay has quotes', async () => (await quotesOf(stand.relay)).length > 0);
  });

  test('keeper_without_rpc_says_so_and_goes_on_once_it_answers', async () => {
    const way = await Way.open(scene().chain.url);
    const keeper = kept(await stand.operator.keeper({ name: 'keeper-cut-off', url: way.url, sections: ['settlement'] }));
    const settlement = async () => (await keeper.parts())['settlement'];
    await until('a good round', async () => (await settlement())?.healthy);
    way.cut();
    await until('it names the failure', async () => (await settlement())?.error?.includes('does not answer'));
    assert.ok(keeper.isRunning);
    way.mend();
    await until('it goes on', async () => (await settlement())?.error === null);
    assert.equal(await keeper.stop(), 0);
    await way.close();
  });

  test('account_without_maintenance_margin_is_liquidated_by_the_keepers_within_their_limits', async () => {
    const { exchange, keeper, quoteMint, expiryUnixS } = scene();
    const account = await writer(stand.buyer, await newcomer('short', quote(160), quoteMint), { lots: SHORT_LOTS, strikeE6: priceE6(160), expiryUnixS });
    const operator = (await localKey('operator')).address;
    const desk = await exchange.accountOf(operator);
    const held = await lotsIn(desk, expiryUnixS);

    keeper.drift(CRASH);
    await until('the short is sold', async () => (await lotsIn(account, expiryUnixS)) === 0n);
    await until('its liquidation is finished', async () => (await marginAccount(account)).inLiquidation === 0);
    assert.equal(await lotsIn(desk, expiryUnixS), held - SHORT_LOTS);
    assert.ok((await marginAccount(account)).quoteAtoms >= 0n);
    for (const what of ['liquidation_start', 'liquidation_bid', 'liquidation_finish']) {
      await until(`a keeper has seen its ${what} land`, async () => (await counted('keeper_liquidations_total', `"${what}"`)) >= 1);
    }
    // Of two keepers of one key one was first: what landed once is counted once.
    assert.equal(await counted('keeper_liquidations_total', '"liquidation_finish"'), 1);
    await keeper.moveTo(START);
  });

  test('loss_beyond_insurance_is_cut_from_the_balances_by_the_keepers_and_the_account_taken_over', async () => {
    const { chain, exchange, keeper, quoteMint, expiryUnixS } = scene();
    const market = async () => margin.getMarketDecoder().decode(await chain.bytes(exchange.market));
    const before = await market();
    assert.equal(before.indexLostE18, 0n);
    const account = await writer(stand.buyer, await newcomer('ruined', quote(1_600), quoteMint), { lots: RUINED_LOTS, strikeE6: priceE6(160), expiryUnixS });
    keeper.drift(RUIN);
    await until('balances are cut', async () => (await market()).indexLostE18 > 0n);
    await until('the account is taken over', async () => (await lotsIn(account, expiryUnixS)) === 0n);
    await until('its liquidation is finished', async () => (await marginAccount(account)).inLiquidation === 0);
    assert.ok((await marginAccount(account)).quoteAtoms >= 0n);
    await until('a keeper has seen its haircut land', async () => (await counted('keeper_losses_total', '"index_haircut"')) >= 1);
    await keeper.moveTo(START);
  });

  test('expiry_that_has_passed_is_settled_and_the_epoch_turned_by_the_keepers_alone', async () => {
    const { cast, exchange } = scene();
    // What is left are tokens, which their holder redeems.
    await until('every account is settled', async () => {
      const expiry = await exchange.expiry(stand.expiryUnixS);
      return expiry.state === EXPIRY_SETTLED && expiry.unsettledLots === TOKEN_LOTS;
    });
    assert.equal(await lotsIn(await exchange.accountOf(cast.alice.address), stand.expiryUnixS), 0n);
    await until('the debt of who wrote against base is bought off', async () => (await marginAccount(stand.pledged)).quoteAtoms >= 0n);
    const { baseAtoms } = await marginAccount(stand.pledged);
    assert.ok(baseAtoms > 0n && baseAtoms < PLEDGE);
    await until('a keeper has seen its purchase land', async () => (await counted('keeper_debts_bought_total')) >= 1);
    await until('the epoch has turned', async () => (await stand.vault.follow()) === 2n);
    const settled = await stand.vault.state(1n);
    assert.ok(settled.sharePriceE12 > 0n && settled.premiumAtoms > 0n);
    assert.equal((await stand.vault.state(2n)).state, EPOCH_OPEN);
  });

  test('market_whose_feed_is_dead_is_closed_by_proof_and_the_maker_falls_silent', async () => {
    const { chain, exchange, keeper } = scene();
    for (const daemon of [stand.first, stand.second]) assert.equal(await daemon.stop(), 0);
    await keeper.pause();
    const watcher = kept(await stand.operator.keeper({ name: 'keeper-watching', sections: ['watcher'] }));
    const custody = await custodyAddress(exchange.market);
    await until('the market is close-only', async () => {
      const { level } = breaker.getCustodyDecoder().decode(await chain.bytes(custody));
      return level >= CLOSE_ONLY;
    });
    await until('the keeper has seen its proof land', async () => (await watcher.metric('keeper_trips_total')) > 0);
    await until('the maker has taken its quotes back', async () => (await quotesOf(stand.relay)).length === 0);
    for (const daemon of [watcher, stand.maker, stand.relay]) assert.equal(await daemon.stop(), 0);
    keeper.resume();
  });
});

/** A way to an RPC that can be cut. */
class Way {
  readonly url: string;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(url: string, server: Server) {
    this.url = url;
    this.server = server;
  }

  static async open(to: string): Promise<Way> {
    const { hostname, port } = new URL(to);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    const way = new Way(`http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`, server);
    server.on('connection', (socket) => {
      if (way.isCut) return void socket.destroy();
      const there = connect(Number(port), hostname);
      for (const [one, other] of [[socket, there], [there, socket]] as const) {
        way.sockets.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          way.sockets.delete(one);
          other.destroy();
        });
      }
    });
    return way;
  }

  cut(): void {
    this.isCut = true;
    this.sockets.forEach((socket) => socket.destroy());
  }

  mend(): void {
    this.isCut = false;
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
