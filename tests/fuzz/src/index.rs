//! What an indexer knows that has read nothing but events: it must be what the accounts say.

use abi::margin::MarginAccount;
use base64::Engine;
use borsh::BorshDeserialize;
use client::margin::{
    AccountClosed, AccountDeposited, AccountOpened, AccountSettled, AccountTransferred, AccountWithdrawn,
    BalanceRefreshed, BalancesCut, BaseSold, DelegateChanged, ExpiryClosed, ExpiryCreated, ExpirySettled, FeesSwept,
    FundDrawn, LegFilled, LiquidationFinished, LiquidationStarted, MarketChanged, MarketDelisted, MarketUpdated,
    ModeChanged, NonceFloorRaised, PositionUnwrapped, PositionWrapped, QuoteFilled, SeriesWritten,
    SeriesWrittenWrapped, SlicePositionMoved, SliceSold, StakeChanged, TicketReturned, WrappedClosed, WrappedOpened,
    WrappedRedeemed,
};
use solana_pubkey::Pubkey;
use std::collections::{BTreeMap, HashMap, HashSet};

/// An account as its events tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub owner: Pubkey,
    pub index: u64,
    pub quote_atoms: i64,
    pub base_atoms: u64,
    pub nonce_floor: u64,
    pub delegate: Pubkey,
    pub rights: u8,
    pub mode: u8,
    /// Lots by expiry, strike and kind.
    pub positions: BTreeMap<(i64, u64, u8), i64>,
}

#[derive(Clone, Debug, Default)]
pub struct Index {
    accounts: HashMap<Pubkey, Known>,
    /// Registry indices that were ever given out.
    indices: HashSet<u64>,
    /// Number of the market's last event, and of the fund's.
    pub seq: u64,
    pub fund_seq: u64,
    /// Series whose longs are tokens.
    wrapped: HashMap<Pubkey, (i64, u64, u8)>,
}

impl Known {
    fn of(held: &MarginAccount) -> Self {
        let positions = held.positions.iter().filter(|position| position.kind != 0).map(|position| {
            let series = (position.expiry_unix_s.get(), position.strike_e6.get(), position.kind);
            (series, position.lots.get())
        });
        Self {
            owner: held.owner.into(),
            index: held.index.get(),
            quote_atoms: held.quote_atoms.get(),
            base_atoms: held.base_atoms.get(),
            nonce_floor: held.nonce_floor.get(),
            delegate: held.delegate.into(),
            rights: held.delegate_rights,
            mode: held.mode,
            positions: positions.collect(),
        }
    }

    fn position(&mut self, series: (i64, u64, u8), lots: i64) {
        if lots == 0 {
            self.positions.remove(&series);
        } else {
            self.positions.insert(series, lots);
        }
    }

    fn move_by(&mut self, series: (i64, u64, u8), change: i64) {
        let lots = self.positions.get(&series).copied().unwrap_or(0);
        self.position(series, lots + change);
    }
}

impl Index {
    /// Begins with an account that was there before.
    pub fn known(&mut self, address: Pubkey, held: &MarginAccount) {
        self.indices.insert(held.index.get());
        self.accounts.insert(address, Known::of(held));
    }

