//! The council's voices beside the machine of `policy`, in random walks: members with Ed25519 keys, one with a P-256 key, and somebody
//! who keeps every ballot, of voices and of proposals, and sends it again. What counts on the program counts in the machine, and each
//! ballot once.

use crate::ballot_attacks::{P256_SEAT, RELAX};
use crate::drills::Random;
use crate::fixture::{Fixture, error};
use crate::steps::{digest, encoded};
use abi::ballot::{Ballot, slot_hash};
use bytemuck::bytes_of;
use client::ballots::P256Key;
use policy::ballot::{BallotError, Question, Voice};
use policy::proposal::{Council, Moment, Proposal, Reason, approve, object, queue};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use testkit::{World, signed};

const WALKS: u32 = 40;
const STEPS: u32 = 40;
const CALLS: [Call; 3] = [Call::Vote(Voice::Approve), Call::Vote(Voice::Object), Call::Propose];

/// What a ballot is sent with.
#[derive(Clone, Copy)]
enum Call {
    Vote(Voice),
    Propose,
}

/// A ballot on its way, and how often it has counted.
struct Cast {
    ballot: Ballot,
    call: Call,
    counted: u32,
}

struct Walk {
    fixture: Fixture,
    id: u64,
    proposal: Proposal,
    council: Council,
    digest: [u8; 32],
    /// Of the council, so far.
    proposals: u64,
    casts: Vec<Cast>,
    /// Names of what happened, and how often.
    seen: BTreeMap<&'static str, u32>,
}

fn word(why: Reason) -> &'static str {
    match why {
        Reason::NotDraft => "ProposalNotDraft",
        Reason::Closed => "ProposalClosed",
        Reason::StaleMembership => "MembershipStale",
        Reason::CreatedThisSlot => "CreatedThisSlot",
        Reason::AlreadyApproved => "AlreadyApproved",
        Reason::AlreadyObjected => "AlreadyObjected",
        Reason::ApprovalsMissing => "ApprovalsMissing",
        Reason::VetoSpent => "VetoSpent",
        other => panic!("{other:?} has no place in these walks"),
    }
}

fn ballot_word(why: BallotError) -> &'static str {
    match why {
        BallotError::OtherDigest => "DigestMismatch",
        BallotError::OtherEpoch => "BallotEpochOther",
        BallotError::OtherKind => "BallotKindOther",
        BallotError::OtherRound => "BallotRoundOther",
        BallotError::Stale => "BallotStale",
        other => panic!("{other:?} has no place in these walks"),
    }
}

impl Walk {
    fn now(&mut self) -> Moment {
        let clock = self.fixture.world.clock();
        Moment { slot: clock.slot, unix_s: clock.unix_timestamp }
    }

