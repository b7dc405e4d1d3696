//! What must hold of every vault after every instruction: V-1 to V-5 of what accounts show by themselves. V-6 and V-7 are of runs: here is
//! what a run compares, and what the next step is that anybody may take.

mod next;

use crate::value::quote_now;
use crate::{Account, Broken, require};
use abi::margin::{KIND_CALL, MarginAccount, Market};
use abi::vault::{BID_SETTLED, Bid, Deposit, EPOCH_LIVE, EPOCH_SETTLED, Epoch, KIND_COVERED_CALL, Withdrawal};
use abi::{Address, Layout, ids};
pub use next::Step;
use risk::vault::{E12, VIRTUAL_ASSETS, VIRTUAL_SHARES};
use risk::waterfall::INDEX_ONE_E18;

/// Offset of a mint's supply, and of a token account's amount.
const SUPPLY_AT: usize = 36;
const AMOUNT_AT: usize = 64;

/// A vault as it stands, with everything that its figures are about.
pub struct Vault<'a> {
    pub address: Address,
    pub vault: &'a abi::vault::Vault,
    pub market: &'a Market,
    pub trading: &'a MarginAccount,
    pub escrow: &'a MarginAccount,
    /// Shares in existence, and those that the vault's own token account holds.
    pub supply: u64,
    pub waiting_shares: u64,
    pub epochs: Vec<(Address, &'a Epoch)>,
    pub deposits: Vec<&'a Deposit>,
    pub withdrawals: Vec<&'a Withdrawal>,
    pub bids: Vec<(Address, &'a Bid)>,
}

/// What an epoch's turn gave its depositors and those who left: the same whatever order its cranks came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turned {
    pub number: u64,
    pub assets_atoms: u64,
    pub share_price_e12: u64,
    pub premium_atoms: u64,
    pub forfeited_atoms: u64,
    pub sold_lots: u64,
    pub deposit_shares: u64,
    pub fee_shares: u64,
    pub withdrawn_base_atoms: u64,
    pub withdrawn_quote_atoms: u64,
}

/// Holds every vault among `accounts` to its invariants.
pub fn check(accounts: &[Account<'_>]) -> Result<(), Broken> {
    let vaults = accounts.iter().filter(|account| account.layout::<abi::vault::Vault>(&ids::VAULT).is_some());
    vaults.map(|account| &account.address).try_for_each(|address| Vault::of(address, accounts)?.check())
}

fn all<'a, T: Layout>(accounts: &[Account<'a>]) -> Vec<(Address, &'a T)> {
    let read = |account: &Account<'a>| Some((account.address, account.layout::<T>(&ids::VAULT)?));
    accounts.iter().filter_map(read).collect()
}

fn u64_at(account: &Account<'_>, at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*account.data.get(at..)?.first_chunk()?))
}

