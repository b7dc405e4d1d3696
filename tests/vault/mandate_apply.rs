use crate::fixture::{EPOCH_S, MANDATE, Stage, code};
use client::vault::{self, MandateArgs};
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

fn waiting() -> Stage {
    let mut stage = Stage::new();
    let set = stage.mandate_set(MandateArgs { delta_max_bps: 3_000, ..MANDATE });
    stage.world.ok(&[set], &[&stage.deployer]);
    stage
}

#[test]
fn mandate_apply_puts_the_looser_one_into_force_after_the_delay() {
    let mut stage = waiting();
    stage.world.advance_s(4 * EPOCH_S - 1);
    let apply = stage.mandate_apply();
    stage.refused(apply.clone(), None, code("MandatePending"));
    stage.world.advance_s(1);
    stage.step(apply.clone(), None);
    let state = stage.vault_state();
    assert_eq!((state.mandate.delta_max_bps.get(), state.pending_unix_s.get()), (3_000, 0));
    stage.refused(apply, None, code("NoMandatePending"));
}

#[test]
fn mandate_apply_with_a_wrong_account_is_refused() {
    let mut stage = waiting();
    stage.world.advance_s(4 * EPOCH_S);
    let other = stage.other.vault;
    Substitutions::of(stage.mandate_apply(), vault::MandateApply::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other, code("NoMandatePending"))
        .run(&mut stage.world);
}
