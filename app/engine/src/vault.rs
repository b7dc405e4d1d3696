//! A bid in a vault's auction.

use crate::buffer::answer;
use risk::vault::{bid_lots_min, escrow_ceil};
use units::PriceE6;

/// The fewest lots of a bid, and the escrow of one for `lots`, in quote atoms.
#[unsafe(no_mangle)]
pub extern "C" fn vault_bid(offered_lots: u64, escrow_price_e6: u64, lots: u64, lots_per_unit: u32) -> u32 {
    answer(|| {
        let escrow = escrow_ceil(PriceE6(escrow_price_e6), lots, lots_per_unit)?;
        Some([i64::try_from(bid_lots_min(offered_lots)).ok()?, i64::try_from(escrow).ok()?])
    })
}
