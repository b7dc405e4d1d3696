use crate::fixture::{Fixture, error};
use client::breaker as calls;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::{Substitutions, key};

const SYSVAR: Pubkey = Pubkey::new_from_array(abi::ids::SYSVAR_LAST_RESTART_SLOT);

fn trip_restart(fixture: &Fixture) -> Instruction {
    calls::TripRestart { brake: fixture.brake }.instruction()
}

/// The cluster restarted at this slot.
fn restarted(fixture: &mut Fixture, slot: u64) {
    let owner = Pubkey::from_str_const("Sysvar1111111111111111111111111111111111111");
    let account = Account { lamports: 1_000_000, data: slot.to_le_bytes().to_vec(), owner, ..Account::default() };
    fixture.world.set_account(&SYSVAR, account);
}

#[test]
fn trip_restart_closes_the_protocol_once_for_each_restart() {
    let mut fixture = Fixture::new();
    let known = fixture.brake_state().restart_slot.get();
    let trip = trip_restart(&fixture);
    restarted(&mut fixture, known);
    fixture.world.fail(std::slice::from_ref(&trip), &[], error("NotRestarted"));
    restarted(&mut fixture, known + 1);
    fixture.world.ok(std::slice::from_ref(&trip), &[]);
    let brake = fixture.brake_state();
    assert_eq!((brake.level, brake.cause, brake.restart_slot.get()), (2, 7, known + 1));
    fixture.world.fail(std::slice::from_ref(&trip), &[], error("NotRestarted"));
    // Another restart while a guardian's freeze stands is not lost: it trips when the freeze has fallen.
    restarted(&mut fixture, known + 2);
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    fixture.world.fail(std::slice::from_ref(&trip), &[], error("LevelNotUpward"));
    fixture.world.advance_s(crate::fixture::TRIP_S);
    fixture.world.ok(&[trip], &[]);
}

#[test]
fn trip_restart_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    restarted(&mut fixture, 1_000_000);
    let brake = fixture.brake;
    let brake = fixture.forged(&brake);
    let mut sysvar = fixture.world.account(&SYSVAR).expect("the sysvar");
    sysvar.owner = key("a program");
    fixture.world.set_account(&key("another sysvar"), sysvar);
    Substitutions::of(trip_restart(&fixture), calls::TripRestart::ACCOUNTS, &[])
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .stranger("last_restart_slot", error("RestartSlotUnreadable"))
        .wrong("last_restart_slot", key("another sysvar"), error("RestartSlotUnreadable"))
        .run(&mut fixture.world);
}
