//! A fill: simulated first, with the margin that it leaves both sides, then sent.

use super::{
    Offer,
    carrier::{Carrier, TableChoice},
};
use crate::{Connection, Error, account, decode, market::Market};
use abi::margin::MarginAccount;
use base64::{Engine, engine::general_purpose::STANDARD};
use client::{WithRemaining, addresses, margin};
use core::fmt;
use serde::Serialize;
use solana_account_decoder_client_types::{UiAccountData, UiAccountEncoding};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_rpc_client_api::config::{RpcSimulateTransactionAccountsConfig, RpcSimulateTransactionConfig};
use solana_signer::Signer;

const UNIT_LIMIT: u32 = 1_400_000;
/// What a simulation used, and a quarter more.
const UNIT_SPARE: u64 = 4;

/// What a taker asks for.
#[derive(Clone, Copy, Debug)]
pub struct Fill {
    pub packages: u64,
    pub subaccount: u16,
    /// Ends after the simulation.
    pub simulate: bool,
    pub table: TableChoice,
}

/// A fill, or what one would do. Amounts are quote units.
#[derive(Clone, Debug, Serialize)]
pub struct Filled {
    pub packages: u64,
    pub sent: bool,
    pub units: u64,
    /// Of the transaction.
    pub bytes: usize,
    /// The lookup table that it went through.
    pub table: Option<String>,
    pub taker: Side,
    pub maker: Side,
}

/// One side before and after; initial margin in the account's own mode, `null` where it has no figure.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    pub account: String,
    pub quote_before: String,
    pub quote_after: String,
    pub initial_margin_before: Option<String>,
    pub initial_margin_after: Option<String>,
    pub maintenance_margin_before: Option<String>,
    pub maintenance_margin_after: Option<String>,
}

/// Simulates a fill by `taker`, and sends it unless told not to. Errors: `AccountMissing`, `Refused` with the program's own reason,
/// `TransactionTooLong`, `Rpc`.
pub fn fill(connection: &Connection, taker: &Keypair, offer: &Offer, asked: &Fill) -> Result<Filled, Error> {
    let market = Market::at(connection, Pubkey::from(offer.header.market))?;
    let maker_account = Pubkey::from(offer.header.maker_account);
    let taker_account = addresses::margin_account(&market.address, &taker.pubkey(), asked.subaccount);
    let before = [taker_account, maker_account]
        .map(|address| crate::market::account(connection, &address).map(|account| (address, account)));
    let [taker_before, maker_before] = before;
    let (taker_before, maker_before) = (taker_before?.1, maker_before?.1);

    let call = call(&market, taker, offer, asked, &[&taker_before, &maker_before]);
    let instructions = |units: u32| -> Vec<Instruction> {
        let budget = ComputeBudgetInstruction::set_compute_unit_limit(units);
        offer.proof.iter().cloned().chain([call.clone(), budget]).collect()
    };
    let trial = instructions(UNIT_LIMIT);
    let carrier = Carrier::new(connection, taker, asked.table, &trial)?;
    let (bytes, sides) = (carrier.len(taker, &trial)?, [taker_account, maker_account]);
    let trial = Trial { taker, carrier: &carrier, instructions: &trial, sides, market: &market };
    let After { sides: [taker_after, maker_after], market: later, units } = trial.run(connection)?;
    let side = |address: Pubkey, before: &MarginAccount, after: &MarginAccount| {
        Side::new(address, (&market, before), (&later, after))
    };
    let filled = Filled {
        packages: asked.packages,
        sent: !asked.simulate,
        units,
        bytes,
        table: carrier.table.as_ref().map(|table| table.key.to_string()),
        taker: side(taker_account, &taker_before, &taker_after),
        maker: side(maker_account, &maker_before, &maker_after),
    };
    if !asked.simulate {
        let spare = units.saturating_add(units.div_euclid(UNIT_SPARE));
        let limit = u32::try_from(spare).unwrap_or(UNIT_LIMIT);
        let instructions = instructions(limit);
        connection.send_as("the fill", |blockhash| carrier.transaction(taker, &instructions, blockhash))?;
    }
    Ok(filled)
}

/// `quote_fill` with the legs' expiries, and what portfolio margin reads of both sides.
fn call(market: &Market, taker: &Keypair, offer: &Offer, asked: &Fill, sides: &[&MarginAccount; 2]) -> Instruction {
    let nonce = offer.header.nonce.get();
    let maker = Pubkey::from(offer.header.maker_account);
    let accounts = margin::QuoteFill {
        taker_authority: taker.pubkey(),
        payer: taker.pubkey(),
        market: market.address,
        taker: addresses::margin_account(&market.address, &taker.pubkey(), asked.subaccount),
        maker,
        quote_state: addresses::quote_state(&maker, nonce),
        custody: Pubkey::from(market.market.custody),
        feed: market.feed_address,
        quote_source: offer.source,
    };
    let legs = offer.legs.iter().map(|leg| leg.expiry_unix_s.get());
    let mut times: Vec<i64> = legs.clone().collect();
    let reprices = sides.iter().any(|side| side.mode == abi::margin::MODE_PORTFOLIO);
    if reprices {
        times.extend(sides.iter().flat_map(|side| crate::market::times(side)));
    }
    let reads = market.reads(&times).into_iter().filter(|meta| reprices || meta.is_writable);
    accounts.instruction(margin::QuoteFillArgs { packages: asked.packages, nonce, ix_index: 0 }).with_remaining(reads)
}

