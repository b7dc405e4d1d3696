//! What owners and makers do between fills: accounts are opened and closed, quotes posted and taken back, delegates named.
use super::{Case, Refusal, fill, quote, stage};
use crate::fixture::{ALICE, CAROL, DAVE, Stage};
use abi::quote::SIDE_SELL;
use client::{addresses, margin};
use policy::Action;
use solana_instruction::Instruction;

/// More slots than a quote of the testkit lives.
const QUOTE_SLOTS: u64 = 1_001;

pub fn cases(cases: &mut Vec<Case>) {
    accounts(cases);
    quotes(cases);
    rights(cases);
}

fn case(name: &'static str, action: Action, stage: Stage, instruction: Instruction) -> Case {
    Case::new(name, action, Refusal::Margin, stage, instruction)
}

/// An account begins as a deposit does, and ends as a settled one may.
fn accounts(cases: &mut Vec<Case>) {
    let fresh = stage();
    let (owner, market) = (fresh.actors[ALICE].key(), fresh.protocol.market);
    let account = addresses::margin_account(&market, &owner, 1);
    let open = margin::AccountOpen { owner, payer: fresh.world.payer(), market, account };
    let open = open.instruction(margin::AccountOpenArgs { subaccount: 1 });
    cases.push(case("account_open", Action::Deposit, fresh, open.clone()).signed(ALICE));

    let mut opened = stage();
    opened.world.ok(&[open], &[&opened.actors[ALICE].keypair]);
    let close = margin::AccountClose { owner, market, account }.instruction();
    cases.push(case("account_close", Action::Settle, opened, close).signed(ALICE));
}

/// A posted quote may serve those who only close, so it waits for no level that they do not wait for.
fn quotes(cases: &mut Vec<Case>) {
    let mut fresh = stage();
    let quote = quote(&mut fresh, SIDE_SELL, 1);
    let post = quote.post(&fresh.protocol, &fresh.actors[CAROL]);
    cases.push(case("quote_post", Action::ReduceRisk, fresh, post.clone()).signed(CAROL));

    let mut posted = stage();
    posted.world.ok(&[post], &[&posted.actors[CAROL].keypair]);
    let (account, maker) = (posted.actors[CAROL].account, posted.actors[CAROL].key());
    let at = addresses::posted_quote(&account, 1);
    let cancel =
        margin::QuoteCancel { authority: maker, market: posted.protocol.market, account, payer: maker, posted: at }
            .instruction();
    cases.push(case("quote_cancel", Action::Cancel, posted, cancel).signed(CAROL));

    let mut filled = stage();
    let sale = fill(&mut filled, SIDE_SELL, 1);
    filled.world.ok(&sale, &[&filled.actors[DAVE].keypair]);
    filled.world.advance_slots(QUOTE_SLOTS);
    let quote_state = addresses::quote_state(&account, 1);
    let close =
        margin::QuoteStateClose { payer: filled.actors[DAVE].key(), market: filled.protocol.market, quote_state }
            .instruction();
    cases.push(case("quote_state_close", Action::Cancel, filled, close));
}

/// All quotes taken back at once, and the rights of another key.
fn rights(cases: &mut Vec<Case>) {
    let fresh = stage();
    let (owner, account) = (fresh.actors[CAROL].key(), fresh.actors[CAROL].account);
    let bump = margin::NonceBump { authority: owner, account }.instruction(margin::NonceBumpArgs { floor: 1 });
    cases.push(case("nonce_bump", Action::Cancel, fresh, bump).signed(CAROL));

    let fresh = stage();
    let delegate = fresh.actors[DAVE].key();
    let args = margin::DelegateSetArgs { delegate, rights: abi::margin::DELEGATE_CANCEL };
    let set = margin::DelegateSet { owner, account }.instruction(args);
    cases.push(case("delegate_set", Action::Cancel, fresh, set).signed(CAROL));
}
