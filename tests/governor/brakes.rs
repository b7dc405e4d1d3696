//! The breaker under the governor's authority, for the two actions that reach it.

use crate::fixture::{Fixture, program_data};
use abi::{breaker::BRAKE_SEED, config::CONFIG_SEED};
use client::breaker;
use solana_pubkey::Pubkey;
use testkit::{GENESIS_HASH, key, keypair};

pub fn config() -> Pubkey {
    Pubkey::find_program_address(&[CONFIG_SEED], &breaker::ID).0
}

pub fn brake() -> Pubkey {
    Pubkey::find_program_address(&[BRAKE_SEED], &breaker::ID).0
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

    pub fn brake_state(&mut self) -> abi::breaker::Brake {
        self.world.read(abi::ids::BREAKER, &brake())
    }
}
