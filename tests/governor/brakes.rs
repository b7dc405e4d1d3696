//! The breaker under the governor's authority, for the actions that reach it, and a market in its custody.

use crate::fixture::{Fixture, program_data};
use abi::{Layout, margin::Market};
use abi::{breaker::BRAKE_SEED, config::CONFIG_SEED};
use client::{addresses, breaker};
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{GENESIS_HASH, Token, key, keypair};

pub fn config() -> Pubkey {
    Pubkey::find_program_address(&[CONFIG_SEED], &breaker::ID).0
}

pub fn brake() -> Pubkey {
    Pubkey::find_program_address(&[BRAKE_SEED], &breaker::ID).0
}

/// What the fixture's custodies are opened with.
pub const LIMITS: breaker::LimitTerms = breaker::LimitTerms {
    hour_bps: 1_000,
    day_bps: 2_500,
    open_interest_cap_lots: 1_000,
    base_floor_atoms: 10,
    quote_floor_atoms: 20,
};

/// One market, in custody.
pub struct Listed {
    pub custody: Pubkey,
    pub market: Pubkey,
    pub base_tokens: Pubkey,
    pub quote_tokens: Pubkey,
}

impl Fixture {
    /// A breaker that obeys this governor.
    pub fn breaker_init(&mut self) {
        let accounts = breaker::ConfigInit {
            payer: self.world.payer(),
            upgrade_authority: key("deployer"),
            program_data: program_data(breaker::ID),
            config: config(),
            brake: brake(),
        };
        let args = breaker::ConfigInitArgs { genesis_hash: GENESIS_HASH, authority: self.authority() };
        self.world.ok(&[accounts.instruction(args)], &[&keypair("deployer")]);
    }

    /// The market of this name as the breaker sees it: its custody, whose vaults hold what it owes, and an account of margin.
    pub fn listed(&mut self, name: &str) -> Listed {
        let controller = keypair(name);
        let market = controller.pubkey();
        let custody = addresses::custody(&market);
        let open = breaker::CustodyOpen { payer: self.world.payer(), controller: market, custody };
        self.world.ok(&[open.instruction(LIMITS)], &[&controller]);
        let [base_tokens, quote_tokens] = ["base", "quote"].map(|side| {
            let token = Token::new(&mut self.world, &format!("{side} of {name}"), 6);
            let tokens = addresses::tokens(&market, &token.mint);
            let open = breaker::TokensOpen { payer: self.world.payer(), custody, mint: token.mint, tokens };
            self.world.ok(&[open.instruction()], &[]);
            token.mint_to(&mut self.world, &tokens, 1_000);
            tokens
        });
        let mut data = vec![0; Market::SPACE];
        data[..8].copy_from_slice(&Market::DISCRIMINATOR);
        let state: &mut Market = abi::read_mut(&mut data).expect("a market");
        (state.version, state.min_reader) = (1, 1);
        (state.base_balances_atoms, state.quote_balances_atoms) = (1_000.into(), 1_000.into());
        let owner = Pubkey::new_from_array(abi::ids::MARGIN);
        self.world.set_account(&market, Account { lamports: 100_000_000, data, owner, ..Account::default() });
        Listed { custody, market, base_tokens, quote_tokens }
    }

    pub fn custody_state(&mut self, listed: &Listed) -> abi::breaker::Custody {
        self.world.read(abi::ids::BREAKER, &listed.custody)
    }

    pub fn brake_state(&mut self) -> abi::breaker::Brake {
        self.world.read(abi::ids::BREAKER, &brake())
    }

    /// Puts the brake at a level that stands.
    pub fn level_force(&mut self, level: policy::Level) {
        self.world.edit::<abi::breaker::Brake>(&brake(), |brake| {
            (brake.level, brake.cause) = (level.byte(), policy::Cause::Council.byte());
        });
    }
}
