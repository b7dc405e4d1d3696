//! Surfaces as the pure code sees them, and what a post reads of other accounts.
use crate::board::Sides;
use crate::state::Surface;
use crate::OracleError;
use abi::margin::{Expiry, Market, EXPIRY_LISTED, STRIKES};
use anchor_lang::prelude::*;
use pricing::Svi;
use risk::surface::{Fit, Standing};
use units::{PriceE6, UnixSeconds};

/// An expiry's strikes, and how many of them are listed.
pub struct Listed {
    pub strikes: [PriceE6; STRIKES],
    pub count: usize,
}

impl Surface {
    /// What stands; `None` before the first post.
    pub fn standing(&self) -> Option<Standing> {
        let svi = Svi {
            a_e9: self.a_e9.get(),
            b_e9: self.b_e9.get(),
            rho_e9: self.rho_e9.get(),
            m_e9: self.m_e9.get(),
            sigma_e9: self.sigma_e9.get(),
        };
        let fit = Fit { svi, reference_s: self.reference_s.get(), rate_e9: self.rate_e9.get() };
        (self.revision.get() > 0).then_some(Standing { fit, posted: UnixSeconds(self.posted_unix_s.get()) })
    }

    pub fn store(&mut self, fit: &Fit) {
        self.a_e9 = fit.svi.a_e9.into();
        self.b_e9 = fit.svi.b_e9.into();
        self.rho_e9 = fit.svi.rho_e9.into();
        self.m_e9 = fit.svi.m_e9.into();
        self.sigma_e9 = fit.svi.sigma_e9.into();
        self.reference_s = fit.reference_s.into();
        self.rate_e9 = fit.rate_e9.into();
    }
}

/// The listed strikes of the expiry at `expiry` of a market over `feed`: only the margin program makes such accounts.
///
/// Errors: `MarketUnreadable`, `MarketOfAnotherFeed`, `ExpiryUnreadable`, `ExpiryMismatch`.
pub fn listed_strikes(
    market: &UncheckedAccount,
    expiry: &UncheckedAccount,
    feed: &Address,
    expiry_time: UnixSeconds,
) -> Result<Listed> {
    let found = shared::read::<Market, _>(market.account(), &abi::ids::MARGIN, |_| OracleError::MarketUnreadable)?;
    require!(found.feed == feed.to_bytes(), OracleError::MarketOfAnotherFeed);
    let listed = shared::read::<Expiry, _>(expiry.account(), &abi::ids::MARGIN, |_| OracleError::ExpiryUnreadable)?;
    let matches = listed.market == market.address().to_bytes()
        && listed.expiry_unix_s.get() == expiry_time.0
        && listed.state == EXPIRY_LISTED;
    require!(matches, OracleError::ExpiryMismatch);
    let strikes = listed.strikes_e6.map(|strike| PriceE6(strike.get()));
    Ok(Listed { strikes, count: usize::from(listed.strike_count) })
}

/// The surfaces on either side, which come first among `more`, and what follows them.
///
/// Errors: `NeighbourMissing`, `NeighbourMismatch`.
pub fn neighbours<'a>(
    feed: &Address,
    sides: &Sides,
    more: &'a [AccountView],
) -> Result<(Option<Standing>, Option<Standing>, &'a [AccountView])> {
    let (earlier, more) = side(feed, sides.earlier_unix_s, more)?;
    let (later, more) = side(feed, sides.later_unix_s, more)?;
    Ok((earlier, later, more))
}

fn side<'a>(
    feed: &Address,
    expiry_unix_s: Option<i64>,
    more: &'a [AccountView],
) -> Result<(Option<Standing>, &'a [AccountView])> {
    let Some(expiry_unix_s) = expiry_unix_s else { return Ok((None, more)) };
    let (account, rest) = more.split_first().ok_or(OracleError::NeighbourMissing)?;
    // No address check: only `surface_post` makes such accounts, one for each feed and expiry.
    let id = crate::ID.to_bytes();
    let found = shared::read::<abi::oracle::Surface, _>(account, &id, |_| OracleError::NeighbourMismatch)?;
    let matches = found.feed == feed.to_bytes() && found.expiry_unix_s.get() == expiry_unix_s;
    require!(matches, OracleError::NeighbourMismatch);
    Ok((Some(Standing::from(&*found)), rest))
}
