//! `bastion`: price and margin options; deploy, govern, look at and decode the protocol.

mod compute;
mod governing;
mod trade;

use clap::{Args, Parser, Subcommand};
use cli::{
    Connection, Error, breaker,
    connection::{keypair_load, url_resolve},
    decode::{self, DecodeError, Source},
    deploy, feeds, keys, migrate, status, vault,
};
use governing::Governor;
use solana_keypair::Keypair;
use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

/// Between two looks of a watch.
const WATCH_PERIOD: Duration = Duration::from_secs(1);
/// Moves a terminal's cursor home and clears what follows.
const CLEAR: &str = "\x1b[H\x1b[J";

#[derive(Parser)]
#[command(
    name = "bastion",
    version,
    about = "Price and margin options as the Bastion protocol does; deploy, govern, look at and decode it",
    after_help = "Exit codes: 0 done, 1 refused or failed (the reason is on standard error), 2 not understood, 3 not yet: a delay or approvals \
                  are missing, 4 verification found a difference."
)]
struct Arguments {
    /// URL of the network, or l, d, t, m as in the Solana command line [default: its configuration, else localhost]
    #[arg(short, long, global = true)]
    url: Option<String>,
    /// File of the key that pays and signs [default: the Solana configuration's, else the local deployer]
    #[arg(short, long, global = true)]
    keypair: Option<PathBuf>,
    /// A person of a local network instead of a key: deployer, council-0 to council-6, or any other name
    #[arg(long = "as", global = true, value_name = "NAME", conflicts_with = "keypair")]
    person: Option<String>,
    /// Which of the twins
    #[arg(long, global = true, value_enum, default_value_t)]
    governor: Governor,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Deploy the programs to a local network and hand them to the governor; what is done already is skipped
    Deploy {
        /// Folder of the ELFs: target/deploy/localnet is time-scaled, target/deploy has mainnet timing
        #[arg(long, default_value = "target/deploy/localnet")]
        elf_dir: PathBuf,
        /// Only deploy: leave configs, council and upgrade authority alone
        #[arg(long)]
        no_handover: bool,
    },
    /// Programs, brake, councils, feeds and markets at a glance
    Status,
    /// Every feed's price and averages, and what each of its sources says now: age, width, deviation, weight, and why it is dropped
    Feeds {
        /// Look again every second, until interrupted
        #[arg(long)]
        watch: bool,
    },
    /// Levels, windows, queues and guardians, and what may be done at each level
    Breaker {
        /// Only what may be done at each level; needs no network
        #[arg(long)]
        matrix: bool,
    },
    /// A market's strikes by expiry: marks, volatilities, deltas, open interest
    Chain(trade::ChainArguments),
    /// A margin account's balances, positions, margin, Greeks and liquidation prices
    Account(trade::AccountArguments),
    /// Sign a quote to a file, or post it
    #[command(after_help = trade::QUOTE_HELP)]
    Quote(trade::QuoteArguments),
    /// Fill a quote: simulate, show margin before and after, send
    #[command(after_help = trade::FILL_HELP)]
    Fill(trade::FillArguments),
    /// Price and Greeks of one option (Black-76 on the forward, undiscounted); needs no network
    #[command(after_help = compute::PRICE_HELP)]
    Price(compute::PriceArguments),
    /// The volatility of an option's price; needs no network
    #[command(after_help = compute::IV_HELP)]
    Iv(compute::IvArguments),
    /// Margin of a portfolio from a file, which needs no network, or of a live account, as the programs compute it
    #[command(after_help = compute::MARGIN_HELP)]
    Margin(compute::MarginArguments),
    /// Vaults: mandates, queues, epochs and what they have yielded; deposits, withdrawals, claims and bids
    Vault {
        /// Address of the vault [default: the only one]
        #[arg(long, value_name = "ADDRESS", global = true)]
        vault: Option<String>,
        #[command(subcommand)]
        step: Option<VaultStep>,
    },
    /// Volatility surfaces
    #[command(subcommand)]
    Surface(compute::SurfaceCommand),
    #[command(flatten)]
    Govern(governing::GovernCommand),
    /// The address under which a P-256 key sits in a council, to be named in `propose council`; needs no network
    Member(governing::P256Arguments),
    /// Bring every margin account to the layout of the next release, which must run; what is done already is skipped
    Migrate,
    /// Decode an account, or a proposal's action, from raw bytes; only an address needs a network
    Decode(DecodeArguments),
}

