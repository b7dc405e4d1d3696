//! Longs that are tokens.

use super::accounts::bump;
use super::cash::{Asked, House, release};
use super::lots::{apply, lots_of, open_move, place};
use super::margin::{Ahead, brake_refuses, collateral, initial, is_portfolio, level_refuses, new_risk, spot};
use super::{After, Plan, at, count, held_reads};
use crate::action::{Slot, Token};
use crate::chain::{Chain, Wrap};
use abi::margin::{
    EXPIRY_SETTLED, Expiry, KIND_CALL, KIND_PUT, MarginAccount, Market, WRAPPED_MINT_SEED, WRAPPED_SEED, Wrapped,
};
use bytemuck::Zeroable;
use client::{WithRemaining, addresses, breaker, margin};
use invariants::Series;
use invariants::value::{Need, position};
use policy::Action;
use risk::feed::Purpose;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use units::PriceE6;

/// Token-2022's Burn.
const BURN: u8 = 8;
/// Token-2022's CloseAccount.
const CLOSE_ACCOUNT: u8 = 9;

/// A series that was wrapped in this life, with its account as it stands.
fn series(chain: &Chain, number: u16) -> Option<(Wrap, Wrapped)> {
    let wrap = *at(&chain.wraps, number.into())?;
    Some((wrap, *chain.layout(&abi::ids::MARGIN, &wrap.wrapped)?))
}

/// Where somebody keeps tokens of a series, unless he has closed it.
fn wallet(chain: &Chain, wrap: &Wrap, holder: &Pubkey) -> Option<Pubkey> {
    Some(wrap.wallet(holder)).filter(|wallet| chain.exists(wallet))
}

const fn of(wrapped: &Wrapped) -> Series {
    Series { expiry_unix_s: wrapped.expiry_unix_s.get(), strike_e6: wrapped.strike_e6.get(), kind: wrapped.kind }
}

/// Moves the lots behind tokens, and open interest with them. `Err`: there are fewer.
fn behind(
    wrapped: &mut Wrapped,
    (market, expiry): (&mut Market, &mut Expiry),
    change: i64,
) -> Result<(), &'static str> {
    let before = wrapped.lots.get().cast_signed();
    let after = before + change;
    if after < 0 {
        return Err("LotsAboveWrapped");
    }
    wrapped.lots = after.unsigned_abs().into();
    open_move(market, expiry, &of(wrapped), before, after);
    Ok(())
}

pub fn open(chain: &Chain, expiry: u8, strike_e6: u64, put: bool) -> Option<Plan> {
    let time = *at(&chain.listed, expiry.into())?;
    let mut expiry = *chain.expiry(time)?;
    let (stage, expiry_key) = (&chain.stage, chain.expiry_key(time));
    let kind = if put { KIND_PUT } else { KIND_CALL };
    let wrap = Wrap::new(&expiry_key, time, strike_e6, kind);
    let payer = chain.world.payer();
    let call = margin::WrappedOpen {
        payer,
        market: stage.protocol.market,
        expiry: expiry_key,
        wrapped: wrap.wrapped,
        mint: wrap.mint,
    };
    let call = call.instruction(margin::WrappedOpenArgs { strike_e6, kind });
    let mut plan = Plan::new("margin::wrapped_open", vec![call]);
    if chain.exists(&wrap.wrapped) {
        return Some(plan.stop("system 0"));
    }
    let over = expiry.state == EXPIRY_SETTLED || chain.unix_s >= time;
    let listed = place(&expiry, &Series { expiry_unix_s: time, strike_e6, kind }).is_some();
    let checks =
        [(brake_refuses(chain, Action::Listing), "LevelForbids"), (over, "SeriesExpired"), (!listed, "UnknownSeries")];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let mut wrapped = Wrapped::zeroed();
    (wrapped.version, wrapped.min_reader, wrapped.kind) = (1, 1, kind);
    wrapped.bump = bump(&[WRAPPED_SEED, expiry_key.as_ref(), &strike_e6.to_le_bytes(), &[kind]]);
    wrapped.mint_bump = bump(&[WRAPPED_MINT_SEED, wrap.wrapped.as_ref()]);
    (wrapped.market, wrapped.expiry) = (stage.protocol.market.to_bytes(), expiry_key.to_bytes());
    (wrapped.expiry_unix_s, wrapped.strike_e6) = (time.into(), strike_e6.into());
    (wrapped.mint, wrapped.payer, wrapped.seq) = (wrap.mint.to_bytes(), payer.to_bytes(), 1.into());
    expiry.wrapped_series = (expiry.wrapped_series.get() + 1).into();
    let mut market = *chain.market();
    count(&mut market.records_open, 1);
    plan.after(stage.protocol.market, After::Market(market.into()));
    plan.after(expiry_key, After::Expiry(expiry.into()));
    plan.after(wrap.wrapped, After::Wrapped(wrapped.into()));
    plan.after(wrap.mint, After::Supply(0));
    Some(plan)
}

