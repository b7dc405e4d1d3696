//! `bastion breaker`: what is braked, since when and until when; what may still leave each vault, and who waits; and the action matrix.

mod show;
#[cfg(test)]
mod tests;

pub use show::{json, matrix_json, write};

use crate::{
    Connection, Error,
    status::{clock, pda, program_accounts, single},
};
use abi::{
    Address,
    breaker::{self, Brake, CUSTODY_VAULTS, Custody, TOKENS_SEED, Ticket},
    margin::Market,
};
use policy::{BrakeError, Fall, Latch, Level, Limits, Outflow, TRIPS_PER_DAY, Window, WindowLimit, market_level};
use solana_pubkey::Pubkey;

const BREAKER: Pubkey = Pubkey::new_from_array(abi::ids::BREAKER);
/// Offset of the balance in a token account.
const BALANCE_AT: usize = 64;

/// Everything that the command shows.
#[derive(Clone, Debug)]
pub struct Status {
    pub url: String,
    pub slot: u64,
    pub unix_s: i64,
    /// `None` until the breaker is initialised.
    pub protocol: Option<Protocol>,
    pub markets: Vec<MarketStatus>,
}

/// The level of the whole protocol, and who can move it.
#[derive(Clone, Debug)]
pub struct Protocol {
    pub braked: Braked,
    pub guardians: Vec<Address>,
    /// Trips that the guardians have left today, all of them together.
    pub trips_left: u8,
    pub monitors: Vec<Address>,
    pub heartbeat_unix_s: i64,
    pub time_divisor: u32,
}

/// A level with its reason.
#[derive(Clone, Copy, Debug)]
pub struct Braked {
    pub level: Level,
    pub cause: policy::Cause,
    pub since_unix_s: i64,
    /// `None` at L0, and for a level that has no end.
    pub fall: Option<Fall>,
}

/// A custody: a market's own level and its vaults.
#[derive(Clone, Debug)]
pub struct MarketStatus {
    pub custody: Pubkey,
    pub controller: Pubkey,
    /// The market's name; `None` for a controller that is no market.
    pub symbol: Option<String>,
    pub own: Braked,
    /// The higher of its own level and the protocol's.
    pub in_force: Level,
    pub vaults: Vec<VaultStatus>,
}

/// One token vault: what may leave it, and what waits.
#[derive(Clone, Debug)]
pub struct VaultStatus {
    pub mint: Address,
    pub tokens: Pubkey,
    pub balance_atoms: u64,
    pub hour: WindowStatus,
    pub day: WindowStatus,
    pub tickets: usize,
    pub queued_atoms: u64,
    /// When the last of the line is served; `None` when nobody waits.
    pub served_unix_s: Option<i64>,
}

/// A window of outflow, now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowStatus {
    pub used_atoms: u64,
    pub left_atoms: u64,
}

/// Reads the whole of it.
pub fn status(connection: &Connection) -> Result<Status, Error> {
    let (slot, unix_s) = clock(connection)?;
    let brake = single::<Brake>(connection, "Brake", &pda(&BREAKER, &[breaker::BRAKE_SEED]))?;
    let mut markets = Vec::new();
    if let Some(brake) = &brake {
        let tickets = program_accounts::<Ticket>(connection, "Ticket", &abi::ids::BREAKER)?;
        for (address, custody) in program_accounts::<Custody>(connection, "Custody", &abi::ids::BREAKER)? {
            let tickets: Vec<_> = tickets
                .iter()
                .map(|(_, ticket)| *ticket)
                .filter(|ticket| ticket.custody == address.to_bytes())
                .collect();
            markets.push(market(connection, &Custodied { address, custody, tickets }, brake, unix_s)?);
        }
    }
    markets.sort_by(|left, right| (&left.symbol, left.custody).cmp(&(&right.symbol, right.custody)));
    let protocol = brake.map(|brake| protocol(&brake, unix_s)).transpose()?;
    Ok(Status { url: connection.rpc.url(), slot, unix_s, protocol, markets })
}

/// A custody with the open tickets of its vaults.
struct Custodied {
    address: Pubkey,
    custody: Custody,
    tickets: Vec<Ticket>,
}

