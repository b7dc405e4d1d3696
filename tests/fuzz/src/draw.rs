//! What happens next: drawn at random, with an eye on how things stand, so that most of it can happen and much of it nearly cannot.

mod brakes;
mod losses;
mod quotes;
mod vaults;
mod wraps;

use crate::action::{Action, Proof, Slot, Token};
use crate::chain::Chain;
use crate::rng::Rng;
use crate::stage::{SUBS, TRADERS, WRITER};
use abi::margin::EXPIRY_SETTLED;
use policy::Level;
use testkit::USDC;

/// Where prices may wander.
const PRICES: (u64, u64) = (40 * USDC, 600 * USDC);
const HOUR_S: u64 = 3_600;

pub fn draw(chain: &Chain, rng: &mut Rng) -> Action {
    if let Some(action) = mend(chain, rng) {
        return action;
    }
    match rng.below(298) {
        0..14 => wait(rng),
        14..30 => price(chain, rng),
        30..32 => surfaces(rng),
        32 => Action::View { slot: slot(chain, rng) },
        33..35 => Action::List { days: [1, 1, 2, 2, 3, 7, 14, 60][rng.below(8) as usize] },
        35..38 => brakes::proof(chain, rng),
        38..40 => settlement(chain, rng),
        40..43 => Action::ExpirySettle { expiry: expiry(chain, rng) },
        43..48 => Action::AccountSettle { slot: slot(chain, rng), expiry: expiry(chain, rng) },
        48..78 => quotes::quote(chain, rng),
        78..124 => quotes::fill(chain, rng),
        124..134 => deposit(chain, rng),
        134..148 => withdraw(chain, rng),
        148..154 => transfer(chain, rng),
        154..156 => Action::Open { slot: Slot { owner: any_owner(rng), sub: rng.below(SUBS.into()) as u8 } },
        156..159 => close(chain, rng),
        159..163 => delegate(chain, rng),
        163..167 => {
            Action::Mode { slot: slot(chain, rng), mode: rng.below(if rng.clone().once_in(9) { 3 } else { 2 }) as u8 }
        }
        167..172 => quotes::post(chain, rng),
        172..175 => quotes::cancel(chain, rng),
        175..177 => quotes::bump(chain, rng),
        177..180 => quotes::state_close(chain, rng),
        180..184 => write(chain, rng),
        184..187 => Action::Claim { ticket: rng.below(64) as u16 },
        187..189 => take_back(chain, rng),
        189 => odd(chain, rng),
        190..196 => losses::any(chain, rng),
        196..202 => losses::fund(chain, rng),
        202..214 => wraps::wraps(chain, rng),
        214..216 => wraps::terms(chain, rng),
        216..272 => vaults::any(chain, rng),
        272..279 => vaults::late(chain, rng),
        279..287 => losses::ruin(chain, rng),
        _ => brakes::brake(chain, rng),
    }
}

/// What somebody would do about a stale feed, stale surfaces, or a level that stands: else little could happen.
fn mend(chain: &Chain, rng: &mut Rng) -> Option<Action> {
    let feed = chain.feed();
    let fresh = chain.unix_s - feed.refreshed_unix_s.get() <= 10 && feed.severity == 0;
    if !fresh && rng.once_in(4) {
        let price_e6 = feed.price_e6.get().clamp(PRICES.0, PRICES.1);
        return Some(Action::Price { price_e6, mask: 7, follow: !rng.once_in(5) });
    }
    let stale = chain.surfaces().iter().any(|surface| chain.unix_s - surface.posted_unix_s.get() > 1_200);
    if (stale || chain.surfaces().len() < chain.listed.len()) && rng.once_in(12) {
        return Some(surfaces(rng));
    }
    if chain.listed.iter().filter(|at| **at > chain.unix_s).count() < 2 && rng.once_in(8) {
        return Some(Action::List { days: rng.range(1, 6) as u8 });
    }
    let deviant = policy::trip::is_deviant(feed.price_e6.get(), feed.ema_e6.get());
    let ready = chain.custody().pending_unix_s.get();
    if (deviant || ready != 0 && ready <= chain.unix_s) && rng.once_in(3) {
        return Some(if deviant { Action::Trip { proof: Proof::Deviation } } else { Action::LimitsApply });
    }
    if chain.level() > Level::Normal && rng.once_in(if chain.level() > Level::Throttle { 6 } else { 20 }) {
        return Some(brakes::lower(chain, rng));
    }
    if chain.open().len() > 2
        && rng.once_in(6)
        && let Some(action) = losses::mend(chain, rng)
    {
        return Some(action);
    }
    if rng.once_in(5) { settle(chain, rng) } else { None }
}

