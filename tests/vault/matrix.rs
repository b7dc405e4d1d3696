//! Every level against every action, through the instructions of all programs that the action stands for: what the matrix allows works,
//! what it queues is queued, what it refuses is refused with the program's own error, and then no account of the world has changed.

use crate::fixture::{ALICE, AUCTION_S, CALLS, CAROL, DAVE, ERIN, SHARES, SPOT_E6, Stage, code, margin_code, named};
use abi::breaker::{Brake, Custody, Ticket};
use abi::margin::KIND_CALL;
use abi::quote::{SIDE_BUY, SIDE_SELL};
use client::{addresses, breaker, margin, oracle};
use policy::{Action, Cause, Level, Permission, permission};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::collections::BTreeMap;
use testkit::{Offer, Protocol, Quote, SOL, SourceAccount, Token, USDC, World, keypair};

mod accounts;
mod everywhere;
mod insurance;
mod liquidation;
mod wraps;

/// Refused by whom, with which code.
#[derive(Clone, Copy)]
enum Refusal {
    Oracle,
    Margin,
    Vault,
    Breaker,
    /// No level refuses it.
    Never,
}

impl Refusal {
    fn code(self) -> u32 {
        match self {
            Self::Oracle => named(oracle::ERRORS, "LevelForbids"),
            Self::Margin => margin_code("LevelForbids"),
            Self::Vault => code("BrakeEngaged"),
            Self::Breaker => named(breaker::ERRORS, "WithdrawalsRefused"),
            Self::Never => panic!("the matrix refuses what no program checks"),
        }
    }
}

/// One instruction that is about to be sent, in a world where at L0 it lands.
struct Case {
    name: &'static str,
    action: Action,
    refusal: Refusal,
    /// Whether a market's own level counts as well as the protocol's.
    of_market: bool,
    /// Whether tokens leave the custody, whatever the action: those are queued where withdrawals are.
    pays_out: bool,
    /// Whether it is refused where the action would be queued: there is nothing of it to queue.
    at_once: bool,
    unfrozen: bool,
    stage: Stage,
    instructions: Vec<Instruction>,
    signers: Vec<Keypair>,
}

impl Case {
    fn new(name: &'static str, action: Action, refusal: Refusal, stage: Stage, instruction: Instruction) -> Self {
        let (instructions, signers) = (vec![instruction], vec![]);
        Self {
            name,
            action,
            refusal,
            of_market: true,
            pays_out: false,
            at_once: false,
            unfrozen: false,
            stage,
            instructions,
            signers,
        }
    }

    fn signed(mut self, who: usize) -> Self {
        self.signers.push(self.stage.actors[who].keypair.insecure_clone());
        self
    }

    fn by_deployer(mut self) -> Self {
        self.signers.push(self.stage.deployer.insecure_clone());
        self
    }

    fn paying_out(mut self) -> Self {
        self.pays_out = true;
        self
    }

    fn at_once(mut self) -> Self {
        self.at_once = true;
        self
    }

    /// Not walked where withdrawals wait: what would be drawn has to be there at once.
    fn unfrozen(mut self) -> Self {
        self.unfrozen = true;
        self
    }

    /// There is no market yet whose level could count.
    fn of_protocol(mut self) -> Self {
        self.of_market = false;
        self
    }
}

fn stage() -> Stage {
    Stage::on(World::lite().unmeasured(), CALLS)
}

fn cases() -> Vec<Case> {
    let mut cases = vec![];
    fills(&mut cases);
    auctions(&mut cases);
    listings(&mut cases);
    feeds(&mut cases);
    modes(&mut cases);
    accounts::cases(&mut cases);
    liquidation::cases(&mut cases);
    insurance::cases(&mut cases);
    wraps::cases(&mut cases);
    everywhere::cases(&mut cases);
    cancels(&mut cases);
    deposits(&mut cases);
    withdrawals(&mut cases);
    settlements(&mut cases);
    prices(&mut cases);
    cases
}

/// A quote of Carol's for four calls at the money.
fn quote(stage: &mut Stage, side: u8, nonce: u64) -> Quote {
    let offer = Offer {
        expiry_unix_s: stage.expiry_unix_s,
        strike_e6: SPOT_E6,
        kind: KIND_CALL,
        side,
        price_e6: 5 * USDC,
        max_lots: 4,
        nonce,
    };
    Quote::new(&mut stage.world, &stage.protocol, &stage.actors[CAROL], offer)
}

