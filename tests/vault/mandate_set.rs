use crate::fixture::{EPOCH_S, MANDATE, Stage, code};
use client::vault::{self, MandateArgs};
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

fn set(stage: &mut Stage, mandate: MandateArgs) {
    let set = stage.mandate_set(mandate);
    stage.world.ok(&[set], &[&stage.deployer]);
}

#[test]
fn mandate_set_tightens_at_once() {
    let tighter = [
        MandateArgs { delta_max_bps: 2_000, ..MANDATE },
        MandateArgs { delta_min_bps: 600, ..MANDATE },
        MandateArgs { distance_bps: 6_000, ..MANDATE },
        MandateArgs { discount_bps: 0, ..MANDATE },
        MandateArgs { vol_min_e9: 500_000_000, ..MANDATE },
        MandateArgs { capacity_atoms: MANDATE.capacity_atoms - 1, ..MANDATE },
        MandateArgs { auction_s: 3_601, ..MANDATE },
        MandateArgs { cover_bps: 9_999, ..MANDATE },
    ];
    for mandate in tighter {
        let mut stage = Stage::new();
        let (delta_max_bps, capacity_atoms) = (mandate.delta_max_bps, mandate.capacity_atoms);
        set(&mut stage, mandate);
        let state = stage.vault_state();
        assert_eq!(state.pending_unix_s.get(), 0);
        assert_eq!(state.mandate.delta_max_bps.get(), delta_max_bps);
        assert_eq!(state.mandate.capacity_atoms.get(), capacity_atoms);
    }
}

/// Shown to depositors for as long as it takes to leave: two epochs, each at most twice the mandate's length.
#[test]
fn mandate_set_loosens_after_a_delay() {
    let looser = [
        MandateArgs { delta_max_bps: 2_501, ..MANDATE },
        MandateArgs { delta_min_bps: 499, ..MANDATE },
        MandateArgs { distance_bps: 4_999, ..MANDATE },
        MandateArgs { discount_bps: 1_001, ..MANDATE },
        MandateArgs { open_interest_bps: 1_001, ..MANDATE },
        MandateArgs { management_bps: 1, ..MANDATE },
        MandateArgs { performance_bps: 1, ..MANDATE },
        MandateArgs { escrow_multiple: 9, ..MANDATE },
        MandateArgs { vol_min_e9: 399_999_999, ..MANDATE },
        MandateArgs { auction_s: 3_599, ..MANDATE },
        MandateArgs { epoch_s: MANDATE.epoch_s + 1, ..MANDATE },
        MandateArgs { epoch_s: MANDATE.epoch_s - 1, ..MANDATE },
        MandateArgs { capacity_atoms: MANDATE.capacity_atoms + 1, ..MANDATE },
    ];
    let mut stage = Stage::new();
    for mandate in looser {
        let (before, now) = (stage.vault_state().mandate, stage.world.unix_s());
        set(&mut stage, mandate);
        let state = stage.vault_state();
        assert_eq!((state.mandate, state.pending_unix_s.get()), (before, now + 4 * EPOCH_S));
        assert_ne!(state.pending, before);
    }
    // What backs an epoch grows after the delay alone.
    set(&mut stage, MandateArgs { cover_bps: 5_000, ..MANDATE });
    let before = stage.vault_state().mandate;
    set(&mut stage, MandateArgs { cover_bps: 5_001, ..MANDATE });
    let state = stage.vault_state();
    assert_eq!((state.mandate, state.pending.cover_bps.get()), (before, 5_001));
    set(&mut stage, MandateArgs { cover_bps: 5_000, ..MANDATE });
    let vault = stage.vault.vault;
    stage.edit::<abi::vault::Vault>(&vault, |vault| vault.mandate.cover_bps = 10_000.into());
    set(&mut stage, MandateArgs { open_interest_bps: 1_001, ..MANDATE });
    // A tight one takes the waiting one back.
    set(&mut stage, MANDATE);
    let state = stage.vault_state();
    assert_eq!(
        (state.pending_unix_s.get(), state.pending.epoch_s.get(), state.pending.capacity_atoms.get()),
        (0, 0, 0)
    );
}

#[test]
fn mandate_set_beyond_a_bound_names_it() {
    let mut stage = Stage::new();
    for (mandate, name) in [
        (MandateArgs { delta_max_bps: 5_001, ..MANDATE }, "DeltaOutOfBounds"),
        (MandateArgs { performance_bps: 2_001, ..MANDATE }, "FeesOutOfBounds"),
        (MandateArgs { width_bps: 1, ..MANDATE }, "WidthOutOfBounds"),
    ] {
        let set = stage.mandate_set(mandate);
        stage.world.fail(&[set], &[&stage.deployer], code(name));
    }
}

#[test]
fn mandate_set_with_a_wrong_account_is_refused() {
    let mut stage = Stage::new();
    let other_config = client::addresses::config(&client::margin::ID);
    let epoch = stage.epoch_key(0);
    Substitutions::of(stage.mandate_set(MANDATE), vault::MandateSet::ACCOUNTS, &[&stage.deployer])
        .stranger("authority", code("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", other_config, InstructionError::IllegalOwner)
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", epoch, InstructionError::AccountDataTooSmall)
        .run(&mut stage.world);
}
