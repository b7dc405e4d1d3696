use super::{Feeds, SourceAccount, json, look, write};
use abi::{
    chainlink, ids,
    oracle::{Feed, SOURCE_CHAINLINK, SOURCE_PYTH, SOURCE_SWITCHBOARD, Source},
    pyth, switchboard,
};
use bytemuck::Zeroable;
use risk::feed::{Moment, Refusal, Severity};
use solana_pubkey::Pubkey;
use units::{PriceE6, Slot, UnixSeconds};

const NOW_S: i64 = 1_800_000_000;
const SLOT: u64 = 5_000;
const QUEUE: [u8; 32] = [4; 32];
const MOMENT: Moment = Moment { now: UnixSeconds(NOW_S), slot: Slot(SLOT) };
const PYTH_E6: u64 = 150_000_000;

fn source(kind: u8, owner: [u8; 32], scope: [u8; 32]) -> Source {
    Source { kind, owner, address: [kind; 32], feed_id: [kind; 32], scope, ..Source::zeroed() }
}

/// A feed of three sources whose average is 150.
fn feed() -> Feed {
    let decimals = std::array::from_fn(|at| if at == 0 { 8 } else { 0 });
    let mut feed = Feed {
        bucket_s: 60.into(),
        source_count: 3,
        min_sources: 2,
        price_e6: PYTH_E6.into(),
        ema_e6: PYTH_E6.into(),
        ema_unix_s: NOW_S.into(),
        refreshed_unix_s: (NOW_S - 2).into(),
        refreshed_slot: (SLOT - 5).into(),
        variance_1h_e12: 250_000_000_000.into(),
        sources: [
            source(SOURCE_PYTH, ids::PYTH_RECEIVER, [0; 32]),
            source(SOURCE_SWITCHBOARD, ids::SWITCHBOARD, QUEUE),
            source(SOURCE_CHAINLINK, ids::CHAINLINK, decimals),
        ],
        ..Feed::zeroed()
    };
    feed.symbol[..8].copy_from_slice(b"SOL/USDC");
    feed
}

/// The three accounts, published one, three and six seconds ago at 150, 150.15 and this Chainlink answer.
fn accounts(chainlink_e6: u64) -> [SourceAccount; 3] {
    let update = pyth::PriceUpdate {
        write_authority: [0; 32],
        feed_id: [SOURCE_PYTH; 32],
        price: 15_000_000_000,
        confidence: 5_000_000,
        exponent: -8,
        published_unix_s: NOW_S - 1,
        previous_published_unix_s: 0,
        ema_price: 0,
        ema_confidence: 0,
        posted_slot: SLOT - 2,
    };
    let pull = switchboard::PullFeed {
        queue: QUEUE,
        feed_hash: [SOURCE_SWITCHBOARD; 32],
        updated_unix_s: NOW_S - 3,
        value: 150_150_000_000_000_000_000,
        deviation: 100_000_000_000_000_000,
        range: 0,
        samples: 2,
        slot: SLOT - 7,
        min_slot: SLOT - 7,
        max_staleness_slots: 250,
    };
    let round = chainlink::Round {
        description: [SOURCE_CHAINLINK; 32],
        decimals: 8,
        slot: SLOT - 15,
        timestamp_unix_s: u32::try_from(NOW_S - 6).unwrap(),
        answer: i128::from(chainlink_e6) * 100,
    };
    [
        Some((ids::PYTH_RECEIVER.into(), pyth::price_update_bytes(&update).to_vec())),
        Some((ids::SWITCHBOARD.into(), switchboard::pull_feed_bytes(&pull).to_vec())),
        Some((ids::CHAINLINK.into(), chainlink::round_bytes(&round).to_vec())),
    ]
}

fn feeds(accounts: &[SourceAccount; 3]) -> Feeds {
    let feeds = vec![look(&Pubkey::new_from_array([8; 32]), &feed(), accounts, MOMENT)];
    Feeds { url: "http://127.0.0.1:8899".to_owned(), moment: MOMENT, feeds }
}

#[test]
fn look_of_three_that_agree_is_normal_and_every_source_has_weight() {
    let feeds = feeds(&accounts(149_900_000));
    let [look] = &feeds.feeds[..] else { panic!("one feed") };
    assert_eq!((look.found.severity, look.found.price.unwrap().price), (Severity::Normal, PriceE6(PYTH_E6)));
    assert!(look.sources.iter().all(|source| source.place.refusal.is_none() && source.place.weight_bps > 0));
    let text = write(&feeds).unwrap();
    assert!(text.contains("realised volatility 50.00 % (1 h)") && text.contains("2 of 3 sources needed"), "{text}");
    let row = text.lines().find(|line| line.contains("Switchboard")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells[2..9], ["3", "s", "7", "150.150000", "0.196000", "+0.10", "%"], "{row}");
}

#[test]
fn look_of_one_that_lies_shows_why_it_is_dropped() {
    let feeds = feeds(&accounts(300_000_000));
    let json = json(&feeds);
    let feed = &json["feeds"][0];
    let chainlink = &feed["sources"][2];
    assert_eq!((&feed["now"]["severity"], &feed["now"]["accepted"]), (&"normal".into(), &2.into()));
    assert_eq!(chainlink["refusal"], "Outlier");
    assert_eq!((&chainlink["age_s"], &chainlink["age_slots"]), (&6.into(), &15.into()));
    // 300 against 150.15, the upper of the two that agree.
    assert_eq!((&chainlink["weight_bps"], &chainlink["deviation_bps"]), (&0.into(), &9_980.into()));
    let text = write(&feeds).unwrap();
    let row = text.lines().find(|line| line.contains("Chainlink")).unwrap();
    assert!(row.ends_with("away from two that agree") && row.contains("+99.80 %"), "{row}");
}

#[test]
fn look_of_one_that_is_unsure_shows_how_wide_it_is() {
    let mut accounts = accounts(149_900_000);
    let (_, data) = accounts[0].as_mut().unwrap();
    // Pyth's confidence: 2.50 in its eight decimals, of which a half width is 2.12.
    data[81..89].copy_from_slice(&250_000_000_u64.to_le_bytes());
    let feeds = feeds(&accounts);
    let text = write(&feeds).unwrap();
    let row = text.lines().find(|line| line.contains("Pyth")).unwrap();
    assert!(row.contains("5.300000") && row.ends_with("wider than 2 % of the price"), "{row}");
}

#[test]
fn look_of_accounts_that_are_gone_or_foreign_falls_back_on_nothing() {
    let mut accounts = accounts(149_900_000);
    accounts[0] = None;
    accounts[1].as_mut().unwrap().0 = ids::CHAINLINK.into();
    let feeds = feeds(&accounts);
    let [look] = &feeds.feeds[..] else { panic!("one feed") };
    let refusals: Vec<_> = look.sources.iter().map(|source| source.place.refusal).collect();
    assert_eq!(refusals, [Some(Refusal::OwnerMismatch), Some(Refusal::OwnerMismatch), None]);
    assert_eq!(look.found.severity, Severity::Degraded);
    let text = write(&feeds).unwrap();
    let row = text.lines().find(|line| line.contains("Pyth")).unwrap();
    assert!(row.ends_with("no account of the pinned program") && row.contains(" - "), "{row}");
    assert!(text.contains("degraded (too few sources fit for new risk)"), "{text}");
}

#[test]
fn write_of_no_feed_says_so() {
    let none = Feeds { url: String::new(), moment: MOMENT, feeds: Vec::new() };
    assert!(write(&none).unwrap().contains("no feeds"));
}
