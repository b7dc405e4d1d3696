//! The oracle on its built ELF: one module per instruction, and properties over long runs.
mod authority_set;
mod bad_inputs;
mod config_init;
mod day;
mod feed_create;
mod feed_refresh;
mod fixture;
mod properties;
mod settlement_delay;
mod settlement_finalise;
mod source_add;
mod source_apply;
mod source_cancel;
mod source_remove;
