//! Worlds that nobody else sees: what a vault comes to in another order of its cranks, and how strangers take it on after a week.

use crate::action::{Action, Slot, Token, VaultAction};
use crate::chain::Chain;
use crate::life::Life;
use crate::model::{Stand, plan};
use crate::stage::TRADERS;
use abi::margin::EXPIRY_SETTLED;
use abi::vault::{BID_SETTLED, Bid, DELIVERY_TOKENS, EPOCH_LIVE};
use client::addresses;
use invariants::vaults::{Step, Vault};

const WEEK_S: i64 = 7 * 86_400;
/// More steps than any epoch has left.
const STEPS: u32 = 60;

/// Owners of bids of the current epoch that are not settled, and whether for tokens.
fn unsettled(chain: &Chain, stand: &Stand) -> Vec<(u8, bool)> {
    let open = |owner: u8| {
        let address = addresses::bid(&stand.epoch_key, &chain.stage.actor(owner).key());
        let bid = chain.layout::<Bid>(&abi::ids::VAULT, &address).filter(|bid| bid.state != BID_SETTLED)?;
        Some((owner, bid.delivery == DELIVERY_TOKENS))
    };
    (0..TRADERS).filter_map(open).collect()
}

/// INVARIANT(V-6): bids settled in either order bring the same turn.
pub fn reordered(chain: &Chain, vault: u8) -> Result<(), String> {
    let stand = Stand::of(chain, vault);
    let mut bids = unsettled(chain, &stand);
    if stand.epoch.state != EPOCH_LIVE || bids.len() < 2 {
        return Ok(());
    }
    let mut found = vec![];
    for _ in 0..2 {
        let mut life = Life::new(chain.fork());
        for (owner, wrapped) in bids.iter().copied() {
            let settle = Action::Vault { vault, action: VaultAction::Settle { owner, wrapped } };
            // What the level or a stale feed refuses is tried again later, in whatever order.
            if !lands(&life.chain, &settle) {
                return Ok(());
            }
            life.step(&settle)?;
        }
        let Some(life) = carried_on(life, vault)? else { return Ok(()) };
        let accounts = life.chain.vault_accounts();
        let keys = life.chain.stage.vault(vault);
        found.push(Vault::of(&keys.vault.to_bytes(), &accounts).map_err(|why| why.to_string())?.results());
        bids.reverse();
    }
    if found[0] == found[1] {
        Ok(())
    } else {
        Err(format!("V-6: {:?} in one order, {:?} in the other", found[0], found[1]))
    }
}

/// INVARIANT(V-7): after a week in which nobody came, strangers bring the vault to its next epoch.
pub fn rescued(chain: &Chain, vault: u8) -> Result<(), String> {
    carried_on(Life::new(chain.fork()), vault).map(|_| ())
}

fn lands(chain: &Chain, action: &Action) -> bool {
    plan(chain, action).is_some_and(|plan| plan.refusals.is_empty())
}

/// Takes a step that nothing may refuse.
fn must(life: &mut Life, action: Action) -> Result<(), String> {
    match plan(&life.chain, &action) {
        Some(plan) if plan.refusals.is_empty() => life.step(&action),
        Some(plan) => Err(format!("V-7: {action:?} is stuck on {:?}", plan.refusals)),
        None => Err(format!("V-7: {action:?} cannot be asked for")),
    }
}

/// A week later, step by step to the next epoch. `None` in a world in which nobody can pay what the vault owes.
fn carried_on(mut life: Life, vault: u8) -> Result<Option<Life>, String> {
    let number = Stand::of(&life.chain, vault).vault.epoch.get();
    life.step(&Action::Wait { seconds: WEEK_S, slots: 100 })?;
    for _ in 0..STEPS {
        let price_e6 = life.chain.feed().price_e6.get();
        life.step(&Action::Price { price_e6, mask: 7, follow: true })?;
        let stand = Stand::of(&life.chain, vault);
        if stand.vault.epoch.get() > number {
            return Ok(Some(life));
        }
        let (address, now) = (stand.keys.vault.to_bytes(), life.chain.unix_s);
        let next = Vault::of(&address, &life.chain.vault_accounts()).map_err(|why| why.to_string())?.next(now);
        match next.ok_or("the current epoch is missing")? {
            Step::Wait { until_unix_s } => life.step(&Action::Wait { seconds: until_unix_s - now, slots: 1 })?,
            Step::Clear => must(&mut life, Action::Vault { vault, action: VaultAction::Clear })?,
            Step::Settle { .. } => {
                let (owner, _) = *unsettled(&life.chain, &stand).first().ok_or("V-7: a bid of nobody")?;
                // Nothing is delivered any more: whatever was bid for, no mint is needed.
                must(&mut life, Action::Vault { vault, action: VaultAction::Settle { owner, wrapped: false } })?;
            }
            Step::Collect { .. } => collect(&mut life, vault, &stand)?,
            Step::Sell => {
                if !cure(&mut life, vault, &stand)? {
                    return Ok(None);
                }
            }
            Step::Turn => must(&mut life, Action::Vault { vault, action: VaultAction::Turn })?,
        }
    }
    Err(format!("V-7: vault {vault} is not turned after {STEPS} steps"))
}

/// The expiry's price, and the vault's part of it.
fn collect(life: &mut Life, vault: u8, stand: &Stand) -> Result<(), String> {
    let time = stand.epoch.expiry_unix_s.get();
    let expiry = life.chain.listed.iter().position(|at| *at == time).ok_or("V-7: an expiry that is not listed")? as u8;
    let settled = life.chain.expiry(time).is_some_and(|expiry| expiry.state == EXPIRY_SETTLED);
    if !settled {
        let price_e6 = life.chain.feed().price_e6.get();
        life.step(&Action::Settlement { expiry, price_e6 })?;
        must(life, Action::ExpirySettle { expiry })?;
    }
    let slot = Slot { owner: life.chain.stage.vault_owner(vault), sub: 0 };
    must(life, Action::AccountSettle { slot, expiry })
}

/// Somebody buys base against the vault's debt, or pays it. Returns whether anybody can.
fn cure(life: &mut Life, vault: u8, stand: &Stand) -> Result<bool, String> {
    let slot = Slot { owner: life.chain.stage.vault_owner(vault), sub: 0 };
    let (atoms, limit_e6) = (u64::MAX, u64::MAX);
    let owed = stand.trading.quote_atoms.get().unsigned_abs() + 1_000_000;
    let buys = (0..TRADERS).map(|signer| {
        let bidder = Slot { owner: signer, sub: 0 };
        Action::BaseBid { slot, bidder, signer, atoms, limit_e6 }
    });
    let pays = (0..TRADERS).map(|from| Action::Deposit { from, slot, token: Token::Quote, atoms: owed });
    match buys.chain(pays).find(|action| lands(&life.chain, action)) {
        Some(action) => life.step(&action).map(|()| true),
        None => Ok(false),
    }
}
