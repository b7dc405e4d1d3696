//! A council on the network, which holds margin's code: an upgrade carried out step by step, and the way back.

use crate::arena::{Arena, COUNCIL};
use crate::probe::tried;
use abi::governor::{ACTION_LEN, Adoption, Council as State, Proposal, Rollout};
use client::ledger::{Entry, Ledger, entries};
use client::{addresses, breaker, governor as calls};
use policy::{CouncilAction, rollout::Stage};
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::collections::BTreeMap;
use std::ops::Range;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::{Governance, Recorded, UpgradeOf, elf, keypair, propose_args};

pub const MARGIN: Pubkey = Pubkey::new_from_array(abi::ids::MARGIN);
pub const GOVERNANCE: Governance = Governance(calls::ID);
const POLL: Duration = Duration::from_millis(40);
/// A delay of seven days takes ten seconds here; a loaded machine's clock runs late.
const PATIENCE: Duration = Duration::from_secs(360);
/// Approvals of seven that an upgrade needs.
pub const APPROVALS: usize = 5;
/// Records that one transaction takes or compares: each names two accounts of its own.
const BATCH: usize = 8;

/// Seats the council, which adopts margin, and gives it the breaker.
pub fn seat(arena: &mut Arena) {
    let deployer = arena.deployer();
    let members = COUNCIL.map(|name| keypair(name).pubkey()).to_vec();
    let init = GOVERNANCE.council_init().instruction(calls::CouncilInitArgs { members });
    let adopt = GOVERNANCE.adopt(MARGIN, elf("localnet/margin").len());
    let hand = breaker::AuthoritySet { authority: deployer.pubkey(), config: addresses::config(&breaker::ID) };
    let hand = hand.instruction(breaker::AuthoritySetArgs { authority: GOVERNANCE.authority() });
    for step in [init, adopt, hand] {
        arena.world.ok(&[step], &[&deployer]);
    }
}

pub fn proposal(arena: &mut Arena, id: u64) -> Proposal {
    arena.world.read(abi::ids::GOVERNOR, &GOVERNANCE.proposal(id))
}

pub fn rollout(arena: &mut Arena) -> Rollout {
    arena.world.read(abi::ids::GOVERNOR, &GOVERNANCE.rollout(MARGIN))
}

pub fn adoption(arena: &mut Arena) -> Adoption {
    arena.world.read(abi::ids::GOVERNOR, &GOVERNANCE.adoption(MARGIN))
}

pub fn stage(arena: &mut Arena) -> Option<Stage> {
    Stage::from_byte(rollout(arena).stage)
}

/// Member of the council in this seat.
pub fn member(seat: usize) -> Keypair {
    keypair(COUNCIL[seat])
}

/// The number that the next proposal gets.
pub fn next_id(arena: &mut Arena) -> u64 {
    let council: State = arena.world.read(abi::ids::GOVERNOR, &GOVERNANCE.council());
    council.proposals.get()
}

/// Any action but an upgrade, as a draft.
pub fn propose(arena: &mut Arena, action: &CouncilAction) -> u64 {
    let (id, proposer) = (next_id(arena), member(0));
    let (council, proposal) = (GOVERNANCE.council(), GOVERNANCE.proposal(id));
    let mut bytes = [0; ACTION_LEN];
    let len = action.encode(&mut bytes).expect("a lawful action");
    let create = calls::ProposalCreate { proposer: proposer.pubkey(), council, proposal };
    let create = create.instruction(calls::ProposalCreateArgs { action: bytes[..len].to_vec() });
    arena.world.ok(&[create], &[&proposer]);
    id
}

/// An upgrade of margin to what the buffer holds, as a draft. The rollback buffer is staged later.
pub fn upgrade_propose(
    arena: &mut Arena,
    args: calls::UpgradeProposeArgs,
    buffer: Pubkey,
    rollback_buffer: Pubkey,
) -> UpgradeOf {
    let (id, proposer) = (next_id(arena), member(0));
    let upgrade = UpgradeOf { id, program: MARGIN, proposer: proposer.pubkey(), buffer, rollback_buffer };
    let propose = GOVERNANCE.upgrade_propose(upgrade.proposer, id, MARGIN, buffer, args);
    arena.world.ok(&[propose], &[&proposer]);
    upgrade
}

/// What has the member in this seat approve.
pub fn approval(arena: &mut Arena, id: u64, seat: usize) -> Instruction {
    let digest = proposal(arena, id).digest;
    GOVERNANCE.approve(id, member(seat).pubkey(), digest)
}

/// Members in these seats approve, a slot after the draft.
pub fn approve(arena: &mut Arena, id: u64, seats: Range<usize>) {
    slot_pass(arena);
    let approvals: Vec<_> = seats.clone().map(|seat| approval(arena, id, seat)).collect();
    let signers: Vec<_> = seats.map(member).collect();
    arena.world.ok(&approvals, &signers.iter().collect::<Vec<_>>());
}

/// The code that runs now is where the proposal's rollback would find it.
pub fn stage_back(arena: &mut Arena, upgrade: &UpgradeOf) {
    let proposer = member(0);
    let stage = GOVERNANCE.rollback_stage(upgrade.proposer, upgrade.id, MARGIN, upgrade.rollback_buffer);
    arena.world.ok(&[stage], &[&proposer]);
}

