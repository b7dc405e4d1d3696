use super::*;
use bytemuck::Zeroable;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;

fn sources(account: i64, insurance: i64, fund: i64, event_cap: i64, balances: i64) -> Sources {
    Sources {
        account: QuoteAtoms(account),
        insurance: QuoteAtoms(insurance),
        fund: Fund {
            balance: QuoteAtoms(fund),
            event_cap: QuoteAtoms(event_cap),
            window_cap: QuoteAtoms(event_cap * 2),
            window_paid: QuoteAtoms(0),
            window_unix_s: NOW,
        },
        balances: QuoteAtoms(balances),
    }
}

#[test]
fn each_source_waits_for_the_one_before() {
    let sources = sources(10, 20, 100, 30, 50);
    let of = |loss| {
        let split = split(QuoteAtoms(loss), &sources, NOW).unwrap();
        [split.account.0, split.insurance.0, split.fund.0, split.haircut.0, split.uncovered.0]
    };
    assert_eq!(of(0), [0, 0, 0, 0, 0]);
    assert_eq!(of(10), [10, 0, 0, 0, 0]);
    assert_eq!(of(25), [10, 15, 0, 0, 0]);
    assert_eq!(of(60), [10, 20, 30, 0, 0]);
    assert_eq!(of(100), [10, 20, 30, 40, 0]);
    assert_eq!(of(200), [10, 20, 30, 50, 90]);
}

#[test]
fn the_funds_window_ends_after_a_day() {
    let mut sources = sources(0, 0, 100, 30, 0);
    sources.fund.window_paid = QuoteAtoms(50);
    assert_eq!(split(QuoteAtoms(100), &sources, NOW).unwrap().fund, QuoteAtoms(10));
    assert_eq!(split(QuoteAtoms(100), &sources, NOW + FUND_WINDOW_S - 1).unwrap().fund, QuoteAtoms(10));
    assert_eq!(split(QuoteAtoms(100), &sources, NOW + FUND_WINDOW_S).unwrap().fund, QuoteAtoms(30));
}

#[test]
fn an_index_falls_with_the_haircut_and_balances_with_it() {
    let index = index_after_floor(INDEX_ONE_E18, QuoteAtoms(1_000), QuoteAtoms(250)).unwrap();
    assert_eq!(index, INDEX_ONE_E18 / 4 * 3);
    assert_eq!(balance_at_floor(QuoteAtoms(401), INDEX_ONE_E18, index), Ok(QuoteAtoms(300)));
    assert_eq!(balance_at_floor(QuoteAtoms(-401), INDEX_ONE_E18, index), Ok(QuoteAtoms(-401)));
    assert_eq!(balance_at_floor(QuoteAtoms(1), index, INDEX_ONE_E18), Err(WaterfallError::IndexRose));
    assert_eq!(index_after_floor(0, QuoteAtoms(1), QuoteAtoms(1)), Err(WaterfallError::IndexOutOfRange));
    assert_eq!(index_after_floor(1, QuoteAtoms(1), QuoteAtoms(2)), Err(WaterfallError::AmountNegative));
    assert_eq!(index_after_floor(7, QuoteAtoms(0), QuoteAtoms(0)), Ok(7));
    assert_eq!(split(QuoteAtoms(-1), &sources(0, 0, 0, 0, 0), NOW), Err(WaterfallError::AmountNegative));
}

#[test]
fn a_haircut_stops_at_the_least_index() {
    let cuttable =
        Cuttable { index_e18: INDEX_ONE_E18, stored: QuoteAtoms(1_000_000), due: QuoteAtoms(0), accounts: 2 };
    let all = cuttable.haircut(QuoteAtoms(i64::MAX)).unwrap();
    assert!(all.index_e18 >= INDEX_MIN_E18 && all.raised < QuoteAtoms(1_000_000), "{all:?}");
    assert_eq!(cuttable.haircut(QuoteAtoms(0)), Ok(Haircut { index_e18: INDEX_ONE_E18, raised: QuoteAtoms(0) }));
    assert_eq!(cuttable.haircut(QuoteAtoms(-1)), Err(WaterfallError::AmountNegative));
    let nothing = Cuttable { stored: QuoteAtoms(3), due: QuoteAtoms(7), ..cuttable };
    assert_eq!(nothing.haircut(QuoteAtoms(5)).unwrap().raised, QuoteAtoms(0));
    assert_eq!(Cuttable { index_e18: 0, ..cuttable }.haircut(QuoteAtoms(5)), Err(WaterfallError::IndexOutOfRange));
}

/// Balances as a market keeps them: each with the index it was written at.
struct Balances {
    held: Vec<(i64, u64)>,
    index_e18: u64,
    due: i64,
    /// Collected beyond what was due.
    excess: i64,
}

impl Balances {
    fn touch(&mut self, at: usize) {
        let (balance, from) = self.held[at];
        let after = balance_at_floor(QuoteAtoms(balance), from, self.index_e18).unwrap().0;
        let paid = (balance - after).min(self.due);
        self.due -= paid;
        self.excess += balance - after - paid;
        self.held[at] = (after, self.index_e18);
    }

