use crate::fixture::{ABSENT_MUT, Fixture, TWIN, code_of, error};
use crate::steps::{digest, encoded};
use client::governor as calls;
use policy::{Class, CouncilAction, Evidence, Level, Upgrade};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::Substitutions;

const RELAX: CouncilAction<'static> = CouncilAction::BreakerRelax { level: Level::Normal };

#[test]
fn proposal_create_by_member_drafts_the_action() {
    let mut fixture = Fixture::new();
    let members = [[1; 32], [2; 32]];
    let guardians = [[3; 32]];
    let actions = [
        (RELAX, Class::RiskIncreasing),
        (CouncilAction::CouncilSet { members: &members }, Class::Council),
        (CouncilAction::GuardiansSet { guardians: &guardians }, Class::RiskIncreasing),
    ];
    for (action, class) in actions {
        let clock = fixture.world.clock();
        let id = fixture.propose(&action);
        let proposal = fixture.proposal_state(id);
        let bytes = encoded(&action);
        assert_eq!(proposal.action[..usize::from(proposal.action_len.get())], bytes);
        assert!(proposal.action[bytes.len()..].iter().all(|byte| *byte == 0));
        assert_eq!(proposal.digest, digest(fixture.governor, id, &bytes));
        assert_eq!((proposal.version, proposal.state, proposal.class), (1, 0, class.byte()));
        assert_eq!((proposal.id.get(), proposal.proposer), (id, fixture.members[0].pubkey().to_bytes()));
        assert_eq!((proposal.created_slot.get(), proposal.created_unix_s.get()), (clock.slot, clock.unix_timestamp));
        let lifetime_s = i64::from(policy::VOTING_S + class.delay_floor_s() + policy::EXECUTION_S);
        assert_eq!(proposal.expires_unix_s.get(), clock.unix_timestamp + lifetime_s);
        assert_eq!((proposal.approvals.get(), proposal.ready_slot.get(), proposal.ready_unix_s.get()), (0, 0, 0));
        assert_eq!(fixture.council_state().proposals.get(), id + 1);
    }
}

#[test]
fn proposal_create_by_another_fails_not_member() {
    let mut fixture = Fixture::new();
    let mut create = fixture.create_ix(encoded(&RELAX));
    let stranger = fixture.world.rich("stranger");
    create.accounts[0].pubkey = stranger.pubkey();
    fixture.world.fail(&[create], &[&stranger], error("NotMember"));
}

#[test]
fn proposal_create_of_no_action_fails_by_name() {
    let mut fixture = Fixture::new();
    let upgrade = CouncilAction::Upgrade(Upgrade {
        program: [1; 32],
        buffer: [2; 32],
        elf_hash: [3; 32],
        elf_len: 4,
        previous_hash: [5; 32],
        evidence: Evidence::default(),
        forward_only: false,
    });
    let mut codeless = encoded(&upgrade);
    codeless[97] = 0;
    let cases = [
        (vec![], "ActionLengthWrong"),
        (vec![15, 9], "ActionUnknown"),
        (vec![2, 0, 0], "ActionLengthWrong"),
        (vec![2, 4], "ActionLevelWrong"),
        (vec![3, 0], "KeyCountWrong"),
        ([&[3, 1][..], &[0; 32]].concat(), "KeyInvalid"),
        ([&[4, 2][..], &[7; 64]].concat(), "KeyInvalid"),
        (codeless, "CodeEmpty"),
        (encoded(&upgrade), "UpgradeWithoutBuffer"),
    ];
    let member = fixture.members[0].insecure_clone();
    for (action, name) in cases {
        let create = fixture.create_ix(action);
        fixture.world.fail(&[create], &[&member], error(name));
    }
}

#[test]
fn proposal_create_with_durable_nonce_fails_durable_nonce() {
    let mut fixture = Fixture::new();
    let create = fixture.create_ix(encoded(&RELAX));
    let member = fixture.members[0].insecure_clone();
    fixture.durable_nonce_refused(&create, &[&member]);
    fixture.world.ok(&[create], &[&member]);
}

#[test]
fn proposal_create_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let create = fixture.create_ix(encoded(&RELAX));
    let member = fixture.members[0].insecure_clone();
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    Substitutions::of(create, calls::ProposalCreate::ACCOUNTS, &[&member])
        .stranger("proposer", error("NotMember"))
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", InstructionError::InvalidSeeds)
        .wrong("proposal", fixture.proposal(1), InstructionError::InvalidSeeds)
        .stranger("instructions", error("NotSysvar"))
        .stranger("system_program", code_of(client::framework::ERRORS, "ConstraintExecutable"))
        .wrong("system_program", TWIN, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