/// Waits until both clocks have passed the proposal's delay.
pub fn delay_pass(arena: &mut Arena, id: u64) {
    let queued = proposal(arena, id);
    until(|| {
        let clock = arena.world.clock();
        clock.slot >= queued.ready_slot.get() && clock.unix_timestamp >= queued.ready_unix_s.get()
    });
}

/// Proposed, approved, queued, and through its delay.
pub fn upgrade(arena: &mut Arena, code: &[u8], buffer: Pubkey, rollback_buffer: Pubkey) -> UpgradeOf {
    let upgrade = upgrade_propose(arena, propose_args(code), buffer, rollback_buffer);
    approve(arena, upgrade.id, 0..APPROVALS);
    stage_back(arena, &upgrade);
    arena.world.ok(&[GOVERNANCE.upgrade_queue(&upgrade)], &[]);
    delay_pass(arena, upgrade.id);
    upgrade
}

/// A market's margin accounts, by registry index: all on its first page.
pub fn accounts(arena: &mut Arena, market: usize) -> Vec<Pubkey> {
    let of = &arena.markets[market];
    let actors = [&of.maker, &of.taker, &of.whale].into_iter().chain(&of.settlers);
    let addresses: Vec<_> = actors.map(|actor| actor.account).collect();
    let mut placed: Vec<_> = addresses
        .into_iter()
        .map(|at| (arena.world.read::<abi::margin::MarginAccount>(abi::ids::MARGIN, &at).index.get(), at))
        .collect();
    placed.sort_unstable();
    placed.into_iter().map(|(_, at)| at).collect()
}

/// A market in the present attempt, with its page.
#[derive(Clone)]
pub struct Book {
    pub recorded: Recorded,
    pub accounts: Vec<Pubkey>,
}

impl Book {
    pub fn page(&self) -> Vec<AccountMeta> {
        self.accounts.iter().map(|account| AccountMeta::new_readonly(*account, false)).collect()
    }
}

/// What is recorded of margin under a freeze, and the bytes as any node keeps them.
pub struct Records {
    pub ledger: Ledger,
    /// Every account but margin accounts, roots first.
    pub entries: Vec<Entry>,
    pub books: [Book; 2],
    pub kept: BTreeMap<Pubkey, Vec<u8>>,
}

impl Records {
    /// Compares every account but margin accounts, and counts the ledger as verified.
    pub fn ledger_verify(&self, id: u64) -> Vec<Vec<Instruction>> {
        let mut steps = batched(self.entries.iter().map(|entry| self.ledger.verify(entry)));
        steps.push(vec![self.ledger.verify_all(id)]);
        steps
    }

    /// Lets the markets move again.
    pub fn release(&self) -> Vec<Instruction> {
        self.entries.iter().filter(|entry| entry.is_held).map(|entry| self.ledger.release(entry.account)).collect()
    }
}

/// As many to a transaction as fit.
fn batched(calls: impl Iterator<Item = Instruction>) -> Vec<Vec<Instruction>> {
    let calls: Vec<_> = calls.collect();
    calls.chunks(BATCH).map(<[_]>::to_vec).collect()
}

/// Level 4, and every account of margin recorded.
pub fn freeze(arena: &mut Arena, id: u64) -> Records {
    let records = freeze_begin(arena, id);
    for book in &records.books {
        arena.world.ok(&[book.recorded.page_take(0, book.page()), book.recorded.seal()], &[]);
    }
    records
}

/// Level 4, with everything of margin recorded but its accounts, whose snapshots are open.
pub fn freeze_begin(arena: &mut Arena, id: u64) -> Records {
    arena.world.ok(&[GOVERNANCE.freeze_begin(id, MARGIN)], &[]);
    let (attempt, payer) = (rollout(arena).attempt.get(), arena.world.payer());
    let ledger = Ledger { program: MARGIN, attempt };
    let owned = arena.world.owned(&MARGIN);
    let entries = entries(&MARGIN, owned);
    arena.world.ok(&[ledger.open(payer)], &[]);
    for takes in batched(entries.iter().map(|entry| ledger.take(payer, entry))) {
        arena.world.ok(&takes, &[]);
    }
    arena.world.ok(&[ledger.seal()], &[]);
    let books = [0, 1].map(|at| {
        let accounts = accounts(arena, at);
        let protocol = &arena.markets[at].protocol;
        let recorded = Recorded {
            governance: GOVERNANCE,
            attempt,
            market: protocol.market,
            quote_tokens: protocol.quote_tokens,
            base_tokens: protocol.base_tokens,
            payer,
        };
        Book { recorded, accounts }
    });
    for book in &books {
        arena.world.ok(&[book.recorded.open()], &[]);
    }
    let accounts = books.iter().flat_map(|book| &book.accounts).chain(entries.iter().map(|entry| &entry.account));
    let kept = accounts.map(|at| (*at, arena.world.account(at).expect("an account").data)).collect();
    Records { ledger, entries, books, kept }
}

/// Sends until it lands, or until its time is over.
pub fn insist(arena: &mut Arena, instruction: &Instruction) -> String {
    let began = Instant::now();
    loop {
        let answer = tried(arena, std::slice::from_ref(instruction), &[]);
        if answer == "yes" || began.elapsed() > PATIENCE * 2 {
            return answer;
        }
        sleep(POLL * 10);
    }
}

/// Waits for a later slot: nobody may look at new code in the slot that brought it.
pub fn slot_pass(arena: &mut Arena) {
    let slot = arena.world.clock().slot;
    until(|| arena.world.clock().slot > slot);
}

fn until(mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "the network's clock stands still");
        sleep(POLL);
    }
}
