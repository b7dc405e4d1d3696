use crate::fixture::*;
use crate::wrapped::Series;
use abi::margin::{KIND_CALL, KIND_PUT};
use client::{addresses, margin};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, USDC};

/// Borsh: a length in 32 bits, then the text.
fn texts(bytes: &[u8]) -> Vec<String> {
    let mut rest = bytes;
    let mut texts = vec![];
    for _ in 0..3 {
        let (length, tail) = rest.split_first_chunk::<4>().unwrap();
        let (text, tail) = tail.split_at(usize::try_from(u32::from_le_bytes(*length)).unwrap());
        texts.push(String::from_utf8(text.to_vec()).unwrap());
        rest = tail;
    }
    texts
}

/// As a wallet reads it: Token-2022's entries of type, length and value behind the mint.
#[test]
fn wrapped_open_creates_a_mint_that_says_what_it_is() {
    let mut desk = Desk::new();
    let series = Series::new(&mut desk, 155 * USDC, KIND_PUT);
    let mint = desk.world.account(&series.mint).unwrap();
    assert_eq!(mint.owner, abi::ids::TOKEN_2022.into());
    // Mint authority, supply, decimals, initialised, no freeze authority.
    assert_eq!(mint.data[0..4], [1, 0, 0, 0]);
    assert_eq!(mint.data[4..36], series.wrapped.to_bytes());
    assert_eq!(mint.data[36..50], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    let mut entries = std::collections::BTreeMap::new();
    let mut rest = &mint.data[166..];
    while rest.len() >= 4 {
        let kind = u16::from_le_bytes([rest[0], rest[1]]);
        let length = usize::from(u16::from_le_bytes([rest[2], rest[3]]));
        entries.insert(kind, rest[4..4 + length].to_vec());
        rest = &rest[4 + length..];
    }
    // Close authority, metadata pointer without an authority, metadata: nothing else.
    assert_eq!(entries.keys().copied().collect::<Vec<_>>(), [3, 18, 19]);
    assert_eq!(entries[&3], series.wrapped.to_bytes());
    assert_eq!(entries[&18], [[0; 32], series.mint.to_bytes()].concat());
    let metadata = &entries[&19];
    assert_eq!(metadata[..64], [series.wrapped.to_bytes(), series.mint.to_bytes()].concat());
    assert_eq!(texts(&metadata[64..]), ["SOL/USDC 2026-01-03 08:00 155 put", "SOL-260103-155-P", ""]);

    let state = series.state(&mut desk);
    assert_eq!((state.version, state.min_reader, state.kind), (1, 1, KIND_PUT));
    assert_eq!((state.strike_e6.get(), state.expiry_unix_s.get()), (155 * USDC, desk.expiry_unix_s));
    assert_eq!((state.market, state.expiry), (desk.protocol.market.to_bytes(), desk.expiry.to_bytes()));
    assert_eq!((state.mint, state.payer), (series.mint.to_bytes(), desk.world.payer().to_bytes()));
    assert_eq!(state.lots.get(), 0);
    desk.check_books();
    // Once.
    desk.world.next_slot();
    let again = series.open(&desk);
    desk.world.fail(&[again], &[], ADDRESS_IN_USE);
}

/// Lamports sent to the addresses before do not stop anybody.
#[test]
fn wrapped_open_at_a_funded_address_lands() {
    let mut desk = Desk::new();
    let series = Series::unopened(desk.expiry, SPOT, KIND_CALL);
    for address in [series.wrapped, series.mint] {
        let funded = solana_account::Account { lamports: 1_000_000_000, ..Default::default() };
        desk.world.set_account(&address, funded);
    }
    let open = series.open(&desk);
    desk.world.ok(&[open], &[]);
}

#[test]
fn wrapped_open_of_what_is_not_listed_fails_unknown_series() {
    let mut desk = Desk::new();
    for (strike_e6, kind) in [(SPOT + 1, KIND_CALL), (SPOT, 0), (SPOT, 3)] {
        let open = Series::unopened(desk.expiry, strike_e6, kind).open(&desk);
        desk.world.fail(&[open], &[], error("UnknownSeries"));
    }
}

#[test]
fn wrapped_open_after_expiry_fails_series_expired() {
    let mut desk = Desk::new();
    let open = Series::unopened(desk.expiry, SPOT, KIND_CALL).open(&desk);
    desk.world.set_unix_s(desk.expiry_unix_s);
    desk.world.fail(&[open], &[], error("SeriesExpired"));
}

#[test]
fn wrapped_open_at_level_two_fails_level_forbids() {
    let mut desk = Desk::new();
    let open = Series::unopened(desk.expiry, SPOT, KIND_CALL).open(&desk);
    for level in [2, 3, 4] {
        desk.level(level);
        desk.world.fail(std::slice::from_ref(&open), &[], error("LevelForbids"));
    }
    desk.level(1);
    desk.world.ok(&[open], &[]);
}

#[test]
fn wrapped_open_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let open = Series::unopened(desk.expiry, SPOT, KIND_CALL).open(&desk);
    let other = addresses::wrapped(&desk.expiry, SPOT, KIND_PUT);
    Substitutions::of(open, margin::WrappedOpen::ACCOUNTS, &[])
        .any("payer", "whoever pays is recorded and paid back")
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("ExpiryOfAnotherMarket"))
        .stranger("expiry", InstructionError::AccountDataTooSmall)
        .wrong("expiry", elsewhere.expiry, InstructionError::InvalidSeeds)
        .wrong("wrapped", other, InstructionError::InvalidSeeds)
        .wrong("mint", addresses::wrapped_mint(&other), InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("token_2022_program", NOT_A_PROGRAM)
        .wrong("token_2022_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .stranger("system_program", NOT_A_PROGRAM)
        .run(&mut desk.world);
}
