use crate::fixture::{
    AUCTION_S, CALL_E6, CALLS, CAROL, CAROLS, DAVE, DAVES, PUT_E6, PUTS, SPREADS, Stage, TOKEN, code, framework_code,
    margin_code,
};
use abi::ids;
use abi::margin::{KIND_CALL, KIND_PUT, Wrapped};
use abi::vault::{BID_SETTLED, Bid, DELIVERY_LOTS, DELIVERY_TOKENS};
use client::{addresses, breaker, margin, vault};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::{Substitutions, Token, key};

/// Place of the holder among the accounts of a bid.
const HOLDER: usize = 4;

impl Stage {
    /// The epoch's series as tokens.
    pub fn wrapped(&mut self) -> (Pubkey, Pubkey) {
        let (strike, kind) = if self.kind == CALLS { (CALL_E6, KIND_CALL) } else { (PUT_E6, KIND_PUT) };
        let wrapped = addresses::wrapped(&self.expiry, strike, kind);
        (wrapped, addresses::wrapped_mint(&wrapped))
    }

    /// Opens the series, and an account of its tokens for `who`.
    pub fn token_wallet(&mut self, who: usize) -> Pubkey {
        let (wrapped, mint) = self.wrapped();
        if self.is_gone(&wrapped) {
            let (payer, market, expiry) = (self.world.payer(), self.protocol.market, self.expiry);
            let (strike_e6, kind) = if self.kind == CALLS { (CALL_E6, KIND_CALL) } else { (PUT_E6, KIND_PUT) };
            let open = margin::WrappedOpen { payer, market, expiry, wrapped, mint };
            self.world.ok(&[open.instruction(margin::WrappedOpenArgs { strike_e6, kind })], &[]);
        }
        let owner = self.actor(who).key();
        Token::account_2022(&mut self.world, &mint, &owner, "options")
    }

    /// A bid whose lots go to `holder`.
    pub fn bid_to(&mut self, who: usize, holder: Pubkey, lots: u64, percent: u64) -> Instruction {
        let price_e6 = self.price(percent);
        let mut bid = self.bid_commit(who, lots, price_e6);
        bid.accounts[HOLDER].pubkey = holder;
        bid
    }

    pub fn bid_settle_wrapped(&mut self, who: usize) -> Instruction {
        let (wrapped, mint) = self.wrapped();
        let accounts = vault::BidSettleWrapped {
            vault: self.vault.vault,
            epoch: self.epoch_key(self.number),
            bid: self.bid_key(who),
            holder: self.bid(who).holder.into(),
            market: self.protocol.market,
            trading_account: self.vault.trading,
            escrow_account: self.vault.escrow,
            expiry: self.expiry,
            wrapped,
            mint,
            quote_mint: self.protocol.quote.mint,
            feed: self.protocol.feed,
            custody: self.protocol.custody,
        };
        accounts.instruction()
    }

    fn balance(&mut self, tokens: &Pubkey) -> u64 {
        Token::balance(&mut self.world, tokens)
    }

    fn wrapped_lots(&mut self) -> u64 {
        let (wrapped, _) = self.wrapped();
        self.world.read::<Wrapped>(ids::MARGIN, &wrapped).lots.get()
    }
}

/// Cleared, with Carol's bid for 20 lots as tokens and Dave's for 30 in his margin account. Returns Carol's wallet.
pub fn cleared_of(kind: u8) -> (Stage, Pubkey) {
    let mut stage = Stage::auctioning_of(kind);
    let wallet = stage.token_wallet(CAROL);
    let bid = stage.bid_to(CAROL, wallet, 20, CAROLS);
    stage.step(bid, Some(CAROL));
    stage.do_commit(DAVE, 30, DAVES);
    stage.world.advance_s(AUCTION_S);
    stage.do_reveal(CAROL, CAROLS);
    stage.do_reveal(DAVE, DAVES);
    stage.end_auction();
    stage.do_clear();
    (stage, wallet)
}