fn protocol(brake: &Brake, unix_s: i64) -> Result<Protocol, Error> {
    let time_divisor = brake.time_divisor.get();
    let named = |keys: &[Address], count: u8| keys.iter().take(usize::from(count)).copied().collect();
    Ok(Protocol {
        braked: braked(Latch::of_brake(brake), unix_s, time_divisor)?,
        guardians: named(&brake.guardians, brake.guardian_count),
        trips_left: TRIPS_PER_DAY.saturating_sub(brake.guardian_trips),
        monitors: named(&brake.monitors, brake.monitor_count),
        heartbeat_unix_s: brake.heartbeat_unix_s.get(),
        time_divisor,
    })
}

fn market(connection: &Connection, held: &Custodied, brake: &Brake, unix_s: i64) -> Result<MarketStatus, Error> {
    let Custodied { address, custody, tickets } = held;
    let time_divisor = brake.time_divisor.get();
    let controller = Pubkey::new_from_array(custody.controller);
    let mut vaults = Vec::new();
    for at in 0..CUSTODY_VAULTS {
        let (Some(stored), Some(limits)) = (custody.vaults.get(at), Limits::of_custody(custody, at, time_divisor))
        else {
            continue;
        };
        if stored.mint == Address::default() {
            continue;
        }
        let tokens = pda(&BREAKER, &[TOKENS_SEED, controller.as_ref(), &stored.mint]);
        let balance_atoms = balance(connection, &tokens)?;
        let waiting = tickets.iter().filter(|ticket| usize::from(ticket.vault) == at).count();
        let outflow = Outflow::from(stored);
        vaults.push(VaultStatus {
            mint: stored.mint,
            tokens,
            ..vault(outflow, balance_atoms, waiting, unix_s, &limits)
        });
    }
    let symbol = match connection.account(&controller)? {
        Some((owner, data)) if owner.to_bytes() == abi::ids::MARGIN => {
            abi::read::<Market>(&abi::ids::MARGIN, &abi::ids::MARGIN, &data)
                .ok()
                .map(|market| String::from_utf8_lossy(&market.symbol).trim_end_matches('\0').to_owned())
        }
        _ => None,
    };
    Ok(MarketStatus {
        custody: *address,
        controller,
        symbol,
        own: braked(Latch::of_custody(custody), unix_s, time_divisor)?,
        in_force: market_level(brake, custody, unix_s),
        vaults,
    })
}

/// What the windows and the queue of a vault of `balance_atoms` come to now.
fn vault(outflow: Outflow, balance_atoms: u64, tickets: usize, unix_s: i64, limits: &Limits) -> VaultStatus {
    let rolled = outflow.rolled(balance_atoms, unix_s, limits);
    let free = outflow.free_atoms(balance_atoms);
    let window = |window: Window, limit: &WindowLimit| WindowStatus {
        used_atoms: window.current_atoms,
        left_atoms: window.room_floor(free, unix_s, limit).min(free),
    };
    let queue = outflow.queue;
    let waits = !queue.is_served(unix_s, limits.day_s());
    VaultStatus {
        mint: Address::default(),
        tokens: Pubkey::default(),
        balance_atoms,
        hour: window(rolled.hour, &limits.hour()),
        day: window(rolled.day, &limits.day()),
        tickets,
        queued_atoms: queue.unpaid_atoms,
        served_unix_s: if waits { queue.done_unix_s_ceil(queue.entered_atoms, limits.day_s()) } else { None },
    }
}

fn braked(latch: Result<Latch, BrakeError>, unix_s: i64, time_divisor: u32) -> Result<Braked, Error> {
    let read = |latch: Latch| {
        let fall = latch.fall(unix_s, time_divisor)?;
        let (level, since_unix_s) = (latch.level_in_force(unix_s), latch.since_unix_s(unix_s));
        Ok(Braked { level, cause: latch.cause, since_unix_s, fall })
    };
    latch.and_then(read).map_err(|_: BrakeError| Error::BrakeUnknown)
}

fn balance(connection: &Connection, tokens: &Pubkey) -> Result<u64, Error> {
    let (_, data) = connection.account(tokens)?.ok_or(Error::AccountMissing { address: *tokens })?;
    let bytes = data.get(BALANCE_AT..).and_then(|rest| rest.first_chunk::<8>()).copied().unwrap_or_default();
    Ok(u64::from_le_bytes(bytes))
}
