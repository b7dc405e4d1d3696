//! The commands of traders and makers.

use crate::compute::{printed, read};
use clap::Args;
use cli::{
    Connection, Error, account, chain,
    market::{self, Market},
    quote::{self, Fill, LegTerms, Offer, Signed, TableChoice, Terms},
};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::path::PathBuf;

pub const QUOTE_HELP: &str = "\
A leg is SIDE:LOTS:KIND:STRIKE:EXPIRY:PRICE: the maker's side, lots a package, call or put, strike, unix seconds, premium of one unit of the
underlying. Up to eight legs. The file is JSON, as the relay and the TypeScript client take it.

Examples:
  bastion quote --leg sell:1:call:150:1767945600:10.5 --packages 100 --out quote.json
  bastion quote --leg buy:1:put:140:1767945600:2 --leg sell:1:put:130:1767945600:0.9 --packages 50 --post";

pub const FILL_HELP: &str = "\
The fill is simulated first; what it leaves both sides is computed from the simulation. Exit code 1 if the program refuses it.
A quote of many legs does not fit a transaction that spells out every account. `--table new` makes an address lookup table of yours for
them and says where it is; the next fill of the same market names it. Its rent comes back by `solana address-lookup-table close`.

Examples:
  bastion fill quote.json --packages 10
  bastion fill - --packages 10 --simulate < quote.json
  bastion fill --posted 7Xw4... --packages 10
  bastion fill eight-legs.json --packages 1 --table new";

#[derive(Args)]
pub struct ChainArguments {
    /// The market's symbol, such as SOL/USDC [default: the only one]
    #[arg(long, value_name = "SYMBOL")]
    market: Option<String>,
}

#[derive(Args)]
pub struct AccountArguments {
    /// Address of the margin account [default: that of --keypair in --market]
    address: Option<String>,
    /// The market's symbol, such as SOL/USDC [default: the only one]
    #[arg(long, value_name = "SYMBOL", conflicts_with = "address")]
    market: Option<String>,
    /// Which of the owner's accounts
    #[arg(long, default_value_t = 0, conflicts_with = "address")]
    subaccount: u16,
}

#[derive(Args)]
pub struct QuoteArguments {
    /// The market's symbol, such as SOL/USDC [default: the only one]
    #[arg(long, value_name = "SYMBOL")]
    market: Option<String>,
    /// One leg; may be given up to eight times
    #[arg(long = "leg", value_name = "LEG", required = true)]
    legs: Vec<LegTerms>,
    /// Most packages filled over the quote's life
    #[arg(long, value_name = "N")]
    packages: u64,
    /// Least packages taken by one fill
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_packages: u64,
    /// The quote's number [default: the cluster's time in seconds]
    #[arg(long, value_name = "N")]
    nonce: Option<u64>,
    /// Slots from now that the quote lives
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    slots: u64,
    /// Which of the maker's accounts
    #[arg(long, default_value_t = 0)]
    subaccount: u16,
    /// Write the quote to a file [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Post it as an account of the program, too
    #[arg(long)]
    post: bool,
}

#[derive(Args)]
pub struct FillArguments {
    /// File of the quote; - is standard input
    #[arg(required_unless_present = "posted")]
    quote: Option<PathBuf>,
    /// Address of a posted quote, instead of a file
    #[arg(long, value_name = "ADDRESS", conflicts_with = "quote")]
    posted: Option<Pubkey>,
    /// How many packages
    #[arg(long, value_name = "N")]
    packages: u64,
    /// Which of the taker's accounts
    #[arg(long, default_value_t = 0)]
    subaccount: u16,
    /// Show what the fill would do, and send nothing
    #[arg(long)]
    simulate: bool,
    /// An address lookup table for what would not fit, or `new` to make one
    #[arg(long, value_name = "ADDRESS|new", value_parser = table)]
    table: Option<TableChoice>,
}

fn table(text: &str) -> Result<TableChoice, String> {
    match text {
        "new" => Ok(TableChoice::New),
        _ => text.parse().map(TableChoice::At).map_err(|_| format!("`{text}` is neither an address nor `new`")),
    }
}

/// An address as typed. Error: `Address`.
pub fn address(text: &str) -> Result<Pubkey, Error> {
    text.parse().map_err(|_| Error::Address { text: text.to_owned() })
}

impl ChainArguments {
    pub fn run(&self, json: bool, connection: &Connection) -> Result<String, Error> {
        Ok(printed(&chain::chain(&Market::read(connection, self.market.as_deref())?)?, json))
    }
}

impl AccountArguments {
    pub fn run(
        &self,
        json: bool,
        connection: &Connection,
        keypair: impl FnOnce() -> Result<Keypair, Error>,
    ) -> Result<String, Error> {
        let view = match &self.address {
            Some(text) => {
                let address = address(text)?;
                let held = market::account(connection, &address)?;
                let market = Market::at(connection, Pubkey::from(held.market))?;
                account::view(&market, &address, &held)?
            }
            None => {
                let market = Market::read(connection, self.market.as_deref())?;
                let owner = keypair()?.pubkey();
                let address = client::addresses::margin_account(&market.address, &owner, self.subaccount);
                account::view(&market, &address, &market::account(connection, &address)?)?
            }
        };
        Ok(printed(&view, json))
    }
}

impl QuoteArguments {
    /// Prints the quote, or where it went; `--json` says that as JSON.
    pub fn run(&self, json: bool, connection: &Connection, maker: &Keypair) -> Result<String, Error> {
        let market = Market::read(connection, self.market.as_deref())?;
        let terms = Terms {
            subaccount: self.subaccount,
            packages: self.packages,
            min_packages: self.min_packages,
            nonce: self.nonce,
            slots: self.slots,
        };
        let signed = quote::sign(&market, connection, maker, &terms, &self.legs)?;
        let posted = if self.post { Some(quote::post(connection, maker, &signed)?) } else { None };
        // Strings alone: nothing in it can fail to be written.
        let text = serde_json::to_string(&signed.json()).unwrap_or_default();
        if let Some(out) = &self.out {
            std::fs::write(out, &text).map_err(Error::file(out))?;
        }
        if self.out.is_none() && posted.is_none() {
            return Ok(text);
        }
        let (nonce, expiry_slot) = (signed.header.nonce.get(), signed.header.expiry_slot.get());
        if json {
            let posted = posted.map(|posted| posted.to_string());
            let out = self.out.as_ref().map(|out| out.display().to_string());
            return Ok(
                serde_json::json!({ "nonce": nonce, "expiry_slot": expiry_slot, "posted": posted, "file": out })
                    .to_string(),
            );
        }
        let mut lines = vec![format!("quote {nonce}, good until slot {expiry_slot} (now {})", market.slot)];
        lines.extend(self.out.as_ref().map(|out| format!("written to {}", out.display())));
        lines.extend(posted.map(|posted| format!("posted at {posted}")));
        Ok(lines.join("\n"))
    }
}

impl FillArguments {
    pub fn run(&self, json: bool, connection: &Connection, taker: &Keypair) -> Result<String, Error> {
        let offer = match (&self.posted, &self.quote) {
            (Some(address), _) => Offer::posted(connection, address)?,
            (None, Some(path)) => Offer::from(&Signed::read(&read(path)?)?),
            (None, None) => return Err(Error::QuoteInvalid { reason: "name its file, or --posted".to_owned() }),
        };
        let asked = Fill {
            packages: self.packages,
            subaccount: self.subaccount,
            simulate: self.simulate,
            table: self.table.unwrap_or_default(),
        };
        Ok(printed(&quote::fill(connection, taker, &offer, &asked)?, json))
    }
}
