use crate::fixture::*;
use client::margin;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

fn bump(desk: &Desk, floor: u64) -> Instruction {
    let accounts = margin::NonceBump { authority: desk.maker.key(), account: desk.maker.account };
    accounts.instruction(margin::NonceBumpArgs { floor })
}

#[test]
fn nonce_bump_only_raises() {
    let mut desk = Desk::new();
    for (floor, lands) in [(0, false), (5, true), (5, false), (4, false), (u64::MAX, true), (u64::MAX, false)] {
        let bump = bump(&desk, floor);
        if lands {
            desk.world.ok(&[bump], &[&desk.maker.keypair]);
            assert_eq!(desk.maker_state().nonce_floor.get(), floor);
        } else {
            desk.world.fail(&[bump], &[&desk.maker.keypair], error("NonceFloorNotRaised"));
        }
    }
}

#[test]
fn nonce_bump_is_refused_only_while_accounts_are_migrated() {
    let mut desk = Desk::new();
    let bump = bump(&desk, 1);
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&bump), &[&desk.maker.keypair], error("LevelForbids"));
    desk.level(3);
    desk.world.ok(&[bump], &[&desk.maker.keypair]);
}

#[test]
fn nonce_bump_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let imposter = imposter(&mut desk.world);
    Substitutions::of(bump(&desk, 1), margin::NonceBump::ACCOUNTS, &[&desk.maker.keypair])
        .stranger("authority", error("NotAccountCanceller"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", desk.taker.account, error("NotAccountCanceller"))
        .wrong("account", imposter, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
