//! The breaker on its built ELF: one module per instruction.
mod authority_set;
mod config_init;
mod custody_open;
mod fixture;
mod guardian_raise;
mod guardians_set;
mod level_relax;
mod release;
mod tokens_open;
