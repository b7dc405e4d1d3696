//! `ledger_open`, `record_take`, `ledger_seal`, `record_verify`, `ledger_verify`, `record_restore`, `root_release`, `record_close` and
//! `ledger_close` with every account swapped, and what the four programs do for the governor alone.

use crate::coverage::{BREAKER, ORACLE, VAULT};
use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, code_of, error};
use crate::positions::{MARGIN, Positions, honest_code, lying_code};
use abi::margin::Market;
use client::{addresses, breaker, governor as calls, margin, oracle, vault};
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use std::mem::offset_of;
use testkit::{Substitutions, World};

/// Council and other accounts of the governor under another program, and the council's bytes at another address.
struct Wrong {
    copy: Pubkey,
    council: Pubkey,
    rollout: Pubkey,
    ledger: Pubkey,
}

fn wrong(positions: &mut Positions, program: Pubkey) -> Wrong {
    let ledger = positions.fixture.ledger(program).address();
    let fixture = &mut positions.fixture;
    let (copy, council, rollout) = (fixture.council_copy(), fixture.council(), fixture.rollout(program));
    Wrong {
        copy,
        council: fixture.elsewhere(council),
        rollout: fixture.elsewhere(rollout),
        ledger: fixture.world.account(&ledger).map_or(ledger, |_| fixture.elsewhere(ledger)),
    }
}

fn no_program() -> u32 {
    code_of(client::framework::ERRORS, "ConstraintExecutable")
}

