//! What the program reads of the margin, oracle and breaker programs, without a CPI.
use crate::errors::VaultError;
use crate::TIME_DIVISOR;
use abi::ids;
use abi::margin::{Expiry, MarginAccount, Market, EXPIRIES, EXPIRY_LISTED, EXPIRY_SETTLED, MODE_STANDARD};
use abi::oracle::{Feed, Surface};
use anchor_lang::pinocchio::account::Ref;
use anchor_lang::prelude::*;
use policy::Action;
use risk::average::RunningAverage;
use risk::feed::{Published, Purpose};
use risk::mark::forward_floor;
use risk::standard::{within_bounds, Scale};
use risk::surface::Standing;
use risk::vault::{Unit, VaultKind};
use risk::waterfall::quote_now_floor;
use units::{Lots, PriceE6, Slot, UnixSeconds};

pub use crate::margin::ID as MARGIN;
pub const BREAKER: Address = Address::new_from_array(ids::BREAKER);
/// The breaker's only brake.
pub const BRAKE: Address = Address::new_from_array(ids::BRAKE);

/// A market. Its address is the caller's to check, unless any market will do.
pub fn market(account: &AccountView) -> Result<Ref<'_, Market>> {
    shared::read(account, &ids::MARGIN, |_| VaultError::MarketUnreadable)
}

/// What converts lots and base of a market.
pub fn unit(market: &Market) -> Result<Unit> {
    let base_unit_atoms = 10u64.checked_pow(u32::from(market.base_decimals)).ok_or(VaultError::AmountOverflow)?;
    Ok(Unit { lots_per_unit: market.lots_per_unit.get(), base_unit_atoms })
}

/// A listed expiry of `market`: only the margin program makes such accounts, so the owner and the market pin it.
pub fn expiry<'a>(account: &'a AccountView, market: &Address) -> Result<Ref<'a, Expiry>> {
    let expiry = shared::read::<Expiry, _>(account, &ids::MARGIN, |_| VaultError::WrongExpiry)?;
    require!(expiry.market == market.to_bytes() && expiry.state == EXPIRY_LISTED, VaultError::WrongExpiry);
    Ok(expiry)
}

/// A price of the market's feed that is good enough to take risk at.
pub fn spot(feed: &AccountView, market: &Market, now_unix_s: i64, slot: u64) -> Result<PriceE6> {
    require!(feed.address().to_bytes() == market.feed, VaultError::WrongFeed);
    let feed = shared::read::<Feed, _>(feed, &ids::ORACLE, |_| VaultError::WrongFeed)?;
    let found = Published::from(&*feed).rely(Purpose::NewRisk, UnixSeconds(now_unix_s), Slot(slot));
    let (price, _) = found.map_err(|_| VaultError::FeedStale)?;
    Ok(price)
}

/// The price that an epoch that sold something settled at. `None` if its expiry is gone: nobody can say it then.
pub fn settled_price(expiry: &AccountView) -> Option<PriceE6> {
    let expiry = shared::read::<Expiry, VaultError>(expiry, &ids::MARGIN, |_| VaultError::WrongExpiry).ok()?;
    (expiry.state == EXPIRY_SETTLED).then(|| PriceE6(expiry.settlement_price_e6.get()))
}

/// What options of one expiry are valued from: forward, surface and time. Errors: `WrongSurface`, `SurfaceStale`, `Unvalued`.
pub fn outlook(
    surface: &AccountView,
    feed: &AccountView,
    spot: PriceE6,
    times_unix_s: (i64, i64),
) -> Result<risk::portfolio::Expiry> {
    let (now_unix_s, expiry_unix_s) = times_unix_s;
    let address = feed.address().to_bytes();
    let feed = shared::read::<Feed, _>(feed, &ids::ORACLE, |_| VaultError::WrongFeed)?;
    let surface = shared::read::<Surface, _>(surface, &ids::ORACLE, |_| VaultError::WrongSurface)?;
    // Only the oracle makes such accounts, so feed and expiry pin it.
    let is_ours = surface.feed == address && surface.expiry_unix_s.get() == expiry_unix_s;
    require!(is_ours, VaultError::WrongSurface);
    let Standing { fit, posted } = Standing::from(&*surface);
    let is_fresh = Standing { fit, posted }.is_fresh(UnixSeconds(now_unix_s), feed.bucket_s.get());
    require!(is_fresh, VaultError::SurfaceStale);
    let seconds = expiry_unix_s.saturating_sub(now_unix_s);
    let forward = forward_floor(spot, fit.rate_e9, seconds).map_err(|_| VaultError::Unvalued)?;
    let average = RunningAverage::NOT_BEGUN;
    Ok(risk::portfolio::Expiry { forward, seconds, svi: fit.svi, reference_s: fit.reference_s, average })
}

