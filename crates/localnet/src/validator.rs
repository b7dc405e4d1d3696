use crate::{
    Config, Error, Previous, accounts,
    connections::ConnectionCloser,
    faucet::FaucetThread,
    ports::{self, BLOCK_WIDTH},
    state::Claim,
};
use solana_account::AccountSharedData;
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_net_utils::SocketAddrSpace;
use solana_pubkey::Pubkey;
use solana_rpc::rpc::JsonRpcConfig;
use solana_rpc_client::rpc_client::RpcClient;
use solana_sdk_ids::{bpf_loader_upgradeable, system_program};
use solana_signer::Signer;
use solana_test_validator::{TestValidator, TestValidatorGenesis, UpgradeableProgramInfo};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

const FAUCET_LAMPORTS: u64 = 1_000_000_000_000_000_000;
const FIRST_BLOCK_SECONDS: u64 = 60;
/// Programs of the first slot can be called from the next one on.
const READY_SLOT: u64 = 2;

/// A running local network; dropping it stops it.
pub struct Localnet {
    /// `None` only while it is dropped.
    validator: Option<TestValidator>,
    config: Config,
    faucet: FaucetThread,
    claim: Claim,
}

impl Localnet {
    /// Starts the network and waits until it makes blocks. Call it outside of any async runtime: the validator
    /// brings its own.
    pub fn start(config: Config) -> Result<Self, Error> {
        for program in &config.programs {
            program.elf_check()?;
        }
        let loaded = config.accounts.iter().map(|path| accounts::account_load(path)).collect::<Result<Vec<_>, _>>()?;
        // Before the ports: a network that is to be replaced holds them.
        let claim = Claim::take(&config.ledger, config.replace)?;
        let held = ports::ports_hold(config.rpc_port, config.faucet_port)?;
        let block_first = ports::block_find(u32::from(config.rpc_port))?;
        drop(held);

        let funder = Keypair::new();
        let funder_address = funder.pubkey();
        let faucet = FaucetThread::start(funder, config.faucet_port)?;
        let mut genesis = genesis(&config, block_first, faucet.address);
        genesis.add_account(funder_address, AccountSharedData::new(FAUCET_LAMPORTS, 0, &system_program::id()));
        for (address, account) in loaded {
            genesis.add_account(address, account);
        }
        // The mint's key is thrown away: the faucet is the one source of lamports.
        let validator = genesis
            .start_with_mint_address(Pubkey::new_unique(), SocketAddrSpace::Unspecified)
            .map_err(|error| Error::Validator(error.to_string()))?;
        let net = Self { validator: Some(validator), config, faucet, claim };
        net.first_blocks_wait()?;
        Ok(net)
    }

    pub fn rpc_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.config.rpc_port)
    }

    pub fn ws_url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.config.ws_port())
    }

    pub fn faucet_address(&self) -> SocketAddr {
        self.faucet.address
    }

    /// What an earlier run left in the ledger folder.
    pub fn previous(&self) -> Previous {
        self.claim.previous
    }

    /// The newest slot that has a bank; it stands still if the validator has died.
    pub fn slot(&self) -> u64 {
        let forks = self.validator.as_ref().map(TestValidator::bank_forks);
        forks.map_or(0, |forks| forks.read().map_or(0, |forks| forks.highest_slot()))
    }

    /// Stops everything, as dropping does.
    pub fn stop(self) {}

    fn first_blocks_wait(&self) -> Result<(), Error> {
        let deadline = Instant::now() + Duration::from_secs(FIRST_BLOCK_SECONDS);
        let client = RpcClient::new(self.rpc_url());
        while Instant::now() < deadline {
            if client.get_slot_with_commitment(CommitmentConfig::processed()).is_ok_and(|slot| slot >= READY_SLOT) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(Error::NoBlocks { seconds: FIRST_BLOCK_SECONDS })
    }
}

/// The validator stops before the faucet, which its RPC calls, and before the folder is given free.
impl Drop for Localnet {
    fn drop(&mut self) {
        let closer = ConnectionCloser::start([self.config.rpc_port, self.config.ws_port()]);
        drop(self.validator.take());
        drop(closer);
    }
}

fn genesis(config: &Config, block_first: u16, faucet: SocketAddr) -> TestValidatorGenesis {
    let programs: Vec<_> = config
        .programs
        .iter()
        .map(|program| UpgradeableProgramInfo {
            program_id: program.id,
            loader: bpf_loader_upgradeable::id(),
            // The library stores an authority always; nobody has a key for the system program's address.
            upgrade_authority: program.authority.unwrap_or(system_program::ID),
            program_path: program.file.clone(),
        })
        .collect();
    let mut genesis = TestValidatorGenesis::default();
    genesis
        .ledger_path(&config.ledger)
        .ticks_per_slot(config.ticks_per_slot)
        .rpc_port(config.rpc_port)
        .bind_ip_addr(IpAddr::V4(Ipv4Addr::LOCALHOST))
        .gossip_host(IpAddr::V4(Ipv4Addr::LOCALHOST))
        .gossip_port(block_first)
        .port_range((block_first, block_first + BLOCK_WIDTH))
        .add_upgradeable_programs_with_path(&programs)
        .rpc_config(JsonRpcConfig {
            enable_rpc_transaction_history: true,
            enable_extended_tx_metadata_storage: true,
            faucet_addr: Some(faucet),
            ..JsonRpcConfig::default_for_test()
        });
    // Preloaded programs make the first archive larger than the library's default bound.
    genesis.max_genesis_archive_unpacked_size = Some(u64::MAX);
    genesis
}
