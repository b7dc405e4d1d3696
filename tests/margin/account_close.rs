use crate::fixture::{DUPLICATE, Desk, Elsewhere, error, imposter};
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::Substitutions;

/// An empty account of the taker, beside the funded one.
fn spare(desk: &mut Desk) -> Pubkey {
    let (owner, market) = (desk.taker.key(), desk.protocol.market);
    let account = addresses::margin_account(&market, &owner, 1);
    let open = margin::AccountOpen { owner, payer: desk.world.payer(), market, account };
    desk.world.ok(&[open.instruction(margin::AccountOpenArgs { subaccount: 1 })], &[&desk.taker.keypair]);
    account
}

fn close(desk: &Desk, account: Pubkey) -> Instruction {
    margin::AccountClose { owner: desk.taker.key(), market: desk.protocol.market, account }.instruction()
}

#[test]
fn account_close_returns_the_rent_and_keeps_the_index() {
    let mut desk = Desk::new();
    let account = spare(&mut desk);
    let rent = desk.world.account(&account).unwrap().lamports;
    let before = desk.world.account(&desk.taker.key()).unwrap().lamports;
    let opened = desk.market().accounts_opened.get();
    let close = close(&desk, account);
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&close), &[&desk.taker.keypair], error("LevelForbids"));
    desk.level(3);
    let closed = desk.market().accounts_closed.get();
    desk.world.ok(&[close], &[&desk.taker.keypair]);
    assert_eq!(desk.market().accounts_closed.get(), closed + 1);
    assert!(desk.world.account(&account).is_none_or(|gone| gone.lamports == 0 && gone.data.is_empty()));
    assert_eq!(desk.world.account(&desk.taker.key()).unwrap().lamports, before + rent);
    spare(&mut desk);
    assert_eq!(desk.account(account).index.get(), opened, "an index is never given twice");
    desk.check_books();
}

#[test]
fn account_close_with_balance_fails_account_not_empty() {
    let mut desk = Desk::new();
    let close = close(&desk, desk.taker.account);
    desk.world.fail(&[close], &[&desk.taker.keypair], error("AccountNotEmpty"));
}

#[test]
fn account_close_with_debt_fails_account_not_empty() {
    let mut desk = Desk::new();
    let account = spare(&mut desk);
    desk.world.edit::<abi::margin::MarginAccount>(&account, |account| account.quote_atoms = (-1).into());
    let close = close(&desk, account);
    desk.world.fail(&[close], &[&desk.taker.keypair], error("AccountNotEmpty"));
}

#[test]
fn account_close_with_position_fails_account_not_flat() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let close = close(&desk, desk.taker.account);
    desk.world.fail(&[close], &[&desk.taker.keypair], error("AccountNotFlat"));
}

#[test]
fn account_close_after_cancelling_quotes_fails_account_keeps_nonce_floor() {
    let mut desk = Desk::new();
    let account = spare(&mut desk);
    let bump = margin::NonceBump { authority: desk.taker.key(), account };
    desk.world.ok(&[bump.instruction(margin::NonceBumpArgs { floor: 1 })], &[&desk.taker.keypair]);
    let close = close(&desk, account);
    desk.world.fail(&[close], &[&desk.taker.keypair], error("AccountKeepsNonceFloor"));
}

#[test]
fn account_close_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let imposter = imposter(&mut desk.world);
    let account = spare(&mut desk);
    let close = close(&desk, account);
    Substitutions::of(close, margin::AccountClose::ACCOUNTS, &[&desk.taker.keypair])
        .stranger("owner", error("NotAccountOwner"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", desk.maker.account, error("NotAccountOwner"))
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .wrong("account", desk.protocol.market, DUPLICATE)
        .wrong("account", imposter, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
