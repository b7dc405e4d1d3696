//! Creates a feed and pins its sources.
#![allow(unused_variables, reason = "the derive hands instruction arguments to functions that do not all use them")]
use crate::events::FeedCreated;
use crate::guard::{listing_require, BRAKE};
use crate::state::{Config, Feed, Source, MIN_READER, VERSION};
use crate::{OracleError, MIN_SOURCES, TIME_DIVISOR};
use abi::config::CONFIG_SEED;
use abi::oracle::{FEED_SEED, SOURCES, SYMBOL_LEN};
use anchor_lang::prelude::*;
use risk::feed::{Moment, Severity};
use risk::settlement::BUCKET_S;
use units::{Slot, UnixSeconds};

/// What a feed is created with.
pub struct FeedTerms<'a> {
    pub symbol: [u8; SYMBOL_LEN],
    pub min_sources: u8,
    /// What each source account must say it is the feed of, in the order of the accounts.
    pub feed_ids: &'a [[u8; 32]],
}

#[derive(Accounts)]
#[instruction(symbol: [u8; 16])]
pub struct FeedCreate {
    #[account(mut)]
    pub payer: Signer,
    #[account(address = config.authority @ OracleError::NotAuthority)]
    pub authority: Signer,
    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(address = BRAKE @ OracleError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(init, payer = payer, seeds = [FEED_SEED, &symbol], bump)]
    pub feed: Account<Feed>,
    pub system_program: Program<System>,
}

impl FeedCreate {
    /// Authority: the config's authority. Then one to three source accounts.
    /// Effects: creates the feed of `symbol`, without a price and down until its first refresh.
    /// Errors: `NotAuthority`, `LevelForbids`, `SymbolInvalid`, `SourceCountOutOfRange`, `SourceIdsMismatch`, `MinSourcesOutOfRange`,
    /// `SourceDoubled`, and why a source is not usable now: what cannot be read today is not pinned.
    fn validate(&self, terms: &FeedTerms, accounts: &[AccountView], moment: Moment) -> Result<[Source; SOURCES]> {
        listing_require(self.brake.account(), moment.now.0)?;
        require!(symbol_is_valid(&terms.symbol), OracleError::SymbolInvalid);
        require!((1..=SOURCES).contains(&accounts.len()), OracleError::SourceCountOutOfRange);
        require!(accounts.len() == terms.feed_ids.len(), OracleError::SourceIdsMismatch);
        let min_sources = usize::from(terms.min_sources);
        require!((usize::from(MIN_SOURCES)..=accounts.len()).contains(&min_sources), OracleError::MinSourcesOutOfRange);
        let mut sources = [Source::default(); SOURCES];
        for (((at, account), feed_id), source) in accounts.iter().enumerate().zip(terms.feed_ids).zip(&mut sources) {
            let doubled = accounts.iter().take(at).any(|other| other.address() == account.address());
            require!(!doubled, OracleError::SourceDoubled);
            *source = Source::pinned(account, *feed_id, moment)?;
        }
        Ok(sources)
    }

    pub fn feed_create(&mut self, terms: &FeedTerms, accounts: &[AccountView], bumps: &FeedCreateBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let sources = self.validate(terms, accounts, Moment { now: UnixSeconds(unix_s), slot: Slot(slot) })?;
        self.config.root_opened()?;
        let feed = &mut *self.feed;
        feed.version = VERSION;
        feed.min_reader = MIN_READER;
        feed.bump = bumps.feed;
        feed.severity = Severity::Down.byte();
        feed.bucket_s = BUCKET_S.checked_div(TIME_DIVISOR).unwrap_or(BUCKET_S).max(1).into();
        feed.symbol = terms.symbol;
        feed.source_count = u8::try_from(accounts.len()).map_err(|_| OracleError::SourceCountOutOfRange)?;
        feed.min_sources = terms.min_sources;
        feed.sources = sources;
        let seq = feed.seq_next()?;
        emit!(FeedCreated {
            slot,
            unix_s,
            seq,
            feed: *self.feed.address(),
            symbol: terms.symbol,
            min_sources: terms.min_sources,
            sources: sources.map(|source| source.address),
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
