//! Arbitrary bytes through every public function of this crate that its own suites do not already feed with anything: nothing panics, and
//! what answers by a reason has one.
#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

use pricing::Svi;
use proptest::prelude::*;
use risk::average::RunningAverage;
use risk::feed::{
    Aggregate, Fresh, Held, Moment, Pin, Purpose, Quote, Reading, Refusal, SOURCES, Sample, Severity, State, Tier,
    Variance, aggregate, flag, is_far, reliance, sample,
};
use risk::fill::{FillTerms, fill_cash, long_lots, reduces};
use risk::payoff::{Book, Kind, Position};
use risk::portfolio::{Expiry, MarginParams};
use risk::reduce::{Change, premium_fits, reduces_without_repricing, strictly_reduces};
use risk::scenario::{Node, Shocks, stale_minutes};
use risk::settlement::{Bucket, Credit, credits, mean, settle};
use risk::standard::{Holdings, Scale, initial_margin, maintenance_margin, top, value_floor, within_bounds};
use risk::surface::{self, Fit, Setting, Standing};
use risk::vault::{
    Entry, Holdings as VaultHoldings, Mandate, Offer, Queue, Sight, Unit, VaultKind, bid_lots_min, bond_ceil, clear,
    cover_ceil, escrow_ceil, offered_lots_floor, turn,
};
use risk::{fees, listing, mark, settlement};
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms, Slot, UnixSeconds, VolE9};

/// Numbers out of bytes: of every size, the bounds of each type, and those of the protocol.
struct Bytes<'a>(core::slice::Iter<'a, u8>);

const EDGES: [u64; 16] = [
    0,
    1,
    59,
    60,
    99,
    100,
    9_999,
    10_000,
    1_000_000_000,
    10_000_000_000_000,
    10_000_000_000_001,
    63_072_000,
    1 << 31,
    1 << 60,
    i64::MAX as u64,
    u64::MAX,
];

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    fn word(&mut self) -> u64 {
        match self.byte() {
            choice @ 0..64 => EDGES.get(usize::from(choice & 15)).copied().unwrap_or(0),
            choice => (0..8).fold(0, |word, _| word << 8 | u64::from(self.byte())) >> (choice & 63),
        }
    }

    fn signed(&mut self) -> i64 {
        let word = self.word().cast_signed();
        if self.byte() & 1 == 0 { word } else { word.wrapping_neg() }
    }

    fn half(&mut self) -> u32 {
        u32::try_from(self.word() & u64::from(u32::MAX)).unwrap_or(0)
    }

    fn quarter(&mut self) -> u16 {
        u16::try_from(self.word() & 0xffff).unwrap_or(0)
    }

    fn price(&mut self) -> PriceE6 {
        PriceE6(self.word())
    }

    fn time(&mut self) -> UnixSeconds {
        UnixSeconds(self.signed())
    }

    fn lots(&mut self) -> Lots {
        Lots(self.signed())
    }

    fn scale(&mut self) -> Scale {
        Scale { lots_per_unit: self.half(), base_unit_atoms: self.word() }
    }

    fn kind(&mut self) -> Kind {
        if self.byte() & 1 == 0 { Kind::Call } else { Kind::Put }
    }
}

fn cash(bytes: &mut Bytes<'_>) {
    let terms = FillTerms {
        price: bytes.price(),
        lots: bytes.word(),
        lots_per_unit: bytes.half(),
        spot: bytes.price(),
        taker_buys: bytes.byte() & 1 == 0,
        taker_fee_bps: bytes.quarter(),
        maker_fee_bps: bytes.quarter(),
    };
    if let Ok(cash) = fill_cash(&terms) {
        let _ = cash.plus(&cash);
    }
    let _ =
        fees::fee_ceil(terms.spot, terms.lots, terms.lots_per_unit, QuoteAtoms(bytes.signed()), terms.taker_fee_bps);
    let _ = fees::insurance_share_floor(QuoteAtoms(bytes.signed()));
    let (before, change) = (bytes.lots(), bytes.lots());
    let _ = (reduces(before, change), long_lots(before));
    let changes = [Change { before, change }];
    let (premium, model) = (bytes.price(), bytes.price());
    let _ = strictly_reduces(QuoteAtoms(bytes.signed()), QuoteAtoms(bytes.signed()), &changes);
    let _ = (premium_fits(premium, model), reduces_without_repricing(&changes, &[(premium, model)]));
}

