//! What every life begins with: a market with small windows, traders with wallets and accounts, guardians, monitors, and somebody who
//! stands for a vault.

use crate::action::{Slot, Token};
use crate::chain::wallet_2022_open;
use client::vault::{self, MandateArgs};
use client::{addresses, breaker, margin};
use invariants::FundScope;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Actor, Protocol, SOL, USDC, VaultKeys, World, key, keypair, vault_account};

/// Traders, each with an account at the start.
pub const TRADERS: u8 = 6;
/// Owner number of the stand-in for a vault: an address of the vault program, whose signature a trusting world takes for granted.
pub const WRITER: u8 = TRADERS;
/// Subaccounts that an owner may open.
pub const SUBS: u8 = 3;
pub const GUARDIANS: u8 = 3;
pub const MONITORS: u8 = 2;
/// One vault of each kind.
pub const VAULTS: u8 = 3;
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
    pub vault_config: Pubkey,
    pub fund: Pool,
    vaults: Vec<VaultKeys>,
    accounts: Vec<Vec<Pubkey>>,
}

/// What a vault of a day may do, whichever its kind; amounts are of its own token.
const MANDATE: MandateArgs = MandateArgs {
    delta_min_bps: 50,
    delta_max_bps: 4_800,
    distance_bps: 1,
    discount_bps: 1_000,
    open_interest_bps: 1_000,
    width_bps: 0,
    management_bps: 200,
    performance_bps: 1_000,
    escrow_multiple: 5,
    cover_bps: 10_000,
    vol_min_e9: 400_000_000,
    auction_s: 1_800,
    epoch_s: 86_400,
    deposit_min_atoms: SOL / 10,
    capacity_atoms: 2_000 * SOL,
};

fn mandate(kind: u8) -> MandateArgs {
    match kind {
        abi::vault::KIND_COVERED_CALL => MANDATE,
        abi::vault::KIND_CASH_SECURED_PUT => {
            MandateArgs { deposit_min_atoms: USDC, capacity_atoms: 300_000 * USDC, cover_bps: 8_000, ..MANDATE }
        }
        _ => MandateArgs { width_bps: 1_500, cover_bps: 5_000, ..mandate(abi::vault::KIND_CASH_SECURED_PUT) },
    }
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
        let vaults: Vec<VaultKeys> = (1..=VAULTS).map(|id| VaultKeys::of(&market, id.into())).collect();
        let owners = actors.iter().map(Actor::key).chain(vaults.iter().map(|keys| keys.vault));
        let stage = Self {
            accounts: owners.map(of).collect(),
            vault_config: addresses::config(&vault::ID),
            vaults,
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
        self.prepare_vaults(world);
    }

    /// The vaults, whose fees go to the first trader, and everybody's accounts for their shares.
    fn prepare_vaults(&self, world: &mut World) {
        let authority = self.protocol.deployer.pubkey();
        let config = self.vault_config;
        let init = vault::ConfigInit {
            payer: world.payer(),
            upgrade_authority: authority,
            program_data: addresses::program_data(&vault::ID),
            config,
        };
        let genesis_hash = testkit::GENESIS_HASH;
        world.ok(&[init.instruction(vault::ConfigInitArgs { genesis_hash, authority })], &[]);
        for (id, keys) in (1..).zip(&self.vaults) {
            let create = vault::VaultCreate {
                payer: world.payer(),
                config,
                authority,
                market: self.protocol.market,
                vault: keys.vault,
                epoch: addresses::epoch(&keys.vault, 0),
                trading_account: keys.trading,
                escrow_account: keys.escrow,
                share_mint: keys.share_mint,
                share_tokens: keys.share_tokens,
            };
            let (kind, fee_recipient) = (id as u8, self.actors[0].key());
            let args = vault::VaultCreateArgs { id, kind, mandate: mandate(kind), fee_recipient };
            world.ok(&[create.instruction(args)], &[]);
            for actor in &self.actors {
                wallet_2022_open(world, &keys.share_mint, &actor.key());
            }
        }
    }

    pub fn vault(&self, number: u8) -> VaultKeys {
        self.vaults[usize::from(number) % self.vaults.len()]
    }

    /// A vault's number as an owner of accounts.
    pub fn vault_owner(&self, number: u8) -> u8 {
        WRITER + 1 + number % VAULTS
    }

    /// The vaults' margin accounts.
    pub fn vault_slots(&self) -> impl Iterator<Item = Slot> + '_ {
        (0..VAULTS).flat_map(move |vault| (0..2).map(move |sub| Slot { owner: self.vault_owner(vault), sub }))
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

/// An owner that margin takes for a vault: the vault program wrote it, as far as anybody can see.
fn writer(world: &mut World, protocol: &Protocol) -> Actor {
    let name = "writer";
    let actor = protocol.actor(world, name, BASE, QUOTE);
    world.set_account(&keypair(name).pubkey(), vault_account(Pubkey::default()));
    actor
}