    fn cut(&mut self, wanted: i64) {
        let cuttable = Cuttable {
            index_e18: self.index_e18,
            stored: QuoteAtoms(self.held.iter().map(|(balance, _)| balance).sum()),
            due: QuoteAtoms(self.due),
            accounts: self.held.len() as u64,
        };
        let haircut = cuttable.haircut(QuoteAtoms(wanted)).unwrap();
        assert!(haircut.index_e18 <= self.index_e18 && haircut.raised.0 <= wanted);
        self.index_e18 = haircut.index_e18;
        self.due += haircut.raised.0;
    }
}

fn amount() -> impl Strategy<Value = i64> {
    (0_u32..62, 0_i64..i64::MAX).prop_map(|(shift, value)| value >> shift)
}

proptest! {
    /// INVARIANT(M-8): however many haircuts overlap, and in whatever order accounts are brought up to date, everything raised is collected,
    /// and what is collected beyond it is dust.
    #[test]
    fn haircuts_collect_what_they_raise(
        held in prop::collection::vec(0_i64..1 << 48, 1..20),
        steps in prop::collection::vec((any::<bool>(), 0_usize..20, 0_i64..1 << 40, 0_i64..1 << 30), 1..40),
    ) {
        let held: Vec<_> = held.into_iter().map(|balance| (balance, INDEX_ONE_E18)).collect();
        let mut balances = Balances { held, index_e18: INDEX_ONE_E18, due: 0, excess: 0 };
        let cuts = i64::try_from(steps.iter().filter(|step| step.0).count()).unwrap();
        for (cut, at, wanted, income) in steps {
            let at = at % balances.held.len();
            if cut {
                balances.cut(wanted);
            } else {
                balances.touch(at);
                balances.held[at].0 += income;
            }
        }
        (0..balances.held.len()).for_each(|at| balances.touch(at));
        prop_assert_eq!(balances.due, 0);
        prop_assert!(balances.excess <= 1_000 * cuts + 20, "{}", balances.excess);
    }

    /// INVARIANT(M-8): strict order, nothing lost.
    #[test]
    fn a_loss_is_conserved_and_falls_in_strict_order(
        loss in amount(), account in amount(), insurance in amount(), fund in amount(), cap in 0_i64..i64::MAX / 2, balances in amount(),
    ) {
        let sources = sources(account, insurance, fund, cap, balances);
        let split = split(QuoteAtoms(loss), &sources, NOW).unwrap();
        let parts = [
            (split.account.0, account),
            (split.insurance.0, insurance),
            (split.fund.0, fund.min(cap)),
            (split.haircut.0, balances),
            (split.uncovered.0, i64::MAX),
        ];
        prop_assert_eq!(parts.iter().map(|part| i128::from(part.0)).sum::<i128>(), i128::from(loss));
        for (index, (taken, available)) in parts.iter().enumerate() {
            prop_assert!(*taken >= 0 && taken <= available);
            if *taken < *available {
                prop_assert!(parts[index + 1..].iter().all(|later| later.0 == 0));
            }
        }
    }

    #[test]
    fn balances_fall_by_at_least_the_haircut(
        parts in proptest::collection::vec(0_i64..1 << 50, 1..20), share in 0_u64..=1_000_000, index in 1..=INDEX_ONE_E18,
    ) {
        let whole: i64 = parts.iter().sum();
        let haircut = i64::try_from(u128::from(whole.unsigned_abs()) * u128::from(share) / 1_000_000).unwrap();
        let after = index_after_floor(index, QuoteAtoms(whole), QuoteAtoms(haircut)).unwrap();
        prop_assert!(after <= index);
        let left: i64 = parts.iter().map(|part| balance_at_floor(QuoteAtoms(*part), index, after).unwrap().0).sum();
        prop_assert!(left <= whole - haircut);
    }

    #[test]
    fn arbitrary_losses_never_panic(a: i64, b: i64, c: i64, d: i64, now: i64, index: u64, other: u64) {
        let fund = Fund {
            balance: QuoteAtoms(a),
            event_cap: QuoteAtoms(b),
            window_cap: QuoteAtoms(c),
            window_paid: QuoteAtoms(d),
            window_unix_s: a,
        };
        let sources = Sources { account: QuoteAtoms(b), insurance: QuoteAtoms(c), fund, balances: QuoteAtoms(d) };
        let _ = split(QuoteAtoms(a), &sources, now);
        let _ = index_after_floor(index, QuoteAtoms(a), QuoteAtoms(b));
        let _ = balance_at_floor(QuoteAtoms(a), index, other);
    }
}

/// What is segregated is what it was at any index; everything else is what its index leaves of it.
#[test]
fn a_segregated_balance_has_no_part_in_haircuts() {
    let market = Market { index_lost_e18: 250_000_000_000_000_000.into(), ..Zeroable::zeroed() };
    let held = |segregated: u8, quote: i64| {
        let account = MarginAccount { segregated, quote_atoms: quote.into(), ..Zeroable::zeroed() };
        quote_now_floor(&account, &market).unwrap().0
    };
    assert_eq!([held(0, 1_001), held(1, 1_001), held(0, -5), held(1, 0)], [750, 1_001, -5, 0]);
}