/// Tokens for the same price that an account's lots cost, beside a bidder who takes lots; and at the end a whole epoch's claims.
#[test]
fn bid_settle_wrapped_delivers_tokens_that_pay_what_lots_pay() {
    for (kind, price_e6) in [(CALLS, 112_000_000), (PUTS, 88_000_000)] {
        let (mut stage, wallet) = cleared_of(kind);
        assert_eq!((stage.bid(CAROL).delivery, stage.bid(DAVE).delivery), (DELIVERY_TOKENS, DELIVERY_LOTS));
        let (price, escrow) = (stage.epoch().clearing_price_e6.get(), stage.bid(CAROL).escrow_atoms.get());
        let settle = stage.bid_settle_wrapped(CAROL);
        stage.step(settle, None);
        stage.do_settle(DAVE);
        let (bid, premium) = (stage.bid(CAROL), (price * 20).div_ceil(10));
        assert_eq!((bid.state, bid.filled_lots.get(), bid.escrow_atoms.get()), (BID_SETTLED, 20, escrow - premium));
        assert_eq!((stage.balance(&wallet), stage.wrapped_lots(), stage.epoch().bids_unsettled), (20, 20, 0));
        let sold = stage.epoch().sold_lots.get();
        assert_eq!(stage.trading().positions[0].lots.get(), -i64::try_from(sold).unwrap());

        stage.expire(price_e6);
        let settle = stage.account_settle(stage.vault.trading);
        stage.world.ok(&[settle], &[]);
        let before = stage.quote_of(CAROL);
        let (wrapped, mint) = stage.wrapped();
        let redeem = margin::WrappedRedeem {
            holder: stage.actor(CAROL).key(),
            market: stage.protocol.market,
            expiry: stage.expiry,
            wrapped,
            wrapped_mint: mint,
            source: wallet,
            custody: stage.protocol.custody,
            mint: stage.protocol.quote.mint,
            tokens: stage.protocol.quote_tokens,
            destination: stage.actor(CAROL).quote_tokens,
            payer: stage.actor(CAROL).key(),
            ticket: addresses::ticket(&stage.protocol.quote_tokens, 9),
            breaker_program: breaker::ID,
        };
        let redeem = redeem.instruction(margin::WrappedRedeemArgs { lots: 20, ticket_id: 9 });
        stage.step(redeem, Some(CAROL));
        // Two a unit in the money, ten lots a unit.
        assert_eq!(stage.quote_of(CAROL) - before, 4_000_000);
    }
}

/// INVARIANT(V-4): a wallet that takes nothing when the bid is settled, as an account without room: a bid is no option to walk away.
#[test]
fn bid_settle_wrapped_to_a_wallet_that_is_gone_keeps_the_premium() {
    let frozen = |account: &mut Account| account.data[108] = 2;
    let another = |account: &mut Account| account.data[..32].copy_from_slice(&[7; 32]);
    let closed = |account: &mut Account| *account = Account { lamports: 1, ..Account::default() };
    let changes: [fn(&mut Account); 3] = [frozen, another, closed];
    for change in changes {
        let (mut stage, wallet) = cleared_of(CALLS);
        let mut account = stage.world.account(&wallet).expect("a wallet");
        change(&mut account);
        stage.world.set_account(&wallet, account);
        let settle = stage.bid_settle_wrapped(CAROL);
        stage.step(settle, None);
        let premium = (stage.epoch().clearing_price_e6.get() * 20).div_ceil(10);
        assert_eq!((stage.bid(CAROL).filled_lots.get(), stage.epoch().premium_atoms.get()), (0, premium));
        assert_eq!((stage.epoch().sold_lots.get(), stage.wrapped_lots()), (0, 0));
    }
}

/// Each bid is delivered by the one instruction that can, so that nobody's premium is forfeit to the other.
#[test]
fn bid_settle_wrapped_of_lots_and_bid_settle_of_tokens_fail_by_name() {
    let (mut stage, _) = cleared_of(CALLS);
    let carol = stage.actor(CAROL).account;
    let mut tokens = stage.bid_settle(CAROL);
    tokens.accounts[3].pubkey = stage.bid(CAROL).holder.into();
    stage.refused(tokens, None, code("DeliveredAsTokens"));
    let lots = stage.bid_settle_wrapped(DAVE);
    stage.refused(lots, None, code("DeliveredAsLots"));
    assert_ne!(carol.to_bytes(), stage.bid(CAROL).holder);
}

/// INVARIANT(V-7): where nothing is delivered no mint is needed: sealed, or after the expiry, when the series may be closed.
#[test]
fn bid_settle_returns_what_a_bid_for_tokens_did_not_buy() {
    let (mut stage, wallet) = cleared_of(CALLS);
    let escrow = stage.bid(CAROL).escrow_atoms.get();
    let mut settle = stage.bid_settle(CAROL);
    settle.accounts[3].pubkey = wallet;
    stage.world.set_unix_s(stage.expiry_unix_s);
    stage.step(settle, None);
    assert_eq!((stage.bid(CAROL).state, stage.bid(CAROL).escrow_atoms.get()), (BID_SETTLED, escrow));

    let mut stage = Stage::auctioning();
    let wallet = stage.token_wallet(CAROL);
    let bid = stage.bid_to(CAROL, wallet, 20, CAROLS);
    stage.step(bid, Some(CAROL));
    stage.end_auction();
    stage.do_clear();
    let mut settle = stage.bid_settle(CAROL);
    settle.accounts[3].pubkey = wallet;
    stage.step(settle, None);
    assert!(stage.epoch().forfeited_atoms.get() > 0);
}