#[test]
fn taking_a_ledger_refuses_every_wrong_account() {
    let (mut positions, _, _) = Positions::matured(&honest_code());
    let (payer, market) = (positions.fixture.world.payer(), positions.market());
    let early = positions.fixture.ledger(MARGIN).open(payer);
    positions.fixture.world.fail(&[early], &[], error("RolloutStageWrong"));
    let freeze = positions.freeze_ix(0);
    positions.fixture.world.ok(&[freeze], &[]);
    let (ledger, bad) = (positions.fixture.ledger(MARGIN), wrong(&mut positions, MARGIN));
    let open = ledger.open(payer);
    Substitutions::of(open.clone(), calls::LedgerOpen::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay")
        .stranger("rollout", ABSENT)
        .wrong("rollout", bad.rollout, InstructionError::IllegalOwner)
        .stranger("head", error("HeadUnreadable"))
        .wrong("head", addresses::config(&BREAKER), error("HeadUnreadable"))
        .wrong("head", market, error("HeadUnreadable"))
        .stranger("ledger", InstructionError::InvalidSeeds)
        .stranger("system_program", no_program())
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[open], &[]);
    let (entries, bad) = (positions.fixture.entries(MARGIN), wrong(&mut positions, MARGIN));
    let take = ledger.take(payer, &entries[0]);
    Substitutions::of(take.clone(), calls::RecordTake::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay")
        .stranger("council", ABSENT)
        .wrong("council", bad.copy, InstructionError::InvalidSeeds)
        .wrong("council", bad.council, InstructionError::IllegalOwner)
        .stranger("rollout", ABSENT)
        .wrong("rollout", bad.rollout, InstructionError::IllegalOwner)
        .stranger("ledger", ABSENT_MUT)
        .wrong("ledger", bad.ledger, InstructionError::IllegalOwner)
        .stranger("target", InstructionError::InvalidSeeds)
        .stranger("record", InstructionError::InvalidSeeds)
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("program", error("ProgramSwapped"))
        .stranger("system_program", no_program())
        .run(&mut positions.fixture.world);
    // Nothing of another program's, and nobody's margin account: that is a snapshot's.
    for foreign in [addresses::config(&BREAKER), positions.actors[0].account] {
        let entry = client::ledger::Entry { account: foreign, is_root: true, is_held: false, tokens: vec![] };
        positions.fixture.world.fail(&[ledger.take(payer, &entry)], &[], error("RecordForeign"));
    }
    for entry in &entries {
        positions.fixture.world.ok(&[ledger.take(payer, entry)], &[]);
    }
    let bad = wrong(&mut positions, MARGIN);
    Substitutions::of(ledger.seal(), calls::LedgerSeal::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", bad.copy, InstructionError::InvalidSeeds)
        .wrong("council", bad.council, InstructionError::IllegalOwner)
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", bad.rollout, InstructionError::IllegalOwner)
        .stranger("ledger", ABSENT_MUT)
        .wrong("ledger", bad.ledger, InstructionError::IllegalOwner)
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[ledger.seal()], &[]);
    positions.fixture.world.fail(&[ledger.seal()], &[], error("SnapshotSealed"));
    positions.fixture.world.fail(&[ledger.record_close(&market, payer)], &[], error("NotOver"));
    positions.fixture.world.fail(&[ledger.close(payer)], &[], error("NotOver"));
}

#[test]
fn verifying_a_ledger_refuses_every_wrong_account() {
    let (mut positions, id) = Positions::executed(&honest_code());
    let (draft, _) = positions.fixture.upgrade_propose(MARGIN, &honest_code());
    let draft = positions.fixture.proposal(draft);
    let (ledger, entries) = (positions.fixture.ledger(MARGIN), positions.fixture.entries(MARGIN));
    let bad = wrong(&mut positions, MARGIN);
    let record = ledger.record(&entries[0].account);
    let record = positions.fixture.elsewhere(record);
    let proposal = positions.fixture.proposal(id);
    let proposal = positions.fixture.elsewhere(proposal);
    Substitutions::of(ledger.verify(&entries[0]), calls::RecordVerify::ACCOUNTS, &[])
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", bad.rollout, InstructionError::IllegalOwner)
        .stranger("ledger", ABSENT_MUT)
        .wrong("ledger", bad.ledger, InstructionError::IllegalOwner)
        .stranger("record", ABSENT_MUT)
        .wrong("record", record, InstructionError::IllegalOwner)
        .stranger("target", error("RecordAccountDiffers"))
        .wrong("target", entries[1].account, error("RecordAccountDiffers"))
        .run(&mut positions.fixture.world);
    for entry in &entries {
        positions.fixture.world.ok(&[ledger.verify(entry)], &[]);
    }
    Substitutions::of(ledger.verify_all(id), calls::LedgerVerify::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", bad.copy, InstructionError::InvalidSeeds)
        .wrong("council", bad.council, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", proposal, InstructionError::IllegalOwner)
        .wrong("proposal", draft, error("RolloutOfAnother"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", bad.rollout, InstructionError::IllegalOwner)
        .stranger("ledger", ABSENT_MUT)
        .wrong("ledger", bad.ledger, InstructionError::IllegalOwner)
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[ledger.verify_all(id)], &[]);
    positions.fixture.world.fail(&[ledger.verify_all(id)], &[], error("LedgerVerified"));
}

#[test]
fn writing_back_releasing_and_closing_refuse_every_wrong_account() {
    let (mut positions, id) = Positions::executed(&lying_code());
    let (ledger, entries, market) =
        (positions.fixture.ledger(MARGIN), positions.fixture.entries(MARGIN), positions.market());
    let was = positions.fixture.world.account(&market).expect("the market").data;
    positions.lie(market, 8 + offset_of!(Market, insurance_atoms), &77_u64.to_le_bytes());
    let entry = entries.iter().find(|entry| entry.account == market).expect("the market").clone();
    positions.fixture.world.ok(&[ledger.verify(&entry)], &[]);
    let (preimage, payer) = (positions.upload("market", &was), positions.fixture.world.payer());
    let restore = ledger.restore(payer, market, preimage, &[]);
    positions.fixture.world.fail(std::slice::from_ref(&restore), &[], error("RolloutStageWrong"));
    let rollback = positions.rollback_ix(id);
    positions.fixture.world.ok(&[rollback], &[]);
    positions.fixture.world.next_slot();
    let bad = wrong(&mut positions, MARGIN);
    let record = ledger.record(&market);
    let record = positions.fixture.elsewhere(record);
    Substitutions::of(restore.clone(), calls::RecordRestore::ACCOUNTS, &[])
        .any("payer", "pays rent, and is asked for nothing else")
        .stranger("council", ABSENT)
        .wrong("council", bad.copy, InstructionError::InvalidSeeds)
        .wrong("council", bad.council, InstructionError::IllegalOwner)
        .stranger("rollout", ABSENT)
        .wrong("rollout", bad.rollout, InstructionError::IllegalOwner)
        .stranger("ledger", ABSENT)
        .wrong("ledger", bad.ledger, InstructionError::IllegalOwner)
        .stranger("record", ABSENT)
        .wrong("record", record, InstructionError::IllegalOwner)
        .stranger("target", error("RecordAccountDiffers"))
        .stranger("preimage", error("PreimageWrong"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("program", error("ProgramSwapped"))
        .stranger("system_program", no_program())
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[restore], &[]);
    positions.verify(id);
    let release = ledger.release(market);
    Substitutions::of(release.clone(), calls::RootRelease::ACCOUNTS, &[])
        .stranger("council", ABSENT)
        .wrong("council", bad.copy, InstructionError::InvalidSeeds)
        .wrong("council", bad.council, InstructionError::IllegalOwner)
        .stranger("rollout", ABSENT)
        .wrong("rollout", bad.rollout, InstructionError::IllegalOwner)
        .stranger("target", error("RecordForeign"))
        .wrong("target", addresses::config(&MARGIN), error("NotHeld"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("program", error("ProgramSwapped"))
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[release], &[]);
    Substitutions::of(ledger.record_close(&market, payer), calls::RecordClose::ACCOUNTS, &[])
        .stranger("rollout", ABSENT)
        .wrong("rollout", bad.rollout, InstructionError::IllegalOwner)
        .stranger("ledger", ABSENT_MUT)
        .wrong("ledger", bad.ledger, InstructionError::IllegalOwner)
        .stranger("record", ABSENT_MUT)
        .wrong("record", record, InstructionError::IllegalOwner)
        .stranger("payer", error("RecipientWrong"))
        .run(&mut positions.fixture.world);
    for entry in &entries {
        positions.fixture.world.ok(&[ledger.record_close(&entry.account, payer)], &[]);
    }
    Substitutions::of(ledger.close(payer), calls::LedgerClose::ACCOUNTS, &[])
        .stranger("rollout", ABSENT)
        .wrong("rollout", bad.rollout, InstructionError::IllegalOwner)
        .stranger("ledger", ABSENT_MUT)
        .wrong("ledger", bad.ledger, InstructionError::IllegalOwner)
        .stranger("payer", error("RecipientWrong"))
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[ledger.close(payer)], &[]);
}

/// Held and written back under the governor's signature alone, whatever a config says.
#[test]
fn programs_hold_and_restore_for_the_governor_only() {
    let fixture = Fixture::over(World::trusting(), None);
    let mut positions = Positions::over(fixture);
    let (vault, deposit) = positions.vault();
    let (market, feed, custody) =
        (positions.protocol.market, positions.protocol.feed, addresses::custody(&positions.protocol.market));
    let until_unix_s = positions.fixture.world.unix_s() + 60;
    let refused = |errors, name| code_of(errors, name);
    let holds = [
        (
            margin::MarketHold { market }.instruction(margin::MarketHoldArgs { until_unix_s }),
            margin::MarketHold::ACCOUNTS,
            ("market", refused(margin::ERRORS, "NotGovernor")),
        ),
        (
            oracle::FeedHold { feed }.instruction(oracle::FeedHoldArgs { until_unix_s }),
            oracle::FeedHold::ACCOUNTS,
            ("feed", refused(oracle::ERRORS, "NotGovernor")),
        ),
        (
            vault::VaultHold { vault }.instruction(vault::VaultHoldArgs { until_unix_s }),
            vault::VaultHold::ACCOUNTS,
            ("vault", refused(vault::ERRORS, "NotGovernor")),
        ),
        (
            breaker::CustodyHold { custody }.instruction(breaker::CustodyHoldArgs { until_unix_s }),
            breaker::CustodyHold::ACCOUNTS,
            ("custody", refused(breaker::ERRORS, "NotGovernor")),
        ),
    ];
    for (hold, specs, (root, not_governor)) in holds {
        Substitutions::of(hold.clone(), specs, &[])
            .stranger("authority", not_governor)
            .stranger(root, ABSENT_MUT)
            .run(&mut positions.fixture.world);
        positions.fixture.world.ok(&[hold], &[]);
    }
    let (payer, at) = (positions.fixture.world.payer(), 37);
    let restores = [
        (MARGIN, market, margin::ERRORS),
        (ORACLE, feed, oracle::ERRORS),
        (VAULT, deposit, vault::ERRORS),
        (BREAKER, custody, breaker::ERRORS),
    ];
    for (program, target, errors) in restores {
        let bytes = positions.fixture.world.account(&target).expect("an account").data;
        let preimage = positions.upload("kept", &bytes);
        // One layout of accounts and arguments in all four.
        let call = margin::RecordRestore { payer, target, preimage };
        let mut restore = call.instruction(margin::RecordRestoreArgs { at, seeds: vec![] });
        restore.program_id = program;
        Substitutions::of(restore.clone(), margin::RecordRestore::ACCOUNTS, &[])
            .stranger("authority", code_of(errors, "NotGovernor"))
            .any("payer", "pays rent, and is asked for nothing else")
            .any("target", "the governor names the account that it recorded")
            .any("preimage", "the governor has compared its bytes with the record")
            .stranger("system_program", no_program())
            .run(&mut positions.fixture.world);
        positions.fixture.world.ok(&[restore], &[]);
        let preimage = positions.upload("empty", &[]);
        let call = margin::RecordRestore { payer, target, preimage };
        let mut restore = call.instruction(margin::RecordRestoreArgs { at, seeds: vec![] });
        restore.program_id = program;
        positions.fixture.world.fail(&[restore], &[], code_of(errors, "PreimageUnreadable"));
    }
}
