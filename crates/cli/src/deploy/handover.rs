//! Configs, council, and the upgrade authority: what makes six deployed programs one protocol.
//!
//! Order matters: a config and a council can be created by the holder of the upgrade authority alone, so all of them come before the
//! governor takes that authority. The deployer stays the authority of the oracle's, margin's and vault's configs, which list feeds, markets
//! and vaults; the brake goes to the governor at once.

use super::{Progress, again, deployed};
use crate::{
    Connection, Error,
    keys::{PROGRAMS, Program},
    status::{pda, single},
};
use abi::{Layout, breaker as brake_abi, config as config_abi, governor as governor_abi};
use client::{breaker, governor, margin, oracle, vault};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_loader_v3_interface::get_program_data_address;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_system_interface::instruction::transfer;

/// Adopting a program hashes its code: about 512 units for each KiB.
const ADOPT_UNITS: u32 = 1_400_000;

/// Who governs.
#[derive(Clone, Debug)]
pub struct Council {
    pub members: Vec<Pubkey>,
    pub guardians: Vec<Pubkey>,
}

impl Council {
    /// A local network's: the members are the guardians too.
    pub fn local(members: &[Keypair]) -> Self {
        let members: Vec<_> = members.iter().map(Keypair::pubkey).collect();
        Self { guardians: members.clone(), members }
    }
}

/// Brings the deployed programs under the council; `elves` are their ELFs in the order of [`PROGRAMS`].
pub fn handover(
    connection: &Connection,
    deployer: &Keypair,
    council: &Council,
    elves: &[Vec<u8>],
    progress: Progress,
) -> Result<(), Error> {
    let run = Handover { connection, deployer, progress };
    for program in &PROGRAMS {
        match program.name {
            "governor" | "governor_twin" => again(|| run.council_init(program, council))?,
            _ => again(|| run.config_init(program))?,
        }
    }
    again(|| run.brake_hand_over(council))?;
    for (program, elf) in PROGRAMS.iter().zip(elves) {
        again(|| run.adopt(program, &governor_of(program), elf.len()))?;
    }
    Ok(())
}

struct Handover<'a> {
    connection: &'a Connection,
    deployer: &'a Keypair,
    progress: Progress<'a>,
}

