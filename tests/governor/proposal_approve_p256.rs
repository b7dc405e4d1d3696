use crate::ballot_attacks::{P256_SEAT, RELAX, drafted, drafted_in};
use crate::fixture::{ABSENT_MUT, Fixture, error};
use crate::passkeys::{USER_PRESENT, USER_VERIFIED, assertion, client_data};
use abi::ballot::Ballot;
use bytemuck::bytes_of;
use client::ballots::{self, P256Key};
use client::governor as calls;
use policy::CouncilAction;
use policy::ballot::Voice;
use solana_account::Account;
use solana_instruction::{Instruction, error::InstructionError};
use solana_signer::Signer;
use solana_transaction_error::TransactionError;
use testkit::{Expect, Substitutions, World, p256_key, signed};

/// An approval by a passkey: its authenticator signs data of its own and the hash of the client data.
fn by_passkey(
    fixture: &Fixture,
    id: u64,
    key: &P256Key,
    flags: u8,
    client_data: &[u8],
    sent: &[u8],
) -> [Instruction; 2] {
    [assertion(key, flags, client_data), fixture.calls().vote(id, Voice::Approve, 0, sent.to_vec())]
}

/// In the validator's own runtime, and in LiteSVM.
#[test]
fn proposal_approve_p256_by_a_members_key_sets_its_bit() {
    for world in [World::new(), World::lite()] {
        let (mut fixture, id, key) = drafted_in(world);
        let approve = fixture.calls().cast(&mut fixture.world, id, Voice::Approve, &key);
        fixture.world.ok(&approve, &[]);
        assert_eq!(fixture.proposal_state(id).approvals.get(), 1 << P256_SEAT);
        fixture.world.fail(&approve, &[], error("AlreadyApproved"));
    }
}

/// With the ballot as a passkey's challenge.
#[test]
fn proposal_approve_p256_by_a_passkey_sets_its_bit() {
    for world in [World::new(), World::lite()] {
        let (mut fixture, id, key) = drafted_in(world);
        let client_data = client_data(bytes_of(&fixture.ballot(id, Voice::Approve)));
        let flags = USER_PRESENT | USER_VERIFIED;
        let approve = by_passkey(&fixture, id, &key, flags, &client_data, &client_data);
        fixture.world.ok(&approve, &[]);
        assert_eq!(fixture.proposal_state(id).approvals.get(), 1 << P256_SEAT);
    }
}

#[test]
fn proposal_approve_p256_by_a_passkey_that_says_something_else_fails_by_name() {
    let (mut fixture, id, key) = drafted();
    let ballot = fixture.ballot(id, Voice::Approve);
    let good = client_data(bytes_of(&ballot));
    let both = USER_PRESENT | USER_VERIFIED;
    let other = client_data(bytes_of(&Ballot { vetoed: 1, ..ballot }));
    let short = client_data(&bytes_of(&ballot)[1..]);
    let foreign = client_data(&[3; abi::ballot::BALLOT_LEN]);
    let registered = String::from_utf8(good.clone()).unwrap().replace("webauthn.get", "webauthn.create").into_bytes();
    let cases: [(u8, &[u8], &[u8], &str); 8] = [
        (USER_PRESENT, &good, &good, "PasskeyUserNotVerified"),
        (USER_VERIFIED, &good, &good, "PasskeyUserNotVerified"),
        (both, &good, &other, "PasskeyClientDataOther"),
        (both, &other, &other, "BallotRoundOther"),
        (both, &short, &short, "PasskeyNoBallot"),
        (both, &registered, &registered, "PasskeyNoBallot"),
        (both, &foreign, &foreign, "SignatureUnproven"),
        // Without client data the key must have signed the ballot itself.
        (both, &good, &[], "SignatureUnproven"),
    ];
    for (flags, client_data, sent, name) in cases {
        let approve = by_passkey(&fixture, id, &key, flags, client_data, sent);
        fixture.world.fail(&approve, &[], error(name));
    }
    // A ballot that was signed itself is no passkey's.
    let raw = [signed(&key, bytes_of(&ballot)), fixture.calls().vote(id, Voice::Approve, 0, good)];
    fixture.world.fail(&raw, &[], error("PasskeyClientDataOther"));
}