    /// Reads the events of a landed transaction.
    pub fn read(&mut self, logs: &[String]) -> Result<(), String> {
        for line in logs {
            let Some(encoded) = line.strip_prefix("Program data: ") else { continue };
            let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).map_err(|why| why.to_string())?;
            self.take(&bytes)?;
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        if let Some(event) = event::<AccountOpened>(bytes, AccountOpened::DISCRIMINATOR)? {
            self.count(event.seq)?;
            if !self.indices.insert(event.index) {
                return Err(format!("registry index {} was given out twice", event.index));
            }
            let known = Known { owner: event.owner, index: event.index, ..Known::default() };
            if self.accounts.insert(event.account, known).is_some() {
                return Err(format!("{} was opened twice", event.account));
            }
        } else if let Some(event) = event::<AccountClosed>(bytes, AccountClosed::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.accounts.remove(&event.account).ok_or("closed, and was not open")?;
        } else if let Some(event) = event::<AccountDeposited>(bytes, AccountDeposited::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.balance(&event.account, event.quote_atoms, event.base_atoms)?;
        } else if let Some(event) = event::<AccountWithdrawn>(bytes, AccountWithdrawn::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.balance(&event.account, event.quote_atoms, event.base_atoms)?;
        } else if let Some(event) = event::<AccountTransferred>(bytes, AccountTransferred::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.balance(&event.source, event.source_quote_atoms, event.source_base_atoms)?;
            self.balance(&event.destination, event.destination_quote_atoms, event.destination_base_atoms)?;
        } else if let Some(event) = event::<QuoteFilled>(bytes, QuoteFilled::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.account(&event.taker_account)?.quote_atoms = event.taker_quote_atoms;
            self.account(&event.maker_account)?.quote_atoms = event.maker_quote_atoms;
        } else if let Some(event) = event::<LegFilled>(bytes, LegFilled::DISCRIMINATOR)? {
            self.count(event.seq)?;
            let series = (event.expiry_unix_s, event.strike_e6, event.kind);
            self.account(&event.taker_account)?.position(series, event.taker_lots);
            self.account(&event.maker_account)?.position(series, event.maker_lots);
        } else if let Some(event) = event::<SeriesWritten>(bytes, SeriesWritten::DISCRIMINATOR)? {
            self.count(event.seq)?;
            let series = (event.expiry_unix_s, event.strike_e6, event.kind);
            self.account(&event.writer)?.position(series, event.writer_lots);
            self.account(&event.holder)?.position(series, event.holder_lots);
            if event.hedge_strike_e6 > 0 {
                let hedge = (event.expiry_unix_s, event.hedge_strike_e6, event.kind);
                let lots = event.lots.cast_signed();
                self.account(&event.writer)?.move_by(hedge, lots);
                self.account(&event.holder)?.move_by(hedge, -lots);
            }
        } else if let Some(event) = event::<AccountSettled>(bytes, AccountSettled::DISCRIMINATOR)? {
            self.count(event.seq)?;
            let account = self.account(&event.account)?;
            account.quote_atoms = event.quote_atoms;
            account.positions.retain(|series, _| series.0 != event.expiry_unix_s);
        } else if let Some(event) = event::<ExpiryCreated>(bytes, ExpiryCreated::DISCRIMINATOR)? {
            self.count(event.seq)?;
        } else if let Some(event) = event::<ExpirySettled>(bytes, ExpirySettled::DISCRIMINATOR)? {
            self.count(event.seq)?;
        } else if let Some(event) = event::<ExpiryClosed>(bytes, ExpiryClosed::DISCRIMINATOR)? {
            self.count(event.seq)?;
        } else if let Some(event) = event::<FeesSwept>(bytes, FeesSwept::DISCRIMINATOR)? {
            self.count(event.seq)?;
        } else if !self.take_debts(bytes)? && !self.take_wraps(bytes)? && !self.take_terms(bytes)? {
            return self.take_own(bytes);
        }
        Ok(())
    }

