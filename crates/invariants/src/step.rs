//! What no step may do to an account, whatever else it did.

use crate::{Account, Broken, require};
use abi::breaker::Ticket;
use abi::margin::{EXPIRY_SETTLED, Expiry, MarginAccount, Market, PostedQuote, QuoteState};
use abi::{Layout, ids};

/// Compares an account before and after: both of one address. A missing account is no bytes.
///
/// What is held here: M-7 (a price once set stays), M-10 (a fill state only grows, under one message), and that counters, registry indices
/// and identities never go back or change.
pub fn check(before: &Account<'_>, after: &Account<'_>) -> Result<(), Broken> {
    market(before, after)?;
    expiry(before, after)?;
    margin_account(before, after)?;
    quote_state(before, after)?;
    same::<PostedQuote>(before, after, &ids::MARGIN, "M-10", "a posted quote")?;
    same::<Ticket>(before, after, &ids::BREAKER, "M-1", "a ticket")
}

/// Both sides, if both are accounts of this layout.
fn both<'a, T: Layout>(before: &Account<'a>, after: &Account<'a>, program: &abi::Address) -> Option<(&'a T, &'a T)> {
    Some((before.layout(program)?, after.layout(program)?))
}

fn market(before: &Account<'_>, after: &Account<'_>) -> Result<(), Broken> {
    let Some((was, is)) = both::<Market>(before, after, &ids::MARGIN) else { return Ok(()) };
    require(is.accounts_opened.get() >= was.accounts_opened.get(), "M-1", || "registry indices went back".into())?;
    require(is.seq.get() >= was.seq.get(), "M-1", || "the market's events went back".into())?;
    let fixed = |market: &Market| {
        (market.symbol, market.base_mint, market.quote_mint, market.custody, market.base_tokens, market.quote_tokens)
    };
    require(fixed(was) == fixed(is) && was.lots_per_unit == is.lots_per_unit, "M-1", || {
        "a market changed what it is".into()
    })
}

/// INVARIANT(M-7)
fn expiry(before: &Account<'_>, after: &Account<'_>) -> Result<(), Broken> {
    let Some((was, is)) = both::<Expiry>(before, after, &ids::MARGIN) else { return Ok(()) };
    let fixed =
        |expiry: &Expiry| (expiry.expiry_unix_s, expiry.market, expiry.strikes_e6, expiry.strike_count, expiry.payer);
    require(fixed(was) == fixed(is), "M-2", || "an expiry changed its series".into())?;
    if was.state == EXPIRY_SETTLED {
        let (price, now) = (was.settlement_price_e6.get(), is.settlement_price_e6.get());
        require(is.state == EXPIRY_SETTLED && price == now, "M-7", || format!("a price of {price} became {now}"))?;
        require(is.unsettled_lots.get() <= was.unsettled_lots.get(), "M-7", || {
            "more lots are to be settled than before".into()
        })?;
    }
    Ok(())
}

fn margin_account(before: &Account<'_>, after: &Account<'_>) -> Result<(), Broken> {
    let Some((was, is)) = both::<MarginAccount>(before, after, &ids::MARGIN) else { return Ok(()) };
    let fixed = |held: &MarginAccount| (held.market, held.owner, held.index, held.subaccount);
    require(fixed(was) == fixed(is), "M-1", || "an account changed its market, owner or registry index".into())?;
    require(is.nonce_floor.get() >= was.nonce_floor.get(), "M-10", || "a nonce floor went back".into())?;
    require(is.seq.get() >= was.seq.get(), "M-1", || "an account's events went back".into())
}

/// INVARIANT(M-10)
fn quote_state(before: &Account<'_>, after: &Account<'_>) -> Result<(), Broken> {
    let Some((was, is)) = both::<QuoteState>(before, after, &ids::MARGIN) else { return Ok(()) };
    require(is.filled_packages.get() >= was.filled_packages.get(), "M-10", || "a fill was taken back".into())?;
    let fixed = |state: &QuoteState| (state.maker_account, state.nonce, state.digest, state.payer);
    require(fixed(was) == fixed(is), "M-10", || "a fill state changed its quote".into())
}

fn same<T: Layout + PartialEq>(
    before: &Account<'_>,
    after: &Account<'_>,
    program: &abi::Address,
    id: &'static str,
    what: &str,
) -> Result<(), Broken> {
    match both::<T>(before, after, program) {
        Some((was, is)) => require(was == is, id, || format!("{what} changed")),
        None => Ok(()),
    }
}
