use crate::fixture::*;
use crate::fund::Pool;
use client::margin;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, USDC, keypair};

const NOTICE_S: i64 = 6 * 86_400;

#[test]
fn insurance_unstake_gives_six_days_notice_for_everything_that_leaves() {
    let mut desk = Desk::new();
    let pool = Pool::staked(&mut desk, 1_000 * USDC);
    let owner = desk.taker.key();
    for (shares, wait_s) in [(300, 86_400), (100, 0)] {
        let unstake = pool.unstake(&desk.taker, shares * USDC);
        desk.world.ok(&[unstake], &[&desk.taker.keypair]);
        let (state, now) = (pool.stake_state(&mut desk, owner), desk.world.unix_s());
        assert_eq!(state.leaving_unix_s.get(), now + NOTICE_S);
        desk.world.advance_s(wait_s);
    }
    let state = pool.stake_state(&mut desk, owner);
    assert_eq!((state.shares.get(), state.leaving_shares.get()), (600 * USDC, 400 * USDC));
    // The fund's shares are all still there, and bear losses.
    assert_eq!(pool.state(&mut desk).shares.get(), 1_000 * USDC);
}

#[test]
fn insurance_unstake_of_what_is_not_there_fails_by_name() {
    let mut desk = Desk::new();
    let pool = Pool::staked(&mut desk, 1_000 * USDC);
    let refused = |desk: &mut Desk, shares: u64, name: &str| {
        let unstake = pool.unstake(&desk.taker, shares);
        desk.world.fail(&[unstake], &[&desk.taker.keypair], error(name));
    };
    refused(&mut desk, 0, "AmountZero");
    refused(&mut desk, 1_000 * USDC + 1, "SharesTooMany");
    desk.level(4);
    refused(&mut desk, 1, "LevelForbids");
    // A freeze holds payments, not notices.
    desk.level(3);
    let unstake = pool.unstake(&desk.taker, 1_000 * USDC);
    desk.world.ok(&[unstake], &[&desk.taker.keypair]);
    refused(&mut desk, 1, "SharesTooMany");
}

#[test]
fn insurance_unstake_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let pool = Pool::staked(&mut desk, 1_000 * USDC);
    let other = Pool::of(elsewhere.protocol.quote.mint);
    let create = other.create(&desk);
    let stake = pool.stake(&desk.maker, USDC);
    desk.world.ok(&[create, stake], &[&desk.maker.keypair]);
    let imposter = imposter(&mut desk.world);
    let unstake = pool.unstake(&desk.taker, USDC);
    Substitutions::of(unstake, margin::InsuranceUnstake::ACCOUNTS, &[&keypair("taker")])
        .stranger("owner", error("NotStakeOwner"))
        .stranger("fund", InstructionError::AccountDataTooSmall)
        .wrong("fund", other.fund, error("StakeOfAnotherFund"))
        .stranger("stake", InstructionError::AccountDataTooSmall)
        .wrong("stake", pool.stake_of(&desk.maker), error("NotStakeOwner"))
        .wrong("stake", imposter, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
