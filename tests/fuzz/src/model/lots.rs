//! Positions and open interest.

use abi::margin::{EXPIRIES, Expiry, MarginAccount, Market, Position};
use bytemuck::Zeroable;
use invariants::Series;
use risk::fill::long_lots;
use risk::standard::within_bounds;
use units::{Lots, PriceE6};

pub fn lots_of(account: &MarginAccount, series: &Series) -> i64 {
    account.positions.iter().find(|held| is_of(held, series)).map_or(0, |held| held.lots.get())
}

fn is_of(held: &Position, series: &Series) -> bool {
    (held.expiry_unix_s.get(), held.strike_e6.get(), held.kind) == (series.expiry_unix_s, series.strike_e6, series.kind)
}

/// Where an expiry counts a series. `None` for one that it does not list.
pub fn place(expiry: &Expiry, series: &Series) -> Option<usize> {
    let listed = &expiry.strikes_e6[..usize::from(expiry.strike_count)];
    let strike = listed.iter().position(|strike| strike.get() == series.strike_e6)?;
    matches!(series.kind, abi::margin::KIND_CALL | abi::margin::KIND_PUT)
        .then(|| strike * 2 + usize::from(series.kind == abi::margin::KIND_PUT))
}

/// Adds `change` to the position in `series`, a listed one, and to the open interest of expiry and market.
pub fn apply(
    account: &mut MarginAccount,
    (market, expiry): (&mut Market, &mut Expiry),
    series: &Series,
    change: i64,
    spot: PriceE6,
) -> Result<(), &'static str> {
    if account.segregated == 1 {
        return Err("AccountSegregated");
    }
    let held = account.positions.iter().position(|held| is_of(held, series));
    let vacant = account.positions.iter().position(|held| held.kind == 0);
    let at = held.or(vacant).ok_or("PositionsFull")?;
    if held.is_none() {
        let mut times: Vec<i64> =
            account.positions.iter().filter(|held| held.kind != 0).map(|held| held.expiry_unix_s.get()).collect();
        times.sort_unstable();
        times.dedup();
        if !times.contains(&series.expiry_unix_s) && times.len() >= EXPIRIES {
            return Err("ExpiriesFull");
        }
    }
    let before = account.positions[at].lots.get();
    let after = before + change;
    let grows = after.unsigned_abs() > before.unsigned_abs();
    let scale = invariants::value::scale(market);
    if grows && !within_bounds(Lots(after), PriceE6(series.strike_e6), spot, scale) {
        return Err("NotionalTooLarge");
    }
    account.positions[at] = if after == 0 {
        Position::zeroed()
    } else {
        Position {
            expiry_unix_s: series.expiry_unix_s.into(),
            strike_e6: series.strike_e6.into(),
            lots: after.into(),
            kind: series.kind,
            reserved: [0; 7],
        }
    };
    open_move(market, expiry, series, before, after);
    Ok(())
}

/// Open interest follows one account's position in a listed series.
pub fn open_move(market: &mut Market, expiry: &mut Expiry, series: &Series, before: i64, after: i64) {
    let (before, after) = (long_lots(Lots(before)), long_lots(Lots(after)));
    let open = &mut expiry.open_lots[place(expiry, series).expect("a listed series")];
    *open = (open.get() + after - before).into();
    market.open_interest_lots = (market.open_interest_lots.get() + after - before).into();
}
