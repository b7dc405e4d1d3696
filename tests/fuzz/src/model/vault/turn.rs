//! The turn of an epoch.

use super::auction::pure;
use super::{Stand, bump};
use crate::action::Token;
use crate::chain::Chain;
use crate::model::margin::{is_flat, spot};
use crate::model::{After, Plan};
use abi::margin::{EXPIRY_SETTLED, Expiry};
use abi::vault::{EPOCH_LIVE, EPOCH_OPEN, EPOCH_SEED, EPOCH_SETTLED, Epoch};
use bytemuck::Zeroable;
use client::{addresses, vault};
use risk::feed::Purpose;
use risk::vault::{Holdings, Queue, Turn, turn as turned};
use units::PriceE6;

pub fn turn(chain: &Chain, mut stand: Stand) -> Plan {
    let stage = &chain.stage;
    let next = stand.vault.epoch.get() + 1;
    let next_key = addresses::epoch(&stand.keys.vault, next);
    let call = vault::EpochTurn {
        payer: chain.world.payer(),
        vault: stand.keys.vault,
        epoch: stand.epoch_key,
        next_epoch: next_key,
        market: stage.protocol.market,
        trading_account: stand.keys.trading,
        escrow_account: stand.keys.escrow,
        expiry: stand.epoch.expiry.into(),
        base_mint: stage.mint(Token::Base),
        quote_mint: stage.mint(Token::Quote),
        share_mint: stand.keys.share_mint,
        share_tokens: stand.keys.share_tokens,
        feed: stage.protocol.feed,
    };
    let mut plan = Plan::new("vault::epoch_turn", vec![call.instruction()]);
    let elapsed_s = chain.unix_s - stand.vault.opened_unix_s.get();
    let sold = stand.epoch.sold_lots.get() > 0;
    let due = stand.vault.shares.get() == 0 || elapsed_s >= i64::from(stand.vault.mandate.epoch_s.get());
    let is_open = stand.epoch.state == EPOCH_OPEN;
    let checks = [
        (is_open && !due, "TurnTooEarly"),
        (!is_open && stand.epoch.state != EPOCH_LIVE, "EpochNotLive"),
        (stand.epoch.bids_unsettled > 0 && stand.epoch.state == EPOCH_LIVE, "BidsUnsettled"),
        (sold && chain.unix_s < stand.epoch.expiry_unix_s.get(), "NotExpired"),
        (!is_flat(&stand.trading), "TradingNotSettled"),
        (stand.quote_now() < 0, "QuoteDebt"),
    ];
    // One after another: none of these is looked at before those ahead of it hold.
    if let Some((_, why)) = checks.into_iter().find(|(wrong, _)| *wrong) {
        return plan.stop(why);
    }
    let price = if sold {
        let expiry: Option<&Expiry> = chain.layout(&abi::ids::MARGIN, &stand.epoch.expiry.into());
        expiry.filter(|expiry| expiry.state == EXPIRY_SETTLED).map(|expiry| PriceE6(expiry.settlement_price_e6.get()))
    } else {
        spot(chain, Purpose::NewRisk).map(|(price, _)| price)
    };
    let holdings = Holdings {
        base_atoms: stand.trading.base_atoms.get(),
        quote_atoms: stand.quote_now().unsigned_abs(),
        shares: stand.vault.shares.get(),
        high_water_e12: stand.vault.high_water_e12.get(),
    };
    let queue =
        Queue { deposit_atoms: stand.epoch.deposit_atoms.get(), withdraw_shares: stand.epoch.withdraw_shares.get() };
    let terms = (&pure(&stand.vault.mandate), stand.unit(), stand.kind.holds_base());
    let Ok(found) = turned(&holdings, &queue, terms, price, elapsed_s.unsigned_abs()) else {
        return plan.stop("SharesMissing");
    };
    let deposits = record(chain, &mut stand, &found, price);
    shares_move(chain, &stand, &mut plan, &found);
    let token = stand.token();
    let moves =
        [(token, deposits, true), (Token::Base, found.base_atoms, false), (Token::Quote, found.quote_atoms, false)];
    for (token, atoms, inwards) in moves.into_iter().filter(|(_, atoms, _)| *atoms > 0) {
        if let Err(why) = stand.pass(chain, &mut plan, token, atoms, inwards) {
            return plan.stop(why);
        }
    }
    stand.count(1);
    let mut opened = Epoch::zeroed();
    (opened.version, opened.min_reader) = (1, 1);
    opened.bump = bump(&[EPOCH_SEED, stand.keys.vault.as_ref(), &next.to_le_bytes()]);
    (opened.vault, opened.number) = (stand.keys.vault.to_bytes(), next.into());
    opened.opened_unix_s = chain.unix_s.into();
    plan.after(next_key, After::Epoch(opened.into()));
    stand.record(chain, plan)
}

/// Vault and epoch after the turn. Returns the deposits that join what backs the shares.
fn record(chain: &Chain, stand: &mut Stand, found: &Turn, price: Option<PriceE6>) -> u64 {
    let (vault, epoch) = (&mut stand.vault, &mut stand.epoch);
    let waited = epoch.deposit_atoms.get();
    epoch.state = EPOCH_SETTLED;
    epoch.deposits_refused = u8::from(waited > 0 && found.deposit_shares.is_none());
    epoch.turned_unix_s = chain.unix_s.into();
    epoch.price_e6 = price.map_or(0, |price| price.0).into();
    (epoch.assets_atoms, epoch.share_price_e12) = (found.assets_atoms.into(), found.share_price_e12.into());
    (epoch.shares_before, epoch.fee_shares) = (vault.shares, found.fee_shares.into());
    epoch.deposit_shares = found.deposit_shares.unwrap_or(0).into();
    epoch.withdrawn_base_atoms = found.base_atoms.into();
    epoch.withdrawn_quote_atoms = found.quote_atoms.into();
    vault.epoch = (vault.epoch.get() + 1).into();
    vault.shares = found.shares.into();
    vault.fee_shares = (vault.fee_shares.get() + found.fee_shares).into();
    vault.high_water_e12 = found.high_water_e12.into();
    vault.opened_unix_s = chain.unix_s.into();
    vault.seq = (vault.seq.get() + 1).into();
    if found.deposit_shares.is_some() { waited } else { 0 }
}

/// Only the difference is minted, or burned.
fn shares_move(chain: &Chain, stand: &Stand, plan: &mut Plan, found: &Turn) {
    let minted = found.fee_shares + found.deposit_shares.unwrap_or(0);
    let burned = stand.epoch.withdraw_shares.get();
    let (mint, tokens) = (stand.keys.share_mint, stand.keys.share_tokens);
    plan.after(mint, After::Supply(chain.supply(&mint) + minted - burned));
    plan.after(tokens, After::Tokens(chain.tokens(&tokens) + minted - burned));
}
