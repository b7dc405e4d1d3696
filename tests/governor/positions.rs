//! Margin under the council's authority, with people's positions in it: what an upgrade must leave as it is.

use crate::brakes::config;
use crate::fixture::{Fixture, error, program_data};
use abi::governor::{INSURANCE_SEED, PAGE_SEED, SNAPSHOT_SEED};
use abi::margin::{KIND_CALL, MarginAccount};
use abi::quote::SIDE_SELL;
use client::{WithRemaining, addresses, breaker, governor as calls};
use policy::Level;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use testkit::{Actor, Offer, Protocol, Quote, SOL, USDC, elf};

pub const MARGIN: Pubkey = Pubkey::new_from_array(abi::ids::MARGIN);
const SPOT: u64 = 150 * USDC;
/// Room for every candidate.
const ROOM: usize = 2_000_000;

pub struct Positions {
    pub fixture: Fixture,
    pub protocol: Protocol,
    pub actors: Vec<Actor>,
}

/// Margin's code with a tail that changes nothing but its hash.
pub fn honest_code() -> Vec<u8> {
    [&elf("margin")[..], &[0; 8]].concat()
}

/// Code that writes whatever its caller asks into margin's accounts, and answers nothing else.
pub fn lying_code() -> Vec<u8> {
    elf("mock_hostile")
}

impl Positions {
    /// Two traders with a series between them and a third without, a breaker that obeys the governor, and margin adopted.
    pub fn new() -> Self {
        Self::over(Fixture::bare())
    }

    /// The same over a governor without a council.
    pub fn over(mut fixture: Fixture) -> Self {
        let protocol = Protocol::new(&mut fixture.world, SPOT);
        let expiry_unix_s = protocol.expiry_unix_s(&mut fixture.world, 60);
        protocol.expiry(&mut fixture.world, expiry_unix_s);
        let actors: Vec<_> = ["maker", "taker", "idle"]
            .map(|name| protocol.actor(&mut fixture.world, name, 100 * SOL, 100_000 * USDC))
            .into();
        let offer = Offer {
            expiry_unix_s,
            strike_e6: SPOT,
            kind: KIND_CALL,
            side: SIDE_SELL,
            price_e6: 10 * USDC,
            max_lots: 100,
            nonce: 1,
        };
        let quote = Quote::new(&mut fixture.world, &protocol, &actors[0], offer);
        let fill = quote.fill(&protocol, &actors[1], &actors[0], 10);
        fixture.world.ok(&fill, &[&actors[1].keypair]);

        let account = fixture.world.account(&program_data(MARGIN)).expect("margin's code");
        let mut roomy = account.clone();
        roomy.data.resize(45 + ROOM, 0);
        fixture.world.set_account(&program_data(MARGIN), roomy);
        fixture.council_seat(7);
        let adopt = fixture.adopt_ix(MARGIN, account.data.len() - 45);
        let hand = breaker::AuthoritySet {
            authority: solana_signer::Signer::pubkey(&protocol.deployer),
            config: addresses::config(&breaker::ID),
        };
        let hand = hand.instruction(breaker::AuthoritySetArgs { authority: fixture.authority() });
        fixture.world.ok(&[adopt, hand], &[&protocol.deployer]);
        Self { fixture, protocol, actors }
    }

    /// As [`Positions::new`], with an upgrade to this code that can be executed. The bank follows the clock to its slot.
    pub fn matured(code: &[u8]) -> (Self, u64, Pubkey) {
        let mut positions = Self::new();
        let (id, buffer) = positions.fixture.upgrade_propose(MARGIN, code);
        positions.fixture.mature(id);
        positions.fixture.world.next_slot();
        (positions, id, buffer)
    }

    /// Frozen, recorded, sealed.
    pub fn sealed(code: &[u8]) -> (Self, u64, Pubkey) {
        let (mut positions, id, buffer) = Self::matured(code);
        for step in [positions.freeze_ix(id), positions.open_ix(), positions.page_ix(0), positions.seal_ix()] {
            positions.fixture.world.ok(&[step], &[]);
        }
        (positions, id, buffer)
    }

