//! `view_margin`: both modes and the ladder as return data, against the pure code, at most sizes and where there is no figure.
use crate::fixture::*;
use crate::portfolio::{eight, report_of, traders};
use abi::margin::{KIND_CALL, KIND_PUT, MODE_PORTFOLIO, MarginView, STRIKES};
use abi::oracle::Feed;
use client::{WithRemaining, margin};
use risk::payoff::{Book, Kind, Position};
use risk::standard::{Holdings, Scale, initial_margin, maintenance_margin};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use testkit::{LOTS_PER_UNIT, Offer, SOL, Substitutions, USDC};
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms, UnixSeconds};

fn view(desk: &mut Desk, account: Pubkey) -> Instruction {
    let accounts = margin::ViewMargin { market: desk.protocol.market, account, feed: desk.protocol.feed };
    accounts.instruction().with_remaining(desk.reads())
}

/// What the instruction returns, and its units.
fn seen(desk: &mut Desk, view: Instruction) -> (MarginView, u64) {
    let outcome = desk.world.ok(&[view], &[]);
    (returned(&outcome), outcome.units_of(&margin::ID))
}

fn standard(desk: &mut Desk, account: Pubkey) -> (i64, i64) {
    let account = desk.account(account);
    let mut book = Book::EMPTY;
    for held in account.positions.iter().filter(|held| held.kind != 0) {
        let kind = if held.kind == KIND_CALL { Kind::Call } else { Kind::Put };
        let (expiry, strike) = (UnixSeconds(held.expiry_unix_s.get()), PriceE6(held.strike_e6.get()));
        book.push(Position { expiry, strike, kind, lots: Lots(held.lots.get()) }).unwrap();
    }
    let (quote, base) = (QuoteAtoms(account.quote_atoms.get()), BaseAtoms(account.base_atoms.get()));
    let holdings = Holdings { quote, base, book: &book };
    let scale = Scale { lots_per_unit: LOTS_PER_UNIT, base_unit_atoms: SOL };
    let margins = [initial_margin, maintenance_margin].map(|margin| margin(&holdings, PriceE6(SPOT), scale).unwrap().0);
    (margins[0], margins[1])
}

/// INVARIANT(M-5): every figure of the view is the pure code's, to the atom.
fn check(desk: &mut Desk, account: Pubkey, view: &MarginView) {
    let held = desk.account(account);
    let report = report_of(desk, &held);
    let (figures, contingencies) = (&report.assessment, &report.assessment.contingencies);
    assert_eq!((view.version, view.mode, view.portfolio_error.get()), (1, held.mode, 0));
    assert_eq!(view.spot_e6.get(), SPOT);
    let own = [
        view.portfolio_mtm_atoms,
        view.portfolio_im_atoms,
        view.portfolio_mm_atoms,
        view.loss_im_atoms,
        view.loss_mm_atoms,
        view.net_short_im_atoms,
        view.net_short_mm_atoms,
        view.forward_basis_atoms,
        view.oracle_confidence_atoms,
        view.concentration_atoms,
        view.quote_depeg_atoms,
    ];
    let pure = [
        figures.mtm,
        figures.im,
        figures.mm,
        figures.loss_im,
        figures.loss_mm,
        contingencies.net_short_im,
        contingencies.net_short_mm,
        contingencies.forward_basis,
        contingencies.oracle_confidence,
        contingencies.concentration,
        contingencies.quote_depeg,
    ];
    assert_eq!(own.map(|atoms| atoms.get()), pure.map(|atoms| atoms.0));
    assert_eq!(usize::from(view.worst), figures.worst);
    for (own, pure) in view.nodes.iter().zip(&report.nodes) {
        let node = (own.move_e9.get(), own.value_atoms.get(), own.loss_atoms.get());
        assert_eq!(node, (pure.node.move_e9, pure.value.0, pure.loss.0), "{}", pure.node);
    }
    assert_eq!((view.standard_im_atoms.get(), view.standard_mm_atoms.get()), standard(desk, account));
}

#[test]
fn view_margin_returns_both_modes_and_the_ladder_to_the_atom() {
    let mut desk = traders();
    eight(&mut desk);
    for account in desk.accounts.clone() {
        let view = view(&mut desk, account);
        let (view, units) = seen(&mut desk, view);
        check(&mut desk, account, &view);
        assert_eq!((view.mode, view.severity, view.stale_minutes.get()), (MODE_PORTFOLIO, 0, 0));
        assert!(view.loss_mm_atoms.get() < 0 && view.nodes.iter().all(|node| node.value_atoms.get() != 0));
        assert!(units <= 100_000, "{units} units");
    }
}