/// The build's scale of time, for valuing.
pub const TIME_SCALE: u32 = TIME_DIVISOR;

/// The market's cap on open interest, in lots. The custody's address is the caller's to check.
pub fn open_interest_cap_lots(custody: &AccountView) -> Result<u64> {
    let custody = shared::read::<abi::breaker::Custody, _>(custody, &ids::BREAKER, |_| VaultError::WrongCustody)?;
    Ok(custody.limits.open_interest_cap_lots.get())
}

/// Fails unless the breaker allows auctions in `market`. The brake's address is the caller's to check.
pub fn require_auctions_allowed(
    brake: &AccountView,
    custody: &AccountView,
    market: &Market,
    now_unix_s: i64,
) -> Result<()> {
    require!(custody.address().to_bytes() == market.custody, VaultError::WrongCustody);
    let brake = shared::read::<abi::breaker::Brake, _>(brake, &ids::BREAKER, |_| VaultError::BrakeUnreadable)?;
    let custody = shared::read::<abi::breaker::Custody, _>(custody, &ids::BREAKER, |_| VaultError::WrongCustody)?;
    let level = policy::market_level(&brake, &custody, now_unix_s);
    require!(policy::allows(level, Action::Auction), VaultError::BrakeEngaged);
    Ok(())
}

/// A margin account of the vault; its address is pinned by the vault.
pub fn margin_account(account: &AccountView) -> Result<Ref<'_, MarginAccount>> {
    shared::read(account, &ids::MARGIN, |_| VaultError::MarginAccountUnreadable)
}

/// The quote balance that margin will book when it is next touched: haircuts are counted from the moment they are announced.
pub fn quote_now(account: &MarginAccount, market: &Market) -> Result<i64> {
    Ok(quote_now_floor(account, market).map_err(|_| VaultError::AmountOverflow)?.0)
}

/// What the trading account holds of the vault's token; of a debt, nothing.
pub fn held_atoms(trading: &AccountView, market: &Market, kind: VaultKind) -> Result<u64> {
    let trading = margin_account(trading)?;
    if kind.holds_base() {
        return Ok(trading.base_atoms.get());
    }
    Ok(u64::try_from(quote_now(&trading, market)?).unwrap_or(0))
}

/// Whether an account is a margin account of `owner` in `market`.
pub fn is_margin_account_of(account: &AccountView, owner: &Address, market: &Address) -> bool {
    margin_account(account).is_ok_and(|found| found.owner == owner.to_bytes() && found.market == market.to_bytes())
}

/// Options that are about to be delivered: a long of one series, and of a put spread a short of another.
pub struct Delivery {
    pub kind: u8,
    pub expiry_unix_s: i64,
    pub strike: PriceE6,
    /// Zero: none.
    pub hedge: PriceE6,
    pub lots: u64,
    pub spot: PriceE6,
    pub scale: Scale,
}

impl Delivery {
    /// Whether margin would deliver to this account: its own bounds, asked before the call, because a refusal there would end the
    /// transaction, and a bidder could make himself a way out of a bid.
    pub fn fits(&self, account: &AccountView) -> bool {
        margin_account(account).is_ok_and(|found| {
            let is_spread = self.hedge > PriceE6::ZERO;
            let lots = i64::try_from(self.lots).unwrap_or(i64::MAX);
            let legs = [(self.strike, lots), (self.hedge, lots.saturating_neg())];
            let legs = || legs.iter().take(if is_spread { 2 } else { 1 });
            let held = |strike: PriceE6| {
                let is_ours = |position: &&abi::margin::Position| {
                    position.kind == self.kind
                        && position.expiry_unix_s.get() == self.expiry_unix_s
                        && position.strike_e6.get() == strike.0
                };
                found.positions.iter().find(is_ours).map(|position| position.lots.get())
            };
            let free = found.positions.iter().filter(|position| position.kind == 0).count();
            let new = legs().filter(|(strike, _)| held(*strike).is_none()).count();
            let bounded = legs().all(|(strike, change)| {
                let after = held(*strike).unwrap_or(0).saturating_add(*change);
                within_bounds(Lots(after), *strike, self.spot, self.scale)
            });
            let fits_mode = !is_spread || found.mode == MODE_STANDARD;
            fits_mode && new <= free && bounded && self.has_expiry_room(&found)
        })
    }

    fn has_expiry_room(&self, account: &MarginAccount) -> bool {
        let mut others = Vec::with_capacity(EXPIRIES);
        for position in account.positions.iter().filter(|position| position.kind != 0) {
            let expiry = position.expiry_unix_s.get();
            if expiry != self.expiry_unix_s && !others.contains(&expiry) {
                others.push(expiry);
            }
        }
        others.len() < EXPIRIES
    }
}
