//! What a ledger keeps of a program's accounts: which kinds there are, who counts whom, and the content of each in an order of bytes that
//! does not depend on its reserved tail.
//!
//! Every account but a margin account (whose content is a snapshot's) is either a *root*, counted by its program's config (by the brake,
//! in the breaker), or a *leaf*, counted by the root that it belongs to. A leaf is never matched with its root: as many different leaves
//! as all roots count together are all of them.

use crate::snapshot::Sha256;
use abi::config::Config;
use abi::token::{ACCOUNT_LEN, MINT_LEN};
use abi::{Address, DISCRIMINATOR_LEN, Layout, breaker, ids, margin, oracle, vault};

/// Token accounts that belong to one account, at most.
pub const TOKENS: usize = 2;
/// Version and oldest reader: the migration's to change.
const HEAD_END: usize = DISCRIMINATOR_LEN + 2;
/// What monitors write while accounts are migrated: nobody is paid or frozen by it, and a brake that counted them would fail honest code.
const BRAKE_HEARTBEAT: [(usize, usize); 2] = [
    (core::mem::offset_of!(breaker::Brake, seq), size_of::<u64>()),
    (core::mem::offset_of!(breaker::Brake, heartbeat_unix_s), size_of::<u64>()),
];

/// One kind of account that a ledger records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub discriminator: [u8; DISCRIMINATOR_LEN],
    pub space: usize,
    pub content_end: usize,
    reader: u8,
    pub is_root: bool,
    /// Whether it is told to stand still: of the others the brake takes care.
    pub is_held: bool,
}

const fn leaf<T: Layout>() -> Kind {
    Kind {
        discriminator: T::DISCRIMINATOR,
        space: T::SPACE,
        content_end: T::CONTENT_END,
        reader: T::READER,
        is_root: false,
        is_held: false,
    }
}

const fn root<T: Layout>(is_held: bool) -> Kind {
    Kind { is_root: true, is_held, ..leaf::<T>() }
}

const MARGIN: [Kind; 10] = [
    root::<margin::Market>(true),
    root::<margin::Fund>(false),
    leaf::<Config>(),
    leaf::<margin::Expiry>(),
    leaf::<margin::Wrapped>(),
    leaf::<margin::Liquidation>(),
    leaf::<margin::MarketChange>(),
    leaf::<margin::QuoteState>(),
    leaf::<margin::PostedQuote>(),
    leaf::<margin::Stake>(),
];
const ORACLE: [Kind; 5] = [
    root::<oracle::Feed>(true),
    leaf::<Config>(),
    leaf::<oracle::Board>(),
    leaf::<oracle::Surface>(),
    leaf::<oracle::Settlement>(),
];
const VAULT: [Kind; 6] = [
    root::<vault::Vault>(true),
    leaf::<Config>(),
    leaf::<vault::Epoch>(),
    leaf::<vault::Deposit>(),
    leaf::<vault::Withdrawal>(),
    leaf::<vault::Bid>(),
];
const BREAKER: [Kind; 4] =
    [root::<breaker::Custody>(true), leaf::<Config>(), leaf::<breaker::Brake>(), leaf::<breaker::Ticket>()];

/// The kinds of a program's accounts; none of a program that has no ledger.
pub fn kinds(program: &Address) -> &'static [Kind] {
    match program {
        program if *program == ids::MARGIN => &MARGIN,
        program if *program == ids::ORACLE => &ORACLE,
        program if *program == ids::VAULT => &VAULT,
        program if *program == ids::BREAKER => &BREAKER,
        _ => &[],
    }
}

/// The kind of an account of `program`, if its bytes are one that this version can read.
pub fn kind_of(program: &Address, data: &[u8]) -> Option<&'static Kind> {
    let kind = kinds(program).iter().find(|kind| data.starts_with(&kind.discriminator))?;
    let head = data.get(DISCRIMINATOR_LEN..HEAD_END)?;
    let readable = head.iter().any(|version| *version <= kind.reader);
    (readable && data.len() >= kind.space).then_some(kind)
}

/// Accounts that are counted by nobody, because there is one of each: the config, and the brake.
pub fn singletons(program: &Address) -> u64 {
    if *program == ids::BREAKER { 2 } else { 1 }
}

