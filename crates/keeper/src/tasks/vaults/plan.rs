//! What is due in an epoch, from what was read.

use abi::margin::EXPIRY_LISTED;
use abi::vault::{EPOCH_AUCTION, EPOCH_LIVE, EPOCH_OPEN, Epoch, Vault};
use risk::surface::Standing;
use services::market::Listed;
use units::UnixSeconds;

/// The next step of a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Wait,
    /// With the expiry of this time.
    Open(i64),
    Clear,
    SettleBids,
    Turn,
    /// The epoch is as old as the mandate's: an auction, if one can be opened now, else the turn.
    OpenOrTurn(Option<i64>),
}

/// A vault and what decides its next step.
pub struct Waiting<'a> {
    pub vault: &'a Vault,
    pub epoch: &'a Epoch,
    /// Whether the account that sells holds no position.
    pub is_flat: bool,
    /// Whether the level allows auctions.
    pub opens: bool,
    pub listed: &'a [Listed],
    pub bucket_s: u32,
    pub now_unix_s: i64,
}

pub fn step(at: &Waiting<'_>) -> Step {
    let (epoch, now) = (at.epoch, at.now_unix_s);
    match epoch.state {
        EPOCH_OPEN => open(at),
        EPOCH_AUCTION if now >= epoch.reveal_ends_unix_s.get() => Step::Clear,
        EPOCH_LIVE if epoch.bids_unsettled > 0 => Step::SettleBids,
        EPOCH_LIVE if epoch.sold_lots.get() == 0 => Step::Turn,
        EPOCH_LIVE if now >= epoch.expiry_unix_s.get() && at.is_flat => Step::Turn,
        _ => Step::Wait,
    }
}

/// A turn costs the rent of an epoch that is kept for ever, so there is none without anybody who waits for it.
fn open(at: &Waiting<'_>) -> Step {
    let (vault, epoch) = (at.vault, at.epoch);
    let waits = epoch.deposit_atoms.get() > 0 || epoch.withdraw_shares.get() > 0;
    if vault.shares.get() == 0 {
        return if waits { Step::Turn } else { Step::Wait };
    }
    let expiry = if at.opens { expiry(at) } else { None };
    let age_s = at.now_unix_s.saturating_sub(vault.opened_unix_s.get());
    if waits && age_s >= i64::from(vault.mandate.epoch_s.get()) {
        return Step::OpenOrTurn(expiry);
    }
    expiry.map_or(Step::Wait, Step::Open)
}

/// The listed expiry nearest to the mandate's length from now, of those that fit it and have a fresh surface.
fn expiry(at: &Waiting<'_>) -> Option<i64> {
    let epoch_s = at.vault.mandate.epoch_s.get();
    let now = UnixSeconds(at.now_unix_s);
    let fits = |listed: &&Listed| {
        let is_fresh =
            listed.surface.as_ref().is_some_and(|surface| Standing::from(surface).is_fresh(now, at.bucket_s));
        let time = UnixSeconds(listed.expiry.expiry_unix_s.get());
        is_fresh && listed.expiry.state == EXPIRY_LISTED && risk::vault::expiry_fits(epoch_s, now, time)
    };
    let times = at.listed.iter().filter(fits).map(|listed| listed.expiry.expiry_unix_s.get());
    times.min_by_key(|time| time.saturating_sub(at.now_unix_s).abs_diff(epoch_s.into()))
}
