//! The program's accounts: layouts from `abi`, under Anchor's attribute.
use crate::errors::VaultError;
use anchor_lang::prelude::*;
use risk::vault::{Bid as RankedBid, Mandate, Share};
use units::{BaseAtoms, PriceE6, QuoteAtoms};

abi::config_layout!(#[account]);
abi::vault_layout!(#[account]);
abi::epoch_layout!(#[account]);
abi::deposit_layout!(#[account]);
abi::bid_layout!(#[account]);

/// Layout version written, and the oldest reader that may rely on it.
pub const VERSION: u8 = 1;

impl Config {
    /// Counts an event and returns its number, from 1.
    pub fn next_seq(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(VaultError::AmountOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }
}

impl Vault {
    pub fn mandate(&self) -> Mandate {
        Mandate {
            strike_distance_bps: self.strike_distance_bps.get(),
            reserve_premium_bps: self.reserve_premium_bps.get(),
            auction_s: self.auction_s.get(),
            epoch_s: self.epoch_s.get(),
            min_deposit: BaseAtoms(self.min_deposit_atoms.get()),
            capacity: BaseAtoms(self.capacity_atoms.get()),
        }
    }

    /// Counts an event and returns its number, from 1.
    pub fn next_seq(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(VaultError::AmountOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }

    /// What the vault's PDA signs with.
    pub fn signer_seeds(&self) -> SignerSeeds {
        SignerSeeds { market: self.market, id: self.id.get().to_le_bytes(), bump: [self.bump] }
    }
}

/// Owned copies of a vault's seeds, so that its account can be lent to a CPI at the same time.
pub struct SignerSeeds {
    market: Address,
    id: [u8; 2],
    bump: [u8; 1],
}

impl SignerSeeds {
    pub fn parts(&self) -> [&[u8]; 4] {
        [abi::vault::VAULT_SEED, self.market.as_array(), &self.id, &self.bump]
    }
}

impl Epoch {
    /// A new epoch, open for deposits.
    pub fn open(&mut self, vault: Address, number: u64, bump: u8) {
        self.version = VERSION;
        self.min_reader = VERSION;
        self.bump = bump;
        self.state = abi::vault::EPOCH_OPEN;
        self.vault = vault;
        self.number = number.into();
    }

    pub fn best(&self) -> RankedBid {
        RankedBid { price: PriceE6(self.best_price_e6.get()), lots: self.best_lots.get() }
    }

    pub fn deposited(&self) -> BaseAtoms {
        BaseAtoms(self.deposited_atoms.get())
    }

    /// What depositors share.
    pub fn result(&self) -> Share {
        Share { base: BaseAtoms(self.result_base_atoms.get()), quote_atoms: self.result_quote_atoms.get() }
    }
}

impl Bid {
    pub fn ranked(&self) -> RankedBid {
        RankedBid { price: PriceE6(self.price_e6.get()), lots: self.lots.get() }
    }

    /// Premium still in escrow. `None` beyond the range of a balance, which `bid_place` rules out.
    pub fn escrow(&self) -> Option<QuoteAtoms> {
        i64::try_from(self.escrow_atoms.get()).ok().map(QuoteAtoms)
    }
}
