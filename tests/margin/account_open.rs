use crate::fixture::{ADDRESS_IN_USE, Desk, Elsewhere, NOT_A_PROGRAM, error};
use abi::margin::MarginAccount;
use client::{addresses, margin};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::{Substitutions, key, vault_account};

fn open(desk: &Desk, payer: Pubkey, subaccount: u16) -> Instruction {
    let (owner, market) = (desk.taker.key(), desk.protocol.market);
    let account = addresses::margin_account(&market, &owner, subaccount);
    margin::AccountOpen { owner, payer, market, account }.instruction(margin::AccountOpenArgs { subaccount })
}

#[test]
fn account_open_takes_the_next_index() {
    let mut desk = Desk::new();
    let opened = desk.market().accounts_opened.get();
    for (subaccount, index) in [(1, opened), (u16::MAX, opened + 1)] {
        // The owner pays: one wallet in both signer slots.
        let open = open(&desk, desk.taker.key(), subaccount);
        desk.world.ok(&[open], &[&desk.taker.keypair]);
        let account = desk.account(addresses::margin_account(&desk.protocol.market, &desk.taker.key(), subaccount));
        assert_eq!((account.version, account.min_reader, account.mode), (1, 1, 0));
        assert_eq!((account.index.get(), account.subaccount.get()), (index, subaccount));
        assert_eq!((account.market, account.owner), (desk.protocol.market.to_bytes(), desk.taker.key().to_bytes()));
        assert_eq!((account.quote_atoms.get(), account.base_atoms.get(), account.nonce_floor.get()), (0, 0, 0));
        assert!(account.positions.iter().all(|position| position.kind == 0));
    }
    assert_eq!(desk.market().accounts_opened.get(), opened + 2);
    desk.check_books();
}

/// INVARIANT(V-3): only what a vault's own account calls its escrow is segregated: not its other accounts, and nothing of a key that was
/// handed over to the vault program, whatever it is called.
#[test]
fn account_open_segregates_a_vaults_escrow_and_nothing_else() {
    let mut desk = Desk::new();
    let (owner, market) = (testkit::keypair("vault"), desk.protocol.market);
    let key = solana_signer::Signer::pubkey(&owner);
    let account = |subaccount| addresses::margin_account(&market, &key, subaccount);
    let opened = |desk: &mut Desk, subaccount: u16, data: Vec<u8>| {
        desk.world.set_account(&key, Account { data, ..vault_account(Pubkey::default()) });
        let open = margin::AccountOpen { owner: key, payer: desk.world.payer(), market, account: account(subaccount) };
        desk.world.ok(&[open.instruction(margin::AccountOpenArgs { subaccount })], &[&owner]);
        desk.account(account(subaccount)).segregated
    };
    let vault = |escrow: Pubkey| vault_account(escrow).data;
    assert_eq!(opened(&mut desk, 1, vault(account(1))), 1);
    assert_eq!(opened(&mut desk, 0, vault(account(1))), 0, "the account that sells");
    assert_eq!(opened(&mut desk, 2, vec![]), 0, "a key that was handed over");
    let mut unwritten = vault(account(3));
    unwritten[0] ^= 1;
    assert_eq!(opened(&mut desk, 3, unwritten), 0, "no vault");
}

#[test]
fn account_open_twice_fails() {
    let mut desk = Desk::new();
    let open = open(&desk, desk.world.payer(), 0);
    desk.world.fail(&[open], &[&desk.taker.keypair], ADDRESS_IN_USE);
}

#[test]
fn account_open_is_refused_only_while_accounts_are_migrated() {
    let mut desk = Desk::new();
    let open = open(&desk, desk.world.payer(), 1);
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&open), &[&desk.taker.keypair], error("LevelForbids"));
    desk.level(3);
    desk.world.ok(&[open], &[&desk.taker.keypair]);
}

#[test]
fn account_open_at_a_funded_address_succeeds() {
    let mut desk = Desk::new();
    let open = open(&desk, desk.world.payer(), 9);
    let lamports = solana_account::Account { lamports: 1_000_000, ..Default::default() };
    desk.world.set_account(&open.accounts[3].pubkey, lamports);
    desk.world.ok(&[open], &[&desk.taker.keypair]);
    let account = addresses::margin_account(&desk.protocol.market, &desk.taker.key(), 9);
    let _: MarginAccount = desk.world.read(abi::ids::MARGIN, &account);
}

#[test]
fn account_open_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let open = open(&desk, desk.world.payer(), 1);
    let other = addresses::margin_account(&elsewhere.protocol.market, &desk.taker.key(), 1);
    let other_owner = addresses::margin_account(&desk.protocol.market, &key("maker"), 1);
    Substitutions::of(open, margin::AccountOpen::ACCOUNTS, &[&desk.taker.keypair])
        .any("payer", "whoever signs may pay")
        .stranger("owner", InstructionError::InvalidSeeds)
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, InstructionError::InvalidSeeds)
        .stranger("account", InstructionError::InvalidSeeds)
        .wrong("account", other, InstructionError::InvalidSeeds)
        .wrong("account", other_owner, InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
