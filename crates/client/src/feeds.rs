//! Instructions of the oracle whose source accounts follow the named ones.

use crate::oracle::{FeedCreate, FeedCreateArgs, FeedRefresh};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

/// `feed_refresh` over all of the feed's sources, in the feed's order.
pub fn feed_refresh(feed: Pubkey, sources: impl IntoIterator<Item = Pubkey>) -> Instruction {
    with_sources(FeedRefresh { feed }.instruction(), sources)
}

/// `feed_create` that pins `sources`, each with the feed id its account must carry.
pub fn feed_create(
    accounts: &FeedCreate,
    symbol: [u8; abi::oracle::SYMBOL_LEN],
    min_sources: u8,
    sources: impl IntoIterator<Item = (Pubkey, [u8; 32])>,
) -> Instruction {
    let (sources, feed_ids): (Vec<_>, Vec<_>) = sources.into_iter().unzip();
    with_sources(accounts.instruction(FeedCreateArgs { symbol, min_sources, feed_ids }), sources)
}

fn with_sources(mut instruction: Instruction, sources: impl IntoIterator<Item = Pubkey>) -> Instruction {
    instruction.accounts.extend(sources.into_iter().map(|source| AccountMeta::new_readonly(source, false)));
    instruction
}
