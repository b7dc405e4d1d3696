//! Instructions of a governor as its members and anybody else send them: addresses follow from what they are of, and nothing is looked up.

use crate::{World, key, keypair};
use abi::ballot::Ballot;
use abi::governor::{
    ADOPTION_SEED, AUTHORITY_SEED, COUNCIL_SEED, INSURANCE_SEED, PAGE_SEED, PROPOSAL_SEED, ROLLOUT_SEED, SNAPSHOT_SEED,
};
use bytemuck::bytes_of;
use client::ballots::{self, P256Key};
use client::{WithRemaining, addresses, governor as calls};
use policy::ballot::{Question, Voice};
use policy::proposal;
use sha2::{Digest, Sha256};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_system_interface::instruction::create_account;

/// Of a loader's buffer: what it is, and whose.
const BUFFER_HEADER_LEN: usize = 37;
/// Bytes that one transaction writes.
const WRITE_LEN: usize = 900;
/// More than any cluster asks for.
const LAMPORTS_PER_BYTE: u64 = 7_000;
/// What rent counts of an account beside its data.
const ACCOUNT_LEN: u64 = 128;

/// One of the governor's two deployments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Governance(pub Pubkey);

/// An upgrade as its proposal names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpgradeOf {
    pub id: u64,
    pub program: Pubkey,
    pub proposer: Pubkey,
    pub buffer: Pubkey,
    /// Holds the code from before; whatever stands for it where nothing is staged.
    pub rollback_buffer: Pubkey,
}

impl Governance {
    pub fn pda(&self, seeds: &[&[u8]]) -> Pubkey {
        Pubkey::find_program_address(seeds, &self.0).0
    }

    pub fn council(&self) -> Pubkey {
        self.pda(&[COUNCIL_SEED])
    }

    /// Holds the code of every program that the council adopted.
    pub fn authority(&self) -> Pubkey {
        self.pda(&[AUTHORITY_SEED])
    }

    /// Takes the bonds of upgrades that were rolled back.
    pub fn insurance(&self) -> Pubkey {
        self.pda(&[INSURANCE_SEED])
    }

    pub fn proposal(&self, id: u64) -> Pubkey {
        self.pda(&[PROPOSAL_SEED, &id.to_le_bytes()])
    }

    pub fn adoption(&self, program: Pubkey) -> Pubkey {
        self.pda(&[ADOPTION_SEED, program.as_ref()])
    }

    pub fn rollout(&self, program: Pubkey) -> Pubkey {
        self.pda(&[ROLLOUT_SEED, program.as_ref()])
    }

    pub fn council_init(&self) -> calls::CouncilInit {
        calls::CouncilInit {
            upgrade_authority: key("deployer"),
            program_data: addresses::program_data(&self.0),
            council: self.council(),
            governor_authority: self.authority(),
        }
    }

    /// The deployer hands a program's code, of this length, to the governor.
    pub fn adopt(&self, program: Pubkey, elf_len: usize) -> Instruction {
        let accounts = calls::ProgramAdopt {
            upgrade_authority: key("deployer"),
            council: self.council(),
            program,
            program_data: addresses::program_data(&program),
            adoption: self.adoption(program),
            rollout: self.rollout(program),
            governor_authority: self.authority(),
        };
        accounts.instruction_of(self.0, calls::ProgramAdoptArgs { elf_len: elf_len.try_into().expect("a short ELF") })
    }

    /// `upgrade_propose` as proposal `id`, the next one.
    pub fn upgrade_propose(
        &self,
        proposer: Pubkey,
        id: u64,
        program: Pubkey,
        buffer: Pubkey,
        args: calls::UpgradeProposeArgs,
    ) -> Instruction {
        let accounts = calls::UpgradePropose {
            proposer,
            council: self.council(),
            adoption: self.adoption(program),
            buffer,
            proposal: self.proposal(id),
            governor_authority: self.authority(),
        };
        accounts.instruction_of(self.0, args)
    }

    pub fn approve(&self, id: u64, member: Pubkey, digest: [u8; 32]) -> Instruction {
        let accounts = calls::ProposalApprove { member, council: self.council(), proposal: self.proposal(id) };
        accounts.instruction_of(self.0, calls::ProposalApproveArgs { digest })
    }

