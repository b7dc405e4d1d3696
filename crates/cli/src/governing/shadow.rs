//! `bastion shadow`: which code, and what is replayed under it.

use super::parse::program;
use clap::Args;
use cli::{
    Error,
    govern::Desk,
    shadow::{self, Listen, Recording},
};
use solana_pubkey::Pubkey;
use std::path::PathBuf;

#[derive(Args)]
pub struct ShadowArguments {
    /// The upgrade whose buffer holds the new code
    #[arg(conflicts_with_all = ["program", "elf"])]
    id: Option<u64>,
    /// The program that the new code is for, by name or address
    #[arg(long, value_parser = program, requires = "elf")]
    program: Option<Pubkey>,
    /// The new code
    #[arg(long, requires = "program")]
    elf: Option<PathBuf>,
    /// Listen to the network for so many seconds
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Listen no longer once so many transactions were heard
    #[arg(long, value_name = "N")]
    transactions: Option<usize>,
    /// Replay this recording instead of listening
    #[arg(long, value_name = "FILE")]
    recording: Option<PathBuf>,
    /// Keep the recording, for others to replay
    #[arg(long, value_name = "FILE", conflicts_with = "recording")]
    save: Option<PathBuf>,
}

impl ShadowArguments {
    pub fn run(&self, desk: &Desk, json: bool) -> Result<String, Error> {
        let (program, elf) = match (self.id, self.program, &self.elf) {
            (Some(id), ..) => desk.candidate(id)?,
            (None, Some(program), Some(path)) => (program, std::fs::read(path).map_err(Error::file(path))?),
            _ => return Err(Error::NoCandidate),
        };
        let recording = match &self.recording {
            Some(path) => Recording::load(path)?,
            None => {
                let listen = Listen { seconds: self.seconds, transactions: self.transactions };
                shadow::record(desk.connection, &listen, desk.progress)?
            }
        };
        if let Some(path) = &self.save {
            recording.save(path)?;
        }
        let shadow = shadow::replay(&recording, &program, &elf)?;
        let text = if json { shadow::json(&shadow).to_string() } else { shadow::write(&shadow).unwrap_or_default() };
        if let Err(error) = shadow.require() {
            println!("{}", text.trim_end());
            return Err(error);
        }
        Ok(text)
    }
}
