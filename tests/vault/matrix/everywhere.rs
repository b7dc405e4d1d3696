//! What no level stops: governance, which has delays of its own; and in vaults what moves nothing of the market's, or would cost somebody
//! something if it waited.
use super::{Case, Refusal, funded, over, running, stage};
use crate::fixture::{ALICE, AUCTION_S, CAROL, CAROLS, MANDATE, SHARES, Stage};
use abi::margin::Market;
use abi::vault::Vault;
use client::vault::MandateArgs;
use client::{addresses, margin};
use policy::Action;
use solana_instruction::Instruction;
use solana_signer::Signer;
use testkit::SOL;

/// Instructions that the walk does not send, and why.
pub const UNWALKED: &[(&str, &str)] = &[
    ("account_restore", "the governor's, while its own freeze stands: tests/governor"),
    ("authority_set", "writes its own program's config alone"),
    ("config_init", "before there is anything to brake"),
    ("market_hold", "the governor's, while its own freeze stands: tests/governor"),
    ("market_restore", "the governor's, while its own freeze stands: tests/governor"),
    ("record_restore", "the governor's, while its own freeze stands: tests/governor"),
    ("series_write", "a vault's alone: walked as bid_settle"),
    ("series_write_wrapped", "a vault's alone: walked as bid_settle_wrapped"),
    ("vault_create", "opens margin accounts: walked as account_open"),
    ("vault_hold", "the governor's, while its own freeze stands: tests/governor"),
    ("version_view", "reads"),
    ("view_greeks", "reads"),
    ("view_margin", "reads"),
];

fn case(name: &'static str, stage: Stage, call: Instruction) -> Case {
    Case::new(name, Action::PriceRecord, Refusal::Never, stage, call)
}

pub fn cases(cases: &mut Vec<Case>) {
    auctions(cases);
    shares(cases);
    mandates(cases);
    terms(cases);
}

fn auctions(cases: &mut Vec<Case>) {
    let mut sealed = running();
    sealed.do_commit(CAROL, 20, CAROLS);
    sealed.world.advance_s(AUCTION_S);
    let price_e6 = sealed.price(CAROLS);
    let reveal = sealed.bid_reveal(CAROL, price_e6);
    cases.push(case("bid_reveal", sealed, reveal));
    let over = over();
    let clear = over.auction_clear();
    cases.push(case("auction_clear", over, clear));
}

fn shares(cases: &mut Vec<Case>) {
    let held = funded();
    let request = held.withdraw_request(ALICE, SHARES);
    cases.push(case("withdraw_request", held, request).signed(ALICE));
    let mut asked = funded();
    asked.do_withdraw(ALICE, SOL * SHARES);
    let cancel = asked.withdraw_cancel(ALICE);
    cases.push(case("withdraw_cancel", asked, cancel).signed(ALICE));
    let mut turned = stage();
    turned.do_deposit(ALICE, 2 * SOL);
    turned.do_turn();
    let claim = turned.deposit_claim(ALICE, 0);
    cases.push(case("deposit_claim", turned, claim).signed(ALICE));
    let mut earned = funded();
    let (vault, owner) = (earned.vault.vault, earned.actors[ALICE].key());
    earned.world.edit::<Vault>(&vault, |vault| {
        (vault.fee_recipient, vault.fee_shares) = (owner.to_bytes(), 1.into());
    });
    let tokens = earned.vault.share_tokens;
    let mut account = earned.world.account(&tokens).expect("the vault's shares");
    account.data[64..72].copy_from_slice(&1_u64.to_le_bytes());
    earned.world.set_account(&tokens, account);
    let accounts = client::vault::FeeClaim {
        recipient: owner,
        vault,
        share_mint: earned.vault.share_mint,
        share_tokens: tokens,
        destination: earned.share_wallet(ALICE),
    };
    cases.push(case("fee_claim", earned, accounts.instruction()).signed(ALICE));
}

fn mandates(cases: &mut Vec<Case>) {
    let fresh = stage();
    let (authority, vault) = (fresh.deployer.pubkey(), fresh.vault.vault);
    let accounts = client::vault::MandateSet { authority, config: addresses::config(&client::vault::ID), vault };
    let mandate = MandateArgs { discount_bps: 900, ..MANDATE };
    let set = accounts.instruction(client::vault::MandateSetArgs { mandate, fee_recipient: authority });
    cases.push(case("mandate_set", fresh, set).by_deployer());
    let mut waits = stage();
    let now = waits.world.unix_s();
    waits.world.edit::<Vault>(&vault, |vault| {
        (vault.pending, vault.pending_unix_s) = (vault.mandate, now.into());
    });
    let apply = client::vault::MandateApply { vault }.instruction();
    cases.push(case("mandate_apply", waits, apply));
}

/// The present terms, once more.
fn update(stage: &mut Stage, change: impl FnOnce(&mut abi::margin::MarketTerms)) -> Instruction {
    let market: Market = stage.world.read(abi::ids::MARGIN, &stage.protocol.market);
    let mut terms = abi::margin::MarketTerms {
        taker_fee_bps: market.taker_fee_bps,
        maker_fee_bps: market.maker_fee_bps,
        strike_tick_e6: market.strike_tick_e6,
        quote_feed: market.quote_feed,
        portfolio: market.portfolio,
    };
    change(&mut terms);
    let wire = borsh::from_slice(bytemuck::bytes_of(&terms)).expect("the same bytes");
    let accounts = margin::MarketUpdate {
        authority: stage.deployer.pubkey(),
        payer: stage.world.payer(),
        config: addresses::config(&margin::ID),
        market: stage.protocol.market,
        change: addresses::change(&stage.protocol.market),
        quote_feed: terms.quote_feed.into(),
    };
    accounts.instruction(wire)
}

fn terms(cases: &mut Vec<Case>) {
    let mut fresh = stage();
    let same = update(&mut fresh, |_| {});
    cases.push(case("market_update", fresh, same).by_deployer());
    let mut waits = stage();
    let looser = update(&mut waits, |terms| terms.taker_fee_bps = (terms.taker_fee_bps.get() + 1).into());
    waits.world.ok(&[looser], &[&waits.deployer]);
    waits.world.advance_s(policy::LOOSEN_S);
    let market = waits.protocol.market;
    let apply = margin::MarketApply { market, change: addresses::change(&market) }.instruction();
    cases.push(case("market_apply", waits, apply));
    let fresh = stage();
    let config = addresses::config(&margin::ID);
    let delist = margin::MarketDelist { authority: fresh.deployer.pubkey(), config, market }.instruction();
    cases.push(case("market_delist", fresh, delist).by_deployer());
}
