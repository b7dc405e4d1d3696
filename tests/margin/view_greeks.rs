//! `view_greeks`: by position, by expiry and in all, against the pure code.
use crate::fixture::*;
use crate::portfolio::{eight, inputs_of, traders};
use abi::margin::{Greeks, GreeksView};
use client::{WithRemaining, margin};
use risk::portfolio::{base_greeks, leg_greeks};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use testkit::Substitutions;

fn view(desk: &mut Desk, account: Pubkey) -> Instruction {
    let accounts = margin::ViewGreeks { market: desk.protocol.market, account, feed: desk.protocol.feed };
    accounts.instruction().with_remaining(desk.reads())
}

fn stored(greeks: &risk::portfolio::Greeks) -> Greeks {
    Greeks {
        delta_atoms: greeks.delta.into(),
        gamma_atoms: greeks.gamma.into(),
        vega_atoms: greeks.vega.into(),
        theta_atoms: greeks.theta.into(),
        vanna_atoms: greeks.vanna.into(),
        volga_atoms: greeks.volga.into(),
    }
}

#[test]
fn view_greeks_returns_the_pure_code_s_figures() {
    let mut desk = traders();
    eight(&mut desk);
    for account in desk.accounts.clone() {
        let view = view(&mut desk, account);
        let outcome = desk.world.ok(&[view], &[]);
        let view: GreeksView = returned(&outcome);
        let held = desk.account(account);
        let inputs = inputs_of(&mut desk, &held);
        let portfolio = inputs.portfolio();
        let mut all = base_greeks(&portfolio, &inputs.market).unwrap();
        let mut by_expiry = [risk::portfolio::Greeks::ZERO; 4];
        for leg in &inputs.legs {
            let one = leg_greeks(leg, &inputs.expiries[leg.expiry], &inputs.market).unwrap();
            all = all.plus(&one.greeks).unwrap();
            by_expiry[leg.expiry] = by_expiry[leg.expiry].plus(&one.greeks).unwrap();
            let slot = held.positions.iter().position(|at| {
                let of = (at.expiry_unix_s.get(), at.strike_e6.get(), at.kind == 1);
                of == (inputs.times[leg.expiry], leg.strike.0, leg.kind == risk::payoff::Kind::Call)
            });
            let own = &view.positions[slot.unwrap()];
            assert_eq!(own.mark_e6.get(), one.series.mark.0);
            assert_eq!(u64::from(own.vol_e6.get()), one.series.vol.0 / 1_000);
            assert_eq!(i64::from(own.delta_e6.get()), one.series.delta_e9.div_euclid(1_000));
            assert!(own.vol_e6.get() > 400_000 && own.mark_e6.get() > 0);
        }
        assert_eq!(view.account, stored(&all));
        for (at, greeks) in by_expiry.iter().enumerate() {
            assert_eq!(view.expiries[at].greeks, stored(greeks));
            assert_eq!(view.expiries[at].expiry_unix_s.get(), inputs.times.get(at).copied().unwrap_or(0));
        }
        let used = view.positions.iter().filter(|at| at.mark_e6.get() > 0).count();
        assert_eq!((view.version, view.severity, used), (1, 0, inputs.legs.len()));
        let units = outcome.units_of(&margin::ID);
        println!("view_greeks of {used} positions over two expiries: {units} units");
        assert!(units <= 100_000, "{units} units");
    }
}

#[test]
fn view_greeks_without_what_it_reads_fails_by_name() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let account = desk.taker.account;
    let complete = view(&mut desk, account);
    desk.world.fail(std::slice::from_ref(&complete), &[], error("SurfaceMissing"));
    desk.surfaces_put();
    let mut without = complete.clone();
    without.accounts.remove(margin::ViewGreeks::ACCOUNTS.len());
    desk.world.fail(&[without], &[], error("ExpiryMissing"));
    desk.world.ok(&[complete], &[]);
}

#[test]
fn view_greeks_with_wrong_accounts_fails() {
    let mut desk = traders();
    let elsewhere = Elsewhere::new(&mut desk);
    let account = desk.taker.account;
    let mut view = view(&mut desk, account);
    view.accounts.truncate(margin::ViewGreeks::ACCOUNTS.len());
    let imposter = imposter(&mut desk.world);
    Substitutions::of(view, margin::ViewGreeks::ACCOUNTS, &[])
        .stranger("market", InstructionError::UninitializedAccount)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::UninitializedAccount)
        .wrong("account", imposter, InstructionError::InvalidAccountData)
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .run(&mut desk.world);
}
