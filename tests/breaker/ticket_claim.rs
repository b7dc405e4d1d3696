use crate::fixture::{Custody, Fixture, TRIP_S, error};
use client::{addresses, breaker as calls};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, Token};

const DAY_S: i64 = 24 * 3_600;
const HOLD_S: i64 = 12 * 3_600;

/// A vault of 1,000 whose owner asked for 500: at 250 a day, served in two days.
fn queued() -> (Fixture, Custody) {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let release = fixture.release(&custody, 500);
    fixture.world.ok(&[release], &[&custody.controller]);
    (fixture, custody)
}

fn freeze(fixture: &mut Fixture) {
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
}

#[test]
fn ticket_claim_by_anyone_pays_the_destination_once_the_queue_has_come_to_it() {
    let (mut fixture, custody) = queued();
    let claim = fixture.ticket_claim(&custody, 1);
    fixture.world.advance_s(2 * DAY_S - 1);
    fixture.world.fail(std::slice::from_ref(&claim), &[], error("TicketNotServed"));
    fixture.world.advance_s(1);
    let payer = fixture.world.payer();
    let before = fixture.world.account(&payer).expect("the payer").lamports;
    fixture.world.ok(std::slice::from_ref(&claim), &[]);
    assert_eq!(Token::balance(&mut fixture.world, &custody.destination), 500);
    assert_eq!(Token::balance(&mut fixture.world, &custody.tokens), 500);
    assert_eq!(fixture.custody_state(&custody.address).vaults[0].queue.unpaid_atoms.get(), 0);
    // The rent is back, and no ticket pays twice.
    assert!(fixture.world.account(&payer).expect("the payer").lamports > before);
    fixture.world.fail(&[claim], &[], InstructionError::AccountDataTooSmall);
}

#[test]
fn ticket_claim_in_any_order_pays_whoever_is_served() {
    let (mut fixture, custody) = queued();
    let second = fixture.release_ticket(&custody, 250, 2);
    fixture.world.ok(&[second], &[&custody.controller]);
    fixture.world.advance_s(2 * DAY_S);
    let (first, second) = (fixture.ticket_claim(&custody, 1), fixture.ticket_claim(&custody, 2));
    fixture.world.fail(std::slice::from_ref(&second), &[], error("TicketNotServed"));
    fixture.world.advance_s(DAY_S);
    // Whoever does not come for theirs holds nobody up.
    fixture.world.ok(&[second], &[]);
    fixture.world.ok(&[first], &[]);
    assert_eq!(Token::balance(&mut fixture.world, &custody.destination), 750);
    // With nobody waiting the windows pay again.
    let release = fixture.release_ticket(&custody, 20, 3);
    fixture.world.ok(&[release], &[&custody.controller]);
    assert_eq!(Token::balance(&mut fixture.world, &custody.destination), 770);
}

#[test]
fn ticket_claim_under_a_freeze_waits_twelve_hours_from_issue() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    freeze(&mut fixture);
    let release = fixture.release(&custody, 10);
    fixture.world.ok(&[release], &[&custody.controller]);
    let claim = fixture.ticket_claim(&custody, 1);
    // Two guardians after one another keep the freeze up for twelve hours.
    fixture.world.advance_s(TRIP_S);
    freeze(&mut fixture);
    fixture.world.advance_s(HOLD_S - TRIP_S - 1);
    fixture.world.fail(std::slice::from_ref(&claim), &[], error("TicketHeld"));
    fixture.world.advance_s(1);
    freeze(&mut fixture);
    // INVARIANT(G-9): frozen still, and out.
    assert_eq!(fixture.level().byte(), 3);
    fixture.world.ok(&[claim], &[]);
}

#[test]
fn ticket_claim_while_accounts_migrate_fails_withdrawals_refused() {
    let (mut fixture, custody) = queued();
    fixture.world.advance_s(2 * DAY_S);
    let brake = fixture.brake;
    fixture.world.edit::<abi::breaker::Brake>(&brake, |brake| (brake.level, brake.cause) = (4, 11));
    let claim = fixture.ticket_claim(&custody, 1);
    fixture.world.fail(&[claim], &[], error("WithdrawalsRefused"));
}

#[test]
fn ticket_claim_refuses_every_wrong_account() {
    let (mut fixture, custody) = queued();
    let other = fixture.custody("another controller", "SOL");
    let release = fixture.release_ticket(&other, 500, 1);
    fixture.world.ok(&[release], &[&other.controller]);
    // A second vault of the same custody, and a stray token account of the same mint.
    let mint = Token::new(&mut fixture.world, "another mint", 6);
    let open = fixture.tokens_open(custody.controller.pubkey(), mint.mint);
    fixture.world.ok(&[open], &[]);
    let second_vault = addresses::tokens(&custody.controller.pubkey(), &mint.mint);
    let stray = custody.token.account(&mut fixture.world, &custody.address, "stray", 500);
    let elsewhere = custody.token.account(&mut fixture.world, &custody.address, "elsewhere", 0);
    let (brake, ticket) = (fixture.brake, addresses::ticket(&custody.tokens, 1));
    let (brake, forged) = (fixture.forged(&brake), fixture.forged(&custody.address));
    let forged_ticket = fixture.forged(&ticket);
    fixture.world.advance_s(2 * DAY_S);
    Substitutions::of(fixture.ticket_claim(&custody, 1), calls::TicketClaim::ACCOUNTS, &[])
        .stranger("custody", InstructionError::AccountDataTooSmall)
        .wrong("custody", forged, InstructionError::IllegalOwner)
        .wrong("custody", other.address, error("TicketOfAnotherCustody"))
        .stranger("brake", InstructionError::UninitializedAccount)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .stranger("ticket", InstructionError::AccountDataTooSmall)
        .wrong("ticket", forged_ticket, InstructionError::IllegalOwner)
        .wrong("ticket", addresses::ticket(&other.tokens, 1), error("TicketOfAnotherCustody"))
        .stranger("payer", error("NotRentPayer"))
        .stranger("tokens", InstructionError::AccountDataTooSmall)
        .wrong("tokens", second_vault, error("VaultUnknown"))
        .wrong("tokens", stray, error("VaultUnknown"))
        .wrong("tokens", other.tokens, error("VaultUnknown"))
        .stranger("mint", InstructionError::IllegalOwner)
        // SPL Token's `MintMismatch`.
        .wrong("mint", other.token.mint, 3)
        .stranger("destination", InstructionError::AccountDataTooSmall)
        .wrong("destination", elsewhere, error("WrongDestination"))
        .wrong("destination", other.destination, error("WrongDestination"))
        .stranger("token_program", 2007)
        .wrong("token_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