/// A call that Carol sells Dave, or buys back.
fn fill(stage: &mut Stage, side: u8, nonce: u64) -> Vec<Instruction> {
    let quote = quote(stage, side, nonce);
    quote.fill(&stage.protocol, &stage.actors[DAVE], &stage.actors[CAROL], 2).to_vec()
}

fn fills(cases: &mut Vec<Case>) {
    let mut fresh = stage();
    let instructions = fill(&mut fresh, SIDE_SELL, 1);
    let case = |name, action, stage, instructions: Vec<Instruction>| Case {
        instructions,
        ..Case::new(name, action, Refusal::Margin, stage, Instruction::new_with_bytes(Pubkey::default(), &[], vec![]))
    };
    cases.push(case("quote_fill, opening", Action::NewRisk, fresh, instructions).signed(DAVE));
    let mut held = stage();
    let open = fill(&mut held, SIDE_SELL, 1);
    held.world.ok(&open, &[&held.actors[DAVE].keypair]);
    let close = fill(&mut held, SIDE_BUY, 2);
    cases.push(case("quote_fill, closing", Action::ReduceRisk, held, close).signed(DAVE));
}

fn auctions(cases: &mut Vec<Case>) {
    let mut funded = funded();
    funded.surface();
    let open = funded.auction_open();
    cases.push(Case::new("auction_open", Action::Auction, Refusal::Vault, funded, open));
    let open = running();
    let bid = open.bid_commit(ERIN, 10, 1_000_000);
    cases.push(Case::new("bid_commit", Action::Auction, Refusal::Vault, open, bid).signed(ERIN));
    let mut over = over();
    over.do_clear();
    let settle = over.bid_settle(CAROL);
    cases.push(Case::new("bid_settle", Action::Auction, Refusal::Margin, over, settle));
    let mut tokens = running();
    let wallet = tokens.token_wallet(CAROL);
    let bid = tokens.bid_to(CAROL, wallet, 20, 240);
    tokens.step(bid, Some(CAROL));
    tokens.world.advance_s(AUCTION_S);
    tokens.do_reveal(CAROL, 240);
    tokens.end_auction();
    tokens.do_clear();
    let settle = tokens.bid_settle_wrapped(CAROL);
    cases.push(Case::new("bid_settle_wrapped", Action::Auction, Refusal::Margin, tokens, settle));
}

/// Two SOL at work.
fn funded() -> Stage {
    let mut stage = stage();
    stage.do_deposit(ALICE, 2 * SOL);
    stage.do_turn();
    stage.do_deposit_claim(ALICE, 0);
    stage
}

/// An auction of 20 lots with no bid yet.
fn running() -> Stage {
    let mut stage = funded();
    stage.do_open();
    stage
}

/// Two bids revealed, and the auction is over.
fn over() -> Stage {
    let mut stage = running();
    stage.do_commit(CAROL, 20, 240);
    stage.do_commit(DAVE, 10, 180);
    stage.world.advance_s(AUCTION_S);
    stage.do_reveal(CAROL, 240);
    stage.do_reveal(DAVE, 180);
    stage.end_auction();
    stage
}

fn listings(cases: &mut Vec<Case>) {
    let mut stage_ = stage();
    let expiry_unix_s = stage_.protocol.expiry_unix_s(&mut stage_.world, 14);
    let protocol = &stage_.protocol;
    let accounts = margin::ExpiryCreate {
        payer: stage_.world.payer(),
        market: protocol.market,
        expiry: addresses::expiry(&protocol.market, expiry_unix_s),
        custody: protocol.custody,
        feed: protocol.feed,
    };
    let create = accounts.instruction(margin::ExpiryCreateArgs { expiry_unix_s });
    cases.push(Case::new("expiry_create", Action::Listing, Refusal::Margin, stage_, create));

    let mut stage_ = stage();
    let next = protocol_next(&mut stage_.world);
    let create = next.market_create(&stage_.world);
    cases
        .push(Case::new("market_create", Action::Listing, Refusal::Margin, stage_, create).by_deployer().of_protocol());
}

