//! The attacks on members with P-256 keys that SECURITY.md lists, one test each: whoever carries a ballot to the chain can keep it, move
//! it, or bring a signature of something else.

use crate::fixture::{Fixture, TWIN, error};
use crate::proposing::seated;
use crate::steps::{digest, encoded};
use abi::ballot::{APPROVE, Ballot, OBJECT, VETO};
use bytemuck::bytes_of;
use client::ballots::{self, P256Key};
use policy::ballot::{BALLOT_SLOTS, Voice};
use policy::{CouncilAction, Level};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use testkit::{World, ed25519, keypair, p256_key, signed};

pub const RELAX: CouncilAction<'static> = CouncilAction::BreakerRelax { level: Level::Normal };
/// The precompile's own code for a signature that does not verify.
const SIGNATURE_INVALID: u32 = 2;
pub const P256_SEAT: usize = 6;

/// A draft, one slot old, before a council whose last member has a P-256 key.
pub fn drafted_in(world: World) -> (Fixture, u64, P256Key) {
    let mut fixture = Fixture::over(world, Some(P256_SEAT));
    fixture.council_seat(7);
    let id = fixture.propose(&RELAX);
    fixture.world.advance_slots(1);
    let key = fixture.p256(P256_SEAT).expect("the last member's key");
    (fixture, id, key)
}

pub fn drafted() -> (Fixture, u64, P256Key) {
    drafted_in(World::new())
}

impl Fixture {
    pub fn ballot(&mut self, id: u64, voice: Voice) -> Ballot {
        self.calls().ballot(&mut self.world, id, voice)
    }

    /// An approval with this ballot.
    pub fn approval(&self, id: u64, key: &P256Key, ballot: &Ballot) -> [Instruction; 2] {
        [signed(key, bytes_of(ballot)), self.calls().vote(id, Voice::Approve, 0, vec![])]
    }
}

/// INVARIANT(G-6), INVARIANT(G-19): signed before its time, on a guess, or long ago.
#[test]
fn ballot_made_before_its_slot_or_kept() {
    let (mut fixture, id, key) = drafted();
    let ballot = fixture.ballot(id, Voice::Approve);
    let slot = ballot.slot.get();
    let guessed = Ballot { slot_hash: [7; 32], ..ballot };
    let unhashed = Ballot { slot: (slot - 1).into(), ..ballot };
    for cast in [guessed, unhashed] {
        let approve = fixture.approval(id, &key, &cast);
        fixture.world.fail(&approve, &[], error("BallotSlotHashWrong"));
    }
    let ahead = fixture.approval(id, &key, &Ballot { slot: (slot + 2).into(), ..ballot });
    fixture.world.fail(&ahead, &[], error("BallotStale"));
    let kept = fixture.approval(id, &key, &ballot);
    fixture.world.advance_slots(BALLOT_SLOTS);
    fixture.world.fail(&kept, &[], error("BallotStale"));
    fixture.world.advance_slots(10_000);
    fixture.world.fail(&kept, &[], error("BallotStale"));
    let fresh = fixture.calls().cast(&mut fixture.world, id, Voice::Approve, &key);
    fixture.world.ok(&fresh, &[]);
    assert_eq!(fixture.proposal_state(id).approvals.get(), 1 << P256_SEAT);
}

/// INVARIANT(G-4), INVARIANT(G-19): for another proposal, another council, another voice, or the same before a veto.
#[test]
fn ballot_moved_to_another_question() {
    let (mut fixture, id, key) = drafted();
    let other = fixture.propose(&RELAX);
    fixture.world.advance_slots(1);
    let own = fixture.ballot(id, Voice::Approve);
    let of_other = fixture.ballot(other, Voice::Approve);
    let cases = [
        (of_other, "DigestMismatch"),
        (Ballot { config_epoch: 1.into(), ..own }, "BallotEpochOther"),
        (Ballot { kind: OBJECT, ..own }, "BallotKindOther"),
        (Ballot { kind: VETO, ..own }, "BallotKindOther"),
        (Ballot { kind: 0, ..own }, "BallotKindOther"),
        (Ballot { vetoed: 1, ..own }, "BallotRoundOther"),
        (Ballot { domain: *b"bastion:ballot:2", ..own }, "SignatureUnproven"),
    ];
    for (ballot, name) in cases {
        let approve = fixture.approval(id, &key, &ballot);
        fixture.world.fail(&approve, &[], error(name));
    }
    for message in
        [b"anything else that the key signed".as_slice(), &bytes_of(&own)[1..], &[bytes_of(&own), &[0]].concat()]
    {
        let approve = [signed(&key, message), fixture.calls().vote(id, Voice::Approve, 0, vec![])];
        fixture.world.fail(&approve, &[], error("SignatureUnproven"));
    }
    // Everybody approves, two send it back, and somebody sends the first ballot again.
    let approve = fixture.approval(id, &key, &own);
    fixture.world.ok(&approve, &[]);
    fixture.world.fail(&approve, &[], error("AlreadyApproved"));
    fixture.approve(id, 3);
    let queue = fixture.queue_ix(id);
    fixture.world.ok(&[queue], &[]);
    fixture.object(id, &[0, 1]);
    fixture.world.fail(&approve, &[], error("BallotRoundOther"));
    assert_eq!(fixture.proposal_state(id).approvals.get(), 0);
}

