use crate::fixture::{Fixture, TRIP_S, error};
use client::breaker as calls;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, Token, World};

fn balances(world: &mut World, custody: &crate::fixture::Custody) -> (u64, u64) {
    (Token::balance(world, &custody.tokens), Token::balance(world, &custody.destination))
}

#[test]
fn release_moves_exactly_the_amount_and_counts() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    for (amount, left) in [(400, 600), (600, 0)] {
        let release = fixture.release(&custody, amount);
        fixture.world.ok(&[release], &[&custody.controller]);
        assert_eq!(balances(&mut fixture.world, &custody), (left, 1_000 - left));
    }
    let state: abi::breaker::Custody = fixture.world.read(abi::ids::BREAKER, &custody.address);
    assert_eq!(state.releases.get(), 2);
    assert_eq!(custody.token.supply(&mut fixture.world), 1_000);
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
fn release_at_each_level_follows_the_matrix() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    for level in policy::Level::ALL {
        let (brake, cause) = (fixture.brake, policy::Cause::Council.byte());
        fixture.world.edit(&brake, |brake: &mut abi::breaker::Brake| {
            (brake.level, brake.cause) = (level.byte(), cause);
        });
        let release = fixture.release(&custody, 10);
        match policy::permission(level, policy::Action::Withdraw) {
            policy::Permission::Queued => {
                fixture.world.fail(&[release], &[&custody.controller], error("WithdrawalsQueued"))
            }
            policy::Permission::Refused => {
                fixture.world.fail(&[release], &[&custody.controller], error("WithdrawalsRefused"))
            }
            _ => {
                fixture.world.ok(&[release], &[&custody.controller]);
            }
        }
    }
    // INVARIANT(G-9): at levels 0 to 2 it paid; at 3 it is to wait, not to lose the claim.
    assert_eq!(balances(&mut fixture.world, &custody), (970, 30));
}

#[test]
fn release_under_a_guardians_freeze_waits_for_it_to_run_out() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    let release = fixture.release(&custody, 10);
    fixture.world.advance_s(TRIP_S - 1);
    fixture.world.fail(std::slice::from_ref(&release), &[&custody.controller], error("WithdrawalsQueued"));
    fixture.world.advance_s(1);
    fixture.world.ok(&[release], &[&custody.controller]);
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
        .wrong("tokens", others_vault, InstructionError::InvalidSeeds)
        .wrong("tokens", stray, InstructionError::InvalidSeeds)
        .stranger("mint", InstructionError::IllegalOwner)
        .wrong("mint", other.token.mint, InstructionError::InvalidSeeds)
        .stranger("destination", InstructionError::AccountDataTooSmall)
        // SPL Token's `MintMismatch`.
        .wrong("destination", other.destination, 3)
        .wrong("destination", custody.tokens, 2040)
        .stranger("token_program", 2007)
        .wrong("token_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
    assert_eq!(Token::balance(&mut fixture.world, &stray), 500);
}