/// What a feed begins with: itself, a source more, a board for its surfaces.
fn feeds(cases: &mut Vec<Case>) {
    let listing = |name, stage, instruction| {
        Case::new(name, Action::Listing, Refusal::Oracle, stage, instruction).by_deployer().of_protocol()
    };
    let mut fresh = stage();
    let next = protocol_unpriced(&mut fresh.world);
    let create = next.feed_create(&fresh.world);
    cases.push(listing("feed_create", fresh, create));

    let mut narrow = stage();
    let next = protocol_unpriced(&mut narrow.world);
    let (authority, config) = (next.deployer.pubkey(), addresses::config(&oracle::ID));
    let accounts = oracle::FeedCreate { payer: narrow.world.payer(), authority, config, feed: next.feed };
    let two = next.sources[..2].iter().map(|source| (source.address, source.feed_id)).collect::<Vec<_>>();
    let create = client::feeds::feed_create(&accounts, next.symbol, 2, two);
    narrow.world.ok(&[create], &[&next.deployer]);
    let [.., third] = next.sources;
    let accounts = oracle::SourceAdd { authority, config, feed: next.feed, source: third.address };
    let add = accounts.instruction(oracle::SourceAddArgs { feed_id: third.feed_id });
    cases.push(listing("source_add", narrow, add));

    let fresh = stage();
    let (payer, feed) = (fresh.world.payer(), fresh.protocol.feed);
    let accounts = oracle::BoardCreate { payer, authority, config, feed, board: addresses::board(&feed) };
    let publishers = vec![testkit::key("publisher 0"), testkit::key("publisher 1")];
    let create = accounts.instruction(oracle::BoardCreateArgs { threshold: 2, move_bps: 1_000, publishers });
    cases.push(listing("board_create", fresh, create));
}

/// Margin that asks for less is new risk; collateral between accounts of one owner is settling.
fn modes(cases: &mut Vec<Case>) {
    let fresh = stage();
    let (protocol, alice) = (&fresh.protocol, &fresh.actors[ALICE]);
    let (owner, market, custody, feed) = (alice.key(), protocol.market, protocol.custody, protocol.feed);
    let accounts = margin::ModeSet { owner, market, account: alice.account, custody, feed };
    let set = accounts.instruction(margin::ModeSetArgs { mode: abi::margin::MODE_PORTFOLIO });
    cases.push(Case::new("mode_set", Action::NewRisk, Refusal::Margin, fresh, set).signed(ALICE));

    let mut two = stage();
    let (source, mint) = (two.actors[ALICE].account, two.protocol.base.mint);
    let destination = addresses::margin_account(&market, &owner, 1);
    let accounts = margin::AccountOpen { owner, payer: two.world.payer(), market, account: destination };
    let open = accounts.instruction(margin::AccountOpenArgs { subaccount: 1 });
    two.world.ok(&[open], &[&two.actors[ALICE].keypair]);
    let accounts = margin::AccountTransfer { owner, market, source, destination, feed, mint };
    let transfer = accounts.instruction(margin::AccountTransferArgs { amount: SOL });
    cases.push(Case::new("account_transfer", Action::Settle, Refusal::Margin, two, transfer).signed(ALICE));
}

/// A second market, about to be listed: its feed is there.
fn protocol_next(world: &mut World) -> Protocol {
    let next = protocol_unpriced(world);
    world.ok(&[next.feed_create(world)], &[&next.deployer]);
    next.refresh(world);
    next
}

/// A second market whose sources speak, before its feed.
fn protocol_unpriced(world: &mut World) -> Protocol {
    let symbol = addresses::symbol("BTC/USDC").expect("a short symbol");
    let (base, quote) = (Token::new(world, "BTC", 8), Token::new(world, "USDC of BTC", 6));
    let market = addresses::market(&symbol);
    let next = Protocol {
        deployer: keypair("deployer"),
        symbol,
        sources: SourceAccount::three("BTC/USD"),
        feed: addresses::feed(&symbol),
        market,
        custody: addresses::custody(&market),
        base_tokens: addresses::tokens(&market, &base.mint),
        quote_tokens: addresses::tokens(&market, &quote.mint),
        base,
        quote,
    };
    next.publish(world, SPOT_E6);
    next
}

