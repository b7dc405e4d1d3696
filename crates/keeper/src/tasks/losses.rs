//! Passes on what a market's insurance cannot pay for an insolvent account: first to the global fund, within its caps, then to everybody's
//! positive balances. Either only fills insurance; whoever takes the account over is paid from there.

mod plan;
#[cfg(test)]
mod tests;

use super::Pace;
use crate::book::{self, Book, liquidation_price};
use crate::drive::{Ground, Task, TaskError};
use abi::margin::{Fund, Liquidation, MarginAccount};
use client::margin::{IndexHaircut, InsuranceDraw, InsuranceDrawArgs};
use client::{WithRemaining, addresses};
use invariants::value::Need;
use plan::{Loss, Step, step};
use policy::{Action, allows};
use services::market::{View, read_if};
use solana_pubkey::Pubkey;
use std::time::Duration;

pub struct Losses {
    pace: Pace,
}

impl Losses {
    pub const fn new(pace: Pace) -> Self {
        Self { pace }
    }
}

impl Task for Losses {
    const NAME: &'static str = "losses";

    fn period(&self) -> Duration {
        self.pace.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let view = View::read(&ground.wallet.rpc, market).await?;
        let Some(spot) = liquidation_price(&view) else { return Ok(()) };
        if !allows(view.protocol_level(), Action::Liquidate) {
            return Ok(());
        }
        let book = Book::read(ground, &view, spot).await?;
        let open: Vec<_> =
            book::accounts(ground, market).await?.into_iter().filter(|(_, it)| it.in_liquidation != 0).collect();
        let keys: Vec<_> = open.iter().map(|(address, _)| *address).collect();
        for ((address, account), liquidation) in open.iter().zip(book::liquidations(ground, &keys).await?) {
            let Some(liquidation) = liquidation else { continue };
            // One loss changes what is left for the next: the fund and the market are looked at again.
            handle(ground, &book, *address, account, &liquidation).await?;
        }
        Ok(())
    }
}

async fn handle(
    ground: &Ground,
    book: &Book<'_>,
    address: Pubkey,
    account: &MarginAccount,
    liquidation: &Liquidation,
) -> Result<(), TaskError> {
    let Ok(valued) = book.value(account, Need::Keep) else { return Ok(()) };
    let (market, quote_mint) = (book.view.address, Pubkey::from(book.view.market.quote_mint));
    let fund_address = addresses::fund(&quote_mint);
    let found = ground.wallet.rpc.accounts(&[market, fund_address]).await?;
    let at = |index: usize| found.get(index).and_then(Option::as_ref);
    let (Some(state), fund) = (read_if(&abi::ids::MARGIN, at(0)), read_if::<Fund>(&abi::ids::MARGIN, at(1))) else {
        return Ok(());
    };
    let loss = Loss {
        market: &state,
        account,
        liquidation,
        fund: fund.as_ref(),
        mtm: valued.mtm,
        now_unix_s: book.view.clock.unix_s,
    };
    let (liquidation, feed) = (addresses::liquidation(&address), book.view.feed_address());
    let reads = book.reads(&[account], false);
    let (what, instruction) = match (step(&loss), fund) {
        (Step::Draw, Some(fund)) => {
            let tokens = Pubkey::from(fund.tokens);
            // A draw that would get a ticket is refused: any number does.
            let ticket_id = address.as_ref().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
            let accounts = InsuranceDraw {
                payer: ground.wallet.key(),
                market,
                account: address,
                liquidation,
                fund: fund_address,
                feed,
                mint: quote_mint,
                custody: fund.custody.into(),
                tokens,
                destination: state.quote_tokens.into(),
                ticket: addresses::ticket(&tokens, ticket_id),
                breaker_program: abi::ids::BREAKER.into(),
            };
            ("insurance_draw", accounts.instruction(InsuranceDrawArgs { ticket_id }))
        }
        (Step::Cut, _) => {
            let accounts = IndexHaircut { market, account: address, liquidation, fund: fund_address, feed };
            ("index_haircut", accounts.instruction())
        }
        _ => return Ok(()),
    };
    if ground.attempt(what, &[instruction.with_remaining(reads)], &[]).await? {
        tracing::warn!(what, account = %address, worth = valued.mtm.0, "a loss was passed on");
        metrics::counter!("keeper_losses_total", "what" => what).increment(1);
    }
    Ok(())
}
