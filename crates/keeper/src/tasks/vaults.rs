//! Turns option vaults through their epochs: everything of a vault that needs nobody's signature.
//!
//! ```text
//! open     -> auction_open, once there are shares and an expiry of the mandate's length with a fresh surface
//!          -> epoch_turn, if somebody waits and there are no shares yet, or no auction could be opened for a whole epoch
//! auction  -> auction_clear, once the reveal phase is over
//! live     -> bid_settle (bid_settle_wrapped) of every bid, then bid_refund; epoch_turn once nothing is sold, or all that was has settled
//! any      -> mandate_apply, once a looser mandate's delay has passed; bid_refund of earlier epochs
//! ```
//! Bids are opened by whoever made them: nobody else knows them. Shares and payments are claimed by their owners, who sign.

mod plan;
#[cfg(test)]
mod tests;

use super::Pace;
use crate::drive::{Ground, Task, TaskError};
use abi::Layout;
use abi::margin::{KIND_CALL, KIND_PUT, MarginAccount};
use abi::vault::{BID_REVEALED, BID_SETTLED, Bid, DELIVERY_TOKENS, Epoch, KIND_COVERED_CALL, Vault};
use client::addresses;
use client::vault::{
    AuctionClear, AuctionOpen, BidRefund, BidRefundArgs, BidSettle, BidSettleWrapped, EpochTurn, MandateApply,
};
use plan::{Step, Waiting, step};
use policy::{Action, allows};
use services::Account;
use services::market::{MARKET_AT, View, read, read_if};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use std::time::Duration;

/// Where a bid names its epoch: after discriminator and eight bytes of head.
const EPOCH_AT: usize = 16;
/// Epochs before the current one whose bids are still refunded; older ones are their bidders' to fetch.
const EPOCHS_BACK: u64 = 3;
const TOKEN: Pubkey = Pubkey::new_from_array(abi::ids::TOKEN);

pub struct Vaults {
    pace: Pace,
}

impl Vaults {
    pub const fn new(pace: Pace) -> Self {
        Self { pace }
    }
}

impl Task for Vaults {
    const NAME: &'static str = "vaults";

    fn period(&self) -> Duration {
        self.pace.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let view = View::read(&ground.wallet.rpc, market).await?;
        let filters: [(usize, &[u8]); 2] = [(0, &Vault::DISCRIMINATOR), (MARKET_AT, market.as_ref())];
        for (address, account) in ground.wallet.rpc.program_accounts(&abi::ids::VAULT.into(), &filters).await? {
            let vault: Vault = read("vault", &abi::ids::VAULT, address, Some(&account))?;
            Desk::read(ground, &view, address, vault).await?.work().await?;
        }
        Ok(())
    }
}

/// One vault at one moment.
struct Desk<'a> {
    ground: &'a Ground,
    view: &'a View,
    address: Pubkey,
    vault: Vault,
    epoch_address: Pubkey,
    epoch: Epoch,
    trading: MarginAccount,
}

impl<'a> Desk<'a> {
    async fn read(ground: &'a Ground, view: &'a View, address: Pubkey, vault: Vault) -> Result<Self, TaskError> {
        let epoch_address = addresses::epoch(&address, vault.epoch.get());
        let trading_address = Pubkey::from(vault.trading_account);
        let found = ground.wallet.rpc.accounts(&[epoch_address, trading_address]).await?;
        let at = |index: usize| found.get(index).and_then(Option::as_ref);
        let epoch = read("epoch", &abi::ids::VAULT, epoch_address, at(0))?;
        let trading = read("margin account", &abi::ids::MARGIN, trading_address, at(1))?;
        Ok(Self { ground, view, address, vault, epoch_address, epoch, trading })
    }

