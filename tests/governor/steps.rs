//! A proposal's steps as instructions, and taken one after the other.

use crate::fixture::{BUFFER_LAMPORTS, Fixture, LOADER, error, sha256, target};
use crate::proposing::Code;
use abi::governor::ACTION_LEN;
use client::ballots::P256Key;
use client::governor as calls;
use policy::{Class, CouncilAction, Upgrade, ballot::Voice, proposal::digest_parts};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_sdk_ids::system_program;
use solana_signer::Signer;
pub use testkit::propose_args;
use testkit::{Expect, UpgradeOf, key, keypair};

impl Fixture {
    pub fn council_init(&self) -> calls::CouncilInit {
        self.calls().council_init()
    }

    pub fn adopt_ix(&self, program: Pubkey, elf_len: usize) -> Instruction {
        self.calls().adopt(program, elf_len)
    }

    /// The upgrade of a program as the proposal names it; its buffer is the caller's to say.
    pub fn upgrade_at(&mut self, id: u64, program: Pubkey) -> UpgradeOf {
        let state = self.proposal_state(id);
        let [proposer, rollback_buffer] = [state.proposer, state.rollback_buffer].map(Pubkey::from);
        UpgradeOf { id, program, proposer, buffer: Pubkey::default(), rollback_buffer }
    }

    pub fn create_ix(&mut self, action: Vec<u8>) -> Instruction {
        let id = self.council_state().proposals.get();
        let accounts = calls::ProposalCreate {
            proposer: self.members[0].pubkey(),
            council: self.council(),
            proposal: self.proposal(id),
        };
        accounts.instruction_of(self.governor, calls::ProposalCreateArgs { action })
    }

    pub fn upgrade_propose_ix(&mut self, program: Pubkey, buffer: Pubkey, code: &[u8]) -> Instruction {
        self.upgrade_propose_args_ix(program, buffer, propose_args(code))
    }

    pub fn upgrade_propose_args_ix(
        &mut self,
        program: Pubkey,
        buffer: Pubkey,
        args: calls::UpgradeProposeArgs,
    ) -> Instruction {
        let id = self.council_state().proposals.get();
        self.calls().upgrade_propose(self.members[0].pubkey(), id, program, buffer, args)
    }

    pub fn approve_ix(&mut self, id: u64, member: Pubkey) -> Instruction {
        let digest = self.proposal_state(id).digest;
        self.calls().approve(id, member, digest)
    }

    pub fn queue_ix(&self, id: u64) -> Instruction {
        calls::ProposalQueue { council: self.council(), proposal: self.proposal(id) }.instruction_of(self.governor)
    }

    pub fn cancel_ix(&self, id: u64, by: Pubkey) -> Instruction {
        calls::ProposalCancel { by, council: self.council(), proposal: self.proposal(id) }.instruction_of(self.governor)
    }

    pub fn upgrade_ix(&mut self, id: u64, program: Pubkey, buffer: Pubkey) -> Instruction {
        let upgrade = self.upgrade_at(id, program);
        self.calls().upgrade_execute(&UpgradeOf { buffer, ..upgrade })
    }

    pub fn council_execute_ix(&self, id: u64) -> Instruction {
        calls::CouncilExecute { council: self.council(), proposal: self.proposal(id) }.instruction_of(self.governor)
    }

    pub fn buffer_close_ix(&mut self, id: u64, buffer: Pubkey) -> Instruction {
        let proposer = Pubkey::from(self.proposal_state(id).proposer);
        let accounts = calls::BufferClose {
            council: self.council(),
            proposal: self.proposal(id),
            buffer,
            proposer,
            governor_authority: self.authority(),
        };
        accounts.instruction_of(self.governor)
    }