    /// Executed, a slot ago.
    pub fn executed(code: &[u8]) -> (Self, u64) {
        let (mut positions, id, buffer) = Self::sealed(code);
        let execute = positions.fixture.upgrade_ix(id, MARGIN, buffer);
        positions.fixture.world.ok(&[execute], &[]);
        positions.fixture.world.next_slot();
        (positions, id)
    }

    pub fn attempt(&mut self) -> u64 {
        self.fixture.rollout_state(MARGIN).attempt.get()
    }

    pub fn market(&self) -> Pubkey {
        self.protocol.market
    }

    pub fn custody(&self) -> Pubkey {
        addresses::custody(&self.market())
    }

    /// Address of the market's snapshot of an attempt.
    pub fn snapshot_at(&self, attempt: u64) -> Pubkey {
        self.fixture.pda(&[SNAPSHOT_SEED, self.market().as_ref(), &attempt.to_le_bytes()])
    }

    pub fn snapshot(&mut self) -> Pubkey {
        let attempt = self.attempt();
        self.snapshot_at(attempt)
    }

    /// The snapshot of the present attempt; of the first before there is one.
    fn snapshot_next(&mut self) -> Pubkey {
        let attempt = self.attempt().max(1);
        self.snapshot_at(attempt)
    }

    pub fn page(&mut self, number: u32) -> Pubkey {
        let snapshot = self.snapshot();
        self.fixture.pda(&[PAGE_SEED, snapshot.as_ref(), &number.to_le_bytes()])
    }

    pub fn insurance(&self) -> Pubkey {
        self.fixture.pda(&[INSURANCE_SEED])
    }

    /// The accounts of page 0, by registry index.
    pub fn accounts(&self) -> Vec<AccountMeta> {
        self.actors.iter().map(|actor| AccountMeta::new_readonly(actor.account, false)).collect()
    }

    pub fn freeze_ix(&self, id: u64) -> Instruction {
        let accounts = calls::FreezeBegin {
            council: self.fixture.council(),
            proposal: self.fixture.proposal(id),
            adoption: self.fixture.adoption(MARGIN),
            rollout: self.fixture.rollout(MARGIN),
            governor_authority: self.fixture.authority(),
            config: config(),
        };
        accounts.instruction()
    }

    pub fn end_ix(&self, id: u64) -> Instruction {
        let accounts = calls::FreezeEnd {
            council: self.fixture.council(),
            proposal: self.fixture.proposal(id),
            rollout: self.fixture.rollout(MARGIN),
            governor_authority: self.fixture.authority(),
            config: config(),
        };
        accounts.instruction()
    }

    pub fn open_ix(&mut self) -> Instruction {
        let accounts = calls::SnapshotOpen {
            payer: self.fixture.world.payer(),
            rollout: self.fixture.rollout(MARGIN),
            market: self.market(),
            quote_tokens: self.protocol.quote_tokens,
            base_tokens: self.protocol.base_tokens,
            snapshot: self.snapshot_next(),
        };
        accounts.instruction()
    }

    pub fn page_ix(&mut self, number: u32) -> Instruction {
        let accounts = self.accounts();
        self.page_of_ix(number, accounts)
    }

    pub fn page_of_ix(&mut self, number: u32, accounts: Vec<AccountMeta>) -> Instruction {
        let snapshot = self.snapshot_next();
        let page = calls::SnapshotPage {
            payer: self.fixture.world.payer(),
            rollout: self.fixture.rollout(MARGIN),
            snapshot,
            page: self.fixture.pda(&[PAGE_SEED, snapshot.as_ref(), &number.to_le_bytes()]),
        };
        page.instruction(calls::SnapshotPageArgs { number }).with_remaining(accounts)
    }

    pub fn seal_ix(&mut self) -> Instruction {
        let accounts = calls::SnapshotSeal {
            council: self.fixture.council(),
            rollout: self.fixture.rollout(MARGIN),
            snapshot: self.snapshot_next(),
            market: self.market(),
        };
        accounts.instruction()
    }