fn cancels(cases: &mut Vec<Case>) {
    let mut deposited = stage();
    deposited.do_deposit(ALICE, 2 * SOL);
    let cancel = deposited.deposit_cancel(ALICE, 0);
    cases.push(
        Case::new("deposit_cancel", Action::Cancel, Refusal::Margin, deposited, cancel).signed(ALICE).paying_out(),
    );
    let mut cleared = over();
    cleared.do_clear();
    cleared.do_settle(DAVE);
    let refund = cleared.bid_refund(DAVE);
    cases.push(Case::new("bid_refund", Action::Cancel, Refusal::Margin, cleared, refund).paying_out());
}

fn deposits(cases: &mut Vec<Case>) {
    let fresh = stage();
    let deposit = fresh.protocol.deposit(&fresh.actors[ALICE], fresh.protocol.base.mint, SOL);
    cases.push(Case::new("account_deposit", Action::Deposit, Refusal::Margin, fresh, deposit).signed(ALICE));
    let fresh = stage();
    let deposit = fresh.deposit(ALICE, SOL);
    cases.push(Case::new("deposit", Action::Deposit, Refusal::Margin, fresh, deposit).signed(ALICE));
}

fn withdrawals(cases: &mut Vec<Case>) {
    let fresh = stage();
    let withdraw = fresh.protocol.withdraw(&fresh.actors[ALICE], fresh.protocol.base.mint, SOL);
    cases.push(
        Case::new("account_withdraw", Action::Withdraw, Refusal::Margin, fresh, withdraw).signed(ALICE).paying_out(),
    );
    let mut waiting = stage();
    level_set(&mut waiting.world, Level::Frozen);
    let (protocol, alice) = (&waiting.protocol, &waiting.actors[ALICE]);
    let (withdraw, mint) = (protocol.withdraw(alice, protocol.base.mint, SOL), protocol.base.mint);
    let claim = protocol.ticket_claim(alice, mint, 1);
    waiting.world.ok(&[withdraw], &[&waiting.actors[ALICE].keypair]);
    level_set(&mut waiting.world, Level::Normal);
    // Served, and held for longer than any freeze holds.
    waiting.world.advance_s(4 * policy::DAY_S);
    cases.push(Case::new("ticket_claim", Action::Withdraw, Refusal::Breaker, waiting, claim));
}

fn settlements(cases: &mut Vec<Case>) {
    let mut expired = over();
    expired.do_clear();
    for who in [CAROL, DAVE] {
        expired.do_settle(who);
    }
    expired.do_withdraw(ALICE, SOL * SHARES);
    expired.world.set_unix_s(expired.expiry_unix_s - 1_830);
    expired.protocol.price(&mut expired.world, SPOT_E6);
    expired.protocol.stand_s(&mut expired.world, SPOT_E6, 1_840);
    let fork = |stage: &Stage| Stage { world: stage.world.fork(), ..over() };
    let settlement = addresses::settlement(&expired.protocol.feed, expired.expiry_unix_s);
    let accounts = oracle::SettlementFinalise { payer: expired.world.payer(), feed: expired.protocol.feed, settlement };
    let finalise = accounts.instruction(oracle::SettlementFinaliseArgs { expiry_unix_s: expired.expiry_unix_s });
    let record =
        Case::new("settlement_finalise", Action::PriceRecord, Refusal::Never, fork(&expired), finalise.clone());
    cases.push(record);
    expired.world.ok(&[finalise], &[]);
    let fix =
        margin::ExpirySettle { market: expired.protocol.market, expiry: expired.expiry, settlement }.instruction();
    cases.push(Case::new("expiry_settle", Action::Settle, Refusal::Margin, fork(&expired), fix.clone()));
    expired.world.ok(&[fix], &[]);
    let settle = expired.account_settle(expired.vault.trading);
    cases.push(Case::new("account_settle", Action::Settle, Refusal::Margin, fork(&expired), settle.clone()));
    expired.world.ok(&[settle], &[]);
    let turn = expired.epoch_turn();
    cases.push(Case::new("epoch_turn", Action::Settle, Refusal::Margin, fork(&expired), turn));
    expired.do_turn();
    let claim = expired.withdraw_claim(ALICE, 1);
    cases.push(Case::new("withdraw_claim", Action::Settle, Refusal::Margin, expired, claim).signed(ALICE).paying_out());
}

