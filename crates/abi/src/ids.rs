//! Program addresses.
//!
//! The five programs' keys come from public seeds (sha256 of "bastion:localnet:<name>"): anybody can deploy to them on a local network.
//! A public deployment replaces this table, and nothing else, before it is built.

use crate::Address;
use five8_const::decode_32_const;

pub const ORACLE: Address = decode_32_const("BsZgZk5fzUS7CZCPNoS2MG9LcsyuFtpefWotQLSUg5R4");
pub const MARGIN: Address = decode_32_const("J3vJ1pyKp7U51pC12dMC3HTGBr3at36JAKPpKxZnV5GY");
pub const VAULT: Address = decode_32_const("E5vhXBC9toRWmPzwGHZggH7WwNcSHourBtXevUSnJAp6");
pub const BREAKER: Address = decode_32_const("H68Af8WdsYubfm3QWE1yKQtapSpMA6uxYAQY6movbrgU");
pub const GOVERNOR: Address = decode_32_const("2tRpfzi9C3ZXXcjqNmd3G8Lm1qA5MmyUKyPLmfQj8HWJ");
/// The governor's second deployment; each twin holds the other's upgrade authority.
pub const GOVERNOR_TWIN: Address = decode_32_const("2t8cAMDwuZYYVbiS7AewW6jjWhhCB54Y4kmGn6SjwFSR");

/// The breaker's global brake, its PDA of the seed "brake": a constant, so that readers need not derive it on every call.
pub const BRAKE: Address = decode_32_const("GRtFTduzmNUAaPzdcPyv19NUWT92wPuyF8pK1WP9UVBi");

/// Margin's config, its PDA of the seed "config": it counts the markets.
pub const MARGIN_CONFIG: Address = decode_32_const("29E23JptHshBYaz9cYQCjDeRkY9dkfjQrxSCMVqqtMBA");
/// The governor's PDA of the seed "authority": who signs for the council.
pub const GOVERNOR_AUTHORITY: Address = decode_32_const("CyMRDRWvNtzg93SeuD6ZwvGLxs2z2wwGLFMLy8ur7549");

/// The two programs that post Pyth price updates.
pub const PYTH_RECEIVER: Address = decode_32_const("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ");
pub const PYTH_RECEIVER_2: Address = decode_32_const("rec2HHDDnjLfj4kE7VyEtFA1HPGQLK33259532cRyHp");

/// Switchboard on-demand, and Chainlink's store of data feeds.
pub const SWITCHBOARD: Address = decode_32_const("SBondMDrcV3K4kxZR1HNVT7osZxAHVHgYXL5Ze1oMUv");
pub const CHAINLINK: Address = decode_32_const("HEvSKofvBgfaexv23kMabbYqxasxU3mQ4ibBMEmJWHny");

pub const LOADER: Address = decode_32_const("BPFLoaderUpgradeab1e11111111111111111111111");
pub const ED25519: Address = decode_32_const("Ed25519SigVerify111111111111111111111111111");
/// The precompile of P-256 signatures.
pub const SECP256R1: Address = decode_32_const("Secp256r1SigVerify1111111111111111111111111");
pub const SYSVAR_INSTRUCTIONS: Address = decode_32_const("Sysvar1nstructions1111111111111111111111111");
pub const TOKEN: Address = decode_32_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
pub const TOKEN_2022: Address = decode_32_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
pub const SYSVAR_SLOT_HASHES: Address = decode_32_const("SysvarS1otHashes111111111111111111111111111");
pub const SYSVAR_LAST_RESTART_SLOT: Address = decode_32_const("SysvarLastRestartS1ot1111111111111111111111");
