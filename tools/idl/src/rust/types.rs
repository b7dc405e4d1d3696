//! IDL types as Rust: borsh off chain, the same bytes as the programs' wire format.

use anchor_lang_idl::types::{IdlArrayLen, IdlDefinedFields, IdlField, IdlType, IdlTypeDef, IdlTypeDefTy};
use anyhow::{Result, bail, ensure};

use super::docs;

const DERIVES: &str = "#[derive(BorshDeserialize, BorshSerialize, Clone, Debug, PartialEq, Eq)]\n";
const UNIT_ENUM_DERIVES: &str = "#[derive(BorshDeserialize, BorshSerialize, Clone, Copy, Debug, PartialEq, Eq)]\n";

pub fn item(def: &IdlTypeDef) -> Result<String> {
    ensure!(def.generics.is_empty(), "type `{}` is generic, which builders do not support", def.name);
    let name = &def.name;
    let text = match &def.ty {
        IdlTypeDefTy::Struct { fields: Some(IdlDefinedFields::Named(fields)) } => structure(name, fields)?,
        IdlTypeDefTy::Struct { fields: Some(IdlDefinedFields::Tuple(types)) } => {
            let fields = types.iter().map(|ty| Ok(format!("pub {}", of(ty)?))).collect::<Result<Vec<_>>>()?;
            format!("{DERIVES}pub struct {name}({});\n", fields.join(", "))
        }
        IdlTypeDefTy::Struct { fields: None } => format!("{DERIVES}pub struct {name};\n"),
        IdlTypeDefTy::Enum { variants } => {
            let is_unit = variants.iter().all(|variant| variant.fields.is_none());
            let variants = variants
                .iter()
                .map(|variant| Ok(variant.name.clone() + &variant_fields(variant.fields.as_ref())?))
                .collect::<Result<Vec<_>>>()?;
            let derives = if is_unit { UNIT_ENUM_DERIVES } else { DERIVES };
            format!("{derives}pub enum {name} {{ {} }}\n", variants.join(", "))
        }
        IdlTypeDefTy::Type { alias } => format!("pub type {name} = {};\n", of(alias)?),
    };
    Ok(docs(&def.docs) + &text + "\n")
}

pub fn structure(name: &str, fields: &[IdlField]) -> Result<String> {
    let fields = fields
        .iter()
        .map(|field| Ok(format!("{}pub {}: {},\n", docs(&field.docs), field.name, of(&field.ty)?)))
        .collect::<Result<String>>()?;
    Ok(format!("{DERIVES}pub struct {name} {{\n{fields}}}\n"))
}

fn variant_fields(fields: Option<&IdlDefinedFields>) -> Result<String> {
    Ok(match fields {
        None => String::new(),
        Some(IdlDefinedFields::Tuple(types)) => {
            let types = types.iter().map(of).collect::<Result<Vec<_>>>()?;
            format!("({})", types.join(", "))
        }
        Some(IdlDefinedFields::Named(fields)) => {
            let fields = fields
                .iter()
                .map(|field| Ok(format!("{}: {}", field.name, of(&field.ty)?)))
                .collect::<Result<Vec<_>>>()?;
            format!(" {{ {} }}", fields.join(", "))
        }
    })
}

pub fn of(ty: &IdlType) -> Result<String> {
    Ok(match ty {
        IdlType::Bool => "bool".into(),
        IdlType::U8 => "u8".into(),
        IdlType::I8 => "i8".into(),
        IdlType::U16 => "u16".into(),
        IdlType::I16 => "i16".into(),
        IdlType::U32 => "u32".into(),
        IdlType::I32 => "i32".into(),
        IdlType::U64 => "u64".into(),
        IdlType::I64 => "i64".into(),
        IdlType::U128 => "u128".into(),
        IdlType::I128 => "i128".into(),
        IdlType::Bytes => "Vec<u8>".into(),
        IdlType::String => "String".into(),
        IdlType::Pubkey => "Pubkey".into(),
        IdlType::Option(inner) => format!("Option<{}>", of(inner)?),
        IdlType::Vec(inner) => format!("Vec<{}>", of(inner)?),
        IdlType::Array(inner, IdlArrayLen::Value(len)) => format!("[{}; {len}]", of(inner)?),
        IdlType::Defined { name, generics } if generics.is_empty() => name.clone(),
        other => bail!("type {other:?} has no borsh counterpart here"),
    })
}

pub fn names_in(ty: &IdlType, names: &mut Vec<String>) {
    match ty {
        IdlType::Option(inner) | IdlType::Vec(inner) | IdlType::Array(inner, _) => names_in(inner, names),
        IdlType::Defined { name, .. } => names.push(name.clone()),
        _ => {}
    }
}

pub fn names_in_def(def: &IdlTypeDefTy, names: &mut Vec<String>) {
    let mut of_fields = |fields: &Option<IdlDefinedFields>| match fields {
        Some(IdlDefinedFields::Named(fields)) => fields.iter().for_each(|field| names_in(&field.ty, names)),
        Some(IdlDefinedFields::Tuple(types)) => types.iter().for_each(|ty| names_in(ty, names)),
        None => {}
    };
    match def {
        IdlTypeDefTy::Struct { fields } => of_fields(fields),
        IdlTypeDefTy::Enum { variants } => variants.iter().for_each(|variant| of_fields(&variant.fields)),
        IdlTypeDefTy::Type { alias } => names_in(alias, names),
    }
}
