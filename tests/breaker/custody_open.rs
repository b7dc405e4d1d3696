use crate::fixture::{ACCOUNT_IN_USE, Fixture, LIMITS, error};
use client::{addresses, breaker as calls};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, key, keypair};

#[test]
fn custody_open_records_its_controller() {
    let mut fixture = Fixture::new();
    let controller = keypair("controller");
    let open = fixture.custody_open(controller.pubkey());
    fixture.world.ok(&[open], &[&controller]);
    let address = addresses::custody(&controller.pubkey());
    let custody: abi::breaker::Custody = fixture.world.read(abi::ids::BREAKER, &address);
    assert_eq!((custody.version, custody.min_reader, custody.releases.get()), (1, 1, 0));
    assert_eq!((custody.limits.hour_bps.get(), custody.limits.day_bps.get(), custody.seq.get()), (1_000, 2_500, 1));
    assert_eq!(custody.controller, controller.pubkey().to_bytes());
}

#[test]
fn custody_open_with_limits_out_of_bounds_fails_by_name() {
    let mut fixture = Fixture::new();
    let controller = keypair("controller");
    let cases = [
        (calls::LimitTerms { day_bps: 999, ..LIMITS }, "WindowOutOfBounds"),
        (calls::LimitTerms { open_interest_cap_lots: 0, ..LIMITS }, "OpenInterestCapZero"),
    ];
    for (limits, name) in cases {
        let accounts = calls::CustodyOpen {
            payer: fixture.world.payer(),
            controller: controller.pubkey(),
            custody: addresses::custody(&controller.pubkey()),
        };
        let open = accounts.instruction(limits);
        fixture.world.fail(&[open], &[&controller], error(name));
    }
}

#[test]
fn custody_open_twice_fails() {
    let mut fixture = Fixture::new();
    let controller = keypair("controller");
    let open = fixture.custody_open(controller.pubkey());
    fixture.world.ok(std::slice::from_ref(&open), &[&controller]);
    fixture.world.fail(&[open], &[&controller], ACCOUNT_IN_USE);
}

#[test]
fn custody_open_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let controller = keypair("controller");
    Substitutions::of(fixture.custody_open(controller.pubkey()), calls::CustodyOpen::ACCOUNTS, &[&controller])
        .any("payer", "whoever signs may pay the rent")
        .stranger("controller", InstructionError::InvalidSeeds)
        .stranger("custody", InstructionError::InvalidSeeds)
        .wrong("custody", addresses::custody(&key("another controller")), InstructionError::InvalidSeeds)
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
