use crate::ballot_attacks::RELAX;
use crate::fixture::{
    ABSENT, ABSENT_MUT, BUFFER_LAMPORTS, Fixture, TWIN, code_of, error, new_code, old_code, program_data, sha256,
    target,
};
use crate::passkeys::{USER_PRESENT, USER_VERIFIED, assertion, client_data};
use crate::proposing::{Code, Coming, PACKET, seated, seated_in, transaction_len};
use crate::steps::{digest, encoded, propose_args};
use bytemuck::bytes_of;
use client::governor as calls;
use policy::{Class, CouncilAction, Evidence, Upgrade};
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, World, key};

const BOND: u64 = 1_000_000_000;

fn code(buffer: Pubkey) -> Code {
    Code { program: target(), buffer, args: propose_args(&new_code()) }
}

/// In the validator's own runtime, and in LiteSVM: raw, then by a passkey. Buffer and bond are the sponsor's.
#[test]
fn upgrade_propose_p256_commits_to_the_sponsors_buffer_and_takes_it_with_the_bond() {
    for world in [World::new(), World::lite()] {
        let (mut fixture, member, sponsor) = seated_in(world);
        for id in 0..2 {
            let buffer = fixture.buffer(&format!("buffer {id}"), Some(sponsor.pubkey()), &new_code());
            let coming = fixture.coming_code(&sponsor, code(buffer));
            let propose = if id == 0 {
                fixture.coming_cast(&coming, &member)
            } else {
                let client = client_data(bytes_of(&fixture.coming_ballot(&coming)));
                let both = USER_PRESENT | USER_VERIFIED;
                [assertion(&member, both, &client), fixture.coming_ix(&coming, 0, client)]
            };
            let len = transaction_len(&propose, &sponsor);
            assert!(len <= PACKET, "{len} bytes");
            fixture.world.ok(&propose, &[&sponsor]);
            let proposal = fixture.proposal_state(id);
            let upgrade = Upgrade {
                program: target().to_bytes(),
                buffer: buffer.to_bytes(),
                elf_hash: sha256(&new_code()),
                elf_len: new_code().len().try_into().unwrap(),
                previous_hash: sha256(&old_code()),
                evidence: Evidence { schema_from: 1, schema_to: 1, ..Evidence::default() },
                forward_only: false,
            };
            let bytes = encoded(&CouncilAction::Upgrade(upgrade));
            assert_eq!(proposal.action[..usize::from(proposal.action_len.get())], bytes);
            assert_eq!(proposal.digest, digest(fixture.governor, id, &bytes));
            assert_eq!((proposal.class, proposal.bond_lamports.get()), (Class::Upgrade.byte(), BOND));
            assert_eq!(proposal.proposer, sponsor.pubkey().to_bytes());
            let account = fixture.world.account(&buffer).unwrap();
            let state = abi::loader::buffer(&account.data).unwrap();
            assert_eq!(state.authority, Some(fixture.authority().to_bytes()));
            assert_eq!((state.code, account.lamports), (&new_code()[..], BUFFER_LAMPORTS));
        }
    }
}

/// INVARIANT(G-16): through queue and execution the sponsor is the proposer that every lamport goes back to.
#[test]
fn upgrade_propose_p256_is_carried_out_and_pays_its_sponsor_back() {
    let (mut fixture, member, sponsor) = seated();
    let buffer = fixture.buffer("buffer", Some(sponsor.pubkey()), &new_code());
    let coming = fixture.coming_code(&sponsor, code(buffer));
    let propose = fixture.coming_cast(&coming, &member);
    fixture.world.ok(&propose, &[&sponsor]);
    let staged = fixture.buffer("staged", Some(sponsor.pubkey()), &old_code());
    let stage = fixture.calls().rollback_stage(sponsor.pubkey(), 0, target(), staged);
    fixture.world.ok(&[stage], &[&sponsor]);
    fixture.mature(0);
    fixture.world.next_slot();
    // What the code's account holds beyond its rent goes the same way.
    let held = [sponsor.pubkey(), program_data(target())];
    let lamports =
        |fixture: &mut Fixture| held.map(|at| fixture.world.account(&at).unwrap().lamports).iter().sum::<u64>();
    let before = lamports(&mut fixture);
    let upgrade = fixture.upgrade_ix(0, target(), buffer);
    fixture.world.ok(&[upgrade], &[]);
    assert_eq!(lamports(&mut fixture), before + BUFFER_LAMPORTS);
    assert_eq!(fixture.code(target())[..new_code().len()], new_code());
}

#[test]
fn upgrade_propose_p256_cancelled_by_its_sponsor_gives_back_buffer_and_bond() {
    let (mut fixture, member, sponsor) = seated();
    let buffer = fixture.buffer("buffer", Some(sponsor.pubkey()), &new_code());
    let coming = fixture.coming_code(&sponsor, code(buffer));
    let propose = fixture.coming_cast(&coming, &member);
    fixture.world.ok(&propose, &[&sponsor]);
    let before = fixture.world.account(&sponsor.pubkey()).unwrap().lamports;
    let (cancel, close) = (fixture.cancel_ix(0, sponsor.pubkey()), fixture.buffer_close_ix(0, buffer));
    let settle = fixture.calls().bond_settle(0, sponsor.pubkey());
    fixture.world.ok(&[cancel, close, settle], &[&sponsor]);
    assert_eq!(fixture.world.account(&sponsor.pubkey()).unwrap().lamports, before + BUFFER_LAMPORTS + BOND);
}

