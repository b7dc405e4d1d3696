//! `attestors_execute` and `shadow_attest`, `delays_execute`, `hand_over_execute`.

use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, error, new_code, old_code, program_data, target};
use client::governor as calls;
use policy::{Class, CouncilAction, Delays, Level, proposal::State};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, elf, key, keypair};

fn attestors() -> [[u8; 32]; 3] {
    ["attestor 0", "attestor 1", "attestor 2"].map(|name| key(name).to_bytes())
}

fn attestors_ix(fixture: &Fixture, id: u64) -> Instruction {
    calls::AttestorsExecute { council: fixture.council(), proposal: fixture.proposal(id) }.instruction()
}

fn delays_ix(fixture: &Fixture, id: u64) -> Instruction {
    calls::DelaysExecute { council: fixture.council(), proposal: fixture.proposal(id) }.instruction()
}

fn attest_ix(fixture: &mut Fixture, id: u64, attestor: Pubkey, root: [u8; 32]) -> Instruction {
    let digest = fixture.proposal_state(id).digest;
    let accounts = calls::ShadowAttest { attestor, council: fixture.council(), proposal: fixture.proposal(id) };
    accounts.instruction(calls::ShadowAttestArgs { digest, root })
}

fn hand_ix(fixture: &Fixture, id: u64, authority: Pubkey) -> Instruction {
    let accounts = calls::HandOverExecute {
        council: fixture.council(),
        proposal: fixture.proposal(id),
        adoption: fixture.adoption(target()),
        rollout: fixture.rollout(target()),
        program_data: program_data(target()),
        authority,
        governor_authority: fixture.authority(),
    };
    accounts.instruction()
}

/// A council with attestors.
fn attested() -> Fixture {
    let mut fixture = Fixture::new();
    let keys = attestors();
    let id = fixture.propose(&CouncilAction::AttestorsSet { attestors: &keys });
    assert_eq!(fixture.class(id), Class::Council);
    fixture.queue(id);
    let execute = attestors_ix(&fixture, id);
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("SecondsRemain"));
    fixture.delay_pass(id);
    let relax = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    fixture.mature(relax);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(execute.clone(), calls::AttestorsExecute::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(relax), error("ActionOtherKind"))
        .stranger("instructions", error("NotSysvar"))
        .run(&mut fixture.world);
    fixture.durable_nonce_refused(&execute, &[]);
    fixture.world.ok(&[execute], &[]);
    fixture
}

#[test]
fn upgrade_waits_for_two_attestors_who_agree() {
    let mut fixture = attested();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("AttestationsMissing"));
    let [first, second, third] = ["attestor 0", "attestor 1", "attestor 2"].map(|name| fixture.world.rich(name));
    let zero = attest_ix(&mut fixture, id, first.pubkey(), [0; 32]);
    fixture.world.fail(&[zero], &[&first], error("RootZero"));
    for (attestor, root) in [(&first, [1; 32]), (&second, [2; 32])] {
        let attest = attest_ix(&mut fixture, id, attestor.pubkey(), root);
        fixture.world.ok(&[attest], &[attestor]);
    }
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("AttestationsMissing"));
    let again = attest_ix(&mut fixture, id, first.pubkey(), [2; 32]);
    fixture.world.fail(&[again], &[&first], error("AlreadyAttested"));
    let mut other_digest = attest_ix(&mut fixture, id, third.pubkey(), [2; 32]);
    other_digest.data[1] ^= 1;
    fixture.world.fail(&[other_digest], &[&third], error("DigestMismatch"));
    let attest = attest_ix(&mut fixture, id, third.pubkey(), [2; 32]);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(attest.clone(), calls::ShadowAttest::ACCOUNTS, &[&third])
        .stranger("attestor", error("NotAttestor"))
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
    fixture.world.ok(&[attest], &[&third]);
    fixture.world.ok(&[execute], &[]);
    let late = attest_ix(&mut fixture, id, second.pubkey(), [3; 32]);
    fixture.world.fail(&[late], &[&second], error("ProposalClosed"));
}

