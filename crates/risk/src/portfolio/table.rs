//! A market's moves as the pricing core takes them, built once for all its expiries.

use super::{MarginParams, ParamsError, PortfolioError};
use crate::scenario::{MOVES, ScenarioError};
use pricing::Move;

/// One, in e9.
const ONE_E9: i64 = 1_000_000_000;

/// The scenario table of a market.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub(super) params: MarginParams,
    /// Of every different move, 1e9 = 100 %.
    pub(super) moves_e9: [i64; MOVES],
    /// Part of the loss that counts at each move with volatility up, 1e9 = all.
    pub(super) weights_e9: [u32; MOVES],
    pub(super) moves: [Move; MOVES],
}

impl Table {
    /// Checks the parameters and builds the table. Error: `Params`.
    pub fn new(params: &MarginParams) -> Result<Self, PortfolioError> {
        params.check().map_err(PortfolioError::Params)?;
        Self::of_checked(params)
    }

    /// As [`Self::new`], of parameters that were checked when they were stored. Error: `Params` where a move shows that they were not.
    #[inline(never)]
    pub fn of_checked(params: &MarginParams) -> Result<Self, PortfolioError> {
        let mut moves_e9 = [0_i64; MOVES];
        let mut weights_e9 = [0_u32; MOVES];
        let entries = params.scenarios.moves().ok_or(MOVE_ERROR)?;
        for ((moved, weight), entry) in moves_e9.iter_mut().zip(&mut weights_e9).zip(entries) {
            (*moved, *weight) = entry;
        }
        Ok(Self { params: *params, moves_e9, weights_e9, moves: factors(&moves_e9)? })
    }
}

const MOVE_ERROR: PortfolioError = PortfolioError::Params(ParamsError::Scenarios(ScenarioError::MoveOutOfRange));

/// Moves as factors of the forward.
#[inline(never)]
pub(super) fn factors(moves_e9: &[i64; MOVES]) -> Result<[Move; MOVES], PortfolioError> {
    let still = Move::new(ONE_E9.unsigned_abs()).map_err(PortfolioError::Surface)?;
    let mut factors = [still; MOVES];
    for (factor, move_e9) in factors.iter_mut().zip(moves_e9) {
        if *move_e9 != 0 {
            let factor_e9 = u64::try_from(ONE_E9.saturating_add(*move_e9)).map_err(|_| MOVE_ERROR)?;
            *factor = Move::new(factor_e9).map_err(|_| MOVE_ERROR)?;
        }
    }
    Ok(factors)
}
