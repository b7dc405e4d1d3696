use crate::fixture::*;
use abi::ids;
use abi::margin::{Market, MarketChange, PortfolioParams};
use abi::oracle::Feed;
use client::{addresses, margin, oracle};
use risk::portfolio::MarginParams;
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, USDC, key};

pub const LOOSEN_S: i64 = 48 * 3_600;

/// The market's present terms as an argument.
pub fn terms(desk: &mut Desk) -> margin::MarketTerms {
    let market = desk.market();
    margin::MarketTerms {
        taker_fee_bps: market.taker_fee_bps.get(),
        maker_fee_bps: market.maker_fee_bps.get(),
        strike_tick_e6: market.strike_tick_e6.get(),
        quote_feed: Pubkey::from(market.quote_feed),
        portfolio: portfolio(&MarginParams::from(&market.portfolio)),
    }
}

/// The wire's form is the layout's bytes.
fn portfolio(params: &MarginParams) -> margin::PortfolioParams {
    let stored = PortfolioParams::from(params);
    borsh::from_slice(bytemuck::bytes_of(&stored)).unwrap()
}

pub fn update(desk: &Desk, terms: &margin::MarketTerms) -> Instruction {
    let accounts = margin::MarketUpdate {
        authority: desk.protocol.deployer.pubkey(),
        payer: desk.world.payer(),
        config: addresses::config(&margin::ID),
        market: desk.protocol.market,
        change: addresses::change(&desk.protocol.market),
        quote_feed: terms.quote_feed,
    };
    accounts.instruction(terms.clone())
}

pub fn updated(desk: &mut Desk, terms: &margin::MarketTerms) -> MarketChange {
    let update = update(desk, terms);
    let deployer = desk.protocol.deployer.insecure_clone();
    desk.world.ok(&[update], &[&deployer]);
    desk.world.read(ids::MARGIN, &addresses::change(&desk.protocol.market))
}

/// All of a market but what its terms and events are.
fn rest(market: &Market) -> Market {
    let zeroed: Market = bytemuck::Zeroable::zeroed();
    Market {
        taker_fee_bps: zeroed.taker_fee_bps,
        maker_fee_bps: zeroed.maker_fee_bps,
        strike_tick_e6: zeroed.strike_tick_e6,
        quote_feed: zeroed.quote_feed,
        portfolio: zeroed.portfolio,
        seq: zeroed.seq,
        // Counts the change itself.
        records_open: zeroed.records_open,
        ..*market
    }
}

#[test]
fn market_update_to_tighter_terms_stands_at_once() {
    let mut desk = Desk::new();
    let before = desk.market();
    let mut next = terms(&mut desk);
    next.taker_fee_bps -= 1;
    next.strike_tick_e6 *= 2;
    next.portfolio = portfolio(&MarginParams::SOL);
    let change = updated(&mut desk, &next);
    assert_eq!(change.ready_unix_s.get(), 0);
    let after = desk.market();
    assert_eq!(terms(&mut desk), next);
    assert_eq!(MarginParams::from(&after.portfolio), MarginParams::SOL);
    assert_eq!(rest(&after), rest(&before));
    desk.check_books();
}

#[test]
fn market_update_to_looser_terms_waits() {
    let mut desk = Desk::new();
    let before = terms(&mut desk);
    let looser: [fn(&mut margin::MarketTerms); 6] = [
        |terms| terms.taker_fee_bps += 1,
        |terms| terms.maker_fee_bps += 1,
        |terms| terms.portfolio.multiplier_e9 -= 1,
        |terms| terms.portfolio.power_short_e9 += 1,
        |terms| terms.portfolio.mm_loss_e9 -= 1,
        |terms| terms.portfolio.concentration_share_e9 += 1,
    ];
    for loosen in looser {
        let mut next = before.clone();
        // Tighter elsewhere does not hurry it.
        next.portfolio.net_short_im_e9 += 1;
        loosen(&mut next);
        let now = desk.world.unix_s();
        let change = updated(&mut desk, &next);
        assert_eq!(change.ready_unix_s.get(), now + LOOSEN_S);
        assert_eq!(terms(&mut desk), before);
        assert_eq!((change.version, change.min_reader, change.market), (1, 1, desk.protocol.market.to_bytes()));
    }
    // What is as tight as the present ends what waits.
    let change = updated(&mut desk, &before);
    assert_eq!((change.ready_unix_s.get(), terms(&mut desk)), (0, before));
}

