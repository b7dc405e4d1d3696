//! The governance commands as people type them.

use abi::precompile::P256_KEY_LEN;
use clap::{Args, Subcommand, ValueEnum};
use cli::{
    Connection, Error, audit,
    decode::hex_parse,
    deploy::hex,
    govern::{Decision, Desk, NewCode, council_rules, delays},
    keys::PROGRAMS,
    p256::P256Signer,
    shadow::{self, Listen, Recording},
};
use client::{addresses, ballots};
use policy::{Class, Evidence, Level, MarketLimits};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use std::path::PathBuf;

pub const PROPOSE_HELP: &str = "\
Every decision has one form as bytes; what members approve is the sha256 of them. Programs are named by name or address.

Examples:
  bastion propose upgrade margin --elf target/deploy/margin.so --audit 5f...
  bastion propose relax 0
  bastion propose delays upgrade=864000";

#[derive(Subcommand)]
pub enum GovernCommand {
    /// Who governs: members, delays, attestors, programs with their rollouts, and what is before the council
    Council,
    /// One proposal: what it decides, its digest, approvals, clocks, rollout, and the command that comes next
    Proposal { id: u64 },
    /// Put a decision before the council
    #[command(subcommand, after_help = PROPOSE_HELP)]
    Propose(ProposeCommand),
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
    Verify { id: Option<u64> },
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

/// A member's P-256 key: it signs the ballot, and whoever runs the command pays for the transaction.
#[derive(Args)]
pub struct P256Arguments {
    /// PEM file of the member's P-256 key
    #[arg(long, value_name = "FILE", conflicts_with_all = ["p256_public", "p256_signer"])]
    p256_key: Option<PathBuf>,
    /// The member's P-256 key, compressed, in hexadecimal, where an enclave or a token keeps the private one
    #[arg(long, value_name = "HEX", value_parser = p256_public)]
    p256_public: Option<[u8; P256_KEY_LEN]>,
    /// Shell command that reads the ballot and writes its ECDSA signature with sha256, in DER or as r and s
    #[arg(long, value_name = "COMMAND", requires = "p256_public")]
    p256_signer: Option<String>,
}

impl P256Arguments {
    /// Who signs the ballot, if a P-256 key is to.
    fn signer(&self) -> Result<Option<P256Signer>, Error> {
        match (&self.p256_key, self.p256_public, &self.p256_signer) {
            (Some(path), ..) => P256Signer::load(path).map(Some),
            (None, Some(public), Some(command)) => Ok(Some(P256Signer::Command { public, command: command.clone() })),
            (None, Some(_), None) => Err(Error::NoP256Key),
            (None, None, _) => Ok(None),
        }
    }

