//! A life: one action after another, each held to its plan, every invariant after each.

use crate::action::{Action, VaultAction};
use crate::chain::{Chain, Wrap, raw, wallet_2022_open};
use crate::coverage::Coverage;
use crate::forks;
use crate::model::{After, Plan, View, plan};
use crate::quote::{Signed, Terms};
use abi::margin::{MarginAccount, MarginView};
use invariants::value::Figures;
use solana_account::ReadableAccount;
use solana_pubkey::Pubkey;
use solana_transaction_error::TransactionError;
use std::collections::BTreeSet;
use testkit::{Failure, Outcome, Publication};

/// Between two looks at the whole world.
const WHOLE: u64 = 500;

/// A life as it stands.
pub struct Life {
    pub chain: Chain,
    pub coverage: Coverage,
}

impl Life {
    pub fn new(chain: Chain) -> Self {
        Self { chain, coverage: Coverage { lives: 1, ..Coverage::default() } }
    }

    /// Takes an action. An error says what does not hold.
    pub fn step(&mut self, action: &Action) -> Result<(), String> {
        self.coverage.actions += 1;
        match action {
            Action::Reordered { vault } => {
                self.coverage.landed("worlds::reordered", 0);
                forks::reordered(&self.chain, *vault)?;
            }
            Action::Rescued { vault } => {
                self.coverage.landed("worlds::rescued", 0);
                forks::rescued(&self.chain, *vault)?;
            }
            _ => {}
        }
        if !self.around(action)? {
            if let Some(plan) = plan(&self.chain, action) {
                self.perform(action, &plan).map_err(|why| format!("{}: {why}", plan.name))?;
            }
        }
        if self.coverage.actions.is_multiple_of(WHOLE) { self.whole() } else { Ok(()) }
    }