/// A feed of the quote token holds margin to its peg; letting go of it, or of this one, waits.
#[test]
fn market_update_sets_a_quote_feed_at_once_and_takes_it_away_later() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let without = terms(&mut desk);
    assert_eq!(without.quote_feed, Pubkey::default());
    let with = margin::MarketTerms { quote_feed: desk.protocol.feed, ..without.clone() };
    assert_eq!(updated(&mut desk, &with).ready_unix_s.get(), 0);
    assert_eq!(desk.market().quote_feed, desk.protocol.feed.to_bytes());
    let other = margin::MarketTerms { quote_feed: elsewhere.protocol.feed, ..without.clone() };
    for next in [without, other] {
        assert_ne!(updated(&mut desk, &next).ready_unix_s.get(), 0);
        assert_eq!(desk.market().quote_feed, desk.protocol.feed.to_bytes());
    }
}

/// The contingency that the feed is for: margin falls with the peg, by the account's delta, and waits for the feed where it adds risk.
#[test]
fn market_update_of_the_quote_feed_charges_portfolio_accounts_for_a_lost_peg() {
    let mut desk = crate::portfolio::traders();
    crate::portfolio::eight(&mut desk);
    let elsewhere = Elsewhere::new(&mut desk);
    let quote_feed = elsewhere.protocol.feed;
    let with = margin::MarketTerms { quote_feed, ..terms(&mut desk) };
    updated(&mut desk, &with);
    let view = |price_e6: u64, desk: &mut Desk| {
        desk.world.edit(&quote_feed, |feed: &mut Feed| {
            (feed.price_e6, feed.severity) = (price_e6.into(), 0);
        });
        let accounts =
            margin::ViewMargin { market: desk.protocol.market, account: desk.maker.account, feed: desk.protocol.feed };
        let reads = desk.reads().into_iter().chain([solana_instruction::AccountMeta::new_readonly(quote_feed, false)]);
        let view = client::WithRemaining::with_remaining(accounts.instruction(), reads);
        let outcome = desk.world.ok(&[view], &[]);
        returned::<abi::margin::MarginView>(&outcome)
    };
    let (pegged, lost) = (view(USDC, &mut desk), view(USDC * 9 / 10, &mut desk));
    assert_eq!((pegged.portfolio_error.get(), lost.portfolio_error.get()), (0, 0));
    assert_eq!(pegged.quote_depeg_atoms.get(), 0);
    let charge = lost.quote_depeg_atoms.get();
    assert!(charge > 0);
    assert_eq!(pegged.portfolio_im_atoms.get() - lost.portfolio_im_atoms.get(), charge);
    // A fill must be given the feed.
    let [signature, fill] = desk.fill_reading(testkit::Offer { nonce: 77, ..desk.offer() }, 1);
    desk.world.fail(&[signature, fill], &[&desk.taker.keypair], error("QuoteFeedMissing"));
}

#[test]
fn market_update_out_of_bounds_fails_by_name() {
    let mut desk = Desk::new();
    let present = terms(&mut desk);
    let wrong: [(fn(&mut margin::MarketTerms), &str); 5] = [
        (|terms| terms.taker_fee_bps = 101, "FeeOutOfBounds"),
        (|terms| terms.maker_fee_bps = 101, "FeeOutOfBounds"),
        (|terms| terms.strike_tick_e6 = 99, "StrikeTickOutOfBounds"),
        (|terms| terms.portfolio.mm_loss_e9 = 0, "ParamsOutOfBounds"),
        (|terms| terms.portfolio.multiplier_e9 = u32::MAX, "ParamsOutOfBounds"),
    ];
    let deployer = desk.protocol.deployer.insecure_clone();
    for (spoil, name) in wrong {
        let mut next = present.clone();
        spoil(&mut next);
        let update = update(&desk, &next);
        desk.world.fail(&[update], &[&deployer], error(name));
    }
    for feed in [key("nobody"), desk.protocol.market, addresses::config(&oracle::ID)] {
        let update = update(&desk, &margin::MarketTerms { quote_feed: feed, ..present.clone() });
        let expect = if feed == desk.protocol.market { DUPLICATE } else { error("QuoteFeedUnreadable") };
        desk.world.fail(&[update], &[&deployer], expect);
    }
}

#[test]
fn market_update_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let present = terms(&mut desk);
    let update = update(&desk, &present);
    let deployer = desk.protocol.deployer.insecure_clone();
    Substitutions::of(update, margin::MarketUpdate::ACCOUNTS, &[&deployer])
        .stranger("authority", error("NotAuthority"))
        .any("payer", "whoever signs may pay")
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", addresses::config(&oracle::ID), InstructionError::IllegalOwner)
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, InstructionError::InvalidSeeds)
        .stranger("change", InstructionError::InvalidSeeds)
        .wrong("change", addresses::change(&elsewhere.protocol.market), InstructionError::InvalidSeeds)
        .wrong("quote_feed", desk.protocol.feed, error("QuoteFeedUnreadable"))
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
