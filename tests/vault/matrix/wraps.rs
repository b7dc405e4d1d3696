//! Longs that become tokens, from the mint to the last claim.
use super::{Case, Refusal, fill, stage};
use crate::fixture::{ALICE, DAVE, SPOT_E6, Stage};
use abi::margin::KIND_CALL;
use abi::quote::SIDE_SELL;
use client::{WithRemaining, addresses, breaker, margin};
use policy::Action;
use risk::listing::KEPT_S;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use testkit::{Token, USDC};

/// Dave's calls at the money, and what they are as tokens.
struct Wrap {
    stage: Stage,
    wrapped: Pubkey,
    mint: Pubkey,
    wallet: Pubkey,
}

impl Wrap {
    /// Dave is long; nothing is wrapped.
    fn new() -> Self {
        let mut stage = stage();
        let sale = fill(&mut stage, SIDE_SELL, 1);
        stage.world.ok(&sale, &[&stage.actors[DAVE].keypair]);
        let wrapped = addresses::wrapped(&stage.expiry, SPOT_E6, KIND_CALL);
        Self { stage, wrapped, mint: addresses::wrapped_mint(&wrapped), wallet: Pubkey::default() }
    }

    fn open(&self) -> Instruction {
        let &Self { wrapped, mint, ref stage, .. } = self;
        let (market, expiry) = (stage.protocol.market, stage.expiry);
        let accounts = margin::WrappedOpen { payer: stage.world.payer(), market, expiry, wrapped, mint };
        accounts.instruction(margin::WrappedOpenArgs { strike_e6: SPOT_E6, kind: KIND_CALL })
    }

    /// The mint, and a wallet of Dave's for it.
    fn opened() -> Self {
        let mut wrap = Self::new();
        let (open, dave) = (wrap.open(), wrap.stage.actors[DAVE].key());
        wrap.stage.world.ok(&[open], &[]);
        wrap.wallet = Token::account_2022(&mut wrap.stage.world, &wrap.mint, &dave, "wrapped");
        wrap
    }

    fn wrap(&self, lots: u64) -> Instruction {
        let (protocol, dave) = (&self.stage.protocol, &self.stage.actors[DAVE]);
        let accounts = margin::PositionWrap {
            owner: dave.key(),
            market: protocol.market,
            account: dave.account,
            wrapped: self.wrapped,
            mint: self.mint,
            destination: self.wallet,
            custody: protocol.custody,
            feed: protocol.feed,
        };
        accounts.instruction(margin::PositionWrapArgs { lots }).with_remaining(self.expiry())
    }

    fn unwrap(&self, lots: u64) -> Instruction {
        let (protocol, dave) = (&self.stage.protocol, &self.stage.actors[DAVE]);
        let accounts = margin::PositionUnwrap {
            owner: dave.key(),
            market: protocol.market,
            account: dave.account,
            wrapped: self.wrapped,
            mint: self.mint,
            source: self.wallet,
            feed: protocol.feed,
        };
        accounts.instruction(margin::PositionUnwrapArgs { lots }).with_remaining(self.expiry())
    }

    fn expiry(&self) -> [AccountMeta; 1] {
        [AccountMeta::new(self.stage.expiry, false)]
    }

    /// Two lots behind tokens.
    fn wrapped() -> Self {
        let mut wrap = Self::opened();
        let call = wrap.wrap(2);
        wrap.stage.world.ok(&[call], &[&wrap.stage.actors[DAVE].keypair]);
        wrap
    }

    /// They settled in the money.
    fn settled() -> Self {
        let mut wrap = Self::wrapped();
        wrap.stage.expire(SPOT_E6 + 20 * USDC);
        wrap
    }

    fn redeem(&self, lots: u64) -> Instruction {
        let (protocol, dave) = (&self.stage.protocol, &self.stage.actors[DAVE]);
        let accounts = margin::WrappedRedeem {
            holder: dave.key(),
            market: protocol.market,
            expiry: self.stage.expiry,
            wrapped: self.wrapped,
            wrapped_mint: self.mint,
            source: self.wallet,
            custody: protocol.custody,
            mint: protocol.quote.mint,
            tokens: protocol.quote_tokens,
            destination: dave.quote_tokens,
            payer: dave.key(),
            ticket: addresses::ticket(&protocol.quote_tokens, 9),
            breaker_program: breaker::ID,
        };
        accounts.instruction(margin::WrappedRedeemArgs { lots, ticket_id: 9 })
    }