    /// What happens around the market: time, prices, the oracle's accounts. Returns whether the action was one of these.
    fn around(&mut self, action: &Action) -> Result<bool, String> {
        let chain = &mut self.chain;
        let protocol = &std::rc::Rc::clone(&chain.stage).protocol;
        match action {
            Action::Wait { seconds, slots } => chain.wait(*seconds, *slots),
            Action::Price { price_e6, mask, follow } => {
                let publication = Publication::now(&mut chain.world, *price_e6);
                for (at, source) in protocol.sources.iter().enumerate() {
                    if mask & (1 << at) != 0 {
                        source.publish(&mut chain.world, &publication);
                    }
                }
                if *follow {
                    let average = (*price_e6).into();
                    chain.world.edit(&protocol.feed, |feed: &mut abi::oracle::Feed| feed.ema_e6 = average);
                }
                // Whether there is a price to accept is the oracle's business.
                let sent = chain.send(&[protocol.feed_refresh()]);
                self.count("oracle::feed_refresh", &sent);
                self.chain.refresh(&protocol.feed)?;
            }
            Action::Surfaces { a_e9 } => {
                for at in chain.listed.clone() {
                    if at > chain.unix_s {
                        testkit::surface_write_level(&mut chain.world, &protocol.feed, at, *a_e9);
                        chain.refresh(&client::addresses::surface(&protocol.feed, at))?;
                    }
                }
            }
            Action::Settlement { expiry, price_e6 } => {
                let listed = chain.listed.get(usize::from(*expiry) % chain.listed.len().max(1)).copied();
                let Some(at) = listed.filter(|at| *at <= chain.unix_s) else { return Ok(true) };
                let address = client::addresses::settlement(&protocol.feed, at);
                if !chain.exists(&address) {
                    testkit::settlement_write(&mut chain.world, &protocol.feed, at, *price_e6);
                    chain.refresh(&address)?;
                }
            }
            Action::Restart => {
                chain.restart_slot = chain.slot;
                let address = Pubkey::from(abi::ids::SYSVAR_LAST_RESTART_SLOT);
                let mut sysvar = chain.world.account(&address).ok_or("no sysvar of the last restart")?;
                sysvar.data[..8].copy_from_slice(&chain.slot.to_le_bytes());
                chain.world.set_account(&address, sysvar);
            }
            Action::WalletOpen { owner, series } => {
                let holder = chain.stage.actor(*owner).key();
                let wrap = chain.wraps.get(usize::from(*series) % chain.wraps.len().max(1)).copied();
                let Some(wrap) = wrap.filter(|wrap| chain.exists(&wrap.mint)) else { return Ok(true) };
                if !chain.exists(&wrap.wallet(&holder)) {
                    let wallet = wallet_2022_open(&mut chain.world, &wrap.mint, &holder);
                    chain.refresh(&wallet)?;
                }
            }
            Action::Quote { id, maker, signer, nonce, max, min, life, legs, flaw } => {
                let (maker, signer, flaw) = (*maker, *signer, *flaw);
                let id = *id;
                let terms = Terms { id, maker, signer, nonce: *nonce, max: *max, min: *min, life: *life, flaw };
                if let Some(quote) = Signed::new(chain, &terms, legs) {
                    chain.quotes.push(quote);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn count(&mut self, name: &str, sent: &Result<Outcome, Box<Failure>>) {
        match sent {
            Ok(outcome) => self.coverage.landed(name, outcome.units),
            Err(failure) => self.coverage.refused(name, &error(failure)),
        }
    }

    fn perform(&mut self, action: &Action, plan: &Plan) -> Result<(), String> {
        let payer = self.chain.world.payer();
        let named: BTreeSet<Pubkey> =
            plan.instructions.iter().flat_map(|call| &call.accounts).map(|meta| meta.pubkey).collect();
        let sent = self.chain.send(&plan.instructions);
        self.count(plan.name, &sent);
        let outcome = match sent {
            Ok(outcome) => outcome,
            Err(failure) => {
                let found = error(&failure);
                if !plan.refusals.contains(&found.as_str()) {
                    let logs = failure.logs.join("\n");
                    return Err(format!("refused for {found}, expected {:?}\n{logs}", plan.refusals));
                }
                let changed = named.iter().find(|at| **at != payer && !self.chain.is_held(at));
                return changed.map_or(Ok(()), |at| Err(format!("refused for {found}, and changed {at}")));
            }
        };
        if !plan.refusals.is_empty() {
            return Err(format!("landed, and should have been refused for {:?}", plan.refusals));
        }
        for what in &plan.shows {
            self.coverage.landed(what, 0);
        }
        for address in &named {
            self.changed(address, plan)?;
        }
        for (address, exact) in &plan.fair {
            *self.chain.fair.entry(*address).or_default() += exact;
        }
        if let Some(view) = &plan.view {
            viewed(view, bytemuck::pod_read_unaligned(&outcome.returned_by(&client::margin::ID)))?;
        }
        self.remember(action, plan)?;
        self.chain.index.read(&outcome.logs)?;
        self.check(plan)
    }

    /// Takes in one account that a landed transaction named, and holds it to the plan and to what no step may do.
    fn changed(&mut self, address: &Pubkey, plan: &Plan) -> Result<(), String> {
        let before = self.chain.raw(address).cloned();
        let changed = self.chain.refresh(address)?.is_some();
        let after = self.chain.raw(address);
        let planned = plan.after.iter().find(|(at, _)| at == address).map(|(_, after)| after);
        match (planned, after) {
            (None, _) if changed => return Err(format!("{address} changed, and should not have")),
            (None, _) | (Some(After::Gone), None) => {}
            (Some(After::Gone), Some(_)) => return Err(format!("{address} should be gone")),
            (Some(After::Tokens(atoms)), _) if self.chain.tokens(address) == *atoms => {}
            (Some(After::Supply(atoms)), _) if self.chain.supply(address) == *atoms => {}
            (Some(After::Supply(atoms)), _) => {
                return Err(format!("{} of {address} exist, expected {atoms}", self.chain.supply(address)));
            }
            (Some(After::Tokens(atoms)), _) => {
                return Err(format!("{address} holds {} atoms, expected {atoms}", self.chain.tokens(address)));
            }
            (Some(planned), found) => {
                let bytes = planned.bytes().expect("whole");
                let found = found.and_then(|account| account.data().get(abi::DISCRIMINATOR_LEN..));
                if found != Some(bytes) {
                    return Err(format!("{address}: {}", difference(bytes, found.unwrap_or_default())));
                }
            }
        }
        if let (Some(before), Some(after)) = (&before, after) {
            invariants::step::check(&raw(address, before), &raw(address, after)).map_err(|why| why.to_string())?;
        }
        Ok(())
    }

    /// What an action leaves to later ones.
    fn remember(&mut self, action: &Action, plan: &Plan) -> Result<(), String> {
        self.chain.tickets.extend(&plan.tickets);
        match action {
            Action::List { .. } => {
                let listed = plan.after.iter().find_map(|(_, after)| match after {
                    After::Expiry(expiry) => Some(expiry.expiry_unix_s.get()),
                    _ => None,
                });
                self.chain.listed.extend(listed);
            }
            Action::WrapOpen { .. } => {
                let opened = plan.after.iter().find_map(|(at, after)| match after {
                    After::Wrapped(wrapped) => Some((*at, **wrapped)),
                    _ => None,
                });
                let (wrapped, state) = opened.ok_or("no wrapped series")?;
                let wrap = Wrap { time: state.expiry_unix_s.get(), wrapped, mint: state.mint.into() };
                let holders: Vec<Pubkey> = self.chain.stage.actors.iter().map(testkit::Actor::key).collect();
                for holder in holders {
                    let wallet = wallet_2022_open(&mut self.chain.world, &wrap.mint, &holder);
                    self.chain.refresh(&wallet)?;
                }
                self.chain.wraps.push(wrap);
            }
            Action::Vault { vault, action: VaultAction::Commit { bidder, price_e6, .. } } => {
                let keys = self.chain.stage.vault(*vault);
                let found = plan.after.iter().find_map(|(at, after)| match after {
                    After::Epoch(_) => Some(*at),
                    _ => None,
                });
                let epoch = found.ok_or_else(|| format!("a bid without an epoch of {}", keys.vault))?;
                self.chain.bids.push((epoch, bidder.owner, *price_e6));
            }
            Action::Close { slot, .. } => {
                let account = self.chain.stage.account(*slot);
                self.chain.fair.remove(&account);
            }
            _ => {}
        }
        Ok(())
    }

    /// Everything that must hold now, whatever happened.
    fn check(&self, plan: &Plan) -> Result<(), String> {
        let chain = &self.chain;
        let protocol = &chain.stage.protocol;
        let expiries = chain.expiries();
        let market = invariants::Market {
            market: chain.market(),
            custody: chain.custody(),
            tokens_atoms: [chain.tokens(&protocol.base_tokens), chain.tokens(&protocol.quote_tokens)],
            expiries: &expiries,
        };
        // INVARIANT(M-1), INVARIANT(M-2), INVARIANT(M-7): to the atom and the lot.
        let surplus = market.check(&chain.books).map_err(|why| why.to_string())?;
        if surplus != [0, 0] {
            return Err(format!("M-1: the vaults hold {surplus:?} atoms that nobody owns"));
        }
        // INVARIANT(V-1) to INVARIANT(V-5)
        if plan.name.starts_with("vault::") || plan.after.iter().any(|(at, _)| chain.is_vaults(at)) {
            invariants::vaults::check(&chain.vault_accounts()).map_err(|why| why.to_string())?;
        }
        let fund = invariants::Fund {
            fund: chain.fund(),
            custody: chain.custody_at(&chain.stage.fund.custody),
            tokens_atoms: chain.tokens(&chain.stage.fund.tokens),
        };
        let surplus = fund.check(&chain.fund_books).map_err(|why| why.to_string())?;
        if surplus != 0 {
            return Err(format!("M-1: the fund's vault holds {surplus} atoms that nobody owns"));
        }
        let lots_per_unit = i128::from(chain.market().lots_per_unit.get());
        for (address, _) in &plan.after {
            let held: Option<&MarginAccount> = chain.margin_at(address);
            if held.is_some() || chain.fair.contains_key(address) {
                chain.index.check(address, held)?;
            }
            // INVARIANT(M-6): no rounding and no fee was ever to anybody's gain.
            if let (Some(held), Some(fair)) = (held, chain.fair.get(address)) {
                let has = i128::from(held.quote_atoms.get()) * lots_per_unit;
                if has > *fair {
                    return Err(format!("M-6: {address} holds {has}, and would hold {fair} if nothing were rounded"));
                }
            }
        }
        if chain.index.fund_seq != chain.fund().seq.get() {
            return Err(format!(
                "the fund counts {} events, and {} were told",
                chain.fund().seq.get(),
                chain.index.fund_seq
            ));
        }
        let (told, counted) = (chain.index.seq, chain.market().seq.get());
        if told != counted {
            return Err(format!("the market counts {counted} events, and {told} were told"));
        }
        Ok(())
    }

    /// The whole world: no account changed that no action named, the running sums are the sums, and no token was made or lost.
    pub fn whole(&self) -> Result<(), String> {
        let strays = self.chain.strays();
        if !strays.is_empty() {
            return Err(format!("accounts changed behind everybody's back: {strays:?}"));
        }
        if self.chain.sums() != (self.chain.books.clone(), self.chain.fund_books.clone()) {
            return Err("the running sums are not the sums".into());
        }
        Ok(())
    }
}

/// INVARIANT(M-5): what the program shows is what the accounts' bytes come to.
fn viewed(expected: &View, found: MarginView) -> Result<(), String> {
    let standard = (found.standard_im_atoms.get(), found.standard_mm_atoms.get());
    let portfolio = match found.portfolio_error.get() {
        0 => Ok((found.portfolio_im_atoms.get(), found.portfolio_mm_atoms.get())),
        code => Err(client::error_name(code).map_or("an unknown error", |(_, name, _)| name)),
    };
    let pair = |figures: &Figures| (figures.im.0, figures.mm.0);
    let expected = (pair(&expected.standard), expected.portfolio.as_ref().map(pair).map_err(|why| *why));
    if (standard, portfolio) == expected {
        return Ok(());
    }
    Err(format!("M-5: margin is shown as {standard:?} and {portfolio:?}, and comes to {expected:?}"))
}

/// A refusal's name: of our programs' and the framework's errors their own, of others the program and the code.
fn error(failure: &Failure) -> String {
    match (&failure.error, failure.code()) {
        (_, Some(code)) => match client::error_name(code) {
            Some((_, name, _)) => name.to_owned(),
            None => format!("{} {code}", refuser(failure)),
        },
        (TransactionError::InstructionError(_, error), None) => format!("{error:?}"),
        (error, None) => format!("{error:?}"),
    }
}

/// Which of the cluster's own programs refused.
fn refuser(failure: &Failure) -> &'static str {
    let failed = |id: abi::Address| {
        let line = format!("Program {} failed", Pubkey::from(id));
        failure.logs.iter().any(|log| log.starts_with(&line))
    };
    if failed(abi::ids::TOKEN) || failed(abi::ids::TOKEN_2022) {
        "token"
    } else if failed([0; 32]) {
        "system"
    } else {
        "program"
    }
}

/// The first place at which bytes differ.
fn difference(expected: &[u8], found: &[u8]) -> String {
    if expected.len() != found.len() {
        return format!("{} bytes, expected {}", found.len(), expected.len());
    }
    let differ: Vec<usize> = (0..expected.len()).filter(|at| expected[*at] != found[*at]).collect();
    let words = |bytes: &[u8], at: usize| bytes[at / 8 * 8..].iter().take(8).copied().collect::<Vec<u8>>();
    let first = differ.first().copied().unwrap_or_default();
    format!(
        "bytes {differ:?} of the layout differ; around {first} expected {:?}, found {:?}",
        words(expected, first),
        words(found, first)
    )
}