/// A ticket's own account, most of the time.
fn take_back(chain: &Chain, rng: &mut Rng) -> Action {
    let ticket = rng.below(chain.tickets.len().max(1) as u64) as u16;
    let origin = chain.tickets.get(usize::from(ticket)).and_then(|key| {
        let address = client::addresses::ticket(&key.house.tokens(chain), key.id);
        let found: &abi::breaker::Ticket = chain.layout(&abi::ids::BREAKER, &address)?;
        chain.open().into_iter().find(|slot| chain.stage.account(*slot).to_bytes() == found.origin)
    });
    let slot = origin.filter(|_| !rng.once_in(10)).unwrap_or_else(|| slot(chain, rng));
    Action::Return { slot, signer: signer(rng, slot.owner), ticket }
}

/// The next step of an expiry that has passed: the oracle's price, margin's, and one account after another.
fn settle(chain: &Chain, rng: &mut Rng) -> Option<Action> {
    let (place, at) = (0..).zip(&chain.listed).find(|(_, at)| {
        let expiry = chain.expiry(**at);
        expiry.is_some_and(|expiry| {
            **at <= chain.unix_s && (expiry.state != EXPIRY_SETTLED || expiry.unsettled_lots.get() > 0)
        })
    })?;
    if chain.expiry(*at)?.state != EXPIRY_SETTLED {
        if chain.exists(&client::addresses::settlement(&chain.stage.protocol.feed, *at)) {
            return Some(Action::ExpirySettle { expiry: place });
        }
        return Some(Action::Settlement { expiry: place, price_e6: settled_at(chain, rng) });
    }
    let holds = |slot: &Slot| {
        chain.account(*slot).is_some_and(|held| {
            held.positions.iter().any(|position| position.kind != 0 && position.expiry_unix_s.get() == *at)
        })
    };
    let holders: Vec<Slot> = chain.everybody().into_iter().filter(holds).collect();
    rng.pick(&holders).map(|slot| Action::AccountSettle { slot: *slot, expiry: place })
}

fn wait(rng: &mut Rng) -> Action {
    let seconds = match rng.below(100) {
        0..70 => rng.range(0, 4),
        70..88 => rng.range(5, 70),
        88..94 => rng.range(60, HOUR_S),
        94..97 => rng.range(HOUR_S, 8 * HOUR_S),
        _ => rng.range(8 * HOUR_S, 30 * HOUR_S),
    };
    let slots = if rng.once_in(20) { rng.range(0, 3_000) } else { rng.range(0, 8) };
    Action::Wait { seconds: seconds as i64, slots }
}

fn price(chain: &Chain, rng: &mut Rng) -> Action {
    let now = chain.feed().price_e6.get();
    let reach = if rng.once_in(25) { 2_500 } else { 150 };
    // A crash, or a squeeze: what liquidations come from.
    if rng.once_in(16) {
        let moved = now / 100 * if rng.once_in(2) { rng.range(55, 80) } else { rng.range(125, 190) };
        return Action::Price { price_e6: moved.clamp(PRICES.0, PRICES.1), mask: 7, follow: true };
    }
    let moved = now * (10_000 - reach + rng.below(2 * reach + 1)) / 10_000;
    let mask = if rng.once_in(8) { rng.below(8) as u8 } else { 7 };
    Action::Price { price_e6: moved.clamp(PRICES.0, PRICES.1), mask, follow: !rng.once_in(4) }
}

fn surfaces(rng: &mut Rng) -> Action {
    Action::Surfaces { a_e9: rng.range(2_000_000, 60_000_000) as i64 }
}

fn settlement(chain: &Chain, rng: &mut Rng) -> Action {
    Action::Settlement { expiry: expiry(chain, rng), price_e6: settled_at(chain, rng) }
}

/// A settlement price: at a strike now and then, the pin.
fn settled_at(chain: &Chain, rng: &mut Rng) -> u64 {
    let spot = chain.feed().price_e6.get();
    let price_e6 =
        if rng.once_in(4) { spot / (5 * USDC) * 5 * USDC } else { spot / 100 * rng.range(85, 115) + rng.below(10) };
    price_e6.max(USDC)
}

/// An expiry that there is: one to be settled rather than one that is through.
fn expiry(chain: &Chain, rng: &mut Rng) -> u8 {
    let open = |at: &i64| {
        chain.expiry(*at).is_some_and(|expiry| {
            expiry.state != EXPIRY_SETTLED && expiry.expiry_unix_s.get() <= chain.unix_s
                || expiry.unsettled_lots.get() > 0
        })
    };
    let due: Vec<usize> = (0..chain.listed.len()).filter(|at| open(&chain.listed[*at])).collect();
    match rng.pick(&due) {
        Some(at) if !rng.once_in(8) => *at as u8,
        _ => rng.below(chain.listed.len().max(1) as u64) as u8,
    }
}

fn any_owner(rng: &mut Rng) -> u8 {
    rng.below(u64::from(WRITER) + 1) as u8
}

/// An account that is open, most of the time.
fn slot(chain: &Chain, rng: &mut Rng) -> Slot {
    let open = chain.open();
    match rng.pick(&open) {
        Some(slot) if !rng.once_in(60) => *slot,
        _ => Slot { owner: any_owner(rng), sub: rng.below(SUBS.into()) as u8 },
    }
}

