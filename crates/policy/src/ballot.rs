//! When a ballot, as a member with a P-256 key signs it, counts: as a voice about a proposal, or as a proposal of its own.
//!
//! An Ed25519 member's signature is of a whole transaction, which lands once and within a minute or never. A ballot travels in anybody's
//! transaction, so that it says itself when it was signed and what for.

use crate::proposal::{Council, Proposal, State};
use abi::Address;
use abi::ballot::{APPROVE, BALLOT_DOMAIN, Ballot, OBJECT, PROPOSE, VETO};

/// Slots for which a ballot counts: as many as a transaction's blockhash.
pub const BALLOT_SLOTS: u64 = 150;

/// What a member does with a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Voice {
    Approve,
    Object,
}

impl Voice {
    /// The kind of ballot for it. An objection to a draft is none to what was queued since: that is a veto.
    pub const fn kind(self, state: State) -> u8 {
        match (self, state) {
            (Self::Approve, _) => APPROVE,
            (Self::Object, State::Queued) => VETO,
            (Self::Object, _) => OBJECT,
        }
    }
}

/// Why a ballot does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BallotError {
    /// Of another proposal.
    OtherDigest,
    /// For another membership of the council.
    OtherEpoch,
    /// Another of proposal, approval, objection and veto.
    OtherKind,
    /// From before the veto that sent the proposal back, or from after one that there never was.
    OtherRound,
    /// Its slot is too long ago, or is not over.
    Stale,
    /// The slot has another hash, or none.
    OtherSlotHash,
}

/// What a member is asked: a voice about a proposal, or whether to make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    kind: u8,
    digest: Address,
    config_epoch: u64,
    vetoed: bool,
}

impl Question {
    /// What it says of the proposal with this digest.
    pub const fn vote(voice: Voice, digest: Address, proposal: &Proposal, council: &Council) -> Self {
        let kind = voice.kind(proposal.state);
        Self { kind, digest, config_epoch: council.config_epoch, vetoed: proposal.vetoed }
    }

    /// Whether it makes the proposal that will have this digest: the council's next, with this action.
    pub const fn proposal(digest: Address, council: &Council) -> Self {
        Self { kind: PROPOSE, digest, config_epoch: council.config_epoch, vetoed: false }
    }

    /// The ballot that answers now: `slot` is one that has a hash.
    pub fn ballot(&self, slot: u64, slot_hash: [u8; 32]) -> Ballot {
        Ballot {
            domain: BALLOT_DOMAIN,
            digest: self.digest,
            config_epoch: self.config_epoch.into(),
            slot: slot.into(),
            slot_hash,
            kind: self.kind,
            vetoed: self.vetoed.into(),
        }
    }