pub fn wrap(chain: &Chain, slot: Slot, signer: u8, number: u16, lots: u64) -> Option<Plan> {
    let (wrap, mut wrapped) = series(chain, number)?;
    let (mut held, mut market, mut expiry) = (*chain.account(slot)?, *chain.market(), *chain.expiry(wrap.time)?);
    let stage = &chain.stage;
    let owner = stage.actor(signer).key();
    let destination = wallet(chain, &wrap, &owner)?;
    let call = margin::PositionWrap {
        owner,
        market: stage.protocol.market,
        account: stage.account(slot),
        wrapped: wrap.wrapped,
        mint: wrap.mint,
        destination,
        custody: stage.protocol.custody,
        feed: stage.protocol.feed,
    };
    let call = call.instruction(margin::PositionWrapArgs { lots });
    let call = call.with_remaining(held_reads(chain, &[&held], &[wrap.time]));
    let mut plan = Plan::new("margin::position_wrap", vec![call]);
    if plan.refuse(&[(held.owner != owner.to_bytes(), "NotAccountOwner")]) {
        return Some(plan);
    }
    let checks = [(lots == 0, "AmountZero"), (level_refuses(chain.level(), Action::NewRisk), "LevelForbids")];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let over = expiry.state == EXPIRY_SETTLED || chain.unix_s >= wrap.time;
    if plan.refuse(&[(over, "SeriesExpired")]) {
        return Some(plan);
    }
    let Ok(change) = i64::try_from(lots) else { return Some(plan.stop("NotionalTooLarge")) };
    let series = of(&wrapped);
    if plan.refuse(&[(lots_of(&held, &series) < change, "LotsAboveHeld")]) {
        return Some(plan);
    }
    apply(&mut held, (&mut market, &mut expiry), &series, -change, PriceE6::ZERO).expect("a position that shrinks");
    behind(&mut wrapped, (&mut market, &mut expiry), change).expect("more behind tokens");
    if let Some(why) = collateral(chain, &held, &market) {
        return Some(plan.stop(why));
    }
    market.seq = (market.seq.get() + 1).into();
    plan.after(stage.account(slot), After::Margin(held.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    plan.after(chain.expiry_key(wrap.time), After::Expiry(expiry.into()));
    plan.after(wrap.wrapped, After::Wrapped(wrapped.into()));
    minted(chain, &mut plan, &wrap, &owner, change);
    Some(plan)
}

/// Tokens of a holder that come into being, or go.
fn minted(chain: &Chain, plan: &mut Plan, wrap: &Wrap, holder: &Pubkey, change: i64) {
    let wallet = wrap.wallet(holder);
    plan.after(wrap.mint, After::Supply(chain.supply(&wrap.mint).strict_add_signed(change)));
    plan.after(wallet, After::Tokens(chain.tokens(&wallet).strict_add_signed(change)));
}

pub fn unwrap(chain: &Chain, slot: Slot, signer: u8, number: u16, lots: u64) -> Option<Plan> {
    let (wrap, mut wrapped) = series(chain, number)?;
    let (mut held, mut market, mut expiry) = (*chain.account(slot)?, *chain.market(), *chain.expiry(wrap.time)?);
    let stage = &chain.stage;
    let owner = stage.actor(signer).key();
    let source = wallet(chain, &wrap, &owner)?;
    let call = margin::PositionUnwrap {
        owner,
        market: stage.protocol.market,
        account: stage.account(slot),
        wrapped: wrap.wrapped,
        mint: wrap.mint,
        source,
        feed: stage.protocol.feed,
    };
    let call = call.instruction(margin::PositionUnwrapArgs { lots });
    let call = call.with_remaining(held_reads(chain, &[&held], &[wrap.time]));
    let mut plan = Plan::new("margin::position_unwrap", vec![call]);
    if plan.refuse(&[(held.owner != owner.to_bytes(), "NotAccountOwner")])
        || plan.refuse(&[(lots == 0, "AmountZero"), (brake_refuses(chain, Action::ReduceRisk), "LevelForbids")])
    {
        return Some(plan);
    }
    let Ok(change) = i64::try_from(lots) else { return Some(plan.stop("NotionalTooLarge")) };
    let (price, before, series) = (PriceE6(chain.feed().price_e6.get()), held, of(&wrapped));
    if plan.refuse(&[(expiry.state == EXPIRY_SETTLED && lots_of(&held, &series) < 0, "SettleFirst")]) {
        return Some(plan);
    }
    let moved = behind(&mut wrapped, (&mut market, &mut expiry), -change)
        .and_then(|()| apply(&mut held, (&mut market, &mut expiry), &series, change, price));
    if let Err(why) = moved {
        return Some(plan.stop(why));
    }
    if is_portfolio(&held)
        && let Some(why) = uncovered(chain, (&before, &held), &market, price)
    {
        return Some(plan.stop(why));
    }
    // Token-2022's own.
    if plan.refuse(&[(chain.tokens(&source) < lots, "token 1")]) {
        return Some(plan);
    }
    market.seq = (market.seq.get() + 1).into();
    plan.after(stage.account(slot), After::Margin(held.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    plan.after(chain.expiry_key(wrap.time), After::Expiry(expiry.into()));
    plan.after(wrap.wrapped, After::Wrapped(wrapped.into()));
    minted(chain, &mut plan, &wrap, &owner, -change);
    Some(plan)
}

/// Why portfolio margin does not take a long: a charge for concentration.
fn uncovered(
    chain: &Chain,
    (before, after): (&MarginAccount, &MarginAccount),
    market: &Market,
    price: PriceE6,
) -> Option<&'static str> {
    let ahead = Ahead { market, expiries: &[], named: None };
    let margin = match initial(chain, after, &ahead, (price, Need::Keep)) {
        Ok(margin) => margin,
        Err(why) => return Some(why),
    };
    if margin.0 >= 0 {
        return None;
    }
    match initial(chain, before, &ahead, (price, Need::Keep)) {
        Ok(earlier) if margin >= earlier => None,
        Ok(_) => Some("InitialMarginNegative"),
        Err(why) => Some(why),
    }
}

pub fn redeem(chain: &Chain, owner: u8, number: u16, lots: u64, id: u64) -> Option<Plan> {
    let (wrap, mut wrapped) = series(chain, number)?;
    let (mut market, mut expiry) = (*chain.market(), *chain.expiry(wrap.time)?);
    let stage = &chain.stage;
    let holder = stage.actor(owner).key();
    let (source, tokens) = (wallet(chain, &wrap, &holder)?, stage.tokens(Token::Quote));
    let (destination, payer) = (stage.wallet(owner, Token::Quote), stage.payer(&chain.world, owner));
    let call = margin::WrappedRedeem {
        holder,
        market: stage.protocol.market,
        expiry: chain.expiry_key(wrap.time),
        wrapped: wrap.wrapped,
        wrapped_mint: wrap.mint,
        source,
        custody: stage.protocol.custody,
        mint: stage.mint(Token::Quote),
        tokens,
        destination,
        payer,
        ticket: addresses::ticket(&tokens, id),
        breaker_program: breaker::ID,
    };
    let call = call.instruction(margin::WrappedRedeemArgs { lots, ticket_id: id });
    let mut plan = Plan::new("margin::wrapped_redeem", vec![call]);
    let checks = [
        (lots == 0, "AmountZero"),
        (brake_refuses(chain, Action::Settle), "LevelForbids"),
        (expiry.state != EXPIRY_SETTLED, "SettlementPending"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let Ok(change) = i64::try_from(lots) else { return Some(plan.stop("NotionalTooLarge")) };
    let stored = abi::margin::Position {
        expiry_unix_s: wrapped.expiry_unix_s,
        strike_e6: wrapped.strike_e6,
        lots: change.into(),
        kind: wrapped.kind,
        reserved: [0; 7],
    };
    let price = PriceE6(expiry.settlement_price_e6.get());
    let payoff = position(&stored).expect("a kind").payoff_floor(price, market.lots_per_unit.get());
    let Ok(payoff) = payoff else { return Some(plan.stop("AmountOverflow")) };
    if let Err(why) = behind(&mut wrapped, (&mut market, &mut expiry), -change) {
        return Some(plan.stop(why));
    }
    expiry.unsettled_lots = (expiry.unsettled_lots.get() - lots).into();
    cleared(&mut market, &mut expiry, payoff.0);
    if plan.refuse(&[(chain.tokens(&source) < lots, "token 1")]) {
        return Some(plan);
    }
    market.seq = (market.seq.get() + 1).into();
    plan.after(stage.protocol.market, After::Market(market.into()));
    plan.after(chain.expiry_key(wrap.time), After::Expiry(expiry.into()));
    plan.after(wrap.wrapped, After::Wrapped(wrapped.into()));
    minted(chain, &mut plan, &wrap, &holder, -change);
    let asked = Asked {
        house: House::Market(Token::Quote),
        atoms: payoff.0.unsigned_abs(),
        id,
        destination,
        origin: wrap.wrapped,
        payer,
    };
    Some(if payoff.0 == 0 { plan } else { release(chain, plan, &asked) })
}

/// What leaves an expiry's clearing; the last lots leave the rounding to insurance.
fn cleared(market: &mut Market, expiry: &mut Expiry, cash: i64) {
    let clearing = expiry.clearing_atoms.get() - cash;
    market.clearing_atoms = (market.clearing_atoms.get() - cash).into();
    expiry.clearing_atoms = clearing.into();
    if expiry.unsettled_lots.get() == 0 {
        // INVARIANT(M-6): never less than nothing.
        let rounding = u64::try_from(clearing).expect("shorts pay at least what longs are paid");
        market.insurance_atoms = (market.insurance_atoms.get() + rounding).into();
        market.clearing_atoms = (market.clearing_atoms.get() - clearing).into();
        expiry.clearing_atoms = 0.into();
    }
}

pub fn close(chain: &Chain, number: u16) -> Option<Plan> {
    let (wrap, mut wrapped) = series(chain, number)?;
    let (mut market, mut expiry) = (*chain.market(), *chain.expiry(wrap.time)?);
    let call = margin::WrappedClose {
        payer: wrapped.payer.into(),
        market: chain.stage.protocol.market,
        expiry: chain.expiry_key(wrap.time),
        wrapped: wrap.wrapped,
        mint: wrap.mint,
    };
    let mut plan = Plan::new("margin::wrapped_close", vec![call.instruction()]);
    if plan.refuse(&[(brake_refuses(chain, Action::Settle), "LevelForbids")])
        || plan.refuse(&[(expiry.state != EXPIRY_SETTLED, "SettlementPending")])
        || plan.refuse(&[(chain.supply(&wrap.mint) > 0, "WrappedInUse")])
    {
        return Some(plan);
    }
    let forfeit = wrapped.lots.get();
    if forfeit > 0 {
        behind(&mut wrapped, (&mut market, &mut expiry), -forfeit.cast_signed()).expect("all of them");
        expiry.unsettled_lots = (expiry.unsettled_lots.get() - forfeit).into();
        cleared(&mut market, &mut expiry, 0);
    }
    expiry.wrapped_series = (expiry.wrapped_series.get() - 1).into();
    market.seq = (market.seq.get() + 1).into();
    count(&mut market.records_open, -1);
    plan.after(chain.stage.protocol.market, After::Market(market.into()));
    plan.after(chain.expiry_key(wrap.time), After::Expiry(expiry.into()));
    plan.after(wrap.wrapped, After::Gone);
    plan.after(wrap.mint, After::Gone);
    Some(plan)
}

pub fn burn(chain: &Chain, owner: u8, number: u16, lots: u64) -> Option<Plan> {
    let (wrap, _) = series(chain, number)?;
    let holder = chain.stage.actor(owner).key();
    let wallet = wallet(chain, &wrap, &holder)?;
    let accounts = vec![
        AccountMeta::new(wallet, false),
        AccountMeta::new(wrap.mint, false),
        AccountMeta::new_readonly(holder, true),
    ];
    let data = [[BURN].as_slice(), &lots.to_le_bytes()].concat();
    let call = Instruction { program_id: abi::ids::TOKEN_2022.into(), accounts, data };
    let mut plan = Plan::new("token_2022::burn", vec![call]);
    if !plan.refuse(&[(chain.tokens(&wallet) < lots, "token 1")]) {
        minted(chain, &mut plan, &wrap, &holder, -lots.cast_signed());
    }
    Some(plan)
}

pub fn write(chain: &Chain, writer: u8, number: u16, to: u8, lots: u64) -> Option<Plan> {
    let (wrap, _) = series(chain, number)?;
    let slot = Slot { owner: writer, sub: 0 };
    let (mut short, mut market) = (*chain.account(slot)?, *chain.market());
    let stage = &chain.stage;
    let holder = stage.actor(to).key();
    let call = margin::SeriesWriteWrapped {
        writer_owner: stage.actor(writer).key(),
        market: stage.protocol.market,
        writer: stage.account(slot),
        wrapped: wrap.wrapped,
        mint: wrap.mint,
        destination: wallet(chain, &wrap, &holder)?,
        custody: stage.protocol.custody,
        feed: stage.protocol.feed,
    };
    let call = call.instruction(margin::SeriesWriteWrappedArgs { lots });
    let call = call.with_remaining(held_reads(chain, &[&short], &[wrap.time]));
    let mut plan = Plan::new("margin::series_write_wrapped", vec![call]);
    if plan.refuse(&[(writer != crate::stage::WRITER, "WriterNotVault")]) || plan.refuse(&[(lots == 0, "AmountZero")]) {
        return Some(plan);
    }
    if let Err(why) = write_tokens(chain, &mut plan, &wrap, (&mut short, &mut market), (&holder, lots)) {
        return Some(plan.stop(why));
    }
    plan.after(stage.account(slot), After::Margin(short.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    Some(plan)
}

/// Margin's `series_write_wrapped`: the writer and the market are the caller's to record.
pub fn write_tokens(
    chain: &Chain,
    plan: &mut Plan,
    wrap: &Wrap,
    (short, market): (&mut MarginAccount, &mut Market),
    (holder, lots): (&Pubkey, u64),
) -> Result<(), &'static str> {
    let mut wrapped: Wrapped = *chain.layout(&abi::ids::MARGIN, &wrap.wrapped).expect("an open series");
    let mut expiry = *chain.expiry(wrap.time).expect("the expiry of a series");
    let (price, _) = spot(chain, Purpose::NewRisk).ok_or("FeedStale")?;
    new_risk(chain, market, lots)?;
    if expiry.state == EXPIRY_SETTLED || chain.unix_s >= wrap.time {
        return Err("SeriesExpired");
    }
    let change = i64::try_from(lots).map_err(|_| "NotionalTooLarge")?;
    apply(short, (&mut *market, &mut expiry), &of(&wrapped), -change, price)?;
    behind(&mut wrapped, (&mut *market, &mut expiry), change)?;
    let ahead = Ahead { market: &*market, expiries: &[expiry], named: None };
    if initial(chain, &*short, &ahead, (price, Need::NewRisk))?.0 < 0 {
        return Err("InitialMarginNegative");
    }
    market.seq = (market.seq.get() + 1).into();
    plan.after(chain.expiry_key(wrap.time), After::Expiry(expiry.into()));
    plan.after(wrap.wrapped, After::Wrapped(wrapped.into()));
    minted(chain, plan, wrap, holder, change);
    Ok(())
}

/// Token-2022's CloseAccount, which takes an empty one only.
pub fn wallet_close(chain: &Chain, owner: u8, number: u16) -> Option<Plan> {
    let (wrap, _) = series(chain, number)?;
    let holder = chain.stage.actor(owner).key();
    let wallet = wallet(chain, &wrap, &holder)?;
    let accounts = vec![
        AccountMeta::new(wallet, false),
        AccountMeta::new(chain.world.payer(), false),
        AccountMeta::new_readonly(holder, true),
    ];
    let call = Instruction { program_id: abi::ids::TOKEN_2022.into(), accounts, data: vec![CLOSE_ACCOUNT] };
    let mut plan = Plan::new("token_2022::close_account", vec![call]);
    if !plan.refuse(&[(chain.tokens(&wallet) > 0, "token 11")]) {
        plan.after(wallet, After::Gone);
    }
    Some(plan)
}
