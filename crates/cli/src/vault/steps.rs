//! What a depositor does: deposit, ask to leave, claim, take back; and a bidder: bid, open the bid, settle.

use super::{
    Status, VaultStatus,
    desk::{Desk, Mine},
    status,
};
use crate::{Connection, Error, decimal, status::single};
use abi::margin::Market;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// Prices are in 1e-6 of a unit's.
const PRICE_DECIMALS: u8 = 6;

/// One step of a depositor or a bidder.
#[derive(Clone, Debug)]
pub enum Step {
    /// So much of the vault's token.
    Deposit(String),
    /// So many shares.
    Withdraw(String),
    /// All that is there: shares of deposits and payments of withdrawals whose epochs have turned. The ticket's number, if something waits.
    Claim(u64),
    /// All that waits for the turn, and deposits that a turn has handed back. The ticket's number as for a claim.
    Cancel(u64),
    /// For so many lots at most at this price for one unit.
    Bid { lots: u64, price: String, as_tokens: bool },
    /// The price that was bid.
    Reveal(String),
    /// Every bid whose auction is cleared. The ticket's number as for a claim.
    Settle(u64),
}

/// Takes the step and says what was done, a line for each transaction.
pub fn run(
    connection: &Connection,
    owner: &Keypair,
    vault: Option<&Pubkey>,
    step: &Step,
) -> Result<Vec<String>, Error> {
    let status = status(connection)?;
    let vault = choose(&status, vault)?;
    let market_address = Pubkey::new_from_array(vault.vault.market);
    let market = single::<Market>(connection, "Market", &market_address)?
        .ok_or(Error::AccountMissing { address: market_address })?;
    let desk = Desk { vault, market, owner: owner.pubkey() };
    let transactions = match step {
        Step::Deposit(amount) => vec![desk.deposit(atoms(amount, vault.decimals)?)],
        Step::Withdraw(shares) => vec![desk.withdraw(atoms(shares, vault.vault.share_decimals)?)],
        Step::Claim(ticket_id) => desk.claims(&Mine::read(connection, &desk)?, *ticket_id),
        Step::Cancel(ticket_id) => desk.cancels(&Mine::read(connection, &desk)?, *ticket_id),
        Step::Bid { lots, price, as_tokens } => {
            vec![desk.bid(connection, owner, (*lots, atoms(price, PRICE_DECIMALS)?), *as_tokens)?]
        }
        Step::Reveal(price) => vec![desk.reveal(connection, owner, atoms(price, PRICE_DECIMALS)?)?],
        Step::Settle(ticket_id) => desk.settles(connection, status.unix_s, *ticket_id)?,
    };
    let mut done = Vec::with_capacity(transactions.len());
    for (what, instructions) in transactions {
        connection.send(&what, owner, &[], &instructions)?;
        done.push(what);
    }
    Ok(done)
}

fn choose<'a>(status: &'a Status, vault: Option<&Pubkey>) -> Result<&'a VaultStatus, Error> {
    let found = match (vault, status.vaults.as_slice()) {
        (Some(address), vaults) => vaults.iter().find(|vault| vault.address == *address),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let known: Vec<_> = status.vaults.iter().map(|vault| vault.address.to_string()).collect();
    found.ok_or_else(|| Error::Refused { reason: format!("name a vault with --vault; known: {}", known.join(", ")) })
}

fn atoms(text: &str, decimals: u8) -> Result<u64, Error> {
    let parsed = decimal::parse(text, decimals.into()).ok().and_then(|atoms| u64::try_from(atoms).ok());
    let reason = || format!("`{text}` is no amount with at most {decimals} decimals");
    parsed.filter(|atoms| *atoms > 0).ok_or_else(|| Error::Refused { reason: reason() })
}
