use crate::fixture::{Custody, Fixture, error};
use client::{addresses, breaker as calls};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, Token};

const DAY_S: i64 = 24 * 3_600;

fn queued() -> (Fixture, Custody) {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let release = fixture.release(&custody, 500);
    fixture.world.ok(&[release], &[&custody.controller]);
    (fixture, custody)
}

fn ticket_cancel(fixture: &Fixture, custody: &Custody) -> Instruction {
    let accounts = calls::TicketCancel {
        controller: custody.controller.pubkey(),
        custody: custody.address,
        brake: fixture.brake,
        ticket: addresses::ticket(&custody.tokens, 1),
        payer: fixture.world.payer(),
    };
    accounts.instruction()
}

#[test]
fn ticket_cancel_of_a_served_ticket_gives_the_amount_back_to_the_vault() {
    let (mut fixture, custody) = queued();
    let cancel = ticket_cancel(&fixture, &custody);
    fixture.world.advance_s(2 * DAY_S - 1);
    fixture.world.fail(std::slice::from_ref(&cancel), &[&custody.controller], error("TicketNotServed"));
    fixture.world.advance_s(1);
    fixture.world.ok(&[cancel], &[&custody.controller]);
    assert_eq!(fixture.custody_state(&custody.address).vaults[0].queue.unpaid_atoms.get(), 0);
    assert_eq!(Token::balance(&mut fixture.world, &custody.tokens), 1_000);
    assert!(fixture.world.account(&addresses::ticket(&custody.tokens, 1)).is_none());
}

#[test]
fn ticket_cancel_under_a_freeze_takes_back_what_is_not_served() {
    let (mut fixture, custody) = queued();
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    let cancel = ticket_cancel(&fixture, &custody);
    fixture.world.ok(&[cancel], &[&custody.controller]);
    assert_eq!(fixture.custody_state(&custody.address).vaults[0].queue.unpaid_atoms.get(), 0);
}

#[test]
fn ticket_cancel_while_accounts_migrate_fails_withdrawals_refused() {
    let (mut fixture, custody) = queued();
    let brake = fixture.brake;
    fixture.world.edit::<abi::breaker::Brake>(&brake, |brake| (brake.level, brake.cause) = (4, 11));
    let cancel = ticket_cancel(&fixture, &custody);
    fixture.world.fail(&[cancel], &[&custody.controller], error("WithdrawalsRefused"));
}

#[test]
fn ticket_cancel_refuses_every_wrong_account() {
    let (mut fixture, custody) = queued();
    let other = fixture.custody("another controller", "SOL");
    let release = fixture.release_ticket(&other, 500, 1);
    fixture.world.ok(&[release], &[&other.controller]);
    let ticket = addresses::ticket(&custody.tokens, 1);
    let (forged, forged_ticket) = (fixture.forged(&custody.address), fixture.forged(&ticket));
    let brake = fixture.brake;
    let brake = fixture.forged(&brake);
    fixture.world.advance_s(2 * DAY_S);
    let signers = [&custody.controller];
    Substitutions::of(ticket_cancel(&fixture, &custody), calls::TicketCancel::ACCOUNTS, &signers)
        .stranger("controller", InstructionError::InvalidSeeds)
        .stranger("custody", InstructionError::AccountDataTooSmall)
        .wrong("custody", forged, InstructionError::IllegalOwner)
        .wrong("custody", other.address, InstructionError::InvalidSeeds)
        .stranger("brake", InstructionError::UninitializedAccount)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .stranger("ticket", InstructionError::AccountDataTooSmall)
        .wrong("ticket", forged_ticket, InstructionError::IllegalOwner)
        .wrong("ticket", addresses::ticket(&other.tokens, 1), error("TicketOfAnotherCustody"))
        .stranger("payer", error("NotRentPayer"))
        .run(&mut fixture.world);
}
