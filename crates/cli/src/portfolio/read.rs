//! A portfolio file: every field checked where it stands.

use super::Params;
use crate::input::{InputError, Item, Number, document};
use pricing::{SECONDS_MAX, SECONDS_MIN, Svi};
use risk::{
    average::RunningAverage,
    payoff::{Kind, POSITIONS},
    portfolio::{Expiry, Leg, Market},
    standard::{LOTS_MAX, Scale},
};
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms, UnixSeconds};

pub(super) const ROOT: [&str; 8] =
    ["now_unix_s", "spot", "quote", "base", "lots_per_unit", "expiries", "positions", "params"];
pub(super) const EXPIRY: [&str; 5] = ["expiry_unix_s", "forward", "svi", "svi_reference_s", "average"];
pub(super) const AVERAGE: [&str; 3] = ["mean", "fixed_s", "remaining_s"];
pub(super) const POSITION: [&str; 5] = ["expiry_unix_s", "strike", "kind", "lots", "open_interest"];
const KINDS: [(&str, Kind); 2] = [("call", Kind::Call), ("put", Kind::Put)];
/// The end of the year 9999.
const TIME_MAX_S: i64 = 253_402_300_799;

/// A portfolio and its market, as given.
#[derive(Clone, Debug)]
pub struct File {
    pub market: Market,
    pub quote: QuoteAtoms,
    pub base: BaseAtoms,
    /// In the order of the file, as are the positions.
    pub expiries: Vec<Expiry>,
    pub times: Vec<UnixSeconds>,
    pub legs: Vec<Leg>,
    pub params: Params,
}

impl File {
    /// Reads a file. Errors: every [`InputError`] that one field alone can cause, repetitions, and unknown expiries.
    pub fn read(json: &str) -> Result<Self, InputError> {
        let node = document(json)?;
        let root = Item::root(&node).record(&ROOT)?;
        let now: i64 = root.number("now_unix_s", &Number::new(0, 0, TIME_MAX_S))?;
        let spot = PriceE6(root.number("spot", &Number::price())?);
        let params = Params::read(root.optional("params"), spot)?;
        let lots_per_unit = root.number("lots_per_unit", &Number::new(0, 1, 1_000_000))?;
        let base_unit_atoms = 10_u64.saturating_pow(params.base_decimals);
        let mut file = Self {
            market: Market {
                spot,
                stable: params.stable,
                half_width: params.half_width,
                quote_price: params.quote_price,
                stale_minutes: params.stale_minutes,
                scale: Scale { lots_per_unit, base_unit_atoms },
            },
            quote: QuoteAtoms(root.number("quote", &Number::new(6, i64::MIN, i64::MAX))?),
            base: BaseAtoms(root.number("base", &Number::new(params.base_decimals, 0, u64::MAX))?),
            expiries: Vec::new(),
            times: Vec::new(),
            legs: Vec::new(),
            params,
        };
        for item in root.field("expiries")?.list(0, POSITIONS)? {
            file.expiry_add(&item, now)?;
        }
        for item in root.field("positions")?.list(0, POSITIONS)? {
            file.position_add(&item)?;
        }
        Ok(file)
    }

    fn expiry_add(&mut self, item: &Item<'_>, now: i64) -> Result<(), InputError> {
        let record = item.record(&EXPIRY)?;
        let time: i64 = record.number("expiry_unix_s", &Number::new(0, 0, TIME_MAX_S))?;
        let path = record.path_of("expiry_unix_s");
        // BOUND: both are between 0 and the end of the year 9999.
        let seconds = time.saturating_sub(now);
        if seconds > SECONDS_MAX.cast_signed() {
            return Err(InputError::ExpiryTooLate { path, seconds: seconds.into() });
        }
        if let Some(first) = self.times.iter().position(|earlier| earlier.0 == time) {
            return Err(InputError::ExpiryRepeated { path, expiry_unix_s: time, first });
        }
        // A surface is taken to be stated for now, unless it says otherwise.
        let now_s = u64::try_from(seconds).unwrap_or(0).max(SECONDS_MIN);
        self.times.push(UnixSeconds(time));
        self.expiries.push(Expiry {
            forward: PriceE6(record.number("forward", &Number::price())?),
            seconds,
            svi: svi(&record.field("svi")?)?,
            reference_s: record.number_or("svi_reference_s", &Number::new(0, SECONDS_MIN, SECONDS_MAX), now_s)?,
            average: record.optional("average").map_or(Ok(RunningAverage::NOT_BEGUN), |item| average(&item))?,
        });
        Ok(())
    }

