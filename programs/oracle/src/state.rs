//! The program's accounts: layouts from `abi`, under Anchor's attribute.
use anchor_lang::prelude::*;

abi::config_layout!(#[account]);
abi::bucket_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::source_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::feed_layout!(#[account]);