/// Who signs: nearly always the owner.
fn signer(rng: &mut Rng, owner: u8) -> u8 {
    if rng.once_in(16) { any_owner(rng) } else { owner }
}

/// An amount of which `held` is all: part of it, all of it, one more, or anything.
fn amount(rng: &mut Rng, held: u64) -> u64 {
    match rng.below(20) {
        0 => 0,
        1 => held.saturating_add(1),
        2 => rng.magnitude(u64::MAX),
        3..7 => held,
        7..12 => rng.magnitude(held.max(1)),
        _ => rng.below(held / 4 + 1),
    }
}

fn deposit(chain: &Chain, rng: &mut Rng) -> Action {
    let (slot, token) = (slot(chain, rng), Token::of(!rng.once_in(3)));
    let from = if rng.once_in(5) { any_owner(rng) } else { slot.owner };
    let held = chain.tokens(&chain.stage.wallet(from, token));
    Action::Deposit { from, slot, token, atoms: amount(rng, held) }
}

/// What a slot holds of a token; nothing if it owes.
fn balance(chain: &Chain, slot: Slot, token: Token) -> u64 {
    chain.account(slot).map_or(0, |held| match token {
        Token::Base => held.base_atoms.get(),
        Token::Quote => held.quote_atoms.get().max(0).unsigned_abs(),
    })
}

fn withdraw(chain: &Chain, rng: &mut Rng) -> Action {
    let (slot, token) = (slot(chain, rng), Token::of(!rng.once_in(3)));
    let atoms = amount(rng, balance(chain, slot, token));
    // Numbers come again now and then, also while a ticket has them.
    let ticket = if rng.once_in(3) { rng.below(6) } else { 1_000 + chain.tickets.len() as u64 };
    Action::Withdraw { slot, signer: signer(rng, slot.owner), token, atoms, ticket }
}

fn transfer(chain: &Chain, rng: &mut Rng) -> Action {
    let (from, token) = (slot(chain, rng), Token::of(!rng.once_in(3)));
    let own: Vec<Slot> = chain.open().into_iter().filter(|slot| slot.owner == from.owner).collect();
    let own: Vec<Slot> = own.into_iter().filter(|slot| *slot != from || rng.once_in(8)).collect();
    let to = match rng.pick(&own) {
        Some(to) if !rng.once_in(10) => *to,
        _ => slot(chain, rng),
    };
    Action::Transfer { from, to, token, atoms: amount(rng, balance(chain, from, token)) }
}

/// Mostly of an account that holds nothing: the others are refused.
fn close(chain: &Chain, rng: &mut Rng) -> Action {
    let empty: Vec<Slot> = chain
        .open()
        .into_iter()
        .filter(|slot| {
            chain.account(*slot).is_some_and(|held| held.quote_atoms.get() == 0 && held.base_atoms.get() == 0)
        })
        .collect();
    let slot = match rng.pick(&empty) {
        Some(slot) if !rng.once_in(4) => *slot,
        _ => slot(chain, rng),
    };
    Action::Close { slot, signer: signer(rng, slot.owner) }
}

fn delegate(chain: &Chain, rng: &mut Rng) -> Action {
    let slot = slot(chain, rng);
    let (to, rights) = match rng.below(8) {
        0 => (None, 0),
        1 => (None, rng.below(5) as u8),
        2 => (Some(any_owner(rng)), rng.below(6) as u8),
        _ => (Some(any_owner(rng)), rng.range(1, 3) as u8),
    };
    Action::Delegate { slot, signer: signer(rng, slot.owner), to, rights }
}

fn write(chain: &Chain, rng: &mut Rng) -> Action {
    let owner = if rng.once_in(8) { rng.below(TRADERS.into()) as u8 } else { WRITER };
    let writer = Slot { owner, sub: 0 };
    let expiry = quotes::live(chain, rng);
    let strike_e6 = quotes::strike(chain, rng, expiry);
    let lots = if rng.once_in(12) { rng.magnitude(u64::MAX) } else { rng.below(300) };
    Action::Write { writer, holder: slot(chain, rng), expiry, strike_e6, lots }
}

fn odd(chain: &Chain, rng: &mut Rng) -> Action {
    match rng.below(8) {
        0 => Action::Version,
        1 => Action::AuthoritySet { right: !rng.once_in(2) },
        2..5 => {
            let atoms = amount(rng, chain.market().fees_atoms.get());
            Action::Sweep { right: !rng.once_in(5), atoms, ticket: 500_000 + chain.tickets.len() as u64 }
        }
        _ => Action::ExpiryClose { expiry: passed(chain, rng) },
    }
}

/// Mostly the first expiry that is still there, whose claims are likeliest to have ended.
fn passed(chain: &Chain, rng: &mut Rng) -> u8 {
    let first = (0..).zip(&chain.listed).find(|(_, at)| chain.expiry(**at).is_some());
    let any = rng.below(chain.listed.len().max(1) as u64) as u8;
    first.filter(|_| !rng.once_in(3)).map_or(any, |(place, _)| place)
}
