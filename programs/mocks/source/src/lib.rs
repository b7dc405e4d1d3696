//! A mock, for local networks and tests only: it is loaded *at the addresses of the programs that own price accounts* (Pyth's two
//! receivers, Switchboard on-demand, Chainlink's store), so that source accounts have their real owners, lengths and layouts and the
//! oracle reads them exactly as it reads the real ones. The real programs write a price after they have verified reports; this one
//! writes whatever the account's writer signs. No Bastion program knows that it exists.
//!
//! A client creates an account with the system program (owner: one of those addresses; length: the real one), then moves it with the
//! only instruction:
//!
//! | bytes | meaning |
//! |---|---|
//! | 0 | `0` = write; `1` = write, then stamp the cluster's time and slot where the layout has those of the publication |
//! | 1..3 | offset in the account, u16 little endian |
//! | 3.. | the bytes to store there |
//!
//! Accounts: 0 `[writable]` the source account; 1 `[signer]` its writer, named where the real layout names one:
//!
//! | kind | account | writer |
//! |---|---|---|
//! | Pyth | `PriceUpdateV2`, 134 bytes | `write_authority`, 8..40 |
//! | Switchboard | `PullFeedAccountData`, 3,208 bytes | `authority`, 2056..2088 |
//! | Chainlink | a feed of its store, 248 bytes | `writer`, 74..106 |
//!
//! A fresh account, all zero there, takes its first write from any signer.
#![no_std]

use core::ops::Range;
use pinocchio::{
    error::ProgramError,
    sysvars::{clock::Clock, Sysvar},
    AccountView, Address, ProgramResult,
};

// At these addresses it would be a forger: it exists on chain only in a build that says what it is for.
#[cfg(all(target_os = "solana", not(feature = "localnet")))]
compile_error!("mock_source is for local networks: build it with the feature `localnet`");

/// The one instruction, without and with a stamp. The real programs stamp too; only this one can be told not to.
pub const WRITE: u8 = 0;
pub const WRITE_STAMPED: u8 = 1;

/// Whose accounts a deployment of this program holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Pyth,
    Switchboard,
    Chainlink,
}

impl Kind {
    /// The kind whose program has this address.
    pub fn of_program(program_id: &[u8; 32]) -> Option<Self> {
        match *program_id {
            abi::ids::PYTH_RECEIVER | abi::ids::PYTH_RECEIVER_2 => Some(Self::Pyth),
            abi::ids::SWITCHBOARD => Some(Self::Switchboard),
            abi::ids::CHAINLINK => Some(Self::Chainlink),
            _ => None,
        }
    }

    /// Where its layout has the publication's time, and where its slots.
    const fn stamp_fields(self) -> (Range<usize>, &'static [usize]) {
        match self {
            Self::Pyth => (93..101, &[125]),
            Self::Switchboard => (2_216..2_224, &[2_368, 2_376]),
            Self::Chainlink => (208..212, &[200]),
        }
    }

    /// Where its layout names the writer.
    pub const fn writer_field(self) -> Range<usize> {
        match self {
            Self::Pyth => 8..40,
            Self::Switchboard => 2_056..2_088,
            Self::Chainlink => 74..106,
        }
    }
}

/// Custom error codes, 9900 and up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum MockSourceError {
    /// The instruction is not `0` or `1`, offset, bytes, with at least one byte to store.
    InstructionMalformed = 9900,
    /// Two accounts are needed: the source account and its writer.
    AccountsMissing = 9901,
    /// The source account is not owned by this program.
    AccountNotOwned = 9902,
    /// The source account was not passed as writable.
    AccountNotWritable = 9903,
    /// The writer did not sign.
    WriterNotSigner = 9904,
    /// The signer is not the writer that the account names.
    WriterMismatch = 9905,
    /// Offset plus length passes the end of the account.
    WriteOutOfBounds = 9906,
    /// The program does not run at the address of a source's program.
    ProgramAddressUnknown = 9907,
}

impl From<MockSourceError> for ProgramError {
    fn from(error: MockSourceError) -> Self {
        Self::Custom(error as u32)
    }
}