fn prices(cases: &mut Vec<Case>) {
    let mut fresh = stage();
    fresh.world.advance_s(10);
    fresh.protocol.publish(&mut fresh.world, SPOT_E6);
    let refresh = fresh.protocol.feed_refresh();
    cases.push(Case::new("feed_refresh", Action::PriceRecord, Refusal::Never, fresh, refresh));
}

/// The protocol at `level`, without an end.
fn level_set(world: &mut World, level: Level) {
    world.edit::<Brake>(&addresses::brake(), |brake| {
        (brake.level, brake.cause) = (level.byte(), Cause::Council.byte());
    });
}

fn market_level_set(world: &mut World, custody: &Pubkey, level: Level) {
    world.edit::<Custody>(custody, |custody| (custody.level, custody.cause) = (level.byte(), Cause::Council.byte()));
}

/// Sends the case into a world at some level and holds what happens to the matrix.
fn walk(case: &Case, mut world: World, level: Level) {
    let what = format!("{} ({}) at {}", case.name, case.action.name(), level.name());
    let signers: Vec<_> = case.signers.iter().collect();
    let before = world.everything();
    let sent = world.send(&case.instructions, &signers);
    let tickets = |accounts: &BTreeMap<Pubkey, Account>| accounts.values().filter(|account| is_ticket(account)).count();
    let asked = match permission(level, case.action) {
        Permission::Queued if case.at_once => Permission::Refused,
        asked => asked,
    };
    match (asked, sent) {
        (Permission::Refused, Ok(_)) => panic!("{what}: the matrix refuses it, and it landed"),
        (Permission::Refused, Err(failure)) => {
            testkit::Expect::from(case.refusal.code()).check(&failure, &what);
            assert_eq!(before, world.everything(), "{what}: refused, and an account changed");
        }
        (_, Err(failure)) => panic!("{what}: the matrix allows it: {:?}\n{}", failure.error, failure.logs.join("\n")),
        (_, Ok(_)) => {
            assert_ne!(before, world.everything(), "{what}: landed, and nothing changed");
            let issued = tickets(&world.everything()) > tickets(&before);
            let queues = permission(level, Action::Withdraw) == Permission::Queued;
            assert_eq!(issued, case.pays_out && queues, "{what}: a ticket");
        }
    }
}

fn is_ticket(account: &Account) -> bool {
    abi::read::<Ticket>(&account.owner.to_bytes(), &abi::ids::BREAKER, &account.data).is_ok()
}

#[test]
fn every_level_and_action_through_every_program_follows_the_matrix() {
    let cases = cases();
    for case in &cases {
        for level in Level::ALL.into_iter().filter(|level| !(case.unfrozen && *level == Level::Frozen)) {
            let mut world = case.stage.world.fork();
            level_set(&mut world, level);
            walk(case, world, level);
            // INVARIANT(G-17): a market's own level does to the market what the protocol's does, and nothing to others.
            if case.of_market && level < Level::Migrating {
                let mut world = case.stage.world.fork();
                market_level_set(&mut world, &case.stage.protocol.custody, level);
                walk(case, world, level);
            }
        }
    }
    // Every action of the matrix was walked.
    let unwalked: Vec<_> =
        Action::ALL.into_iter().filter(|action| cases.iter().all(|case| case.action != *action)).collect();
    assert_eq!(unwalked, [], "actions without a case");
    // And every instruction of margin and vault, but those that say why not.
    let is_walked = |name: &str| cases.iter().any(|case| case.name.split(',').next() == Some(name));
    let named = margin::INSTRUCTIONS.iter().chain(client::vault::INSTRUCTIONS).map(|instruction| instruction.name);
    let unwalked: Vec<_> = named.filter(|name| !is_walked(name)).collect();
    let is_told = |name: &&&str| everywhere::UNWALKED.iter().any(|(known, _)| *known == **name);
    let untold: Vec<_> = unwalked.iter().filter(|name| !is_told(name)).collect();
    assert!(untold.is_empty(), "instructions without a case: {untold:?}");
    let stale: Vec<_> = everywhere::UNWALKED.iter().filter(|(name, _)| is_walked(name)).collect();
    assert!(stale.is_empty(), "walked after all: {stale:?}");
}
