//! Accounts of the protocol over RPC, each through its layout.

use crate::{Connection, Error, decode};
use abi::{Address, Layout};
use base64::{Engine, engine::general_purpose::STANDARD};
use solana_account_decoder_client_types::{UiAccountData, UiAccountEncoding};
use solana_pubkey::Pubkey;
use solana_rpc_client_api::{
    config::{RpcAccountInfoConfig, RpcProgramAccountsConfig},
    filter::{Memcmp, RpcFilterType},
};

const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// Offset of the unix time in the clock.
const CLOCK_UNIX_AT: usize = 32;

pub(crate) fn pda(program: &Pubkey, seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, program).0
}

/// Slot and time of the cluster's own clock, by which programs measure age.
pub(crate) fn clock(connection: &Connection) -> Result<(u64, i64), Error> {
    let (_, data) = connection.account(&CLOCK)?.ok_or(Error::AccountMissing { address: CLOCK })?;
    let slot = data.first_chunk::<8>().copied().unwrap_or_default();
    let unix_s = data.get(CLOCK_UNIX_AT..).and_then(|rest| rest.first_chunk::<8>()).copied().unwrap_or_default();
    Ok((u64::from_le_bytes(slot), i64::from_le_bytes(unix_s)))
}

/// The account at a known address, or `None` if there is none.
pub(crate) fn single<T: Layout>(
    connection: &Connection,
    kind: &'static str,
    address: &Pubkey,
) -> Result<Option<T>, Error> {
    match connection.account(address)? {
        Some((_, data)) => Ok(Some(*decode::layout::<T>(kind, &data)?)),
        None => Ok(None),
    }
}

/// Every account of a program, raw.
pub(crate) fn accounts_of(connection: &Connection, program: &Pubkey) -> Result<Vec<(Pubkey, Vec<u8>)>, Error> {
    fetch(connection, program, None)
}

/// All accounts of one kind.
pub(crate) fn program_accounts<T: Layout>(
    connection: &Connection,
    kind: &'static str,
    program: &Address,
) -> Result<Vec<(Pubkey, T)>, Error> {
    let filter = RpcFilterType::Memcmp(Memcmp::new_raw_bytes(0, T::DISCRIMINATOR.to_vec()));
    let found = fetch(connection, &Pubkey::new_from_array(*program), Some(filter))?;
    found.into_iter().map(|(address, data)| Ok((address, *decode::layout::<T>(kind, &data)?))).collect()
}

fn fetch(
    connection: &Connection,
    program: &Pubkey,
    filter: Option<RpcFilterType>,
) -> Result<Vec<(Pubkey, Vec<u8>)>, Error> {
    let config = RpcProgramAccountsConfig {
        filters: filter.map(|filter| vec![filter]),
        account_config: RpcAccountInfoConfig {
            encoding: Some(UiAccountEncoding::Base64),
            ..RpcAccountInfoConfig::default()
        },
        ..RpcProgramAccountsConfig::default()
    };
    let found = connection
        .rpc
        .get_program_ui_accounts_with_config(program, config)
        .map_err(Error::rpc(format!("accounts of {program}")))?;
    let data = |data: &UiAccountData| match data {
        UiAccountData::Binary(text, _) => STANDARD.decode(text).unwrap_or_default(),
        UiAccountData::LegacyBinary(_) | UiAccountData::Json(_) => Vec::new(),
    };
    Ok(found.into_iter().map(|(address, account)| (address, data(&account.data))).collect())
}
