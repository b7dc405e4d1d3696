//! The oracle on its built ELF: one module per instruction, and properties over long runs.
mod authority_set;
mod config_init;
mod feed_create;
mod feed_refresh;
mod fixture;
mod properties;
mod settlement_finalise;
