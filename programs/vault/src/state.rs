//! The program's accounts: layouts from `abi`, under Anchor's attribute.
use crate::errors::VaultError;
use abi::margin::{KIND_CALL, KIND_PUT};
use abi::vault::{BIDS, EPOCH_LIVE, EPOCH_OPEN};
use anchor_lang::prelude::*;
use risk::vault::{Clearing, Entry, Mandate, VaultKind};
use units::{PriceE6, VolE9};

abi::config_layout!(#[account]);
abi::vault_mandate_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::book_entry_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::vault_layout!(#[account]);
abi::epoch_layout!(#[account]);
abi::deposit_layout!(#[account]);
abi::withdrawal_layout!(#[account]);
abi::bid_layout!(#[account]);

/// Layout version written, and the oldest reader that may rely on it.
pub const VERSION: u8 = 1;

impl Config {
    /// Counts a root: an account under which others are counted.
    pub fn root_opened(&mut self) -> Result<()> {
        self.roots = self.roots.get().checked_add(1).ok_or(VaultError::AmountOverflow)?.into();
        Ok(())
    }

    /// Counts an event and returns its number, from 1.
    pub fn next_seq(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(VaultError::AmountOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }
}

/// A mandate as instructions carry it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, IdlType)]
pub struct MandateArgs {
    /// Absolute delta of what is sold: lowest and highest, the latter 1 to 5,000.
    pub delta_min_bps: u16,
    pub delta_max_bps: u16,
    /// Strike at least this many ten-thousandths of the total volatility from the forward: at least 1.
    pub distance_bps: u16,
    /// The reserve price may lie this much below the surface's value: at most 5,000.
    pub discount_bps: u16,
    /// Lots of an epoch, of the market's cap on open interest: 1 to 10,000.
    pub open_interest_bps: u16,
    /// Put spreads: 1 to 9,999 of the strike; otherwise 0.
    pub width_bps: u16,
    /// A year, at most 200; and of gains, at most 2,000.
    pub management_bps: u16,
    pub performance_bps: u16,
    /// The flat escrow of a bid in reserve prices: 2 to 100.
    pub escrow_multiple: u16,
    /// Of what the vault holds, the most that backs one epoch: 1 to 10,000.
    pub cover_bps: u16,
    /// The reserve price is never below the value at this volatility: 5 % to 500 %.
    pub vol_min_e9: u64,
    /// Each phase of an auction: at least 300 s, at most an eighth of the epoch.
    pub auction_s: u32,
    /// From 3,600 s to 90 days.
    pub epoch_s: u32,
    /// Of the vault's token.
    pub deposit_min_atoms: u64,
    pub capacity_atoms: u64,
}

impl From<MandateArgs> for VaultMandate {
    fn from(args: MandateArgs) -> Self {
        Self {
            delta_min_bps: args.delta_min_bps.into(),
            delta_max_bps: args.delta_max_bps.into(),
            distance_bps: args.distance_bps.into(),
            discount_bps: args.discount_bps.into(),
            open_interest_bps: args.open_interest_bps.into(),
            width_bps: args.width_bps.into(),
            management_bps: args.management_bps.into(),
            performance_bps: args.performance_bps.into(),
            escrow_multiple: args.escrow_multiple.into(),
            cover_bps: args.cover_bps.into(),
            reserved: [0; 4],
            vol_min_e9: args.vol_min_e9.into(),
            auction_s: args.auction_s.into(),
            epoch_s: args.epoch_s.into(),
            deposit_min_atoms: args.deposit_min_atoms.into(),
            capacity_atoms: args.capacity_atoms.into(),
        }
    }
}

impl VaultMandate {
    pub fn pure(&self) -> Mandate {
        Mandate {
            delta_min_bps: self.delta_min_bps.get(),
            delta_max_bps: self.delta_max_bps.get(),
            distance_bps: self.distance_bps.get(),
            discount_bps: self.discount_bps.get(),
            open_interest_bps: self.open_interest_bps.get(),
            width_bps: self.width_bps.get(),
            management_bps: self.management_bps.get(),
            performance_bps: self.performance_bps.get(),
            escrow_multiple: self.escrow_multiple.get(),
            cover_bps: self.cover_bps.get(),
            vol_min: VolE9(self.vol_min_e9.get()),
            auction_s: self.auction_s.get(),
            epoch_s: self.epoch_s.get(),
            deposit_min: self.deposit_min_atoms.get(),
            capacity: self.capacity_atoms.get(),
        }
    }
}

impl Vault {
    /// Checked when the vault was created.
    pub fn kind(&self) -> Result<VaultKind> {
        Ok(VaultKind::from_byte(self.kind).ok_or(VaultError::KindUnknown)?)
    }

    pub fn mandate(&self) -> Mandate {
        self.mandate.pure()
    }

    /// What it sells, as margin says it.
    pub fn option_kind(&self) -> Result<u8> {
        Ok(if self.kind()?.holds_base() { KIND_CALL } else { KIND_PUT })
    }

    /// Which of the market's two tokens the vault takes deposits in.
    pub fn mint(&self, market: &abi::margin::Market) -> Result<abi::Address> {
        Ok(if self.kind()?.holds_base() { market.base_mint } else { market.quote_mint })
    }

    /// Counts an event and returns its number, from 1.
    pub fn next_seq(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(VaultError::AmountOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }

    /// Takes the next place of the book.
    pub fn book_add(&mut self, place: u8, lots: u64) -> Result<()> {
        let entry = self.book.get_mut(usize::from(place)).ok_or(VaultError::BookFull)?;
        *entry = BookEntry { lots: lots.into(), price_e6: 0.into() };
        Ok(())
    }

    pub fn book_reveal(&mut self, place: u8, price_e6: u64) -> Result<()> {
        let entry = self.book.get_mut(usize::from(place)).ok_or(VaultError::BookFull)?;
        entry.price_e6 = price_e6.into();
        Ok(())
    }

    /// The bids of the current auction, in the order of the commits.
    pub fn entries(&self, committed: u8) -> Vec<Entry> {
        let entry = |entry: &BookEntry| Entry { lots: entry.lots.get(), price: PriceE6(entry.price_e6.get()) };
        self.book.iter().take(usize::from(committed).min(BIDS)).map(entry).collect()
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
    /// A new epoch, before its auction.
    pub fn open(&mut self, vault: Address, number: u64, now_unix_s: i64, bump: u8) {
        self.version = VERSION;
        self.min_reader = VERSION;
        self.bump = bump;
        self.state = EPOCH_OPEN;
        self.vault = vault;
        self.number = number.into();
        self.opened_unix_s = now_unix_s.into();
    }

    /// Fails once the result of the epoch can be known: from then on nobody may join, leave or change his mind at its price.
    pub fn queue_require(&self, now_unix_s: i64) -> Result<()> {
        let is_decided = self.state == EPOCH_LIVE && self.sold_lots.get() > 0 && now_unix_s >= self.expiry_unix_s.get();
        require!(!is_decided, VaultError::CutOffPassed);
        Ok(())
    }

    pub fn clearing(&self) -> Clearing {
        Clearing {
            price: PriceE6(self.clearing_price_e6.get()),
            marginal_lots: self.marginal_lots.get(),
            marginal_fill_lots: self.marginal_fill_lots.get(),
            sold_lots: self.cleared_lots.get(),
        }
    }
}

impl Bid {
    pub fn entry(&self) -> Entry {
        Entry { lots: self.lots.get(), price: PriceE6(self.price_e6.get()) }
    }
}

/// `a + b`. Error: `AmountOverflow`.
pub fn sum(a: u64, b: u64) -> Result<u64> {
    Ok(a.checked_add(b).ok_or(VaultError::AmountOverflow)?)
}

/// `a - b`. Error: `AmountOverflow`.
pub fn difference(a: u64, b: u64) -> Result<u64> {
    Ok(a.checked_sub(b).ok_or(VaultError::AmountOverflow)?)
}

impl Vault {
    /// Whether nothing holds it.
    pub fn is_free(&self) -> bool {
        shared::is_free(self.held_until_unix_s.get())
    }

    /// Counts an account under this one.
    pub fn record_opened(&mut self) -> Result<()> {
        self.records_open = shared::opened(self.records_open.get()).ok_or(VaultError::AmountOverflow)?.into();
        Ok(())
    }

    /// Counts an account less.
    pub fn record_closed(&mut self) -> Result<()> {
        self.records_open = shared::closed(self.records_open.get()).ok_or(VaultError::AmountOverflow)?.into();
        Ok(())
    }
}
