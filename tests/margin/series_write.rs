use crate::fixture::*;
use abi::margin::{KIND_CALL, KIND_PUT, MODE_PORTFOLIO, MarginAccount};
use client::margin::Written;
use client::{addresses, margin};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{SOL, Substitutions, USDC, keypair, vault_account};

/// A margin account whose owner is a vault. The owner is a key of the test's, so that it can sign as a vault's PDA
/// does by CPI.
pub struct Writer {
    pub owner: Keypair,
    pub account: Pubkey,
}

pub fn writer(desk: &mut Desk, name: &str, base_atoms: u64) -> Writer {
    let owner = keypair(name);
    let account = addresses::margin_account(&desk.protocol.market, &owner.pubkey(), 0);
    let open =
        margin::AccountOpen { owner: owner.pubkey(), payer: desk.world.payer(), market: desk.protocol.market, account };
    desk.world.ok(&[open.instruction(margin::AccountOpenArgs { subaccount: 0 })], &[&owner]);
    if base_atoms > 0 {
        let mut deposit = desk.protocol.deposit(&desk.taker, desk.protocol.base.mint, base_atoms);
        deposit.accounts[2].pubkey = account;
        desk.world.ok(&[deposit], &[&desk.taker.keypair]);
    }
    desk.world.set_account(&owner.pubkey(), vault_account(Pubkey::default()));
    desk.accounts.push(account);
    Writer { owner, account }
}

fn write(desk: &Desk, writer: &Writer, lots: u64, strike_e6: u64) -> Instruction {
    write_of(desk, writer, Written { lots, strike_e6, kind: KIND_CALL, hedge_strike_e6: 0 })
}

fn write_of(desk: &Desk, writer: &Writer, written: Written) -> Instruction {
    let accounts = margin::SeriesWrite {
        writer_owner: writer.owner.pubkey(),
        market: desk.protocol.market,
        expiry: desk.expiry,
        writer: writer.account,
        holder: desk.taker.account,
        custody: desk.protocol.custody,
        feed: desk.protocol.feed,
    };
    accounts.instruction(written)
}

#[test]
fn series_write_delivers_covered_calls() {
    let mut desk = Desk::new();
    let writer = writer(&mut desk, "writer", SOL);
    let cash = desk.taker_state().quote_atoms.get();
    let call = write(&desk, &writer, 10, 165 * USDC);
    desk.world.ok(&[call], &[&writer.owner]);
    desk.check_books();
    let (short, long) = (desk.account(writer.account).positions[0], desk.taker_state().positions[0]);
    assert_eq!((short.lots.get(), long.lots.get()), (-10, 10));
    assert_eq!(
        (short.kind, short.strike_e6.get(), short.expiry_unix_s.get()),
        (KIND_CALL, 165 * USDC, desk.expiry_unix_s)
    );
    assert_eq!((desk.taker_state().quote_atoms.get(), desk.account(writer.account).quote_atoms.get()), (cash, 0));
}

#[test]
fn series_write_beyond_the_cover_fails_initial_margin_negative() {
    let mut desk = Desk::new();
    let writer = writer(&mut desk, "writer", SOL);
    // At the top node 300 a unit of base is worth 300, and a lot costs (300 - 165) / 10.
    let call = write(&desk, &writer, 23, 165 * USDC);
    desk.world.fail(&[call], &[&writer.owner], error("InitialMarginNegative"));
}

/// INVARIANT(V-3): what is owed to others holds no position, whoever would give it one.
#[test]
fn series_write_to_a_vaults_escrow_fails_account_segregated() {
    let mut desk = Desk::new();
    let writer = writer(&mut desk, "writer", SOL);
    desk.segregate(desk.taker.account);
    let call = write(&desk, &writer, 10, 165 * USDC);
    desk.world.fail(&[call], &[&writer.owner], error("AccountSegregated"));
}

