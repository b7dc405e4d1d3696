//! A fill, from the message to both margins.

use super::accounts::{bump, may};
use super::lots::{apply, lots_of, place};
use super::margin::{Ahead, brake_refuses, initial, is_portfolio, mark, new_risk, spot};
use super::quotes::header_checks;
use super::{After, Plan, balance, count, held_reads};
use crate::action::Slot;
use crate::chain::Chain;
use crate::quote::Signed;
use abi::margin::{DELEGATE_TRADE, EXPIRY_SETTLED, Expiry, MarginAccount, Market, PostedQuote, QUOTE_SEED, QuoteState};
use abi::quote::{QuoteLeg, SIDE_BUY, SIDE_SELL};
use bytemuck::Zeroable;
use client::{WithRemaining, addresses, margin};
use invariants::Series;
use invariants::value::Need;
use policy::Action;
use risk::feed::Purpose;
use risk::fill::{FillCash, FillTerms, fill_cash, reduces};
use risk::payoff::{Kind, Position};
use risk::reduce::{Change, reduces_without_repricing};
use solana_instruction::Instruction;
use units::{Lots, PriceE6, UnixSeconds};

/// How a quote is to be taken.
pub struct Ask {
    pub posted: bool,
    pub signer: u8,
    pub packages: u64,
    /// What the nonce named in the call differs by from the quote's.
    pub nonce_shift: u64,
}

/// One leg as it would be traded.
#[derive(Clone, Copy)]
struct Trade {
    series: Series,
    price: PriceE6,
    /// From the taker's view.
    lots: i64,
    cash: FillCash,
    /// What the taker would receive if nothing were rounded and no fee taken, times lots per unit.
    exact: i128,
}

/// Both accounts before, and everything that the fill changes, as it goes.
struct Book {
    before: [MarginAccount; 2],
    after: [MarginAccount; 2],
    market: Market,
    expiries: Vec<Expiry>,
}

