//! `bastion deploy`: the six programs by real loader transactions, their configs, and the upgrade authority to the governor.
//! Every step looks first and skips what is done, so a run that was cut off is simply started again.

mod buffer;
mod handover;
mod program;

pub use buffer::buffer_address;
pub(crate) use buffer::buffer_fill;
pub use handover::{Council, handover};
pub use program::{Deployed, Outcome, deployed, elf_hash, hex};

use crate::{
    Connection, Error,
    keys::{PROGRAMS, Program, local_key},
    status::single,
    table::Table,
};
use abi::governor::Adoption;
use client::addresses;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::{path::Path, time::Duration};

/// A payer below this is topped up by the network's faucet: rent of six programs and their buffers, with room.
const PAYER_NEEDS_LAMPORTS: u64 = 20_000_000_000;
const PAYER_TOP_UP_LAMPORTS: u64 = 100_000_000_000;

/// Long enough for a transaction on its way to be confirmed on a local network.
const STEP_PAUSE: Duration = Duration::from_secs(2);

/// Takes one line at a time of what is going on.
pub type Progress<'a> = &'a dyn Fn(&str);

/// One row of the result: all of it as the chain says, read back after the last step.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: &'static str,
    pub id: Pubkey,
    pub elf_len: usize,
    pub elf_hash: [u8; 32],
    pub authority: Option<Pubkey>,
    pub outcome: Outcome,
}

/// Deploys every program of `elf_dir` and hands them over to the governor under `council`.
pub fn deploy(
    connection: &Connection,
    payer: &Keypair,
    elf_dir: &Path,
    council: Option<&Council>,
    progress: Progress,
) -> Result<Vec<Row>, Error> {
    connection.local_only()?;
    let elves = PROGRAMS.iter().map(|program| elf_load(elf_dir, program)).collect::<Result<Vec<_>, _>>()?;
    payer_fund(connection, payer, progress)?;
    let mut rows = Vec::with_capacity(PROGRAMS.len());
    for (program, elf) in PROGRAMS.iter().zip(&elves) {
        let key = local_key(program.name);
        let outcome = again(|| program::deploy_one(connection, payer, program, &key, elf, progress))?;
        rows.push((program, elf, outcome));
    }
    if let Some(council) = council {
        handover(connection, payer, council, &elves, progress)?;
    }
    rows.into_iter()
        .map(|(program, elf, outcome)| verified(connection, program, elf, outcome, council.is_some()))
        .collect()
}

/// What the chain says of a program, once it says what it has to: these bytes and no others, and under a council the governor's record
/// of them and its authority over them.
fn verified(
    connection: &Connection,
    program: &Program,
    elf: &[u8],
    outcome: Outcome,
    governed: bool,
) -> Result<Row, Error> {
    let differs = |what: &'static str| Error::DeployedOther { name: program.name, what };
    let state = deployed(connection, &program.id)?.ok_or(Error::AccountMissing { address: program.id })?;
    if !state.holds(elf) {
        return Err(differs("the code"));
    }
    let elf_hash = elf_hash(state.code.get(..elf.len()).unwrap_or_default());
    if governed {
        let governor = handover::governor_of(program);
        let address = addresses::adoption(&governor, &program.id);
        let adoption: Option<Adoption> = single(connection, "Adoption", &address)?;
        if adoption.is_none_or(|adoption| adoption.elf_hash != elf_hash) {
            return Err(differs("the governor's record of its hash"));
        }
        if state.authority != Some(addresses::authority(&governor)) {
            return Err(differs("its upgrade authority"));
        }
    }
    Ok(Row { name: program.name, id: program.id, elf_len: elf.len(), elf_hash, authority: state.authority, outcome })
}

/// The result for people.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(["program", "address", "bytes", "sha256", "upgrade authority", ""]);
    for row in rows {
        table.row([
            row.name.to_owned(),
            row.id.to_string(),
            row.elf_len.to_string(),
            hex(&row.elf_hash),
            row.authority.map_or_else(|| "none: final".to_owned(), |authority| authority.to_string()),
            row.outcome.to_string(),
        ]);
    }
    table
}

/// The result for programs.
pub fn json(rows: &[Row]) -> serde_json::Value {
    rows.iter()
        .map(|row| {
            serde_json::json!({
                "program": row.name, "address": row.id.to_string(), "bytes": row.elf_len, "sha256": hex(&row.elf_hash),
                "upgrade_authority": row.authority.map(|authority| authority.to_string()), "outcome": row.outcome.to_string(),
            })
        })
        .collect()
}

/// Takes a step, and once more if the network refused it. Steps look before they act, but a run that was cut off may have left a transaction
/// on its way that lands between the two; and a call in the slot of a deployment fails. Both are over a moment later.
fn again<T>(step: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    match step() {
        Err(Error::Rpc { .. } | Error::RefusedBy { .. }) => {
            std::thread::sleep(STEP_PAUSE);
            step()
        }
        done => done,
    }
}

fn elf_load(elf_dir: &Path, program: &Program) -> Result<Vec<u8>, Error> {
    let path = elf_dir.join(format!("{}.so", program.name));
    if !path.exists() {
        return Err(Error::ElfMissing { path });
    }
    std::fs::read(&path).map_err(Error::file(path))
}

/// Asks the faucet for lamports if the payer is poor.
pub fn payer_fund(connection: &Connection, payer: &Keypair, progress: Progress) -> Result<(), Error> {
    let address = payer.pubkey();
    let balance = || connection.rpc.get_balance(&address).map_err(Error::rpc("balance of the payer"));
    if balance()? >= PAYER_NEEDS_LAMPORTS {
        return Ok(());
    }
    progress(&format!("payer {address}: asking the faucet for lamports"));
    let signature =
        connection.rpc.request_airdrop(&address, PAYER_TOP_UP_LAMPORTS).map_err(Error::rpc("airdrop to the payer"))?;
    let commitment = connection.rpc.commitment();
    connection
        .rpc
        .poll_for_signature_with_commitment(&signature, commitment)
        .map_err(Error::rpc("airdrop to the payer"))?;
    match balance()? {
        has if has >= PAYER_NEEDS_LAMPORTS => Ok(()),
        has => Err(Error::PayerPoor { payer: address, has, needs: PAYER_NEEDS_LAMPORTS }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_rpc_client_api::client_error::ErrorKind;
    use std::cell::Cell;

    #[test]
    fn again_repeats_a_step_that_the_network_refused_and_no_other() {
        let refusal = || Error::rpc("step")(ErrorKind::Custom("already in use".to_owned()).into());
        let calls = Cell::new(0);
        let step = |fail: fn(i32) -> bool| {
            calls.set(calls.get() + 1);
            if fail(calls.get()) { Err(refusal()) } else { Ok(()) }
        };
        assert!(again(|| step(|call| call == 1)).is_ok());
        assert_eq!(calls.replace(0), 2);
        assert!(again(|| step(|_| true)).is_err());
        assert_eq!(calls.replace(0), 2);
        let other = || {
            calls.set(calls.get() + 1);
            Err::<(), _>(Error::ElfTooLong { name: "margin" })
        };
        assert!(again(other).is_err());
        assert_eq!(calls.get(), 1);
    }
}