/// A council change seats a P-256 key as it seats any, and its approvals count for the threshold.
#[test]
fn proposal_approve_p256_by_a_member_that_a_council_change_seated_counts() {
    let mut fixture = Fixture::new();
    let key = p256_key("newcomer");
    let mut members: Vec<[u8; 32]> = fixture.members.iter().map(|member| member.pubkey().to_bytes()).collect();
    members[6] = ballots::member(&key.public()).to_bytes();
    let change = fixture.propose(&CouncilAction::CouncilSet { members: &members });
    fixture.mature(change);
    let replace = fixture.council_execute_ix(change);
    fixture.world.ok(&[replace], &[]);
    let id = fixture.propose(&RELAX);
    fixture.approve(id, 3);
    let queue = fixture.queue_ix(id);
    fixture.world.fail(std::slice::from_ref(&queue), &[], error("ApprovalsMissing"));
    let approve = fixture.calls().cast(&mut fixture.world, id, Voice::Approve, &key);
    fixture.world.ok(&approve, &[]);
    fixture.world.ok(&[queue], &[]);
}

#[test]
fn proposal_approve_p256_in_the_creation_slot_or_after_expiry_or_of_queued_fails_by_name() {
    let (mut fixture, _, key) = drafted();
    let id = fixture.propose(&RELAX);
    let early = fixture.calls().cast(&mut fixture.world, id, Voice::Approve, &key);
    fixture.world.fail(&early, &[], error("CreatedThisSlot"));
    fixture.world.advance_slots(1);
    let approve = fixture.calls().cast(&mut fixture.world, id, Voice::Approve, &key);
    let expires_unix_s = fixture.proposal_state(id).expires_unix_s.get();
    fixture.world.set_unix_s(expires_unix_s + 1);
    fixture.world.fail(&approve, &[], error("ProposalExpired"));
    let delay_s = i64::from(fixture.class(id).delay_floor_s());
    fixture.world.set_unix_s(expires_unix_s - delay_s);
    fixture.queue(id);
    let late = fixture.calls().cast(&mut fixture.world, id, Voice::Approve, &key);
    fixture.world.fail(&late, &[], error("ProposalNotDraft"));
}

/// INVARIANT(G-6): though a ballot says itself when it was signed.
#[test]
fn proposal_approve_p256_on_a_durable_nonce_fails() {
    let (mut fixture, id, key) = drafted();
    let ballot = fixture.ballot(id, Voice::Approve);
    let (advance, owner) = fixture.nonce_advance();
    let cast = [signed(&key, bytes_of(&ballot)), fixture.calls().vote(id, Voice::Approve, 1, vec![])];
    let before = fixture.world.snapshot(&cast);
    let all = [vec![advance], cast.to_vec()].concat();
    let failure = fixture.world.send(&all, &[&owner]).expect_err("a durable nonce");
    Expect::from(error("DurableNonce")).check(&failure, "durable nonce");
    assert_eq!(before, fixture.world.snapshot(&cast), "a refused transaction changed state");
}

/// Where the runtime has no secp256r1 precompile the transaction is refused before any program sees it: nobody is taken at their word.
#[test]
fn proposal_approve_p256_where_the_runtime_has_no_precompile_fails() {
    let (mut fixture, id, key) = drafted_in(World::lite());
    fixture.world.set_account(&abi::ids::SECP256R1.into(), Account::default());
    let approve = fixture.calls().cast(&mut fixture.world, id, Voice::Approve, &key);
    fixture.world.fail(&approve, &[], TransactionError::InvalidProgramForExecution);
}

#[test]
fn proposal_approve_p256_refuses_every_wrong_account() {
    let (mut fixture, id, key) = drafted();
    let other = fixture.propose(&RELAX);
    fixture.world.advance_slots(1);
    let [proof, vote] = fixture.calls().cast(&mut fixture.world, id, Voice::Approve, &key);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(vote, calls::ProposalApproveP256::ACCOUNTS, &[])
        .after(&[proof])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .wrong("council", fixture.proposal(other), InstructionError::InvalidAccountData)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(other), error("DigestMismatch"))
        .stranger("instructions", error("NotSysvar"))
        .stranger("slot_hashes", error("NotSysvar"))
        .run(&mut fixture.world);
}
