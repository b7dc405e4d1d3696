//! A series whose longs are tokens, for the suites of the instructions on it.
use crate::fixture::*;
use abi::ids;
use abi::margin::Wrapped;
use client::{WithRemaining, addresses, breaker, margin};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use testkit::{Actor, SOL, Token, USDC};

/// A wrapped series, open.
#[derive(Clone, Copy)]
pub struct Series {
    pub expiry: Pubkey,
    pub wrapped: Pubkey,
    pub mint: Pubkey,
    pub strike_e6: u64,
    pub kind: u8,
}

impl Series {
    /// Opens `strike_e6` and `kind` of the desk's first expiry.
    pub fn new(desk: &mut Desk, strike_e6: u64, kind: u8) -> Self {
        let series = Self::unopened(desk.expiry, strike_e6, kind);
        let open = series.open(desk);
        desk.world.ok(&[open], &[]);
        desk.wrapped.push(series.wrapped);
        series
    }

    pub fn unopened(expiry: Pubkey, strike_e6: u64, kind: u8) -> Self {
        let wrapped = addresses::wrapped(&expiry, strike_e6, kind);
        Self { expiry, wrapped, mint: addresses::wrapped_mint(&wrapped), strike_e6, kind }
    }

    pub fn open(&self, desk: &Desk) -> Instruction {
        let accounts = margin::WrappedOpen {
            payer: desk.world.payer(),
            market: desk.protocol.market,
            expiry: self.expiry,
            wrapped: self.wrapped,
            mint: self.mint,
        };
        accounts.instruction(margin::WrappedOpenArgs { strike_e6: self.strike_e6, kind: self.kind })
    }

    /// An account of the series' token.
    pub fn holder(&self, desk: &mut Desk, owner: &Pubkey) -> Pubkey {
        Token::account_2022(&mut desk.world, &self.mint, owner, "wrapped")
    }

    pub fn wrap(&self, desk: &mut Desk, actor: &Actor, destination: Pubkey, lots: u64) -> Instruction {
        let accounts = margin::PositionWrap {
            owner: actor.key(),
            market: desk.protocol.market,
            account: actor.account,
            wrapped: self.wrapped,
            mint: self.mint,
            destination,
            custody: desk.protocol.custody,
            feed: desk.protocol.feed,
        };
        accounts.instruction(margin::PositionWrapArgs { lots }).with_remaining(desk.reads())
    }

    pub fn unwrap(&self, desk: &mut Desk, actor: &Actor, source: Pubkey, lots: u64) -> Instruction {
        let accounts = margin::PositionUnwrap {
            owner: actor.key(),
            market: desk.protocol.market,
            account: actor.account,
            wrapped: self.wrapped,
            mint: self.mint,
            source,
            feed: desk.protocol.feed,
        };
        accounts.instruction(margin::PositionUnwrapArgs { lots }).with_remaining(desk.reads())
    }

    pub fn redeem(&self, desk: &Desk, holder: &Actor, source: Pubkey, lots: u64) -> Instruction {
        let protocol = &desk.protocol;
        let accounts = margin::WrappedRedeem {
            holder: holder.key(),
            market: protocol.market,
            expiry: self.expiry,
            wrapped: self.wrapped,
            wrapped_mint: self.mint,
            source,
            custody: protocol.custody,
            mint: protocol.quote.mint,
            tokens: protocol.quote_tokens,
            destination: holder.quote_tokens,
            payer: holder.key(),
            ticket: addresses::ticket(&protocol.quote_tokens, 1),
            breaker_program: breaker::ID,
        };
        accounts.instruction(margin::WrappedRedeemArgs { lots, ticket_id: 1 })
    }

    pub fn close(&self, desk: &Desk) -> Instruction {
        let accounts = margin::WrappedClose {
            payer: desk.world.payer(),
            market: desk.protocol.market,
            expiry: self.expiry,
            wrapped: self.wrapped,
            mint: self.mint,
        };
        accounts.instruction()
    }

    pub fn state(&self, desk: &mut Desk) -> Wrapped {
        desk.world.read(ids::MARGIN, &self.wrapped)
    }
}

/// A desk whose taker has bought 10 calls at the money from the maker and made `lots` of them tokens, with the account that holds them.
pub fn holding(lots: u64) -> (Desk, Series, Pubkey) {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let series = Series::new(&mut desk, SPOT, abi::margin::KIND_CALL);
    let owner = desk.taker.key();
    let tokens = series.holder(&mut desk, &owner);
    if lots > 0 {
        let taker = taker_of(&desk);
        let wrap = series.wrap(&mut desk, &taker, tokens, lots);
        desk.world.ok(&[wrap], &[&taker.keypair]);
        desk.check_books();
    }
    (desk, series, tokens)
}

/// The desk's taker, or maker, once more, to be named beside the desk.
pub fn taker_of(desk: &Desk) -> Actor {
    copy(&desk.taker)
}

pub fn maker_of(desk: &Desk) -> Actor {
    copy(&desk.maker)
}

fn copy(actor: &Actor) -> Actor {
    Actor {
        keypair: actor.keypair.insecure_clone(),
        account: actor.account,
        base_tokens: actor.base_tokens,
        quote_tokens: actor.quote_tokens,
    }
}

/// Another owner's token account of the series, given `lots` by the taker in a plain Token-2022 transfer.
pub fn give(desk: &mut Desk, series: &Series, from: Pubkey, owner: &Pubkey, lots: u64) -> Pubkey {
    let to = series.holder(desk, owner);
    let taker = taker_of(desk);
    let metas =
        [AccountMeta::new(from, false), AccountMeta::new(to, false), AccountMeta::new_readonly(taker.key(), true)];
    let data = [[3].as_slice(), &lots.to_le_bytes()].concat();
    let transfer = Instruction { program_id: ids::TOKEN_2022.into(), accounts: metas.to_vec(), data };
    desk.world.ok(&[transfer], &[&taker.keypair]);
    to
}

/// Whole quote units as atoms with a sign.
pub fn usdc(units: i64) -> i64 {
    units * i64::try_from(USDC).unwrap()
}

/// What a wallet of the desk holds of the quote token.
pub fn wallet(desk: &mut Desk, actor: &Actor) -> u64 {
    Token::balance(&mut desk.world, &actor.quote_tokens)
}

/// Enough base for any short here.
pub const COVER: u64 = 5 * SOL;
