//! The trip on broken sums, and the council's way back with whole ones.
use crate::fixture::{Fixture, error};
use crate::market::{Listed, guardian};
use client::breaker as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::Substitutions;

fn trip_invariant(listed: &Listed) -> Instruction {
    let accounts = calls::TripInvariant {
        custody: listed.custody,
        market: listed.market,
        base_tokens: listed.base_tokens,
        quote_tokens: listed.quote_tokens,
    };
    accounts.instruction()
}

fn market_level_relax(fixture: &Fixture, listed: &Listed, level: u8) -> Instruction {
    let accounts = calls::MarketLevelRelax {
        authority: fixture.authority.pubkey(),
        config: fixture.config,
        custody: listed.custody,
        market: listed.market,
        base_tokens: listed.base_tokens,
        quote_tokens: listed.quote_tokens,
    };
    accounts.instruction(calls::MarketLevelRelaxArgs { level })
}

#[test]
fn trip_invariant_freezes_a_market_that_owes_more_than_it_holds() {
    type Break = fn(&mut abi::margin::Market);
    let breaks: [Break; 5] = [
        |market| market.base_balances_atoms = 1_001.into(),
        |market| market.insurance_atoms = 201.into(),
        |market| market.fees_atoms = 101.into(),
        |market| market.clearing_atoms = 101.into(),
        // Less than nothing owed is as broken.
        |market| market.quote_balances_atoms = (-101).into(),
    ];
    for break_it in breaks {
        let mut fixture = Fixture::new();
        let listed = fixture.listed("market");
        fixture.world.fail(&[trip_invariant(&listed)], &[], error("InvariantHolds"));
        fixture.market_edit(&listed, break_it);
        fixture.world.ok(&[trip_invariant(&listed)], &[]);
        let custody = fixture.custody_state(&listed.custody);
        assert_eq!((custody.level, custody.cause), (3, 10));
    }
}

#[test]
fn trip_invariant_counts_what_the_queue_is_owed() {
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    let custody = listed.custody;
    fixture.world.edit::<abi::breaker::Custody>(&custody, |state| state.vaults[1].queue.unpaid_atoms = 100.into());
    fixture.world.fail(&[trip_invariant(&listed)], &[], error("InvariantHolds"));
    fixture.world.edit::<abi::breaker::Custody>(&custody, |state| state.vaults[1].queue.unpaid_atoms = 101.into());
    fixture.world.ok(&[trip_invariant(&listed)], &[]);
}

#[test]
fn market_level_relax_lowers_one_market_once_its_sums_hold() {
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    fixture.market_edit(&listed, |market| market.fees_atoms = 101.into());
    fixture.world.ok(&[trip_invariant(&listed)], &[]);
    let relax = market_level_relax(&fixture, &listed, 0);
    fixture.world.fail(std::slice::from_ref(&relax), &[&fixture.authority], error("InvariantBroken"));
    fixture.market_edit(&listed, |market| market.fees_atoms = 100.into());
    for (level, name) in [(3, "LevelNotDownward"), (4, "LevelNotDownward"), (5, "LevelUnknown")] {
        let relax = market_level_relax(&fixture, &listed, level);
        fixture.world.fail(&[relax], &[&fixture.authority], error(name));
    }
    let brake = fixture.brake_state();
    fixture.world.ok(&[relax], &[&fixture.authority]);
    assert_eq!((fixture.market_level(&listed), fixture.brake_state()), (0, brake));
}

#[test]
fn market_level_relax_by_a_guardian_fails_not_authority() {
    // INVARIANT(G-7)
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    fixture.market_level_put(&listed, 2);
    fixture.authority = guardian(0);
    let relax = market_level_relax(&fixture, &listed, 0);
    fixture.world.fail(&[relax], &[&fixture.authority], error("NotAuthority"));
}

#[test]
fn trip_invariant_and_market_level_relax_refuse_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (listed, other) = (fixture.listed("market"), fixture.listed("another market"));
    let (custody, market) = (fixture.forged(&listed.custody), fixture.forged(&listed.market));
    fixture.market_level_put(&listed, 2);
    let relax = market_level_relax(&fixture, &listed, 0);
    let config = fixture.config;
    let config = fixture.forged(&config);
    let common = |substitutions: Substitutions<'_>, fixture: &mut Fixture| {
        substitutions
            .stranger("custody", InstructionError::AccountDataTooSmall)
            .wrong("custody", custody, InstructionError::IllegalOwner)
            .wrong("custody", other.custody, error("MarketUnreadable"))
            .stranger("market", error("MarketUnreadable"))
            .wrong("market", other.market, error("MarketUnreadable"))
            .wrong("market", market, error("MarketUnreadable"))
            .stranger("base_tokens", InstructionError::IllegalOwner)
            .wrong("base_tokens", other.base_tokens, error("VaultUnknown"))
            .wrong("base_tokens", listed.quote_tokens, error("VaultUnknown"))
            .stranger("quote_tokens", InstructionError::IllegalOwner)
            .wrong("quote_tokens", other.quote_tokens, error("VaultUnknown"))
            .wrong("quote_tokens", listed.base_tokens, error("VaultUnknown"))
            .run(&mut fixture.world);
    };
    let authority = fixture.authority.insecure_clone();
    let signers = [&authority];
    let relaxing = Substitutions::of(relax, calls::MarketLevelRelax::ACCOUNTS, &signers)
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner);
    common(relaxing, &mut fixture);
    fixture.market_level_put(&listed, 0);
    fixture.market_edit(&listed, |market| market.fees_atoms = 101.into());
    common(Substitutions::of(trip_invariant(&listed), calls::TripInvariant::ACCOUNTS, &[]), &mut fixture);
}
