//! The whole of the local network in one go: airdrop, a source account of each kind in the mock, moved by transaction, read over RPC.

use localnet::{Config, Localnet, SOURCE_PROGRAMS};
use solana_commitment_config::CommitmentConfig;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_rpc_client::rpc_client::RpcClient;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::path::Path;

/// A program's account: its length, where it names its writer, and where its price and its slot are.
struct Layout {
    program: Pubkey,
    len: usize,
    writer_at: usize,
    price_at: u16,
    slot_at: usize,
}

const LAYOUTS: [Layout; 4] = [
    Layout { program: SOURCE_PROGRAMS[0], len: 134, writer_at: 8, price_at: 73, slot_at: 125 },
    Layout { program: SOURCE_PROGRAMS[1], len: 134, writer_at: 8, price_at: 73, slot_at: 125 },
    Layout { program: SOURCE_PROGRAMS[2], len: 3_208, writer_at: 2_056, price_at: 2_264, slot_at: 2_368 },
    Layout { program: SOURCE_PROGRAMS[3], len: 248, writer_at: 74, price_at: 216, slot_at: 200 },
];
const WRITER_MISMATCH: &str = "custom program error: 0x26b1";

fn write(program: Pubkey, account: &Pubkey, writer: &Pubkey, offset: u16, bytes: &[u8]) -> Instruction {
    let mut data = vec![0];
    data.extend(offset.to_le_bytes());
    data.extend(bytes);
    let accounts = vec![AccountMeta::new(*account, false), AccountMeta::new_readonly(*writer, true)];
    Instruction::new_with_bytes(program, &data, accounts)
}

fn send(rpc: &RpcClient, signers: &[&Keypair], instructions: &[Instruction]) -> Result<(), String> {
    let blockhash = rpc.get_latest_blockhash().map_err(|error| error.to_string())?;
    let payer = signers.first().map(|signer| signer.pubkey());
    let transaction = Transaction::new_signed_with_payer(instructions, payer.as_ref(), &signers.to_vec(), blockhash);
    rpc.send_and_confirm_transaction(&transaction).map(|_| ()).map_err(|error| error.to_string())
}

fn airdrop(rpc: &RpcClient, to: &Keypair) {
    let signature = rpc.request_airdrop(&to.pubkey(), 1_000_000_000).unwrap();
    rpc.poll_for_signature(&signature).unwrap();
    assert_eq!(rpc.get_balance(&to.pubkey()).unwrap(), 1_000_000_000);
}

fn account_moves_by_its_writer_alone(rpc: &RpcClient, layout: &Layout, writer: &Keypair, other: &Keypair) {
    let Layout { program, len, writer_at, price_at, slot_at } = *layout;
    let account = Keypair::new();
    let address = account.pubkey();
    let rent = rpc.get_minimum_balance_for_rent_exemption(len).unwrap();
    let space = u64::try_from(len).unwrap();
    let create =
        solana_system_interface::instruction::create_account(&writer.pubkey(), &address, rent, space, &program);
    let claim = write(program, &address, &writer.pubkey(), u16::try_from(writer_at).unwrap(), writer.pubkey().as_ref());
    send(rpc, &[writer, &account], &[create, claim]).unwrap();
    let mut bytes = vec![0; len];
    bytes[writer_at..writer_at + 32].copy_from_slice(writer.pubkey().as_ref());
    let read = rpc.get_account(&address).unwrap();
    assert_eq!((read.owner, &read.data), (program, &bytes));

    let moved = 14_725_000_000i64.to_le_bytes();
    bytes[usize::from(price_at)..][..8].copy_from_slice(&moved);
    send(rpc, &[writer], &[write(program, &address, &writer.pubkey(), price_at, &moved)]).unwrap();
    assert_eq!(rpc.get_account_data(&address).unwrap(), bytes);

    let refused = send(rpc, &[other], &[write(program, &address, &other.pubkey(), price_at, &[0; 8])]).unwrap_err();
    assert!(refused.contains(WRITER_MISMATCH), "{refused}");
    assert_eq!(rpc.get_account_data(&address).unwrap(), bytes);

    let before = rpc.get_slot().unwrap();
    let mut stamped = write(program, &address, &writer.pubkey(), price_at, &[9; 8]);
    stamped.data[0] = 1;
    send(rpc, &[writer], &[stamped]).unwrap();
    let data = rpc.get_account_data(&address).unwrap();
    let slot = u64::from_le_bytes(data[slot_at..slot_at + 8].try_into().unwrap());
    assert!((before..=rpc.get_slot().unwrap()).contains(&slot), "stamped slot {slot}, sent after {before}");
    assert_eq!(data[usize::from(price_at)..][..8], [9; 8]);
}

#[test]
fn price_accounts_of_every_kind_move_by_their_writer_alone_over_rpc() {
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy/localnet/mock_source.so");
    assert!(elf.exists(), "{} is missing: run `make build` first", elf.display());
    let dir = tempfile::tempdir().unwrap();
    let config = Config::on_free_ports(dir.path().join("ledger"), elf).unwrap();
    let net = Localnet::start(config.clone()).unwrap();
    let rpc = RpcClient::new_with_commitment(net.rpc_url(), CommitmentConfig::confirmed());

    for program in [
        "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
        "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL",
    ] {
        let account = rpc.get_account(&program.parse().unwrap()).unwrap();
        assert!(account.executable, "{program} is not executable");
    }

    let (writer, other) = (Keypair::new(), Keypair::new());
    airdrop(&rpc, &writer);
    airdrop(&rpc, &other);
    for layout in LAYOUTS {
        account_moves_by_its_writer_alone(&rpc, &layout, &writer, &other);
    }

    let second = Localnet::start(config.clone()).err().map(|error| error.to_string());
    assert!(second.as_deref().is_some_and(|error| error.contains("--replace")), "{second:?}");
    net.stop();
    assert!(rpc.get_slot().is_err(), "RPC answers after the network was stopped");
    let again = Localnet::start(config).unwrap();
    assert_eq!(again.previous(), localnet::Previous::Stopped);
    assert!(again.slot() < 1_000, "a new start is a new chain");
}
