//! Arbitrary bytes through every public function of this crate that its own suites do not already feed with anything: nothing panics, and
//! what answers by a reason has one.
#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

use proptest::prelude::*;
use risk::feed::{Moment, Pin, Purpose, Quote, Sample, Severity, reliance, sample};
use risk::fill::{FillTerms, fill_cash, long_lots, reduces};
use risk::payoff::{Book, Kind, Position};
use risk::portfolio::MarginParams;
use risk::reduce::{Change, premium_fits, reduces_without_repricing, strictly_reduces};
use risk::scenario::{Node, Shocks, stale_minutes};
use risk::settlement::{Bucket, Credit, credits, mean, settle};
use risk::standard::{Holdings, Scale, initial_margin, maintenance_margin, top, value_floor, within_bounds};
use risk::vault::{Bid, Mandate, Share, offered_lots_floor};
use risk::{fees, listing, settlement, surface};
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms, Slot, UnixSeconds};

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
    if let Some(cash) = fill_cash(&terms) {
        let _ = cash.checked_add(&cash);
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
        assert_eq!(book.push(position).is_none(), full);
    }
    let holdings = Holdings { quote: QuoteAtoms(bytes.signed()), base: BaseAtoms(bytes.word()), book: &book };
    let _ = (initial_margin(&holdings, spot, scale), maintenance_margin(&holdings, spot, scale));
    let _ = (value_floor(&holdings, bytes.price(), scale), top(spot, bytes.word()));
    if let Some(strikes) = listing::strikes(spot, bytes.price()) {
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
        strike_distance_bps: bytes.quarter(),
        reserve_premium_bps: bytes.quarter(),
        auction_s: bytes.half(),
        epoch_s: bytes.half(),
        min_deposit: BaseAtoms(bytes.word()),
        capacity: BaseAtoms(bytes.word()),
    };
    let (spot, scale) = (bytes.price(), bytes.scale());
    let _ = (mandate.check(bytes.half()), mandate.strike(spot, [bytes.price(), bytes.price()]));
    let _ = (mandate.reserve_price_ceil(spot), mandate.expiry_fits(bytes.time(), bytes.time()));
    let _ = offered_lots_floor(BaseAtoms(bytes.word()), scale.lots_per_unit, scale.base_unit_atoms);
    let (bid, other) =
        (Bid { price: bytes.price(), lots: bytes.word() }, Bid { price: bytes.price(), lots: bytes.word() });
    let offered = bytes.word();
    assert!(!(bid.beats(&other, offered) && other.beats(&bid, offered)));
    let _ = (bid.escrow_ceil(scale.lots_per_unit), bid.fill(QuoteAtoms(bytes.signed()), offered, scale.lots_per_unit));
    let share = Share { base: BaseAtoms(bytes.word()), quote_atoms: bytes.word() };
    if let Some(part) = share.part_floor(BaseAtoms(bytes.word()), BaseAtoms(bytes.word())) {
        assert!(part.base <= share.base && part.quote_atoms <= share.quote_atoms);
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
    let _ = surface::forward_floor(bytes.price(), bytes.signed(), bytes.word());
    let _ = Pin::kind_of(&abi::ids::PYTH_RECEIVER);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(data in proptest::collection::vec(any::<u8>(), 0..700)) {
        let mut bytes = Bytes(data.iter());
        match bytes.byte() % 6 {
            0 => cash(&mut bytes),
            1 => positions(&mut bytes),
            2 => scenarios(&mut bytes),
            3 => settlements(&mut bytes),
            4 => vaults(&mut bytes),
            _ => feeds(&mut bytes, &data),
        }
    }
}