#[test]
fn view_margin_of_an_empty_account_is_its_collateral() {
    let mut desk = Desk::new();
    let account = desk.taker.account;
    let view = view(&mut desk, account);
    let (view, _) = seen(&mut desk, view);
    check(&mut desk, account, &view);
    assert_eq!(view.portfolio_mtm_atoms.get(), 1_150_000 * i64::try_from(USDC).unwrap());
    assert_eq!(view.standard_mtm_atoms, view.portfolio_mtm_atoms);
}

/// 32 positions over four expiries: within a transaction's units with room for more, and within what a program returns.
#[test]
fn view_margin_of_the_largest_account_fits() {
    let mut desk = Desk::new();
    let mut times = vec![desk.expiry_unix_s];
    times.extend([8, 15, 22].map(|days| desk.list(days)));
    desk.surfaces_put();
    let mut nonce = 1;
    for time in times {
        for at in 0..u64::try_from(STRIKES / 4).unwrap() {
            let kind = if at % 2 == 0 { KIND_CALL } else { KIND_PUT };
            let strike_e6 = SPOT - 20 * USDC + at * 5 * USDC;
            let offer = Offer { expiry_unix_s: time, strike_e6, kind, nonce, ..desk.offer() };
            let fill = desk.fill_reading(offer, 1);
            desk.world.ok(&fill, &[&desk.taker.keypair]);
            nonce += 1;
        }
    }
    let account = desk.maker.account;
    let view = view(&mut desk, account);
    let (view, units) = seen(&mut desk, view);
    check(&mut desk, account, &view);
    println!("view_margin of 32 positions over four expiries: {units} units");
    assert!(units <= 300_000, "{units} units");
}

#[test]
fn view_margin_names_why_portfolio_margin_has_no_figure() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let account = desk.taker.account;
    let without = view(&mut desk, account);
    let (figures, _) = seen(&mut desk, without);
    assert_eq!(figures.portfolio_error.get(), error("SurfaceMissing"));
    assert_eq!(figures.portfolio_im_atoms.get(), 0);
    assert!(figures.nodes.iter().all(|node| *node == bytemuck::Zeroable::zeroed()));
    assert_eq!((figures.standard_im_atoms.get(), figures.standard_mm_atoms.get()), standard(&mut desk, account));
    desk.surfaces_put();
    let mut without = view(&mut desk, account);
    without.accounts.remove(margin::ViewMargin::ACCOUNTS.len());
    let (figures, _) = seen(&mut desk, without);
    assert_eq!(figures.portfolio_error.get(), error("ExpiryMissing"));
    let complete = view(&mut desk, account);
    let (figures, _) = seen(&mut desk, complete);
    check(&mut desk, account, &figures);
}

/// Nothing is decided by a view, so that an old price is shown with its age rather than refused.
#[test]
fn view_margin_at_a_stale_price_says_so() {
    let mut desk = traders();
    eight(&mut desk);
    let account = desk.maker.account;
    let refreshed = desk.world.unix_s();
    desk.world.advance_s(3_600);
    let feed = desk.protocol.feed;
    desk.world.edit(&feed, |feed: &mut Feed| feed.severity = 2);
    let view = view(&mut desk, account);
    let (view, _) = seen(&mut desk, view);
    assert_eq!((view.severity, view.refreshed_unix_s.get()), (2, refreshed));
    assert_eq!(view.stale_minutes.get(), 40);
    assert_eq!(view.spot_e6.get(), SPOT);
}

#[test]
fn view_margin_with_wrong_accounts_fails() {
    let mut desk = traders();
    let elsewhere = Elsewhere::new(&mut desk);
    let account = desk.taker.account;
    let mut view = view(&mut desk, account);
    view.accounts.truncate(margin::ViewMargin::ACCOUNTS.len());
    let imposter = imposter(&mut desk.world);
    Substitutions::of(view, margin::ViewMargin::ACCOUNTS, &[])
        .stranger("market", InstructionError::UninitializedAccount)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::UninitializedAccount)
        .wrong("account", imposter, InstructionError::InvalidAccountData)
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .run(&mut desk.world);
}
