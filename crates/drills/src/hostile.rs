//! The hostile margin program: deployed over margin by an upgrade, it signs releases for every market and forges every book.

use crate::arena::Arena;
use client::{addresses, breaker};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Token, key, keypair};

/// The mock's instructions.
const SIGN: u8 = 0;
const WRITE: u8 = 1;
const LOADER: Pubkey = Pubkey::new_from_array(abi::ids::LOADER);
const MARGIN: Pubkey = Pubkey::new_from_array(abi::ids::MARGIN);
/// The loader's `Upgrade`.
const UPGRADE: [u8; 4] = [3, 0, 0, 0];

/// Deploys what a buffer holds over margin, by the loader transaction that its upgrade authority signs.
pub fn deploy(arena: &mut Arena, buffer: &str) {
    let deployer = keypair("deployer");
    let accounts = vec![
        AccountMeta::new(addresses::program_data(&MARGIN), false),
        AccountMeta::new(MARGIN, false),
        AccountMeta::new(key(buffer), false),
        AccountMeta::new(deployer.pubkey(), false),
        AccountMeta::new_readonly(solana_sdk_ids::sysvar::rent::ID, false),
        AccountMeta::new_readonly(solana_sdk_ids::sysvar::clock::ID, false),
        AccountMeta::new_readonly(deployer.pubkey(), true),
    ];
    let upgrade = Instruction { program_id: LOADER, accounts, data: UPGRADE.to_vec() };
    arena.world.ok(&[upgrade], &[&deployer]);
}

/// A vault of the first or second market: its base, or its quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vault {
    pub market: usize,
    pub quote: bool,
}

impl Vault {
    pub const ALL: [Self; 4] = [
        Self { market: 0, quote: false },
        Self { market: 0, quote: true },
        Self { market: 1, quote: false },
        Self { market: 1, quote: true },
    ];

    pub fn tokens(self, arena: &Arena) -> Pubkey {
        let protocol = &arena.markets[self.market].protocol;
        if self.quote { protocol.quote_tokens } else { protocol.base_tokens }
    }

    /// Atoms in it.
    pub fn held(self, arena: &mut Arena) -> u64 {
        let tokens = self.tokens(arena);
        Token::balance(&mut arena.world, &tokens)
    }

    pub fn mint(self, arena: &Arena) -> Pubkey {
        let protocol = &arena.markets[self.market].protocol;
        if self.quote { protocol.quote.mint } else { protocol.base.mint }
    }
}

/// A release of `amount` that no account of margin's ever asked for, to the thief's wallet.
pub fn steal(arena: &Arena, vault: Vault, wallet: Pubkey, amount: u64, ticket_id: u64) -> Instruction {
    let protocol = &arena.markets[vault.market].protocol;
    let tokens = vault.tokens(arena);
    let release = breaker::Release {
        controller: protocol.market,
        custody: protocol.custody,
        brake: addresses::brake(),
        tokens,
        mint: vault.mint(arena),
        destination: wallet,
        payer: arena.world.payer(),
        ticket: addresses::ticket(&tokens, ticket_id),
    };
    let release = release.instruction(breaker::ReleaseArgs { amount, ticket_id, origin: key("thief") });
    signed(protocol.symbol, release)
}

/// The call, with the market's signature on it.
fn signed(symbol: [u8; 16], call: Instruction) -> Instruction {
    let (market, bump) = Pubkey::find_program_address(&[abi::margin::MARKET_SEED, &symbol], &MARGIN);
    let mut accounts = vec![AccountMeta::new_readonly(call.program_id, false)];
    accounts.extend(
        call.accounts
            .into_iter()
            .map(|meta| AccountMeta { is_signer: meta.is_signer && meta.pubkey != market, ..meta }),
    );
    let data = [&[SIGN, bump], &symbol[..], &call.data].concat();
    Instruction { program_id: MARGIN, accounts, data }
}

/// Writes into one of margin's accounts.
pub fn forge(account: Pubkey, offset: usize, bytes: &[u8]) -> Instruction {
    let offset = u16::try_from(offset).expect("a short account");
    let data = [&[WRITE], &offset.to_le_bytes()[..], bytes].concat();
    Instruction { program_id: MARGIN, accounts: vec![AccountMeta::new(account, false)], data }
}
