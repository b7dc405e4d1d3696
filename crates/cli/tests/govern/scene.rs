//! A node with the protocol handed over on it, and `bastion` run against it.

use crate::{node, seed};
use abi::margin::{MarginAccount, Market};
use cli::{Connection, keys::local_key};
use policy::snapshot::{account_digest, market_digest};
use sha2::{Digest, Sha256};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_system_interface::instruction::create_account;
use std::{
    io::{BufRead, BufReader, Lines, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Stdio},
};
use tempfile::TempDir;

/// Kinds of the mock's instructions, and the offset of an account's quote atoms.
const WRITE: u8 = 1;
const CLOSE: u8 = 2;
/// Bytes that one call of it writes, and the rent of any account.
const WRITE_LEN: usize = 900;
const RENT_LAMPORTS: u64 = 100_000_000;
const QUOTE_ATOMS_AT: usize = abi::DISCRIMINATOR_LEN + std::mem::offset_of!(abi::margin::MarginAccount, quote_atoms);

pub struct Scene {
    url: String,
    built: PathBuf,
    /// What commands write.
    dir: TempDir,
}

/// What a run of the command said.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A run that has not ended, and what it has said of its progress.
pub struct Running {
    child: Child,
    progress: Lines<BufReader<ChildStderr>>,
    err: String,
}

impl Running {
    /// Waits until it says this.
    pub fn hear(&mut self, words: &str) {
        for line in self.progress.by_ref().map(Result::unwrap) {
            self.err.push_str(&line);
            self.err.push('\n');
            if line.contains(words) {
                return;
            }
        }
        panic!("it ended without `{words}`: {}", self.err);
    }

    pub fn end(mut self) -> Ran {
        let mut out = self.child.stdout.take().unwrap();
        let out = std::thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).unwrap();
            text
        });
        for line in self.progress.map(Result::unwrap) {
            self.err.push_str(&line);
            self.err.push('\n');
        }
        let code = self.child.wait().unwrap().code().unwrap();
        Ran { code, out: out.join().unwrap(), err: self.err }
    }
}

fn start(arguments: &[&str]) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bastion"));
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let progress = BufReader::new(child.stderr.take().unwrap()).lines();
    Running { child, progress, err: String::new() }
}

/// Runs `bastion` with these arguments.
pub fn bastion(arguments: &[&str]) -> Ran {
    start(arguments).end()
}

/// Address of a person of the local network.
pub fn address(person: &str) -> String {
    local_key(person).pubkey().to_string()
}

impl Scene {
    /// A node that has a market with positions in it, and the programs handed over by the command.
    pub fn deployed() -> Self {
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy");
        let elves = built.join("localnet");
        assert!(elves.join("margin.so").exists(), "{} has no ELFs: run `make build` first", elves.display());
        let elf = |name: &str| std::fs::read(elves.join(name)).unwrap();
        let (running, next) = (elf("margin.so"), elf("margin_next.so"));
        let mut accounts = seed::accounts_of_market();
        accounts.extend(seed::programs(&elves));
        // What `propose` and `queue` would write piece by piece, as `deploy` does in its own suite.
        for (name, elf) in
            [("margin", &next), ("the way back of proposal 3", &running), ("the way back of proposal 5", &next)]
        {
            accounts.push(seed::buffer("council-0", name, elf));
        }
        let people = (0..7).map(|seat| format!("council-{seat}"));
        let others = ["deployer", "keeper", "stranger"].map(str::to_owned);
        accounts.extend(people.chain(others).map(|person| seed::purse(&person)));
        let scene = Self { url: node::start(accounts), built, dir: tempfile::tempdir().unwrap() };
        scene.ok("deployer", &["deploy", "--elf-dir", elves.to_str().unwrap()]);
        scene
    }

    /// Runs the command as a person; `nobody` has no key.
    pub fn run(&self, person: &str, arguments: &[&str]) -> Ran {
        self.start(person, arguments).end()
    }

    pub fn start(&self, person: &str, arguments: &[&str]) -> Running {
        let mut all = vec!["--url", &self.url];
        if person != "nobody" {
            all.extend(["--as", person]);
        }
        all.extend(arguments);
        start(&all)
    }

    pub fn ok(&self, person: &str, arguments: &[&str]) -> Ran {
        let ran = self.run(person, arguments);
        assert_eq!(ran.code, 0, "{person}: {arguments:?}\n{}{}", ran.out, ran.err);
        ran
    }

