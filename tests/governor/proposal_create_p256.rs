use crate::ballot_attacks::{P256_SEAT, RELAX};
use crate::fixture::{ABSENT_MUT, Fixture, TWIN, code_of, error, target};
use crate::passkeys::{USER_PRESENT, USER_VERIFIED, assertion, client_data};
use crate::proposing::{Coming, PACKET, seated, seated_in, transaction_len};
use crate::steps::{digest, encoded};
use abi::governor::MEMBERS;
use bytemuck::bytes_of;
use client::ballots::{self, P256Key};
use client::governor as calls;
use policy::ballot::Voice;
use policy::{Class, CouncilAction, Evidence, Upgrade, proposal::State};
use solana_instruction::{Instruction, error::InstructionError};
use solana_signer::Signer;
use testkit::{Expect, Substitutions, World, p256_key, signed};

/// By a passkey, whose authenticator sets these flags, over the ballot of now; with this client data in its place.
fn by_passkey(fixture: &mut Fixture, coming: &Coming, key: &P256Key, flags: u8, client: &[u8]) -> [Instruction; 2] {
    [assertion(key, flags, client), fixture.coming_ix(coming, 0, client.to_vec())]
}

/// In the validator's own runtime, and in LiteSVM: raw, then by a passkey. The sponsor is the proposer, the member has said nothing yet.
#[test]
fn proposal_create_p256_by_a_members_key_drafts_the_action() {
    for world in [World::new(), World::lite()] {
        let (mut fixture, key, sponsor) = seated_in(world);
        let coming = fixture.coming_action(&sponsor, &RELAX);
        let raw = fixture.coming_cast(&coming, &key);
        fixture.world.ok(&raw, &[&sponsor]);
        fixture.world.advance_slots(1);
        let client = client_data(bytes_of(&fixture.coming_ballot(&coming)));
        let by_passkey = by_passkey(&mut fixture, &coming, &key, USER_PRESENT | USER_VERIFIED, &client);
        fixture.world.ok(&by_passkey, &[&sponsor]);
        for id in 0..2 {
            let proposal = fixture.proposal_state(id);
            assert_eq!(proposal.action[..usize::from(proposal.action_len.get())], encoded(&RELAX));
            assert_eq!(proposal.digest, digest(fixture.governor, id, &encoded(&RELAX)));
            assert_eq!((proposal.id.get(), proposal.class), (id, Class::RiskIncreasing.byte()));
            assert_eq!((proposal.proposer, proposal.approvals.get()), (sponsor.pubkey().to_bytes(), 0));
        }
        assert_eq!(fixture.council_state().proposals.get(), 2);
    }
}

/// A council without one Ed25519 member proposes, approves and is replaced: nobody signs but whoever pays.
#[test]
fn proposal_create_p256_lets_a_council_of_p256_keys_alone_decide() {
    let mut fixture = Fixture::over(World::new(), Some(0));
    fixture.council_seat(1);
    let (key, sponsor) = (fixture.p256(0).expect("the only member's key"), fixture.world.rich("sponsor"));
    let members = [ballots::member(&p256_key("next").public()).to_bytes()];
    let coming = fixture.coming_action(&sponsor, &CouncilAction::CouncilSet { members: &members });
    let propose = fixture.coming_cast(&coming, &key);
    fixture.world.ok(&propose, &[&sponsor]);
    fixture.mature(0);
    let execute = fixture.council_execute_ix(0);
    fixture.world.ok(&[execute], &[]);
    assert_eq!(fixture.council_state().members[0], members[0]);
    // Who was a member proposes nothing any more, and who is one now does.
    let coming = fixture.coming_action(&sponsor, &RELAX);
    let late = fixture.coming_cast(&coming, &key);
    fixture.world.fail(&late, &[&sponsor], error("NotMember"));
    let propose = fixture.coming_cast(&coming, &p256_key("next"));
    fixture.world.ok(&propose, &[&sponsor]);
}

/// The member approves like any other, and the sponsor alone may cancel.
#[test]
fn proposal_create_p256_is_approved_by_its_member_a_slot_later_and_cancelled_by_its_sponsor() {
    let (mut fixture, key, sponsor) = seated();
    let coming = fixture.coming_action(&sponsor, &RELAX);
    let propose = fixture.coming_cast(&coming, &key);
    fixture.world.ok(&propose, &[&sponsor]);
    let early = fixture.calls().cast(&mut fixture.world, 0, Voice::Approve, &key);
    fixture.world.fail(&early, &[], error("CreatedThisSlot"));
    fixture.world.advance_slots(1);
    let approve = fixture.calls().cast(&mut fixture.world, 0, Voice::Approve, &key);
    fixture.world.ok(&approve, &[]);
    assert_eq!(fixture.proposal_state(0).approvals.get(), 1 << P256_SEAT);
    let member = fixture.members[1].insecure_clone();
    let cancel = fixture.cancel_ix(0, member.pubkey());
    fixture.world.fail(&[cancel], &[&member], error("NotProposer"));
    let cancel = fixture.cancel_ix(0, sponsor.pubkey());
    fixture.world.ok(&[cancel], &[&sponsor]);
    assert_eq!(fixture.state(0), State::Cancelled);
}