impl Handover<'_> {
    fn config_init(&self, program: &Program) -> Result<(), Error> {
        let config = pda(&program.id, &[config_abi::CONFIG_SEED]);
        if self.connection.account(&config)?.is_some() {
            return Ok(());
        }
        // A purse that holds exactly the rent: a program may refuse one account in the two places of payer and authority.
        let purse = Keypair::new();
        let (upgrade_authority, genesis_hash) = (self.deployer.pubkey(), self.connection.genesis_hash()?);
        let (program_data, payer, authority) =
            (get_program_data_address(&program.id), purse.pubkey(), upgrade_authority);
        let mut spaces = vec![config_abi::Config::SPACE];
        let init = match program.name {
            "oracle" => oracle::ConfigInit { payer, upgrade_authority, program_data, config }
                .instruction(oracle::ConfigInitArgs { genesis_hash, authority }),
            "margin" => margin::ConfigInit { payer, upgrade_authority, program_data, config }
                .instruction(margin::ConfigInitArgs { genesis_hash, authority }),
            "vault" => vault::ConfigInit { payer, upgrade_authority, program_data, config }
                .instruction(vault::ConfigInitArgs { genesis_hash, authority }),
            _ => {
                spaces.push(brake_abi::Brake::SPACE);
                breaker::ConfigInit { payer, upgrade_authority, program_data, config, brake: brake(&program.id) }
                    .instruction(breaker::ConfigInitArgs { genesis_hash, authority })
            }
        };
        let fill = transfer(&upgrade_authority, &payer, self.rent(&spaces)?);
        self.send(&format!("config of {}", program.name), &[&purse], &[fill, init])
    }

    fn council_init(&self, program: &Program, council: &Council) -> Result<(), Error> {
        let address = pda(&program.id, &[governor_abi::COUNCIL_SEED]);
        if self.connection.account(&address)?.is_some() {
            return Ok(());
        }
        let init = governor::CouncilInit {
            upgrade_authority: self.deployer.pubkey(),
            program_data: get_program_data_address(&program.id),
            council: address,
            governor_authority: pda(&program.id, &[governor_abi::AUTHORITY_SEED]),
        };
        let init = init.instruction_of(program.id, governor::CouncilInitArgs { members: council.members.clone() });
        self.send(&format!("council of {}: {} members", program.name, council.members.len()), &[], &[init])
    }

    /// Names the guardians and makes the governor the brake's authority, which alone can lower it.
    fn brake_hand_over(&self, council: &Council) -> Result<(), Error> {
        let program = Pubkey::new_from_array(abi::ids::BREAKER);
        let (address, deployer) = (pda(&program, &[config_abi::CONFIG_SEED]), self.deployer.pubkey());
        let config: Option<config_abi::Config> = single(self.connection, "Config", &address)?;
        if config.is_none_or(|config| config.authority != deployer.to_bytes()) {
            return Ok(());
        }
        let name = breaker::GuardiansSet { authority: deployer, config: address, brake: brake(&program) }
            .instruction(breaker::GuardiansSetArgs { guardians: council.guardians.clone() });
        let authority = pda(&Pubkey::new_from_array(abi::ids::GOVERNOR), &[governor_abi::AUTHORITY_SEED]);
        let hand = breaker::AuthoritySet { authority: deployer, config: address }
            .instruction(breaker::AuthoritySetArgs { authority });
        self.send(
            &format!("brake: {} guardians, authority to the governor", council.guardians.len()),
            &[],
            &[name, hand],
        )
    }

    fn adopt(&self, program: &Program, governor_id: &Pubkey, elf_len: usize) -> Result<(), Error> {
        let authority = pda(governor_id, &[governor_abi::AUTHORITY_SEED]);
        let state = deployed(self.connection, &program.id)?.ok_or(Error::AccountMissing { address: program.id })?;
        if state.authority == Some(authority) {
            return Ok(());
        }
        let adopt = governor::ProgramAdopt {
            upgrade_authority: self.deployer.pubkey(),
            council: pda(governor_id, &[governor_abi::COUNCIL_SEED]),
            program: program.id,
            program_data: get_program_data_address(&program.id),
            adoption: pda(governor_id, &[governor_abi::ADOPTION_SEED, program.id.as_ref()]),
            rollout: pda(governor_id, &[governor_abi::ROLLOUT_SEED, program.id.as_ref()]),
            governor_authority: authority,
        };
        let elf_len = u32::try_from(elf_len).map_err(|_| Error::ElfTooLong { name: program.name })?;
        let adopt = adopt.instruction_of(*governor_id, governor::ProgramAdoptArgs { elf_len });
        let units = ComputeBudgetInstruction::set_compute_unit_limit(ADOPT_UNITS);
        self.send(
            &format!("{}: upgrade authority to {}", program.name, governor_name(governor_id)),
            &[],
            &[units, adopt],
        )
    }

    fn rent(&self, spaces: &[usize]) -> Result<u64, Error> {
        let rent = |space: &usize| {
            self.connection.rpc.get_minimum_balance_for_rent_exemption(*space).map_err(Error::rpc("rent"))
        };
        spaces.iter().try_fold(0, |sum: u64, space| Ok(sum.saturating_add(rent(space)?)))
    }

    fn send(&self, what: &str, signers: &[&Keypair], instructions: &[Instruction]) -> Result<(), Error> {
        self.connection.send(what, self.deployer, signers, instructions)?;
        (self.progress)(what);
        Ok(())
    }
}

fn brake(breaker: &Pubkey) -> Pubkey {
    pda(breaker, &[brake_abi::BRAKE_SEED])
}

/// Who holds a program's upgrade authority: the governor, and its own its twin.
pub(super) fn governor_of(program: &Program) -> Pubkey {
    Pubkey::from(if program.name == "governor" { abi::ids::GOVERNOR_TWIN } else { abi::ids::GOVERNOR })
}

fn governor_name(id: &Pubkey) -> &'static str {
    PROGRAMS.iter().find(|program| program.id == *id).map_or("?", |program| program.name)
}
