//! A council of seven and a program that it holds, over code accounts and buffers made to measure.

use client::ballots::{self, P256Key};
use client::governor as calls;
use sha2::{Digest, Sha256};
use solana_account::Account;
use solana_instruction::error::InstructionError;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Governance, World, buffer_bytes, elf, key, keypair, loader_accounts, p256_key};

pub const LOADER: Pubkey = Pubkey::new_from_array(abi::ids::LOADER);
pub const GOVERNOR: Pubkey = Pubkey::new_from_array(abi::ids::GOVERNOR);
pub const TWIN: Pubkey = Pubkey::new_from_array(abi::ids::GOVERNOR_TWIN);
/// Room of the target's code account: more than either of its versions needs.
pub const ROOM: usize = 400_000;
/// The framework's words for an account that is not there: read, written, and made a second time (the system program's own code).
pub const ABSENT: InstructionError = InstructionError::UninitializedAccount;
pub const ABSENT_MUT: InstructionError = InstructionError::AccountDataTooSmall;
pub const IN_USE: u32 = 0;
pub const BUFFER_LAMPORTS: u64 = 7_000_000_000;

/// Two deployments of one program: one world serves the suite of either.
pub struct Fixture {
    pub world: World,
    pub governor: Pubkey,
    pub members: Vec<Keypair>,
    /// A seat whose member has a P-256 key and signs ballots, if there is one.
    pub p256_seat: Option<usize>,
}

impl Fixture {
    /// A world before its council.
    pub fn over(world: World, p256_seat: Option<usize>) -> Self {
        Self { world, governor: GOVERNOR, members: vec![], p256_seat }
    }

    /// The governor before its council, and the target under the deployer's authority.
    pub fn bare() -> Self {
        let world = World::with(&[], &target_accounts(Some(key("deployer"))));
        Self::over(world, None)
    }

    /// A council of seven that has adopted the target.
    pub fn new() -> Self {
        let mut fixture = Self::bare();
        fixture.council_seat(7);
        let adopt = fixture.adopt_ix(target(), old_code().len());
        fixture.world.ok(&[adopt], &[&keypair("deployer")]);
        fixture
    }

    /// Seats a council of `count` under this governor.
    pub fn council_seat(&mut self, count: usize) {
        self.members = (0..count).map(|seat| self.world.rich(&format!("member {seat}"))).collect();
        let call = self.council_init();
        let members = (0..count).map(|seat| self.seat_key(seat)).collect();
        let init = call.instruction_of(self.governor, calls::CouncilInitArgs { members });
        self.world.ok(&[init], &[&keypair("deployer")]);
    }

    /// The P-256 key of the member in this seat, if it has one.
    pub fn p256(&self, seat: usize) -> Option<P256Key> {
        (self.p256_seat == Some(seat)).then(|| p256_key(&self.members[seat].pubkey().to_string()))
    }

    /// The address under which the member sits in the council.
    pub fn seat_key(&self, seat: usize) -> Pubkey {
        self.p256(seat).map_or_else(|| self.members[seat].pubkey(), |key| ballots::member(&key.public()))
    }

    /// The council's bytes at an address that is not the council's, owned by the governor all the same.
    pub fn council_copy(&mut self) -> Pubkey {
        let (address, owner) = (self.council(), self.governor);
        self.copy("copy", address, owner)
    }

    /// An account's bytes under another program.
    pub fn elsewhere(&mut self, address: Pubkey) -> Pubkey {
        self.copy(&format!("elsewhere {address}"), address, client::breaker::ID)
    }

    fn copy(&mut self, name: &str, address: Pubkey, owner: Pubkey) -> Pubkey {
        let account = self.world.account(&address).expect("an account to copy");
        self.world.set_account(&key(name), Account { owner, ..account });
        key(name)
    }

    /// This governor's instructions and addresses.
    pub fn calls(&self) -> Governance {
        Governance(self.governor)
    }

    pub fn council(&self) -> Pubkey {
        self.calls().council()
    }

    pub fn authority(&self) -> Pubkey {
        self.calls().authority()
    }

    pub fn proposal(&self, id: u64) -> Pubkey {
        self.calls().proposal(id)
    }

    pub fn adoption(&self, program: Pubkey) -> Pubkey {
        self.calls().adoption(program)
    }

    pub fn rollout(&self, program: Pubkey) -> Pubkey {
        self.calls().rollout(program)
    }

    pub fn rollout_state(&mut self, program: Pubkey) -> abi::governor::Rollout {
        let (governor, address) = (self.governor.to_bytes(), self.rollout(program));
        self.world.read(governor, &address)
    }

    pub fn council_state(&mut self) -> abi::governor::Council {
        let (governor, address) = (self.governor.to_bytes(), self.council());
        self.world.read(governor, &address)
    }

    pub fn proposal_state(&mut self, id: u64) -> abi::governor::Proposal {
        let (governor, address) = (self.governor.to_bytes(), self.proposal(id));
        self.world.read(governor, &address)
    }

    pub fn adoption_state(&mut self, program: Pubkey) -> abi::governor::Adoption {
        let (governor, address) = (self.governor.to_bytes(), self.adoption(program));
        self.world.read(governor, &address)
    }

    /// Stores a buffer with this code; its address follows from its name.
    pub fn buffer(&mut self, name: &str, authority: Option<Pubkey>, code: &[u8]) -> Pubkey {
        let address = key(name);
        self.world.set_account(&address, buffer_account(authority, code));
        address
    }

    /// What a program's code account holds behind its header.
    pub fn code(&mut self, program: Pubkey) -> Vec<u8> {
        let account = self.world.account(&program_data(program)).expect("a deployed program");
        abi::loader::program_data(&account.data).expect("ProgramData").code.to_vec()
    }
}

/// The program that the council holds: a mock whose answer differs from its successor's.
pub fn target() -> Pubkey {
    key("target")
}

pub fn old_code() -> Vec<u8> {
    elf("localnet/mock_source")
}

pub fn new_code() -> Vec<u8> {
    elf("breaker")
}

pub fn target_accounts(authority: Option<Pubkey>) -> [(Pubkey, Account); 2] {
    let mut code = old_code();
    code.resize(ROOM, 0);
    loader_accounts(target(), &code, authority)
}

pub fn program_data(program: Pubkey) -> Pubkey {
    Pubkey::find_program_address(&[program.as_ref()], &LOADER).0
}

pub fn buffer_account(authority: Option<Pubkey>, code: &[u8]) -> Account {
    let data = buffer_bytes(authority, code);
    Account { lamports: BUFFER_LAMPORTS, data, owner: LOADER, ..Account::default() }
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Code of one of the governor's errors.
pub fn error(name: &str) -> u32 {
    code_of(calls::ERRORS, name)
}

pub fn code_of(errors: &[(u32, &str, &str)], name: &str) -> u32 {
    errors.iter().find(|(_, known, _)| *known == name).unwrap_or_else(|| panic!("no error `{name}`")).0
}