    async fn work(&self) -> Result<(), TaskError> {
        let now = self.view.clock.unix_s;
        let pending = self.vault.pending_unix_s.get();
        if pending != 0 && now >= pending {
            self.attempt("mandate_apply", MandateApply { vault: self.address }.instruction()).await?;
        }
        self.refunds().await?;
        let waiting = Waiting {
            vault: &self.vault,
            epoch: &self.epoch,
            is_flat: self.trading.positions.iter().all(|position| position.kind == 0),
            opens: allows(self.view.level(), Action::Auction),
            listed: &self.view.listed,
            bucket_s: self.view.feed.bucket_s.get(),
            now_unix_s: now,
        };
        match step(&waiting) {
            Step::Wait => Ok(()),
            Step::Turn => self.turn().await,
            Step::Clear => {
                let clear = AuctionClear { vault: self.address, epoch: self.epoch_address };
                self.attempt("auction_clear", clear.instruction()).await.map(drop)
            }
            Step::SettleBids => self.bids_settle().await,
            Step::Open(expiry_unix_s) => self.open(expiry_unix_s).await,
            // No auction could be opened for a whole epoch: whoever waits is let through.
            Step::OpenOrTurn(expiry_unix_s) => match expiry_unix_s {
                Some(at) if self.opened(at).await? => Ok(()),
                _ => self.turn().await,
            },
        }
    }

    async fn open(&self, expiry_unix_s: i64) -> Result<(), TaskError> {
        self.opened(expiry_unix_s).await.map(drop)
    }

    async fn opened(&self, expiry_unix_s: i64) -> Result<bool, TaskError> {
        let feed = self.view.feed_address();
        let accounts = AuctionOpen {
            vault: self.address,
            epoch: self.epoch_address,
            market: self.view.address,
            trading_account: self.vault.trading_account.into(),
            expiry: addresses::expiry(&self.view.address, expiry_unix_s),
            surface: addresses::surface(&feed, expiry_unix_s),
            feed,
            custody: self.view.market.custody.into(),
        };
        self.attempt("auction_open", accounts.instruction()).await
    }

    async fn bids_settle(&self) -> Result<(), TaskError> {
        for (address, bid) in self.bids(self.epoch_address).await? {
            if bid.state == BID_SETTLED {
                continue;
            }
            // Before the expiry a bid for tokens that was opened is delivered; in any other case nothing is.
            let is_live = bid.state == BID_REVEALED && self.view.clock.unix_s < self.epoch.expiry_unix_s.get();
            if bid.delivery == DELIVERY_TOKENS && is_live {
                self.attempt("bid_settle_wrapped", self.settle_wrapped(address, &bid)).await?;
            } else {
                self.attempt("bid_settle", self.settle(address, &bid)).await?;
            }
        }
        Ok(())
    }

    fn settle(&self, bid: Pubkey, of: &Bid) -> Instruction {
        let accounts = BidSettle {
            vault: self.address,
            epoch: self.epoch_address,
            bid,
            holder: of.holder.into(),
            market: self.view.address,
            trading_account: self.vault.trading_account.into(),
            escrow_account: self.vault.escrow_account.into(),
            expiry: self.epoch.expiry.into(),
            quote_mint: self.view.market.quote_mint.into(),
            feed: self.view.feed_address(),
            custody: self.view.market.custody.into(),
        };
        accounts.instruction()
    }

    fn settle_wrapped(&self, bid: Pubkey, of: &Bid) -> Instruction {
        let expiry = self.epoch.expiry.into();
        let kind = if self.vault.kind == KIND_COVERED_CALL { KIND_CALL } else { KIND_PUT };
        let wrapped = addresses::wrapped(&expiry, self.epoch.strike_e6.get(), kind);
        let accounts = BidSettleWrapped {
            vault: self.address,
            epoch: self.epoch_address,
            bid,
            holder: of.holder.into(),
            market: self.view.address,
            trading_account: self.vault.trading_account.into(),
            escrow_account: self.vault.escrow_account.into(),
            expiry,
            wrapped,
            mint: addresses::wrapped_mint(&wrapped),
            quote_mint: self.view.market.quote_mint.into(),
            feed: self.view.feed_address(),
            custody: self.view.market.custody.into(),
        };
        accounts.instruction()
    }

