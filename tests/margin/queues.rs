//! Random runs on the exits: through windows, queue and levels, the programs do what `policy` says, the books balance, and all get out.
use crate::fixture::*;
use abi::breaker::{Custody, Ticket};
use client::addresses;
use policy::{Limits, Outflow, Place, Released};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed};
use testkit::{Actor, Token, USDC, World};

const DAY_S: i64 = 24 * 3_600;
/// The quote vault's place in the custody.
const QUOTE: usize = 1;

#[derive(Clone, Copy, Debug)]
enum Step {
    Deposit {
        maker: bool,
        atoms: u64,
    },
    Withdraw {
        maker: bool,
        atoms: u64,
    },
    /// Claims the ticket of this number among those that wait.
    Claim(usize),
    Level(u8),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let moved = |most: u64| (any::<bool>(), 1..most);
    prop_oneof![
        2 => moved(100_000 * USDC).prop_map(|(maker, atoms)| Step::Deposit { maker, atoms }),
        6 => moved(300_000 * USDC).prop_map(|(maker, atoms)| Step::Withdraw { maker, atoms }),
        4 => any::<prop::sample::Index>().prop_map(|index| Step::Claim(index.index(1_000))),
        1 => (0u8..4).prop_map(Step::Level),
        4 => (1i64..10 * 3_600).prop_map(Step::Wait),
    ]
}

/// A run: the desk, its market's level and the tickets that wait.
struct Run {
    desk: Desk,
    level: u8,
    waiting: Vec<(bool, u64)>,
    issued: u64,
}

impl Run {
    fn new() -> Self {
        let mut desk = Desk::on(World::lite().unmeasured());
        let custody = desk.protocol.custody;
        desk.world.edit::<Custody>(&custody, |custody| custody.limits.floor_atoms = [0.into(); 2]);
        Self { desk, level: 0, waiting: vec![], issued: 0 }
    }

    fn actor(&self, maker: bool) -> &Actor {
        if maker { &self.desk.maker } else { &self.desk.taker }
    }

    /// What the policy holds of the quote vault: its state, limits, tokens and the time.
    fn outflow(&mut self) -> (Outflow, Limits, u64, i64) {
        let custody: Custody = self.desk.world.read(abi::ids::BREAKER, &self.desk.protocol.custody);
        let limits = Limits::of(&custody.limits, QUOTE, 1).unwrap();
        let tokens = Token::balance(&mut self.desk.world, &self.desk.protocol.quote_tokens);
        (Outflow::from(&custody.vaults[QUOTE]), limits, tokens, self.desk.world.unix_s())
    }

    fn level(&self) -> policy::Level {
        policy::Level::from_byte(self.level).unwrap()
    }

    /// The state after a withdrawal is the policy's, to the atom, and so is what became of it.
    fn withdraw(&mut self, maker: bool, atoms: u64) {
        let (before, limits, tokens, now) = self.outflow();
        self.issued += 1;
        let id = self.issued;
        let call = self.desk.protocol.withdraw_ticket(self.actor(maker), self.desk.protocol.quote.mint, atoms, id);
        let signer = self.actor(maker).keypair.insecure_clone();
        if self.desk.world.send(&[call], &[&signer]).is_err() {
            return;
        }
        let (expected, released) = before.release(self.level(), atoms, tokens, now, &limits).unwrap();
        let (after, _, left, _) = self.outflow();
        assert_eq!(after, expected);
        let address = addresses::ticket(&self.desk.protocol.quote_tokens, id);
        match released {
            Released::Now => assert_eq!((left, self.desk.world.account(&address)), (tokens - atoms, None)),
            Released::Queued(place) => {
                let ticket: Ticket = self.desk.world.read(abi::ids::BREAKER, &address);
                assert_eq!((place_of(&ticket), left), (place, tokens));
                self.waiting.push((maker, id));
            }
        }
    }

    /// A claim lands exactly when the policy lets it.
    fn claim(&mut self, at: usize) -> bool {
        let Some((maker, id)) = self.waiting.get(at % self.waiting.len().max(1)).copied() else { return false };
        let (before, limits, tokens, now) = self.outflow();
        let address = addresses::ticket(&self.desk.protocol.quote_tokens, id);
        let ticket: Ticket = self.desk.world.read(abi::ids::BREAKER, &address);
        let expected = before.claim(self.level(), &place_of(&ticket), now, &limits);
        let call = self.desk.protocol.ticket_claim(self.actor(maker), self.desk.protocol.quote.mint, id);
        let landed = self.desk.world.send(&[call], &[]).is_ok();
        assert_eq!(landed, expected.is_ok(), "{expected:?}");
        if let Ok(expected) = expected {
            let (after, _, left, _) = self.outflow();
            assert_eq!((after, left), (expected, tokens - ticket.amount_atoms.get()));
            self.waiting.retain(|(_, other)| *other != id);
        }
        landed
    }
}

fn place_of(ticket: &Ticket) -> Place {
    Place {
        amount: ticket.amount_atoms.get(),
        end_atoms: ticket.end_atoms.get(),
        issued_unix_s: ticket.issued_unix_s.get(),
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, rng_algorithm: RngAlgorithm::ChaCha, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() })]

    /// INVARIANT(M-1), INVARIANT(G-9)
    #[test]
    fn random_exits_follow_the_policy_and_all_get_out(steps in prop::collection::vec(step(), 30..60)) {
        let mut run = Run::new();
        for step in steps {
            match step {
                Step::Deposit { maker, atoms } => {
                    let call = run.desk.protocol.deposit(run.actor(maker), run.desk.protocol.quote.mint, atoms);
                    let signer = run.actor(maker).keypair.insecure_clone();
                    // Refused if the wallet holds less: the books must balance either way.
                    let _ = run.desk.world.send(&[call], &[&signer]);
                }
                Step::Withdraw { maker, atoms } => run.withdraw(maker, atoms),
                Step::Claim(at) => {
                    run.claim(at);
                }
                Step::Level(level) => {
                    run.desk.market_level(level);
                    run.level = level;
                }
                Step::Wait(seconds) => run.desk.world.advance_s(seconds),
            }
            run.desk.check_books();
        }
        prop_assert!(run.issued > 0, "a run without an exit tests little");
        // Whatever the queue has come to: at a quarter of the vault a day it is through in four days, frozen or not.
        run.desk.world.advance_s(4 * DAY_S + 1);
        while !run.waiting.is_empty() {
            prop_assert!(run.claim(0), "a ticket is still not served");
        }
        run.desk.check_books();
        prop_assert_eq!(run.outflow().0.queue.unpaid_atoms, 0);
    }
}