/// A writer with quote, which is what puts are covered by.
fn quote_writer(desk: &mut Desk, quote_atoms: u64) -> Writer {
    let writer = writer(desk, "writer", 0);
    let mut deposit = desk.protocol.deposit(&desk.taker, desk.protocol.quote.mint, quote_atoms);
    deposit.accounts[2].pubkey = writer.account;
    desk.world.ok(&[deposit], &[&desk.taker.keypair]);
    writer
}

#[test]
fn series_write_delivers_secured_puts() {
    let mut desk = Desk::new();
    // Ten lots are a unit: what it costs at a price of nothing.
    let writer = quote_writer(&mut desk, 140 * USDC);
    let put = Written { lots: 10, strike_e6: 140 * USDC, kind: KIND_PUT, hedge_strike_e6: 0 };
    let more = write_of(&desk, &writer, Written { lots: 11, ..put });
    desk.world.fail(&[more], &[&writer.owner], error("InitialMarginNegative"));
    let call = write_of(&desk, &writer, put);
    desk.world.ok(&[call], &[&writer.owner]);
    desk.check_books();
    let (short, long) = (desk.account(writer.account).positions[0], desk.taker_state().positions[0]);
    assert_eq!((short.lots.get(), short.kind, long.lots.get(), long.kind), (-10, KIND_PUT, 10, KIND_PUT));
}

#[test]
fn series_write_delivers_put_spreads_that_cost_their_width() {
    let mut desk = Desk::new();
    let writer = quote_writer(&mut desk, 10 * USDC);
    let spread = Written { lots: 10, strike_e6: 140 * USDC, kind: KIND_PUT, hedge_strike_e6: 130 * USDC };
    let more = write_of(&desk, &writer, Written { lots: 11, ..spread });
    desk.world.fail(&[more], &[&writer.owner], error("InitialMarginNegative"));
    let call = write_of(&desk, &writer, spread);
    desk.world.ok(&[call], &[&writer.owner]);
    desk.check_books();
    let (wrote, holds) = (desk.account(writer.account), desk.taker_state());
    let lots = |account: &MarginAccount| {
        [0, 1].map(|at| (account.positions[at].strike_e6.get(), account.positions[at].lots.get()))
    };
    assert_eq!(lots(&wrote), [(140 * USDC, -10), (130 * USDC, 10)]);
    assert_eq!(lots(&holds), [(140 * USDC, 10), (130 * USDC, -10)]);
}

#[test]
fn series_write_of_a_hedge_that_is_none_fails_hedge_out_of_bounds() {
    let mut desk = Desk::new();
    let writer = quote_writer(&mut desk, 1_000 * USDC);
    for (kind, hedge_strike_e6) in [(KIND_CALL, 130 * USDC), (KIND_PUT, 140 * USDC), (KIND_PUT, 145 * USDC)] {
        let call = write_of(&desk, &writer, Written { lots: 1, strike_e6: 140 * USDC, kind, hedge_strike_e6 });
        desk.world.fail(&[call], &[&writer.owner], error("HedgeOutOfBounds"));
    }
}

#[test]
fn series_write_of_a_spread_to_portfolio_margin_fails_holder_not_standard() {
    let mut desk = Desk::new();
    let writer = quote_writer(&mut desk, 1_000 * USDC);
    let holder = desk.taker.account;
    desk.world.edit::<MarginAccount>(&holder, |taker| taker.mode = MODE_PORTFOLIO);
    let spread = Written { lots: 1, strike_e6: 140 * USDC, kind: KIND_PUT, hedge_strike_e6: 130 * USDC };
    let call = write_of(&desk, &writer, spread);
    desk.world.fail(&[call], &[&writer.owner], error("HolderNotStandard"));
}

#[test]
fn series_write_by_anyone_else_fails_writer_not_vault() {
    let mut desk = Desk::new();
    let maker = Writer { owner: keypair("maker"), account: desk.maker.account };
    let call = write(&desk, &maker, 10, 165 * USDC);
    desk.world.fail(&[call.clone()], &[&maker.owner], error("WriterNotVault"));
    handed_over(&mut desk, &maker);
    desk.world.fail(&[call], &[&maker.owner], error("WriterNotVault"));
}

