//! A market and its accounts, for tests.

use abi::margin::{KIND_CALL, MarginAccount, Market, Position};
use bytemuck::Zeroable;
use services::market::{Clock, View};
use solana_pubkey::Pubkey;

pub const USDC: i64 = 1_000_000;
const EXPIRY: i64 = 2_000_000;

/// A market in standard mode: lots of a tenth, insurance of 10,000.
pub fn view() -> View {
    let mut market = Market::zeroed();
    market.lots_per_unit = 10.into();
    market.base_decimals = 9;
    market.time_divisor = 1.into();
    market.insurance_atoms = (10_000 * USDC.unsigned_abs()).into();
    View {
        address: Pubkey::new_from_array([1; 32]),
        clock: Clock { slot: 1, unix_s: 1_000_000 },
        market,
        feed: Box::new(Zeroable::zeroed()),
        brake: Zeroable::zeroed(),
        custody: Zeroable::zeroed(),
        listed: vec![],
    }
}

pub fn account(owner: u8, quote_atoms: i64, calls: &[(u64, i64)]) -> MarginAccount {
    let mut account = MarginAccount::zeroed();
    account.owner = [owner; 32];
    account.quote_atoms = quote_atoms.into();
    for (place, (strike, lots)) in account.positions.iter_mut().zip(calls) {
        *place = position(*strike, *lots);
    }
    account
}

fn position(strike: u64, lots: i64) -> Position {
    let mut position = Position::zeroed();
    position.kind = KIND_CALL;
    position.expiry_unix_s = EXPIRY.into();
    position.strike_e6 = (strike * 1_000_000).into();
    position.lots = lots.into();
    position
}
