use crate::fixture::{
    ALREADY_IN_USE, CALLS, MANDATE, PUTS, SPREADS, Stage, TOKEN, TOKEN_2022, VaultKeys, code, mandate,
};
use abi::ids;
use client::vault::{self, MandateArgs};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, key};

#[test]
fn vault_create_opens_accounts_shares_and_the_first_epoch() {
    let mut stage = Stage::new();
    let state = stage.vault_state();
    let (trading, escrow, epoch) = (stage.trading(), stage.escrow(), stage.epoch());
    assert_eq!(state.trading_account, stage.vault.trading.to_bytes());
    assert_eq!(state.escrow_account, stage.vault.escrow.to_bytes());
    assert_eq!(state.mandate.capacity_atoms.get(), MANDATE.capacity_atoms);
    assert_eq!((state.kind, state.share_decimals, state.fee_recipient), (CALLS, 12, key("treasury").to_bytes()));
    for account in [trading, escrow] {
        assert_eq!(account.owner, stage.vault.vault.to_bytes());
        assert_eq!(account.market, stage.protocol.market.to_bytes());
    }
    assert_eq!((trading.subaccount.get(), escrow.subaccount.get()), (0, 1));
    // INVARIANT(V-3): what waits is out of reach of haircuts from the start.
    assert_eq!((trading.segregated, escrow.segregated), (0, 1));
    assert_eq!((epoch.state, epoch.number.get()), (abi::vault::EPOCH_OPEN, 0));
    stage.check();
}

/// The mint says what its shares are, and nobody can change that or freeze one.
#[test]
fn vault_create_names_the_shares_in_the_mint() {
    for (kind, name, symbol) in [
        (CALLS, "Bastion SOL/USDC covered calls 1", "bCC1"),
        (PUTS, "Bastion SOL/USDC secured puts 2", "bCSP2"),
        (SPREADS, "Bastion SOL/USDC put spreads 3", "bPS3"),
    ] {
        let mut stage = Stage::of(kind);
        let mint = stage.world.account(&stage.vault.share_mint).expect("a mint");
        assert_eq!(mint.owner, TOKEN_2022);
        assert_eq!(mint.data[4..36], stage.vault.vault.to_bytes(), "mint authority");
        assert_eq!(mint.data[46..50], [0; 4], "freeze authority");
        // After the type of account: pointer without authority to the mint itself, then the metadata.
        let pointer = &mint.data[166..234];
        assert_eq!((&pointer[..4], &pointer[4..36]), ([18, 0, 64, 0].as_slice(), [0; 32].as_slice()));
        assert_eq!(pointer[36..], stage.vault.share_mint.to_bytes());
        let text = |at: usize| {
            let len = u32::from_le_bytes(mint.data[at..at + 4].try_into().expect("four bytes")) as usize;
            (String::from_utf8(mint.data[at + 4..at + 4 + len].to_vec()).expect("text"), at + 4 + len)
        };
        let (found, next) = text(234 + 4 + 64);
        assert_eq!((found.as_str(), text(next).0.as_str()), (name, symbol));
    }
}

