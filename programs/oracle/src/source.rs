//! Reading a feed's pinned source.
use crate::state::Source;
use crate::OracleError;
use anchor_lang::prelude::*;
use risk::feed::Sample;
use units::UnixSeconds;

/// The sample in `account`, if that is the pinned account, of the pinned program, fully verified and of the pinned feed.
///
/// INVARIANT(O-5): nothing but the pinned account reaches a feed.
pub fn sample_read(source: &Source, account: &AccountView) -> Result<Sample> {
    require!(*account.address() == source.address, OracleError::SourceAddressMismatch);
    require!(account.owned_by(&source.owner), OracleError::SourceOwnerMismatch);
    let data = account.try_borrow()?;
    let update = abi::pyth::price_update(&data).map_err(OracleError::from)?;
    require!(update.feed_id == source.feed_id, OracleError::SourceFeedIdMismatch);
    Ok(Sample {
        price: update.price,
        confidence: update.confidence,
        exponent: update.exponent,
        published: UnixSeconds(update.published_unix_s),
    })
}