/// A vote names an instruction that proves something else, or nothing.
#[test]
fn signature_of_something_else_or_of_nobody() {
    let (mut fixture, id, key) = drafted();
    let ballot = fixture.ballot(id, Voice::Approve);
    let [proof, vote] = fixture.approval(id, &key, &ballot);
    let named = |index| fixture.calls().vote(id, Voice::Approve, index, vec![]);
    let (second, itself, beyond) = (named(1), named(1), named(9));
    let missing = error("SignatureInstructionMissing");
    // None, after the vote, the vote itself, beyond the transaction.
    fixture.world.fail(std::slice::from_ref(&vote), &[], missing);
    fixture.world.fail(&[second.clone(), proof.clone()], &[], missing);
    fixture.world.fail(&[proof.clone(), itself], &[], missing);
    fixture.world.fail(&[proof.clone(), beyond], &[], missing);
    let other_program = ed25519(&keypair("member 6"), bytes_of(&ballot));
    fixture.world.fail(&[other_program, vote.clone()], &[], error("SignatureProgramWrong"));
    // The precompile takes each of these for itself: parts of the first instruction, and two signatures at once.
    let mut foreign = proof.clone();
    for at in [4, 8, 14] {
        foreign.data[at..at + 2].copy_from_slice(&0_u16.to_le_bytes());
    }
    let mut own = foreign.clone();
    own.data[14..16].copy_from_slice(&1_u16.to_le_bytes());
    for foreign in [foreign, own] {
        fixture.world.fail(&[proof.clone(), foreign, second.clone()], &[], error("SignatureOffsetsForeign"));
    }
    fixture.world.fail(&[twice(&proof), vote.clone()], &[], error("SignatureCountNotOne"));
    let stranger = p256_key("stranger");
    let strangers = fixture.approval(id, &stranger, &ballot);
    fixture.world.fail(&strangers, &[], error("NotMember"));
    // Forged, altered, and the other s that verifies: refused by the precompile.
    let message = bytes_of(&ballot);
    let signature = key.sign(message);
    let forged = ballots::proof(&key.public(), &stranger.sign(message), message);
    let altered = ballots::proof(&key.public(), &signature, bytes_of(&Ballot { vetoed: 1, ..ballot }));
    let high = ballots::proof(&key.public(), &high_s(signature), message);
    for proof in [forged, altered, high] {
        fixture.world.fail(&[proof, vote.clone()], &[], SIGNATURE_INVALID);
    }
    // Nobody signs for a P-256 member as a runtime account.
    let member = Pubkey::from(fixture.council_state().members[P256_SEAT]);
    let mut unsigned = fixture.approve_ix(id, member);
    unsigned.accounts[0].is_signer = false;
    fixture.world.fail(&[unsigned], &[], InstructionError::MissingRequiredSignature);
    fixture.world.ok(&[proof, vote], &[]);
}

/// INVARIANT(G-6), INVARIANT(G-19): a ballot that proposes, with another action, under another governor or council, at another time, as a
/// voice; and a voice as a proposal.
#[test]
fn proposal_moved_to_another_action_or_sent_again() {
    let (mut fixture, key, sponsor) = seated();
    fixture.world.advance_slots(1);
    for coming in fixture.coming(&sponsor) {
        let own = fixture.coming_ballot(&coming);
        let id = fixture.council_state().proposals.get();
        let other = encoded(&CouncilAction::BreakerRelax { level: Level::CloseOnly });
        let of_other = fixture.calls().proposal_ballot(&mut fixture.world, &other);
        let of_twin = Ballot { digest: digest(TWIN, id, &coming.action), ..own };
        let of_next = Ballot { digest: digest(fixture.governor, id + 1, &coming.action), ..own };
        let cases = [
            (of_other, "DigestMismatch"),
            (of_twin, "DigestMismatch"),
            (of_next, "DigestMismatch"),
            (Ballot { config_epoch: 1.into(), ..own }, "BallotEpochOther"),
            (Ballot { kind: APPROVE, ..own }, "BallotKindOther"),
            (Ballot { kind: OBJECT, ..own }, "BallotKindOther"),
            (Ballot { kind: VETO, ..own }, "BallotKindOther"),
            (Ballot { vetoed: 1, ..own }, "BallotRoundOther"),
            (Ballot { slot: (own.slot.get() + 2).into(), ..own }, "BallotStale"),
            (Ballot { slot_hash: [7; 32], ..own }, "BallotSlotHashWrong"),
            (Ballot { slot: (own.slot.get() - 1).into(), ..own }, "BallotSlotHashWrong"),
            (Ballot { domain: *b"bastion:ballot:2", ..own }, "SignatureUnproven"),
        ];
        for (ballot, name) in cases {
            let propose = fixture.coming_by(&coming, &key, &ballot);
            fixture.world.fail(&propose, &[&sponsor], error(name));
        }
        // Kept: until it is old, and until somebody else's proposal has its id.
        let kept = fixture.coming_by(&coming, &key, &own);
        fixture.world.advance_slots(BALLOT_SLOTS + 1);
        fixture.world.fail(&kept, &[&sponsor], error("BallotStale"));
        let overtaken = fixture.coming_ballot(&coming);
        let late = fixture.coming_by(&coming, &key, &overtaken);
        let create = fixture.create_ix(encoded(&RELAX));
        let member = fixture.members[0].insecure_clone();
        fixture.world.ok(&[create], &[&member]);
        fixture.world.fail(&late, &[&sponsor], InstructionError::InvalidSeeds);
        let late = fixture.coming_by(&coming, &key, &overtaken);
        fixture.world.fail(&late, &[&sponsor], error("DigestMismatch"));
        // Sent again once it has proposed: neither this nor the next proposal, nor a voice for its own.
        let counted = fixture.coming_ballot(&coming);
        let propose = fixture.coming_by(&coming, &key, &counted);
        let made = fixture.council_state().proposals.get();
        fixture.world.ok(&propose, &[&sponsor]);
        fixture.world.fail(&propose, &[&sponsor], InstructionError::InvalidSeeds);
        let again = fixture.coming_by(&coming, &key, &counted);
        fixture.world.fail(&again, &[&sponsor], error("DigestMismatch"));
        fixture.world.advance_slots(1);
        for voice in [Voice::Approve, Voice::Object] {
            let vote = [signed(&key, bytes_of(&counted)), fixture.calls().vote(made, voice, 0, vec![])];
            fixture.world.fail(&vote, &[], error("BallotKindOther"));
        }
        let vote = fixture.ballot(made, Voice::Approve);
        let as_proposal = fixture.coming_by(&coming, &key, &vote);
        fixture.world.fail(&as_proposal, &[&sponsor], error("DigestMismatch"));
        assert_eq!(fixture.council_state().proposals.get(), made + 1);
    }
}