#[test]
fn vault_create_beyond_a_bound_names_it() {
    let mut stage = Stage::new();
    let spread = mandate(SPREADS);
    let cases = [
        (0, MANDATE, "KindUnknown"),
        (4, MANDATE, "KindUnknown"),
        (CALLS, MandateArgs { delta_max_bps: 0, delta_min_bps: 0, ..MANDATE }, "DeltaOutOfBounds"),
        (CALLS, MandateArgs { delta_max_bps: 5_001, ..MANDATE }, "DeltaOutOfBounds"),
        (CALLS, MandateArgs { delta_min_bps: 2_501, ..MANDATE }, "DeltaOutOfBounds"),
        (CALLS, MandateArgs { distance_bps: 0, ..MANDATE }, "StrikeDistanceOutOfBounds"),
        (CALLS, MandateArgs { discount_bps: 5_001, ..MANDATE }, "DiscountOutOfBounds"),
        (CALLS, MandateArgs { open_interest_bps: 0, ..MANDATE }, "OpenInterestOutOfBounds"),
        (CALLS, MandateArgs { width_bps: 1, ..MANDATE }, "WidthOutOfBounds"),
        (SPREADS, MandateArgs { width_bps: 0, ..spread }, "WidthOutOfBounds"),
        (SPREADS, MandateArgs { width_bps: 10_000, ..spread }, "WidthOutOfBounds"),
        (CALLS, MandateArgs { management_bps: 201, ..MANDATE }, "FeesOutOfBounds"),
        (CALLS, MandateArgs { performance_bps: 2_001, ..MANDATE }, "FeesOutOfBounds"),
        (CALLS, MandateArgs { escrow_multiple: 1, ..MANDATE }, "EscrowOutOfBounds"),
        (CALLS, MandateArgs { cover_bps: 0, ..MANDATE }, "CoverOutOfBounds"),
        (SPREADS, MandateArgs { cover_bps: 10_001, ..spread }, "CoverOutOfBounds"),
        (CALLS, MandateArgs { vol_min_e9: 49_999_999, ..MANDATE }, "VolOutOfBounds"),
        (CALLS, MandateArgs { epoch_s: 3_599, ..MANDATE }, "EpochLengthOutOfBounds"),
        (CALLS, MandateArgs { auction_s: 299, ..MANDATE }, "AuctionLengthOutOfBounds"),
        (CALLS, MandateArgs { auction_s: MANDATE.epoch_s / 8 + 1, ..MANDATE }, "AuctionLengthOutOfBounds"),
        (CALLS, MandateArgs { deposit_min_atoms: 0, ..MANDATE }, "DepositLimitsOutOfBounds"),
        (CALLS, MandateArgs { capacity_atoms: MANDATE.deposit_min_atoms - 1, ..MANDATE }, "DepositLimitsOutOfBounds"),
    ];
    for (kind, mandate, name) in cases {
        let create = stage.vault_create(7, kind, mandate);
        stage.world.fail(&[create], &[&stage.deployer], code(name));
    }
}

#[test]
fn vault_create_twice_fails() {
    let mut stage = Stage::new();
    let again = stage.vault_create(CALLS.into(), CALLS, MANDATE);
    stage.world.fail(&[again], &[&stage.deployer], ALREADY_IN_USE);
}

#[test]
fn vault_create_with_a_wrong_account_is_refused() {
    let mut stage = Stage::new();
    let other = stage.other;
    let other_config = client::addresses::config(&client::margin::ID);
    let expiry = stage.expiry;
    let forged = stage.twin(stage.protocol.market, "forged market");
    let mut account = stage.world.account(&forged).expect("the copy");
    account.owner = key("somebody's program");
    stage.world.set_account(&forged, account);
    Substitutions::of(stage.vault_create(7, CALLS, MANDATE), vault::VaultCreate::ACCOUNTS, &[&stage.deployer])
        .any("payer", "whoever signs may pay the rent")
        .stranger("config", InstructionError::AccountDataTooSmall)
        .wrong("config", other_config, InstructionError::IllegalOwner)
        .stranger("authority", code("NotAuthority"))
        .stranger("market", InstructionError::InvalidSeeds)
        .stranger("vault", InstructionError::InvalidSeeds)
        .wrong("vault", stage.vault.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::InvalidSeeds)
        .stranger("trading_account", InstructionError::InvalidSeeds)
        .wrong("trading_account", other.trading, InstructionError::InvalidSeeds)
        .stranger("escrow_account", InstructionError::InvalidSeeds)
        .stranger("brake", code("BrakeUnreadable"))
        .wrong("escrow_account", other.escrow, InstructionError::InvalidSeeds)
        .stranger("share_mint", InstructionError::InvalidSeeds)
        .wrong("share_mint", other.share_mint, InstructionError::InvalidSeeds)
        .stranger("share_tokens", InstructionError::InvalidSeeds)
        .wrong("share_tokens", other.share_tokens, InstructionError::InvalidSeeds)
        .stranger("margin_program", code("WrongMarginProgram"))
        .wrong("share_program", TOKEN, code("WrongShareProgram"))
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
    // A vault's address holds its market, so a wrong market needs the addresses that belong to it.
    for market in [expiry, forged, key("stranger market")] {
        let mut create = stage.vault_create(7, CALLS, MANDATE);
        let keys = VaultKeys::of(&market, 7);
        let epoch = client::addresses::epoch(&keys.vault, 0);
        let wrong = [market, keys.vault, epoch, keys.trading, keys.escrow, keys.share_mint, keys.share_tokens];
        for (meta, wrong) in create.accounts[3..10].iter_mut().zip(wrong) {
            meta.pubkey = wrong;
        }
        stage.world.fail(&[create], &[&stage.deployer], code("MarketUnreadable"));
    }
    assert_eq!(stage.world.account(&stage.protocol.market).expect("the market").owner, ids::MARGIN.into());
}
