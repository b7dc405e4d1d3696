//! What still worked: one of each of the exits, tried at the level that a drill has raised.

use crate::arena::{Arena, Trader};
use abi::breaker::Ticket;
use abi::quote::{SIDE_BUY, SIDE_SELL};
use client::{addresses, error_name, margin};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_transaction_error::TransactionError;
use testkit::{Failure, USDC};

const AMOUNT: u64 = 10 * USDC;

/// The exits of the first market as a drill found them, and new risk beside them.
#[derive(Clone, Debug, Default)]
pub struct Works {
    pub new_risk: String,
    pub close: String,
    pub deposit: String,
    pub settle: String,
    pub withdraw: String,
    pub claim: String,
}

/// Tickets that the drill of the outflow left in the queue, the oldest first.
#[derive(Default)]
pub struct Waiting {
    pub tickets: Vec<u64>,
    /// The taker's newest, if the last probe's withdrawal had to wait.
    pub newest: Option<u64>,
    next: u64,
}

impl Waiting {
    /// A ticket number that nobody has had.
    pub fn fresh(&mut self) -> u64 {
        self.next += 1;
        1_000 + self.next
    }
}

/// Tries everything once.
pub fn probe(arena: &mut Arena, waiting: &mut Waiting) -> Works {
    let far = arena.markets[0].far_unix_s;
    let taker = arena.actor(0, Trader::Taker).keypair.insecure_clone();
    let more = arena.fill(0, Trader::Taker, far, SIDE_SELL, 1);
    let new_risk = tried(arena, &more, &[&taker]);
    let less = arena.fill(0, Trader::Taker, far, SIDE_BUY, 1);
    let close = tried(arena, &less, &[&taker]);
    let protocol = &arena.markets[0].protocol;
    let mint = protocol.quote.mint;
    let deposit = protocol.deposit(arena.actor(0, Trader::Taker), mint, AMOUNT);
    let deposit = tried(arena, &[deposit], &[&taker]);
    Works {
        new_risk,
        close,
        deposit,
        settle: settle(arena),
        withdraw: withdraw(arena, waiting, &taker),
        claim: claim(arena, waiting),
    }
}

fn settle(arena: &mut Arena) -> String {
    let near = arena.markets[0].near_unix_s;
    let account = arena.settler_next();
    let market = arena.markets[0].protocol.market;
    let expiry = addresses::expiry(&market, near);
    let settle = margin::AccountSettle { market, expiry, account }.instruction();
    tried(arena, &[settle], &[])
}

fn withdraw(arena: &mut Arena, waiting: &mut Waiting, taker: &Keypair) -> String {
    let number = waiting.fresh();
    let protocol = &arena.markets[0].protocol;
    let (mint, tokens) = (protocol.quote.mint, protocol.quote_tokens);
    let withdraw = protocol.withdraw_ticket(arena.actor(0, Trader::Taker), mint, AMOUNT, number);
    let answer = tried(arena, &[withdraw], &[taker]);
    let ticket = arena.world.account(&addresses::ticket(&tokens, number));
    match (answer.as_str(), ticket) {
        ("yes", Some(_)) => {
            waiting.newest = Some(number);
            "queued".to_owned()
        }
        ("yes", None) => {
            waiting.newest = None;
            "paid".to_owned()
        }
        _ => answer,
    }
}

/// Claims the oldest ticket of the whale's, as anybody may.
pub fn claim(arena: &mut Arena, waiting: &mut Waiting) -> String {
    let Some(number) = waiting.tickets.first().copied() else { return "none waits".to_owned() };
    let market = &arena.markets[0];
    let claim = market.protocol.ticket_claim(&market.whale, market.protocol.quote.mint, number);
    let answer = tried(arena, &[claim], &[]);
    if answer == "yes" {
        waiting.tickets.remove(0);
        return "paid".to_owned();
    }
    answer
}

/// Claims the ticket that the last probe's withdrawal left.
pub fn claim_newest(arena: &mut Arena, waiting: &Waiting) -> String {
    let Some(number) = waiting.newest else { return "none waits".to_owned() };
    let protocol = &arena.markets[0].protocol;
    let claim = protocol.ticket_claim(arena.actor(0, Trader::Taker), protocol.quote.mint, number);
    tried(arena, &[claim], &[])
}

/// The ticket of this number of the first market's quote vault.
pub fn ticket(arena: &mut Arena, number: u64) -> Option<Ticket> {
    let address = addresses::ticket(&arena.markets[0].protocol.quote_tokens, number);
    let account = arena.world.account(&address)?;
    abi::read::<Ticket>(&account.owner.to_bytes(), &abi::ids::BREAKER, &account.data).ok().copied()
}

/// "yes", or the name of the error.
pub fn tried(arena: &mut Arena, instructions: &[Instruction], signers: &[&Keypair]) -> String {
    match arena.world.send(instructions, signers) {
        Ok(_) => "yes".to_owned(),
        Err(failure) => name(&failure),
    }
}

pub fn name(failure: &Failure) -> String {
    match (failure.code().and_then(error_name), &failure.error) {
        (Some((_, name, _)), _) => name.to_owned(),
        (None, TransactionError::InstructionError(_, error)) => format!("{error:?}"),
        (None, error) => format!("{error:?}"),
    }
}