pub fn fill(chain: &Chain, quote: u16, taker: Slot, ask: &Ask) -> Option<Plan> {
    let quote = chain.quote(quote)?;
    let accounts = [*chain.account(taker)?, *chain.account(quote.maker)?];
    let nonce = quote.nonce().wrapping_add(ask.nonce_shift);
    let mut plan = Plan::new("margin::quote_fill", instructions(chain, quote, taker, ask, &accounts));
    let authority = chain.stage.actor(ask.signer).key();
    let checks = [
        (chain.stage.account(taker) == chain.stage.account(quote.maker), "ConstraintDuplicateMutableAccount"),
        (!may(&accounts[0], &authority, DELEGATE_TRADE), "NotAccountTrader"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let quote = match source(chain, quote, ask) {
        Ok(quote) => quote,
        Err(why) => return Some(plan.stop(why)),
    };
    let mut checks = header_checks(chain, quote, nonce);
    checks.push((accounts[0].owner == accounts[1].owner, "SelfTrade"));
    checks.push((ask.packages == 0, "AmountZero"));
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let Some((price, _)) = spot(chain, Purpose::ReduceRisk) else { return Some(plan.stop("FeedStale")) };
    let trades = match trades(chain, quote, ask.packages, price) {
        Ok(trades) => trades,
        Err(whys) => {
            plan.refusals = whys;
            return Some(plan);
        }
    };
    match settle(chain, quote, &accounts, &trades, ask, price) {
        Ok((book, state)) => {
            record(chain, &mut plan, (quote, taker), book, state, &trades);
            Some(plan)
        }
        Err(whys) => {
            plan.refusals = whys;
            Some(plan)
        }
    }
}

fn instructions(
    chain: &Chain,
    quote: &Signed,
    taker: Slot,
    ask: &Ask,
    accounts: &[MarginAccount; 2],
) -> Vec<Instruction> {
    let stage = &chain.stage;
    let (maker, signer) = (stage.account(quote.maker), stage.actor(ask.signer).key());
    let nonce = quote.nonce().wrapping_add(ask.nonce_shift);
    let call = margin::QuoteFill {
        taker_authority: signer,
        payer: stage.payer(&chain.world, ask.signer),
        market: stage.protocol.market,
        taker: stage.account(taker),
        maker,
        quote_state: addresses::quote_state(&maker, nonce),
        custody: stage.protocol.custody,
        feed: stage.protocol.feed,
        quote_source: if ask.posted {
            addresses::posted_quote(&maker, quote.nonce())
        } else {
            abi::ids::SYSVAR_INSTRUCTIONS.into()
        },
    };
    // Another quote may stand posted under this nonce: its legs are those that the program looks for.
    let legs = source(chain, quote, ask).map_or(&quote.legs, |found| &found.legs);
    let times: Vec<i64> = legs.iter().map(|leg| leg.expiry_unix_s.get()).collect();
    let reads = held_reads(chain, &[&accounts[0], &accounts[1]], &times);
    let call = call.instruction(margin::QuoteFillArgs { packages: ask.packages, nonce, ix_index: 0 });
    let call = call.with_remaining(reads);
    if ask.posted { vec![call] } else { vec![quote.signature(chain), call] }
}

/// The quote that the program finds: the one that is signed, or whichever stands posted under this nonce.
fn source<'a>(chain: &'a Chain, quote: &'a Signed, ask: &Ask) -> Result<&'a Signed, &'static str> {
    let maker = chain.account(quote.maker).expect("an account");
    if !ask.posted {
        let key = chain.stage.actor(quote.signer).key();
        if !may(maker, &key, DELEGATE_TRADE) {
            return Err("SignatureOfAnotherKey");
        }
        return quote.malformed().map_or(Ok(quote), Err);
    }
    let address = addresses::posted_quote(&chain.stage.account(quote.maker), quote.nonce());
    let posted: &PostedQuote = chain.layout(&abi::ids::MARGIN, &address).ok_or("QuoteSourceWrong")?;
    let message = &posted.message[..usize::from(posted.message_len.get())];
    let found = chain.quotes.iter().find(|known| known.message() == message);
    Ok(found.expect("only quotes of this life are posted"))
}

fn trades(chain: &Chain, quote: &Signed, packages: u64, price: PriceE6) -> Result<Vec<Trade>, Vec<&'static str>> {
    let (mut trades, mut whys) = (vec![], vec![]);
    for (at, leg) in quote.legs.iter().enumerate() {
        let is_same = |held: &&QuoteLeg| {
            (held.expiry_unix_s, held.strike_e6, held.kind) == (leg.expiry_unix_s, leg.strike_e6, leg.kind)
        };
        if quote.legs[..at].iter().any(|held| is_same(&held)) {
            whys.push("DuplicateLeg");
        }
        match trade(chain, leg, packages, price) {
            Ok(trade) => trades.push(trade),
            Err(why) => whys.push(why),
        }
    }
    if trades.iter().try_fold(FillCash::ZERO, |sum, trade: &Trade| sum.plus(&trade.cash)).is_err() {
        whys.push("NotionalTooLarge");
    }
    if whys.is_empty() { Ok(trades) } else { Err(whys) }
}

fn trade(chain: &Chain, leg: &QuoteLeg, packages: u64, spot: PriceE6) -> Result<Trade, &'static str> {
    let price = PriceE6(leg.price_e6.get());
    if !matches!(leg.side, SIDE_BUY | SIDE_SELL) {
        return Err("QuoteSideWrong");
    }
    if !price.in_bounds() {
        return Err("QuotePriceOutOfBounds");
    }
    if leg.ratio.get() == 0 {
        return Err("LegRatioZero");
    }
    let expiry = chain.expiry(leg.expiry_unix_s.get()).ok_or("QuoteExpiryMismatch")?;
    if expiry.state == EXPIRY_SETTLED || chain.unix_s >= leg.expiry_unix_s.get() {
        return Err("SeriesExpired");
    }
    let series = Series { expiry_unix_s: leg.expiry_unix_s.get(), strike_e6: leg.strike_e6.get(), kind: leg.kind };
    place(expiry, &series).ok_or("UnknownSeries")?;
    let lots = packages.checked_mul(u64::from(leg.ratio.get())).ok_or("NotionalTooLarge")?;
    let market = chain.market();
    let taker_buys = leg.side == SIDE_SELL;
    let cash = fill_cash(&FillTerms {
        price,
        lots,
        lots_per_unit: market.lots_per_unit.get(),
        spot,
        taker_buys,
        taker_fee_bps: market.taker_fee_bps.get(),
        maker_fee_bps: market.maker_fee_bps.get(),
    });
    let cash = cash.map_err(|_| "NotionalTooLarge")?;
    let signed = i64::try_from(lots).map_err(|_| "NotionalTooLarge")?;
    let lots = if taker_buys { signed } else { -signed };
    Ok(Trade { series, price, lots, cash, exact: -i128::from(price.0) * i128::from(lots) })
}