    pub fn json(&self, person: &str, arguments: &[&str]) -> serde_json::Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        serde_json::from_str(&self.ok(person, &all).out).unwrap()
    }

    /// A file of this run.
    pub fn file(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn digest(&self, id: &str) -> String {
        self.json("nobody", &["proposal", id])["digest"].as_str().unwrap().to_owned()
    }

    /// The first `count` members approve what they have read.
    pub fn approve(&self, id: &str, count: usize) {
        let digest = self.digest(id);
        for seat in 0..count {
            self.ok(&format!("council-{seat}"), &["approve", id, &digest]);
        }
    }

    pub fn elf(&self, name: &str) -> String {
        self.built.join("localnet").join(format!("{name}.so")).to_str().unwrap().to_owned()
    }

    /// A signer's command before which, so many times, somebody else proposes.
    pub fn overtaking(&self, signer: &str, times: u32) -> String {
        let left = self.file(&format!("overtaking-{times}"));
        std::fs::create_dir(&left).unwrap();
        (0..times).for_each(|time| std::fs::write(format!("{left}/{time}"), "").unwrap());
        let propose = format!("{} --url {} --as council-0 propose relax 0", env!("CARGO_BIN_EXE_bastion"), self.url);
        format!("for one in {left}/*; do test -e $one && rm $one && {propose} >&2 </dev/null; break; done; {signer}")
    }

    /// Code that writes what its caller says into accounts of its program.
    pub fn hostile(&self) -> String {
        self.built.join("mock_hostile.so").to_str().unwrap().to_owned()
    }

    /// Has the code that runs as margin give somebody a fortune.
    pub fn lie(&self) {
        let [low, high] = u16::try_from(QUOTE_ATOMS_AT).unwrap().to_le_bytes();
        let data = [&[WRITE, low, high][..], &1_000_000_000_i64.to_le_bytes()].concat();
        self.margin_call(data, vec![AccountMeta::new(seed::accounts()[0], false)]);
    }

    /// Has the code that runs as margin close one of its accounts.
    pub fn close(&self, account: &Pubkey) {
        let keeper = local_key("keeper").pubkey();
        self.margin_call(vec![CLOSE], vec![AccountMeta::new(*account, false), AccountMeta::new(keeper, false)]);
        assert!(Connection::open(&self.url).unwrap().account(account).unwrap().is_none(), "{account} is still there");
    }

    /// Has the code that runs as margin take a new account for a copy of one of its own.
    pub fn add(&self, name: &str, copied: &Pubkey) -> Pubkey {
        let (keeper, new, bytes) = (local_key("keeper"), local_key(name), self.account(copied));
        let space = u64::try_from(bytes.len()).unwrap();
        let owner = abi::ids::MARGIN.into();
        let create = create_account(&keeper.pubkey(), &new.pubkey(), RENT_LAMPORTS, space, &owner);
        let connection = Connection::open(&self.url).unwrap();
        connection.send("a new account", &keeper, &[&new], &[create]).unwrap();
        for (at, chunk) in bytes.chunks(WRITE_LEN).enumerate() {
            let [low, high] = u16::try_from(at * WRITE_LEN).unwrap().to_le_bytes();
            let data = [&[WRITE, low, high][..], chunk].concat();
            self.margin_call(data, vec![AccountMeta::new(new.pubkey(), false)]);
        }
        new.pubkey()
    }

    fn margin_call(&self, data: Vec<u8>, accounts: Vec<AccountMeta>) {
        let call = Instruction { program_id: abi::ids::MARGIN.into(), accounts, data };
        let connection = Connection::open(&self.url).unwrap();
        connection.send("a lie", &local_key("keeper"), &[], &[call]).unwrap();
    }

    pub fn account(&self, address: &Pubkey) -> Vec<u8> {
        Connection::open(&self.url).unwrap().account(address).unwrap().unwrap().1
    }

    pub fn account_hex(&self, address: &str) -> String {
        self.account(&address.parse().unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What everybody's account and the market hold, whatever their layout: the digests that a snapshot compares.
    pub fn people(&self) -> Vec<[u8; 32]> {
        let margin = abi::ids::MARGIN;
        let digest = |address: &Pubkey| {
            let data = self.account(address);
            let account: &MarginAccount = abi::read(&margin, &margin, &data).unwrap();
            account_digest(&address.to_bytes(), account, sha256)
        };
        let mut digests: Vec<_> = seed::accounts().iter().map(digest).collect();
        let data = self.account(&seed::market());
        let market: &Market = abi::read(&margin, &margin, &data).unwrap();
        digests.push(market_digest(&seed::market().to_bytes(), market, sha256));
        digests
    }
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}