/// Gives the owner's key to the vault program, as anybody can with a key of theirs: the program has written nothing into it.
pub fn handed_over(desk: &mut Desk, writer: &Writer) {
    let space = testkit::vault_account(Pubkey::default()).data.len();
    let account =
        Account { lamports: 10_000_000, data: vec![0; space], owner: abi::ids::VAULT.into(), ..Account::default() };
    desk.world.set_account(&writer.owner.pubkey(), account);
}

#[test]
fn series_write_out_of_bounds_fails_by_name() {
    let mut desk = Desk::new();
    let writer = writer(&mut desk, "writer", SOL);
    for (lots, strike, name) in [
        (0, 165 * USDC, "AmountZero"),
        (10, 165 * USDC + 1, "UnknownSeries"),
        (10, 0, "UnknownSeries"),
        (1_000_000_001, 165 * USDC, "NotionalTooLarge"),
        (u64::MAX, 165 * USDC, "NotionalTooLarge"),
    ] {
        let call = write(&desk, &writer, lots, strike);
        desk.world.fail(&[call], &[&writer.owner], error(name));
    }
}

#[test]
fn series_write_at_the_wrong_time_fails_by_name() {
    let mut desk = Desk::new();
    let writer = writer(&mut desk, "writer", SOL);
    let call = write(&desk, &writer, 1, 165 * USDC);
    desk.level(2);
    desk.world.fail(std::slice::from_ref(&call), &[&writer.owner], error("LevelForbids"));
    desk.level(0);
    desk.world.advance_s(61);
    desk.world.fail(std::slice::from_ref(&call), &[&writer.owner], error("FeedStale"));
    desk.world.set_unix_s(desk.expiry_unix_s);
    desk.world.fail(&[call], &[&writer.owner], error("SeriesExpired"));
}

#[test]
fn series_write_into_a_full_holder_fails_positions_full() {
    let mut desk = Desk::new();
    let writer = writer(&mut desk, "writer", SOL);
    let holder = desk.taker.account;
    desk.world.edit::<MarginAccount>(&holder, |taker| {
        for (slot, at) in taker.positions.iter_mut().zip(1i64..) {
            (slot.expiry_unix_s, slot.strike_e6, slot.lots, slot.kind) = (at.into(), SPOT.into(), 1.into(), 1);
        }
    });
    let call = write(&desk, &writer, 1, 165 * USDC);
    desk.world.fail(&[call], &[&writer.owner], error("PositionsFull"));
}

#[test]
fn series_write_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let writer = writer(&mut desk, "writer", SOL);
    let other = self::writer(&mut desk, "another vault", SOL);
    let call = write(&desk, &writer, 1, 165 * USDC);
    let foreign = elsewhere.actor.account;
    Substitutions::of(call, margin::SeriesWrite::ACCOUNTS, &[&writer.owner])
        .stranger("writer_owner", error("WriterNotVault"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("ExpiryOfAnotherMarket"))
        .stranger("expiry", InstructionError::AccountDataTooSmall)
        .wrong("expiry", elsewhere.expiry, error("ExpiryOfAnotherMarket"))
        .stranger("writer", InstructionError::AccountDataTooSmall)
        .wrong("writer", other.account, error("NotAccountOwner"))
        .wrong("writer", desk.taker.account, DUPLICATE)
        .wrong("writer", foreign, error("AccountOfAnotherMarket"))
        .stranger("holder", InstructionError::AccountDataTooSmall)
        .wrong("holder", writer.account, DUPLICATE)
        .wrong("holder", foreign, error("AccountOfAnotherMarket"))
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("custody", error("CustodyOfAnotherMarket"))
        .wrong("custody", elsewhere.protocol.custody, error("CustodyOfAnotherMarket"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .run(&mut desk.world);
}