    /// A ballot that a P-256 member signs now: over the latest slot that this world has a hash of.
    pub fn ballot(&self, world: &mut World, id: u64, voice: Voice) -> Ballot {
        let program = self.0.to_bytes();
        let proposal: abi::governor::Proposal = world.read(program, &self.proposal(id));
        let council: abi::governor::Council = world.read(program, &self.council());
        let rules = proposal::Proposal::of(&proposal).expect("a known state");
        let council = proposal::Council::of(&council);
        let (slot, slot_hash) = world.slot_hash();
        Question::vote(voice, proposal.digest, &rules, &council).ballot(slot, slot_hash)
    }

    /// A ballot in which a P-256 member proposes this action now, as the council's next.
    pub fn proposal_ballot(&self, world: &mut World, action: &[u8]) -> Ballot {
        let council: abi::governor::Council = world.read(self.0.to_bytes(), &self.council());
        let (slot, slot_hash) = world.slot_hash();
        ballots::proposal(&self.0, &council, action).ballot(slot, slot_hash)
    }

    /// `proposal_create_p256` as proposal `id`, the next one.
    pub fn create_by_ballot(&self, sponsor: Pubkey, id: u64, args: calls::ProposalCreateP256Args) -> Instruction {
        let accounts = calls::ProposalCreateP256 { sponsor, council: self.council(), proposal: self.proposal(id) };
        accounts.instruction_of(self.0, args)
    }

    /// `upgrade_propose_p256` as proposal `id`, the next one.
    pub fn upgrade_by_ballot(
        &self,
        sponsor: Pubkey,
        id: u64,
        program: Pubkey,
        buffer: Pubkey,
        args: calls::UpgradeProposeP256Args,
    ) -> Instruction {
        let accounts = calls::UpgradeProposeP256 {
            sponsor,
            council: self.council(),
            adoption: self.adoption(program),
            buffer,
            proposal: self.proposal(id),
            governor_authority: self.authority(),
        };
        accounts.instruction_of(self.0, args)
    }

    /// The transaction's two instructions: the signature over what is asked now, then the vote.
    pub fn cast(&self, world: &mut World, id: u64, voice: Voice, key: &P256Key) -> [Instruction; 2] {
        let ballot = self.ballot(world, id, voice);
        [signed(key, bytes_of(&ballot)), self.vote(id, voice, 0, vec![])]
    }

    /// The vote alone, which names the place of its signature's instruction.
    pub fn vote(&self, id: u64, voice: Voice, index: u8, client_data: Vec<u8>) -> Instruction {
        let (council, proposal) = (self.council(), self.proposal(id));
        match voice {
            Voice::Approve => calls::ProposalApproveP256 { council, proposal }
                .instruction_of(self.0, calls::ProposalApproveP256Args { index, client_data }),
            Voice::Object => calls::ProposalObjectP256 { council, proposal }
                .instruction_of(self.0, calls::ProposalObjectP256Args { index, client_data }),
        }
    }

    /// The proposer stages a buffer with the code that runs now.
    pub fn rollback_stage(&self, proposer: Pubkey, id: u64, program: Pubkey, buffer: Pubkey) -> Instruction {
        let accounts = calls::RollbackStage {
            proposer,
            council: self.council(),
            proposal: self.proposal(id),
            adoption: self.adoption(program),
            buffer,
            governor_authority: self.authority(),
        };
        accounts.instruction_of(self.0)
    }

    pub fn upgrade_queue(&self, upgrade: &UpgradeOf) -> Instruction {
        let accounts = calls::UpgradeQueue {
            council: self.council(),
            proposal: self.proposal(upgrade.id),
            adoption: self.adoption(upgrade.program),
            rollout: self.rollout(upgrade.program),
            rollback_buffer: upgrade.rollback_buffer,
            governor_authority: self.authority(),
            config: breaker_config(),
        };
        accounts.instruction_of(self.0)
    }

    pub fn upgrade_execute(&self, upgrade: &UpgradeOf) -> Instruction {
        let accounts = calls::UpgradeExecute {
            council: self.council(),
            proposal: self.proposal(upgrade.id),
            adoption: self.adoption(upgrade.program),
            rollout: self.rollout(upgrade.program),
            program: upgrade.program,
            program_data: addresses::program_data(&upgrade.program),
            buffer: upgrade.buffer,
            rollback_buffer: upgrade.rollback_buffer,
            spill: upgrade.proposer,
            governor_authority: self.authority(),
        };
        accounts.instruction_of(self.0)
    }

