//! `localnet`: runs a local network until it is told to stop.
//!
//! On standard output: one line of JSON when it is ready (`{"event":"ready","rpc":..,"ws":..,"faucet":..,"pid":..}`),
//! then `READY <rpc> <ws>`. Everything else for people goes to standard error.

use clap::Parser;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use localnet::{
    Config, DEFAULT_FAUCET_PORT, DEFAULT_RPC_PORT, DEFAULT_TICKS_PER_SLOT, Error, Localnet, MOCK_SOURCE_FILE, Previous,
    ProgramSpec,
};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::{
    io::{Read, Write},
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

/// No new slot for this long means that the validator is dead; a loaded machine recovers sooner.
const STALL: Duration = Duration::from_secs(60);
const WATCH_PERIOD: Duration = Duration::from_secs(1);
/// Stopping takes about 5 s.
const STOP_LIMIT: Duration = Duration::from_secs(30);
const EXIT_NOT_STOPPED: i32 = 1;
/// What a shell reports for a program ended by SIGINT.
const EXIT_INTERRUPTED: i32 = 130;

/// Runs a real Agave validator on this machine, with RPC, WebSocket (RPC port + 1) and faucet.
/// SPL Token, Token-2022, the associated token program and the mock of price sources are there from the first slot on.
#[derive(Parser)]
#[command(name = "localnet", version)]
struct Arguments {
    /// Folder of the network; emptied at every start
    #[arg(long, default_value = "target/localnet/ledger")]
    ledger: PathBuf,
    #[arg(long, default_value_t = DEFAULT_RPC_PORT)]
    rpc_port: u16,
    #[arg(long, default_value_t = DEFAULT_FAUCET_PORT)]
    faucet_port: u16,
    /// Slot length: 8 gives about 16 slots a second
    #[arg(long, default_value_t = DEFAULT_TICKS_PER_SLOT, value_parser = clap::value_parser!(u64).range(4..=64))]
    ticks_per_slot: u64,
    /// Preload a program: ID=FILE[:AUTHORITY]; may be given more than once
    #[arg(long, value_name = "ID=FILE[:AUTHORITY]")]
    program: Vec<ProgramSpec>,
    /// Preload an account from a JSON dump; may be given more than once
    #[arg(long, value_name = "FILE.json")]
    account: Vec<PathBuf>,
    /// ELF of the mock that stands in for Pyth, Switchboard and Chainlink
    #[arg(long, default_value = MOCK_SOURCE_FILE)]
    mock_source: PathBuf,
    /// Do not load the mock of price sources
    #[arg(long)]
    no_mock_source: bool,
    /// Stop a local network that runs in the same folder, instead of refusing to start
    #[arg(long)]
    replace: bool,
    /// Stop when standard input closes, so that the network ends with the program that started it
    #[arg(long)]
    until_stdin_closes: bool,
}

impl From<Arguments> for Config {
    fn from(arguments: Arguments) -> Self {
        let mut programs = arguments.program;
        if !arguments.no_mock_source {
            programs.extend(ProgramSpec::mock_sources(arguments.mock_source));
        }
        Self {
            ledger: arguments.ledger,
            rpc_port: arguments.rpc_port,
            faucet_port: arguments.faucet_port,
            ticks_per_slot: arguments.ticks_per_slot,
            programs,
            accounts: arguments.account,
            replace: arguments.replace,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("localnet: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Error> {
    // Before the start: a signal during it must end in a clean stop too.
    let stop = stop_reasons(arguments.until_stdin_closes)?;
    let began = Instant::now();
    let net = Localnet::start(arguments.into())?;
    announce(&net, began.elapsed());
    let outcome = watch(&net, &stop);
    match outcome {
        Ok(reason) => eprintln!("localnet: {reason}, stopping"),
        Err(slot) => {
            eprintln!("localnet: no new slot for {} s after slot {slot}: the validator is dead", STALL.as_secs())
        }
    }
    std::thread::spawn(|| {
        std::thread::sleep(STOP_LIMIT);
        eprintln!("localnet: a thread of the validator did not end within {} s: left without it", STOP_LIMIT.as_secs());
        std::process::exit(EXIT_NOT_STOPPED);
    });
    net.stop();
    eprintln!("localnet: stopped");
    Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A channel that names the reason once there is one to stop. A second signal ends the process at once.
fn stop_reasons(until_stdin_closes: bool) -> Result<Receiver<&'static str>, Error> {
    let (sender, receiver) = crossbeam_channel::unbounded();
    let stopping = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, EXIT_INTERRUPTED, Arc::clone(&stopping))
            .map_err(Error::Signals)?;
        signal_hook::flag::register(signal, Arc::clone(&stopping)).map_err(Error::Signals)?;
    }
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).map_err(Error::Signals)?;
    let signal_sender = sender.clone();
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let _ = signal_sender.send(if signal == SIGINT { "interrupted" } else { "terminated" });
        }
    });
    if until_stdin_closes {
        std::thread::spawn(move || {
            let mut buffer = [0; 1024];
            while std::io::stdin().read(&mut buffer).is_ok_and(|length| length > 0) {}
            let _ = sender.send("standard input closed");
        });
    }
    Ok(receiver)
}

/// Waits for a reason to stop; an error is the slot at which the validator stood still.
fn watch(net: &Localnet, stop: &Receiver<&'static str>) -> Result<&'static str, u64> {
    let (mut slot, mut moved) = (net.slot(), Instant::now());
    loop {
        match stop.recv_timeout(WATCH_PERIOD) {
            Ok(reason) => return Ok(reason),
            Err(RecvTimeoutError::Timeout) => {}
            // The signal thread never ends; without it there would be no way to stop.
            Err(RecvTimeoutError::Disconnected) => return Ok("no stop signal can arrive any more"),
        }
        let now = net.slot();
        if now != slot {
            (slot, moved) = (now, Instant::now());
        } else if moved.elapsed() > STALL {
            return Err(slot);
        }
    }
}

fn announce(net: &Localnet, took: Duration) {
    match net.previous() {
        Previous::None | Previous::Stopped => {}
        Previous::Unfinished { pid, .. } => {
            eprintln!(
                "localnet: found an unfinished run (pid {pid}, killed): removed its files and started over cleanly"
            );
        }
        Previous::Replaced { pid } => {
            eprintln!("localnet: stopped the local network with pid {pid} and started over cleanly")
        }
    }
    let (rpc, ws) = (net.rpc_url(), net.ws_url());
    let ready = serde_json::json!({
        "event": "ready", "rpc": rpc, "ws": ws, "faucet": net.faucet_address().to_string(), "pid": std::process::id(),
    });
    println!("{ready}\nREADY {rpc} {ws}");
    let _ = std::io::stdout().flush();
    eprintln!("localnet: ready in {:.1} s; Ctrl-C stops it", took.as_secs_f32());
    eprintln!("  RPC        {rpc}\n  WebSocket  {ws}\n  faucet     {}", net.faucet_address());
}
