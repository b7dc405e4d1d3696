//! What must hold of every vault after every instruction, over raw accounts: V-1, V-3, V-4, V-5. (V-2, V-6 and V-7 are of runs, not of
//! states: `tests/vault` plays them.)

use abi::margin::{KIND_CALL, MarginAccount, Market};
use abi::vault::{BID_SETTLED, Bid, Deposit, EPOCH_LIVE, EPOCH_SETTLED, Epoch, KIND_COVERED_CALL, Vault, Withdrawal};
use abi::{Layout, ids};
use solana_account::Account;
use solana_pubkey::Pubkey;
use std::collections::BTreeMap;

type Accounts = BTreeMap<Pubkey, Account>;

const E12: u128 = 1_000_000_000_000;
/// Offsets in a mint and in a token account.
const SUPPLY_AT: usize = 36;
const AMOUNT_AT: usize = 64;

/// Everything of one vault.
struct Held<'a> {
    accounts: &'a Accounts,
    vault: Vault,
    epochs: Vec<(Pubkey, Epoch)>,
    deposits: Vec<Deposit>,
    withdrawals: Vec<Withdrawal>,
    bids: Vec<Bid>,
}

/// Holds every vault among the accounts to its invariants; panics with the ID of one that is broken.
pub fn vaults_check(accounts: &Accounts) {
    for (address, vault) in all::<Vault>(accounts) {
        let epochs: Vec<_> =
            all::<Epoch>(accounts).into_iter().filter(|(_, epoch)| epoch.vault == address.to_bytes()).collect();
        let is_ours = |epoch: &abi::Address| epochs.iter().any(|(address, _)| address.to_bytes() == *epoch);
        let of_epochs = |epoch: abi::Address| is_ours(&epoch);
        let held = Held {
            deposits: only(all::<Deposit>(accounts), |deposit| of_epochs(deposit.epoch)),
            withdrawals: only(all::<Withdrawal>(accounts), |withdrawal| of_epochs(withdrawal.epoch)),
            bids: only(all::<Bid>(accounts), |bid| of_epochs(bid.epoch)),
            accounts,
            vault,
            epochs: epochs.clone(),
        };
        held.check_shares();
        held.check_queues();
        held.check_segregated();
        held.check_bids();
        held.check_cover();
    }
}

fn all<T: Layout>(accounts: &Accounts) -> Vec<(Pubkey, T)> {
    let read = |account: &Account| abi::read::<T>(&account.owner.to_bytes(), &ids::VAULT, &account.data).ok().copied();
    accounts.iter().filter_map(|(address, account)| Some((*address, read(account)?))).collect()
}

fn only<T>(found: Vec<(Pubkey, T)>, keep: impl Fn(&T) -> bool) -> Vec<T> {
    found.into_iter().map(|(_, found)| found).filter(|found| keep(found)).collect()
}

