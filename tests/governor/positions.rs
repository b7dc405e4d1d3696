//! Margin under the council's authority, with people's positions in it: what an upgrade must leave as it is.

use crate::fixture::{Fixture, error, program_data};
use abi::margin::{KIND_CALL, MarginAccount};
use abi::quote::SIDE_SELL;
use client::{addresses, breaker};
use policy::Level;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use testkit::{Actor, Offer, Protocol, Quote, Recorded, SOL, USDC, elf};

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

    /// Frozen, with every account but people's recorded: from here on the market stands still.
    pub fn ledgered(code: &[u8]) -> (Self, u64, Pubkey) {
        let (mut positions, id, buffer) = Self::matured(code);
        positions.freeze(id);
        (positions, id, buffer)
    }

    /// Freezes and records the ledger.
    pub fn freeze(&mut self, id: u64) {
        let freeze = self.freeze_ix(id);
        self.fixture.world.ok(&[freeze], &[]);
        self.fixture.ledger_take(MARGIN);
    }

    /// Frozen, recorded, sealed.
    pub fn sealed(code: &[u8]) -> (Self, u64, Pubkey) {
        let (mut positions, id, buffer) = Self::ledgered(code);
        for step in [positions.open_ix(), positions.page_ix(0), positions.seal_ix()] {
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
        self.recorded(attempt).snapshot()
    }

    pub fn snapshot(&mut self) -> Pubkey {
        let attempt = self.attempt();
        self.snapshot_at(attempt)
    }

    /// The market in an attempt.
    pub fn recorded(&self, attempt: u64) -> Recorded {
        Recorded {
            governance: self.fixture.calls(),
            attempt,
            market: self.market(),
            quote_tokens: self.protocol.quote_tokens,
            base_tokens: self.protocol.base_tokens,
            payer: self.fixture.world.payer(),
        }
    }

    /// In the present attempt.
    pub fn recorded_now(&mut self) -> Recorded {
        let attempt = self.attempt();
        self.recorded(attempt)
    }

    /// In the present attempt; in the first before there is one.
    fn recorded_next(&mut self) -> Recorded {
        let attempt = self.attempt().max(1);
        self.recorded(attempt)
    }

    pub fn page(&mut self, number: u32) -> Pubkey {
        let attempt = self.attempt();
        self.recorded(attempt).page(number)
    }

    pub fn insurance(&self) -> Pubkey {
        self.fixture.calls().insurance()
    }

    /// The accounts of page 0, by registry index.
    pub fn accounts(&self) -> Vec<AccountMeta> {
        self.actors.iter().map(|actor| AccountMeta::new_readonly(actor.account, false)).collect()
    }

    pub fn freeze_ix(&self, id: u64) -> Instruction {
        self.fixture.calls().freeze_begin(id, MARGIN)
    }

    pub fn end_ix(&self, id: u64) -> Instruction {
        self.fixture.calls().freeze_end(id, MARGIN)
    }

    pub fn open_ix(&mut self) -> Instruction {
        self.recorded_next().open()
    }

    pub fn page_ix(&mut self, number: u32) -> Instruction {
        let accounts = self.accounts();
        self.page_of_ix(number, accounts)
    }

    pub fn page_of_ix(&mut self, number: u32, accounts: Vec<AccountMeta>) -> Instruction {
        self.recorded_next().page_take(number, accounts)
    }

    pub fn seal_ix(&mut self) -> Instruction {
        self.recorded_next().seal()
    }

    pub fn verify_page_ix(&mut self, accounts: Vec<AccountMeta>) -> Instruction {
        self.recorded_now().page_verify(0, accounts)
    }

    pub fn verify_market_ix(&mut self, id: u64) -> Instruction {
        self.recorded_now().market_verify(id)
    }

    pub fn rollback_ix(&mut self, id: u64) -> Instruction {
        self.fixture.rollback_ix(id, MARGIN)
    }

    /// The ledger, every page and the market, verified.
    pub fn verify(&mut self, id: u64) {
        self.fixture.ledger_verify(MARGIN, id);
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
        self.fill_by(1, nonce, lots)
    }

    /// The maker sells `lots` of the same series to this actor, at a fresh price.
    pub fn fill_by(&mut self, actor: usize, nonce: u64, lots: u64) -> [Instruction; 2] {
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
        quote.fill(&self.protocol, &self.actors[actor], &self.actors[0], lots)
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
        let upgrade = self.upgrade_at(id, program);
        self.calls().upgrade_rollback(&upgrade)
    }
}
