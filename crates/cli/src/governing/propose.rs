//! What may be put before the council.

use super::P256Arguments;
use super::parse::{commit, delay, hash, level, program};
use clap::{Args, Subcommand};
use cli::{
    Error,
    govern::{Decision, Desk, NewCode, council_rules, delays},
    keys::PROGRAMS,
};
use client::addresses;
use policy::{Class, Evidence, Level, MarketLimits};
use solana_pubkey::Pubkey;
use std::path::PathBuf;

pub const PROPOSE_HELP: &str = "\
Every decision has one form as bytes; what members approve is the sha256 of them. Programs are named by name or address.

Examples:
  bastion propose upgrade margin --elf target/deploy/margin.so --audit 5f...
  bastion propose relax 0
  bastion propose delays upgrade=864000
  bastion propose council MEMBER... --p256-key member.pem";

const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[derive(Args)]
pub struct ProposeArguments {
    #[command(flatten)]
    p256: P256Arguments,
    #[command(subcommand)]
    what: ProposeCommand,
}

#[derive(Subcommand)]
enum ProposeCommand {
    /// New code for a program
    Upgrade(UpgradeArguments),
    /// Lower the protocol's brake
    Relax {
        #[arg(value_parser = level)]
        level: Level,
    },
    /// Lower one market
    MarketRelax {
        /// The market's address
        market: Pubkey,
        #[arg(value_parser = level)]
        level: Level,
    },
    /// Set one market's limits
    Limits(LimitsArguments),
    /// Replace the council
    Council {
        #[arg(required = true)]
        members: Vec<Pubkey>,
    },
    /// Replace the council when keys are lost: fewer approvals, the longest delay
    Recover {
        #[arg(required = true)]
        members: Vec<Pubkey>,
    },
    /// Replace the guardians and re-arm them
    Guardians {
        #[arg(required = true)]
        guardians: Vec<Pubkey>,
    },
    /// Replace the monitors
    Monitors {
        #[arg(required = true)]
        monitors: Vec<Pubkey>,
    },
    /// Name the three attestors of shadow runs
    Attestors {
        #[arg(required = true, num_args = 3)]
        attestors: Vec<Pubkey>,
    },
    /// Set delays; classes that are not named keep theirs
    Delays {
        /// CLASS=SECONDS on an unscaled clock; classes: tighten, risk, upgrade, council, hand-over, emergency, ratify, recovery
        #[arg(required = true, value_parser = delay)]
        delays: Vec<(Class, u32)>,
    },
    /// Give a program's upgrade authority away
    HandOver {
        #[arg(value_parser = program)]
        program: Pubkey,
        authority: Pubkey,
    },
    /// Keep the emergency patch that runs
    Ratify {
        #[arg(value_parser = program)]
        program: Pubkey,
    },
    /// Vote for a rollback to the code from before the last upgrade
    RollBack {
        #[arg(value_parser = program)]
        program: Pubkey,
    },
}

#[derive(Args)]
pub struct UpgradeArguments {
    #[arg(value_parser = program)]
    program: Pubkey,
    /// The new code
    #[arg(long)]
    elf: PathBuf,
    /// Git commit of its source
    #[arg(long, value_parser = commit, default_value = "0000000000000000000000000000000000000000")]
    commit: [u8; 20],
    /// sha256 of the recipe of its verified build, of its audit's report, of its plan of migration
    #[arg(long, value_parser = hash, default_value = NONE)]
    recipe: [u8; 32],
    #[arg(long, value_parser = hash, default_value = NONE)]
    audit: [u8; 32],
    #[arg(long, value_parser = hash, default_value = NONE)]
    migration: [u8; 32],
    /// Version of the accounts that the old code writes
    #[arg(long, default_value_t = 1)]
    schema_from: u8,
    /// Version that the new code writes: the same or the next
    #[arg(long, default_value_t = 1)]
    schema_to: u8,
    /// The old code cannot read what the new code writes: there is no way back
    #[arg(long)]
    forward_only: bool,
    /// A patch while the protocol is frozen
    #[arg(long)]
    emergency: bool,
}

