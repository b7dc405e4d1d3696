//! What must hold after every step, to the atom.

use crate::fixture::Stage;
use abi::margin::MarginAccount;
use abi::vault::{Bid, Deposit};
use abi::{Layout, ids};
use solana_pubkey::Pubkey;
use testkit::Token;

impl Stage {
    fn found<T: Layout>(&mut self, address: &Pubkey) -> Option<T> {
        let account = self.world.account(address)?;
        abi::read::<T>(&account.owner.to_bytes(), &ids::VAULT, &account.data).ok().copied()
    }

    /// What must hold after every step, to the atom.
    pub fn check_conserved(&mut self) {
        self.check_market();
        self.check_supply();
        self.check_claims();
    }

    /// M-1: the custody's tokens are the market's sums, and the sums are those of the accounts.
    fn check_market(&mut self) {
        let market: abi::margin::Market = self.world.read(ids::MARGIN, &self.protocol.market);
        let (base_tokens, quote_tokens) = (self.protocol.base_tokens, self.protocol.quote_tokens);
        let base = Token::balance(&mut self.world, &base_tokens);
        let quote = i64::try_from(Token::balance(&mut self.world, &quote_tokens)).expect("in bounds");
        let others = i64::try_from(market.insurance_atoms.get() + market.fees_atoms.get()).expect("in bounds");
        assert_eq!(base, market.base_balances_atoms.get(), "base tokens");
        let sums = market.quote_balances_atoms.get() + others + market.clearing_atoms.get();
        assert_eq!(quote, sums, "quote tokens");
        let keys: Vec<_> = self.actors.iter().map(|actor| actor.account).collect();
        let vaults = [self.vault, self.other].map(|keys| [keys.trading, keys.escrow]).into_iter().flatten();
        let accounts: Vec<MarginAccount> =
            keys.into_iter().chain(vaults).map(|account| self.world.read(ids::MARGIN, &account)).collect();
        let base: u64 = accounts.iter().map(|account| account.base_atoms.get()).sum();
        let quote: i64 = accounts.iter().map(|account| account.quote_atoms.get()).sum();
        assert_eq!(base, market.base_balances_atoms.get(), "sum of base balances");
        assert_eq!(quote, market.quote_balances_atoms.get(), "sum of quote balances");
    }

    /// No token is made or lost: wallets and custody hold the supply.
    fn check_supply(&mut self) {
        let (base_tokens, quote_tokens) = (self.protocol.base_tokens, self.protocol.quote_tokens);
        let wallets: Vec<_> = self.actors.iter().map(|actor| (actor.base_tokens, actor.quote_tokens)).collect();
        let mut base = Token::balance(&mut self.world, &base_tokens);
        let mut quote = Token::balance(&mut self.world, &quote_tokens);
        for (base_wallet, quote_wallet) in wallets {
            base += Token::balance(&mut self.world, &base_wallet);
            quote += Token::balance(&mut self.world, &quote_wallet);
        }
        assert_eq!(base, self.protocol.base.supply(&mut self.world), "base supply");
        assert_eq!(quote, self.protocol.quote.supply(&mut self.world), "quote supply");
    }

    /// V-3, V-4: escrow holds exactly the open bids and the unclaimed results; trading holds exactly the deposits and the premium.
    fn check_claims(&mut self) {
        let bids: Vec<_> = (0..self.actors.len()).map(|who| self.bid_key(who, 0)).collect();
        let open: Vec<Bid> = bids.iter().filter_map(|bid| self.found(bid)).collect();
        let deposits: Vec<_> = (0..self.actors.len()).map(|who| self.deposit_key(who, 0)).collect();
        let deposits: Vec<Deposit> = deposits.iter().filter_map(|deposit| self.found(deposit)).collect();
        let (epoch, trading, escrow) = (self.epoch(0), self.trading(), self.escrow());
        assert_eq!(epoch.bids_open.get(), open.len() as u64, "bids open");
        let left = epoch.deposited_atoms.get() - epoch.claimed_deposit_atoms.get();
        assert_eq!(left, deposits.iter().map(|deposit| deposit.base_atoms.get()).sum::<u64>(), "sum of deposits");
        let bid_atoms: u64 = open.iter().map(|bid| bid.escrow_atoms.get()).sum();
        let quote_due = epoch.result_quote_atoms.get() - epoch.claimed_quote_atoms.get();
        let base_due = epoch.result_base_atoms.get() - epoch.claimed_base_atoms.get();
        assert_eq!(escrow.quote_atoms.get().unsigned_abs(), bid_atoms + quote_due, "escrowed quote");
        assert_eq!(escrow.base_atoms.get(), base_due, "escrowed base");
        if epoch.state == abi::vault::EPOCH_SETTLED {
            assert_eq!((trading.base_atoms.get(), trading.quote_atoms.get()), (0, 0), "trading after the turn");
        } else {
            assert_eq!(trading.base_atoms.get(), epoch.deposited_atoms.get(), "trading base");
        }
    }
}
