//! Proposals on their way by a P-256 member's ballot, of either kind: an action, and an upgrade with its buffer.

use crate::ballot_attacks::{P256_SEAT, RELAX};
use crate::fixture::{Fixture, new_code, old_code, target, target_accounts};
use crate::steps::{encoded, propose_args};
use abi::ballot::Ballot;
use bytemuck::bytes_of;
use client::ballots::P256Key;
use client::{governor as calls, proposals};
use policy::CouncilAction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{World, key, keypair, signed};

/// Bytes that a transaction may have.
pub const PACKET: usize = 1_232;
/// A count of signatures and one, and an instruction that asks for compute units with its program's address.
const AROUND: usize = 65 + 40;

/// Bytes of these instructions' transaction, as a sponsor sends it.
pub fn transaction_len(instructions: &[Instruction], sponsor: &Keypair) -> usize {
    AROUND + Message::new(instructions, Some(&sponsor.pubkey())).serialize().len()
}

/// What is proposed, by whose money.
pub struct Coming {
    /// As bytes: what the member signs.
    pub action: Vec<u8>,
    pub sponsor: Keypair,
    /// Of an upgrade.
    pub code: Option<Code>,
}

#[derive(Clone)]
pub struct Code {
    pub program: Pubkey,
    pub buffer: Pubkey,
    pub args: calls::UpgradeProposeArgs,
}

/// A council whose last member has a P-256 key, over the target, and somebody who is nobody and pays.
pub fn seated_in(world: World) -> (Fixture, P256Key, Keypair) {
    let mut fixture = Fixture::over(world, Some(P256_SEAT));
    for (address, account) in target_accounts(Some(key("deployer"))) {
        fixture.world.set_account(&address, account);
    }
    fixture.council_seat(7);
    let adopt = fixture.adopt_ix(target(), old_code().len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    let member = fixture.p256(P256_SEAT).expect("the last member's key");
    let sponsor = fixture.world.rich("sponsor");
    (fixture, member, sponsor)
}

pub fn seated() -> (Fixture, P256Key, Keypair) {
    seated_in(World::new())
}

impl Fixture {
    /// One of each: an action, and an upgrade of the target from a buffer of the sponsor's.
    pub fn coming(&mut self, sponsor: &Keypair) -> [Coming; 2] {
        let buffer = self.buffer("coming", Some(sponsor.pubkey()), &new_code());
        let code = Code { program: target(), buffer, args: propose_args(&new_code()) };
        [self.coming_action(sponsor, &RELAX), self.coming_code(sponsor, code)]
    }

    pub fn coming_action(&self, sponsor: &Keypair, action: &CouncilAction) -> Coming {
        Coming { action: encoded(action), sponsor: sponsor.insecure_clone(), code: None }
    }

    pub fn coming_code(&mut self, sponsor: &Keypair, code: Code) -> Coming {
        let adoption = self.adoption_state(code.program);
        let action = proposals::upgrade_action(&code.args, adoption.program, code.buffer.to_bytes(), adoption.elf_hash);
        Coming { code: Some(code), ..self.coming_action(sponsor, &action) }
    }

    /// The ballot that its member signs now.
    pub fn coming_ballot(&mut self, coming: &Coming) -> Ballot {
        self.calls().proposal_ballot(&mut self.world, &coming.action)
    }

    /// The call alone, as the council's next proposal; `index` is the place of its proof.
    pub fn coming_ix(&mut self, coming: &Coming, index: u8, client_data: Vec<u8>) -> Instruction {
        let (id, sponsor) = (self.council_state().proposals.get(), coming.sponsor.pubkey());
        match &coming.code {
            None => {
                let action = coming.action.clone();
                let args = calls::ProposalCreateP256Args { action, index, client_data };
                self.calls().create_by_ballot(sponsor, id, args)
            }
            Some(Code { program, buffer, args }) => {
                let args = proposals::upgrade_by_ballot(args, index, client_data);
                self.calls().upgrade_by_ballot(sponsor, id, *program, *buffer, args)
            }
        }
    }

    /// The transaction's two instructions: the signature over this ballot, then the call.
    pub fn coming_by(&mut self, coming: &Coming, key: &P256Key, ballot: &Ballot) -> [Instruction; 2] {
        [signed(key, bytes_of(ballot)), self.coming_ix(coming, 0, vec![])]
    }

    /// The same with what is asked now.
    pub fn coming_cast(&mut self, coming: &Coming, key: &P256Key) -> [Instruction; 2] {
        let ballot = self.coming_ballot(coming);
        self.coming_by(coming, key, &ballot)
    }
}