    pub fn verify_page_ix(&mut self, accounts: Vec<AccountMeta>) -> Instruction {
        let verify =
            calls::PageVerify { rollout: self.fixture.rollout(MARGIN), snapshot: self.snapshot(), page: self.page(0) };
        verify.instruction().with_remaining(accounts)
    }

    pub fn verify_market_ix(&mut self, id: u64) -> Instruction {
        let accounts = calls::MarketVerify {
            council: self.fixture.council(),
            proposal: self.fixture.proposal(id),
            rollout: self.fixture.rollout(MARGIN),
            snapshot: self.snapshot(),
            market: self.market(),
            quote_tokens: self.protocol.quote_tokens,
            base_tokens: self.protocol.base_tokens,
            custody: self.custody(),
            governor_authority: self.fixture.authority(),
            config: config(),
        };
        accounts.instruction()
    }

    pub fn rollback_ix(&mut self, id: u64) -> Instruction {
        self.fixture.rollback_ix(id, MARGIN)
    }

    /// Every page and the market, verified.
    pub fn verify(&mut self, id: u64) {
        let accounts = self.accounts();
        for step in [self.verify_page_ix(accounts), self.verify_market_ix(id)] {
            self.fixture.world.ok(&[step], &[]);
        }
    }

    pub fn state(&mut self, actor: usize) -> MarginAccount {
        let account = self.actors[actor].account;
        self.fixture.world.read(abi::ids::MARGIN, &account)
    }

    /// Lets the code that runs write these bytes at this offset of an account, as a lying candidate would.
    pub fn lie(&mut self, account: Pubkey, offset: usize, bytes: &[u8]) {
        let [low, high] = u16::try_from(offset).expect("an offset").to_le_bytes();
        let data = [&[1, low, high], bytes].concat();
        let accounts = vec![AccountMeta::new(account, false)];
        self.fixture.world.ok(&[Instruction { program_id: MARGIN, accounts, data }], &[]);
    }

    pub fn open_lots(&mut self) -> u64 {
        let market = self.market();
        self.fixture.world.read::<abi::margin::Market>(abi::ids::MARGIN, &market).open_interest_lots.get()
    }

    /// The maker sells `lots` more to the taker, at a fresh price.
    pub fn fill(&mut self, nonce: u64, lots: u64) -> [Instruction; 2] {
        self.protocol.price(&mut self.fixture.world, SPOT);
        let expiry_unix_s = self.state(0).positions[0].expiry_unix_s.get();
        let offer = Offer {
            expiry_unix_s,
            strike_e6: SPOT,
            kind: KIND_CALL,
            side: SIDE_SELL,
            price_e6: 10 * USDC,
            max_lots: lots,
            nonce,
        };
        let quote = Quote::new(&mut self.fixture.world, &self.protocol, &self.actors[0], offer);
        quote.fill(&self.protocol, &self.actors[1], &self.actors[0], lots)
    }

    pub fn level(&mut self) -> Level {
        let now_unix_s = self.fixture.world.unix_s();
        policy::brake_level(&self.fixture.brake_state(), now_unix_s)
    }

    pub fn seal_refused(&mut self, name: &str) {
        let seal = self.seal_ix();
        self.fixture.world.fail(&[seal], &[], error(name));
    }

    /// Every account but governance's own, as bytes.
    pub fn people(&mut self) -> Vec<Vec<u8>> {
        let accounts: Vec<_> = self.actors.iter().map(|actor| actor.account).chain([self.protocol.market]).collect();
        accounts.iter().map(|account| self.fixture.world.account(account).expect("an account").data).collect()
    }
}

impl Fixture {
    pub fn rollback_ix(&mut self, id: u64, program: Pubkey) -> Instruction {
        let (proposal, adoption) = (self.proposal(id), self.adoption(program));
        let state = self.proposal_state(id);
        let accounts = calls::UpgradeRollback {
            council: self.council(),
            proposal,
            adoption,
            rollout: self.rollout(program),
            program,
            program_data: program_data(program),
            rollback_buffer: Pubkey::from(state.rollback_buffer),
            spill: Pubkey::from(state.proposer),
            governor_authority: self.authority(),
        };
        accounts.instruction_of(self.governor)
    }
}
