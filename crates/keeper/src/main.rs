//! `bastion-keeper CONFIG.toml`: runs the tasks of its configuration until it is told to stop.

use clap::Parser;
use keeper::{Config, run};
use services::{Health, LogFormat, Stop, config_load, logs_start, operations};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::net::TcpListener;

/// Runs what anybody may run: feeds, surfaces, listings, settlement, vaults, liquidation, the breaker's proofs.
#[derive(Parser)]
#[command(name = "bastion-keeper", version)]
struct Arguments {
    /// The configuration file
    config: PathBuf,
    /// How logs are written: text, json
    #[arg(long, default_value = "text")]
    log: LogFormat,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logs_start(arguments.log);
    match started(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bastion-keeper: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn started(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let config: Config = config_load(&arguments.config)?;
    let (stop, health) = (Stop::on_signals()?, Health::default());
    let listener = TcpListener::bind(config.listen).await?;
    println!("READY http://{}", listener.local_addr()?);
    let server = tokio::spawn(services::serve(listener, operations(health.clone())?, stop.clone()));
    let ran = run(config, &health, &stop).await;
    stop.set();
    server.await??;
    Ok(ran?)
}