    /// What the member in this seat brings about.
    fn said(&mut self, seat: usize, voice: Voice) -> Result<Proposal, &'static str> {
        let (now, seat) = (self.now(), u8::try_from(seat).unwrap());
        match voice {
            Voice::Approve => approve(&self.proposal, &self.council, &now, seat)
                .map(|approvals| Proposal { approvals, ..self.proposal }),
            Voice::Object => {
                object(&self.proposal, &self.council, &now, seat).map(|objection| self.proposal.objected(objection))
            }
        }
        .map_err(word)
    }

    /// Program and machine do the same; whether it was allowed.
    fn step(&mut self, said: Result<Proposal, &'static str>, step: &[Instruction], seat: Option<usize>) -> bool {
        let member = seat.map(|seat| self.fixture.members[seat].insecure_clone());
        let signers: Vec<_> = member.iter().collect();
        match said {
            Ok(next) => {
                self.fixture.world.ok(step, &signers);
                self.proposal = next;
            }
            Err(name) => self.fixture.world.fail(step, &signers, error(name)),
        }
        let stored = self.fixture.proposal_state(self.id);
        assert_eq!(Proposal::of(&stored), Some(self.proposal));
        *self.seen.entry(said.err().unwrap_or("counted")).or_default() += 1;
        said.is_ok()
    }

    fn member(&mut self, seat: usize, voice: Voice) {
        let member = self.fixture.members[seat].pubkey();
        let say = match voice {
            Voice::Approve => self.fixture.approve_ix(self.id, member),
            Voice::Object => self.fixture.object_ix(self.id, member),
        };
        let said = self.said(seat, voice);
        self.step(said, &[say], Some(seat));
    }

    /// Sends a ballot, new or old, with this call.
    fn send(&mut self, at: usize, call: Call) {
        let (ballot, now) = (self.casts[at].ballot, self.now());
        let sysvar = Pubkey::new_from_array(abi::ids::SYSVAR_SLOT_HASHES);
        let hashes = self.fixture.world.account(&sysvar).expect("hashes").data;
        let question = match call {
            Call::Vote(voice) => Question::vote(voice, self.digest, &self.proposal, &self.council),
            Call::Propose => {
                Question::proposal(digest(self.fixture.governor, self.proposals, &encoded(&RELAX)), &self.council)
            }
        };
        let counts = question.counts(&ballot, slot_hash(&hashes, ballot.slot.get()), now.slot).map_err(ballot_word);
        let key = self.fixture.p256(P256_SEAT).expect("a P-256 member");
        let counted = match call {
            Call::Vote(voice) => {
                let said = counts.and_then(|()| self.said(P256_SEAT, voice));
                let step = [signed(&key, bytes_of(&ballot)), self.fixture.calls().vote(self.id, voice, 0, vec![])];
                self.step(said, &step, None)
            }
            Call::Propose => self.proposed(counts, &key, &ballot),
        };
        self.casts[at].counted += u32::from(counted);
        // INVARIANT(G-19)
        assert!(self.casts[at].counted <= 1, "a ballot counted twice");
    }

    /// The council's next proposal by this ballot: made where it counts, with the digest that was signed, and else not.
    fn proposed(&mut self, counts: Result<(), &'static str>, key: &P256Key, ballot: &Ballot) -> bool {
        let sponsor = self.fixture.members[0].insecure_clone();
        let coming = self.fixture.coming_action(&sponsor, &RELAX);
        let step = self.fixture.coming_by(&coming, key, ballot);
        match counts {
            Ok(()) => {
                self.fixture.world.ok(&step, &[&sponsor]);
                assert_eq!(self.fixture.proposal_state(self.proposals).digest, ballot.digest);
                self.proposals += 1;
            }
            Err(name) => self.fixture.world.fail(&step, &[&sponsor], error(name)),
        }
        assert_eq!(self.fixture.council_state().proposals.get(), self.proposals);
        *self.seen.entry(counts.err().unwrap_or("proposed")).or_default() += 1;
        counts.is_ok()
    }

    fn take(&mut self, random: &mut Random) {
        let voice = if random.below(3) == 0 { Voice::Object } else { Voice::Approve };
        match random.below(16) {
            0..=5 => self.member(usize::try_from(random.below(6)).unwrap(), voice),
            6..=7 => {
                let call = if random.below(4) == 0 { Call::Propose } else { Call::Vote(voice) };
                let ballot = match call {
                    Call::Vote(voice) => self.fixture.ballot(self.id, voice),
                    Call::Propose => self.fixture.calls().proposal_ballot(&mut self.fixture.world, &encoded(&RELAX)),
                };
                self.casts.push(Cast { ballot, call, counted: 0 });
                self.send(self.casts.len() - 1, call);
            }
            8..=10 if !self.casts.is_empty() => {
                let at = usize::try_from(random.below(self.casts.len() as u64)).unwrap();
                let call = if random.below(4) == 0 { random.of(&CALLS) } else { self.casts[at].call };
                self.send(at, call);
            }
            11..=13 => {
                let now = self.now();
                let said = queue(&self.proposal, &self.council, &now, NonZeroU32::MIN).map_err(word);
                let next = said.map(|ready| Proposal {
                    state: policy::proposal::State::Queued,
                    ready,
                    objections: 0,
                    ..self.proposal
                });
                let queue = self.fixture.queue_ix(self.id);
                self.step(next, &[queue], None);
            }
            14 => self.fixture.world.advance_slots(random.of(&[1, 40, 120])),
            15 if random.below(8) == 0 => {
                let council = self.fixture.council();
                self.council.config_epoch += 1;
                let epoch = self.council.config_epoch;
                self.fixture
                    .world
                    .edit::<abi::governor::Council>(&council, |council| council.config_epoch = epoch.into());
            }
            _ => {}
        }
    }
}

/// INVARIANT(G-1), INVARIANT(G-18), INVARIANT(G-19)
#[test]
fn program_and_machine_count_the_same_voices() {
    let mut fixture = Fixture::over(World::lite().unmeasured(), Some(P256_SEAT));
    fixture.council_seat(7);
    // Proposed by a ballot, which somebody keeps and sends again with the others.
    let key = fixture.p256(P256_SEAT).expect("a P-256 member");
    let sponsor = fixture.members[0].insecure_clone();
    let (id, coming) = (0, fixture.coming_action(&sponsor, &RELAX));
    let first = fixture.coming_ballot(&coming);
    let propose = fixture.coming_by(&coming, &key, &first);
    fixture.world.ok(&propose, &[&sponsor]);
    let start = fixture.world.fork();
    let stored = (fixture.proposal_state(id), fixture.council_state());
    let digest = digest(fixture.governor, id, &encoded(&RELAX));
    let (proposal, council) = (Proposal::of(&stored.0).expect("a known state"), Council::of(&stored.1));
    let mut random = Random::new(0x0000_0ba1_1075);
    let mut walk = Walk { fixture, id, proposal, council, digest, proposals: 1, casts: vec![], seen: BTreeMap::new() };
    for _ in 0..WALKS {
        walk.fixture.world = start.fork();
        (walk.proposal, walk.council, walk.proposals) = (proposal, council, 1);
        walk.casts = vec![Cast { ballot: first, call: Call::Propose, counted: 1 }];
        for _ in 0..STEPS {
            walk.take(&mut random);
        }
    }
    println!("| outcome | steps |\n|---|---|");
    walk.seen.iter().for_each(|(name, count)| println!("| {name} | {count} |"));
    let kinds = ["BallotKindOther", "BallotRoundOther", "BallotStale", "BallotEpochOther", "DigestMismatch"];
    for name in kinds.into_iter().chain(["counted", "proposed", "AlreadyApproved"]) {
        assert!(walk.seen.contains_key(name), "{name} was never seen");
    }
}
