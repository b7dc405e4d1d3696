//! The whole of the local network in one go: airdrop, a price account of the mock, moved by transaction, read over RPC.

use localnet::{Config, Localnet, PYTH_RECEIVER};
use solana_commitment_config::CommitmentConfig;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_rpc_client::rpc_client::RpcClient;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::path::Path;

const PRICE_UPDATE_LEN: usize = 134;
const WRITER_AT: usize = 8;
const PRICE_AT: usize = 73;
const WRITER_MISMATCH: &str = "custom program error: 0x26b1";

fn write(account: &Pubkey, writer: &Pubkey, offset: u16, bytes: &[u8]) -> Instruction {
    let mut data = vec![0];
    data.extend(offset.to_le_bytes());
    data.extend(bytes);
    let accounts = vec![AccountMeta::new(*account, false), AccountMeta::new_readonly(*writer, true)];
    Instruction::new_with_bytes(PYTH_RECEIVER, &data, accounts)
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

#[test]
fn price_account_moves_by_its_writer_alone_over_rpc() {
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy/mock_pyth.so");
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

    let (writer, other, price) = (Keypair::new(), Keypair::new(), Keypair::new());
    airdrop(&rpc, &writer);
    airdrop(&rpc, &other);
    let rent = rpc.get_minimum_balance_for_rent_exemption(PRICE_UPDATE_LEN).unwrap();
    let mut bytes: Vec<u8> = (0..).take(PRICE_UPDATE_LEN).collect();
    bytes[WRITER_AT..WRITER_AT + 32].copy_from_slice(writer.pubkey().as_ref());
    let create = solana_system_interface::instruction::create_account(
        &writer.pubkey(),
        &price.pubkey(),
        rent,
        u64::try_from(PRICE_UPDATE_LEN).unwrap(),
        &PYTH_RECEIVER,
    );
    send(&rpc, &[&writer, &price], &[create, write(&price.pubkey(), &writer.pubkey(), 0, &bytes)]).unwrap();
    let account = rpc.get_account(&price.pubkey()).unwrap();
    assert_eq!((account.owner, &account.data), (PYTH_RECEIVER, &bytes));

    let moved = 14_725_000_000i64.to_le_bytes();
    bytes[PRICE_AT..PRICE_AT + 8].copy_from_slice(&moved);
    send(&rpc, &[&writer], &[write(&price.pubkey(), &writer.pubkey(), 73, &moved)]).unwrap();
    assert_eq!(rpc.get_account_data(&price.pubkey()).unwrap(), bytes);

    let refused = send(&rpc, &[&other], &[write(&price.pubkey(), &other.pubkey(), 73, &[0; 8])]).unwrap_err();
    assert!(refused.contains(WRITER_MISMATCH), "{refused}");
    assert_eq!(rpc.get_account_data(&price.pubkey()).unwrap(), bytes);

    let second = Localnet::start(config.clone()).err().map(|error| error.to_string());
    assert!(second.as_deref().is_some_and(|error| error.contains("--replace")), "{second:?}");
    net.stop();
    assert!(rpc.get_slot().is_err(), "RPC answers after the network was stopped");
    let again = Localnet::start(config).unwrap();
    assert_eq!(again.previous(), localnet::Previous::Stopped);
    assert!(again.slot() < 1_000, "a new start is a new chain");
}
