//! `bastion-maker CONFIG.toml`: quotes until it is told to stop, then cancels what is out there.

use clap::Parser;
use maker::{Config, run};
use services::{Health, LogFormat, Stop, config_load, logs_start, operations};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::net::TcpListener;

/// Quotes both sides around the oracle's surface, within limits, and posts the quotes to relays.
#[derive(Parser)]
#[command(name = "bastion-maker", version)]
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
            eprintln!("bastion-maker: {error}");
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
    let ran = run(&config, &health, &stop).await;
    stop.set();
    server.await??;
    Ok(ran?)
}