#[derive(Subcommand)]
enum VaultStep {
    /// Deposit so much of the vault's token: shares at the turn of the epoch
    Deposit { amount: String },
    /// Ask for so many shares to be paid out at the turn of the epoch
    Withdraw { shares: String },
    /// Claim the shares and payments of epochs that have turned
    Claim {
        /// Number of the ticket, if the payment has to wait
        #[arg(long, default_value_t = 1)]
        ticket: u64,
    },
    /// Take back what waits for the turn of the epoch, and deposits that a turn has handed back
    Cancel {
        /// Number of the ticket, if the payment has to wait
        #[arg(long, default_value_t = 1)]
        ticket: u64,
    },
    /// Bid for so many lots in the auction that is open, sealed: the price for one unit is seen once it is revealed
    Bid {
        lots: u64,
        price: String,
        /// What it buys comes as tokens to your wallet, and needs no margin account
        #[arg(long)]
        as_tokens: bool,
    },
    /// Open your bid, at the price that it was sealed with; one that is never opened loses a bond
    Reveal { price: String },
    /// Settle your bids and fetch what of the escrow is yours; keepers do it for everybody
    Settle {
        /// Number of the ticket, if the payment has to wait
        #[arg(long, default_value_t = 1)]
        ticket: u64,
    },
}

