use super::*;
use crate::chain::account_apply;
use crate::quote::tests::{Terms, leg};
use crate::relay::Maker;
use proptest::prelude::*;
use std::sync::LazyLock;

const LIMITS: BookLimits = BookLimits { quotes: 24, maker_quotes: 10 };

/// Signing is slow, so the properties draw from quotes signed once: two keys, two accounts, eight nonces, two messages each.
static QUOTES: LazyLock<Vec<Signed>> = LazyLock::new(|| {
    let mut quotes = vec![];
    for maker in [1, 2] {
        for account in [1, 2] {
            for nonce in 1..=8 {
                for strike in [100, 200] {
                    let legs = vec![leg(strike)];
                    let expiry_slot = 10 * nonce + u64::from(account) + strike / 100;
                    quotes.push(Terms { maker, account, nonce, expiry_slot, legs, ..Terms::default() }.signed());
                }
            }
        }
    }
    quotes
});

#[derive(Clone, Debug)]
enum Step {
    Add(usize),
    Expire(u64),
    Floor { account: u8, floor: u64 },
    Fill { quote: usize, packages: u64 },
    Revoke { account: u8, key: usize },
    Close { account: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..QUOTES.len()).prop_map(Step::Add),
        1 => (0u64..100).prop_map(Step::Expire),
        1 => (1u8..=2, 0u64..10).prop_map(|(account, floor)| Step::Floor { account, floor }),
        2 => (0..QUOTES.len(), 0u64..12).prop_map(|(quote, packages)| Step::Fill { quote, packages }),
        1 => (1u8..=2, 0..QUOTES.len()).prop_map(|(account, key)| Step::Revoke { account, key }),
        1 => (1u8..=2).prop_map(|account| Step::Close { account }),
    ];
    prop::collection::vec(step, 0..120)
}

/// The same book in the plainest words: a list.
#[derive(Default)]
struct Plain(Vec<(Signed, u64)>);

impl Plain {
    fn drop_if(&mut self, goes: impl Fn(&Signed) -> bool) {
        self.0.retain(|(signed, _)| !goes(signed));
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Add(at) => {
                let quote = &QUOTES[*at];
                let of_maker = self.0.iter().filter(|(signed, _)| signed.maker == quote.maker).count();
                let taken = self.0.iter().any(|(signed, _)| signed.id() == quote.id());
                if !taken && self.0.len() < 24 && of_maker < 10 {
                    self.0.push((quote.clone(), 0));
                }
            }
            Step::Expire(slot) => self.drop_if(|signed| signed.expiry_slot() < *slot),
            Step::Floor { account, floor } => {
                self.drop_if(|signed| signed.id().account == [*account; 32] && signed.id().nonce < *floor);
            }
            Step::Fill { quote, packages } => {
                let id = QUOTES[*quote].id();
                for (signed, filled) in &mut self.0 {
                    if signed.id() == id {
                        *filled = *packages;
                    }
                }
                self.0.retain(|(signed, filled)| *filled < signed.header.max_packages.get());
            }
            Step::Revoke { account, key } => {
                let kept = QUOTES[*key].maker;
                self.drop_if(|signed| signed.id().account == [*account; 32] && signed.maker != kept);
            }
            Step::Close { account } => self.drop_if(|signed| signed.id().account == [*account; 32]),
        }
    }
}

fn apply(book: &mut Book, step: &Step) -> Vec<Change> {
    match step {
        Step::Add(at) => book.add(QUOTES[*at].clone()).ok().flatten().into_iter().collect(),
        Step::Expire(slot) => book.expire(*slot),
        Step::Floor { account, floor } => book.floor_raise([*account; 32], *floor),
        Step::Fill { quote, packages } => book.fill(&QUOTES[*quote].id(), *packages).into_iter().collect(),
        Step::Revoke { account, key } => {
            let kept = QUOTES[*key].maker;
            let maker = Maker { market: [3; 32], owner: kept, delegate: None, nonce_floor: 0 };
            account_apply(book, [*account; 32], Some(maker))
        }
        Step::Close { account } => account_apply(book, [*account; 32], None),
    }
}

proptest! {
    /// After every step the book holds what a plain list holds, its indexes agree, and whoever applies the changes it returned to what it
    /// held before has what it holds now.
    #[test]
    fn book_is_a_list_whatever_happens(steps in steps()) {
        let (mut book, mut plain, mut heard) = (Book::new(LIMITS), Plain::default(), BTreeMap::new());
        for step in &steps {
            for change in apply(&mut book, step) {
                match change {
                    Change::Added(signed) => prop_assert!(heard.insert(signed.id(), 0).is_none()),
                    Change::Filled { id, filled_packages, .. } => prop_assert!(heard.insert(id, filled_packages).is_some()),
                    Change::Gone { id, .. } => prop_assert!(heard.remove(&id).is_some()),
                }
            }
            plain.apply(step);
            let held: BTreeMap<_, _> = book.entries().map(|(id, entry)| (*id, entry.filled_packages)).collect();
            let listed: BTreeMap<_, _> = plain.0.iter().map(|(signed, filled)| (signed.id(), *filled)).collect();
            prop_assert_eq!(&held, &listed);
            prop_assert_eq!(&held, &heard);
            prop_assert!(book.is_consistent());
        }
    }

    /// Rounds of `ids_after` come to every quote, whatever their size.
    #[test]
    fn book_ids_after_comes_round(adds in prop::collection::vec(0..QUOTES.len(), 0..40), count in 1usize..12) {
        let mut book = Book::new(LIMITS);
        for at in adds {
            let _ = book.add(QUOTES[at].clone());
        }
        let (mut seen, mut after) = (BTreeSet::new(), None);
        for _ in 0..=book.len() / count {
            let ids = book.ids_after(after, count);
            prop_assert_eq!(ids.len(), count.min(book.len()));
            after = ids.last().copied();
            seen.extend(ids);
        }
        prop_assert_eq!(seen.len(), book.len());
    }
}

#[test]
fn book_add_says_which_bound_it_met() {
    let mut book = Book::new(BookLimits { quotes: 3, maker_quotes: 2 });
    let quote = |maker, nonce, packages| Terms { maker, nonce, packages, ..Terms::default() }.signed();
    assert!(matches!(book.add(quote(1, 1, 5)), Ok(Some(Change::Added(_)))));
    assert_eq!(book.add(quote(1, 1, 5)), Ok(None), "the same again");
    assert_eq!(book.add(quote(1, 1, 6)), Err(Refusal::NonceTaken(1)));
    assert!(book.add(quote(1, 2, 5)).is_ok());
    assert_eq!(book.add(quote(1, 3, 5)), Err(Refusal::MakerFull(2)));
    assert!(book.add(quote(2, 4, 5)).is_ok());
    assert_eq!(book.add(quote(2, 5, 5)), Err(Refusal::RelayFull(3)));
    assert_eq!(book.expire(1_000), [], "in its last slot a quote still fills");
    assert_eq!(book.expire(1_001).len(), 3);
}
