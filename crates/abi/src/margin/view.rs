//! What the views return to whoever simulates them.

use crate::{PodI32, PodI64, PodU32, PodU64};
use bytemuck::{Pod, Zeroable};

/// Scenario nodes of portfolio margin.
pub const NODES: usize = 33;

/// One node of a ladder.
#[macro_export]
macro_rules! node_view_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct NodeView {
            /// Move of every forward and of the price of base, 1e9 = 100 %.
            pub move_e9: PodI64,
            /// Of the whole account there.
            pub value_atoms: PodI64,
            /// Weight x (value there - value now): a gain where positive.
            pub loss_atoms: PodI64,
        }
    };
}

/// What `view_margin` returns: an account's margin in both modes at the feed's last price, whatever its age.
#[macro_export]
macro_rules! margin_view_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct MarginView {
            pub version: u8,
            /// The account's own mode: 0 standard, 1 portfolio.
            pub mode: u8,
            /// The feed's severity: 0 normal, 1 degraded, 2 stale, 3 down.
            pub severity: u8,
            /// Index in `nodes` of the node that decides maintenance margin.
            pub worst: u8,
            /// Why portfolio margin has no figure: an error code of this program; 0 where it has one. Its fields and `nodes` are then 0.
            pub portfolio_error: PodU32,
            /// How stale the oldest surface is that was read.
            pub stale_minutes: PodU32,
            pub spot_e6: PodU64,
            /// When the feed took that price.
            pub refreshed_unix_s: PodI64,
            pub standard_mtm_atoms: PodI64,
            pub standard_im_atoms: PodI64,
            pub standard_mm_atoms: PodI64,
            pub portfolio_mtm_atoms: PodI64,
            pub portfolio_im_atoms: PodI64,
            pub portfolio_mm_atoms: PodI64,
            /// At the worst node, in initial and in maintenance margin: at most 0.
            pub loss_im_atoms: PodI64,
            pub loss_mm_atoms: PodI64,
            /// What portfolio margin holds back beside the loss.
            pub net_short_im_atoms: PodI64,
            pub net_short_mm_atoms: PodI64,
            pub forward_basis_atoms: PodI64,
            pub oracle_confidence_atoms: PodI64,
            pub concentration_atoms: PodI64,
            pub quote_depeg_atoms: PodI64,
            /// 0..17 volatility up, 17..24 flat, 24..31 down, then tilted up and down.
            pub nodes: [NodeView; 33],
        }
    };
}

/// Sensitivities in quote atoms. A forward up by 100 % takes base with it.
#[macro_export]
macro_rules! greeks_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Greeks {
            /// For forwards up by 100 %, were it linear.
            pub delta_atoms: PodI64,
            /// Change of `delta_atoms`, forwards held, for forwards up by 100 %, were it linear.
            pub gamma_atoms: PodI64,
            /// For volatilities up by 1 (100 points).
            pub vega_atoms: PodI64,
            /// For the passing of a day.
            pub theta_atoms: PodI64,
            /// Change of `delta_atoms` for volatilities up by 1.
            pub vanna_atoms: PodI64,
            /// Change of `vega_atoms` for volatilities up by 1.
            pub volga_atoms: PodI64,
        }
    };
}

/// The Greeks of one expiry's options.
#[macro_export]
macro_rules! expiry_greeks_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct ExpiryGreeks {
            /// 0: no such expiry.
            pub expiry_unix_s: PodI64,
            /// What its options are priced on, a fixed part of the settlement average included.
            pub forward_e6: PodU64,
            pub greeks: Greeks,
        }
    };
}

/// One position, in the place that it has in its account.
#[macro_export]
macro_rules! position_greeks_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct PositionGreeks {
            /// The model's price of one unit. In the last minute and until settled, intrinsic value.
            pub mark_e6: PodU64,
            /// 1e6 = 100 %; 0 where no volatility counts.
            pub vol_e6: PodU32,
            /// Of one unit held long, 1e6 = 1.
            pub delta_e6: PodI32,
        }
    };
}

/// What `view_greeks` returns: of the account with its base, of each expiry's options, and of each position.
#[macro_export]
macro_rules! greeks_view_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct GreeksView {
            pub version: u8,
            /// The feed's severity: 0 normal, 1 degraded, 2 stale, 3 down.
            pub severity: u8,
            pub stale_minutes: PodU32,
            pub spot_e6: PodU64,
            /// When the feed took that price.
            pub refreshed_unix_s: PodI64,
            pub account: Greeks,
            pub expiries: [ExpiryGreeks; 4],
            pub positions: [PositionGreeks; 32],
        }
    };
}

node_view_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
margin_view_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
greeks_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
expiry_greeks_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
position_greeks_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
greeks_view_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);

/// What a program can return to whoever simulates it.
const RETURN_MAX: usize = 1_024;
const _: () = assert!(size_of::<MarginView>() == 932 && size_of::<GreeksView>() == 838);
const _: () = assert!(size_of::<MarginView>() <= RETURN_MAX && size_of::<GreeksView>() <= RETURN_MAX);
