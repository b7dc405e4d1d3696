//! The built ELFs and the loader accounts that hold them.

use solana_account::Account;
use solana_pubkey::Pubkey;
use std::path::PathBuf;

/// The programs every [`crate::World`] starts with, by ELF name and address.
pub const LOADED: [(&str, abi::Address); 6] = [
    ("oracle", abi::ids::ORACLE),
    ("margin", abi::ids::MARGIN),
    ("vault", abi::ids::VAULT),
    ("breaker", abi::ids::BREAKER),
    ("governor", abi::ids::GOVERNOR),
    ("governor_twin", abi::ids::GOVERNOR_TWIN),
];

/// The bytes of `target/deploy/<name>.so`; a missing file says which command makes it.
pub fn elf(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy").join(format!("{name}.so"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; `make programs` builds it", path.display()))
}

/// Program and ProgramData accounts of an upgradeable program deployed in slot 0.
pub fn loader_accounts(program: Pubkey, elf: &[u8], authority: Option<Pubkey>) -> [(Pubkey, Account); 2] {
    let loader = Pubkey::from(abi::ids::LOADER);
    let program_data = client::addresses::program_data(&program);
    let mut code = vec![3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    code.push(u8::from(authority.is_some()));
    code.extend_from_slice(authority.unwrap_or_default().as_ref());
    code.extend_from_slice(elf);
    let mut pointer = vec![2, 0, 0, 0];
    pointer.extend_from_slice(program_data.as_ref());
    [(program, pointer, true), (program_data, code, false)].map(|(address, data, executable)| {
        (address, Account { lamports: 10_000_000_000, data, owner: loader, executable, rent_epoch: u64::MAX })
    })
}
