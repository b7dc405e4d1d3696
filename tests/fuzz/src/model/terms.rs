//! A market's terms, and its end.

use super::accounts::bump;
use super::{After, Plan, count};
use crate::action::Terms;
use crate::chain::Chain;
use abi::margin::{CHANGE_SEED, MARKET_DELISTED, Market, MarketChange, MarketTerms};
use borsh::BorshDeserialize;
use bytemuck::{Zeroable, bytes_of};
use client::{addresses, margin};
use policy::LOOSEN_S;
use risk::fees::FEE_BPS_MAX;
use risk::portfolio::MarginParams;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::key;
use units::PriceE6;

fn authority(chain: &Chain, right: bool) -> Pubkey {
    if right { chain.stage.protocol.deployer.pubkey() } else { key("stranger") }
}

/// The present terms with what is asked for.
fn stored(market: &Market, terms: &Terms) -> MarketTerms {
    let mut portfolio = market.portfolio;
    portfolio.net_short_im_e9 = terms.net_short_im_e9.into();
    portfolio.multiplier_e9 = terms.multiplier_e9.into();
    MarketTerms {
        taker_fee_bps: terms.taker_bps.into(),
        maker_fee_bps: terms.maker_bps.into(),
        strike_tick_e6: terms.tick_e6.into(),
        quote_feed: market.quote_feed,
        portfolio,
    }
}

fn apply_to(market: &mut Market, terms: &MarketTerms) {
    (market.taker_fee_bps, market.maker_fee_bps) = (terms.taker_fee_bps, terms.maker_fee_bps);
    (market.strike_tick_e6, market.quote_feed) = (terms.strike_tick_e6, terms.quote_feed);
    market.portfolio = terms.portfolio;
}

pub fn update(chain: &Chain, right: bool, terms: &Terms) -> Plan {
    let (stage, mut market) = (&chain.stage, *chain.market());
    let (market_key, authority) = (stage.protocol.market, authority(chain, right));
    let change = addresses::change(&market_key);
    let asked = stored(&market, terms);
    let call = margin::MarketUpdate {
        authority,
        payer: chain.world.payer(),
        config: stage.margin_config,
        market: market_key,
        change,
        quote_feed: asked.quote_feed.into(),
    };
    let wire = margin::MarketTerms::try_from_slice(bytes_of(&asked)).expect("the same bytes");
    let mut plan = Plan::new("margin::market_update", vec![call.instruction(wire)]);
    let params = MarginParams::from(&asked.portfolio);
    if plan.refuse(&[(!right, "NotAuthority")]) {
        return plan;
    }
    let checks = [
        (terms.taker_bps.max(terms.maker_bps) > FEE_BPS_MAX, "FeeOutOfBounds"),
        (!PriceE6(terms.tick_e6).in_bounds(), "StrikeTickOutOfBounds"),
        (params.check().is_err(), "ParamsOutOfBounds"),
    ];
    if plan.refuse(&checks) {
        return plan;
    }
    let tightens = terms.taker_bps <= market.taker_fee_bps.get()
        && terms.maker_bps <= market.maker_fee_bps.get()
        && params.within(&MarginParams::from(&market.portfolio));
    let mut waiting = MarketChange::zeroed();
    (waiting.version, waiting.min_reader) = (1, 1);
    waiting.bump = bump(&[CHANGE_SEED, market_key.as_ref()]);
    (waiting.market, waiting.terms) = (market_key.to_bytes(), asked);
    if tightens {
        apply_to(&mut market, &asked);
    } else {
        waiting.ready_unix_s = (chain.unix_s + LOOSEN_S).into();
    }
    if !chain.exists(&change) {
        count(&mut market.records_open, 1);
    }
    market.seq = (market.seq.get() + 1).into();
    plan.after(change, After::Change(waiting.into()));
    plan.after(market_key, After::Market(market.into()));
    plan
}

pub fn apply(chain: &Chain) -> Option<Plan> {
    let market_key = chain.stage.protocol.market;
    let change = addresses::change(&market_key);
    let mut waiting: MarketChange = *chain.layout(&abi::ids::MARGIN, &change)?;
    let call = margin::MarketApply { market: market_key, change }.instruction();
    let mut plan = Plan::new("margin::market_apply", vec![call]);
    let ready = waiting.ready_unix_s.get();
    if plan.refuse(&[(ready == 0, "ChangeNotPending")]) || plan.refuse(&[(chain.unix_s < ready, "ChangeTooEarly")]) {
        return Some(plan);
    }
    let mut market = *chain.market();
    apply_to(&mut market, &waiting.terms);
    market.seq = (market.seq.get() + 1).into();
    waiting.ready_unix_s = 0.into();
    plan.after(change, After::Change(waiting.into()));
    plan.after(market_key, After::Market(market.into()));
    Some(plan)
}

pub fn delist(chain: &Chain, right: bool) -> Plan {
    let stage = &chain.stage;
    let market_key = stage.protocol.market;
    let call =
        margin::MarketDelist { authority: authority(chain, right), config: stage.margin_config, market: market_key };
    let mut plan = Plan::new("margin::market_delist", vec![call.instruction()]);
    let mut market = *chain.market();
    if plan.refuse(&[(!right, "NotAuthority")]) || plan.refuse(&[(market.state == MARKET_DELISTED, "MarketDelisted")]) {
        return plan;
    }
    market.state = MARKET_DELISTED;
    market.seq = (market.seq.get() + 1).into();
    plan.after(market_key, After::Market(market.into()));
    plan
}
