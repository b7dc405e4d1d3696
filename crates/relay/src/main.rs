//! `bastion-relay`: runs a relay until it is told to stop. Its first line on standard output is `READY http://<address>`.

use clap::Parser;
use relay::{Config, start};
use services::{Health, Stop, logs_start, operations};
use std::error::Error;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::parse();
    logs_start(config.log);
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bastion-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> Result<(), Box<dyn Error>> {
    let (stop, health) = (Stop::on_signals()?, Health::default());
    let operations = operations(health.clone())?;
    let running = start(config, operations, &health, stop).await?;
    tracing::info!(address = %running.address, "serving");
    println!("READY http://{}", running.address);
    Ok(running.wait().await?)
}