fn positions(bytes: &mut Bytes<'_>) {
    let (spot, scale) = (bytes.price(), bytes.scale());
    let mut book = Book::EMPTY;
    for _ in 0..bytes.byte() % 40 {
        let position = Position { expiry: bytes.time(), strike: bytes.price(), kind: bytes.kind(), lots: bytes.lots() };
        let _ = (
            position.payoff_floor(spot, scale.lots_per_unit),
            within_bounds(position.lots, position.strike, spot, scale),
        );
        let _ = position.kind.intrinsic(position.strike, spot);
        let full = book.positions().len() == risk::payoff::POSITIONS;
        assert!(!full || book.push(position).is_err());
        let _ = book.push(position);
    }
    let holdings = Holdings { quote: QuoteAtoms(bytes.signed()), base: BaseAtoms(bytes.word()), book: &book };
    let _ = (initial_margin(&holdings, spot, scale), maintenance_margin(&holdings, spot, scale));
    let _ = (value_floor(&holdings, bytes.price(), scale), top(spot, bytes.word()));
    if let Ok(strikes) = listing::strikes(spot, bytes.price()) {
        assert!(strikes.is_sorted());
    }
    let _ = listing::expiry_check(bytes.time(), bytes.time(), bytes.half());
}

fn scenarios(bytes: &mut Bytes<'_>) {
    let params = if bytes.byte() & 1 == 0 { MarginParams::DEFAULT } else { MarginParams::SOL };
    let _ = Shocks::new(&params.scenarios.vol, bytes.word(), stale_minutes(bytes.word()));
    let _ = Node::of(&params.scenarios, usize::from(bytes.byte()));
}

fn settlements(bytes: &mut Bytes<'_>) {
    let (from, to, bucket_s) = (bytes.time(), bytes.time(), bytes.half());
    let mut bucket = Bucket { number: bytes.half(), weight_s: bytes.half(), weighted_price_e6_s: bytes.word() };
    for credit in credits(from, to, bucket_s).take(100) {
        bucket = bucket.credited(credit, bytes.price()).unwrap_or(bucket);
    }
    let _ = bucket.credited(Credit { number: bytes.half(), seconds: bytes.half() }, bytes.price());
    let _ = settle(from, to, bytes.time(), bucket_s, |_| bucket);
    let _ = (mean(bytes.half(), bucket_s, |_| bucket), settlement::BUCKET_S);
}