/// Checks the accounts and stores the bytes.
pub fn process_instruction(program_id: &Address, accounts: &mut [AccountView], instruction: &[u8]) -> ProgramResult {
    let [source, writer, ..] = accounts else {
        return Err(MockSourceError::AccountsMissing.into());
    };
    if !source.owned_by(program_id) {
        return Err(MockSourceError::AccountNotOwned.into());
    }
    if !source.is_writable() {
        return Err(MockSourceError::AccountNotWritable.into());
    }
    if !writer.is_signer() {
        return Err(MockSourceError::WriterNotSigner.into());
    }
    let kind = Kind::of_program(program_id.as_array()).ok_or(MockSourceError::ProgramAddressUnknown)?;
    let write = Write::parse(instruction)?;
    let mut data = source.try_borrow_mut()?;
    write.apply(kind, writer.address().as_array(), &mut data)?;
    if write.stamped {
        let clock = Clock::get()?;
        Stamp { slot: clock.slot, unix_s: clock.unix_timestamp }.apply(kind, &mut data)?;
    }
    Ok(())
}

/// The moment of a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub slot: u64,
    pub unix_s: i64,
}

impl Stamp {
    /// Stores the moment where the layout has it.
    pub fn apply(&self, kind: Kind, account: &mut [u8]) -> Result<(), MockSourceError> {
        let (time, slots) = kind.stamp_fields();
        // Little endian: where the layout's field is shorter, the low bytes.
        let unix_s = self.unix_s.to_le_bytes();
        let field = account.get_mut(time).ok_or(MockSourceError::WriteOutOfBounds)?;
        field.copy_from_slice(unix_s.get(..field.len()).ok_or(MockSourceError::WriteOutOfBounds)?);
        for at in slots {
            let field = account.get_mut(*at..).and_then(|rest| rest.first_chunk_mut::<8>());
            *field.ok_or(MockSourceError::WriteOutOfBounds)? = self.slot.to_le_bytes();
        }
        Ok(())
    }
}

/// Bytes to store at an offset of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write<'a> {
    pub stamped: bool,
    pub offset: usize,
    pub bytes: &'a [u8],
}

impl<'a> Write<'a> {
    /// The write that an instruction asks for.
    pub fn parse(instruction: &'a [u8]) -> Result<Self, MockSourceError> {
        match instruction {
            [tag @ (WRITE | WRITE_STAMPED), low, high, bytes @ ..] if !bytes.is_empty() => {
                let offset = usize::from(u16::from_le_bytes([*low, *high]));
                Ok(Self { stamped: *tag == WRITE_STAMPED, offset, bytes })
            }
            _ => Err(MockSourceError::InstructionMalformed),
        }
    }

    /// Stores the bytes if `writer` may write the account; otherwise changes nothing.
    pub fn apply(&self, kind: Kind, writer: &[u8; 32], account: &mut [u8]) -> Result<(), MockSourceError> {
        let named = account.get(kind.writer_field()).ok_or(MockSourceError::WriteOutOfBounds)?;
        let fresh = named.iter().all(|byte| *byte == 0);
        if !fresh && named != writer {
            return Err(MockSourceError::WriterMismatch);
        }
        let end = self.offset.checked_add(self.bytes.len()).ok_or(MockSourceError::WriteOutOfBounds)?;
        account.get_mut(self.offset..end).ok_or(MockSourceError::WriteOutOfBounds)?.copy_from_slice(self.bytes);
        Ok(())
    }
}

#[cfg(not(feature = "no-entrypoint"))]
mod entrypoint {
    #[cfg(target_os = "solana")]
    pinocchio::program_entrypoint!(crate::process_instruction, 2);
    pinocchio::no_allocator!();
    // On the host this links std, whose handler serves the unit tests.
    pinocchio::nostd_panic_handler!();
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const WRITER: [u8; 32] = [7; 32];
    /// Each kind with the length of its accounts.
    const KINDS: [(Kind, usize); 3] = [(Kind::Pyth, 134), (Kind::Switchboard, 3_208), (Kind::Chainlink, 248)];

    fn owned_by_writer(kind: Kind) -> [u8; 3_208] {
        let mut account = [0; 3_208];
        account[kind.writer_field()].copy_from_slice(&WRITER);
        account
    }

    #[test]
    fn write_parse_returns_offset_and_bytes() {
        assert_eq!(Write::parse(&[0, 0x49, 0x01, 5, 6]), Ok(Write { stamped: false, offset: 0x0149, bytes: &[5, 6] }));
    }

    #[test]
    fn write_parse_of_unknown_or_empty_instruction_fails_instruction_malformed() {
        for instruction in [&[][..], &[2, 0, 0, 5], &[0, 0], &[1, 0, 0]] {
            assert_eq!(Write::parse(instruction), Err(MockSourceError::InstructionMalformed));
        }
    }