    /// Refunds of this epoch and of the last few.
    async fn refunds(&self) -> Result<(), TaskError> {
        let current = self.vault.epoch.get();
        for number in current.saturating_sub(EPOCHS_BACK)..=current {
            let epoch = addresses::epoch(&self.address, number);
            let bids = self.bids(epoch).await?;
            let settled: Vec<_> = bids.iter().filter(|(_, bid)| bid.state == BID_SETTLED).collect();
            let quote_mint = Pubkey::from(self.view.market.quote_mint);
            let wallets: Vec<_> =
                settled.iter().map(|(_, bid)| addresses::wallet(&bid.bidder.into(), &quote_mint, &TOKEN)).collect();
            let found = self.ground.wallet.rpc.accounts(&wallets).await?;
            for (((address, bid), wallet), account) in settled.into_iter().zip(wallets).zip(found) {
                // A bidder who has closed his wallet refunds himself, to whichever he likes.
                if account.is_some() {
                    self.refund(epoch, *address, bid, wallet).await?;
                }
            }
        }
        Ok(())
    }

    async fn refund(&self, epoch: Pubkey, address: Pubkey, bid: &Bid, wallet: Pubkey) -> Result<(), TaskError> {
        let tokens = Pubkey::from(self.view.market.quote_tokens);
        // One number for one bid, whichever keeper comes first.
        let ticket_id = address.as_ref().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let accounts = BidRefund {
            vault: self.address,
            epoch,
            bid: address,
            bidder: bid.bidder.into(),
            market: self.view.address,
            escrow_account: self.vault.escrow_account.into(),
            quote_mint: self.view.market.quote_mint.into(),
            destination: wallet,
            quote_tokens: tokens,
            custody: self.view.market.custody.into(),
            feed: self.view.feed_address(),
            payer: self.ground.wallet.key(),
            ticket: addresses::ticket(&tokens, ticket_id),
        };
        self.attempt("bid_refund", accounts.instruction(BidRefundArgs { ticket_id })).await.map(drop)
    }

    async fn turn(&self) -> Result<(), TaskError> {
        let market = &self.view.market;
        let accounts = EpochTurn {
            payer: self.ground.wallet.key(),
            vault: self.address,
            epoch: self.epoch_address,
            next_epoch: addresses::epoch(&self.address, self.vault.epoch.get().saturating_add(1)),
            market: self.view.address,
            trading_account: self.vault.trading_account.into(),
            escrow_account: self.vault.escrow_account.into(),
            expiry: self.epoch.expiry.into(),
            base_mint: market.base_mint.into(),
            quote_mint: market.quote_mint.into(),
            share_mint: self.vault.share_mint.into(),
            share_tokens: self.vault.share_tokens.into(),
            feed: self.view.feed_address(),
        };
        if self.attempt("epoch_turn", accounts.instruction()).await? {
            metrics::counter!("keeper_epochs_turned_total").increment(1);
        }
        Ok(())
    }

    async fn bids(&self, epoch: Pubkey) -> Result<Vec<(Pubkey, Bid)>, TaskError> {
        let filters: [(usize, &[u8]); 2] = [(0, &Bid::DISCRIMINATOR), (EPOCH_AT, epoch.as_ref())];
        let found = self.ground.wallet.rpc.program_accounts(&abi::ids::VAULT.into(), &filters).await?;
        let one = |(address, account): &(Pubkey, Account)| Some((*address, read_if(&abi::ids::VAULT, Some(account))?));
        Ok(found.iter().filter_map(one).collect())
    }

    async fn attempt(&self, what: &'static str, instruction: Instruction) -> Result<bool, TaskError> {
        self.ground.attempt(what, &[instruction], &[]).await
    }
}
