use crate::fixture::*;
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

fn view() -> Instruction {
    margin::VersionView { config: addresses::config(&margin::ID) }.instruction()
}

#[test]
fn version_view_returns_the_code_s_version() {
    let mut desk = Desk::new();
    let outcome = desk.world.ok(&[view()], &[]);
    // 1 as a little-endian u32, in the base64 that the runtime logs.
    let returned = format!("Program return: {} AQAAAA==", margin::ID);
    assert!(outcome.logs.contains(&returned), "{:?}", outcome.logs);
}

#[test]
fn version_view_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let market = desk.protocol.market;
    Substitutions::of(view(), margin::VersionView::ACCOUNTS, &[])
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", market, InstructionError::InvalidAccountData)
        .run(&mut desk.world);
}
