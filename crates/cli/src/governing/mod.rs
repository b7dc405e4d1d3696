//! The governance commands as people type them.

mod p256;
mod parse;
mod propose;
mod shadow;

pub use p256::P256Arguments;

use clap::{Subcommand, ValueEnum};
use cli::{Connection, Error, audit, govern::Desk};
use parse::hash;
use propose::{PROPOSE_HELP, ProposeArguments};
use shadow::ShadowArguments;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum GovernCommand {
    /// Who governs: members, delays, attestors, programs with their rollouts, and what is before the council
    Council,
    /// One proposal: what it decides, its digest, approvals, clocks, rollout, and the command that comes next
    Proposal { id: u64 },
    /// Put a decision before the council
    #[command(after_help = PROPOSE_HELP)]
    Propose(ProposeArguments),
    /// Approve exactly the bytes with this digest
    Approve {
        id: u64,
        /// As `bastion decode` or `bastion proposal` computes it from the bytes
        #[arg(value_parser = hash)]
        digest: [u8; 32],
        #[command(flatten)]
        p256: P256Arguments,
    },
    /// Object to a draft, or veto what is queued
    Object {
        id: u64,
        /// As for `approve`
        #[arg(value_parser = hash)]
        digest: [u8; 32],
        #[command(flatten)]
        p256: P256Arguments,
    },
    /// Cancel one's own proposal, or anybody's that can never be executed
    Cancel { id: u64 },
    /// Start the delay of an approved proposal; of an upgrade, stage the way back first
    Queue { id: u64 },
    /// Carry out a queued proposal; of an upgrade, the steps that are left: freeze, snapshot, new code
    Execute {
        id: u64,
        /// Wait until the delay has passed
        #[arg(long)]
        wait: bool,
        /// Keep the accounts of the snapshot in this folder, to write them back if the new code changes them
        #[arg(long, value_name = "FOLDER")]
        preimages: Option<PathBuf>,
    },
    /// Compare every account with the snapshot after new or restored code; without an id, compute every invariant from raw accounts
    Verify {
        id: Option<u64>,
        /// The folder of `execute`, which names the accounts that were recorded: those that new code closed are found nowhere else
        #[arg(long, value_name = "FOLDER", requires = "id")]
        preimages: Option<PathBuf>,
    },
    /// Take an upgrade to its next canary step, and from the last to its end
    Promote {
        id: u64,
        /// Wait until the step's time has passed
        #[arg(long)]
        wait: bool,
    },
    /// End a freeze whose time is over, or lower the brake after verification
    Thaw { id: u64 },
    /// Restore the code from before an upgrade: after a failed or overdue verification, or on a vote
    Rollback {
        /// The upgrade
        id: u64,
        /// The proposal that votes for it
        #[arg(long)]
        vote: Option<u64>,
    },
    /// Write back what failed code changed, from the accounts that `execute` kept; then verify again
    Restore {
        id: u64,
        #[arg(long, value_name = "FOLDER")]
        preimages: PathBuf,
    },
    /// Bring home the bond and the buffers of an upgrade that is over
    Reclaim { id: u64 },
    /// Replay what is sent to the protocol under new code in a VM in this process, and compute every invariant on what it leaves
    Shadow(ShadowArguments),
    /// Post the root of a shadow run
    Attest {
        id: u64,
        #[arg(value_parser = hash)]
        root: [u8; 32],
    },
}

/// Which of the twins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Governor {
    #[default]
    Governor,
    Twin,
}

impl Governor {
    pub fn id(self) -> Pubkey {
        Pubkey::from(match self {
            Self::Governor => abi::ids::GOVERNOR,
            Self::Twin => abi::ids::GOVERNOR_TWIN,
        })
    }
}

impl GovernCommand {
    /// Whether the command sends transactions, so that a key is needed.
    fn signs(&self) -> bool {
        !matches!(self, Self::Council | Self::Proposal { .. } | Self::Verify { id: None, .. } | Self::Shadow(_))
    }

    pub fn run(
        &self,
        connection: &Connection,
        governor: Governor,
        key: impl FnOnce() -> Result<Keypair, Error>,
        json: bool,
    ) -> Result<String, Error> {
        let signer = if self.signs() { key()? } else { Keypair::new() };
        let progress = |line: &str| eprintln!("  {line}");
        let preimages = match self {
            Self::Execute { preimages, .. } | Self::Verify { preimages, .. } => preimages.as_deref(),
            Self::Restore { preimages, .. } => Some(preimages.as_path()),
            _ => None,
        };
        let desk = Desk { connection, governor: governor.id(), signer: &signer, progress: &progress, preimages };
        let id = match self {
            Self::Council => {
                let report = desk.council_report()?;
                return Ok(if json { report.json().to_string() } else { report.to_string() });
            }
            Self::Verify { id: None, .. } => return audit(connection, json),
            Self::Shadow(arguments) => return arguments.run(&desk, json),
            Self::Propose(arguments) => arguments.run(&desk)?,
            Self::Proposal { id } => *id,
            Self::Approve { id, digest, p256 } => done(*id, desk.approve(*id, *digest, p256.signer()?.as_ref()))?,
            Self::Object { id, digest, p256 } => done(*id, desk.object(*id, *digest, p256.signer()?.as_ref()))?,
            Self::Cancel { id } => done(*id, desk.cancel(*id))?,
            Self::Queue { id } => done(*id, desk.queue(*id))?,
            Self::Execute { id, wait, .. } => done(*id, desk.execute(*id, *wait))?,
            Self::Verify { id: Some(id), .. } => done(*id, desk.verify(*id))?,
            Self::Promote { id, wait } => done(*id, desk.promote(*id, *wait))?,
            Self::Thaw { id } => done(*id, desk.thaw(*id))?,
            Self::Rollback { id, vote } => done(*id, desk.rollback(*id, *vote))?,
            Self::Restore { id, .. } => done(*id, desk.restore_accounts(*id))?,
            Self::Reclaim { id } => done(*id, desk.reclaim(*id))?,
            Self::Attest { id, root } => done(*id, desk.attest(*id, *root))?,
        };
        let report = desk.report(id)?;
        Ok(if json { report.json().to_string() } else { report.to_string() })
    }
}

fn done(id: u64, result: Result<(), Error>) -> Result<u64, Error> {
    result.map(|()| id)
}

/// What holds is printed whatever is found; a fault ends in an error beside it.
fn audit(connection: &Connection, json: bool) -> Result<String, Error> {
    let checks = audit::checks(&audit::state(connection)?);
    let text = if json { audit::json(&checks).to_string() } else { audit::table(&checks).to_string() };
    if let Err(error) = audit::require(&checks) {
        if !checks.is_empty() {
            println!("{}", text.trim_end());
        }
        return Err(error);
    }
    Ok(text)
}
