//! What every life begins with: a market with small windows, traders with wallets and accounts, guardians, monitors, and somebody who
//! stands for a vault.

use crate::action::{Slot, Token};
use client::{addresses, breaker, margin};
use invariants::FundScope;
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Actor, Protocol, SOL, USDC, World, key, keypair};

/// Traders, each with an account at the start.
pub const TRADERS: u8 = 6;
/// Owner number of the stand-in for a vault: an address of the vault program, whose signature a trusting world takes for granted.
pub const WRITER: u8 = TRADERS;
/// Subaccounts that an owner may open.
pub const SUBS: u8 = 3;
pub const GUARDIANS: u8 = 3;
pub const MONITORS: u8 = 2;
pub const SPOT: u64 = 150 * USDC;
const BASE: u64 = 2_000 * SOL;
const QUOTE: u64 = 400_000 * USDC;

/// Addresses, which never change.
pub struct Stage {
    pub protocol: Protocol,
    pub actors: Vec<Actor>,
    pub brake: Pubkey,
    pub breaker_config: Pubkey,
    pub margin_config: Pubkey,
    pub fund: Pool,
    accounts: Vec<Vec<Pubkey>>,
}

/// Addresses of the global insurance fund.
pub struct Pool {
    pub fund: Pubkey,
    pub custody: Pubkey,
    pub tokens: Pubkey,
}

impl Pool {
    fn of(mint: &Pubkey) -> Self {
        let fund = addresses::fund(mint);
        Self { fund, custody: addresses::custody(&fund), tokens: addresses::tokens(&fund, mint) }
    }

    pub const fn scope(&self) -> FundScope {
        FundScope { fund: self.fund.to_bytes(), custody: self.custody.to_bytes() }
    }
}

impl Stage {
    /// The stage, in a world of its own.
    pub fn new() -> (Self, World) {
        let mut world = World::trusting();
        let protocol = Protocol::new(&mut world, SPOT);
        let mut actors: Vec<Actor> = (0..TRADERS)
            .map(|at| protocol.actor(&mut world, &format!("trader {at}"), BASE >> at.min(3), QUOTE >> at.min(5)))
            .collect();
        actors.push(writer(&mut world, &protocol));
        let market = protocol.market;
        let of = |owner: Pubkey| {
            let accounts = (0..SUBS).map(|sub| addresses::margin_account(&market, &owner, sub.into()));
            accounts.collect()
        };
        let stage = Self {
            accounts: actors.iter().map(|actor| of(actor.key())).collect(),
            brake: addresses::brake(),
            breaker_config: addresses::config(&breaker::ID),
            margin_config: addresses::config(&margin::ID),
            fund: Pool::of(&protocol.quote.mint),
            protocol,
            actors,
        };
        stage.prepare(&mut world);
        (stage, world)
    }

    /// Limits narrow enough that windows and queue matter; guardians and monitors.
    fn prepare(&self, world: &mut World) {
        let authority = self.protocol.deployer.pubkey();
        let limits = breaker::LimitTerms {
            hour_bps: 1_000,
            day_bps: 2_500,
            open_interest_cap_lots: 200_000,
            base_floor_atoms: SOL,
            quote_floor_atoms: 1_000 * USDC,
        };
        let (config, brake, custody) = (self.breaker_config, self.brake, self.protocol.custody);
        let guardians = (0..GUARDIANS).map(guardian).collect();
        let monitors = (0..MONITORS).map(monitor).collect();
        let &Pool { fund, custody: fund_custody, tokens } = &self.fund;
        let fund_create = margin::FundCreate {
            payer: world.payer(),
            mint: self.protocol.quote.mint,
            fund,
            custody: fund_custody,
            tokens,
            breaker_program: breaker::ID,
        };
        let instructions = [
            fund_create.instruction(),
            breaker::LimitsSet { authority, config, custody }.instruction(limits),
            breaker::GuardiansSet { authority, config, brake }.instruction(breaker::GuardiansSetArgs { guardians }),
            breaker::MonitorsSet { authority, config, brake }.instruction(breaker::MonitorsSetArgs { monitors }),
        ];
        world.ok(&instructions, &[]);
    }

    pub fn account(&self, slot: Slot) -> Pubkey {
        self.accounts[usize::from(slot.owner) % self.accounts.len()][usize::from(slot.sub % SUBS)]
    }

    /// Every margin account that may ever be opened here.
    pub fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        (0..=WRITER).flat_map(|owner| (0..SUBS).map(move |sub| Slot { owner, sub }))
    }

    pub fn actor(&self, owner: u8) -> &Actor {
        &self.actors[usize::from(owner) % self.actors.len()]
    }

    /// Who pays rent for an owner. An address of a program cannot.
    pub fn payer(&self, world: &World, owner: u8) -> Pubkey {
        if owner == WRITER { world.payer() } else { self.actor(owner).key() }
    }

    pub const fn mint(&self, token: Token) -> Pubkey {
        match token {
            Token::Base => self.protocol.base.mint,
            Token::Quote => self.protocol.quote.mint,
        }
    }

    /// The custody's vault of the token.
    pub const fn tokens(&self, token: Token) -> Pubkey {
        match token {
            Token::Base => self.protocol.base_tokens,
            Token::Quote => self.protocol.quote_tokens,
        }
    }

    pub fn wallet(&self, owner: u8, token: Token) -> Pubkey {
        let actor = self.actor(owner);
        match token {
            Token::Base => actor.base_tokens,
            Token::Quote => actor.quote_tokens,
        }
    }
}

pub fn guardian(at: u8) -> Pubkey {
    key(&format!("guardian {at}"))
}

pub fn monitor(at: u8) -> Pubkey {
    key(&format!("monitor {at}"))
}

/// An owner that is an account of the vault program, as vaults' addresses are.
fn writer(world: &mut World, protocol: &Protocol) -> Actor {
    let name = "writer";
    let actor = protocol.actor(world, name, BASE, QUOTE);
    let account = Account { lamports: 1_000_000_000_000, owner: abi::ids::VAULT.into(), ..Account::default() };
    world.set_account(&keypair(name).pubkey(), account);
    actor
}
