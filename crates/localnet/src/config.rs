use crate::Error;
use solana_pubkey::Pubkey;
use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

pub const DEFAULT_RPC_PORT: u16 = 8899;
pub const DEFAULT_FAUCET_PORT: u16 = 9900;
/// About 16 slots a second and confirmation in about 70 ms; 2 breaks the validator, its own default of 64 is slow.
pub const DEFAULT_TICKS_PER_SLOT: u64 = 8;

/// The programs that own price accounts, each of which the mock stands in for: Pyth's two receivers, Switchboard, Chainlink.
pub const SOURCE_PROGRAMS: [Pubkey; 4] = [
    Pubkey::new_from_array(abi::ids::PYTH_RECEIVER),
    Pubkey::new_from_array(abi::ids::PYTH_RECEIVER_2),
    Pubkey::new_from_array(abi::ids::SWITCHBOARD),
    Pubkey::new_from_array(abi::ids::CHAINLINK),
];
/// The mock's ELF, in the folder that the build fills.
pub const MOCK_SOURCE_FILE: &str = "target/deploy/localnet/mock_source.so";

/// What to start.
#[derive(Clone, Debug)]
pub struct Config {
    /// The network's folder; emptied at every start.
    pub ledger: PathBuf,
    /// RPC port; WebSocket is one above it.
    pub rpc_port: u16,
    /// 0 takes any free port.
    pub faucet_port: u16,
    pub ticks_per_slot: u64,
    /// Programs that exist from the first slot on.
    pub programs: Vec<ProgramSpec>,
    /// Account dumps (the JSON of `solana account --output json`) that exist from the first slot on.
    pub accounts: Vec<PathBuf>,
    /// Stop a local network that runs in the same folder, instead of refusing to start.
    pub replace: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ledger: PathBuf::from("target/localnet/ledger"),
            rpc_port: DEFAULT_RPC_PORT,
            faucet_port: DEFAULT_FAUCET_PORT,
            ticks_per_slot: DEFAULT_TICKS_PER_SLOT,
            programs: ProgramSpec::mock_sources(MOCK_SOURCE_FILE),
            accounts: Vec::new(),
            replace: false,
        }
    }
}

impl Config {
    /// One above RPC; 0 if there is none, which the start refuses.
    pub fn ws_port(&self) -> u16 {
        self.rpc_port.checked_add(1).unwrap_or_default()
    }

    /// For tests: a folder of its own and ports that are free now.
    pub fn on_free_ports(ledger: impl Into<PathBuf>, mock_source: impl Into<PathBuf>) -> Result<Self, Error> {
        Ok(Self {
            ledger: ledger.into(),
            rpc_port: crate::ports::rpc_pair_find()?,
            faucet_port: 0,
            programs: ProgramSpec::mock_sources(mock_source),
            ..Self::default()
        })
    }
}

/// A program to preload: `ID=FILE[:AUTHORITY]`; without an authority it can never be upgraded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramSpec {
    pub id: Pubkey,
    pub file: PathBuf,
    pub authority: Option<Pubkey>,
}

impl ProgramSpec {
    /// The mock at each of [`SOURCE_PROGRAMS`].
    pub fn mock_sources(file: impl Into<PathBuf>) -> Vec<Self> {
        let file = file.into();
        SOURCE_PROGRAMS.map(|id| Self { id, file: file.clone(), authority: None }).to_vec()
    }

    /// The file must exist and be an ELF; the validator's own message for either is a panic.
    pub(crate) fn elf_check(&self) -> Result<(), Error> {
        let mut magic = [0; 4];
        let read =
            std::fs::File::open(&self.file).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic));
        match read {
            Ok(()) if magic == *b"\x7fELF" => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(Error::ElfMissing { path: self.file.clone() })
            }
            Ok(()) | Err(_) => Err(Error::NotElf { path: self.file.clone() }),
        }
    }
}

impl FromStr for ProgramSpec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fail = |reason: &str| Error::ProgramSpec { text: text.to_owned(), reason: reason.to_owned() };
        let (id, rest) = text.split_once('=').ok_or_else(|| fail("`=` is missing"))?;
        let id = id.parse().map_err(|_| fail("the part before `=` is not an address"))?;
        // A file name may hold a colon, so only a last part that is an address counts as the authority.
        let (file, authority) = match rest.rsplit_once(':').map(|(file, last)| (file, last.parse())) {
            Some((file, Ok(authority))) => (file, Some(authority)),
            Some((_, Err(_))) if !Path::new(rest).exists() => {
                return Err(fail("the part after `:` is not an address"));
            }
            _ => (rest, None),
        };
        if file.is_empty() {
            return Err(fail("the file is missing"));
        }
        Ok(Self { id, file: file.into(), authority })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ";
    const AUTHORITY: &str = "SysvarC1ock11111111111111111111111111111111";

    #[test]
    fn program_spec_without_authority_parses_as_immutable() {
        let spec: ProgramSpec = format!("{ID}=target/a.so").parse().unwrap();
        assert_eq!(spec, ProgramSpec { id: ID.parse().unwrap(), file: "target/a.so".into(), authority: None });
    }

    #[test]
    fn program_spec_with_authority_parses() {
        let spec: ProgramSpec = format!("{ID}=a.so:{AUTHORITY}").parse().unwrap();
        assert_eq!(spec.file, PathBuf::from("a.so"));
        assert_eq!(spec.authority, Some(AUTHORITY.parse().unwrap()));
    }

    #[test]
    fn program_spec_malformed_fails_with_its_reason() {
        for (text, reason) in [
            ("a.so".to_owned(), "`=` is missing"),
            ("notanaddress=a.so".to_owned(), "not an address"),
            (format!("{ID}="), "file is missing"),
            (format!("{ID}=a.so:nobody"), "after `:` is not an address"),
        ] {
            let error = text.parse::<ProgramSpec>().unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    fn spec_of(file: &str) -> ProgramSpec {
        ProgramSpec { id: ID.parse().unwrap(), file: file.into(), authority: None }
    }

    #[test]
    fn mock_sources_stand_at_the_address_of_every_source_program() {
        let specs = ProgramSpec::mock_sources("mock.so");
        assert_eq!(specs[0].id, ID.parse().unwrap());
        assert!(specs.iter().map(|spec| spec.id).eq(SOURCE_PROGRAMS));
        assert!(specs.iter().all(|spec| spec.file == Path::new("mock.so") && spec.authority.is_none()));
    }

    #[test]
    fn mock_source_is_built_for_local_networks_only() {
        let manifest = include_str!("../../../programs/Cargo.toml");
        let builds: Vec<_> = manifest.lines().filter(|line| line.contains("package = \"mock_source\"")).collect();
        assert!(!builds.is_empty());
        for build in builds {
            assert!(build.contains("features = [\"localnet\"]") && build.contains("output = \"localnet/"), "{build}");
        }
        // Without that feature the compiler refuses it: the sole mention of the condition stands before the refusal.
        let source = include_str!("../../../programs/mocks/source/src/lib.rs");
        let condition = "#[cfg(all(target_os = \"solana\", not(feature = \"localnet\")))]\ncompile_error!";
        assert_eq!(source.matches(condition).count(), 1);
    }

    #[test]
    fn elf_check_of_missing_file_fails_naming_make_build() {
        let error = spec_of("/nonexistent/mock.so").elf_check().unwrap_err();
        assert!(error.to_string().contains("make build"), "{error}");
    }

    #[test]
    fn elf_check_of_text_fails_not_elf() {
        let error = spec_of(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).elf_check().unwrap_err();
        assert!(matches!(error, Error::NotElf { .. }), "{error}");
    }
}
