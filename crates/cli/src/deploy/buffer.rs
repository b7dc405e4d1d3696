//! Filling a loader buffer: many small writes at once, and the account itself as the record of what has arrived.

use super::Progress;
use crate::{Connection, Error};
use abi::loader;
use sha2::{Digest, Sha256};
use solana_keypair::Keypair;
use solana_loader_v3_interface::{instruction, state::UpgradeableLoaderState};
use solana_message::Message;
use solana_pubkey::Pubkey;
use solana_rpc_client_api::config::RpcSendTransactionConfig;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Largest transaction that the network carries, and one signature with its count.
const PACKET_LEN: usize = 1232;
const SIGNATURE_LEN: usize = 65;
/// Transactions in flight at once.
const SENDERS: usize = 16;
const POLL: Duration = Duration::from_millis(150);
/// Writes that have not landed by then were lost, and are sent again.
const RESEND: Duration = Duration::from_secs(5);
const STALL: Duration = Duration::from_secs(60);

/// Puts `elf` into a buffer of the payer's and returns its address. The buffer's key follows from payer and bytes, so
/// a run that was cut off goes on where it stopped.
pub(crate) fn buffer_fill(
    connection: &Connection,
    payer: &Keypair,
    name: &str,
    elf: &[u8],
    progress: Progress,
) -> Result<Pubkey, Error> {
    let key = buffer_key(payer, name, elf);
    let address = key.pubkey();
    if connection.account(&address)?.is_none() {
        buffer_create(connection, payer, &key, elf.len())?;
    }
    let chunk_len = chunk_len(&payer.pubkey(), &address);
    let (mut sent, mut moved, mut best) = (None::<Instant>, Instant::now(), 0);
    let mut reported = None;
    loop {
        let missing = chunks_missing(connection, &address, elf, chunk_len)?;
        let total = elf.chunks(chunk_len).len();
        let done = total.saturating_sub(missing.len());
        let quarter = done.saturating_mul(4).checked_div(total);
        if quarter != reported {
            progress(&format!("{name}: {done} of {total} pieces written"));
            reported = quarter;
        }
        if missing.is_empty() {
            return Ok(address);
        }
        if done > best {
            (best, moved) = (done, Instant::now());
        } else if moved.elapsed() > STALL {
            return Err(Error::BufferStalled { name: name.to_owned(), seconds: STALL.as_secs() });
        }
        if sent.is_none_or(|at| at.elapsed() > RESEND) {
            chunks_send(connection, payer, &address, &missing)?;
            sent = Some(Instant::now());
        }
        std::thread::sleep(POLL);
    }
}

/// Where `payer` writes these bytes under this name.
pub fn buffer_address(payer: &Keypair, name: &str, elf: &[u8]) -> Pubkey {
    buffer_key(payer, name, elf).pubkey()
}

fn buffer_key(payer: &Keypair, name: &str, elf: &[u8]) -> Keypair {
    let mut seed = Sha256::new();
    seed.update(b"bastion:buffer:");
    seed.update(payer.secret_bytes());
    seed.update(name);
    seed.update(Sha256::digest(elf));
    Keypair::new_from_array(seed.finalize().into())
}

fn buffer_create(connection: &Connection, payer: &Keypair, key: &Keypair, elf_len: usize) -> Result<(), Error> {
    let (what, authority) = ("creating a buffer", payer.pubkey());
    let space = UpgradeableLoaderState::size_of_buffer(elf_len);
    let rent = connection.rpc.get_minimum_balance_for_rent_exemption(space).map_err(Error::rpc(what))?;
    let instructions = instruction::create_buffer(&authority, &key.pubkey(), &authority, rent, elf_len)
        .map_err(|error| Error::Instruction { what, reason: error.to_string() })?;
    connection.send(what, payer, &[key], &instructions)
}

/// Bytes of code that fit beside everything else in one write transaction.
fn chunk_len(payer: &Pubkey, buffer: &Pubkey) -> usize {
    let empty = Message::new(&[instruction::write(buffer, payer, 0, Vec::new())], Some(payer));
    // One byte more: the length of the instruction's data takes two bytes when it is not short.
    PACKET_LEN.saturating_sub(empty.serialize().len().saturating_add(SIGNATURE_LEN).saturating_add(1))
}

/// The pieces of `elf`, with their offsets, that the buffer does not hold yet.
fn chunks_missing<'a>(
    connection: &Connection,
    address: &Pubkey,
    elf: &'a [u8],
    chunk_len: usize,
) -> Result<Vec<(usize, &'a [u8])>, Error> {
    let (_, data) = connection.account(address)?.ok_or(Error::AccountMissing { address: *address })?;
    let code = loader::buffer(&data).map_or(&[][..], |buffer| buffer.code);
    let offsets = (0..).step_by(chunk_len);
    let missing = offsets.zip(elf.chunks(chunk_len)).filter(|(offset, chunk)| {
        let held = code.get(*offset..).and_then(|rest| rest.get(..chunk.len()));
        held != Some(*chunk)
    });
    Ok(missing.collect())
}

/// Sends one write for each piece, from several threads; what is lost shows in the account.
fn chunks_send(
    connection: &Connection,
    payer: &Keypair,
    buffer: &Pubkey,
    chunks: &[(usize, &[u8])],
) -> Result<(), Error> {
    let blockhash = connection.rpc.get_latest_blockhash().map_err(Error::rpc("blockhash"))?;
    // No simulation: a write cannot fail for a reason that the next look at the buffer would not show.
    let config = RpcSendTransactionConfig { skip_preflight: true, ..RpcSendTransactionConfig::default() };
    let next = AtomicUsize::new(0);
    let work = || -> Result<(), Error> {
        while let Some((offset, chunk)) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Ok(offset) = u32::try_from(*offset) else { break };
            let write = instruction::write(buffer, &payer.pubkey(), offset, chunk.to_vec());
            let transaction = Transaction::new_signed_with_payer(&[write], Some(&payer.pubkey()), &[payer], blockhash);
            connection
                .rpc
                .send_transaction_with_config(&transaction, config)
                .map_err(Error::rpc("writing a buffer"))?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(work)).collect();
        senders.into_iter().filter_map(|sender| sender.join().ok()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunk_len_fills_a_packet_and_no_more() {
        let (payer, buffer) = (Keypair::new(), Keypair::new().pubkey());
        let len = chunk_len(&payer.pubkey(), &buffer);
        let write = instruction::write(&buffer, &payer.pubkey(), u32::MAX, vec![7; len]);
        let message = Message::new(&[write], Some(&payer.pubkey()));
        assert_eq!(message.serialize().len() + SIGNATURE_LEN, PACKET_LEN);
    }

    #[test]
    fn buffer_key_follows_from_payer_name_and_bytes() {
        let payer = Keypair::new();
        let key = |name, elf: &[u8]| buffer_key(&payer, name, elf).pubkey();
        assert_eq!(key("margin", b"a"), key("margin", b"a"));
        assert_ne!(key("margin", b"a"), key("margin", b"b"));
        assert_ne!(key("margin", b"a"), key("vault", b"a"));
        assert_ne!(key("margin", b"a"), buffer_key(&Keypair::new(), "margin", b"a").pubkey());
    }
}
