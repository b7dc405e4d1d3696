//! Layouts of `abi` as instructions take them and views return them.
//!
//! Integers without padding, little endian: the bytes of `abi`'s plain old data, which is what accounts hold and readers off chain cast.
use crate::errors::MarginError;
use crate::state;
use anchor_lang::prelude::*;
use anchor_lang::wincode;

type PodU16 = u16;
type PodU32 = u32;
type PodU64 = u64;
type PodI32 = i32;
type PodI64 = i64;

abi::node_view_layout!(#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Default, IdlType)]);
abi::margin_view_layout!(#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, IdlType)]);
abi::greeks_layout!(#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Default, IdlType)]);
abi::expiry_greeks_layout!(#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Default, IdlType)]);
abi::position_greeks_layout!(#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Default, IdlType)]);
abi::greeks_view_layout!(#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, IdlType)]);

abi::portfolio_params_layout!(#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, IdlType)]);
abi::market_terms_layout!(#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, IdlType)]);

/// Version of both views.
pub const VERSION: u8 = 1;

impl From<&risk::portfolio::Greeks> for Greeks {
    fn from(greeks: &risk::portfolio::Greeks) -> Self {
        Self {
            delta_atoms: greeks.delta,
            gamma_atoms: greeks.gamma,
            vega_atoms: greeks.vega,
            theta_atoms: greeks.theta,
            vanna_atoms: greeks.vanna,
            volga_atoms: greeks.volga,
        }
    }
}

impl MarketTerms {
    /// As an account holds them.
    pub fn stored(&self) -> Result<state::MarketTerms> {
        let mut bytes = Vec::with_capacity(size_of::<state::MarketTerms>());
        let written = wincode::config::serialize_into(&mut bytes, self, anchor_lang::BORSH_CONFIG);
        written.map_err(|_| MarginError::ParamsOutOfBounds)?;
        bytemuck::try_pod_read_unaligned(&bytes).map_err(|_| MarginError::ParamsOutOfBounds.into())
    }
}