#[test]
fn proposal_create_p256_by_a_passkey_that_says_something_else_fails_by_name() {
    let (mut fixture, key, sponsor) = seated();
    let coming = fixture.coming_action(&sponsor, &RELAX);
    let ballot = fixture.coming_ballot(&coming);
    let good = client_data(bytes_of(&ballot));
    let short = client_data(&bytes_of(&ballot)[1..]);
    let both = USER_PRESENT | USER_VERIFIED;
    for (flags, client, name) in [
        (USER_PRESENT, &good, "PasskeyUserNotVerified"),
        (USER_VERIFIED, &good, "PasskeyUserNotVerified"),
        (both, &short, "PasskeyNoBallot"),
    ] {
        let propose = by_passkey(&mut fixture, &coming, &key, flags, client);
        fixture.world.fail(&propose, &[&sponsor], error(name));
    }
    let other = [assertion(&key, both, &short), fixture.coming_ix(&coming, 0, good.clone())];
    fixture.world.fail(&other, &[&sponsor], error("PasskeyClientDataOther"));
    let unsaid = [assertion(&key, both, &good), fixture.coming_ix(&coming, 0, vec![])];
    fixture.world.fail(&unsaid, &[&sponsor], error("SignatureUnproven"));
}

/// The twin has the same council, and the same next id: the governor's ballot is none of its.
#[test]
fn proposal_create_p256_with_the_governors_ballot_fails_on_the_twin() {
    let (mut fixture, key, sponsor) = seated();
    let coming = fixture.coming_action(&sponsor, &RELAX);
    let ballot = fixture.coming_ballot(&coming);
    let mut twin = Fixture { governor: TWIN, ..fixture };
    twin.council_seat(7);
    let propose = twin.coming_by(&coming, &key, &ballot);
    twin.world.fail(&propose, &[&sponsor], error("DigestMismatch"));
    let own = twin.coming_cast(&coming, &key);
    twin.world.ok(&own, &[&sponsor]);
}

#[test]
fn proposal_create_p256_of_no_action_or_of_code_fails_by_name() {
    let (mut fixture, key, sponsor) = seated();
    let upgrade = CouncilAction::Upgrade(Upgrade {
        program: target().to_bytes(),
        buffer: [2; 32],
        elf_hash: [3; 32],
        elf_len: 4,
        previous_hash: [5; 32],
        evidence: Evidence::default(),
        forward_only: false,
    });
    for (action, name) in [
        (vec![], "ActionLengthWrong"),
        (vec![15, 9], "ActionUnknown"),
        (vec![2, 4], "ActionLevelWrong"),
        (vec![3, 0], "KeyCountWrong"),
        (encoded(&upgrade), "UpgradeWithoutBuffer"),
    ] {
        let coming = Coming { action, ..fixture.coming_action(&sponsor, &RELAX) };
        let propose = fixture.coming_cast(&coming, &key);
        fixture.world.fail(&propose, &[&sponsor], error(name));
    }
}

/// INVARIANT(G-6): of either kind, though a ballot says itself when it was signed.
#[test]
fn proposal_create_p256_and_upgrade_propose_p256_on_a_durable_nonce_fail() {
    let (mut fixture, key, sponsor) = seated();
    for coming in fixture.coming(&sponsor) {
        let ballot = fixture.coming_ballot(&coming);
        let (advance, owner) = fixture.nonce_advance();
        let propose = [signed(&key, bytes_of(&ballot)), fixture.coming_ix(&coming, 1, vec![])];
        let before = fixture.world.snapshot(&propose);
        let all = [vec![advance], propose.to_vec()].concat();
        let failure = fixture.world.send(&all, &[&sponsor, &owner]).expect_err("a durable nonce");
        Expect::from(error("DurableNonce")).check(&failure, "durable nonce");
        assert_eq!(before, fixture.world.snapshot(&propose), "a refused transaction changed state");
    }
}

/// Whatever a key that signs ballots proposes fits in one transaction. Beside a passkey's client data twelve members still do.
#[test]
fn proposal_create_p256_of_the_largest_action_fits_in_a_transaction() {
    let (mut fixture, key, sponsor) = seated();
    let members: Vec<[u8; 32]> = (1..=MEMBERS).map(|seat| [u8::try_from(seat).unwrap(); 32]).collect();
    let largest = fixture.coming_action(&sponsor, &CouncilAction::CouncilSet { members: &members });
    let raw = fixture.coming_cast(&largest, &key);
    assert!(transaction_len(&raw, &sponsor) <= PACKET, "{} bytes", transaction_len(&raw, &sponsor));
    fixture.world.ok(&raw, &[&sponsor]);
    let twelve = fixture.coming_action(&sponsor, &CouncilAction::CouncilSet { members: &members[..12] });
    let client = client_data(bytes_of(&fixture.coming_ballot(&twelve)));
    let by_passkey = by_passkey(&mut fixture, &twelve, &key, USER_PRESENT | USER_VERIFIED, &client);
    assert!(transaction_len(&by_passkey, &sponsor) <= PACKET, "{} bytes", transaction_len(&by_passkey, &sponsor));
    fixture.world.ok(&by_passkey, &[&sponsor]);
}

#[test]
fn proposal_create_p256_refuses_every_wrong_account() {
    let (mut fixture, key, sponsor) = seated();
    let coming = fixture.coming_action(&sponsor, &RELAX);
    let [proof, create] = fixture.coming_cast(&coming, &key);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    Substitutions::of(create, calls::ProposalCreateP256::ACCOUNTS, &[&sponsor])
        .after(&[proof])
        .any("sponsor", "whoever pays: the member's ballot says what is proposed")
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", InstructionError::InvalidSeeds)
        .wrong("proposal", fixture.proposal(1), InstructionError::InvalidSeeds)
        .stranger("instructions", error("NotSysvar"))
        .stranger("slot_hashes", error("NotSysvar"))
        .stranger("system_program", code_of(client::framework::ERRORS, "ConstraintExecutable"))
        .wrong("system_program", TWIN, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