    /// Whether `cast` answers it in `now_slot`; `slot_hash` is the hash of the slot that it names, if the cluster still has it.
    ///
    /// INVARIANT(G-19): each ballot counts once. What an approval sets stays set until a veto, after which only ballots of the next
    /// round count; an objection to a draft stays until the queue, after which only vetoes do; what is queued goes back once. What
    /// a ballot proposes has an id, in its digest, that the next proposal has not.
    pub fn counts(&self, cast: &Ballot, slot_hash: Option<&[u8; 32]>, now_slot: u64) -> Result<(), BallotError> {
        let own = self.ballot(cast.slot.get(), cast.slot_hash);
        if cast.digest != own.digest {
            return Err(BallotError::OtherDigest);
        }
        if cast.config_epoch != own.config_epoch {
            return Err(BallotError::OtherEpoch);
        }
        if cast.kind != own.kind {
            return Err(BallotError::OtherKind);
        }
        if cast.vetoed != own.vetoed {
            return Err(BallotError::OtherRound);
        }
        if now_slot.checked_sub(cast.slot.get()).is_none_or(|age| age > BALLOT_SLOTS) {
            return Err(BallotError::Stale);
        }
        if slot_hash != Some(&cast.slot_hash) {
            return Err(BallotError::OtherSlotHash);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proposal::Moment;
    use crate::{Class, Delays};
    use proptest::prelude::*;

    const HASH: [u8; 32] = [5; 32];

    const DIGEST: Address = [9; 32];

    fn proposal(state: State) -> Proposal {
        Proposal {
            state,
            class: Class::Tighten,
            config_epoch: 3,
            created_slot: 10,
            expires_unix_s: 100,
            ready: Moment::default(),
            approvals: 0,
            objections: 0,
            vetoed: false,
        }
    }

    fn council() -> Council {
        Council { members: 7, config_epoch: 3, delays: Delays::default() }
    }

    fn question(voice: Voice, state: State) -> Question {
        Question::vote(voice, DIGEST, &proposal(state), &council())
    }

    #[test]
    fn ballot_counts_for_its_question_for_as_long_as_a_blockhash_lives() {
        let asked = question(Voice::Approve, State::Draft);
        let cast = asked.ballot(1_000, HASH);
        for (now_slot, outcome) in [
            (999, Err(BallotError::Stale)),
            (1_000, Ok(())),
            (1_000 + BALLOT_SLOTS, Ok(())),
            (1_001 + BALLOT_SLOTS, Err(BallotError::Stale)),
        ] {
            assert_eq!(asked.counts(&cast, Some(&HASH), now_slot), outcome, "slot {now_slot}");
        }
        assert_eq!(asked.counts(&cast, Some(&[6; 32]), 1_001), Err(BallotError::OtherSlotHash));
        assert_eq!(asked.counts(&cast, None, 1_001), Err(BallotError::OtherSlotHash));
    }

    #[test]
    fn ballot_counts_for_no_other_question() {
        let asked = question(Voice::Approve, State::Draft);
        let cast = asked.ballot(1_000, HASH);
        let later = Council { config_epoch: 4, ..council() };
        let vetoed = Proposal { vetoed: true, ..proposal(State::Draft) };
        for (other, why) in [
            (Question::vote(Voice::Approve, [8; 32], &proposal(State::Draft), &council()), BallotError::OtherDigest),
            (Question::vote(Voice::Approve, DIGEST, &proposal(State::Draft), &later), BallotError::OtherEpoch),
            (question(Voice::Object, State::Draft), BallotError::OtherKind),
            (Question::proposal(DIGEST, &council()), BallotError::OtherKind),
            (Question::vote(Voice::Approve, DIGEST, &vetoed, &council()), BallotError::OtherRound),
        ] {
            assert_eq!(other.counts(&cast, Some(&HASH), 1_001), Err(why));
        }
        let objection = question(Voice::Object, State::Draft).ballot(1_000, HASH);
        let veto = question(Voice::Object, State::Queued);
        assert_eq!(veto.counts(&objection, Some(&HASH), 1_001), Err(BallotError::OtherKind));
    }

    #[test]
    fn ballot_that_proposes_is_no_voice_and_proposes_nothing_else() {
        let asked = Question::proposal(DIGEST, &council());
        let cast = asked.ballot(1_000, HASH);
        assert_eq!((cast.kind, cast.vetoed), (PROPOSE, 0));
        assert_eq!(asked.counts(&cast, Some(&HASH), 1_001), Ok(()));
        for state in [State::Draft, State::Queued] {
            for voice in [Voice::Approve, Voice::Object] {
                let voted = question(voice, state);
                assert_eq!(voted.counts(&cast, Some(&HASH), 1_001), Err(BallotError::OtherKind));
                assert_eq!(asked.counts(&voted.ballot(1_000, HASH), Some(&HASH), 1_001), Err(BallotError::OtherKind));
            }
        }
        let round = Ballot { vetoed: 1, ..cast };
        assert_eq!(asked.counts(&round, Some(&HASH), 1_001), Err(BallotError::OtherRound));
        let next = Question::proposal([8; 32], &council());
        assert_eq!(next.counts(&cast, Some(&HASH), 1_001), Err(BallotError::OtherDigest));
    }

    /// What a proposal and a member's bits can go through, by anybody's hand.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Cast,
        Queue,
        VetoOfOthers,
    }

    proptest! {
        /// INVARIANT(G-19): whoever sends a ballot again and again, between whatever else happens, is counted once.
        #[test]
        fn ballot_counts_once(
            steps in prop::collection::vec(prop::sample::select(vec![Step::Cast, Step::Queue, Step::VetoOfOthers]), 0..24),
            voice in prop::sample::select(vec![Voice::Approve, Voice::Object]),
            queued in any::<bool>(),
            vetoed in any::<bool>(),
        ) {
            let council = council();
            let mut voted = Proposal { vetoed, ..proposal(if queued { State::Queued } else { State::Draft }) };
            let asked = |voted: &Proposal| Question::vote(voice, DIGEST, voted, &council);
            let cast = asked(&voted).ballot(1_000, HASH);
            let now = Moment { slot: 1_001, unix_s: 0 };
            let mut counted = 0;
            for step in steps {
                match step {
                    Step::Cast if asked(&voted).counts(&cast, Some(&HASH), now.slot).is_ok() => match voice {
                        Voice::Approve => {
                            if let Ok(approvals) = crate::proposal::approve(&voted, &council, &now, 6) {
                                voted.approvals = approvals;
                                counted += 1;
                            }
                        }
                        Voice::Object => {
                            if let Ok(objection) = crate::proposal::object(&voted, &council, &now, 6) {
                                voted = voted.objected(objection);
                                counted += 1;
                            }
                        }
                    },
                    Step::Queue if voted.state == State::Draft => {
                        voted = Proposal { state: State::Queued, objections: 0, ..voted };
                    }
                    Step::VetoOfOthers => {
                        for member in [0, 1] {
                            if let Ok(objection) = crate::proposal::object(&voted, &council, &now, member) {
                                voted = voted.objected(objection);
                            }
                        }
                    }
                    Step::Cast | Step::Queue => {}
                }
            }
            prop_assert!(counted <= 1, "counted {counted} times");
        }

        /// INVARIANT(G-19): whoever sends a ballot again and again, between proposals of others, makes one proposal of it.
        #[test]
        fn ballot_proposes_once(steps in prop::collection::vec(any::<bool>(), 0..24), signed_at in 0_u64..24) {
            // The digest commits to the id; this one is the id.
            let digest = |id: u64| core::array::from_fn(|at| id.to_le_bytes().get(at).copied().unwrap_or_default());
            let cast = Question::proposal(digest(signed_at), &council()).ballot(1_000, HASH);
            let (mut proposals, mut made) = (0, 0);
            for sent in steps {
                let asked = Question::proposal(digest(proposals), &council());
                let counts = sent && asked.counts(&cast, Some(&HASH), 1_001).is_ok();
                made += u32::from(counts);
                proposals += u64::from(counts || !sent);
            }
            prop_assert!(made <= 1, "proposed {made} times");
        }
    }
}
