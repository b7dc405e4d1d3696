//! A market whose tokens are of Token-2022: the same life, to the atom; and mints that are refused by what they have.
use crate::fixture::*;
use crate::fund::Pool;
use abi::ids;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_program_pack::Pack;
use solana_pubkey::Pubkey;
use testkit::{Protocol, SOL, Token, USDC, World, key, with_token_programs};

/// Base of SPL Token, quote of Token-2022; or the other way round.
fn desk(quote_is_2022: bool) -> Desk {
    let mut world = World::new();
    let (base, quote) = if quote_is_2022 {
        (Token::new(&mut world, "SOL", 9), Token::new_2022(&mut world, "USDC", 6))
    } else {
        (Token::new_2022(&mut world, "SOL", 9), Token::new(&mut world, "USDC", 6))
    };
    let protocol = Protocol::with_tokens(&mut world, SPOT, base, quote);
    Desk::of(world, protocol)
}

#[test]
fn market_of_token_2022_mints_takes_deposits_trades_settles_and_pays_out() {
    for quote_is_2022 in [true, false] {
        let mut desk = desk(quote_is_2022);
        desk.check_books();
        let offer = desk.offer();
        desk.filled(offer, 10);
        desk.settled(SPOT + 20 * USDC);
        for account in desk.accounts.clone() {
            let settle = desk.account_settle(account);
            desk.world.ok(&[settle], &[]);
        }
        desk.check_books();
        for mint in [desk.protocol.base.mint, desk.protocol.quote.mint] {
            let state = desk.taker_state();
            let atoms = if mint == desk.protocol.base.mint {
                state.base_atoms.get()
            } else {
                u64::try_from(state.quote_atoms.get()).unwrap()
            };
            let withdraw = desk.protocol.withdraw(&desk.taker, mint, atoms);
            desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
            desk.check_books();
        }
        let wallets = [desk.taker.base_tokens, desk.taker.quote_tokens].map(|at| Token::balance(&mut desk.world, &at));
        assert_eq!(wallets[0], 2_000 * SOL);
        // Ten lots won 20 each a unit, less the premium of 10 and the fee.
        assert!(wallets[1] > 2_000_000 * USDC + 9 * USDC && wallets[1] < 2_000_000 * USDC + 10 * USDC);
    }
}

#[test]
fn withdrawal_of_a_token_2022_mint_waits_and_is_claimed_like_any_other() {
    let mut desk = desk(true);
    desk.market_level(3);
    let mint = desk.protocol.quote.mint;
    let before = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    let withdraw = desk.protocol.withdraw(&desk.taker, mint, 500 * USDC);
    desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
    desk.check_books();
    desk.market_level(0);
    desk.world.advance_s(86_400);
    let claim = desk.protocol.ticket_claim(&desk.taker, mint, 1);
    desk.world.ok(&[claim], &[]);
    desk.check_books();
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens) - before, 500 * USDC);
}

/// The global fund of a quote token of Token-2022: staked, drawn on notice, and left.
#[test]
fn fund_of_a_token_2022_mint_is_staked_and_left_like_any_other() {
    let mut desk = desk(true);
    let pool = Pool::of(desk.protocol.quote.mint);
    let of_2022 = |desk: &Desk, call| with_token_programs(call, &[&desk.protocol.quote]);
    let create = of_2022(&desk, pool.create(&desk));
    desk.world.ok(&[create], &[]);
    let wallet = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    let stake = of_2022(&desk, pool.stake(&desk.taker, 1_000 * USDC));
    desk.world.ok(&[stake], &[&desk.taker.keypair]);
    let others = of_2022(&desk, pool.stake(&desk.maker, 9_000 * USDC));
    desk.world.ok(&[others], &[&desk.maker.keypair]);
    pool.check_books(&mut desk);
    let unstake = pool.unstake(&desk.taker, 1_000 * USDC);
    desk.world.ok(&[unstake], &[&desk.taker.keypair]);
    desk.world.advance_s(6 * 86_400);
    let claim = of_2022(&desk, pool.claim(&desk.taker));
    desk.world.ok(&[claim], &[&desk.taker.keypair]);
    pool.check_books(&mut desk);
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet);
    assert_eq!(pool.state(&mut desk).shares.get(), 9_000 * USDC);
}

/// The right mint with the other token program is nobody's transfer.
#[test]
fn deposit_and_withdrawal_by_the_other_token_program_fail() {
    let mut desk = desk(true);
    let usual = desk.protocol.base.program;
    let swap = |mut call: Instruction| {
        for meta in call.accounts.iter_mut().filter(|meta| meta.pubkey == Pubkey::from(ids::TOKEN_2022)) {
            meta.pubkey = usual;
        }
        call
    };
    let mint = desk.protocol.quote.mint;
    for call in [desk.protocol.deposit(&desk.taker, mint, USDC), desk.protocol.withdraw(&desk.taker, mint, USDC)] {
        let wrong = swap(call.clone());
        let refused = solana_instruction::error::InstructionError::InvalidAccountData;
        desk.world.fail(&[wrong], &[&desk.taker.keypair], refused);
        desk.world.ok(&[call], &[&desk.taker.keypair]);
    }
    desk.check_books();
}

/// Custody takes no mint that could lose, hide or freeze what it holds, and `market_create` asks it first; each extension has its own error.
#[test]
fn tokens_open_of_a_mint_with_an_unsupported_extension_fails_by_its_name() {
    let mut world = World::new();
    let (base, quote) = (Token::new(&mut world, "SOL", 9), Token::new(&mut world, "USDC", 6));
    let protocol = Protocol::with_tokens(&mut world, SPOT, base, quote);
    for (kind, name) in [
        (1_u16, "MintHasTransferFee"),
        (3, "MintHasCloseAuthority"),
        (4, "MintHasConfidentialTransfers"),
        (6, "MintFreezesByDefault"),
        (9, "MintNonTransferable"),
        (10, "MintBearsInterest"),
        (12, "MintHasPermanentDelegate"),
        (14, "MintHasTransferHook"),
        (25, "MintHasScaledAmounts"),
        (26, "MintPausable"),
        (99, "MintExtensionUnknown"),
    ] {
        let mint = key(&format!("mint with extension {kind}"));
        extended_mint(&mut world, &protocol.quote, &mint, kind);
        let open = client::breaker::TokensOpen {
            payer: world.payer(),
            custody: protocol.custody,
            mint,
            tokens: client::addresses::tokens(&protocol.market, &mint),
        };
        let like = Token::new_2022(&mut world, &format!("like {kind}"), 6);
        let open = with_token_programs(open.instruction(), &[&like]);
        world.fail(&[open], &[], breaker_error(name));
    }
}

/// A mint of Token-2022 with one extension, empty, as its program lays it out.
fn extended_mint(world: &mut World, like: &Token, mint: &Pubkey, kind: u16) {
    let plain = world.account(&like.mint).unwrap();
    let mut data = plain.data[..spl_token_interface::state::Mint::LEN].to_vec();
    data.resize(spl_token_interface::state::Account::LEN, 0);
    data.push(1);
    data.extend(kind.to_le_bytes());
    data.extend(8_u16.to_le_bytes());
    data.extend([0; 8]);
    world.set_account(mint, Account { data, owner: ids::TOKEN_2022.into(), ..plain });
}
