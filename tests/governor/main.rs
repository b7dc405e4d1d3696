//! The governor on its built ELF: one module per instruction, and the twins.
mod brakes;
mod buffer_close;
mod council_execute;
mod council_init;
mod fixture;
mod guardians_execute;
mod program_adopt;
mod proposal_approve;
mod proposal_cancel;
mod proposal_create;
mod proposal_queue;
mod relax_execute;
mod steps;
mod twins;
mod upgrade_execute;
mod upgrade_propose;