    /// The address under which the key sits in a council; needs no network.
    pub fn member(&self, json: bool) -> Result<String, Error> {
        let public = match (&self.p256_key, self.p256_public) {
            (Some(path), _) => P256Signer::load(path)?.public(),
            (None, Some(public)) => public,
            (None, None) => return Err(Error::NoP256Key),
        };
        let (member, public) = (ballots::member(&public).to_string(), hex(&public));
        Ok(if json {
            serde_json::json!({ "member": member, "p256": public }).to_string()
        } else {
            format!("{member}  (P-256 key {public})")
        })
    }
}

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

#[derive(Subcommand)]
pub enum ProposeCommand {
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

const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

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
        !matches!(self, Self::Council | Self::Proposal { .. } | Self::Verify { id: None } | Self::Shadow(_))
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
            Self::Execute { preimages, .. } => preimages.as_deref(),
            Self::Restore { preimages, .. } => Some(preimages.as_path()),
            _ => None,
        };
        let desk = Desk { connection, governor: governor.id(), signer: &signer, progress: &progress, preimages };
        let id = match self {
            Self::Council => {
                let report = desk.council_report()?;
                return Ok(if json { report.json().to_string() } else { report.to_string() });
            }
            Self::Verify { id: None } => return audit(connection, json),
            Self::Shadow(arguments) => return arguments.run(&desk, json),
            Self::Propose(command) => command.run(&desk)?,
            Self::Proposal { id } => *id,
            Self::Approve { id, digest, p256 } => done(*id, desk.approve(*id, *digest, p256.signer()?.as_ref()))?,
            Self::Object { id, digest, p256 } => done(*id, desk.object(*id, *digest, p256.signer()?.as_ref()))?,
            Self::Cancel { id } => done(*id, desk.cancel(*id))?,
            Self::Queue { id } => done(*id, desk.queue(*id))?,
            Self::Execute { id, wait, .. } => done(*id, desk.execute(*id, *wait))?,
            Self::Verify { id: Some(id) } => done(*id, desk.verify(*id))?,
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

impl ShadowArguments {
    fn run(&self, desk: &Desk, json: bool) -> Result<String, Error> {
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

impl ProposeCommand {
    fn run(&self, desk: &Desk) -> Result<u64, Error> {
        let bytes = |keys: &[Pubkey]| keys.iter().map(Pubkey::to_bytes).collect();
        let decision = match self {
            Self::Upgrade(arguments) => return desk.propose_code(&arguments.code()?),
            Self::Relax { level } => Decision::BreakerRelax { level: *level },
            Self::MarketRelax { market, level } => {
                Decision::MarketRelax { custody: addresses::custody(market).to_bytes(), level: *level }
            }
            Self::Limits(arguments) => arguments.decision(),
            Self::Council { members } => Decision::CouncilSet { members: bytes(members) },
            Self::Recover { members } => Decision::CouncilRecover { members: bytes(members) },
            Self::Guardians { guardians } => Decision::GuardiansSet { guardians: bytes(guardians) },
            Self::Monitors { monitors } => Decision::MonitorsSet { monitors: bytes(monitors) },
            Self::Attestors { attestors } => Decision::AttestorsSet { attestors: bytes(attestors) },
            Self::Delays { delays: pairs } => {
                let in_force = council_rules(&desk.council()?).delays;
                Decision::DelaysSet { delays: delays(in_force, pairs) }
            }
            Self::HandOver { program, authority } => {
                Decision::HandOver { program: program.to_bytes(), authority: authority.to_bytes() }
            }
            Self::Ratify { program } => {
                let elf_hash = desk.adoption(program)?.elf_hash;
                Decision::Ratify { program: program.to_bytes(), elf_hash }
            }
            Self::RollBack { program } => {
                let previous_hash = desk.adoption(program)?.previous_hash;
                Decision::RollBack { program: program.to_bytes(), previous_hash }
            }
        };
        desk.propose(&decision)
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

fn hash(text: &str) -> Result<[u8; 32], String> {
    let bytes = hex_parse(text).map_err(|error| error.to_string())?;
    bytes.try_into().map_err(|_| "a sha256 has 64 hexadecimal digits".to_owned())
}

fn p256_public(text: &str) -> Result<[u8; P256_KEY_LEN], String> {
    let bytes = hex_parse(text).map_err(|error| error.to_string())?;
    let key = bytes.try_into().ok().filter(|key: &[u8; P256_KEY_LEN]| matches!(key.first(), Some(2 | 3)));
    key.ok_or_else(|| {
        "a compressed P-256 key has 66 hexadecimal digits, of which the first two are 02 or 03".to_owned()
    })
}

fn commit(text: &str) -> Result<[u8; 20], String> {
    let bytes = hex_parse(text).map_err(|error| error.to_string())?;
    bytes.try_into().map_err(|_| "a commit has 40 hexadecimal digits".to_owned())
}

fn level(text: &str) -> Result<Level, String> {
    let digit = text.trim_start_matches(['L', 'l']).parse().ok();
    let level = digit.and_then(Level::from_byte).filter(|level| *level != Level::Migrating);
    level.ok_or_else(|| "a level is 0 to 3: nothing is lowered to level 4".to_owned())
}

fn program(text: &str) -> Result<Pubkey, String> {
    match PROGRAMS.iter().find(|known| known.name == text) {
        Some(known) => Ok(known.id),
        None => text.parse().map_err(|_| format!("`{text}` is no program's name and no address")),
    }
}

fn delay(text: &str) -> Result<(Class, u32), String> {
    const NAMES: [&str; policy::CLASSES] =
        ["tighten", "risk", "upgrade", "council", "hand-over", "emergency", "ratify", "recovery"];
    let (name, seconds) = text.split_once('=').ok_or("CLASS=SECONDS, as in upgrade=864000")?;
    let class = Class::ALL.into_iter().zip(NAMES).find(|(_, known)| *known == name);
    let (class, _) = class.ok_or_else(|| format!("classes are {}", NAMES.join(", ")))?;
    Ok((class, seconds.parse().map_err(|_| format!("`{seconds}` is no number of seconds"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_other_forms_are_refused_in_words() {
        assert!(hash("ab").unwrap_err().contains("64"));
        assert!(commit("zz").unwrap_err().contains("zz"));
        assert!(p256_public(&"04".repeat(33)).unwrap_err().contains("02 or 03") && p256_public("02").is_err());
        assert_eq!(p256_public(&"02".repeat(33)), Ok([2; 33]));
        assert_eq!(level("L2"), Ok(Level::CloseOnly));
        assert!(level("4").is_err() && level("x").is_err());
        assert_eq!(program("margin"), Ok(Pubkey::from(abi::ids::MARGIN)));
        assert!(program("marjin").unwrap_err().contains("marjin"));
        assert_eq!(delay("hand-over=7"), Ok((Class::HandOver, 7)));
        assert!(delay("upgrade").is_err() && delay("up=1").unwrap_err().contains("tighten, risk"));
    }
}
