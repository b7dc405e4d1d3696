use crate::fixture::{ACCOUNT_IN_USE, Fixture, error};
use abi::breaker::Ticket;
use client::{addresses, breaker as calls};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, Token, World, key};

fn balances(world: &mut World, custody: &crate::fixture::Custody) -> (u64, u64) {
    (Token::balance(world, &custody.tokens), Token::balance(world, &custody.destination))
}

#[test]
fn release_within_the_windows_moves_exactly_the_amount_and_counts() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    for (amount, left) in [(40, 960), (60, 900)] {
        let release = fixture.release(&custody, amount);
        fixture.world.ok(&[release], &[&custody.controller]);
        assert_eq!(balances(&mut fixture.world, &custody), (left, 1_000 - left));
    }
    let state = fixture.custody_state(&custody.address);
    assert_eq!((state.releases.get(), state.vaults[0].hour.current_atoms.get()), (2, 100));
    assert_eq!(custody.token.supply(&mut fixture.world), 1_000);
}

#[test]
fn release_beyond_the_hours_window_is_queued_with_a_time_it_is_told() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let now = fixture.world.unix_s();
    let release = fixture.release(&custody, 101);
    fixture.world.ok(&[release], &[&custody.controller]);
    assert_eq!(balances(&mut fixture.world, &custody), (1_000, 0));
    let ticket: Ticket = fixture.world.read(abi::ids::BREAKER, &addresses::ticket(&custody.tokens, 1));
    assert_eq!((ticket.version, ticket.min_reader, ticket.vault, ticket.id.get()), (1, 1, 0, 1));
    assert_eq!((ticket.amount_atoms.get(), ticket.end_atoms.get(), ticket.issued_unix_s.get()), (101, 101, now));
    assert_eq!((ticket.custody, ticket.destination), (custody.address.to_bytes(), custody.destination.to_bytes()));
    assert_eq!((ticket.payer, ticket.origin), (fixture.world.payer().to_bytes(), key("origin").to_bytes()));
    let queue = fixture.custody_state(&custody.address).vaults[0].queue;
    // A quarter of the vault a day.
    assert_eq!((queue.unpaid_atoms.get(), queue.rate_atoms.get()), (101, 250));
    // Whoever comes later waits behind, however little they ask for; what is owed is nobody else's.
    let small = fixture.release_ticket(&custody, 1, 2);
    fixture.world.ok(&[small], &[&custody.controller]);
    let second: Ticket = fixture.world.read(abi::ids::BREAKER, &addresses::ticket(&custody.tokens, 2));
    assert_eq!(second.end_atoms.get(), 102);
    let rest = fixture.release_ticket(&custody, 899, 3);
    fixture.world.fail(&[rest], &[&custody.controller], error("VaultIlliquid"));
}

#[test]
fn release_again_after_the_window_has_passed_is_paid_at_once() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let release = fixture.release(&custody, 100);
    fixture.world.ok(&[release], &[&custody.controller]);
    fixture.world.advance_s(2 * 3_600);
    let release = fixture.release(&custody, 90);
    fixture.world.ok(&[release], &[&custody.controller]);
    assert_eq!(balances(&mut fixture.world, &custody), (810, 190));
    // The day's window is a quarter of what was there when it began.
    fixture.world.advance_s(2 * 3_600);
    let release = fixture.release(&custody, 61);
    fixture.world.ok(&[release], &[&custody.controller]);
    assert_eq!(balances(&mut fixture.world, &custody), (810, 190));
}

#[test]
fn release_in_a_burst_of_one_transaction_gets_one_window() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let burst: Vec<_> = (0..10).map(|number| fixture.release_ticket(&custody, 25, number)).collect();
    fixture.world.ok(&burst, &[&custody.controller]);
    assert_eq!(balances(&mut fixture.world, &custody), (900, 100));
    assert_eq!(fixture.custody_state(&custody.address).vaults[0].queue.unpaid_atoms.get(), 150);
}

#[test]
fn release_of_nothing_fails_amount_zero() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let release = fixture.release(&custody, 0);
    fixture.world.fail(&[release], &[&custody.controller], error("AmountZero"));
}

#[test]
fn release_of_more_than_the_vault_holds_fails_vault_illiquid() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    for amount in [1_001, u64::MAX] {
        let release = fixture.release(&custody, amount);
        fixture.world.fail(&[release], &[&custody.controller], error("VaultIlliquid"));
    }
}