    /// The first member proposes; where a member has a P-256 key that one proposes every other time, by a ballot that the first brings.
    pub fn propose(&mut self, action: &CouncilAction) -> u64 {
        let id = self.council_state().proposals.get();
        let proposer = self.members[0].insecure_clone();
        let propose = match self.ballot_key(id) {
            Some(key) => {
                let coming = self.coming_action(&proposer, action);
                self.coming_cast(&coming, &key).to_vec()
            }
            None => vec![self.create_ix(encoded(action))],
        };
        self.world.ok(&propose, &[&proposer]);
        id
    }

    /// The same with this code for the program, from a fresh buffer.
    pub fn upgrade_propose(&mut self, program: Pubkey, code: &[u8]) -> (u64, Pubkey) {
        let id = self.council_state().proposals.get();
        let proposer = self.members[0].insecure_clone();
        let buffer = self.buffer(&format!("buffer {id}"), Some(proposer.pubkey()), code);
        let propose = match self.ballot_key(id) {
            Some(key) => {
                let coming = self.coming_code(&proposer, Code { program, buffer, args: propose_args(code) });
                self.coming_cast(&coming, &key).to_vec()
            }
            None => vec![self.upgrade_propose_ix(program, buffer, code)],
        };
        self.world.ok(&propose, &[&proposer]);
        (id, buffer)
    }

    /// The P-256 key that proposes this one.
    fn ballot_key(&self, id: u64) -> Option<P256Key> {
        self.p256_seat.filter(|_| id.is_multiple_of(2)).and_then(|seat| self.p256(seat))
    }

    /// The first `count` members approve, a slot after.
    pub fn approve(&mut self, id: u64, count: usize) {
        self.world.advance_slots(1);
        for seat in 0..count {
            self.say(id, seat, Voice::Approve);
        }
    }

    /// The member in this seat says it, with whatever key it has.
    pub fn say(&mut self, id: u64, seat: usize, voice: Voice) {
        if let Some(key) = self.p256(seat) {
            let cast = self.calls().cast(&mut self.world, id, voice, &key);
            self.world.ok(&cast, &[]);
            return;
        }
        let member = self.members[seat].insecure_clone();
        let say = match voice {
            Voice::Approve => self.approve_ix(id, member.pubkey()),
            Voice::Object => self.object_ix(id, member.pubkey()),
        };
        self.world.ok(&[say], &[&member]);
    }

    /// As many approve as the class needs, and the delay starts.
    pub fn queue(&mut self, id: u64) {
        let seats = u8::try_from(self.members.len()).unwrap();
        let class = self.class(id);
        self.approve(id, usize::from(class.threshold_ceil(seats)));
        let queue = match self.upgrade_of(id) {
            Some(upgrade) => {
                self.stage(id);
                self.upgrade_queue_ix(id, upgrade.program.into())
            }
            None => self.queue_ix(id),
        };
        self.world.ok(&[queue], &[]);
    }

    /// The upgrade that a proposal decides, if it is one.
    pub fn upgrade_of(&mut self, id: u64) -> Option<Upgrade> {
        let proposal = self.proposal_state(id);
        let bytes = &proposal.action[..usize::from(proposal.action_len.get())];
        CouncilAction::decode(bytes).expect("a lawful action").upgrade().copied()
    }

    pub fn upgrade_queue_ix(&mut self, id: u64, program: Pubkey) -> Instruction {
        let upgrade = self.upgrade_at(id, program);
        self.calls().upgrade_queue(&upgrade)
    }

    pub fn stage_ix(&self, id: u64, program: Pubkey, buffer: Pubkey) -> Instruction {
        self.calls().rollback_stage(self.members[0].pubkey(), id, program, buffer)
    }

    /// The proposer stages the code that runs now, unless it is staged or there is no way back.
    pub fn stage(&mut self, id: u64) {
        let upgrade = self.upgrade_of(id).expect("an upgrade");
        if upgrade.forward_only || self.proposal_state(id).rollback_buffer != [0; 32] {
            return;
        }
        let program = Pubkey::from(upgrade.program);
        let len = usize::try_from(self.adoption_state(program).elf_len.get()).unwrap();
        let code = self.code(program)[..len].to_vec();
        let proposer = self.members[0].insecure_clone();
        let buffer = self.buffer(&format!("rollback {id}"), Some(proposer.pubkey()), &code);
        let stage = self.stage_ix(id, program, buffer);
        self.world.ok(&[stage], &[&proposer]);
    }

