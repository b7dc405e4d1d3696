//! One program: what is deployed at its address, and bringing it to the bytes of an ELF.

use super::{Progress, buffer::buffer_fill};
use crate::{Connection, Error, keys::Program};
use abi::loader;
use sha2::{Digest, Sha256};
use solana_keypair::Keypair;
use solana_loader_v3_interface::{get_program_data_address, instruction, state::UpgradeableLoaderState};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::fmt;

/// A program's account is given a quarter more than its first ELF, so that upgrades fit without extending it.
const ROOM_DIVISOR: usize = 4;

/// What is deployed at an address.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// Slot of the last deployment, upgrade or extension.
    pub slot: u64,
    pub authority: Option<Pubkey>,
    /// The ELF and the zeros after it.
    pub code: Vec<u8>,
}

impl Deployed {
    /// Is `elf` what is deployed here, with nothing but zeros after it?
    pub fn holds(&self, elf: &[u8]) -> bool {
        self.code.strip_prefix(elf).is_some_and(|rest| rest.iter().all(|byte| *byte == 0))
    }
}

/// What a deployment did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Deployed,
    Upgraded,
    Unchanged,
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Deployed => "deployed",
            Self::Upgraded => "upgraded",
            Self::Unchanged => "same bytes: skipped",
        })
    }
}

/// sha256 of an ELF: what the governor commits to, together with the length.
pub fn elf_hash(elf: &[u8]) -> [u8; 32] {
    Sha256::digest(elf).into()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads the program at `id`, or `None` if none was ever deployed there.
pub fn deployed(connection: &Connection, id: &Pubkey) -> Result<Option<Deployed>, Error> {
    let data_address = get_program_data_address(id);
    let (Some(_), Some((_, data))) = (connection.account(id)?, connection.account(&data_address)?) else {
        return Ok(None);
    };
    Ok(loader::program_data(&data).ok().map(|program| Deployed {
        slot: program.slot,
        authority: program.authority.map(Pubkey::new_from_array),
        code: program.code.to_vec(),
    }))
}

/// Brings one program to the bytes of `elf`.
pub(super) fn deploy_one(
    connection: &Connection,
    payer: &Keypair,
    program: &Program,
    key: &Keypair,
    elf: &[u8],
    progress: Progress,
) -> Result<Outcome, Error> {
    let name = program.name;
    let Some(state) = deployed(connection, &program.id)? else {
        let buffer = buffer_fill(connection, payer, name, elf, progress)?;
        deploy_new(connection, payer, key, &buffer, elf.len())?;
        progress(&format!("{name}: deployed at {}", program.id));
        return Ok(Outcome::Deployed);
    };
    if state.holds(elf) {
        progress(&format!("{name}: the same bytes are deployed already, skipped"));
        return Ok(Outcome::Unchanged);
    }
    if state.authority != Some(payer.pubkey()) {
        let authority = state.authority.map_or_else(|| "nobody: it is final".to_owned(), |key| key.to_string());
        return Err(Error::HeldElsewhere { name: name.to_owned(), authority });
    }
    if state.code.len() < elf.len() {
        return Err(Error::NoRoom { name: name.to_owned(), room: state.code.len(), len: elf.len() });
    }
    let buffer = buffer_fill(connection, payer, name, elf, progress)?;
    let upgrade = instruction::upgrade(&program.id, &buffer, &payer.pubkey(), &payer.pubkey());
    connection.send(&format!("upgrading {name}"), payer, &[], &[upgrade])?;
    progress(&format!("{name}: upgraded"));
    Ok(Outcome::Upgraded)
}

fn deploy_new(
    connection: &Connection,
    payer: &Keypair,
    key: &Keypair,
    buffer: &Pubkey,
    elf_len: usize,
) -> Result<(), Error> {
    let what = "deploying a program";
    let room = elf_len.saturating_add(elf_len.div_ceil(ROOM_DIVISOR));
    let rent = connection
        .rpc
        .get_minimum_balance_for_rent_exemption(UpgradeableLoaderState::size_of_program())
        .map_err(Error::rpc(what))?;
    let authority = payer.pubkey();
    let instructions =
        instruction::deploy_with_max_program_len(&authority, &key.pubkey(), buffer, &authority, rent, room)
            .map_err(|error| Error::Instruction { what, reason: error.to_string() })?;
    connection.send(what, payer, &[key], &instructions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_only_the_same_bytes_followed_by_zeros() {
        let deployed = Deployed { slot: 1, authority: None, code: vec![1, 2, 0, 0] };
        assert!(deployed.holds(&[1, 2]) && deployed.holds(&[1, 2, 0, 0]));
        assert!(!deployed.holds(&[1]) && !deployed.holds(&[1, 2, 0, 0, 0]) && !deployed.holds(&[2]));
    }
}
