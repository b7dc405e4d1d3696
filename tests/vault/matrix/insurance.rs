//! The global fund: it is created as a market is, joined as by a deposit, and left as by a withdrawal.
use super::{Case, Refusal, stage};
use crate::fixture::{CAROL, Stage};
use client::{addresses, breaker, margin};
use policy::Action;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use testkit::USDC;

const NOTICE_S: i64 = 6 * 86_400;

/// Addresses of the fund, and of Carol's stake in it.
pub struct Pool {
    fund: Pubkey,
    mint: Pubkey,
    custody: Pubkey,
    tokens: Pubkey,
    stake: Pubkey,
}

impl Pool {
    pub fn of(stage: &Stage) -> Self {
        let mint = stage.protocol.quote.mint;
        let fund = addresses::fund(&mint);
        let (custody, tokens) = (addresses::custody(&fund), addresses::tokens(&fund, &mint));
        Self { fund, mint, custody, tokens, stake: addresses::stake(&fund, &stage.actors[CAROL].key()) }
    }

    pub fn create(&self, stage: &Stage) -> Instruction {
        let &Self { fund, mint, custody, tokens, .. } = self;
        let payer = stage.world.payer();
        margin::FundCreate { payer, mint, fund, custody, tokens, breaker_program: breaker::ID }.instruction()
    }

    pub fn join(&self, stage: &Stage) -> Instruction {
        let &Self { fund, mint, tokens, stake, .. } = self;
        let (carol, owner) = (&stage.actors[CAROL], stage.actors[CAROL].key());
        let accounts =
            margin::InsuranceStake { owner, payer: owner, fund, stake, mint, source: carol.quote_tokens, tokens };
        accounts.instruction(margin::InsuranceStakeArgs { amount: 100 * USDC })
    }

    pub const fn fund(&self) -> Pubkey {
        self.fund
    }

    /// `insurance_draw` for the liquidation of an account.
    pub fn draw(&self, stage: &Stage, account: Pubkey) -> Instruction {
        let &Self { fund, mint, custody, tokens, .. } = self;
        let accounts = margin::InsuranceDraw {
            payer: stage.world.payer(),
            market: stage.protocol.market,
            account,
            liquidation: addresses::liquidation(&account),
            fund,
            feed: stage.protocol.feed,
            mint,
            custody,
            tokens,
            destination: stage.protocol.quote_tokens,
            ticket: addresses::ticket(&tokens, 9),
            breaker_program: breaker::ID,
        };
        accounts.instruction(margin::InsuranceDrawArgs { ticket_id: 9 })
    }

    fn leave(&self, stage: &Stage) -> Instruction {
        let accounts =
            margin::InsuranceUnstake { owner: stage.actors[CAROL].key(), fund: self.fund, stake: self.stake };
        accounts.instruction(margin::InsuranceUnstakeArgs { shares: 40 * USDC })
    }

    fn claim(&self, stage: &Stage) -> Instruction {
        let &Self { fund, mint, custody, tokens, stake } = self;
        let (carol, owner) = (&stage.actors[CAROL], stage.actors[CAROL].key());
        let accounts = margin::InsuranceClaim {
            owner,
            fund,
            stake,
            mint,
            custody,
            tokens,
            destination: carol.quote_tokens,
            payer: owner,
            ticket: addresses::ticket(&tokens, 1),
            breaker_program: breaker::ID,
        };
        accounts.instruction(margin::InsuranceClaimArgs { ticket_id: 1 })
    }
}

pub fn cases(cases: &mut Vec<Case>) {
    let case =
        |name, action, stage, instruction| Case::new(name, action, Refusal::Margin, stage, instruction).of_protocol();
    let mut next = stage();
    let pool = Pool::of(&next);
    let fork = |stage: &Stage| Stage { world: stage.world.fork(), ..self::stage() };
    let create = pool.create(&next);
    cases.push(case("fund_create", Action::Listing, fork(&next), create.clone()));
    next.world.ok(&[create], &[]);
    let join = pool.join(&next);
    cases.push(case("insurance_stake", Action::Deposit, fork(&next), join.clone()).signed(CAROL));
    next.world.ok(&[join], &[&next.actors[CAROL].keypair]);
    let leave = pool.leave(&next);
    cases.push(case("insurance_unstake", Action::Withdraw, fork(&next), leave.clone()).signed(CAROL));
    next.world.ok(&[leave], &[&next.actors[CAROL].keypair]);
    next.world.advance_s(NOTICE_S);
    let claim = pool.claim(&next);
    cases.push(case("insurance_claim", Action::Withdraw, next, claim).signed(CAROL).paying_out());
}
