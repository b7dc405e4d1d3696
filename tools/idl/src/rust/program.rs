//! One program's module: address, errors, instructions, the types they take, events.

use std::collections::BTreeSet;

use anchor_lang_idl::types::{Idl, IdlEvent, IdlTypeDef};
use anyhow::Result;

use super::{camel_case, error_table, instruction, types};

pub fn module(idl: &Idl) -> Result<String> {
    let mut body = String::new();
    for instruction in &idl.instructions {
        body += &instruction::items(instruction, idl)?;
    }
    for def in types_of_arguments_and_events(idl) {
        body += &types::item(def)?;
    }
    for event in &idl.events {
        body += &event_impl(event);
    }
    Ok(imports(&body) + &constants(idl) + &body)
}

fn imports(body: &str) -> String {
    let mut text = String::new();
    if body.contains("BorshSerialize") {
        text += "use borsh::{BorshDeserialize, BorshSerialize};\n";
    }
    let instruction_names: Vec<&str> =
        ["AccountMeta", "Instruction"].into_iter().filter(|name| body.contains(name)).collect();
    text += &format!("use solana_instruction::{{{}}};\n", instruction_names.join(", "));
    text += "use solana_pubkey::Pubkey;\n\n";
    text + "use crate::{AccountSpec, InstructionSpec, ProgramSpec};\n\n"
}

fn constants(idl: &Idl) -> String {
    let specs: String = idl
        .instructions
        .iter()
        .map(|instruction| {
            let name = camel_case(&instruction.name);
            format!(
                "InstructionSpec {{ name: {:?}, discriminator: {name}::DISCRIMINATOR, accounts: {name}::ACCOUNTS }},",
                instruction.name
            )
        })
        .collect();
    format!(
        "/// The program's address.\n\
         pub const ID: Pubkey = Pubkey::from_str_const({:?});\n\n\
         /// The program as tables, for code that walks all of it.\n\
         pub const PROGRAM: ProgramSpec =\n\
         ProgramSpec {{ name: {:?}, id: ID, errors: ERRORS, instructions: INSTRUCTIONS }};\n\n\
         {}\n\
         /// Every instruction, by discriminator.\n\
         pub const INSTRUCTIONS: &[InstructionSpec] = &[{specs}];\n\n",
        idl.address,
        idl.metadata.name,
        error_table(&idl.errors)
    )
}

/// Account types are left out: their one home is `crates/abi`.
fn types_of_arguments_and_events(idl: &Idl) -> Vec<&IdlTypeDef> {
    let mut queue: Vec<String> = idl.events.iter().map(|event| event.name.clone()).collect();
    for arg in idl.instructions.iter().flat_map(|instruction| &instruction.args) {
        types::names_in(&arg.ty, &mut queue);
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = queue.pop() {
        if reached.insert(name.clone())
            && let Some(def) = idl.types.iter().find(|def| def.name == name)
        {
            types::names_in_def(&def.ty, &mut queue);
        }
    }
    idl.types.iter().filter(|def| reached.contains(&def.name)).collect()
}

fn event_impl(event: &IdlEvent) -> String {
    format!(
        "impl {} {{\n\
         /// First bytes of the event's log entry; the borsh fields follow.\n\
         pub const DISCRIMINATOR: &[u8] = &{:?};\n}}\n\n",
        event.name, event.discriminator
    )
}