fn vaults(bytes: &mut Bytes<'_>) {
    let mandate = Mandate {
        delta_min_bps: bytes.quarter(),
        delta_max_bps: bytes.quarter(),
        distance_bps: bytes.quarter(),
        discount_bps: bytes.quarter(),
        open_interest_bps: bytes.quarter(),
        width_bps: bytes.quarter(),
        management_bps: bytes.quarter(),
        performance_bps: bytes.quarter(),
        escrow_multiple: bytes.quarter(),
        cover_bps: bytes.quarter(),
        vol_min: VolE9(bytes.word()),
        auction_s: bytes.half(),
        epoch_s: bytes.half(),
        deposit_min: bytes.word(),
        capacity: bytes.word(),
    };
    let scale = bytes.scale();
    let unit = Unit { lots_per_unit: scale.lots_per_unit, base_unit_atoms: scale.base_unit_atoms };
    let kind = VaultKind::from_byte(bytes.byte() & 3).unwrap_or(VaultKind::CoveredCall);
    let _ = (mandate.check(kind, bytes.half()), mandate.expiry_fits(bytes.time(), bytes.time()));
    assert!(!mandate.loosened_by(&mandate));
    let svi = Svi {
        a_e9: bytes.signed(),
        b_e9: bytes.signed(),
        rho_e9: bytes.signed(),
        m_e9: bytes.signed(),
        sigma_e9: bytes.signed(),
    };
    let average = RunningAverage::NOT_BEGUN;
    let expiry = Expiry { forward: bytes.price(), seconds: bytes.signed(), svi, reference_s: bytes.word(), average };
    let sight = Sight { expiry: &expiry, time_scale: bytes.half() };
    let offer = sight.offer(kind, &mandate, &[bytes.price(), bytes.price()]);
    let made = Offer { strike: bytes.price(), hedge: bytes.price(), reserve: bytes.price(), escrow: bytes.price() };
    let offer = offer.unwrap_or(made);
    let _ = offered_lots_floor(kind, bytes.word(), &offer, unit, bytes.word());
    let _ = (cover_ceil(kind, bytes.word(), offer.strike, offer.hedge, unit), bond_ceil(bytes.word()));
    let offered = bytes.word();
    let mut book = [(); 4].map(|()| Entry { lots: bytes.word(), price: bytes.price() });
    let clearing = clear(&mut book, offered, offer.reserve);
    for entry in &book {
        assert!(clearing.fill_lots_floor(entry) <= entry.lots);
        let _ = clearing.fill(entry, bytes.word(), scale.lots_per_unit);
    }
    let _ = (escrow_ceil(offer.escrow, bytes.word(), scale.lots_per_unit), bid_lots_min(offered));
    let holdings = VaultHoldings {
        base_atoms: bytes.word(),
        quote_atoms: bytes.word(),
        shares: bytes.word(),
        high_water_e12: bytes.word(),
    };
    let queue = Queue { deposit_atoms: bytes.word(), withdraw_shares: bytes.word() };
    let price = if bytes.byte() & 1 == 0 { None } else { Some(bytes.price()) };
    if let Ok(turned) = turn(&holdings, &queue, (&mandate, unit, kind.holds_base()), price, bytes.word()) {
        assert!(turned.base_atoms <= holdings.base_atoms && turned.quote_atoms <= holdings.quote_atoms);
    }
}

fn feeds(bytes: &mut Bytes<'_>, data: &[u8]) {
    let (now, slot) = (bytes.time(), Slot(bytes.word()));
    let moment = Moment { now, slot };
    let kind = bytes.byte() & 3;
    if let Ok((pin, found)) = sample(kind, data) {
        assert!(pin.kind == kind && pin.check(&pin).is_ok());
        let _ = found.normalise();
    }
    let made = Sample {
        price: (i128::from(bytes.signed()) << 64) >> (bytes.byte() & 127),
        decimals: bytes.half().cast_signed(),
        half_width_hundredths: (u128::from(bytes.word()) << 64) >> (bytes.byte() & 127),
        published: bytes.time(),
        slot: Slot(bytes.word()),
    };
    let _ = (made.normalise(), made.check_order(bytes.time(), moment));
    let _ = Quote { price: bytes.price(), half_width: bytes.price() }.fresh(bytes.time(), Slot(bytes.word()), moment);
    let severity = Severity::from_byte(bytes.byte());
    for purpose in Purpose::ALL {
        let _ = reliance(severity, purpose);
    }
    let _ = mark::forward_floor(bytes.price(), bytes.signed(), bytes.signed());
    let _ = Pin::kind_of(&abi::ids::PYTH_RECEIVER);
}

fn quote(bytes: &mut Bytes<'_>) -> Quote {
    Quote { price: bytes.price(), half_width: bytes.price() }
}