/// The member signs for a buffer, and whoever sends it must own that one.
#[test]
fn upgrade_propose_p256_of_anothers_buffer_fails_buffer_authority_foreign() {
    let (mut fixture, member, sponsor) = seated();
    for authority in [Some(key("member 1")), None, Some(fixture.authority())] {
        let buffer = fixture.buffer("foreign", authority, &new_code());
        let coming = fixture.coming_code(&sponsor, code(buffer));
        let propose = fixture.coming_cast(&coming, &member);
        fixture.world.fail(&propose, &[&sponsor], error("BufferAuthorityForeign"));
    }
    // Another sponsor with the same ballot: no more than the owner of the buffer can use it.
    let buffer = fixture.buffer("buffer", Some(sponsor.pubkey()), &new_code());
    let coming = fixture.coming_code(&sponsor, code(buffer));
    let [proof, propose] = fixture.coming_cast(&coming, &member);
    let thief = fixture.world.rich("thief");
    let mut stolen = propose.clone();
    stolen.accounts[0].pubkey = thief.pubkey();
    fixture.world.fail(&[proof.clone(), stolen], &[&thief], error("BufferAuthorityForeign"));
    fixture.world.ok(&[proof, propose], &[&sponsor]);
}

#[test]
fn upgrade_propose_p256_of_other_code_than_was_signed_fails_by_name() {
    let (mut fixture, member, sponsor) = seated();
    let buffer = fixture.buffer("buffer", Some(sponsor.pubkey()), &new_code());
    let good = code(buffer);
    // Signed for one field, sent with another: each of them is in the digest.
    let coming = fixture.coming_code(&sponsor, good.clone());
    let ballot = fixture.coming_ballot(&coming);
    let args = good.args.clone();
    for args in [
        calls::UpgradeProposeArgs { elf_hash: [9; 32], ..args.clone() },
        calls::UpgradeProposeArgs { elf_len: args.elf_len - 1, ..args.clone() },
        calls::UpgradeProposeArgs { source_commit: [9; 20], ..args.clone() },
        calls::UpgradeProposeArgs { audit_hash: [9; 32], ..args.clone() },
        calls::UpgradeProposeArgs { schema_to: 2, ..args.clone() },
        calls::UpgradeProposeArgs { forward_only: true, ..args.clone() },
    ] {
        let coming = fixture.coming_code(&sponsor, Code { args, ..good.clone() });
        let propose = fixture.coming_by(&coming, &member, &ballot);
        fixture.world.fail(&propose, &[&sponsor], error("DigestMismatch"));
    }
    // Signed as sent, and not what the buffer holds.
    for (args, name) in [
        (calls::UpgradeProposeArgs { elf_hash: [9; 32], ..args.clone() }, "BufferHashMismatch"),
        (calls::UpgradeProposeArgs { elf_len: args.elf_len - 1, ..args.clone() }, "BufferLengthMismatch"),
    ] {
        let coming = fixture.coming_code(&sponsor, Code { args, ..good.clone() });
        let propose = fixture.coming_cast(&coming, &member);
        fixture.world.fail(&propose, &[&sponsor], error(name));
    }
    // What is no action has no digest to sign.
    for (args, name) in [
        (calls::UpgradeProposeArgs { elf_len: 0, ..args.clone() }, "CodeEmpty"),
        (calls::UpgradeProposeArgs { schema_to: 3, ..args.clone() }, "SchemaWrong"),
        (calls::UpgradeProposeArgs { emergency: true, forward_only: true, ..args }, "PatchOutOfBounds"),
    ] {
        let coming = fixture.coming_code(&sponsor, good.clone());
        let coming = Coming { code: Some(Code { args, ..good.clone() }), ..coming };
        let propose = fixture.coming_cast(&coming, &member);
        fixture.world.fail(&propose, &[&sponsor], error(name));
    }
}

#[test]
fn upgrade_propose_p256_refuses_every_wrong_account() {
    let (mut fixture, member, sponsor) = seated();
    let buffer = fixture.buffer("buffer", Some(sponsor.pubkey()), &new_code());
    let create = fixture.create_ix(encoded(&RELAX));
    let first = fixture.members[0].insecure_clone();
    fixture.world.ok(&[create], &[&first]);
    let other = fixture.buffer("other buffer", Some(sponsor.pubkey()), &new_code());
    let coming = fixture.coming_code(&sponsor, code(buffer));
    let [proof, propose] = fixture.coming_cast(&coming, &member);
    let of_twin = Pubkey::find_program_address(&[abi::governor::AUTHORITY_SEED], &TWIN).0;
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let adoption_elsewhere = fixture.elsewhere(fixture.adoption(target()));
    Substitutions::of(propose, calls::UpgradeProposeP256::ACCOUNTS, &[&sponsor])
        .after(&[proof])
        .stranger("sponsor", error("BufferAuthorityForeign"))
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("adoption", ABSENT)
        .wrong("adoption", adoption_elsewhere, InstructionError::IllegalOwner)
        .wrong("adoption", fixture.proposal(0), InstructionError::InvalidAccountData)
        .stranger("buffer", error("DigestMismatch"))
        .wrong("buffer", other, error("DigestMismatch"))
        .stranger("proposal", InstructionError::InvalidSeeds)
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .wrong("governor_authority", of_twin, InstructionError::InvalidSeeds)
        .stranger("instructions", error("NotSysvar"))
        .stranger("slot_hashes", error("NotSysvar"))
        .stranger("loader", error("NotLoader"))
        .stranger("system_program", code_of(client::framework::ERRORS, "ConstraintExecutable"))
        .wrong("system_program", TWIN, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