/// Roots that the program has created, from the account that counts them.
pub fn roots(program: &Address, data: &[u8]) -> Option<u32> {
    if *program == ids::BREAKER {
        return abi::read::<breaker::Brake>(program, program, data).ok().map(|brake| brake.custodies.get());
    }
    abi::read::<Config>(program, program, data).ok().map(|config| config.roots.get())
}

/// Accounts that a root counts; `None` of what is no root.
pub fn leaves(program: &Address, data: &[u8]) -> Option<u64> {
    fn of<T: Layout>(program: &Address, data: &[u8], open: impl Fn(&T) -> u64) -> Option<u64> {
        abi::read::<T>(program, program, data).ok().map(open)
    }
    of::<margin::Market>(program, data, |root| root.records_open.get())
        .or_else(|| of::<margin::Fund>(program, data, |root| root.records_open.get()))
        .or_else(|| of::<oracle::Feed>(program, data, |root| root.records_open.get()))
        .or_else(|| of::<vault::Vault>(program, data, |root| root.records_open.get()))
        .or_else(|| of::<breaker::Custody>(program, data, |root| root.records_open.get()))
}

/// The token accounts that belong to an account, and how many they are.
pub fn tokens(program: &Address, data: &[u8]) -> ([Address; TOKENS], usize) {
    let mut found = ([Address::default(); TOKENS], 0_usize);
    let mut add = |address: Address| {
        if let Some(place) = found.0.get_mut(found.1).filter(|_| address != Address::default()) {
            *place = address;
            found.1 = found.1.saturating_add(1);
        }
    };
    if let Ok(vault) = abi::read::<vault::Vault>(program, program, data) {
        add(vault.share_mint);
        add(vault.share_tokens);
    } else if let Ok(wrapped) = abi::read::<margin::Wrapped>(program, program, data) {
        add(wrapped.mint);
    } else if let Ok(custody) = abi::read::<breaker::Custody>(program, program, data) {
        custody.vaults.iter().for_each(|vault| add(vault.tokens));
    }
    found
}

/// Digest of an account's content: address, kind, and every field that this version names.
///
/// A migration may write layout version and reserved tail, which no field of this version is in.
pub fn record_digest(address: &Address, kind: &Kind, data: &[u8], sha256: Sha256) -> Option<[u8; 32]> {
    let content = data.get(HEAD_END..kind.content_end)?;
    if kind.discriminator != breaker::Brake::DISCRIMINATOR {
        return Some(sha256(&[address, &kind.discriminator, content]));
    }
    let mut masked = [0; breaker::Brake::CONTENT_END - HEAD_END];
    masked.get_mut(..content.len())?.copy_from_slice(content);
    for (at, len) in BRAKE_HEARTBEAT {
        let at = at.checked_add(DISCRIMINATOR_LEN)?.checked_sub(HEAD_END)?;
        masked.get_mut(at..at.checked_add(len)?)?.fill(0);
    }
    Some(sha256(&[address, &kind.discriminator, &masked]))
}

/// What a mint or token account of either token program says beside its atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenFact<'a> {
    pub is_mint: bool,
    /// Authorities, owner, delegate: everything but the atoms.
    pub terms: [&'a [u8]; 2],
    /// Supply, or balance.
    pub atoms: u64,
}

impl<'a> TokenFact<'a> {
    /// Reads an account of SPL Token or Token-2022, whose first bytes are the same.
    pub fn of(data: &'a [u8]) -> Option<Self> {
        // Behind the length of a token account Token-2022 writes what the account is.
        let is_mint = data.len() == MINT_LEN || data.get(ACCOUNT_LEN) == Some(&1);
        let (atoms_at, len) = if is_mint { (36, MINT_LEN) } else { (64, ACCOUNT_LEN) };
        let (before, rest) = data.get(..len)?.split_at_checked(atoms_at)?;
        let (atoms, after) = rest.split_first_chunk::<8>()?;
        Some(Self { is_mint, terms: [before, after], atoms: u64::from_le_bytes(*atoms) })
    }

    /// Whether nobody has gained: holders may burn what they hold, and anybody may pay in.
    pub fn holds(&self, recorded_atoms: u64) -> bool {
        if self.is_mint { self.atoms <= recorded_atoms } else { self.atoms >= recorded_atoms }
    }
}

#[cfg(test)]
mod tests;