    pub fn upgrade_rollback(&self, upgrade: &UpgradeOf) -> Instruction {
        let accounts = calls::UpgradeRollback {
            council: self.council(),
            proposal: self.proposal(upgrade.id),
            adoption: self.adoption(upgrade.program),
            rollout: self.rollout(upgrade.program),
            program: upgrade.program,
            program_data: addresses::program_data(&upgrade.program),
            rollback_buffer: upgrade.rollback_buffer,
            spill: upgrade.proposer,
            governor_authority: self.authority(),
        };
        accounts.instruction_of(self.0)
    }

    pub fn bond_settle(&self, id: u64, proposer: Pubkey) -> Instruction {
        let accounts = calls::BondSettle {
            council: self.council(),
            proposal: self.proposal(id),
            proposer,
            insurance: self.insurance(),
        };
        accounts.instruction_of(self.0)
    }

    pub fn freeze_begin(&self, id: u64, program: Pubkey) -> Instruction {
        let accounts = calls::FreezeBegin {
            council: self.council(),
            proposal: self.proposal(id),
            adoption: self.adoption(program),
            rollout: self.rollout(program),
            governor_authority: self.authority(),
            config: breaker_config(),
        };
        accounts.instruction_of(self.0)
    }

    pub fn freeze_end(&self, id: u64, program: Pubkey) -> Instruction {
        let accounts = calls::FreezeEnd {
            council: self.council(),
            proposal: self.proposal(id),
            rollout: self.rollout(program),
            governor_authority: self.authority(),
            config: breaker_config(),
        };
        accounts.instruction_of(self.0)
    }
}

/// One market in an attempt of a rollout of margin: what is recorded of it, and compared, and written back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub governance: Governance,
    pub attempt: u64,
    pub market: Pubkey,
    pub quote_tokens: Pubkey,
    pub base_tokens: Pubkey,
    pub payer: Pubkey,
}

impl Recorded {
    fn rollout(&self) -> Pubkey {
        self.governance.rollout(client::margin::ID)
    }

    pub fn snapshot(&self) -> Pubkey {
        self.governance.pda(&[SNAPSHOT_SEED, self.market.as_ref(), &self.attempt.to_le_bytes()])
    }

    pub fn page(&self, number: u32) -> Pubkey {
        self.governance.pda(&[PAGE_SEED, self.snapshot().as_ref(), &number.to_le_bytes()])
    }

    pub fn open(&self) -> Instruction {
        let accounts = calls::SnapshotOpen {
            payer: self.payer,
            rollout: self.rollout(),
            market: self.market,
            quote_tokens: self.quote_tokens,
            base_tokens: self.base_tokens,
            snapshot: self.snapshot(),
        };
        accounts.instruction_of(self.governance.0)
    }

    /// `snapshot_page` of these accounts, by registry index.
    pub fn page_take(&self, number: u32, accounts: Vec<AccountMeta>) -> Instruction {
        let page = calls::SnapshotPage {
            payer: self.payer,
            rollout: self.rollout(),
            snapshot: self.snapshot(),
            page: self.page(number),
        };
        page.instruction_of(self.governance.0, calls::SnapshotPageArgs { number }).with_remaining(accounts)
    }

    pub fn seal(&self) -> Instruction {
        let accounts = calls::SnapshotSeal {
            council: self.governance.council(),
            rollout: self.rollout(),
            snapshot: self.snapshot(),
            market: self.market,
        };
        accounts.instruction_of(self.governance.0)
    }

    pub fn page_verify(&self, number: u32, accounts: Vec<AccountMeta>) -> Instruction {
        let verify = calls::PageVerify { rollout: self.rollout(), snapshot: self.snapshot(), page: self.page(number) };
        verify.instruction_of(self.governance.0).with_remaining(accounts)
    }

