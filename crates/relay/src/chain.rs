//! Watches the cluster: its slot, the accounts that have quotes here, and how much of each quote is filled.

use crate::QuoteId;
use crate::book::{Book, Change, Gone};
use crate::relay::{Maker, Relay};
use abi::Address;
use abi::margin::QuoteState;
use client::addresses;
use services::{Account, Backoff, Pulse, RpcError, Stop};
use sha2::{Digest, Sha256};
use solana_pubkey::Pubkey;
use std::sync::Arc;
use std::time::Duration;

/// Fill states looked at in one round: four requests.
const STATES: usize = 400;
const RETRY_MOST: Duration = Duration::from_secs(10);

/// Looks again and again until the stop.
pub async fn watch(relay: Arc<Relay>, pulse: Pulse, stop: Stop) {
    let mut backoff = Backoff::new(relay.config.poll(), RETRY_MOST);
    let mut after = None;
    loop {
        let wait = match look(&relay, &mut after).await {
            Ok(()) => {
                backoff.succeeded();
                pulse.good();
                relay.config.poll()
            }
            Err(error) => {
                metrics::counter!("relay_rpc_failures_total").increment(1);
                if backoff.failures() == 0 {
                    tracing::warn!(%error, "the cluster cannot be seen");
                }
                pulse.bad(&error);
                backoff.failed()
            }
        };
        if !stop.sleep(wait).await {
            return;
        }
    }
}

/// One round.
async fn look(relay: &Relay, after: &mut Option<QuoteId>) -> Result<(), RpcError> {
    relay.slot_reach(relay.rpc.slot().await?);
    let accounts = relay.accounts();
    let keys: Vec<_> = accounts.iter().map(|account| Pubkey::from(*account)).collect();
    for (address, account) in accounts.iter().zip(relay.rpc.accounts(&keys).await?) {
        let maker = account.as_ref().and_then(Maker::read);
        relay.account_remember(*address, maker);
        relay.update(|book| account_apply(book, *address, maker));
    }
    let ids = relay.ids_after(*after, STATES);
    *after = ids.last().copied();
    let keys: Vec<_> = ids.iter().map(|id| addresses::quote_state(&id.account.into(), id.nonce)).collect();
    for (id, account) in ids.iter().zip(relay.rpc.accounts(&keys).await?) {
        let Some(account) = account else { continue };
        relay.update(|book| state_apply(book, id, &account));
    }
    Ok(())
}

/// What an account says of its quotes.
pub fn account_apply(book: &mut Book, address: Address, maker: Option<Maker>) -> Vec<Change> {
    let Some(maker) = maker else { return book.makers_keep(address, Gone::AccountGone, |_| false) };
    let mut changes = book.floor_raise(address, maker.nonce_floor);
    changes.extend(book.makers_keep(address, Gone::Unauthorised, |key| maker.may_trade(key)));
    changes
}

/// What a quote's fill state says of it.
fn state_apply(book: &mut Book, id: &QuoteId, account: &Account) -> Vec<Change> {
    let owner = account.owner.to_bytes();
    let Ok(state) = abi::read::<QuoteState>(&owner, &abi::ids::MARGIN, &account.data) else { return vec![] };
    let Some(entry) = book.get(id) else { return vec![] };
    let digest: [u8; 32] = Sha256::digest(&entry.signed.message).into();
    let change = if state.digest == digest {
        book.fill(id, state.filled_packages.get())
    } else {
        book.remove(id, Gone::NonceUsed)
    };
    change.into_iter().collect()
}
