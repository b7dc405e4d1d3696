use super::plan::{Step, Waiting, step};
use abi::margin::Expiry;
use abi::oracle::Surface;
use abi::vault::{EPOCH_AUCTION, EPOCH_LIVE, EPOCH_OPEN, EPOCH_SETTLED, Epoch, Vault};
use bytemuck::Zeroable;
use services::market::Listed;
use solana_pubkey::Pubkey;

const NOW: i64 = 1_000_000;
const EPOCH_S: i64 = 604_800;

fn vault() -> Vault {
    let mut vault = Vault::zeroed();
    vault.shares = 1_000.into();
    vault.opened_unix_s = (NOW - 60).into();
    vault.mandate.epoch_s = 604_800.into();
    vault
}

fn epoch(state: u8) -> Epoch {
    let mut epoch = Epoch::zeroed();
    epoch.state = state;
    epoch
}

fn listed(after_s: i64, posted_ago_s: i64) -> Listed {
    let (mut expiry, mut surface) = (Expiry::zeroed(), Surface::zeroed());
    expiry.expiry_unix_s = (NOW + after_s).into();
    surface.posted_unix_s = (NOW - posted_ago_s).into();
    Listed { address: Pubkey::default(), expiry, surface: Some(surface) }
}

fn due(vault: &Vault, epoch: &Epoch, listed: &[Listed]) -> Step {
    step(&Waiting { vault, epoch, is_flat: true, opens: true, listed, bucket_s: 60, now_unix_s: NOW })
}

#[test]
fn step_of_an_open_epoch_is_an_auction_with_the_expiry_nearest_to_the_mandates_length() {
    let open = epoch(EPOCH_OPEN);
    let there =
        [listed(EPOCH_S / 4, 0), listed(EPOCH_S * 3 / 4, 0), listed(EPOCH_S * 8 / 7, 0), listed(EPOCH_S * 3, 0)];
    assert_eq!(due(&vault(), &open, &there), Step::Open(NOW + EPOCH_S * 8 / 7));
    assert_eq!(due(&vault(), &open, &there[..1]), Step::Wait, "too near");
    assert_eq!(due(&vault(), &open, &there[3..]), Step::Wait, "too far");
    let stale = [listed(EPOCH_S, 20 * 60 + 1)];
    assert_eq!(due(&vault(), &open, &stale), Step::Wait, "a stale surface");
    let mut settled = listed(EPOCH_S, 0);
    settled.expiry.state = 1;
    assert_eq!(due(&vault(), &open, &[settled]), Step::Wait);
    let braked = Waiting {
        vault: &vault(),
        epoch: &open,
        is_flat: true,
        opens: false,
        listed: &there,
        bucket_s: 60,
        now_unix_s: NOW,
    };
    assert_eq!(step(&braked), Step::Wait, "the level allows no auction");
}

#[test]
fn step_of_an_open_epoch_is_a_turn_only_for_somebody_who_waits() {
    let (mut young, mut open) = (vault(), epoch(EPOCH_OPEN));
    young.shares = 0.into();
    assert_eq!(due(&young, &open, &[]), Step::Wait, "nothing is there to turn for");
    open.deposit_atoms = 1.into();
    assert_eq!(due(&young, &open, &[]), Step::Turn);
    let mut old = vault();
    assert_eq!(due(&old, &open, &[]), Step::Wait, "the epoch is young");
    old.opened_unix_s = (NOW - EPOCH_S).into();
    assert_eq!(due(&old, &open, &[]), Step::OpenOrTurn(None));
    assert_eq!(due(&old, &open, &[listed(EPOCH_S, 0)]), Step::OpenOrTurn(Some(NOW + EPOCH_S)));
    open.deposit_atoms = 0.into();
    assert_eq!(due(&old, &open, &[]), Step::Wait, "nobody waits");
    open.withdraw_shares = 1.into();
    assert_eq!(due(&old, &open, &[]), Step::OpenOrTurn(None));
}

#[test]
fn step_of_an_auction_is_its_clearing_once_the_reveals_are_over() {
    let mut auction = epoch(EPOCH_AUCTION);
    auction.reveal_ends_unix_s = (NOW + 1).into();
    assert_eq!(due(&vault(), &auction, &[]), Step::Wait);
    auction.reveal_ends_unix_s = NOW.into();
    assert_eq!(due(&vault(), &auction, &[]), Step::Clear);
}

#[test]
fn step_of_a_live_epoch_settles_bids_then_turns_once_all_that_was_sold_has_settled() {
    let mut live = epoch(EPOCH_LIVE);
    live.bids_unsettled = 1;
    assert_eq!(due(&vault(), &live, &[]), Step::SettleBids);
    live.bids_unsettled = 0;
    assert_eq!(due(&vault(), &live, &[]), Step::Turn, "nothing was sold");
    live.sold_lots = 5.into();
    live.expiry_unix_s = (NOW + 1).into();
    assert_eq!(due(&vault(), &live, &[]), Step::Wait);
    live.expiry_unix_s = NOW.into();
    assert_eq!(due(&vault(), &live, &[]), Step::Turn);
    let vault = vault();
    let held = Waiting {
        vault: &vault,
        epoch: &live,
        is_flat: false,
        opens: true,
        listed: &[],
        bucket_s: 60,
        now_unix_s: NOW,
    };
    assert_eq!(step(&held), Step::Wait, "its account has yet to settle");
    assert_eq!(due(&vault, &epoch(EPOCH_SETTLED), &[]), Step::Wait);
}