    /// Both clocks pass the delay to the second and to the slot.
    pub fn delay_pass(&mut self, id: u64) {
        let delay_s = self.class(id).delay_floor_s();
        self.world.advance_s(delay_s.into());
        self.world.advance_slots(delay_s.into());
    }

    /// Approved, queued, and through the delay.
    pub fn mature(&mut self, id: u64) {
        self.queue(id);
        self.delay_pass(id);
    }

    pub fn class(&mut self, id: u64) -> Class {
        Class::from_byte(self.proposal_state(id).class).expect("a known class")
    }

    /// The code proposed for the target, ready to be executed. The bank follows the clock to its slot, as the loader insists.
    pub fn upgrade_mature(&mut self, code: &[u8]) -> (u64, Pubkey) {
        let (id, buffer) = self.upgrade_propose(target(), code);
        self.mature(id);
        self.world.next_slot();
        (id, buffer)
    }

    /// An `AdvanceNonceAccount` that lands by itself: with it first, the runtime takes the transaction for a durable one.
    pub fn nonce_advance(&mut self) -> (Instruction, Keypair) {
        let (nonce, owner) = (key("nonce"), keypair("nonce owner"));
        let mut data = vec![1, 0, 0, 0, 1, 0, 0, 0];
        data.extend_from_slice(owner.pubkey().as_ref());
        data.extend_from_slice(&[9; 32]);
        data.extend_from_slice(&5_000_u64.to_le_bytes());
        self.world.set_account(
            &nonce,
            Account { lamports: BUFFER_LAMPORTS, data, owner: system_program::ID, ..Account::default() },
        );
        (solana_system_interface::instruction::advance_nonce_account(&nonce, &owner.pubkey()), owner)
    }

    /// `instruction` is refused in a transaction that lives on a durable nonce.
    pub fn durable_nonce_refused(&mut self, instruction: &Instruction, signers: &[&Keypair]) {
        let (advance, owner) = self.nonce_advance();
        let mut all = signers.to_vec();
        all.push(&owner);
        // The advance names a sysvar that changes by itself: only the instruction's own accounts must stand still.
        let named = [instruction.clone()];
        let before = self.world.snapshot(&named);
        let failure = self.world.send(&[advance, instruction.clone()], &all).expect_err("a durable nonce");
        Expect::from(error("DurableNonce")).check(&failure, "durable nonce");
        assert_eq!(before, self.world.snapshot(&named), "a refused transaction changed state");
    }
}

pub fn encoded(action: &CouncilAction) -> Vec<u8> {
    let mut out = [0; ACTION_LEN];
    let len = action.encode(&mut out).expect("a lawful action");
    out[..len].to_vec()
}

/// What members must approve, computed from the parts and not by the program.
pub fn digest(governor: Pubkey, id: u64, action: &[u8]) -> [u8; 32] {
    sha256(&digest_parts(&governor.to_bytes(), &id.to_le_bytes(), action).concat())
}

/// A transfer of the buffer's authority, and a write of one byte into it, by whoever holds it.
pub fn buffer_attacks(buffer: Pubkey, by: Pubkey) -> [Instruction; 2] {
    use solana_instruction::AccountMeta;
    let mut write = vec![1, 0, 0, 0, 0, 0, 0, 0];
    write.extend_from_slice(&1_u64.to_le_bytes());
    write.push(0xff);
    let accounts = vec![AccountMeta::new(buffer, false), AccountMeta::new_readonly(by, true)];
    let set_authority = Instruction {
        program_id: LOADER,
        accounts: [accounts.clone(), vec![AccountMeta::new_readonly(key("thief"), false)]].concat(),
        data: vec![4, 0, 0, 0],
    };
    [Instruction { program_id: LOADER, accounts, data: write }, set_authority]
}
