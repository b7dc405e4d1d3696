//! What one fill trades: so many packages of a quote's legs, each leg resolved to its series and priced.
use crate::errors::MarginError;
use crate::maker_quote::MakerQuote;
use crate::others::expiry;
use crate::state::{MarginAccount, Market, Series};
use abi::quote::{QuoteLeg, SIDE_BUY, SIDE_SELL};
use anchor_lang::prelude::*;
use risk::fill::{fill_cash, reduces, FillCash, FillTerms};
use units::{Lots, PriceE6};

/// One leg of a fill.
pub struct Leg {
    pub series: Series,
    pub price: PriceE6,
    /// What the taker's position grows by; the maker's by the opposite.
    pub taker: Lots,
    pub maker: Lots,
    pub cash: FillCash,
}

/// All legs of a fill, and their cash together.
pub struct Package {
    pub legs: Vec<Leg>,
    pub cash: FillCash,
}

/// Where and at which moment a fill takes place.
pub struct Setting<'a> {
    pub market: &'a Market,
    pub market_address: &'a Address,
    pub spot: PriceE6,
    pub now_unix_s: i64,
}

impl Package {
    /// Errors: `DuplicateLeg`, `QuoteExpiryMismatch`, `SeriesExpired`, `UnknownSeries`, `QuoteSideWrong`, `QuotePriceOutOfBounds`,
    /// `LegRatioZero`, `NotionalTooLarge`.
    pub fn new(quote: &MakerQuote, packages: u64, setting: &Setting<'_>, others: &[AccountView]) -> Result<Self> {
        let mut legs = Vec::with_capacity(quote.legs.len());
        let mut cash = FillCash::ZERO;
        for (at, leg) in quote.legs.iter().enumerate() {
            let earlier = quote.legs.get(..at).unwrap_or(&[]);
            require!(earlier.iter().all(|held| !is_same_series(held, leg)), MarginError::DuplicateLeg);
            let leg = Leg::new(leg, packages, setting, others)?;
            cash = cash.plus(&leg.cash).map_err(MarginError::from)?;
            legs.push(leg);
        }
        Ok(Self { legs, cash })
    }

    /// Lots of all legs together.
    pub fn lots(&self) -> u64 {
        // BOUND: eight legs of at most 1e9 lots each once they are applied; more saturates, and is refused there.
        self.legs.iter().fold(0, |sum, leg| leg.taker.0.unsigned_abs().saturating_add(sum))
    }

    /// Whether every leg only shrinks a position that `account` holds; `change` picks the account's side.
    pub fn reduces(&self, account: &MarginAccount, change: impl Fn(&Leg) -> Lots) -> bool {
        self.legs.iter().all(|leg| reduces(account.lots(&leg.series), change(leg)))
    }
}

impl Leg {
    #[inline(never)]
    fn new(leg: &QuoteLeg, packages: u64, setting: &Setting<'_>, others: &[AccountView]) -> Result<Self> {
        require!(matches!(leg.side, SIDE_BUY | SIDE_SELL), MarginError::QuoteSideWrong);
        let price = PriceE6(leg.price_e6.get());
        require!(price.in_bounds(), MarginError::QuotePriceOutOfBounds);
        require!(leg.ratio.get() > 0, MarginError::LegRatioZero);
        let series = {
            let expiry = expiry(others, setting.market_address, leg.expiry_unix_s.get())?;
            expiry.require_trading(setting.now_unix_s)?;
            expiry.series(leg.strike_e6.get(), leg.kind)?
        };
        let lots = packages.checked_mul(u64::from(leg.ratio.get())).ok_or(MarginError::NotionalTooLarge)?;
        let terms = FillTerms {
            price,
            lots,
            lots_per_unit: setting.market.lots_per_unit.get(),
            spot: setting.spot,
            taker_buys: leg.side == SIDE_SELL,
            taker_fee_bps: setting.market.taker_fee_bps.get(),
            maker_fee_bps: setting.market.maker_fee_bps.get(),
        };
        let cash = fill_cash(&terms).map_err(MarginError::from)?;
        let bought = Lots(i64::try_from(lots).map_err(|_| MarginError::NotionalTooLarge)?);
        let sold = Lots::ZERO.checked_sub(bought).ok_or(MarginError::NotionalTooLarge)?;
        let (taker, maker) = if terms.taker_buys { (bought, sold) } else { (sold, bought) };
        Ok(Self { series, price, taker, maker, cash })
    }
}

fn is_same_series(a: &QuoteLeg, b: &QuoteLeg) -> bool {
    a.strike_e6 == b.strike_e6 && a.kind == b.kind && a.expiry_unix_s == b.expiry_unix_s
}