#[derive(Args)]
pub struct LimitsArguments {
    /// The market's address
    market: Pubkey,
    /// Outflow of an hour and of a day, in basis points of what a vault holds
    #[arg(long)]
    hour_bps: u16,
    #[arg(long)]
    day_bps: u16,
    /// Lots of open interest above which the market closes to new risk
    #[arg(long)]
    open_interest_lots: u64,
    /// Atoms that no window is narrower than
    #[arg(long, default_value_t = 0)]
    base_floor_atoms: u64,
    #[arg(long, default_value_t = 0)]
    quote_floor_atoms: u64,
}

impl ProposeArguments {
    pub fn run(&self, desk: &Desk) -> Result<u64, Error> {
        let ballot = self.p256.signer()?;
        let bytes = |keys: &[Pubkey]| keys.iter().map(Pubkey::to_bytes).collect();
        let decision = match &self.what {
            ProposeCommand::Upgrade(arguments) => return desk.propose_code(&arguments.code()?, ballot.as_ref()),
            ProposeCommand::Relax { level } => Decision::BreakerRelax { level: *level },
            ProposeCommand::MarketRelax { market, level } => {
                Decision::MarketRelax { custody: addresses::custody(market).to_bytes(), level: *level }
            }
            ProposeCommand::Limits(arguments) => arguments.decision(),
            ProposeCommand::Council { members } => Decision::CouncilSet { members: bytes(members) },
            ProposeCommand::Recover { members } => Decision::CouncilRecover { members: bytes(members) },
            ProposeCommand::Guardians { guardians } => Decision::GuardiansSet { guardians: bytes(guardians) },
            ProposeCommand::Monitors { monitors } => Decision::MonitorsSet { monitors: bytes(monitors) },
            ProposeCommand::Attestors { attestors } => Decision::AttestorsSet { attestors: bytes(attestors) },
            ProposeCommand::Delays { delays: pairs } => {
                let in_force = council_rules(&desk.council()?).delays;
                Decision::DelaysSet { delays: delays(in_force, pairs) }
            }
            ProposeCommand::HandOver { program, authority } => {
                Decision::HandOver { program: program.to_bytes(), authority: authority.to_bytes() }
            }
            ProposeCommand::Ratify { program } => {
                let elf_hash = desk.adoption(program)?.elf_hash;
                Decision::Ratify { program: program.to_bytes(), elf_hash }
            }
            ProposeCommand::RollBack { program } => {
                let previous_hash = desk.adoption(program)?.previous_hash;
                Decision::RollBack { program: program.to_bytes(), previous_hash }
            }
        };
        desk.propose(&decision, ballot.as_ref())
    }
}

impl UpgradeArguments {
    fn code(&self) -> Result<NewCode, Error> {
        let known = PROGRAMS.iter().find(|known| known.id == self.program);
        Ok(NewCode {
            program: self.program,
            name: known.map_or_else(|| self.program.to_string(), |known| known.name.to_owned()),
            elf: std::fs::read(&self.elf).map_err(Error::file(&self.elf))?,
            evidence: Evidence {
                source_commit: self.commit,
                recipe_hash: self.recipe,
                audit_hash: self.audit,
                migration_hash: self.migration,
                schema_from: self.schema_from,
                schema_to: self.schema_to,
            },
            forward_only: self.forward_only,
            emergency: self.emergency,
        })
    }
}

impl LimitsArguments {
    fn decision(&self) -> Decision {
        let limits = MarketLimits {
            hour_bps: self.hour_bps,
            day_bps: self.day_bps,
            open_interest_cap_lots: self.open_interest_lots,
            base_floor_atoms: self.base_floor_atoms,
            quote_floor_atoms: self.quote_floor_atoms,
        };
        Decision::LimitsSet { custody: addresses::custody(&self.market).to_bytes(), limits }
    }
}
