//! Proof that a signer may upgrade a program: what every `config_init` asks for, so that nobody can claim a fresh deployment.
use anchor_lang::prelude::*;

const LOADER: Address = Address::new_from_array(abi::ids::LOADER);

/// Why a signer is not shown to be a program's upgrade authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpgradeAuthorityError {
    /// The account is not the program's ProgramData address.
    WrongProgramData,
    /// The account there is not ProgramData of the upgradeable loader.
    NotProgramData,
    /// The program has no upgrade authority any more.
    ProgramFinal,
    /// The authority is someone else.
    NotAuthority,
}

/// Address of a program's ProgramData account.
pub fn program_data_address(program_id: &Address) -> Address {
    find_program_address(&[program_id.as_array()], &LOADER).0
}

/// Succeeds if `authority` is the upgrade authority of `program_id`. The caller has checked that `authority` signed.
pub fn require_upgrade_authority<E: Into<Error>>(
    program_id: &Address,
    program_data: &AccountView,
    authority: &Address,
    refused: impl FnOnce(UpgradeAuthorityError) -> E,
) -> Result<()> {
    if *program_data.address() != program_data_address(program_id) {
        return Err(refused(UpgradeAuthorityError::WrongProgramData).into());
    }
    if !program_data.owned_by(&LOADER) {
        return Err(refused(UpgradeAuthorityError::NotProgramData).into());
    }
    let data = program_data.try_borrow()?;
    match abi::loader::program_data(&data).map(|state| state.authority) {
        Ok(Some(current)) if current == authority.to_bytes() => Ok(()),
        Ok(Some(_)) => Err(refused(UpgradeAuthorityError::NotAuthority).into()),
        Ok(None) => Err(refused(UpgradeAuthorityError::ProgramFinal).into()),
        Err(_) => Err(refused(UpgradeAuthorityError::NotProgramData).into()),
    }
}
