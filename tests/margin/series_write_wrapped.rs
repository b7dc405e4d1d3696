use crate::fixture::*;
use crate::series_write::{Writer, handed_over, writer};
use crate::wrapped::{COVER, Series};
use abi::margin::{KIND_CALL, KIND_PUT};
use client::{WithRemaining, margin};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use testkit::{SOL, Substitutions, Token, USDC, key, keypair};

fn write(desk: &mut Desk, writer: &Writer, series: &Series, destination: Pubkey, lots: u64) -> Instruction {
    let accounts = margin::SeriesWriteWrapped {
        writer_owner: solana_signer::Signer::pubkey(&writer.owner),
        market: desk.protocol.market,
        writer: writer.account,
        wrapped: series.wrapped,
        mint: series.mint,
        destination,
        custody: desk.protocol.custody,
        feed: desk.protocol.feed,
    };
    accounts.instruction(margin::SeriesWriteWrappedArgs { lots }).with_remaining(desk.reads())
}

#[test]
fn series_write_wrapped_delivers_tokens_to_whoever_the_vault_names() {
    let mut desk = Desk::new();
    let writer = writer(&mut desk, "writer", COVER);
    // Base covers calls, and is worth nothing where puts pay most.
    let mut deposit = desk.protocol.deposit(&desk.taker, desk.protocol.quote.mint, 200 * USDC);
    deposit.accounts[2].pubkey = writer.account;
    desk.world.ok(&[deposit], &[&desk.taker.keypair]);
    for kind in [KIND_CALL, KIND_PUT] {
        let series = Series::new(&mut desk, 165 * USDC, kind);
        let destination = series.holder(&mut desk, &key("a buyer without an account"));
        let call = write(&mut desk, &writer, &series, destination, 10);
        desk.world.ok(&[call], &[&writer.owner]);
        desk.check_books();
        assert_eq!(Token::balance(&mut desk.world, &destination), 10);
        assert_eq!(series.state(&mut desk).lots.get(), 10);
    }
    let shorts = desk.account(writer.account).positions;
    assert_eq!(
        shorts.iter().map(|short| (short.kind, short.lots.get())).take(2).collect::<Vec<_>>(),
        [(1, -10), (2, -10)]
    );
    assert_eq!(desk.market().open_interest_lots.get(), 20);
}

/// A vault's whole life with one buyer: written, settled, redeemed, closed.
#[test]
fn series_write_wrapped_settles_between_writer_and_holder() {
    let mut desk = Desk::new();
    let writer = writer(&mut desk, "writer", COVER);
    let series = Series::new(&mut desk, SPOT, KIND_CALL);
    let taker = crate::wrapped::taker_of(&desk);
    let destination = series.holder(&mut desk, &taker.key());
    let call = write(&mut desk, &writer, &series, destination, 10);
    desk.world.ok(&[call], &[&writer.owner]);
    desk.settled(SPOT + 30 * USDC);
    let before = crate::wrapped::wallet(&mut desk, &taker);
    let redeem = series.redeem(&desk, &taker, destination, 10);
    let settle = desk.account_settle(writer.account);
    desk.world.ok(&[redeem, settle], &[&taker.keypair]);
    desk.check_books();
    assert_eq!(crate::wrapped::wallet(&mut desk, &taker) - before, 30 * USDC);
    assert_eq!(desk.account(writer.account).quote_atoms.get(), -crate::wrapped::usdc(30));
    let close = series.close(&desk);
    desk.world.ok(&[close], &[]);
    desk.check_books();
}

#[test]
fn series_write_wrapped_refuses_what_series_write_refuses() {
    let mut desk = Desk::new();
    let writer = writer(&mut desk, "writer", SOL);
    let series = Series::new(&mut desk, 165 * USDC, KIND_CALL);
    let destination = series.holder(&mut desk, &key("buyer"));
    let call = write(&mut desk, &writer, &series, destination, 0);
    desk.world.fail(&[call], &[&writer.owner], error("AmountZero"));
    // At the top node 300 a unit of base is worth 300, and a lot costs (300 - 165) / 10.
    let call = write(&mut desk, &writer, &series, destination, 23);
    desk.world.fail(&[call], &[&writer.owner], error("InitialMarginNegative"));
    let call = write(&mut desk, &writer, &series, destination, 10);
    for level in [2, 3, 4] {
        desk.level(level);
        desk.world.fail(std::slice::from_ref(&call), &[&writer.owner], error("LevelForbids"));
    }
    desk.level(0);
    desk.world.advance_s(11);
    desk.world.fail(std::slice::from_ref(&call), &[&writer.owner], error("FeedStale"));
    desk.world.set_unix_s(desk.expiry_unix_s);
    desk.protocol.price(&mut desk.world, SPOT);
    desk.world.fail(&[call], &[&writer.owner], error("SeriesExpired"));
}

#[test]
fn series_write_wrapped_by_anyone_else_fails_writer_not_vault() {
    let mut desk = Desk::new();
    let series = Series::new(&mut desk, 165 * USDC, KIND_CALL);
    let destination = series.holder(&mut desk, &key("buyer"));
    let maker = Writer { owner: keypair("maker"), account: desk.maker.account };
    let call = write(&mut desk, &maker, &series, destination, 10);
    desk.world.fail(&[call.clone()], &[&maker.owner], error("WriterNotVault"));
    handed_over(&mut desk, &maker);
    desk.world.fail(&[call], &[&maker.owner], error("WriterNotVault"));
}

#[test]
fn series_write_wrapped_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let writer = writer(&mut desk, "writer", COVER);
    let series = Series::new(&mut desk, 165 * USDC, KIND_CALL);
    let put = Series::new(&mut desk, 165 * USDC, KIND_PUT);
    let destination = series.holder(&mut desk, &key("buyer"));
    let puts = put.holder(&mut desk, &key("buyer"));
    let call = write(&mut desk, &writer, &series, destination, 10);
    Substitutions::of(call, margin::SeriesWriteWrapped::ACCOUNTS, &[&writer.owner])
        .stranger("writer_owner", error("WriterNotVault"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("writer", InstructionError::AccountDataTooSmall)
        .wrong("writer", desk.maker.account, error("NotAccountOwner"))
        .wrong("writer", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("wrapped", InstructionError::AccountDataTooSmall)
        .wrong("wrapped", put.wrapped, error("WrongWrappedMint"))
        .stranger("mint", error("WrongWrappedMint"))
        .wrong("mint", put.mint, error("WrongWrappedMint"))
        .stranger("destination", InstructionError::InvalidAccountData)
        .wrong("destination", puts, TOKEN_MINT_MISMATCH)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("custody", error("CustodyOfAnotherMarket"))
        .wrong("custody", elsewhere.protocol.custody, error("CustodyOfAnotherMarket"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .stranger("token_2022_program", NOT_A_PROGRAM)
        .wrong("token_2022_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
