//! `bastion status`: what is deployed and in which state, read from raw accounts.

mod read;
mod show;

pub use show::{json, write};

use crate::{Connection, Error, deploy, keys::PROGRAMS};
use abi::{Address, breaker::Brake, governor, margin::Market, oracle::Feed};
use policy::{Level, brake_level};
pub(crate) use read::{accounts_of, clock, pda, program_accounts, single};
use solana_pubkey::Pubkey;

/// Everything that the command shows.
#[derive(Clone, Debug)]
pub struct Status {
    pub url: String,
    pub genesis_hash: Address,
    pub slot: u64,
    pub unix_s: i64,
    pub programs: Vec<ProgramStatus>,
    /// `None` until the breaker is initialised.
    pub brake: Option<BrakeStatus>,
    pub councils: Vec<CouncilStatus>,
    pub feeds: Vec<(Pubkey, Feed)>,
    pub markets: Vec<(Pubkey, Market)>,
}

/// One program's deployment; `None` inside if it is not deployed.
#[derive(Clone, Debug)]
pub struct ProgramStatus {
    pub name: &'static str,
    pub id: Pubkey,
    pub deployed: Option<deploy::Deployed>,
    /// From the program's config, or the governor's council; `None` until it is initialised.
    pub time_divisor: Option<u32>,
    /// What a governor last verified in the program's account.
    pub adoption: Option<governor::Adoption>,
}

#[derive(Clone, Debug)]
pub struct BrakeStatus {
    /// The level that holds now, whatever was written last.
    pub level: Level,
    pub brake: Brake,
}

#[derive(Clone, Debug)]
pub struct CouncilStatus {
    pub governor: &'static str,
    pub council: governor::Council,
    /// Proposals that are neither executed nor cancelled, by id.
    pub open: Vec<governor::Proposal>,
}

/// Reads the whole of it.
pub fn status(connection: &Connection) -> Result<Status, Error> {
    let (slot, unix_s) = clock(connection)?;
    Ok(Status {
        url: connection.rpc.url(),
        genesis_hash: connection.genesis_hash()?,
        slot,
        unix_s,
        programs: programs(connection)?,
        brake: brake(connection, unix_s)?,
        councils: councils(connection)?,
        feeds: program_accounts::<Feed>(connection, "Feed", &abi::ids::ORACLE)?,
        markets: program_accounts::<Market>(connection, "Market", &abi::ids::MARGIN)?,
    })
}

fn programs(connection: &Connection) -> Result<Vec<ProgramStatus>, Error> {
    let status = |program: &crate::keys::Program| {
        let divisor = if is_governor(program.name) {
            single::<governor::Council>(connection, "Council", &pda(&program.id, &[governor::COUNCIL_SEED]))?
                .map(|council| council.time_divisor.get())
        } else {
            single::<abi::config::Config>(connection, "Config", &pda(&program.id, &[abi::config::CONFIG_SEED]))?
                .map(|config| config.time_divisor.get())
        };
        Ok(ProgramStatus {
            name: program.name,
            id: program.id,
            deployed: deploy::deployed(connection, &program.id)?,
            time_divisor: divisor,
            adoption: adoption(connection, &program.id)?,
        })
    };
    PROGRAMS.iter().map(status).collect()
}

/// A program is adopted by one governor at most; the twins adopt each other.
fn adoption(connection: &Connection, program: &Pubkey) -> Result<Option<governor::Adoption>, Error> {
    for owner in [abi::ids::GOVERNOR, abi::ids::GOVERNOR_TWIN] {
        let address = pda(&Pubkey::new_from_array(owner), &[governor::ADOPTION_SEED, program.as_ref()]);
        if let Some(adoption) = single(connection, "Adoption", &address)? {
            return Ok(Some(adoption));
        }
    }
    Ok(None)
}

fn brake(connection: &Connection, unix_s: i64) -> Result<Option<BrakeStatus>, Error> {
    let address = pda(&Pubkey::new_from_array(abi::ids::BREAKER), &[abi::breaker::BRAKE_SEED]);
    let brake = single::<Brake>(connection, "Brake", &address)?;
    Ok(brake.map(|brake| BrakeStatus { level: brake_level(&brake, unix_s), brake }))
}

fn councils(connection: &Connection) -> Result<Vec<CouncilStatus>, Error> {
    let mut councils = Vec::new();
    for program in PROGRAMS.iter().filter(|program| is_governor(program.name)) {
        let address = pda(&program.id, &[governor::COUNCIL_SEED]);
        if let Some(council) = single::<governor::Council>(connection, "Council", &address)? {
            let proposals = program_accounts::<governor::Proposal>(connection, "Proposal", &program.id.to_bytes())?;
            let mut open: Vec<_> = proposals.into_iter().map(|(_, proposal)| proposal).filter(is_open).collect();
            open.sort_by_key(|proposal| proposal.id.get());
            councils.push(CouncilStatus { governor: program.name, council, open });
        }
    }
    Ok(councils)
}

fn is_open(proposal: &governor::Proposal) -> bool {
    use policy::proposal::State;
    !matches!(State::from_byte(proposal.state), Some(State::Executed | State::Cancelled))
}

fn is_governor(name: &str) -> bool {
    name.starts_with("governor")
}