#[test]
fn release_at_each_level_of_protocol_or_market_follows_the_matrix() {
    for of_market in [false, true] {
        let mut fixture = Fixture::new();
        let custody = fixture.custody("controller", "USDC");
        for level in policy::Level::ALL {
            let (brake, byte) = (fixture.brake, level.byte());
            if of_market {
                fixture.world.edit::<abi::breaker::Custody>(&custody.address, |state| {
                    (state.level, state.cause) = (byte, 2);
                });
            } else {
                fixture.world.edit::<abi::breaker::Brake>(&brake, |brake| (brake.level, brake.cause) = (byte, 2));
            }
            let release = fixture.release(&custody, 10);
            match policy::permission(level, policy::Action::Withdraw) {
                policy::Permission::Refused => {
                    fixture.world.fail(&[release], &[&custody.controller], error("WithdrawalsRefused"))
                }
                _ => {
                    fixture.world.ok(&[release], &[&custody.controller]);
                }
            }
        }
        // INVARIANT(G-9): at levels 0 to 2 it paid; at 3 it waits.
        assert_eq!(balances(&mut fixture.world, &custody), (970, 30));
        assert_eq!(fixture.custody_state(&custody.address).vaults[0].queue.unpaid_atoms.get(), 10);
    }
}

#[test]
fn release_with_the_ticket_of_another_vault_or_number_fails_wrong_ticket() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let other = fixture.custody("another controller", "SOL");
    for ticket in [key("nobody's"), addresses::ticket(&custody.tokens, 2), addresses::ticket(&other.tokens, 1)] {
        let mut release = fixture.release(&custody, 101);
        let at = calls::Release::ACCOUNTS.iter().position(|spec| spec.name == "ticket").expect("a ticket");
        release.accounts[at].pubkey = ticket;
        fixture.world.fail(&[release], &[&custody.controller], error("WrongTicket"));
    }
    // One number is one ticket.
    let release = fixture.release(&custody, 101);
    fixture.world.ok(std::slice::from_ref(&release), &[&custody.controller]);
    fixture.world.fail(&[release], &[&custody.controller], ACCOUNT_IN_USE);
}

#[test]
fn release_without_the_controllers_signature_fails() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let mut release = fixture.release(&custody, 10);
    release.accounts[0].is_signer = false;
    fixture.world.fail(&[release], &[], InstructionError::MissingRequiredSignature);
}

#[test]
fn release_by_the_controller_of_another_custody_fails() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let other = fixture.custody("another controller", "SOL");
    let mut release = fixture.release(&custody, 10);
    release.accounts[0].pubkey = other.controller.pubkey();
    fixture.world.fail(&[release], &[&other.controller], InstructionError::InvalidSeeds);
}

#[test]
fn release_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let other = fixture.custody("another controller", "SOL");
    // A second vault of the same mint, and a genuine token account of the custody that is not its vault.
    let open = fixture.tokens_open(other.controller.pubkey(), custody.token.mint);
    fixture.world.ok(&[open], &[]);
    let others_vault = client::addresses::tokens(&other.controller.pubkey(), &custody.token.mint);
    let stray = custody.token.account(&mut fixture.world, &custody.address, "stray", 500);
    let brake = fixture.brake;
    let (brake, forged) = (fixture.forged(&brake), fixture.forged(&custody.address));
    let signers = [&custody.controller];
    Substitutions::of(fixture.release(&custody, 10), calls::Release::ACCOUNTS, &signers)
        .stranger("controller", InstructionError::InvalidSeeds)
        .stranger("custody", InstructionError::AccountDataTooSmall)
        .wrong("custody", forged, InstructionError::IllegalOwner)
        .wrong("custody", other.address, InstructionError::InvalidSeeds)
        .stranger("brake", InstructionError::UninitializedAccount)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .wrong("brake", fixture.config, InstructionError::AccountDataTooSmall)
        .stranger("tokens", InstructionError::AccountDataTooSmall)
        .wrong("tokens", others_vault, error("VaultUnknown"))
        .wrong("tokens", stray, error("VaultUnknown"))
        .stranger("mint", InstructionError::IllegalOwner)
        // SPL Token's `MintMismatch`.
        .wrong("mint", other.token.mint, 3)
        .stranger("destination", InstructionError::AccountDataTooSmall)
        .wrong("destination", other.destination, error("DestinationOfAnotherMint"))
        .wrong("destination", custody.tokens, 2040)
        .any("payer", "whoever signs may pay the rent of a ticket")
        .any("ticket", "not looked at where nothing waits; tried where something does, above")
        .stranger("token_program", 2007)
        .wrong("token_program", calls::ID, InstructionError::IncorrectProgramId)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
    assert_eq!(Token::balance(&mut fixture.world, &stray), 500);
}
