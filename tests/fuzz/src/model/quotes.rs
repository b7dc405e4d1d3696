//! Posting quotes, taking them back, and the rent of fill states.

use super::accounts::{bump, may};
use super::margin::brake_refuses;
use super::{After, Plan, count};
use crate::chain::Chain;
use crate::quote::Signed;
use abi::margin::{DELEGATE_CANCEL, DELEGATE_TRADE, POSTED_SEED, PostedQuote, QuoteState};
use bytemuck::Zeroable;
use client::{addresses, margin};
use policy::Action;
use solana_pubkey::Pubkey;

/// What is wrong with a quote's header for this market now, whoever uses it.
pub fn header_checks(chain: &Chain, quote: &Signed, nonce: u64) -> Vec<(bool, &'static str)> {
    let floor = chain.account(quote.maker).map_or(0, |held| held.nonce_floor.get());
    vec![
        (quote.foreign().is_some(), quote.foreign().unwrap_or_default()),
        (quote.nonce() != nonce, "QuoteNonceMismatch"),
        (chain.slot > quote.header.expiry_slot.get(), "QuoteExpired"),
        (nonce < floor, "QuoteCancelled"),
    ]
}

pub fn post(chain: &Chain, quote: u16, signer: u8) -> Option<Plan> {
    let quote = chain.quote(quote)?;
    let mut held = *chain.account(quote.maker)?;
    let stage = &chain.stage;
    let (authority, account) = (stage.actor(signer).key(), stage.account(quote.maker));
    let posted = addresses::posted_quote(&account, quote.nonce());
    let payer = stage.payer(&chain.world, signer);
    let call = margin::QuotePost { authority, payer, market: stage.protocol.market, account, posted };
    let call = call.instruction(margin::QuotePostArgs { nonce: quote.nonce(), message: quote.message() });
    let mut plan = Plan::new("margin::quote_post", vec![call]);
    let checks = [(!may(&held, &authority, DELEGATE_TRADE), "NotAccountTrader"), (chain.exists(&posted), "system 0")];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    if let Some(why) = quote.malformed() {
        return Some(plan.stop(why));
    }
    let mut checks = header_checks(chain, quote, quote.nonce());
    checks.push((brake_refuses(chain, Action::ReduceRisk), "LevelForbids"));
    if plan.refuse(&checks) {
        return Some(plan);
    }
    held.seq = (held.seq.get() + 1).into();
    let message = quote.message();
    let mut layout = PostedQuote::zeroed();
    (layout.version, layout.min_reader) = (1, 1);
    layout.bump = bump(&[POSTED_SEED, account.as_ref(), &quote.nonce().to_le_bytes()]);
    (layout.maker_account, layout.nonce) = (account.to_bytes(), quote.nonce().into());
    (layout.expiry_slot, layout.payer) = (quote.header.expiry_slot, payer.to_bytes());
    layout.message_len = (message.len() as u16).into();
    layout.message[..message.len()].copy_from_slice(&message);
    plan.after(account, After::Margin(held.into()));
    plan.after(posted, After::Posted(layout.into()));
    plan.after(stage.protocol.market, counted(chain, 1));
    Some(plan)
}

pub fn cancel(chain: &Chain, quote: u16, signer: u8) -> Option<Plan> {
    let quote = chain.quote(quote)?;
    let mut held = *chain.account(quote.maker)?;
    let stage = &chain.stage;
    let (authority, account) = (stage.actor(signer).key(), stage.account(quote.maker));
    let address = addresses::posted_quote(&account, quote.nonce());
    let posted: &PostedQuote = chain.layout(&abi::ids::MARGIN, &address)?;
    let market = stage.protocol.market;
    let call = margin::QuoteCancel { authority, market, account, payer: posted.payer.into(), posted: address };
    let mut plan = Plan::new("margin::quote_cancel", vec![call.instruction()]);
    let over = chain.slot > posted.expiry_slot.get();
    let checks = [
        (!over && !may(&held, &authority, DELEGATE_CANCEL), "NotAccountCanceller"),
        (brake_refuses(chain, Action::Cancel), "LevelForbids"),
    ];
    if !plan.refuse(&checks) {
        held.seq = (held.seq.get() + 1).into();
        plan.after(account, After::Margin(held.into()));
        plan.after(address, After::Gone);
        plan.after(market, counted(chain, -1));
    }
    Some(plan)
}

/// The market with so many accounts more under it.
fn counted(chain: &Chain, more: i64) -> After {
    let mut market = *chain.market();
    count(&mut market.records_open, more);
    After::Market(market.into())
}

pub fn state_close(chain: &Chain, quote: u16) -> Option<Plan> {
    let quote = chain.quote(quote)?;
    let address = addresses::quote_state(&chain.stage.account(quote.maker), quote.nonce());
    let state: &QuoteState = chain.layout(&abi::ids::MARGIN, &address)?;
    let market = Pubkey::from(state.market);
    let call = margin::QuoteStateClose { payer: Pubkey::from(state.payer), market, quote_state: address };
    let mut plan = Plan::new("margin::quote_state_close", vec![call.instruction()]);
    let checks = [
        (chain.slot <= state.expiry_slot.get(), "QuoteStillLive"),
        (brake_refuses(chain, Action::Cancel), "LevelForbids"),
    ];
    if !plan.refuse(&checks) {
        plan.after(address, After::Gone);
        plan.after(market, counted(chain, -1));
    }
    Some(plan)
}