    /// Liquidations, debts and what losses cost. Returns whether the event was one of these.
    fn take_debts(&mut self, bytes: &[u8]) -> Result<bool, String> {
        if let Some(event) = event::<LiquidationStarted>(bytes, LiquidationStarted::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.account(&event.account)?.quote_atoms = event.quote_atoms;
        } else if let Some(event) = event::<SlicePositionMoved>(bytes, SlicePositionMoved::DISCRIMINATOR)? {
            self.count(event.seq)?;
            let series = (event.expiry_unix_s, event.strike_e6, event.kind);
            self.account(&event.account)?.position(series, event.account_lots);
            self.account(&event.bidder_account)?.position(series, event.bidder_lots);
        } else if let Some(event) = event::<SliceSold>(bytes, SliceSold::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.balance(&event.account, event.quote_atoms, event.base_atoms)?;
            self.balance(&event.bidder_account, event.bidder_quote_atoms, event.bidder_base_atoms)?;
        } else if let Some(event) = event::<LiquidationFinished>(bytes, LiquidationFinished::DISCRIMINATOR)? {
            self.count(event.seq)?;
            // Its owner may have closed it.
            if let Some(opener) = self.accounts.get_mut(&event.opener) {
                opener.quote_atoms = event.opener_quote_atoms;
            }
        } else if let Some(event) = event::<BaseSold>(bytes, BaseSold::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.balance(&event.account, event.quote_atoms, event.base_atoms)?;
            self.balance(&event.bidder_account, event.bidder_quote_atoms, event.bidder_base_atoms)?;
        } else if let Some(event) = event::<BalanceRefreshed>(bytes, BalanceRefreshed::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.account(&event.account)?.quote_atoms = event.quote_atoms;
        } else if let Some(event) = event::<BalancesCut>(bytes, BalancesCut::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.account(&event.account)?.quote_atoms = event.quote_atoms;
        } else if let Some(event) = event::<FundDrawn>(bytes, FundDrawn::DISCRIMINATOR)? {
            self.fund_count(event.seq)?;
            self.account(&event.account)?.quote_atoms = event.quote_atoms;
        } else if let Some(event) = event::<StakeChanged>(bytes, StakeChanged::DISCRIMINATOR)? {
            self.fund_count(event.seq)?;
        } else if let Some(event) = event::<TicketReturned>(bytes, TicketReturned::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.balance(&event.account, event.quote_atoms, event.base_atoms)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Longs that become tokens, and back.
    fn take_wraps(&mut self, bytes: &[u8]) -> Result<bool, String> {
        if let Some(event) = event::<WrappedOpened>(bytes, WrappedOpened::DISCRIMINATOR)? {
            self.wrapped.insert(event.wrapped, (event.expiry_unix_s, event.strike_e6, event.kind));
        } else if let Some(event) = event::<PositionWrapped>(bytes, PositionWrapped::DISCRIMINATOR)? {
            self.count(event.seq)?;
            let series = self.series(&event.wrapped)?;
            self.account(&event.account)?.position(series, event.account_lots);
        } else if let Some(event) = event::<PositionUnwrapped>(bytes, PositionUnwrapped::DISCRIMINATOR)? {
            self.count(event.seq)?;
            let series = self.series(&event.wrapped)?;
            self.account(&event.account)?.position(series, event.account_lots);
        } else if let Some(event) = event::<SeriesWrittenWrapped>(bytes, SeriesWrittenWrapped::DISCRIMINATOR)? {
            self.count(event.seq)?;
            let series = self.series(&event.wrapped)?;
            self.account(&event.writer)?.position(series, event.writer_lots);
        } else if let Some(event) = event::<WrappedRedeemed>(bytes, WrappedRedeemed::DISCRIMINATOR)? {
            self.count(event.seq)?;
        } else if let Some(event) = event::<WrappedClosed>(bytes, WrappedClosed::DISCRIMINATOR)? {
            self.count(event.seq)?;
            self.wrapped.remove(&event.wrapped).ok_or("closed a series that was not wrapped")?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// A market's terms.
    fn take_terms(&mut self, bytes: &[u8]) -> Result<bool, String> {
        let seq = if let Some(event) = event::<MarketUpdated>(bytes, MarketUpdated::DISCRIMINATOR)? {
            event.seq
        } else if let Some(event) = event::<MarketChanged>(bytes, MarketChanged::DISCRIMINATOR)? {
            event.seq
        } else if let Some(event) = event::<MarketDelisted>(bytes, MarketDelisted::DISCRIMINATOR)? {
            event.seq
        } else {
            return Ok(false);
        };
        self.count(seq)?;
        Ok(true)
    }

    fn series(&self, wrapped: &Pubkey) -> Result<(i64, u64, u8), String> {
        self.wrapped.get(wrapped).copied().ok_or_else(|| format!("an event about {wrapped}, which was never opened"))
    }

    /// The fund's events come one by one, too.
    fn fund_count(&mut self, seq: u64) -> Result<(), String> {
        if seq != self.fund_seq + 1 {
            return Err(format!("event {seq} of the fund came after event {}", self.fund_seq));
        }
        self.fund_seq = seq;
        Ok(())
    }

    /// Events that count in an account of their own.
    fn take_own(&mut self, bytes: &[u8]) -> Result<(), String> {
        if let Some(event) = event::<NonceFloorRaised>(bytes, NonceFloorRaised::DISCRIMINATOR)? {
            self.account(&event.account)?.nonce_floor = event.nonce_floor;
        } else if let Some(event) = event::<ModeChanged>(bytes, ModeChanged::DISCRIMINATOR)? {
            self.account(&event.account)?.mode = event.mode;
        } else if let Some(event) = event::<DelegateChanged>(bytes, DelegateChanged::DISCRIMINATOR)? {
            let account = self.account(&event.account)?;
            (account.delegate, account.rights) = (event.delegate, event.rights);
        }
        Ok(())
    }

    /// The market's events come one by one, none left out.
    fn count(&mut self, seq: u64) -> Result<(), String> {
        if seq != self.seq + 1 {
            return Err(format!("event {seq} came after event {}", self.seq));
        }
        self.seq = seq;
        Ok(())
    }

    fn balance(&mut self, account: &Pubkey, quote_atoms: i64, base_atoms: u64) -> Result<(), String> {
        let known = self.account(account)?;
        (known.quote_atoms, known.base_atoms) = (quote_atoms, base_atoms);
        Ok(())
    }

    fn account(&mut self, address: &Pubkey) -> Result<&mut Known, String> {
        self.accounts.get_mut(address).ok_or_else(|| format!("an event about {address}, which was never opened"))
    }

    /// Holds what the events told to what the account says; `None` for one that is gone.
    pub fn check(&self, address: &Pubkey, held: Option<&MarginAccount>) -> Result<(), String> {
        let (told, found) = (self.accounts.get(address), held.map(Known::of));
        if told == found.as_ref() {
            return Ok(());
        }
        Err(format!("events tell {told:?}, the account says {found:?}"))
    }
}

/// The event, if the bytes are of this one.
fn event<T: BorshDeserialize>(bytes: &[u8], discriminator: &[u8]) -> Result<Option<T>, String> {
    let Some(rest) = bytes.strip_prefix(discriminator) else { return Ok(None) };
    T::try_from_slice(rest).map(Some).map_err(|why| format!("an event is malformed: {why}"))
}