/// INVARIANT(G-5): delays that the council lengthened are shortened only after as long.
#[test]
fn delays_are_lengthened_after_two_weeks_and_shortened_after_the_longest_in_force() {
    const DAY_S: u32 = 86_400;
    let mut fixture = Fixture::new();
    let set = |upgrade_s| Delays { set_s: [0, 0, upgrade_s, 0, 0, 0, 0, 0] };
    let id = fixture.propose(&CouncilAction::DelaysSet { delays: set(40 * DAY_S) });
    fixture.mature(id);
    let execute = delays_ix(&fixture, id);
    let relax = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    fixture.mature(relax);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(execute.clone(), calls::DelaysExecute::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(relax), error("ActionOtherKind"))
        .stranger("instructions", error("NotSysvar"))
        .run(&mut fixture.world);
    fixture.durable_nonce_refused(&execute, &[]);
    fixture.world.ok(&[execute], &[]);
    assert_eq!(fixture.council_state().delays_s[2].get(), 40 * DAY_S);

    let (upgrade, _) = fixture.upgrade_propose(target(), &new_code());
    fixture.queue(upgrade);
    let proposal = fixture.proposal_state(upgrade);
    assert_eq!(proposal.ready_unix_s.get() - fixture.world.unix_s(), i64::from(40 * DAY_S));
    let back = fixture.propose(&CouncilAction::DelaysSet { delays: Delays::default() });
    fixture.queue(back);
    let execute = delays_ix(&fixture, back);
    fixture.world.advance_s(i64::from(40 * DAY_S - 1));
    fixture.world.advance_slots(u64::from(40 * DAY_S));
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("SecondsRemain"));
    fixture.world.advance_s(1);
    fixture.world.ok(&[execute], &[]);
    assert_eq!(fixture.council_state().delays_s[2].get(), 0);
}

/// INVARIANT(G-15): authority leaves by a hand over and by nothing else, to whom the council named, who signs.
#[test]
fn hand_over_gives_the_authority_to_the_one_who_was_named_and_signs() {
    let mut fixture = Fixture::new();
    let heir = fixture.world.rich("heir");
    let (program, authority) = (target().to_bytes(), heir.pubkey().to_bytes());
    let id = fixture.propose(&CouncilAction::HandOver { program, authority });
    let relax = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    assert_eq!(fixture.class(id), Class::HandOver);
    fixture.queue(id);
    let hand = hand_ix(&fixture, id, heir.pubkey());
    fixture.world.advance_s(14 * 86_400);
    fixture.world.fail(std::slice::from_ref(&hand), &[&heir], error("SecondsRemain"));
    fixture.world.advance_s(-14 * 86_400);
    fixture.delay_pass(id);
    let margin = Pubkey::new_from_array(abi::ids::MARGIN);
    let adopt = fixture.adopt_ix(margin, elf("margin").len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let [proposal_elsewhere, adoption_elsewhere, rollout_elsewhere] =
        [fixture.proposal(id), fixture.adoption(target()), fixture.rollout(target())].map(|at| fixture.elsewhere(at));
    Substitutions::of(hand.clone(), calls::HandOverExecute::ACCOUNTS, &[&heir])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", proposal_elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(relax), error("ProposalNotQueued"))
        .stranger("adoption", ABSENT)
        .wrong("adoption", adoption_elsewhere, InstructionError::IllegalOwner)
        .wrong("adoption", fixture.adoption(margin), error("RolloutSwapped"))
        .stranger("rollout", ABSENT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .wrong("rollout", fixture.rollout(margin), error("RolloutSwapped"))
        .stranger("program_data", error("ProgramDataSwapped"))
        .wrong("program_data", program_data(margin), error("ProgramDataSwapped"))
        .stranger("authority", error("RecipientWrong"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("instructions", error("NotSysvar"))
        .stranger("loader", error("NotLoader"))
        .run(&mut fixture.world);
    fixture.durable_nonce_refused(&hand, &[&heir]);
    fixture.world.ok(&[hand], &[&heir]);
    let account = fixture.world.account(&program_data(target())).unwrap();
    assert_eq!(abi::loader::program_data(&account.data).unwrap().authority, Some(heir.pubkey().to_bytes()));
    assert_eq!((fixture.state(id), fixture.code(target())[..old_code().len()].to_vec()), (State::Executed, old_code()));
}