impl Held<'_> {
    fn margin(&self, address: abi::Address) -> MarginAccount {
        let account = &self.accounts[&Pubkey::new_from_array(address)];
        *abi::read::<MarginAccount>(&account.owner.to_bytes(), &ids::MARGIN, &account.data).expect("a margin account")
    }

    fn market(&self) -> Market {
        let account = &self.accounts[&Pubkey::new_from_array(self.vault.market)];
        *abi::read::<Market>(&account.owner.to_bytes(), &ids::MARGIN, &account.data).expect("a market")
    }

    fn u64_at(&self, address: abi::Address, at: usize) -> u64 {
        let data = &self.accounts[&Pubkey::new_from_array(address)].data;
        u64::from_le_bytes(data[at..at + 8].try_into().expect("eight bytes"))
    }

    fn turned(&self) -> impl Iterator<Item = &Epoch> {
        self.epochs.iter().map(|(_, epoch)| epoch).filter(|epoch| epoch.state == EPOCH_SETTLED)
    }

    /// INVARIANT(V-1): shares times their price never exceed what was held, by more than the virtual atom; the mint has as many as the vault
    /// says; and nobody's claims exceed what was put aside.
    fn check_shares(&self) {
        assert_eq!(self.u64_at(self.vault.share_mint, SUPPLY_AT), self.vault.shares.get(), "V-1: supply of shares");
        for epoch in self.turned() {
            let shares = u128::from(epoch.shares_before.get() + epoch.fee_shares.get());
            let worth = shares * u128::from(epoch.share_price_e12.get()) / E12;
            assert!(worth <= u128::from(epoch.assets_atoms.get()) + 1, "V-1: {worth} of {}", epoch.assets_atoms.get());
            for (claimed, whole) in [
                (epoch.claimed_deposit_atoms, epoch.deposit_atoms),
                (epoch.claimed_deposit_shares, epoch.deposit_shares),
                (epoch.claimed_withdraw_shares, epoch.withdraw_shares),
                (epoch.claimed_base_atoms, epoch.withdrawn_base_atoms),
                (epoch.claimed_quote_atoms, epoch.withdrawn_quote_atoms),
            ] {
                assert!(claimed.get() <= whole.get(), "V-1: claimed {} of {}", claimed.get(), whole.get());
            }
        }
    }

    /// What waits is what its owners' accounts say, to the atom.
    fn check_queues(&self) {
        for (address, epoch) in &self.epochs {
            let deposits = self.deposits.iter().filter(|deposit| deposit.epoch == address.to_bytes());
            let waiting: u64 = deposits.map(|deposit| deposit.amount_atoms.get()).sum();
            assert_eq!(waiting, epoch.deposit_atoms.get() - epoch.claimed_deposit_atoms.get(), "V-3: deposits");
            let withdrawals = self.withdrawals.iter().filter(|withdrawal| withdrawal.epoch == address.to_bytes());
            let shares: u64 = withdrawals.map(|withdrawal| withdrawal.shares.get()).sum();
            assert_eq!(shares, epoch.withdraw_shares.get() - epoch.claimed_withdraw_shares.get(), "V-3: withdrawals");
        }
    }

    /// INVARIANT(V-3): what is owed to those who wait, who left and who bid lies in escrow, apart from what is at risk.
    fn check_segregated(&self) {
        let escrow = self.margin(self.vault.escrow_account);
        let (mut base, mut quote, mut shares) = (0, 0, self.vault.fee_shares.get());
        for (_, epoch) in &self.epochs {
            let is_turned = epoch.state == EPOCH_SETTLED;
            if !is_turned || epoch.deposits_refused == 1 {
                let waiting = epoch.deposit_atoms.get() - epoch.claimed_deposit_atoms.get();
                *(if self.vault.kind == KIND_COVERED_CALL { &mut base } else { &mut quote }) += waiting;
            }
            if is_turned {
                base += epoch.withdrawn_base_atoms.get() - epoch.claimed_base_atoms.get();
                quote += epoch.withdrawn_quote_atoms.get() - epoch.claimed_quote_atoms.get();
                shares += epoch.deposit_shares.get() - epoch.claimed_deposit_shares.get();
            } else {
                shares += epoch.withdraw_shares.get();
            }
        }
        quote += self.bids.iter().map(|bid| bid.escrow_atoms.get()).sum::<u64>();
        assert!(escrow.base_atoms.get() >= base, "V-3: {} base for {base}", escrow.base_atoms.get());
        assert!(escrow.quote_atoms.get() >= quote as i64, "V-3: {} quote for {quote}", escrow.quote_atoms.get());
        let waiting = self.u64_at(self.vault.share_tokens, AMOUNT_AT);
        assert!(waiting >= shares, "V-3: {waiting} shares for {shares}");
    }

    /// INVARIANT(V-4): every bid is either in the book with its escrow, or settled; the epoch counts the former.
    fn check_bids(&self) {
        for (address, epoch) in &self.epochs {
            let bids = self.bids.iter().filter(|bid| bid.epoch == address.to_bytes() && bid.state != BID_SETTLED);
            assert_eq!(bids.count(), usize::from(epoch.bids_unsettled), "V-4: bids of epoch {}", epoch.number.get());
            assert!(epoch.sold_lots.get() <= epoch.cleared_lots.get(), "V-4: delivered more than sold");
            assert!(epoch.cleared_lots.get() <= epoch.offered_lots.get(), "V-4: sold more than offered");
        }
    }

    /// INVARIANT(V-5): what the vault is short is covered one to one by what it holds, until it settles.
    fn check_cover(&self) {
        let (trading, market) = (self.margin(self.vault.trading_account), self.market());
        let live = self.epochs.iter().map(|(_, epoch)| epoch).find(|epoch| epoch.state == EPOCH_LIVE);
        let shorts = trading.positions.iter().filter(|position| position.lots.get() < 0);
        for short in shorts {
            let epoch = live.expect("V-5: a short without a live epoch");
            assert_eq!(short.strike_e6.get(), epoch.strike_e6.get(), "V-5: another strike");
            let lots = u128::from(short.lots.get().unsigned_abs());
            assert_eq!(lots, u128::from(epoch.sold_lots.get()), "V-5: lots");
            let per_unit = u128::from(market.lots_per_unit.get());
            if short.kind == KIND_CALL {
                let unit = 10u128.pow(u32::from(market.base_decimals));
                let cover = (lots * unit).div_ceil(per_unit);
                assert!(u128::from(trading.base_atoms.get()) >= cover, "V-5: {cover} base needed");
            } else {
                let width = u128::from(epoch.strike_e6.get() - epoch.hedge_strike_e6.get());
                let cover = (lots * width).div_ceil(per_unit);
                let quote = u128::try_from(trading.quote_atoms.get()).unwrap_or(0);
                assert!(quote >= cover, "V-5: {cover} quote needed, {quote} held");
                let hedges = trading.positions.iter().filter(|position| position.lots.get() > 0);
                let hedged: i64 = hedges.map(|position| position.lots.get()).sum();
                let expected = if epoch.hedge_strike_e6.get() > 0 { lots } else { 0 };
                assert_eq!(u128::from(hedged.unsigned_abs()), expected, "V-5: hedges");
            }
        }
    }
}