/// Levels, the quote's size, positions and margins: stages in which one check is made at a time.
fn settle(
    chain: &Chain,
    quote: &Signed,
    accounts: &[MarginAccount; 2],
    trades: &[Trade],
    ask: &Ask,
    price: PriceE6,
) -> Result<(Book, QuoteState), Vec<&'static str>> {
    let one = |why: &'static str| vec![why];
    let sides = [1, -1];
    let shrinks: [bool; 2] = std::array::from_fn(|side| {
        trades
            .iter()
            .all(|trade| reduces(Lots(lots_of(&accounts[side], &trade.series)), Lots(trade.lots * sides[side])))
    });
    let mut market = *chain.market();
    if shrinks[0] {
        if brake_refuses(chain, Action::ReduceRisk) {
            return Err(one("LevelForbids"));
        }
    } else {
        spot(chain, Purpose::NewRisk).ok_or_else(|| one("FeedStale"))?;
        let lots = trades.iter().fold(0_u64, |sum, trade| sum.saturating_add(trade.lots.unsigned_abs()));
        new_risk(chain, &mut market, lots).map_err(one)?;
    }
    let state = state(chain, quote, ask)?;
    let mut expiries: Vec<Expiry> = vec![];
    for trade in trades {
        if expiries.iter().all(|expiry| expiry.expiry_unix_s.get() != trade.series.expiry_unix_s) {
            expiries.push(*chain.expiry(trade.series.expiry_unix_s).expect("a listed expiry"));
        }
    }
    let mut book = Book { before: *accounts, after: *accounts, market, expiries };
    for side in 0..2 {
        let cash: i64 = trades.iter().map(|trade| [trade.cash.taker.0, trade.cash.maker.0][side]).sum();
        balance::change(&mut book.market, &mut book.after[side], cash, chain.unix_s).map_err(one)?;
    }
    for trade in trades {
        book.apply(trade, price).map_err(one)?;
    }
    for side in 0..2 {
        book.require(chain, side, shrinks[side], trades, price).map_err(one)?;
    }
    Ok((book, state))
}

/// The quote's fill state afterwards.
fn state(chain: &Chain, quote: &Signed, ask: &Ask) -> Result<QuoteState, Vec<&'static str>> {
    let maker = chain.stage.account(quote.maker);
    let address = addresses::quote_state(&maker, quote.nonce());
    let mut state: QuoteState = match chain.layout::<QuoteState>(&abi::ids::MARGIN, &address) {
        Some(state) if state.digest != quote.digest => return Err(vec!["QuoteNonceReused"]),
        Some(state) => *state,
        None => {
            let mut state = QuoteState::zeroed();
            (state.version, state.min_reader) = (1, 1);
            state.bump = bump(&[QUOTE_SEED, maker.as_ref(), &quote.nonce().to_le_bytes()]);
            (state.maker_account, state.nonce, state.digest) = (maker.to_bytes(), quote.header.nonce, quote.digest);
            state.expiry_slot = quote.header.expiry_slot;
            state.payer = chain.stage.payer(&chain.world, ask.signer).to_bytes();
            state.market = quote.header.market;
            state
        }
    };
    let filled = state.filled_packages.get().checked_add(ask.packages).ok_or_else(|| vec!["QuoteOverfilled"])?;
    let max = quote.header.max_packages.get();
    // INVARIANT(M-10)
    if filled > max {
        return Err(vec!["QuoteOverfilled"]);
    }
    if filled != max && ask.packages < quote.header.min_fill_packages.get() {
        return Err(vec!["QuoteBelowMinFill"]);
    }
    state.filled_packages = filled.into();
    Ok(state)
}

