//! The next step of a vault's epoch that anybody may take. INVARIANT(V-7): there always is one, or a time at which there will be.

use super::Vault;
use abi::Address;
use abi::vault::{BID_SETTLED, EPOCH_AUCTION, EPOCH_OPEN, Epoch};

/// What moves an epoch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing before this time.
    Wait { until_unix_s: i64 },
    /// `auction_clear`.
    Clear,
    /// `bid_settle` of the bid at this address.
    Settle { bid: Address },
    /// Margin's `account_settle` of the trading account, once its expiry has a price.
    Collect { expiry: Address },
    /// Margin's `base_auction_bid`: what the epoch cost is owed in quote.
    Sell,
    /// `epoch_turn`.
    Turn,
}

impl Vault<'_> {
    /// The current epoch.
    pub fn current(&self) -> Option<(Address, &Epoch)> {
        let is_current = |epoch: &&Epoch| epoch.number == self.vault.epoch;
        self.epochs.iter().map(|(address, epoch)| (*address, *epoch)).find(|(_, epoch)| is_current(epoch))
    }

    /// What anybody may do now to bring the vault to its next epoch, without a new auction. `None` if the current epoch is not among the
    /// accounts.
    pub fn next(&self, now_unix_s: i64) -> Option<Step> {
        let (address, epoch) = self.current()?;
        if epoch.state == EPOCH_OPEN {
            let due = self.vault.opened_unix_s.get().saturating_add(i64::from(self.vault.mandate.epoch_s.get()));
            let is_due = self.vault.shares.get() == 0 || now_unix_s >= due;
            return Some(if is_due { self.turn() } else { Step::Wait { until_unix_s: due } });
        }
        if epoch.state == EPOCH_AUCTION {
            let over = epoch.reveal_ends_unix_s.get();
            return Some(if now_unix_s >= over { Step::Clear } else { Step::Wait { until_unix_s: over } });
        }
        let unsettled = self.bids.iter().find(|(_, bid)| bid.epoch == address && bid.state != BID_SETTLED);
        if let Some((bid, _)) = unsettled {
            return Some(Step::Settle { bid: *bid });
        }
        let expires = epoch.expiry_unix_s.get();
        if epoch.sold_lots.get() > 0 && now_unix_s < expires {
            return Some(Step::Wait { until_unix_s: expires });
        }
        if self.trading.positions.iter().any(|position| position.kind != 0) {
            return Some(Step::Collect { expiry: epoch.expiry });
        }
        Some(self.turn())
    }

    /// A turn asks for a trading account without debt.
    fn turn(&self) -> Step {
        if self.trading.quote_atoms.get() < 0 { Step::Sell } else { Step::Turn }
    }
}