    fn close(&self) -> Instruction {
        let &Self { wrapped, mint, ref stage, .. } = self;
        let (market, expiry) = (stage.protocol.market, stage.expiry);
        margin::WrappedClose { payer: stage.world.payer(), market, expiry, wrapped, mint }.instruction()
    }
}

pub fn cases(cases: &mut Vec<Case>) {
    let case = |name, action, wrap: Wrap, call| Case::new(name, action, Refusal::Margin, wrap.stage, call);
    let wrap = Wrap::new();
    let open = wrap.open();
    // The protocol's level alone is asked: a mint carries no risk of its market.
    cases.push(case("wrapped_open", Action::Listing, wrap, open).of_protocol());
    let wrap = Wrap::opened();
    let call = wrap.wrap(2);
    cases.push(case("position_wrap", Action::NewRisk, wrap, call).signed(DAVE));
    let wrap = Wrap::wrapped();
    let call = wrap.unwrap(1);
    cases.push(case("position_unwrap", Action::ReduceRisk, wrap, call).signed(DAVE));
    let wrap = Wrap::settled();
    let call = wrap.redeem(1);
    cases.push(case("wrapped_redeem", Action::Settle, wrap, call).signed(DAVE).paying_out());
    let mut wrap = Wrap::settled();
    let all = wrap.redeem(2);
    wrap.stage.world.ok(&[all], &[&wrap.stage.actors[DAVE].keypair]);
    let call = wrap.close();
    cases.push(case("wrapped_close", Action::Settle, wrap, call));
    expiries(cases);
    tickets(cases);
}

/// An expiry that nobody held anything in, and fees of one that somebody did.
fn expiries(cases: &mut Vec<Case>) {
    let mut over = stage();
    over.expire(SPOT_E6);
    over.world.advance_s(KEPT_S);
    let (market, expiry) = (over.protocol.market, over.expiry);
    let close = margin::ExpiryClose { payer: over.world.payer(), market, expiry }.instruction();
    cases.push(Case::new("expiry_close", Action::Settle, Refusal::Margin, over, close));

    let earned = Wrap::new().stage;
    let (protocol, authority) = (&earned.protocol, solana_signer::Signer::pubkey(&earned.deployer));
    let accounts = margin::FeesSweep {
        authority,
        config: addresses::config(&margin::ID),
        market: protocol.market,
        custody: protocol.custody,
        mint: protocol.quote.mint,
        tokens: protocol.quote_tokens,
        destination: earned.actors[ALICE].quote_tokens,
        payer: authority,
        ticket: addresses::ticket(&protocol.quote_tokens, 9),
        breaker_program: breaker::ID,
    };
    let sweep = accounts.instruction(margin::FeesSweepArgs { amount: 1, ticket_id: 9 });
    let case = Case::new("fees_sweep", Action::Withdraw, Refusal::Margin, earned, sweep);
    cases.push(case.by_deployer().paying_out());
}

/// What waits is taken back where it could leave at once, and not where it would be queued.
fn tickets(cases: &mut Vec<Case>) {
    let mut waiting = stage();
    let custody = waiting.protocol.custody;
    super::market_level_set(&mut waiting.world, &custody, policy::Level::Frozen);
    let (protocol, alice) = (&waiting.protocol, &waiting.actors[ALICE]);
    let withdraw = protocol.withdraw(alice, protocol.base.mint, 1_000);
    waiting.world.ok(&[withdraw], &[&waiting.actors[ALICE].keypair]);
    super::market_level_set(&mut waiting.world, &custody, policy::Level::Normal);
    waiting.world.advance_s(4 * policy::DAY_S);
    let (protocol, alice) = (&waiting.protocol, &waiting.actors[ALICE]);
    let accounts = margin::TicketCancel {
        owner: alice.key(),
        market: protocol.market,
        account: alice.account,
        custody,
        ticket: addresses::ticket(&protocol.base_tokens, 1),
        payer: alice.key(),
        breaker_program: breaker::ID,
    };
    let cancel = accounts.instruction();
    let case = Case::new("ticket_cancel", Action::Withdraw, Refusal::Margin, waiting, cancel);
    cases.push(case.signed(ALICE).at_once());
}