    fn position_add(&mut self, item: &Item<'_>) -> Result<(), InputError> {
        let record = item.record(&POSITION)?;
        let time: i64 = record.number("expiry_unix_s", &Number::new(0, 0, TIME_MAX_S))?;
        let expiry = self.times.iter().position(|known| known.0 == time).ok_or_else(|| {
            let known = self.times.iter().map(|time| time.0.to_string()).collect::<Vec<_>>();
            let known = if known.is_empty() { "there are none".to_owned() } else { known.join(", ") };
            InputError::ExpiryUnknown { path: record.path_of("expiry_unix_s"), expiry_unix_s: time, known }
        })?;
        let most = LOTS_MAX.cast_signed();
        let open_interest = match record.optional("open_interest") {
            Some(item) => Some(item.number(&Number::new(0, 0, u64::MAX))?),
            None => None,
        };
        let leg = Leg {
            expiry,
            strike: PriceE6(record.number("strike", &Number::price())?),
            kind: record.field("kind")?.choice(&KINDS)?,
            lots: Lots(record.number("lots", &Number::new(0, most.saturating_neg(), most))?),
            open_interest,
        };
        if leg.lots == Lots::ZERO {
            return Err(InputError::NoLots { path: record.path_of("lots") });
        }
        let same = |held: &Leg| held.expiry == leg.expiry && held.strike == leg.strike && held.kind == leg.kind;
        if let Some(first) = self.legs.iter().position(same) {
            return Err(InputError::SeriesRepeated { path: item.path.clone(), first });
        }
        self.legs.push(leg);
        Ok(())
    }
}

/// Parameters of nine decimals and their bounds, in 1e-9: the pricing core's, which also checks what holds between them.
pub(super) const SVI_BOUNDS_E9: [(&str, i64, i64); 5] = [
    ("a", -50_000_000_000, 50_000_000_000),
    ("b", 0, 4_000_000_000),
    ("rho", -999_999_999, 999_999_999),
    ("m", -10_000_000_000, 10_000_000_000),
    ("sigma", 100_000, 10_000_000_000),
];

pub(crate) fn svi(item: &Item<'_>) -> Result<Svi, InputError> {
    let record = item.record(&SVI_BOUNDS_E9.map(|(name, ..)| name))?;
    let mut values = [0_i64; 5];
    for (value, (name, least, most)) in values.iter_mut().zip(SVI_BOUNDS_E9) {
        *value = record.number(name, &Number::new(9, least, most))?;
    }
    let [a_e9, b_e9, rho_e9, m_e9, sigma_e9] = values;
    let svi = Svi { a_e9, b_e9, rho_e9, m_e9, sigma_e9 };
    svi.validate().map_err(|reason| InputError::Surface { path: item.path.clone(), reason })?;
    Ok(svi)
}

/// What of the settlement average is fixed; its bounds are the risk crate's.
fn average(item: &Item<'_>) -> Result<RunningAverage, InputError> {
    let record = item.record(&AVERAGE)?;
    let seconds = Number::new(0, 0, SECONDS_MAX);
    Ok(RunningAverage {
        mean: PriceE6(record.number("mean", &Number::new(6, 0, PriceE6::MAX.0))?),
        fixed_s: record.number("fixed_s", &seconds)?,
        remaining_s: record.number("remaining_s", &seconds)?,
    })
}
