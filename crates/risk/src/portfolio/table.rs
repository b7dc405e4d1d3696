//! A market's moves as the pricing core takes them, built once for all its expiries.

use super::{MarginParams, ParamsError, PortfolioError};
use crate::scenario::{MOVES, ScenarioError, ScenarioParams};
use pricing::{Move, ROW_ONE};

/// One, in e9.
const ONE_E9: i64 = 1_000_000_000;

/// The scenario table of a market.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub(super) params: MarginParams,
    moves: Source,
}

/// Where a table's moves are.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is no allocation")]
enum Source {
    Usual(&'static Moves),
    Own(Moves),
}

/// What of a table depends on nothing but the scenarios' moves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moves {
    /// Of every different move, 1e9 = 100 %.
    pub moves_e9: [i64; MOVES],
    /// Part of the loss that counts at each move with volatility up, 1e9 = all.
    pub weights_e9: [u32; MOVES],
    pub factors: [Move; MOVES],
    /// Whether all factors are whole millionths.
    pub whole: bool,
    /// What a unit of base loses, as a multiple in Q36 rounded up, or gains, rounded down.
    pub changes_q36: [i64; MOVES],
}

/// The moves of the usual scenarios, so that a margin check need not take their logarithms.
static USUAL: [(ScenarioParams, Moves); 2] = [usual(ScenarioParams::DEFAULT), usual(ScenarioParams::SOL)];

/// Evaluated when compiled, and so is the assertion.
const fn usual(params: ScenarioParams) -> (ScenarioParams, Moves) {
    let mut moves = Moves::NONE;
    assert!(moves.fill(&params), "the usual scenarios are out of their bounds");
    (params, moves)
}

impl Moves {
    const NONE: Self = Self {
        moves_e9: [0; MOVES],
        weights_e9: [0; MOVES],
        factors: [Move::STILL; MOVES],
        whole: true,
        changes_q36: [0; MOVES],
    };

    /// False where a move is out of its bounds.
    #[expect(clippy::indexing_slicing, reason = "BOUND: the loop's condition is the length")]
    const fn fill(&mut self, params: &ScenarioParams) -> bool {
        let Some(entries) = params.moves() else { return false };
        let mut place = 0;
        while place < MOVES {
            let (move_e9, weight_e9) = entries[place];
            self.moves_e9[place] = move_e9;
            self.weights_e9[place] = weight_e9;
            match factor(move_e9) {
                Some(factor) => {
                    self.factors[place] = factor;
                    self.whole = self.whole && factor.is_whole();
                    self.changes_q36[place] = change_q36(factor);
                }
                None => return false,
            }
            place = place.wrapping_add(1);
        }
        true
    }
}

/// See [`Moves::changes_q36`].
const fn change_q36(factor: Move) -> i64 {
    // 2^36 / ROW_ONE = 2^14 / 5^6. BOUND: a factor is below 2^39.
    const FIVES: u64 = 15_625;
    match factor.factor().checked_sub(ROW_ONE) {
        None => (ROW_ONE.wrapping_sub(factor.factor()) << 14).div_ceil(FIVES).cast_signed().wrapping_neg(),
        Some(gain) => match (gain << 14).checked_div(FIVES) {
            Some(gain) => gain.cast_signed(),
            None => 0,
        },
    }
}

/// A move as a factor of the forward; `None` out of bounds.
const fn factor(move_e9: i64) -> Option<Move> {
    if move_e9 == 0 {
        return Some(Move::STILL);
    }
    let factor_e9 = ONE_E9.saturating_add(move_e9);
    if factor_e9 < 0 {
        return None;
    }
    match Move::new(factor_e9.cast_unsigned()) {
        Ok(factor) => Some(factor),
        Err(_) => None,
    }
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
        for (usual, moves) in &USUAL {
            if usual.has_moves_of(&params.scenarios) {
                return Ok(Self { params: *params, moves: Source::Usual(moves) });
            }
        }
        let mut table = Self { params: *params, moves: Source::Own(Moves::NONE) };
        if let Source::Own(moves) = &mut table.moves
            && !moves.fill(&params.scenarios)
        {
            return Err(MOVE_ERROR);
        }
        Ok(table)
    }

    #[inline(always)]
    pub(super) const fn moves(&self) -> &Moves {
        match &self.moves {
            Source::Usual(moves) => moves,
            Source::Own(moves) => moves,
        }
    }
}

const MOVE_ERROR: PortfolioError = PortfolioError::Params(ParamsError::Scenarios(ScenarioError::MoveOutOfRange));

/// Moves as factors of the forward.
#[inline(never)]
pub(super) fn factors(moves_e9: &[i64; MOVES]) -> Result<[Move; MOVES], PortfolioError> {
    let mut factors = [Move::STILL; MOVES];
    for (place, move_e9) in factors.iter_mut().zip(moves_e9) {
        *place = factor(*move_e9).ok_or(MOVE_ERROR)?;
    }
    Ok(factors)
}
