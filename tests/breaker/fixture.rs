//! An initialised breaker with two guardians, and one custody whose controller's key the tests hold.

use client::{addresses, breaker as calls};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{GENESIS_HASH, Token, World, key, keypair};

/// The system program refuses to create an account that exists.
pub const ACCOUNT_IN_USE: u32 = 0;
pub const TRIP_S: i64 = policy::TRIP_S;

/// A tenth of a vault an hour, a quarter a day, however small the vault.
pub const LIMITS: calls::LimitTerms = calls::LimitTerms {
    hour_bps: 1_000,
    day_bps: 2_500,
    open_interest_cap_lots: 1_000,
    base_floor_atoms: 0,
    quote_floor_atoms: 0,
};

/// A world with the breaker's config and brake.
pub struct Fixture {
    pub world: World,
    pub authority: Keypair,
    pub guardian: Keypair,
    pub config: Pubkey,
    pub brake: Pubkey,
}

/// A custody with a token vault that holds 1,000 atoms.
pub struct Custody {
    pub controller: Keypair,
    pub address: Pubkey,
    pub token: Token,
    pub tokens: Pubkey,
    /// Somebody's wallet.
    pub destination: Pubkey,
}

impl Fixture {
    /// The breaker as deployed: nothing initialised.
    pub fn bare() -> Self {
        let mut world = World::new();
        Self {
            authority: world.rich("deployer"),
            guardian: world.rich("guardian 0"),
            world,
            config: addresses::config(&calls::ID),
            brake: addresses::brake(),
        }
    }

    pub fn new() -> Self {
        let mut fixture = Self::bare();
        let init = fixture.config_init();
        let guardians = fixture.guardians_set(vec![key("guardian 0"), key("guardian 1")]);
        fixture.world.ok(&[init, guardians], &[&fixture.authority]);
        fixture
    }

    pub fn config_init(&self) -> Instruction {
        let accounts = calls::ConfigInit {
            payer: self.world.payer(),
            upgrade_authority: self.authority.pubkey(),
            program_data: addresses::program_data(&calls::ID),
            config: self.config,
            brake: self.brake,
        };
        let authority = self.authority.pubkey();
        accounts.instruction(calls::ConfigInitArgs { genesis_hash: GENESIS_HASH, authority })
    }

    pub fn guardians_set(&self, guardians: Vec<Pubkey>) -> Instruction {
        let accounts =
            calls::GuardiansSet { authority: self.authority.pubkey(), config: self.config, brake: self.brake };
        accounts.instruction(calls::GuardiansSetArgs { guardians })
    }

    pub fn guardian_raise(&self, level: u8) -> Instruction {
        let accounts = calls::GuardianRaise { guardian: self.guardian.pubkey(), brake: self.brake };
        accounts.instruction(calls::GuardianRaiseArgs { level })
    }

    pub fn level_relax(&self, level: u8) -> Instruction {
        let accounts = calls::LevelRelax { authority: self.authority.pubkey(), config: self.config, brake: self.brake };
        accounts.instruction(calls::LevelRelaxArgs { level })
    }

    pub fn custody_open(&self, controller: Pubkey) -> Instruction {
        let custody = addresses::custody(&controller);
        let accounts = calls::CustodyOpen { payer: self.world.payer(), controller, custody };
        accounts.instruction(LIMITS)
    }

    pub fn tokens_open(&self, controller: Pubkey, mint: Pubkey) -> Instruction {
        let accounts = calls::TokensOpen {
            payer: self.world.payer(),
            custody: addresses::custody(&controller),
            mint,
            tokens: addresses::tokens(&controller, &mint),
        };
        accounts.instruction()
    }

    /// Opens a custody for the controller of this name and fills its vault; custodies of one fixture share the mint of this name.
    pub fn custody(&mut self, controller: &str, mint: &str) -> Custody {
        let controller = keypair(controller);
        let token = Token::new(&mut self.world, mint, 6);
        let instructions = [self.custody_open(controller.pubkey()), self.tokens_open(controller.pubkey(), token.mint)];
        self.world.ok(&instructions, &[&controller]);
        let tokens = addresses::tokens(&controller.pubkey(), &token.mint);
        token.mint_to(&mut self.world, &tokens, 1_000);
        let destination = token.account(&mut self.world, &key("somebody"), "wallet", 0);
        Custody { address: addresses::custody(&controller.pubkey()), controller, token, tokens, destination }
    }

    /// A release; what has to wait gets ticket number 1.
    pub fn release(&self, custody: &Custody, amount: u64) -> Instruction {
        self.release_ticket(custody, amount, 1)
    }

    pub fn release_ticket(&self, custody: &Custody, amount: u64, ticket_id: u64) -> Instruction {
        let accounts = calls::Release {
            controller: custody.controller.pubkey(),
            custody: custody.address,
            brake: self.brake,
            tokens: custody.tokens,
            mint: custody.token.mint,
            destination: custody.destination,
            payer: self.world.payer(),
            ticket: addresses::ticket(&custody.tokens, ticket_id),
        };
        accounts.instruction(calls::ReleaseArgs { amount, ticket_id, origin: key("origin") })
    }

    /// `ticket_claim` of ticket number `ticket_id`.
    pub fn ticket_claim(&self, custody: &Custody, ticket_id: u64) -> Instruction {
        let accounts = calls::TicketClaim {
            custody: custody.address,
            brake: self.brake,
            ticket: addresses::ticket(&custody.tokens, ticket_id),
            payer: self.world.payer(),
            tokens: custody.tokens,
            mint: custody.token.mint,
            destination: custody.destination,
        };
        accounts.instruction()
    }

    pub fn custody_state(&mut self, custody: &Pubkey) -> abi::breaker::Custody {
        self.world.read(abi::ids::BREAKER, custody)
    }

    /// A copy of an account, byte for byte, that belongs to another program.
    pub fn forged(&mut self, address: &Pubkey) -> Pubkey {
        let mut account = self.world.account(address).expect("an account to copy");
        account.owner = key("a program");
        let forged = key(&format!("forged {address}"));
        self.world.set_account(&forged, account);
        forged
    }

    pub fn brake_state(&mut self) -> abi::breaker::Brake {
        self.world.read(abi::ids::BREAKER, &self.brake)
    }

    /// The level that every reader sees now.
    pub fn level(&mut self) -> policy::Level {
        let (brake, now) = (self.brake_state(), self.world.unix_s());
        policy::brake_level(&brake, now)
    }
}

/// Code of one of the breaker's errors.
pub fn error(name: &str) -> u32 {
    let found = calls::ERRORS.iter().find(|(_, known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no error `{name}`")).0
}