impl<'a> Vault<'a> {
    /// The vault at `address`, its accounts picked out of `accounts`, whatever else is among them.
    pub fn of(address: &Address, accounts: &[Account<'a>]) -> Result<Self, Broken> {
        let missing = |what: &str| Broken::new("V-1", format!("the vault's {what} is not among the accounts"));
        let find = |address: &Address, what: &str| {
            accounts.iter().find(|account| account.address == *address).ok_or_else(|| missing(what))
        };
        let vault: &abi::vault::Vault =
            find(address, "own account")?.layout(&ids::VAULT).ok_or_else(|| missing("own account"))?;
        let margin = |address: &Address, what: &str| {
            find(address, what)?.layout::<MarginAccount>(&ids::MARGIN).ok_or_else(|| missing(what))
        };
        let epochs: Vec<(Address, &Epoch)> =
            all::<Epoch>(accounts).into_iter().filter(|(_, epoch)| epoch.vault == *address).collect();
        let is_ours = |epoch: &Address| epochs.iter().any(|(known, _)| known == epoch);
        let deposits = all::<Deposit>(accounts).into_iter().map(|(_, deposit)| deposit);
        let withdrawals = all::<Withdrawal>(accounts).into_iter().map(|(_, withdrawal)| withdrawal);
        let bids = all::<Bid>(accounts).into_iter();
        Ok(Self {
            address: *address,
            vault,
            market: find(&vault.market, "market")?.layout(&ids::MARGIN).ok_or_else(|| missing("market"))?,
            trading: margin(&vault.trading_account, "trading account")?,
            escrow: margin(&vault.escrow_account, "escrow account")?,
            supply: u64_at(find(&vault.share_mint, "share mint")?, SUPPLY_AT).ok_or_else(|| missing("supply"))?,
            waiting_shares: u64_at(find(&vault.share_tokens, "share account")?, AMOUNT_AT)
                .ok_or_else(|| missing("share account"))?,
            deposits: deposits.filter(|deposit| is_ours(&deposit.epoch)).collect(),
            withdrawals: withdrawals.filter(|withdrawal| is_ours(&withdrawal.epoch)).collect(),
            bids: bids.filter(|(_, bid)| is_ours(&bid.epoch)).collect(),
            epochs,
        })
    }

    pub fn check(&self) -> Result<(), Broken> {
        self.check_shares()?;
        self.turned().try_for_each(check_turn)?;
        self.check_queues()?;
        self.check_segregated()?;
        self.check_bids()?;
        self.check_cover()
    }

    fn turned(&self) -> impl Iterator<Item = &Epoch> {
        self.epochs.iter().map(|(_, epoch)| *epoch).filter(|epoch| epoch.state == EPOCH_SETTLED)
    }

    /// INVARIANT(V-6): what every turn came to, in the order of the epochs. Two runs of the same steps in another order compare these.
    pub fn results(&self) -> Vec<Turned> {
        let result = |epoch: &Epoch| Turned {
            number: epoch.number.get(),
            assets_atoms: epoch.assets_atoms.get(),
            share_price_e12: epoch.share_price_e12.get(),
            premium_atoms: epoch.premium_atoms.get(),
            forfeited_atoms: epoch.forfeited_atoms.get(),
            sold_lots: epoch.sold_lots.get(),
            deposit_shares: epoch.deposit_shares.get(),
            fee_shares: epoch.fee_shares.get(),
            withdrawn_base_atoms: epoch.withdrawn_base_atoms.get(),
            withdrawn_quote_atoms: epoch.withdrawn_quote_atoms.get(),
        };
        let mut results: Vec<Turned> = self.turned().map(result).collect();
        results.sort_unstable_by_key(|result| result.number);
        results
    }

    /// INVARIANT(V-1): shares times their price never exceed what was held, by more than the virtual atom; the mint has as many as the vault
    /// says; and nobody's claims exceed what was put aside.
    fn check_shares(&self) -> Result<(), Broken> {
        let shares = self.vault.shares.get();
        require(self.supply == shares, "V-1", || format!("{} shares exist, the vault counts {shares}", self.supply))?;
        for epoch in self.turned() {
            let shares = u128::from(epoch.shares_before.get()).saturating_add(u128::from(epoch.fee_shares.get()));
            let worth = shares.saturating_mul(u128::from(epoch.share_price_e12.get())).checked_div(u128::from(E12));
            let (worth, assets) = (worth.unwrap_or(u128::MAX), u128::from(epoch.assets_atoms.get()));
            require(worth <= assets.saturating_add(1), "V-1", || format!("shares are worth {worth} of {assets}"))?;
            for (claimed, whole) in [
                (epoch.claimed_deposit_atoms, epoch.deposit_atoms),
                (epoch.claimed_deposit_shares, epoch.deposit_shares),
                (epoch.claimed_withdraw_shares, epoch.withdraw_shares),
                (epoch.claimed_base_atoms, epoch.withdrawn_base_atoms),
                (epoch.claimed_quote_atoms, epoch.withdrawn_quote_atoms),
            ] {
                require(claimed.get() <= whole.get(), "V-1", || {
                    format!("{} claimed of {}", claimed.get(), whole.get())
                })?;
            }
        }
        Ok(())
    }

    /// What waits is what its owners' accounts say, to the atom.
    fn check_queues(&self) -> Result<(), Broken> {
        for (address, epoch) in &self.epochs {
            let deposits = self.deposits.iter().filter(|deposit| deposit.epoch == *address);
            let found = deposits.fold(0_i128, |sum, held| sum.saturating_add(i128::from(held.amount_atoms.get())));
            let told = left(epoch.deposit_atoms.get(), epoch.claimed_deposit_atoms.get());
            require(found == told, "V-3", || format!("deposits of {found} wait, the epoch says {told}"))?;
            let withdrawals = self.withdrawals.iter().filter(|withdrawal| withdrawal.epoch == *address);
            let found = withdrawals.fold(0_i128, |sum, held| sum.saturating_add(i128::from(held.shares.get())));
            let told = left(epoch.withdraw_shares.get(), epoch.claimed_withdraw_shares.get());
            require(found == told, "V-3", || format!("{found} shares wait to leave, the epoch says {told}"))?;
        }
        Ok(())
    }

    /// INVARIANT(V-3): what is owed to those who wait, who left and who bid lies in escrow, apart from what is at risk, and haircuts pass it
    /// by: to the atom, whatever the market's index.
    fn check_segregated(&self) -> Result<(), Broken> {
        let (mut base, mut quote, mut shares) = (0_i128, 0_i128, i128::from(self.vault.fee_shares.get()));
        for (_, epoch) in &self.epochs {
            let is_turned = epoch.state == EPOCH_SETTLED;
            if !is_turned || epoch.deposits_refused == 1 {
                let waiting = left(epoch.deposit_atoms.get(), epoch.claimed_deposit_atoms.get());
                let side = if self.vault.kind == KIND_COVERED_CALL { &mut base } else { &mut quote };
                *side = side.saturating_add(waiting);
            }
            if is_turned {
                base = base.saturating_add(left(epoch.withdrawn_base_atoms.get(), epoch.claimed_base_atoms.get()));
                quote = quote.saturating_add(left(epoch.withdrawn_quote_atoms.get(), epoch.claimed_quote_atoms.get()));
                shares = shares.saturating_add(left(epoch.deposit_shares.get(), epoch.claimed_deposit_shares.get()));
            } else {
                shares = shares.saturating_add(i128::from(epoch.withdraw_shares.get()));
            }
        }
        let bids = self.bids.iter().map(|(_, bid)| i128::from(bid.escrow_atoms.get()));
        quote = bids.fold(quote, i128::saturating_add);
        let held = [
            ("base", i128::from(self.escrow.base_atoms.get()), base),
            ("quote", i128::from(self.escrow.quote_atoms.get()), quote),
            ("shares", i128::from(self.waiting_shares), shares),
        ];
        require(self.escrow.segregated == 1, "V-3", || "escrow is not segregated".into())?;
        let is_flat = self.escrow.positions.iter().all(|position| position.kind == 0);
        require(is_flat, "V-3", || "escrow holds positions".into())?;
        held.into_iter().try_for_each(|(what, held, owed)| {
            require(held >= owed, "V-3", || format!("escrow holds {held} {what} and owes {owed}"))
        })
    }

    /// INVARIANT(V-4): every bid is either in the book with its escrow, or settled; the epoch counts the former.
    fn check_bids(&self) -> Result<(), Broken> {
        for (address, epoch) in &self.epochs {
            let bids = self.bids.iter().filter(|(_, bid)| bid.epoch == *address && bid.state != BID_SETTLED);
            let (found, told) = (bids.count(), usize::from(epoch.bids_unsettled));
            require(found == told, "V-4", || format!("{found} bids are not settled, the epoch says {told}"))?;
            let (sold, cleared) = (epoch.sold_lots.get(), epoch.cleared_lots.get());
            require(sold <= cleared, "V-4", || format!("{sold} lots are delivered of {cleared} sold"))?;
            let offered = epoch.offered_lots.get();
            require(cleared <= offered, "V-4", || format!("{cleared} lots are sold of {offered} on offer"))?;
        }
        Ok(())
    }

    /// INVARIANT(V-5): what the vault is short is covered one to one by what it holds, until it settles. A haircut of the market takes its
    /// part of quote that is at risk, cover or not: after one, cover is held to what the index leaves of it.
    fn check_cover(&self) -> Result<(), Broken> {
        let live = self.epochs.iter().map(|(_, epoch)| *epoch).find(|epoch| epoch.state == EPOCH_LIVE);
        for short in self.trading.positions.iter().filter(|position| position.lots.get() < 0) {
            let epoch = live.ok_or_else(|| Broken::new("V-5", "the vault is short without a live epoch"))?;
            require(short.strike_e6 == epoch.strike_e6, "V-5", || "the vault is short at another strike".into())?;
            let lots = u128::from(short.lots.get().unsigned_abs());
            let sold = u128::from(epoch.sold_lots.get());
            require(lots == sold, "V-5", || format!("the vault is short {lots} lots and sold {sold}"))?;
            let per_unit = u128::from(self.market.lots_per_unit.get());
            let (of_unit, held) = if short.kind == KIND_CALL {
                let unit = 10_u128.saturating_pow(u32::from(self.market.base_decimals));
                (unit, u128::from(self.trading.base_atoms.get()))
            } else {
                let width = epoch.strike_e6.get().saturating_sub(epoch.hedge_strike_e6.get());
                let quote = quote_now(self.trading, self.market).map_or(0, |quote| quote.0);
                (u128::from(width), u128::try_from(quote).unwrap_or(0))
            };
            let cover = lots.saturating_mul(of_unit).div_ceil(per_unit.max(1));
            let cover = if short.kind == KIND_CALL { cover } else { self.left_of(cover) };
            require(held >= cover, "V-5", || format!("{cover} atoms are needed as cover, {held} held"))?;
            if epoch.hedge_strike_e6.get() > 0 {
                let hedge = self.trading.positions.iter().find(|position| position.strike_e6 == epoch.hedge_strike_e6);
                let hedged = hedge.map_or(0, |hedge| i128::from(hedge.lots.get()));
                require(u128::try_from(hedged) == Ok(lots), "V-5", || format!("{lots} lots sold, {hedged} hedged"))?;
            }
        }
        Ok(())
    }

    /// What every haircut there has been leaves of a balance; an atom each was rounded off, of which 64 are more than there will be.
    fn left_of(&self, atoms: u128) -> u128 {
        match INDEX_ONE_E18.saturating_sub(self.market.index_lost_e18.get()) {
            INDEX_ONE_E18 => atoms,
            index => atoms.saturating_mul(index.into()).div_euclid(INDEX_ONE_E18.into()).saturating_sub(64),
        }
    }
}

/// INVARIANT(V-2): what a turn mints for deposits is worth no more than they are at its own price, and what it pays for shares no more than
/// they are: who comes and leaves with nothing sold between never gains.
fn check_turn(epoch: &Epoch) -> Result<(), Broken> {
    let shares = u128::from(epoch.shares_before.get()).saturating_add(u128::from(epoch.fee_shares.get()));
    let (shares, assets) = (shares.saturating_add(VIRTUAL_SHARES.into()), u128::from(epoch.assets_atoms.get()));
    if epoch.share_price_e12.get() == 0 {
        return Ok(());
    }
    let minted = u128::from(epoch.deposit_shares.get()).saturating_mul(assets.saturating_add(VIRTUAL_ASSETS.into()));
    let deposited = u128::from(epoch.deposit_atoms.get()).saturating_mul(shares);
    require(minted <= deposited, "V-2", || {
        format!(
            "{} atoms bought {} shares of {shares} for {assets}",
            epoch.deposit_atoms.get(),
            epoch.deposit_shares.get()
        )
    })
}

/// What is left of `whole`: negative where more was taken than there was.
fn left(whole: u64, taken: u64) -> i128 {
    i128::from(whole).saturating_sub(i128::from(taken))
}