/// A transaction to try, and whom it changes.
struct Trial<'a> {
    taker: &'a Keypair,
    carrier: &'a Carrier,
    instructions: &'a [Instruction],
    sides: [Pubkey; 2],
    market: &'a Market,
}

/// What a transaction would leave.
struct After {
    sides: [MarginAccount; 2],
    /// With the expiries' open interest.
    market: Market,
    units: u64,
}

impl Trial<'_> {
    fn run(&self, connection: &Connection) -> Result<After, Error> {
        let what = "simulating the fill";
        let blockhash = connection.rpc.get_latest_blockhash().map_err(Error::rpc(what))?;
        let transaction = self.carrier.transaction(self.taker, self.instructions, blockhash)?;
        let expiries = self.market.expiries.iter().map(|expiry| expiry.address);
        let shown: Vec<Pubkey> = self.sides.into_iter().chain(expiries).collect();
        let config = RpcSimulateTransactionConfig {
            sig_verify: true,
            commitment: Some(connection.rpc.commitment()),
            accounts: Some(RpcSimulateTransactionAccountsConfig {
                encoding: Some(UiAccountEncoding::Base64),
                addresses: shown.iter().map(ToString::to_string).collect(),
            }),
            ..RpcSimulateTransactionConfig::default()
        };
        let found =
            connection.rpc.simulate_transaction_with_config(&transaction, config).map_err(Error::rpc(what))?.value;
        if let Some(error) = found.err {
            let logs = found.logs.unwrap_or_default();
            return Err(Error::Refused { reason: refusal(&format!("{error:?}"), &logs) });
        }
        let mut accounts = found.accounts.unwrap_or_default().into_iter();
        let mut next = |address: &Pubkey| -> Result<Vec<u8>, Error> {
            let account = accounts.next().flatten().ok_or(Error::AccountMissing { address: *address })?;
            Ok(match &account.data {
                UiAccountData::Binary(text, _) => STANDARD.decode(text).unwrap_or_default(),
                UiAccountData::LegacyBinary(_) | UiAccountData::Json(_) => Vec::new(),
            })
        };
        let mut side = |address: &Pubkey| -> Result<MarginAccount, Error> {
            Ok(*decode::layout::<MarginAccount>("MarginAccount", &next(address)?)?)
        };
        let [taker, maker] = &self.sides;
        let sides = [side(taker)?, side(maker)?];
        let mut market = self.market.clone();
        for expiry in &mut market.expiries {
            expiry.listed = *decode::layout::<abi::margin::Expiry>("Expiry", &next(&expiry.address)?)?;
        }
        Ok(After { sides, market, units: found.units_consumed.unwrap_or(0) })
    }
}

/// The program's own words for a custom error, else the runtime's.
pub(crate) fn refusal(error: &str, logs: &[String]) -> String {
    let code = error.split("Custom(").nth(1).and_then(|rest| rest.split(')').next()).and_then(|code| code.parse().ok());
    match code.and_then(client::error_name) {
        Some((program, name, message)) => format!("{program} says {name}: {message}"),
        None => logs.last().map_or_else(|| error.to_owned(), |last| format!("{error} ({last})")),
    }
}

impl Side {
    fn new(address: Pubkey, before: (&Market, &MarginAccount), after: (&Market, &MarginAccount)) -> Self {
        type At<'a> = (&'a Market, &'a MarginAccount);
        let initial = |(market, at): At<'_>| market.initial(at).ok().map(account::amount);
        let maintenance = |(market, at): At<'_>| market.maintenance(at, market.spot()).ok().map(account::amount);
        let quote = |(_, at): At<'_>| account::amount(units::QuoteAtoms(at.quote_atoms.get()));
        Self {
            account: address.to_string(),
            quote_before: quote(before),
            quote_after: quote(after),
            initial_margin_before: initial(before),
            initial_margin_after: initial(after),
            maintenance_margin_before: maintenance(before),
            maintenance_margin_after: maintenance(after),
        }
    }
}

impl fmt::Display for Filled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = crate::table::Table::new(["", "taker before", "after", "maker before", "after"]);
        for column in 1..5 {
            table = table.numeric(column);
        }
        let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let (taker, maker) = (&self.taker, &self.maker);
        table.row(
            ["quote", &taker.quote_before, &taker.quote_after, &maker.quote_before, &maker.quote_after]
                .map(str::to_owned),
        );
        let of = |side: &Side| (dash(&side.initial_margin_before), dash(&side.initial_margin_after));
        let ((a, b), (c, d)) = (of(taker), of(maker));
        table.row(["initial margin".to_owned(), a, b, c, d]);
        let of = |side: &Side| (dash(&side.maintenance_margin_before), dash(&side.maintenance_margin_after));
        let ((a, b), (c, d)) = (of(taker), of(maker));
        table.row(["maintenance margin".to_owned(), a, b, c, d]);
        writeln!(formatter, "{table}")?;
        let done = if self.sent { "filled" } else { "would fill" };
        let (packages, units, bytes) = (self.packages, self.units, self.bytes);
        write!(formatter, "{done} {packages} packages, {units} compute units, {bytes} bytes")?;
        match &self.table {
            Some(table) => writeln!(formatter, " through the lookup table {table}"),
            None => writeln!(formatter),
        }
    }
}