impl Book {
    fn apply(&mut self, trade: &Trade, price: PriceE6) -> Result<(), &'static str> {
        let time = trade.series.expiry_unix_s;
        let Self { after: [taker, maker], market, expiries, .. } = self;
        market.insurance_atoms = (market.insurance_atoms.get() + trade.cash.insurance.0.unsigned_abs()).into();
        market.fees_atoms = (market.fees_atoms.get() + trade.cash.fees.0.unsigned_abs()).into();
        let expiry = expiries.iter_mut().find(|expiry| expiry.expiry_unix_s.get() == time).expect("of a leg");
        apply(taker, (market, expiry), &trade.series, trade.lots, price)?;
        apply(maker, (market, expiry), &trade.series, -trade.lots, price)
    }

    /// INVARIANT(M-4): initial margin, or for whoever only shrinks positions no worse than before.
    fn require(
        &self,
        chain: &Chain,
        side: usize,
        shrinks: bool,
        trades: &[Trade],
        price: PriceE6,
    ) -> Result<(), &'static str> {
        let (before, after) = (&self.before[side], &self.after[side]);
        let cash: i64 = trades.iter().map(|trade| [trade.cash.taker.0, trade.cash.maker.0][side]).sum();
        if cash < 0 && after.quote_atoms.get() < 0 {
            return Err("QuoteBalanceTooLow");
        }
        let ahead = Ahead { market: &self.market, expiries: &self.expiries, named: None };
        if shrinks && self.shows(chain, side, trades, price) {
            return Ok(());
        }
        let need = if shrinks { Need::Keep } else { Need::NewRisk };
        let margin = initial(chain, after, &ahead, (price, need))?;
        if margin.0 >= 0 || (shrinks && margin >= initial(chain, before, &ahead, (price, need))?) {
            return Ok(());
        }
        Err("InitialMarginNegative")
    }

    /// Whether lots and premiums alone show that an account in portfolio mode reduces its risk.
    fn shows(&self, chain: &Chain, side: usize, trades: &[Trade], price: PriceE6) -> bool {
        let account = &self.before[side];
        if !is_portfolio(account) {
            return false;
        }
        let ahead = Ahead { market: &self.market, expiries: &self.expiries, named: None };
        let sign = [1, -1][side];
        let changes: Vec<Change> = trades
            .iter()
            .map(|trade| Change { before: Lots(lots_of(account, &trade.series)), change: Lots(trade.lots * sign) })
            .collect();
        let premiums: Option<Vec<_>> = trades
            .iter()
            .map(|trade| {
                let Series { expiry_unix_s, strike_e6, kind } = trade.series;
                let kind = if kind == abi::margin::KIND_PUT { Kind::Put } else { Kind::Call };
                let of = Position {
                    expiry: UnixSeconds(expiry_unix_s),
                    strike: PriceE6(strike_e6),
                    kind,
                    lots: Lots(trade.lots),
                };
                mark(chain, &ahead, price, &of).map(|model| (trade.price, model))
            })
            .collect();
        premiums.is_some_and(|premiums| reduces_without_repricing(&changes, &premiums))
    }
}

fn record(
    chain: &Chain,
    plan: &mut Plan,
    (quote, taker): (&Signed, Slot),
    mut book: Book,
    state: QuoteState,
    trades: &[Trade],
) {
    let stage = &chain.stage;
    let (taker, maker) = (stage.account(taker), stage.account(quote.maker));
    let state_key = addresses::quote_state(&maker, quote.nonce());
    if !chain.exists(&state_key) {
        count(&mut book.market.records_open, 1);
    }
    // One event a leg, and one for the whole.
    book.market.seq = (book.market.seq.get() + trades.len() as u64 + 1).into();
    let exact: i128 = trades.iter().map(|trade| trade.exact).sum();
    plan.fair.extend([(taker, exact), (maker, -exact)]);
    let [taker_after, maker_after] = book.after;
    plan.after(taker, After::Margin(taker_after.into()));
    plan.after(maker, After::Margin(maker_after.into()));
    plan.after(stage.protocol.market, After::Market(book.market.into()));
    plan.after(state_key, After::QuoteState(state.into()));
    for expiry in book.expiries {
        plan.after(chain.expiry_key(expiry.expiry_unix_s.get()), After::Expiry(expiry.into()));
    }
}
