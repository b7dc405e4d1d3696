//! An account's margin in both modes and its scenario ladder, as return data.
use crate::errors::MarginError;
use crate::events::Stamp;
use crate::state::{MarginAccount, Market};
use crate::valuation::Surroundings;
use crate::wire::{MarginView, NodeView, VERSION};
use abi::margin::NODES;
use abi::oracle::Feed;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use risk::portfolio::{ladder, Assessment};
use units::PriceE6;

#[derive(Accounts)]
pub struct ViewMargin {
    pub market: Account<Market>,
    #[account(constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
}

/// A feed's last price, and what is to be thought of it.
pub(super) struct LastPrice {
    pub spot: PriceE6,
    pub severity: u8,
    pub refreshed_unix_s: i64,
}

impl LastPrice {
    /// Errors: `FeedUnreadable`; `FeedStale`, before the first refresh.
    pub fn of(feed: &AccountView) -> Result<Self> {
        let feed = shared::read::<Feed, _>(feed, &abi::ids::ORACLE, |_| MarginError::FeedUnreadable)?;
        let spot = PriceE6(feed.price_e6.get());
        require!(spot.in_bounds(), MarginError::FeedStale);
        Ok(Self { spot, severity: feed.severity, refreshed_unix_s: feed.refreshed_unix_s.get() })
    }
}

impl ViewMargin {
    /// Authority: anyone; meant for simulation. Takes the accounts that a fill would take: expiries held, their surfaces, the quote
    /// token's feed.
    /// Effects: none. Returns a `MarginView`: standard margin always; portfolio margin, or the code of the error that it ends in, an account
    /// that was not passed included. At the feed's last price, however old: the view says how old, and nothing is decided here.
    /// Errors: `FeedUnreadable`, `FeedStale` before the feed's first price, `NotionalTooLarge`.
    pub fn view_margin(&self, others: &[AccountView]) -> Result<MarginView> {
        let stamp = Stamp::now()?;
        let price = LastPrice::of(self.feed.account())?;
        let around = Surroundings::new(&self.market, self.feed.account(), others).at(price.spot, stamp.unix_s);
        let mut view = self.blank(&price);
        let standard = self.account.standard_figures(&around)?;
        view.standard_mtm_atoms = standard.mtm.0;
        view.standard_im_atoms = standard.im.0;
        view.standard_mm_atoms = standard.mm.0;
        if let Err(why) = self.portfolio(&around, &mut view) {
            view = MarginView {
                standard_mtm_atoms: standard.mtm.0,
                standard_im_atoms: standard.im.0,
                standard_mm_atoms: standard.mm.0,
                portfolio_error: code(&why),
                ..self.blank(&price)
            };
        }
        Ok(view)
    }

    #[inline(never)]
    fn portfolio(&self, around: &Surroundings<'_>, view: &mut MarginView) -> Result<()> {
        let table = around.table()?;
        self.account.portfolio_view(around, |portfolio, market| {
            view.stale_minutes = u32::try_from(market.stale_minutes).unwrap_or(u32::MAX);
            let assessment = ladder(portfolio, market, table, |index, at| {
                if let Some(place) = view.nodes.get_mut(index) {
                    let (value_atoms, loss_atoms) = (at.value.0, at.loss.0);
                    *place = NodeView { move_e9: at.node.move_e9, value_atoms, loss_atoms };
                }
            })?;
            write(view, &assessment);
            Ok(())
        })
    }

    fn blank(&self, price: &LastPrice) -> MarginView {
        MarginView {
            version: VERSION,
            mode: self.account.mode,
            severity: price.severity,
            worst: 0,
            portfolio_error: 0,
            stale_minutes: 0,
            spot_e6: price.spot.0,
            refreshed_unix_s: price.refreshed_unix_s,
            standard_mtm_atoms: 0,
            standard_im_atoms: 0,
            standard_mm_atoms: 0,
            portfolio_mtm_atoms: 0,
            portfolio_im_atoms: 0,
            portfolio_mm_atoms: 0,
            loss_im_atoms: 0,
            loss_mm_atoms: 0,
            net_short_im_atoms: 0,
            net_short_mm_atoms: 0,
            forward_basis_atoms: 0,
            oracle_confidence_atoms: 0,
            concentration_atoms: 0,
            quote_depeg_atoms: 0,
            nodes: [NodeView::default(); NODES],
        }
    }
}

fn write(view: &mut MarginView, assessment: &Assessment) {
    let held = &assessment.contingencies;
    view.worst = u8::try_from(assessment.worst).unwrap_or(u8::MAX);
    view.portfolio_mtm_atoms = assessment.mtm.0;
    view.portfolio_im_atoms = assessment.im.0;
    view.portfolio_mm_atoms = assessment.mm.0;
    view.loss_im_atoms = assessment.loss_im.0;
    view.loss_mm_atoms = assessment.loss_mm.0;
    view.net_short_im_atoms = held.net_short_im.0;
    view.net_short_mm_atoms = held.net_short_mm.0;
    view.forward_basis_atoms = held.forward_basis.0;
    view.oracle_confidence_atoms = held.oracle_confidence.0;
    view.concentration_atoms = held.concentration.0;
    view.quote_depeg_atoms = held.quote_depeg.0;
}

/// The number that a client names the error by.
fn code(error: &Error) -> u32 {
    match error {
        Error::Custom(code) => *code,
        // Of the runtime's vocabulary: an account that could not be borrowed, say.
        _ => u32::MAX,
    }
}