    #[test]
    fn write_apply_to_fresh_account_takes_any_signer() {
        for (kind, len) in KINDS {
            let mut account = [0; 3_208];
            let bytes = owned_by_writer(kind);
            assert_eq!(
                Write { stamped: false, offset: 0, bytes: &bytes[..len] }.apply(kind, &WRITER, &mut account[..len]),
                Ok(())
            );
            assert_eq!(account, bytes);
        }
    }

    #[test]
    fn write_apply_by_another_signer_fails_writer_mismatch() {
        for (kind, len) in KINDS {
            let mut account = owned_by_writer(kind);
            let write = Write { stamped: false, offset: len - 4, bytes: &[1; 4] };
            assert_eq!(write.apply(kind, &[8; 32], &mut account[..len]), Err(MockSourceError::WriterMismatch));
            assert_eq!(account, owned_by_writer(kind));
        }
    }

    #[test]
    fn write_apply_past_the_end_fails_write_out_of_bounds() {
        for (kind, len) in KINDS {
            let mut account = owned_by_writer(kind);
            let mut apply =
                |offset| Write { stamped: false, offset, bytes: &[1; 5] }.apply(kind, &WRITER, &mut account[..len]);
            assert_eq!(apply(len - 4), Err(MockSourceError::WriteOutOfBounds));
            assert_eq!(apply(len - 5), Ok(()));
            assert_eq!(account[len - 6..len], [0, 1, 1, 1, 1, 1]);
        }
    }

    #[test]
    fn write_apply_to_account_without_writer_field_fails_write_out_of_bounds() {
        for (kind, _) in KINDS {
            let short = kind.writer_field().end - 1;
            let write = Write { stamped: false, offset: 0, bytes: &[1] };
            assert_eq!(write.apply(kind, &WRITER, &mut [0; 3_208][..short]), Err(MockSourceError::WriteOutOfBounds));
        }
    }

    #[test]
    fn stamp_stands_where_the_parsers_read_it() {
        let stamp = Stamp { slot: 0x0102_0304_0506_0708, unix_s: 1_800_000_001 };
        let mut account = abi::pyth::price_update_bytes(&abi::pyth::PriceUpdate {
            write_authority: WRITER,
            feed_id: [1; 32],
            price: 2,
            confidence: 3,
            exponent: -8,
            published_unix_s: 4,
            previous_published_unix_s: 5,
            ema_price: 6,
            ema_confidence: 7,
            posted_slot: 8,
        });
        assert_eq!(stamp.apply(Kind::Pyth, &mut account), Ok(()));
        let update = abi::pyth::price_update(&account).unwrap();
        assert_eq!((update.published_unix_s, update.posted_slot), (stamp.unix_s, stamp.slot));
        assert_eq!((update.exponent, update.previous_published_unix_s, update.ema_confidence), (-8, 5, 7));

        let mut account = abi::switchboard::pull_feed_bytes(&abi::switchboard::PullFeed {
            queue: [1; 32],
            feed_hash: [2; 32],
            updated_unix_s: 3,
            value: 4,
            deviation: 5,
            range: 6,
            samples: 7,
            slot: 8,
            min_slot: 9,
            max_staleness_slots: 10,
        });
        assert_eq!(stamp.apply(Kind::Switchboard, &mut account), Ok(()));
        let feed = abi::switchboard::pull_feed(&account).unwrap();
        assert_eq!((feed.updated_unix_s, feed.slot, feed.min_slot), (stamp.unix_s, stamp.slot, stamp.slot));
        assert_eq!((feed.samples, feed.max_staleness_slots), (7, 10));

        let round =
            abi::chainlink::Round { description: [1; 32], decimals: 8, slot: 2, timestamp_unix_s: 3, answer: 4 };
        let mut account = abi::chainlink::round_bytes(&round);
        assert_eq!(stamp.apply(Kind::Chainlink, &mut account), Ok(()));
        let round = abi::chainlink::round(&account).unwrap();
        assert_eq!((round.timestamp_unix_s, round.slot, round.answer), (1_800_000_001, stamp.slot, 4));
    }

    #[test]
    fn kind_of_any_other_program_is_none() {
        assert_eq!(Kind::of_program(&abi::ids::PYTH_RECEIVER_2), Some(Kind::Pyth));
        assert_eq!(Kind::of_program(&abi::ids::SWITCHBOARD), Some(Kind::Switchboard));
        assert_eq!(Kind::of_program(&abi::ids::CHAINLINK), Some(Kind::Chainlink));
        assert_eq!(Kind::of_program(&abi::ids::ORACLE), None);
    }
}