#[test]
fn bid_commit_to_a_wallet_that_cannot_take_the_epochs_options_fails() {
    let mut stage = Stage::auctioning();
    let wallet = stage.token_wallet(CAROL);
    let daves = stage.token_wallet(DAVE);
    let shares = stage.share_wallet(CAROL);
    for holder in [daves, shares, stage.actor(DAVE).quote_tokens, stage.protocol.feed] {
        let bid = stage.bid_to(CAROL, holder, 20, CAROLS);
        stage.refused(bid, Some(CAROL), code("WrongHolder"));
    }
    let mut frozen = stage.world.account(&wallet).expect("a wallet");
    frozen.data[108] = 2;
    stage.world.set_account(&wallet, frozen);
    let bid = stage.bid_to(CAROL, wallet, 20, CAROLS);
    stage.refused(bid, Some(CAROL), code("WrongHolder"));
    let mut stage = Stage::auctioning_of(SPREADS);
    let wallet = stage.token_wallet(CAROL);
    let bid = stage.bid_to(CAROL, wallet, 20, CAROLS);
    stage.refused(bid, Some(CAROL), code("SpreadNotWrapped"));
}

#[test]
fn bid_settle_wrapped_at_the_wrong_time_fails_by_name() {
    let (mut stage, _) = cleared_of(CALLS);
    let settle = stage.bid_settle_wrapped(CAROL);
    stage.brake(2);
    stage.refused(settle.clone(), None, margin_code("LevelForbids"));
    stage.brake(0);
    stage.world.advance_s(61);
    stage.refused(settle.clone(), None, code("FeedStale"));
    stage.protocol.price(&mut stage.world, crate::fixture::SPOT_E6);
    let epoch = stage.epoch_key(1);
    stage.edit::<abi::vault::Epoch>(&epoch, |epoch| epoch.state = abi::vault::EPOCH_AUCTION);
    stage.refused(settle.clone(), None, code("EpochNotLive"));
    stage.edit::<abi::vault::Epoch>(&epoch, |epoch| epoch.state = abi::vault::EPOCH_LIVE);
    stage.step(settle.clone(), None);
    stage.refused(settle, None, code("BidSettled"));
}

#[test]
fn bid_settle_wrapped_with_a_wrong_account_is_refused() {
    let (mut stage, _) = cleared_of(CALLS);
    let market = stage.other_market();
    let other = stage.other;
    let (other_epoch, past) = (addresses::epoch(&other.vault, 0), stage.epoch_key(0));
    let (trading, escrow, daves_bid) = (stage.vault.trading, stage.vault.escrow, stage.bid_key(DAVE));
    let daves = stage.token_wallet(DAVE);
    let foreign = stage.twin(stage.bid_key(CAROL), "foreign bid");
    stage.edit::<Bid>(&foreign, |bid| bid.epoch = other_epoch.to_bytes());
    let later = stage.protocol.expiry_unix_s(&mut stage.world, 8);
    let later = stage.protocol.expiry(&mut stage.world, later);
    let other_feed = stage.twin(stage.protocol.feed, "other feed");
    let (payer, expiry) = (stage.world.payer(), stage.expiry);
    let wrapped_put = addresses::wrapped(&expiry, CALL_E6, KIND_PUT);
    let put_mint = addresses::wrapped_mint(&wrapped_put);
    let open =
        margin::WrappedOpen { payer, market: stage.protocol.market, expiry, wrapped: wrapped_put, mint: put_mint };
    let open = open.instruction(margin::WrappedOpenArgs { strike_e6: CALL_E6, kind: KIND_PUT });
    stage.world.ok(&[open], &[]);
    let forged = key("forged series");
    let (series, _) = stage.wrapped();
    let mut account = stage.world.account(&series).expect("the series");
    account.owner = key("somebody's program");
    stage.world.set_account(&forged, account);
    let base_mint = stage.protocol.base.mint;
    let settle = stage.bid_settle_wrapped(CAROL);
    Substitutions::of(settle, vault::BidSettleWrapped::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .wrong("epoch", past, InstructionError::InvalidSeeds)
        .stranger("bid", InstructionError::AccountDataTooSmall)
        .wrong("bid", foreign, code("WrongBid"))
        .wrong("bid", daves_bid, code("WrongHolder"))
        .stranger("holder", code("WrongHolder"))
        .wrong("holder", daves, code("WrongHolder"))
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("trading_account", code("WrongTradingAccount"))
        .wrong("trading_account", other.trading, code("WrongTradingAccount"))
        .wrong("trading_account", escrow, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other.escrow, code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("expiry", code("WrongExpiry"))
        .wrong("expiry", later, code("WrongExpiry"))
        .stranger("wrapped", code("WrongWrapped"))
        .wrong("wrapped", wrapped_put, code("WrongWrapped"))
        .wrong("wrapped", forged, code("WrongWrapped"))
        .stranger("mint", margin_code("WrongWrappedMint"))
        .wrong("mint", put_mint, margin_code("WrongWrappedMint"))
        .stranger("quote_mint", code("WrongQuoteMint"))
        .wrong("quote_mint", base_mint, code("WrongQuoteMint"))
        .stranger("feed", code("WrongFeed"))
        .wrong("feed", other_feed, code("WrongFeed"))
        .stranger("custody", margin_code("CustodyOfAnotherMarket"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .stranger("token_2022_program", code("WrongShareProgram"))
        .wrong("token_2022_program", TOKEN, code("WrongShareProgram"))
        .run(&mut stage.world);
}