/// A refresh of a feed in any state, by any readings, and one that follows it.
fn refreshes(bytes: &mut Bytes<'_>, data: &[u8]) {
    let bucket_s = bytes.half();
    let moment = Moment { now: bytes.time(), slot: Slot(bytes.word()) };
    let mut held = Held { quote: quote(bytes), published: bytes.time(), slot: Slot(bytes.word()) };
    let (before, pin) = (held, Pin { kind: bytes.byte() & 3, feed_id: [0; 32], scope: [0; 32] });
    if held.observe(&pin, data, moment).is_err() {
        assert_eq!(held, before);
    }
    let mut state = State {
        severity: Severity::from_byte(bytes.byte() & 3),
        flags: bytes.byte(),
        accepted: bytes.byte(),
        quote: quote(bytes),
        refreshed: bytes.time(),
        refreshed_slot: Slot(bytes.word()),
        checked: bytes.time(),
        checked_slot: Slot(bytes.word()),
        sampled: bytes.price(),
        average: bytes.price(),
        averaged: bytes.time(),
        stable: bytes.price(),
        variance: Variance::default(),
        normal_since: bytes.time(),
        normal_samples: bytes.half(),
    };
    for _ in 0..2 {
        let moment = Moment { now: bytes.time(), slot: Slot(bytes.word()) };
        let readings: [Reading; SOURCES] = core::array::from_fn(|_| match bytes.byte() & 3 {
            0 => Err(Refusal::Absent),
            1 => Ok(Fresh { quote: quote(bytes), tier: Tier::Margin }),
            _ => Ok(Fresh { quote: quote(bytes), tier: Tier::NewRisk }),
        });
        let average = state.average_at(moment.now, bucket_s);
        let found: Aggregate = aggregate(&readings, average, bytes.byte());
        let rests = found.accepted > 0 && found.flags & flag::CONTESTED == 0;
        assert!(usize::from(found.accepted) <= SOURCES && found.price.is_some() == rests);
        let _ = is_far(bytes.price(), bytes.price());
        state.stand(moment.now, bucket_s);
        state.take(&found, moment, bytes.byte() & 1 == 0, bucket_s);
        let _ = (state.standing(), Standing::is_fresh(&standing(bytes), moment.now, bucket_s));
    }
    let mean = bytes.word();
    state.variance.advance(bytes.half(), |number| (number & 1 == 0).then_some(mean));
}

fn fit(bytes: &mut Bytes<'_>) -> Fit {
    let mut any = || if bytes.byte() & 1 == 0 { bytes.signed() } else { bytes.signed() % 1_000_000_000 };
    let svi = Svi { a_e9: any(), b_e9: any(), rho_e9: any(), m_e9: any(), sigma_e9: any() };
    Fit { svi, reference_s: bytes.word(), rate_e9: bytes.signed() }
}

fn standing(bytes: &mut Bytes<'_>) -> Standing {
    Standing { fit: fit(bytes), posted: bytes.time() }
}

fn surfaces(bytes: &mut Bytes<'_>) {
    let strikes = [bytes.price(), bytes.price(), bytes.price()];
    let (now, mut fit) = (bytes.time(), fit(bytes));
    // One in two is for the time that there is, so that the later checks are reached.
    let near = bytes.byte() & 1 == 0;
    let expiry = if near { UnixSeconds(now.0.saturating_add(604_800)) } else { bytes.time() };
    if near {
        fit = Fit { reference_s: 604_800, rate_e9: fit.rate_e9 % 400_000_000, ..fit };
    }
    let mut other = || (bytes.byte() & 1 == 0).then(|| standing(bytes));
    let (previous, earlier, later) = (other(), other(), other());
    let setting = Setting {
        now,
        expiry,
        bucket_s: bytes.half(),
        spot: bytes.price(),
        strikes: strikes.get(..usize::from(bytes.byte() & 3)).unwrap_or(&strikes),
        previous,
        earlier,
        later,
        move_bps: bytes.quarter(),
        realised: (bytes.word(), bytes.half()),
    };
    let _ = surface::check(&fit, &setting, (bytes.word(), bytes.word()));
    let average = RunningAverage::NOT_BEGUN;
    let expiry =
        Expiry { forward: bytes.price(), seconds: bytes.signed(), svi: fit.svi, reference_s: fit.reference_s, average };
    let _ = (mark::price_floor(&expiry, bytes.price(), bytes.kind()), mark::terms(&expiry, bytes.price()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(data in proptest::collection::vec(any::<u8>(), 0..700)) {
        let mut bytes = Bytes(data.iter());
        match bytes.byte() % 8 {
            0 => cash(&mut bytes),
            1 => positions(&mut bytes),
            2 => scenarios(&mut bytes),
            3 => settlements(&mut bytes),
            4 => vaults(&mut bytes),
            5 => refreshes(&mut bytes, &data),
            6 => surfaces(&mut bytes),
            _ => feeds(&mut bytes, &data),
        }
    }
}
