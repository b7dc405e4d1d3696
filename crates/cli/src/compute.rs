//! The commands that only compute: what they are given, in human units, and what they print.

use clap::{Args, Subcommand, ValueEnum};
use cli::{
    Connection, Error, option,
    portfolio::{self, Mode},
    surface,
};
use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

pub const PRICE_HELP: &str = "\
Numbers are read exactly: up to 6 decimals of a price, 9 of a volatility; more are refused, not rounded.
--json prints price, volatility and Greeks as decimal strings with all their digits, each Greek with its unit.

Example: bastion price --forward 150.5 --strike 160 --vol 0.65 --seconds 604800 --kind call";

pub const IV_HELP: &str = "\
Of the two neighbouring volatilities (1e-9 apart) that enclose the price, the one whose price is closer.
A price below intrinsic value, not below the forward (call) or strike (put), or of a volatility outside 0.05..=5 is refused.

Example: bastion iv --forward 150.5 --strike 160 --seconds 604800 --kind call --price 2.1";

pub const MARGIN_HELP: &str = "\
docs/portfolio.md describes the file, docs/portfolio.schema.json is its JSON Schema, docs/examples/portfolio.json is one.
Every fault is named with its JSON path. Amounts are quote units; a loss is negative.

Examples:
  bastion margin --portfolio docs/examples/portfolio.json
  bastion margin --portfolio - --mode standard --json < portfolio.json
  bastion margin --account 7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2";

pub const SURFACE_HELP: &str = "\
docs/quotes.md describes the file, docs/examples/quotes.json is one. The surface is free of arbitrage at every listed and quoted strike,
by the oracle's own check, and in the parameters that the oracle takes; quotes that admit arbitrage are fitted as nearly as possible.

Example: bastion surface fit --quotes docs/examples/quotes.json";

#[derive(Args)]
struct Contract {
    /// Forward of the expiry in quote units, 0.0001..=10000000
    #[arg(long, value_name = "PRICE", allow_negative_numbers = true)]
    forward: String,
    /// Strike in quote units, 0.0001..=10000000
    #[arg(long, value_name = "PRICE", allow_negative_numbers = true)]
    strike: String,
    /// Time to expiry in seconds, 60..=63072000 (two years)
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    seconds: String,
    /// Which side of the strike pays
    #[arg(long, value_enum)]
    kind: Kind,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Call,
    Put,
}

impl Contract {
    fn as_typed(&self) -> option::Contract<'_> {
        let kind = match self.kind {
            Kind::Call => pricing::Kind::Call,
            Kind::Put => pricing::Kind::Put,
        };
        option::Contract { forward: &self.forward, strike: &self.strike, seconds: &self.seconds, kind }
    }
}

#[derive(Args)]
pub struct PriceArguments {
    #[command(flatten)]
    contract: Contract,
    /// Annualised volatility, 0.65 is 65 %, 0.05..=5
    #[arg(long, value_name = "VOL", allow_negative_numbers = true)]
    vol: String,
}

#[derive(Args)]
pub struct IvArguments {
    #[command(flatten)]
    contract: Contract,
    /// Price in quote units for one unit of the underlying, up to 12 decimals
    #[arg(long, value_name = "PRICE", allow_negative_numbers = true)]
    price: String,
}

#[derive(Args)]
pub struct MarginArguments {
    /// File of the portfolio; - is standard input
    #[arg(long, value_name = "FILE|-", conflicts_with = "account", required_unless_present = "account")]
    portfolio: Option<PathBuf>,
    /// Address of a margin account on the network: portfolio margin of what it holds now, whatever its mode
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
    /// portfolio: exact repricing at 33 nodes; standard: the worst payoff, without volatility; of a file
    #[arg(long, value_enum, default_value_t = ModeName::Portfolio, conflicts_with = "account")]
    mode: ModeName,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeName {
    Portfolio,
    Standard,
}

#[derive(Subcommand)]
pub enum SurfaceCommand {
    /// Raw SVI from the quotes of one expiry, free of arbitrage; needs no network
    #[command(after_help = SURFACE_HELP)]
    Fit {
        /// File of the quotes; - is standard input
        #[arg(long, value_name = "FILE|-")]
        quotes: PathBuf,
    },
}

impl SurfaceCommand {
    pub fn run(&self, json: bool) -> Result<String, Error> {
        let Self::Fit { quotes } = self;
        let at = |source| Error::Portfolio { path: name(quotes).to_path_buf(), source };
        Ok(printed(&surface::fitted(&read(quotes)?).map_err(at)?, json))
    }
}

impl PriceArguments {
    pub fn run(&self, json: bool) -> Result<String, Error> {
        Ok(printed(&option::price(&self.contract.as_typed(), &self.vol)?, json))
    }
}

impl IvArguments {
    pub fn run(&self, json: bool) -> Result<String, Error> {
        Ok(printed(&option::implied(&self.contract.as_typed(), &self.price)?, json))
    }
}

impl MarginArguments {
    pub fn run(&self, json: bool, connect: impl FnOnce() -> Result<Connection, Error>) -> Result<String, Error> {
        let Some(file) = &self.portfolio else {
            let address = crate::trade::address(self.account.as_deref().unwrap_or_default())?;
            return Ok(printed(&portfolio::live(&connect()?, &address)?, json));
        };
        let mode = match self.mode {
            ModeName::Portfolio => Mode::Portfolio,
            ModeName::Standard => Mode::Standard,
        };
        let at = |source| Error::Portfolio { path: name(file).to_path_buf(), source };
        Ok(printed(&portfolio::margin(&read(file)?, mode).map_err(at)?, json))
    }
}

/// What errors call a file.
fn name(path: &Path) -> &Path {
    if path == Path::new("-") { Path::new("standard input") } else { path }
}

pub(crate) fn read(path: &Path) -> Result<String, Error> {
    let text =
        if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    text.map_err(Error::file(name(path)))
}

pub(crate) fn printed<T: serde::Serialize + Display>(answer: &T, json: bool) -> String {
    // Structs of strings and whole numbers: nothing in them can fail to be written.
    if json { serde_json::to_string(answer).unwrap_or_default() } else { answer.to_string() }
}
