//! What must hold of the market and the tokens after every step, to the atom. What must hold of vaults is `testkit::vaults_check`.

use crate::fixture::Stage;
use abi::ids;
use abi::margin::MarginAccount;
use testkit::Token;

impl Stage {
    pub fn check_sums(&mut self) {
        self.check_market();
        self.check_supply();
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
}