    /// `market_verify` for the proposal that holds the rollout.
    pub fn market_verify(&self, id: u64) -> Instruction {
        let accounts = calls::MarketVerify {
            council: self.governance.council(),
            proposal: self.governance.proposal(id),
            rollout: self.rollout(),
            snapshot: self.snapshot(),
            market: self.market,
            quote_tokens: self.quote_tokens,
            base_tokens: self.base_tokens,
            custody: addresses::custody(&self.market),
            governor_authority: self.governance.authority(),
            config: breaker_config(),
        };
        accounts.instruction_of(self.governance.0)
    }

    /// `account_restore` of the account at `place` of a page of these accounts, from a buffer that holds them all.
    pub fn account_restore(&self, number: u32, accounts: &[Pubkey], place: u8, preimage: Pubkey) -> Instruction {
        let metas = accounts.iter().enumerate().map(|(at, account)| AccountMeta {
            pubkey: *account,
            is_signer: false,
            is_writable: at == usize::from(place),
        });
        let call = calls::AccountRestore {
            payer: self.payer,
            council: self.governance.council(),
            rollout: self.rollout(),
            snapshot: self.snapshot(),
            page: self.page(number),
            preimage,
            governor_authority: self.governance.authority(),
        };
        call.instruction_of(self.governance.0, calls::AccountRestoreArgs { place }).with_remaining(metas)
    }

    pub fn market_restore(&self, preimage: Pubkey) -> Instruction {
        let call = calls::MarketRestore {
            payer: self.payer,
            council: self.governance.council(),
            rollout: self.rollout(),
            snapshot: self.snapshot(),
            market: self.market,
            preimage,
            governor_authority: self.governance.authority(),
        };
        call.instruction_of(self.governance.0)
    }
}

/// A secp256r1 precompile instruction in which this key signs `message`.
pub fn signed(key: &P256Key, message: &[u8]) -> Instruction {
    ballots::proof(&key.public(), &key.sign(message), message)
}

/// What is proposed with this code: no evidence, no change of schema, a way back.
pub fn propose_args(code: &[u8]) -> calls::UpgradeProposeArgs {
    calls::UpgradeProposeArgs {
        elf_hash: Sha256::digest(code).into(),
        elf_len: code.len().try_into().expect("a short ELF"),
        source_commit: [0; 20],
        recipe_hash: [0; 32],
        audit_hash: [0; 32],
        migration_hash: [0; 32],
        schema_from: 1,
        schema_to: 1,
        forward_only: false,
        emergency: false,
    }
}

/// A buffer of the loader's with this code.
pub fn buffer_bytes(authority: Option<Pubkey>, code: &[u8]) -> Vec<u8> {
    let mut data = vec![1, 0, 0, 0, u8::from(authority.is_some())];
    data.extend_from_slice(authority.unwrap_or_default().as_ref());
    data.extend_from_slice(code);
    data
}

/// Writes bytes into a new buffer of the loader's, as anybody would: by its own transactions.
pub fn upload(world: &mut World, name: &str, bytes: &[u8]) -> Pubkey {
    let (buffer, payer, loader) = (keypair(name), world.payer(), Pubkey::from(abi::ids::LOADER));
    let space = u64::try_from(BUFFER_HEADER_LEN + bytes.len()).expect("a short upload");
    let lamports = LAMPORTS_PER_BYTE * (space + ACCOUNT_LEN);
    let of = |accounts: Vec<AccountMeta>, data: Vec<u8>| Instruction { program_id: loader, accounts, data };
    let target = AccountMeta::new(buffer.pubkey(), false);
    let create = create_account(&payer, &buffer.pubkey(), lamports, space, &loader);
    let initialise = of(vec![target.clone(), AccountMeta::new_readonly(payer, false)], vec![0; 4]);
    world.ok(&[create, initialise], &[&buffer]);
    for (at, part) in bytes.chunks(WRITE_LEN).enumerate() {
        let offset = u32::try_from(at * WRITE_LEN).expect("a short upload").to_le_bytes();
        let len = u64::try_from(part.len()).expect("a short part").to_le_bytes();
        let data = [&[1, 0, 0, 0][..], &offset, &len, part].concat();
        world.ok(&[of(vec![target.clone(), AccountMeta::new_readonly(payer, true)], data)], &[]);
    }
    buffer.pubkey()
}

fn breaker_config() -> Pubkey {
    addresses::config(&client::breaker::ID)
}
