use crate::fixture::{ALREADY_IN_USE, MANDATE, Stage, TOKEN, code};
use abi::ids;
use client::vault::{self, MandateArgs};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, key};

#[test]
fn vault_create_opens_two_margin_accounts_and_the_first_epoch() {
    let mut stage = Stage::new();
    let state = stage.vault_state();
    let (trading, escrow, epoch) = (stage.trading(), stage.escrow(), stage.epoch(0));
    assert_eq!(state.trading_account, stage.vault.trading.to_bytes());
    assert_eq!(state.escrow_account, stage.vault.escrow.to_bytes());
    assert_eq!(state.capacity_atoms.get(), MANDATE.capacity_atoms);
    for account in [trading, escrow] {
        assert_eq!(account.owner, stage.vault.vault.to_bytes());
        assert_eq!(account.market, stage.protocol.market.to_bytes());
    }
    assert_eq!((trading.subaccount.get(), escrow.subaccount.get()), (0, 1));
    assert_eq!((epoch.state, epoch.number.get()), (abi::vault::EPOCH_OPEN, 0));
    stage.check_conserved();
}

#[test]
fn vault_create_beyond_a_bound_names_it() {
    let mut stage = Stage::new();
    let cases = [
        (MandateArgs { strike_distance_bps: 0, ..MANDATE }, "StrikeDistanceOutOfBounds"),
        (MandateArgs { strike_distance_bps: 10_001, ..MANDATE }, "StrikeDistanceOutOfBounds"),
        (MandateArgs { reserve_premium_bps: 0, ..MANDATE }, "ReservePremiumOutOfBounds"),
        (MandateArgs { auction_s: 299, ..MANDATE }, "AuctionLengthOutOfBounds"),
        (MandateArgs { auction_s: MANDATE.epoch_s / 4 + 1, ..MANDATE }, "AuctionLengthOutOfBounds"),
        (MandateArgs { epoch_s: 3_599, ..MANDATE }, "EpochLengthOutOfBounds"),
        (MandateArgs { min_deposit_atoms: 0, ..MANDATE }, "DepositLimitsOutOfBounds"),
        (MandateArgs { capacity_atoms: MANDATE.min_deposit_atoms - 1, ..MANDATE }, "DepositLimitsOutOfBounds"),
    ];
    for (mandate, name) in cases {
        let create = stage.vault_create(2, mandate);
        stage.world.fail(&[create], &[&stage.deployer], code(name));
    }
}

#[test]
fn vault_create_twice_fails() {
    let mut stage = Stage::new();
    let again = stage.vault_create(0, MANDATE);
    stage.world.fail(&[again], &[&stage.deployer], ALREADY_IN_USE);
}

#[test]
fn vault_create_with_a_wrong_account_is_refused() {
    let mut stage = Stage::new();
    let (trading, escrow) = (stage.other.trading, stage.other.escrow);
    let other_config = client::addresses::config(&client::margin::ID);
    let expiry = stage.expiry;
    let forged = stage.twin(stage.protocol.market, "forged market");
    let mut account = stage.world.account(&forged).expect("the copy");
    account.owner = key("somebody's program");
    stage.world.set_account(&forged, account);
    Substitutions::of(stage.vault_create(2, MANDATE), vault::VaultCreate::ACCOUNTS, &[&stage.deployer])
        .any("payer", "whoever signs may pay the rent")
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", other_config, InstructionError::IllegalOwner)
        .stranger("authority", code("NotAuthority"))
        .stranger("market", InstructionError::InvalidSeeds)
        .stranger("vault", InstructionError::InvalidSeeds)
        .wrong("vault", stage.vault.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::InvalidSeeds)
        .stranger("trading_account", InstructionError::InvalidSeeds)
        .wrong("trading_account", trading, InstructionError::InvalidSeeds)
        .stranger("escrow_account", InstructionError::InvalidSeeds)
        .wrong("escrow_account", escrow, InstructionError::InvalidSeeds)
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
    // A vault's address holds its market, so a wrong market needs the addresses that belong to it.
    for market in [expiry, forged, key("stranger market")] {
        let mut create = stage.vault_create(2, MANDATE);
        let [vault, trading, escrow] = [2, 0, 1].map(|number| match number {
            2 => client::addresses::vault(&market, 2),
            subaccount => {
                let vault = client::addresses::vault(&market, 2);
                client::addresses::margin_account(&market, &vault, subaccount)
            }
        });
        create.accounts[3].pubkey = market;
        create.accounts[4].pubkey = vault;
        create.accounts[5].pubkey = client::addresses::epoch(&vault, 0);
        create.accounts[6].pubkey = trading;
        create.accounts[7].pubkey = escrow;
        stage.world.fail(&[create], &[&stage.deployer], code("MarketUnreadable"));
    }
    assert_eq!(stage.world.account(&stage.protocol.market).expect("the market").owner, ids::MARGIN.into());
}