#[derive(Args)]
struct DecodeArguments {
    /// Address of an account on the network
    #[arg(group = "input")]
    address: Option<String>,
    /// File with the account's raw bytes, or a dump of `solana account --output json`; - is standard input
    #[arg(long, value_name = "FILE|-", group = "input")]
    account: Option<PathBuf>,
    /// The account's bytes in hexadecimal
    #[arg(long, value_name = "BYTES", group = "input")]
    hex: Option<String>,
    /// A proposal's encoded action in hexadecimal
    #[arg(long, value_name = "BYTES", group = "input")]
    action: Option<String>,
    /// With --action: the proposal's id, to print its digest under --governor
    #[arg(long, requires = "action")]
    id: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(output) => {
            // A closed pipe is the reader's choice, not a failure.
            let _ = writeln!(std::io::stdout(), "{}", output.trim_end());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bastion: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(arguments: &Arguments) -> Result<String, Error> {
    let connect = || Connection::open(&url_resolve(arguments.url.as_deref()));
    match &arguments.command {
        Command::Deploy { elf_dir, no_handover } => {
            let connection = connect()?;
            let payer = key(arguments, &connection)?;
            let council = (!no_handover).then(|| deploy::Council::local(&keys::local_council()));
            let progress = |line: &str| eprintln!("  {line}");
            let rows = deploy::deploy(&connection, &payer, elf_dir, council.as_ref(), &progress)?;
            Ok(if arguments.json { deploy::json(&rows).to_string() } else { deploy::table(&rows).to_string() })
        }
        Command::Status => {
            let status = status::status(&connect()?)?;
            Ok(if arguments.json {
                status::json(&status).to_string()
            } else {
                status::write(&status).unwrap_or_default()
            })
        }
        Command::Feeds { watch } => {
            let connection = connect()?;
            if *watch {
                feeds_watch(&connection, arguments.json)?;
            }
            feeds_text(&connection, arguments.json)
        }
        Command::Breaker { matrix: true } => {
            Ok(if arguments.json { breaker::matrix_json().to_string() } else { policy::matrix_table() })
        }
        Command::Breaker { matrix: false } => {
            let status = breaker::status(&connect()?)?;
            Ok(if arguments.json {
                breaker::json(&status).to_string()
            } else {
                breaker::write(&status).unwrap_or_default()
            })
        }
        Command::Vault { step: None, .. } => {
            let status = vault::status(&connect()?)?;
            Ok(if arguments.json {
                vault::json(&status).to_string()
            } else {
                vault::write(&status).unwrap_or_default()
            })
        }
        Command::Vault { vault: named, step: Some(step) } => {
            let step = match step {
                VaultStep::Deposit { amount } => vault::Step::Deposit(amount.clone()),
                VaultStep::Withdraw { shares } => vault::Step::Withdraw(shares.clone()),
                VaultStep::Claim { ticket } => vault::Step::Claim(*ticket),
                VaultStep::Cancel { ticket } => vault::Step::Cancel(*ticket),
                VaultStep::Bid { lots, price, as_tokens } => {
                    vault::Step::Bid { lots: *lots, price: price.clone(), as_tokens: *as_tokens }
                }
                VaultStep::Reveal { price } => vault::Step::Reveal(price.clone()),
                VaultStep::Settle { ticket } => vault::Step::Settle(*ticket),
            };
            let parse = |text: &String| text.parse().map_err(|_| Error::Address { text: text.clone() });
            let named = named.as_ref().map(parse).transpose()?;
            let connection = connect()?;
            let owner = key(arguments, &connection)?;
            let done = vault::run(&connection, &owner, named.as_ref(), &step)?;
            Ok(match done.as_slice() {
                _ if arguments.json => serde_json::json!({ "done": done }).to_string(),
                [] => "nothing to do: no epoch that has turned owes you anything, or nothing of yours waits".to_owned(),
                lines => lines.join("\n"),
            })
        }
        Command::Price(input) => input.run(arguments.json),
        Command::Iv(input) => input.run(arguments.json),
        Command::Margin(input) => input.run(arguments.json, connect),
        Command::Chain(input) => input.run(arguments.json, &connect()?),
        Command::Account(input) => {
            let connection = connect()?;
            input.run(arguments.json, &connection, || key(arguments, &connection))
        }
        Command::Quote(input) => {
            let connection = connect()?;
            input.run(arguments.json, &connection, &key(arguments, &connection)?)
        }
        Command::Fill(input) => {
            let connection = connect()?;
            input.run(arguments.json, &connection, &key(arguments, &connection)?)
        }
        Command::Surface(command) => command.run(arguments.json),
        Command::Govern(command) => {
            let connection = connect()?;
            command.run(&connection, arguments.governor, || key(arguments, &connection), arguments.json)
        }
        Command::Member(input) => input.member(arguments.json),
        Command::Migrate => {
            let connection = connect()?;
            migrate::run(&connection, &key(arguments, &connection)?)
        }
        Command::Decode(input) => decode(input, arguments.governor, arguments.json, connect),
    }
}

/// Whoever signs: a person of a local network, who is given lamports, or the key that was named.
fn key(arguments: &Arguments, connection: &Connection) -> Result<Keypair, Error> {
    let Some(person) = &arguments.person else { return keypair_load(arguments.keypair.as_deref()) };
    connection.local_only()?;
    let key = keys::local_key(person);
    deploy::payer_fund(connection, &key, &|line| eprintln!("  {line}"))?;
    Ok(key)
}

fn feeds_text(connection: &Connection, json: bool) -> Result<String, Error> {
    let feeds = feeds::feeds(connection)?;
    Ok(if json { feeds::json(&feeds).to_string() } else { feeds::write(&feeds).unwrap_or_default() })
}

/// Prints until nobody reads any more: over the last look on a terminal, below it elsewhere.
fn feeds_watch(connection: &Connection, json: bool) -> Result<(), Error> {
    let clear = if std::io::stdout().is_terminal() && !json { CLEAR } else { "" };
    loop {
        let text = feeds_text(connection, json)?;
        if writeln!(std::io::stdout(), "{clear}{}", text.trim_end()).is_err() {
            return Ok(());
        }
        std::thread::sleep(WATCH_PERIOD);
    }
}

fn decode(
    input: &DecodeArguments,
    governor: Governor,
    json: bool,
    connect: impl FnOnce() -> Result<Connection, Error>,
) -> Result<String, Error> {
    if let Some(action) = &input.action {
        let governor = governor.id().to_bytes();
        let lines = decode::action(&decode::hex_parse(action)?, input.id.map(|id| (&governor, id)))?;
        return Ok(if json { serde_json::json!(lines).to_string() } else { lines.join("\n") });
    }
    let source = match (&input.account, &input.hex, &input.address) {
        (Some(path), ..) => Source::File(path.clone()),
        (_, Some(hex), _) => Source::Hex(hex.clone()),
        (.., Some(address)) => Source::Address(address.clone()),
        _ => return Err(DecodeError::NoInput.into()),
    };
    let (data, owner) = source.read(connect)?;
    let decoded = decode::account(&data, owner.as_ref())?;
    Ok(if json { decoded.json().to_string() } else { decoded.to_string() })
}
