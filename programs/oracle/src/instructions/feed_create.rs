//! Creates a feed and pins its source for good.
#![allow(unused_variables, reason = "the derive hands instruction arguments to functions that do not all use them")]
use crate::events::FeedCreated;
use crate::source::sample_read;
use crate::state::{Config, Feed, Source, MIN_READER, VERSION};
use crate::{OracleError, TIME_DIVISOR};
use abi::config::CONFIG_SEED;
use abi::ids::{PYTH_RECEIVER, PYTH_RECEIVER_2};
use abi::oracle::{FEED_SEED, SOURCE_PYTH, SYMBOL_LEN};
use anchor_lang::prelude::*;
use risk::feed::{Limits, SEVERITY_DOWN};
use risk::settlement::BUCKET_S;

/// What a feed is created with.
pub struct FeedTerms {
    pub symbol: [u8; SYMBOL_LEN],
    pub source_owner: Address,
    pub source_address: Address,
    pub feed_id: [u8; 32],
    pub limits: Limits,
}

#[derive(Accounts)]
#[instruction(symbol: [u8; 16])]
pub struct FeedCreate {
    #[account(mut)]
    pub payer: Signer,
    #[account(address = config.authority @ OracleError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    /// Checked by the handler against the arguments.
    pub source: UncheckedAccount,
    #[account(init, payer = payer, seeds = [FEED_SEED, &symbol], bump)]
    pub feed: Account<Feed>,
    pub system_program: Program<System>,
}

impl FeedCreate {
    /// Authority: the config's authority.
    /// Effects: creates the feed of `symbol`, without a price and down until its first refresh.
    /// Errors: `NotAuthority`, `SymbolInvalid`, `MaxAgeOutOfRange`, `MaxConfidenceOutOfRange`, `SourceOwnerUnsupported` and each
    /// `Source...` error: a source that is not readable now is not pinned.
    fn validate(&self, terms: &FeedTerms) -> Result<Source> {
        require!(symbol_is_valid(&terms.symbol), OracleError::SymbolInvalid);
        terms.limits.check().map_err(OracleError::from)?;
        let owner = terms.source_owner.to_bytes();
        require!(owner == PYTH_RECEIVER || owner == PYTH_RECEIVER_2, OracleError::SourceOwnerUnsupported);
        let source = Source {
            kind: SOURCE_PYTH,
            refusal: 0,
            weight_bps: 0.into(),
            reserved: [0; 4],
            owner: terms.source_owner,
            address: terms.source_address,
            feed_id: terms.feed_id,
            scope: [0; 32],
            published_unix_s: 0.into(),
            published_slot: 0.into(),
            price_e6: 0.into(),
            half_width_e6: 0.into(),
        };
        // Only the identity counts here: a price that is old or wide today says nothing about the feed.
        sample_read(&source, self.source.account())?;
        Ok(source)
    }

    pub fn feed_create(&mut self, terms: &FeedTerms, bumps: &FeedCreateBumps) -> Result<()> {
        let source = self.validate(terms)?;
        let feed = &mut self.feed;
        feed.version = VERSION;
        feed.min_reader = MIN_READER;
        feed.bump = bumps.feed;
        feed.severity = SEVERITY_DOWN;
        feed.bucket_s = BUCKET_S.checked_div(TIME_DIVISOR).unwrap_or(BUCKET_S).max(1).into();
        feed.symbol = terms.symbol;
        feed.source_count = 1;
        feed.min_sources = 1;
        feed.sources = [source, Source::default(), Source::default()];
        let (slot, unix_s) = shared::now()?;
        let seq = feed.seq_next()?;
        emit!(FeedCreated {
            slot,
            unix_s,
            seq,
            feed: *self.feed.address(),
            symbol: terms.symbol,
            source: source.address
        });
        Ok(())
    }
}

/// One to sixteen printable bytes, then zeros only, so that no two symbols look alike.
fn symbol_is_valid(symbol: &[u8; SYMBOL_LEN]) -> bool {
    let mut bytes = symbol.iter();
    let printable = bytes.by_ref().take_while(|byte| **byte != 0);
    let mut named = false;
    for byte in printable {
        if !matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'/') {
            return false;
        }
        named = true;
    }
    named && bytes.all(|byte| *byte == 0)
}