/// Whoever brings a proposal names an instruction that proves something else, or nothing.
#[test]
fn proposal_on_a_signature_of_something_else_or_of_nobody() {
    let (mut fixture, key, sponsor) = seated();
    for coming in fixture.coming(&sponsor) {
        let ballot = fixture.coming_ballot(&coming);
        let [proof, propose] = fixture.coming_by(&coming, &key, &ballot);
        let [second, beyond] = [1, 9].map(|index| fixture.coming_ix(&coming, index, vec![]));
        let stranger = p256_key("stranger");
        let message = bytes_of(&ballot);
        let mut foreign = proof.clone();
        for at in [4, 8, 14] {
            foreign.data[at..at + 2].copy_from_slice(&0_u16.to_le_bytes());
        }
        let cases = [
            (vec![propose.clone()], "SignatureInstructionMissing"),
            (vec![second.clone(), proof.clone()], "SignatureInstructionMissing"),
            (vec![proof.clone(), second.clone()], "SignatureInstructionMissing"),
            (vec![proof.clone(), beyond], "SignatureInstructionMissing"),
            (vec![ed25519(&keypair("member 6"), message), propose.clone()], "SignatureProgramWrong"),
            (vec![twice(&proof), propose.clone()], "SignatureCountNotOne"),
            (vec![proof.clone(), foreign, second], "SignatureOffsetsForeign"),
            (vec![signed(&stranger, message), propose.clone()], "NotMember"),
            (vec![signed(&key, &message[1..]), propose.clone()], "SignatureUnproven"),
        ];
        for (instructions, name) in cases {
            fixture.world.fail(&instructions, &[&sponsor], error(name));
        }
        let forged = ballots::proof(&key.public(), &stranger.sign(message), message);
        fixture.world.fail(&[forged, propose.clone()], &[&sponsor], SIGNATURE_INVALID);
        // Whoever is no member proposes nothing without a ballot, and a sponsor signs.
        let mut unsigned = propose.clone();
        unsigned.accounts[0].is_signer = false;
        fixture.world.fail(&[proof.clone(), unsigned], &[], InstructionError::MissingRequiredSignature);
        fixture.world.ok(&[proof, propose], &[&sponsor]);
    }
}

/// The same signature named twice by one instruction.
fn twice(proof: &Instruction) -> Instruction {
    const ADDED: u16 = 14;
    let mut data = vec![2, 0];
    for _ in 0..2 {
        let mut offsets = proof.data[2..16].to_vec();
        for at in [0, 4, 8] {
            let offset = u16::from_le_bytes([offsets[at], offsets[at + 1]]) + ADDED;
            offsets[at..at + 2].copy_from_slice(&offset.to_le_bytes());
        }
        data.extend(offsets);
    }
    data.extend_from_slice(&proof.data[16..]);
    Instruction { data, ..proof.clone() }
}

/// The order of the group less s.
fn high_s(mut signature: [u8; 64]) -> [u8; 64] {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad,
        0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let mut borrow = false;
    for at in (0..32).rev() {
        let (less, first) = ORDER[at].overflowing_sub(signature[32 + at]);
        let (less, second) = less.overflowing_sub(u8::from(borrow));
        (signature[32 + at], borrow) = (less, first || second);
    }
    signature
}
