//! What a network of the drills holds in its first slot.

use crate::arena::{COUNCIL, GUARDIANS, MONITOR, NAMES, SPOT_E6};
use crate::{attacks, candidates};
use localnet::{Config, ProgramSpec};
use serde_json::json;
use solana_account::Account;
use solana_pubkey::Pubkey;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use testkit::{Publication, SourceAccount, buffer_bytes, elf, key};

const RICH_LAMPORTS: u64 = 1_000_000_000_000_000;
/// Accounts that hold a position in the first expiry where levels are drilled: each drill settles one.
pub const SETTLERS: usize = 8;

/// Name and code of a loader's buffer.
type Buffer = (String, Vec<u8>);

/// What a network runs on beside margin and the oracle, and holds besides.
pub struct Site {
    folder: &'static str,
    /// Its levels end as soon as their clock says, which is not the same in every build.
    breaker: &'static str,
    pub settlers: usize,
    /// Whose buffers there are.
    proposer: &'static str,
    buffers: fn() -> Vec<Buffer>,
}

/// Where levels rise and fall: a guardian's six hours are a minute, and the governor's two hours at level 4 are 20 seconds.
pub const LEVELS: Site = Site {
    folder: "drills",
    breaker: "localnet/breaker_drill.so",
    settlers: SETTLERS,
    proposer: "deployer",
    buffers: hostile,
};
/// Where code is upgraded: level 4 lasts longer than a verification may.
pub const UPGRADES: Site =
    Site { folder: "candidates", breaker: "localnet/breaker.so", settlers: 0, proposer: COUNCIL[0], buffers: proposed };

/// What will be deployed over margin by its deployer, and margin again.
fn hostile() -> Vec<Buffer> {
    vec![("hostile".to_owned(), elf("mock_hostile")), ("mended".to_owned(), elf("localnet/margin"))]
}

/// What the council will be asked for.
fn proposed() -> Vec<Buffer> {
    let lying = (0..candidates::CANDIDATES.len()).flat_map(|at| {
        let [candidate, back] = candidates::buffers(at);
        [(candidate, candidates::code(at)), (back, elf("localnet/margin"))]
    });
    lying.chain(attacks::buffers().into_iter().map(|(name, code)| (name.to_owned(), code))).collect()
}

/// The programs under the deployer's authority, the source accounts, and the site's buffers.
pub fn config(root: &Path, site: &Site) -> Config {
    let folder = root.join("target/localnet").join(site.folder);
    let built = root.join("target/deploy");
    let dumps = folder.with_extension("accounts");
    fs::create_dir_all(&dumps).expect("a folder for account dumps");
    let mut accounts = vec![];
    let mut put = |address: Pubkey, account: &Account| accounts.push(dump(&dumps, address, account));
    let rich = Account { lamports: RICH_LAMPORTS, ..Account::default() };
    for name in ["payer", "deployer", "pyth writer", MONITOR].into_iter().chain(GUARDIANS).chain(COUNCIL) {
        put(key(name), &rich);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let publication = Publication {
        price_e6: SPOT_E6,
        doubt_e6: SPOT_E6 / 1_000,
        published_unix_s: i64::try_from(now).expect("a time"),
        slot: 1,
    };
    for source in NAMES.into_iter().flat_map(SourceAccount::three) {
        let account = Account {
            lamports: RICH_LAMPORTS,
            data: source.bytes(&publication),
            owner: source.owner(),
            ..Account::default()
        };
        put(source.address, &account);
    }
    for (name, code) in (site.buffers)() {
        put(key(&name), &buffer(site.proposer, &code));
    }
    let programs = [
        (abi::ids::ORACLE, "localnet/oracle.so"),
        (abi::ids::MARGIN, "localnet/margin.so"),
        (abi::ids::BREAKER, site.breaker),
        (abi::ids::GOVERNOR, "localnet/governor.so"),
    ];
    let deployed = programs.map(|(id, file)| ProgramSpec {
        id: id.into(),
        file: built.join(file),
        authority: Some(key("deployer")),
    });
    let mut config = Config::on_free_ports(&folder, built.join("localnet/mock_source.so")).expect("free ports");
    config.programs.extend(deployed);
    Config { accounts, replace: true, ..config }
}

/// A loader buffer with this code, under somebody's authority.
fn buffer(authority: &str, code: &[u8]) -> Account {
    let data = buffer_bytes(Some(key(authority)), code);
    Account { lamports: RICH_LAMPORTS, data, owner: abi::ids::LOADER.into(), ..Account::default() }
}

/// Writes an account as `solana account --output json` does.
fn dump(folder: &Path, address: Pubkey, account: &Account) -> PathBuf {
    let path = folder.join(format!("{address}.json"));
    let data = base64(&account.data);
    let value = json!({
        "pubkey": address.to_string(),
        "account": {
            "lamports": account.lamports, "data": [data, "base64"], "owner": account.owner.to_string(),
            "executable": false, "rentEpoch": u64::MAX, "space": account.data.len(),
        },
    });
    fs::write(&path, value.to_string()).expect("an account dump");
    path
}

fn base64(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}
