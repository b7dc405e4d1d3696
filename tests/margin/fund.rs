//! The global insurance fund of the desk's quote token, and what every suite of it starts from.
use crate::fixture::*;
use abi::breaker::Custody;
use abi::margin::{Fund, Stake};
use client::{addresses, breaker, margin};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use testkit::{Actor, Token};

/// Addresses of a fund.
pub struct Pool {
    pub fund: Pubkey,
    pub mint: Pubkey,
    pub custody: Pubkey,
    pub tokens: Pubkey,
}

impl Pool {
    pub fn of(mint: Pubkey) -> Self {
        let fund = addresses::fund(&mint);
        Self { fund, mint, custody: addresses::custody(&fund), tokens: addresses::tokens(&fund, &mint) }
    }

    pub fn create(&self, desk: &Desk) -> Instruction {
        let accounts = margin::FundCreate {
            payer: desk.world.payer(),
            mint: self.mint,
            fund: self.fund,
            custody: self.custody,
            tokens: self.tokens,
            breaker_program: breaker::ID,
        };
        accounts.instruction()
    }

    /// The desk's fund, empty.
    pub fn created(desk: &mut Desk) -> Self {
        let pool = Self::of(desk.protocol.quote.mint);
        let create = pool.create(desk);
        desk.world.ok(&[create], &[]);
        pool
    }

    /// The desk's fund, with a stake of the taker's.
    pub fn staked(desk: &mut Desk, atoms: u64) -> Self {
        let pool = Self::created(desk);
        let stake = pool.stake(&desk.taker, atoms);
        desk.world.ok(&[stake], &[&desk.taker.keypair]);
        pool.check_books(desk);
        pool
    }

    pub fn stake(&self, owner: &Actor, amount: u64) -> Instruction {
        let accounts = margin::InsuranceStake {
            owner: owner.key(),
            payer: owner.key(),
            fund: self.fund,
            stake: self.stake_of(owner),
            mint: self.mint,
            source: owner.quote_tokens,
            tokens: self.tokens,
        };
        accounts.instruction(margin::InsuranceStakeArgs { amount })
    }

    pub fn unstake(&self, owner: &Actor, shares: u64) -> Instruction {
        let accounts = margin::InsuranceUnstake { owner: owner.key(), fund: self.fund, stake: self.stake_of(owner) };
        accounts.instruction(margin::InsuranceUnstakeArgs { shares })
    }

    /// What has to wait gets ticket number 1.
    pub fn claim(&self, owner: &Actor) -> Instruction {
        let accounts = margin::InsuranceClaim {
            owner: owner.key(),
            fund: self.fund,
            stake: self.stake_of(owner),
            mint: self.mint,
            custody: self.custody,
            tokens: self.tokens,
            destination: owner.quote_tokens,
            payer: owner.key(),
            ticket: addresses::ticket(&self.tokens, 1),
            breaker_program: breaker::ID,
        };
        accounts.instruction(margin::InsuranceClaimArgs { ticket_id: 1 })
    }

    pub fn stake_of(&self, owner: &Actor) -> Pubkey {
        addresses::stake(&self.fund, &owner.key())
    }

    pub fn state(&self, desk: &mut Desk) -> Fund {
        desk.world.read(abi::ids::MARGIN, &self.fund)
    }

    pub fn stake_state(&self, desk: &mut Desk, owner: Pubkey) -> Stake {
        desk.world.read(abi::ids::MARGIN, &addresses::stake(&self.fund, &owner))
    }

    /// INVARIANT(M-1), of a fund: its vault holds its balance and what tickets have yet to pay.
    pub fn check_books(&self, desk: &mut Desk) {
        let custody: Custody = desk.world.read(abi::ids::BREAKER, &self.custody);
        let owed = self.state(desk).balance_atoms.get() + custody.vaults[0].queue.unpaid_atoms.get();
        assert_eq!(Token::balance(&mut desk.world, &self.tokens), owed, "tokens of the fund");
    }
}
