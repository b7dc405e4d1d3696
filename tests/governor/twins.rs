//! The governor's two deployments: each holds the other's code, at the longest delay.

use crate::fixture::{Fixture, GOVERNOR, TWIN, error, old_code, program_data, sha256, target};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use client::governor::CouncilInitArgs;
use policy::{Class, CouncilAction, Level};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{elf, key, keypair};

fn pda_of(governor: Pubkey, seed: &[u8]) -> Pubkey {
    Pubkey::find_program_address(&[seed], &governor).0
}

#[test]
fn twin_whose_authority_was_handed_over_first_can_not_be_seated() {
    let mut first = Fixture::new();
    let adopt = first.adopt_ix(TWIN, elf("governor_twin").len());
    first.world.ok(&[adopt], &[&keypair("deployer")]);
    let mut twin = Fixture { governor: TWIN, ..first };
    let args = CouncilInitArgs { members: vec![key("member 0")] };
    let init = twin.council_init().instruction_of(TWIN, args);
    twin.world.fail(&[init], &[&keypair("deployer")], error("NotUpgradeAuthority"));
}

#[test]
fn twins_hold_each_others_code_and_upgrade_it_by_the_hand_over_class() {
    let mut twin = Fixture { governor: TWIN, ..Fixture::new() };
    twin.council_seat(7);
    let adopt = twin.adopt_ix(GOVERNOR, elf("governor").len());
    twin.world.ok(&[adopt], &[&keypair("deployer")]);
    let itself = twin.adopt_ix(TWIN, elf("governor_twin").len());
    twin.world.fail(&[itself], &[&keypair("deployer")], error("SelfAdoption"));

    let mut governor = Fixture { world: twin.world, governor: GOVERNOR, members: vec![], p256_seat: None };
    let adopt = governor.adopt_ix(TWIN, elf("governor_twin").len());
    governor.world.ok(&[adopt], &[&keypair("deployer")]);
    for (held, by) in [(GOVERNOR, TWIN), (TWIN, GOVERNOR)] {
        let account = governor.world.account(&program_data(held)).unwrap();
        let authority = abi::loader::program_data(&account.data).unwrap().authority;
        assert_eq!(authority, Some(pda_of(by, AUTHORITY_SEED).to_bytes()));
    }

    let mut twin = Fixture { world: governor.world, governor: TWIN, members: twin.members, p256_seat: None };
    let council_before = twin.world.account(&pda_of(GOVERNOR, COUNCIL_SEED));
    let (id, buffer) = twin.upgrade_propose(GOVERNOR, &old_code());
    assert_eq!(twin.class(id), Class::HandOver);
    twin.approve(id, 5);
    twin.stage(id);
    let queue = twin.upgrade_queue_ix(id, GOVERNOR);
    twin.world.fail(std::slice::from_ref(&queue), &[], error("ApprovalsMissing"));
    let sixth = twin.members[5].insecure_clone();
    let approve = twin.approve_ix(id, sixth.pubkey());
    twin.world.ok(&[approve], &[&sixth]);
    twin.world.ok(&[queue], &[]);
    twin.world.advance_s(i64::from(Class::Council.delay_floor_s()));
    let execute = twin.upgrade_ix(id, GOVERNOR, buffer);
    twin.world.fail(std::slice::from_ref(&execute), &[], error("SecondsRemain"));
    twin.delay_pass(id);
    twin.world.next_slot();
    twin.world.ok(&[execute], &[]);
    assert_eq!(sha256(&twin.code(GOVERNOR)[..old_code().len()]), sha256(&old_code()));
    assert_eq!(twin.world.account(&pda_of(GOVERNOR, COUNCIL_SEED)), council_before);
}

/// Digests name the governor: an approval of one twin is none of the other's.
#[test]
fn same_action_under_the_twin_has_another_digest() {
    let mut governor = Fixture::new();
    let relax = CouncilAction::BreakerRelax { level: Level::Normal };
    let id = governor.propose(&relax);
    let digest = governor.proposal_state(id).digest;
    let mut twin = Fixture { world: governor.world, governor: TWIN, members: vec![], p256_seat: None };
    twin.council_seat(7);
    assert_eq!(twin.propose(&relax), id);
    assert_ne!(twin.proposal_state(id).digest, digest);
    assert!(twin.world.account(&twin.adoption(target())).is_none());
}
