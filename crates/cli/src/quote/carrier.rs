//! What a fill travels in: a transaction as it is, or one that names accounts through a lookup table where it would be too long.

use crate::{Connection, Error};
use solana_address_lookup_table_interface::{
    instruction::{create_lookup_table, extend_lookup_table},
    state::LOOKUP_TABLE_META_SIZE,
};
use solana_hash::Hash;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, Message, VersionedMessage, v0};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use std::{collections::BTreeSet, time::Duration};

/// Bytes that the network carries, and those of one signature with its count.
const PACKET_LEN: usize = 1232;
const SIGNATURE_LEN: usize = 65;
/// Addresses that fit beside everything else in one transaction that extends a table.
const EXTENSION: usize = 20;
const POLL: Duration = Duration::from_millis(200);
/// Slots for a new table's last extension to be on every fork that counts.
const SLOTS_AFTER: u64 = 1;

/// Which lookup table a fill may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableChoice {
    #[default]
    None,
    /// Makes one if the fill does not fit without.
    New,
    At(Pubkey),
}

/// Builds transactions, all through the same table or none.
pub struct Carrier {
    pub table: Option<AddressLookupTableAccount>,
}

impl Carrier {
    /// One for these instructions. Errors: `TransactionTooLong` where a table is missing or does not name enough, `AccountMissing`.
    pub fn new(
        connection: &Connection,
        payer: &Keypair,
        choice: TableChoice,
        instructions: &[Instruction],
    ) -> Result<Self, Error> {
        let plain = Self { table: None };
        if !matches!(choice, TableChoice::At(_)) && plain.len(payer, instructions)? <= PACKET_LEN {
            return Ok(plain);
        }
        let table = match choice {
            TableChoice::None => None,
            TableChoice::New => Some(table_create(connection, payer, instructions)?),
            TableChoice::At(address) => Some(table_read(connection, address)?),
        };
        let carrier = Self { table };
        match carrier.len(payer, instructions)? {
            len if len > PACKET_LEN => Err(Error::TransactionTooLong { len, room: PACKET_LEN }),
            _ => Ok(carrier),
        }
    }

    /// Bytes on the wire, with the payer's one signature.
    pub fn len(&self, payer: &Keypair, instructions: &[Instruction]) -> Result<usize, Error> {
        let message = self.message(payer, instructions, Hash::default())?;
        Ok(message.serialize().len().saturating_add(SIGNATURE_LEN))
    }

    pub fn transaction(
        &self,
        payer: &Keypair,
        instructions: &[Instruction],
        blockhash: Hash,
    ) -> Result<VersionedTransaction, Error> {
        let message = self.message(payer, instructions, blockhash)?;
        VersionedTransaction::try_new(message, &[payer])
            .map_err(|error| Error::Instruction { what: "the fill", reason: error.to_string() })
    }

    fn message(
        &self,
        payer: &Keypair,
        instructions: &[Instruction],
        blockhash: Hash,
    ) -> Result<VersionedMessage, Error> {
        let payer = payer.pubkey();
        let Some(table) = &self.table else {
            return Ok(VersionedMessage::Legacy(Message::new_with_blockhash(instructions, Some(&payer), &blockhash)));
        };
        let message = v0::Message::try_compile(&payer, instructions, std::slice::from_ref(table), blockhash);
        message
            .map(VersionedMessage::V0)
            .map_err(|error| Error::Instruction { what: "the fill", reason: error.to_string() })
    }
}

/// A table's addresses as the chain has them.
fn table_read(connection: &Connection, key: Pubkey) -> Result<AddressLookupTableAccount, Error> {
    let (_, data) = connection.account(&key)?.ok_or(Error::AccountMissing { address: key })?;
    let (addresses, _) = data.get(LOOKUP_TABLE_META_SIZE..).unwrap_or_default().as_chunks::<32>();
    Ok(AddressLookupTableAccount { key, addresses: addresses.iter().copied().map(Pubkey::new_from_array).collect() })
}

/// A table of the payer's with every account that these instructions name and that does not have to stand in the transaction itself.
fn table_create(
    connection: &Connection,
    payer: &Keypair,
    instructions: &[Instruction],
) -> Result<AddressLookupTableAccount, Error> {
    let (what, owner) = ("making a lookup table", payer.pubkey());
    // A slot that the runtime still knows, and that has ended.
    let slot = connection.rpc.get_slot().map_err(Error::rpc(what))?.saturating_sub(1);
    let (create, key) = create_lookup_table(owner, owner, slot);
    let addresses = tabled(instructions);
    let mut first = vec![create];
    for part in addresses.chunks(EXTENSION) {
        first.push(extend_lookup_table(key, owner, Some(owner), part.to_vec()));
        connection.send(what, payer, &[], &first)?;
        first.clear();
    }
    let extended = connection.rpc.get_slot().map_err(Error::rpc(what))?;
    while connection.rpc.get_slot().map_err(Error::rpc(what))? <= extended.saturating_add(SLOTS_AFTER) {
        std::thread::sleep(POLL);
    }
    Ok(AddressLookupTableAccount { key, addresses })
}

/// What may stand in a table: neither who signs nor what is called.
fn tabled(instructions: &[Instruction]) -> Vec<Pubkey> {
    let programs: BTreeSet<_> = instructions.iter().map(|instruction| instruction.program_id).collect();
    let metas = || instructions.iter().flat_map(|instruction| &instruction.accounts);
    let signers: BTreeSet<_> = metas().filter(|meta| meta.is_signer).map(|meta| meta.pubkey).collect();
    let named: BTreeSet<_> = metas().map(|meta| meta.pubkey).collect();
    named.into_iter().filter(|address| !programs.contains(address) && !signers.contains(address)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_instruction::AccountMeta;

    /// As long as a fill of eight legs with a surface for each.
    fn long(payer: &Pubkey) -> Vec<Instruction> {
        let accounts = std::iter::once(AccountMeta::new(*payer, true))
            .chain((0..28).map(|_| AccountMeta::new(Pubkey::new_unique(), false)));
        let proof = Instruction { program_id: Pubkey::new_unique(), accounts: vec![], data: vec![0; 552] };
        let fill = Instruction { program_id: Pubkey::new_unique(), accounts: accounts.collect(), data: vec![0; 25] };
        vec![proof, fill]
    }

    #[test]
    fn largest_fill_fits_through_a_table_alone() {
        let payer = Keypair::new();
        let instructions = long(&payer.pubkey());
        assert!(Carrier { table: None }.len(&payer, &instructions).unwrap() > PACKET_LEN);
        let addresses = tabled(&instructions);
        assert_eq!(addresses.len(), 28, "neither payer nor programs");
        let table = AddressLookupTableAccount { key: Pubkey::new_unique(), addresses };
        let carrier = Carrier { table: Some(table) };
        let len = carrier.len(&payer, &instructions).unwrap();
        let transaction = carrier.transaction(&payer, &instructions, Hash::default()).unwrap();
        assert!(len <= PACKET_LEN, "{len}");
        assert_eq!(transaction.message.serialize().len() + SIGNATURE_LEN, len);
        assert_eq!(transaction.message.static_account_keys().len(), 3);
    }

    #[test]
    fn extension_fills_less_than_a_packet() {
        let payer = Keypair::new();
        let (owner, key) = (payer.pubkey(), Pubkey::new_unique());
        let create = create_lookup_table(owner, owner, u64::MAX).0;
        let extend = extend_lookup_table(key, owner, Some(owner), vec![key; EXTENSION]);
        assert!(Carrier { table: None }.len(&payer, &[create, extend]).unwrap() <= PACKET_LEN);
    }
}
