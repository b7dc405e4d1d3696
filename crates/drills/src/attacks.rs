//! Attacks on an upgrade of margin, one after the other while it goes its way to the next release over open positions. Each is sent as it
//! is, so that its refusal stands in a block, and each must fail with an error of its own and change no byte.

use crate::arena::{Arena, COUNCIL};
use crate::council::{self, APPROVALS, GOVERNANCE, MARGIN, Records};
use crate::drills::Findings;
use crate::probe;
use abi::governor::Proposal;
use client::governor as calls;
use client::migration::account_migrate;
use client::{WithRemaining, addresses};
use policy::{CouncilAction, rollout::Stage};
use sha2::{Digest, Sha256};
use solana_account::Account;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::collections::BTreeMap;
use testkit::{Failure, Outcome, UpgradeOf, elf, key, keypair, propose_args};

/// How it is carried out: what the council approves beside the code.
const PLAN: &[u8] = include_bytes!("../../../migrations/0002-account-places.sh");
const SCHEMA: u8 = 2;
const LOADER: Pubkey = Pubkey::new_from_array(abi::ids::LOADER);
/// Of the loader's accounts that hold code.
const PROGRAM_DATA_HEADER_LEN: usize = 45;
/// The least that the loader extends a program by.
const EXTENSION: usize = 10_240;
/// The loader's instructions.
const WRITE: u32 = 1;
const SET_AUTHORITY: u32 = 4;
const CLOSE: u32 = 5;
const EXTEND_PROGRAM: u32 = 6;
/// Who keeps signed transactions for later.
const NONCE_HOLDER: &str = "nonce holder";
/// Who has a vote left when the others have approved.
const LATE: usize = 5;

/// Buffers of the proposer's, and what each holds.
pub fn buffers() -> Vec<(&'static str, Vec<u8>)> {
    let [now, next] = ["localnet/margin", "localnet/margin_next"].map(elf);
    let mut altered = next.clone();
    altered[next.len() / 2] ^= 1;
    let tailed = [&next[..], &[0xcc; 1_000]].concat();
    vec![
        ("next", next),
        ("way back from next", now.clone()),
        ("parallel", now.clone()),
        ("way back from parallel", now.clone()),
        ("stale", now),
        ("altered", altered),
        ("tailed", tailed),
    ]
}

/// What was tried, and how it was refused.
pub struct Refusal {
    pub attack: &'static str,
    pub step: &'static str,
    pub answer: String,
}

/// Accounts as they stood.
type Named = BTreeMap<Pubkey, Option<Account>>;

struct Siege<'a> {
    arena: &'a mut Arena,
    /// Opened long before anything was proposed.
    nonce: Pubkey,
    attack: &'static str,
    refusals: Vec<Refusal>,
    findings: Findings,
}

/// Tries every attack on one upgrade, which arrives all the same.
pub fn play(arena: &mut Arena, progress: &dyn Fn(&str)) -> (Vec<Refusal>, Findings) {
    let nonce = arena.world.nonce_open("nonce", &key(NONCE_HOLDER));
    let mut siege = Siege { arena, nonce, attack: "", refusals: vec![], findings: vec![] };
    progress("network: attacks on an upgrade: before it is proposed");
    let stale = siege.stale_approvals();
    siege.program_closed(&stale);
    let args = next_args();
    siege.other_bytes(&args);
    let buffer = key("next");
    siege.room_make(usize::try_from(args.elf_len).expect("a short ELF"));
    let upgrade = council::upgrade_propose(siege.arena, args, buffer, key("way back from next"));
    siege.buffer_kept(buffer);
    progress("network: attacks on an upgrade: before it is queued");
    siege.votes(&upgrade);
    siege.too_early(&upgrade);
    let parallel = siege.second_upgrade();
    council::delay_pass(siege.arena, upgrade.id);
    progress("network: attacks on an upgrade: under the freeze");
    let records = siege.snapshot_faked(&upgrade);
    siege.execution(&upgrade, &parallel);
    progress("network: attacks on an upgrade: on the new code");
    council::slot_pass(siege.arena);
    siege.other_way_back(&upgrade, &parallel);
    siege.migrated_twice(&records);
    siege.pages(&upgrade, &records);
    siege.arrived(&upgrade, &records);
    (siege.refusals, siege.findings)
}

fn next_args() -> calls::UpgradeProposeArgs {
    let migration_hash = Sha256::digest(PLAN).into();
    calls::UpgradeProposeArgs { schema_to: SCHEMA, migration_hash, ..propose_args(&elf("localnet/margin_next")) }
}

impl Siege<'_> {
    fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(format!("{}: {}", self.attack, otherwise()));
        }
    }

    fn ok(&mut self, steps: &[Instruction], signers: &[&Keypair]) {
        self.arena.world.ok(steps, signers);
    }

    /// Sends it as it is: it must stand in a block, refused with this error, and no account that it names may have changed.
    fn refused(&mut self, step: &'static str, wanted: &str, sent: &[Instruction], signers: &[&Keypair]) {
        let before = self.named(sent);
        let landed = self.arena.world.land(sent, signers, None);
        self.refusal(step, wanted, landed, &before, sent);
    }

    fn refusal(
        &mut self,
        step: &'static str,
        wanted: &str,
        landed: Result<Outcome, Box<Failure>>,
        before: &Named,
        sent: &[Instruction],
    ) {
        let answer = landed.map_or_else(|failure| probe::name(&failure), |_| "it was not refused".to_owned());
        self.expect(answer == wanted, || format!("{step}: {answer}, not {wanted}"));
        let still = self.named(sent) == *before;
        self.expect(still, || format!("{step}: refused, and yet an account is not what it was"));
        self.refusals.push(Refusal { attack: self.attack, step, answer });
    }

    /// What these instructions name, but what the cluster itself writes.
    fn named(&mut self, sent: &[Instruction]) -> Named {
        let mut named = self.arena.world.snapshot(sent);
        named.retain(|_, account| account.as_ref().is_none_or(|held| held.owner != solana_sdk_ids::sysvar::ID));
        named
    }

    fn cancel(&mut self, id: u64) {
        let (proposer, council) = (council::member(0), GOVERNANCE.council());
        let cancel = calls::ProposalCancel { by: proposer.pubkey(), council, proposal: GOVERNANCE.proposal(id) };
        self.ok(&[cancel.instruction()], &[&proposer]);
    }

    /// The same people seat themselves anew: what they approved before is approved by nobody.
    fn stale_approvals(&mut self) -> UpgradeOf {
        self.attack = "approval replayed after a council change";
        let args = propose_args(&elf("localnet/margin"));
        let stale = council::upgrade_propose(self.arena, args, key("stale"), Pubkey::default());
        council::approve(self.arena, stale.id, 0..APPROVALS);
        let late = council::approval(self.arena, stale.id, LATE);
        let members = COUNCIL.map(|name| key(name).to_bytes());
        let change = council::propose(self.arena, &CouncilAction::CouncilSet { members: &members });
        council::approve(self.arena, change, 0..APPROVALS);
        let (council, proposal) = (GOVERNANCE.council(), GOVERNANCE.proposal(change));
        self.ok(&[calls::ProposalQueue { council, proposal }.instruction()], &[]);
        council::delay_pass(self.arena, change);
        self.ok(&[calls::CouncilExecute { council, proposal }.instruction()], &[]);
        let queue = GOVERNANCE.upgrade_queue(&stale);
        self.refused("queued with the old approvals", "MembershipStale", &[queue], &[]);
        self.refused("one more approval", "MembershipStale", &[late], &[&council::member(LATE)]);
        self.cancel(stale.id);
        stale
    }

    /// Nobody but the governor may, and the governor closes buffers alone.
    fn program_closed(&mut self, cancelled: &UpgradeOf) {
        self.attack = "program closed";
        let code = addresses::program_data(&MARGIN);
        let close = |by: Pubkey, signs: bool| {
            let accounts = vec![
                AccountMeta::new(code, false),
                AccountMeta::new(key("thief"), false),
                AccountMeta::new_readonly(by, signs),
                AccountMeta::new(MARGIN, false),
            ];
            loader(accounts, CLOSE, &[])
        };
        for (step, thief) in [("by a member", council::member(1)), ("by the deployer", keypair("deployer"))] {
            self.refused(step, "IncorrectAuthority", &[close(thief.pubkey(), true)], &[&thief]);
        }
        let unsigned = close(GOVERNANCE.authority(), false);
        self.refused("in the governor's name", "MissingRequiredSignature", &[unsigned], &[]);
        let of_buffer = |buffer: Pubkey| {
            let accounts = calls::BufferClose {
                council: GOVERNANCE.council(),
                proposal: GOVERNANCE.proposal(cancelled.id),
                buffer,
                proposer: cancelled.proposer,
                governor_authority: GOVERNANCE.authority(),
            };
            accounts.instruction()
        };
        self.refused("as a cancelled upgrade's buffer", "BufferSwapped", &[of_buffer(code)], &[]);
        self.ok(&[of_buffer(cancelled.buffer)], &[]);
    }

    /// What is proposed is what the buffer holds, all of it.
    fn other_bytes(&mut self, args: &calls::UpgradeProposeArgs) {
        let (proposer, id) = (council::member(0), council::next_id(self.arena));
        let propose =
            |buffer: &str| GOVERNANCE.upgrade_propose(proposer.pubkey(), id, MARGIN, key(buffer), args.clone());
        self.attack = "wrong hash";
        self.refused("one bit of the code is another", "BufferHashMismatch", &[propose("altered")], &[&proposer]);
        self.attack = "bytes hidden behind the hashed length";
        self.refused("a thousand bytes more", "BufferLengthMismatch", &[propose("tailed")], &[&proposer]);
        self.durable_refused("proposal", &propose("next"), &[&proposer]);
    }

    /// Anybody extends margin's account for code, until the next release fits.
    fn room_make(&mut self, elf_len: usize) {
        let held = self.arena.world.account(&addresses::program_data(&MARGIN)).map_or(0, |account| account.data.len());
        let lacks = (PROGRAM_DATA_HEADER_LEN + elf_len).saturating_sub(held);
        if lacks > 0 {
            let extend = self.extend(lacks.max(EXTENSION));
            self.ok(&[extend], &[]);
        }
    }

    fn extend(&self, bytes: usize) -> Instruction {
        let accounts = vec![
            AccountMeta::new(addresses::program_data(&MARGIN), false),
            AccountMeta::new(MARGIN, false),
            AccountMeta::new_readonly(solana_sdk_ids::system_program::ID, false),
            AccountMeta::new(self.arena.world.payer(), true),
        ];
        let bytes = u32::try_from(bytes).expect("a short extension");
        loader(accounts, EXTEND_PROGRAM, &bytes.to_le_bytes())
    }

    fn buffer_kept(&mut self, buffer: Pubkey) {
        self.attack = "buffer authority kept";
        let member = council::member(0);
        let accounts = vec![AccountMeta::new(buffer, false), AccountMeta::new_readonly(member.pubkey(), true)];
        // Offset, then the bytes with their count.
        let byte = [&0_u32.to_le_bytes()[..], &1_u64.to_le_bytes(), &[0xff]].concat();
        let write = loader(accounts.clone(), WRITE, &byte);
        self.refused("a byte written", "IncorrectAuthority", &[write], &[&member]);
        let taken = [accounts, vec![AccountMeta::new_readonly(key("thief"), false)]].concat();
        self.refused("passed on", "IncorrectAuthority", &[loader(taken, SET_AUTHORITY, &[])], &[&member]);
    }

    /// One vote too few, and votes that were signed to be sent some day.
    fn votes(&mut self, upgrade: &UpgradeOf) {
        let last = council::member(APPROVALS - 1);
        council::approve(self.arena, upgrade.id, 0..APPROVALS - 1);
        council::stage_back(self.arena, upgrade);
        let queue = GOVERNANCE.upgrade_queue(upgrade);
        self.attack = "missing approvals";
        self.refused("queued with four of five", "ApprovalsMissing", &[queue.clone()], &[]);
        let approve = council::approval(self.arena, upgrade.id, APPROVALS - 1);
        self.durable_refused("approval", &approve, &[&last]);
        self.ok(&[approve], &[&last]);
        self.durable_refused("queue", &queue, &[]);
        self.ok(&[queue], &[]);
    }

    /// Refused in a transaction that lives on a nonce, which alone moves on.
    fn durable_refused(&mut self, step: &'static str, sent: &Instruction, signers: &[&Keypair]) {
        self.attack = "pre-signed durable nonce";
        let (sent, nonce, holder) = (std::slice::from_ref(sent), self.nonce, keypair(NONCE_HOLDER));
        let before = self.named(sent);
        let held = self.arena.world.account(&nonce);
        let landed = self.arena.world.land(sent, signers, Some((nonce, &holder)));
        self.refusal(step, "DurableNonce", landed, &before, sent);
        let moved = self.arena.world.account(&nonce) != held;
        self.expect(moved, || format!("{step}: the transaction did not live on its nonce"));
    }

    fn too_early(&mut self, upgrade: &UpgradeOf) {
        self.attack = "early execution";
        let freeze = GOVERNANCE.freeze_begin(upgrade.id, MARGIN);
        self.refused("frozen within the delay", "SecondsRemain", &[freeze], &[]);
        self.refused("executed within the delay", "SecondsRemain", &[GOVERNANCE.upgrade_execute(upgrade)], &[]);
    }

    fn second_upgrade(&mut self) -> UpgradeOf {
        self.attack = "second upgrade in parallel";
        let [buffer, back] = ["parallel", "way back from parallel"].map(key);
        let parallel = council::upgrade_propose(self.arena, propose_args(&elf("localnet/margin")), buffer, back);
        council::approve(self.arena, parallel.id, 0..APPROVALS);
        council::stage_back(self.arena, &parallel);
        self.refused("queued", "UpgradeActive", &[GOVERNANCE.upgrade_queue(&parallel)], &[]);
        self.cancel(parallel.id);
        parallel
    }

    /// Pages take margin accounts of their market alone, each once and in its place, and a market is recorded when all have been taken.
    fn snapshot_faked(&mut self, upgrade: &UpgradeOf) -> Records {
        self.attack = "snapshot with a fake account";
        let records = council::freeze_begin(self.arena, upgrade.id);
        let [book, other] = &records.books;
        let all = book.page();
        let swapped = vec![all[1].clone(), all[0].clone()];
        let cases = [
            ("an account of another market", vec![other.page()[0].clone()], "AccountForeign"),
            ("the market itself", vec![AccountMeta::new_readonly(book.recorded.market, false)], "AccountForeign"),
            ("one account twice", vec![all[0].clone(), all[0].clone()], "AccountOutOfOrder"),
            ("two accounts in each other's place", swapped, "AccountOutOfOrder"),
        ];
        for (step, accounts, wanted) in cases {
            self.refused(step, wanted, &[book.recorded.page_take(0, accounts)], &[]);
        }
        self.refused("sealed without its page", "PagesMissing", &[book.recorded.seal()], &[]);
        for book in &records.books {
            self.ok(&[book.recorded.page_take(0, book.page()), book.recorded.seal()], &[]);
        }
        records
    }

    /// Whoever executes brings what was approved, pays whom it says, and may come again after the loader was kept busy.
    fn execution(&mut self, upgrade: &UpgradeOf, parallel: &UpgradeOf) {
        let execute = GOVERNANCE.upgrade_execute(upgrade);
        self.attack = "buffer swapped after approval";
        let swapped = GOVERNANCE.upgrade_execute(&UpgradeOf { buffer: parallel.buffer, ..*upgrade });
        self.refused("another buffer of the governor's", "BufferSwapped", &[swapped], &[]);
        self.attack = "spill redirected";
        let redirected = GOVERNANCE.upgrade_execute(&UpgradeOf { proposer: key("thief"), ..*upgrade });
        self.refused("to a thief", "SpillRedirected", &[redirected], &[]);
        self.durable_refused("execution", &execute, &[]);
        self.attack = "ProgramData extended just before execution";
        let extend = self.extend(EXTENSION);
        self.refused("in one slot", "InvalidArgument", &[extend.clone(), execute.clone()], &[]);
        self.ok(&[extend], &[]);
        let answer = council::insist(self.arena, &execute);
        self.expect(answer == "yes", || format!("executed after it: {answer}"));
    }

    fn other_way_back(&mut self, upgrade: &UpgradeOf, parallel: &UpgradeOf) {
        self.attack = "rollback to another hash";
        let previous = council::adoption(self.arena).previous_hash;
        let [other, vote] = [[7; 32], previous].map(|previous_hash| self.rollback_voted(previous_hash));
        let by = |vote: u64, upgrade: &UpgradeOf| {
            let vote = AccountMeta::new_readonly(GOVERNANCE.proposal(vote), false);
            GOVERNANCE.upgrade_rollback(upgrade).with_remaining([vote])
        };
        self.refused("by a vote for it", "VoteWrong", &[by(other, upgrade)], &[]);
        let swapped = UpgradeOf { rollback_buffer: parallel.rollback_buffer, ..*upgrade };
        self.refused("from another buffer", "RollbackBufferSwapped", &[by(vote, &swapped)], &[]);
        self.refused("for no reason", "RollbackUnfounded", &[GOVERNANCE.upgrade_rollback(upgrade)], &[]);
    }

    /// A vote for the way back to this code, which tightens and so needs no delay.
    fn rollback_voted(&mut self, previous_hash: [u8; 32]) -> u64 {
        let vote = council::propose(self.arena, &CouncilAction::RollBack { program: MARGIN.to_bytes(), previous_hash });
        council::approve(self.arena, vote, 0..APPROVALS);
        let (council, proposal) = (GOVERNANCE.council(), GOVERNANCE.proposal(vote));
        self.ok(&[calls::ProposalQueue { council, proposal }.instruction()], &[]);
        council::delay_pass(self.arena, vote);
        vote
    }

    fn migrated_twice(&mut self, records: &Records) {
        self.attack = "migrated twice";
        let migrate = account_migrate(records.books.iter().flat_map(|book| book.accounts.clone()));
        self.ok(std::slice::from_ref(&migrate), &[]);
        self.refused("every account again", "AlreadyMigrated", &[migrate], &[]);
    }

    fn pages(&mut self, upgrade: &UpgradeOf, records: &Records) {
        let book = &records.books[0];
        let (all, market) = (book.page(), book.recorded.market_verify(upgrade.id));
        let mut turned = all.clone();
        turned.swap(0, 1);
        self.attack = "page skipped or doubled";
        self.refused("the market without its page", "PagesMissing", std::slice::from_ref(&market), &[]);
        let cases = [("an empty page", vec![]), ("an account left out", all[1..].to_vec()), ("two exchanged", turned)];
        for (step, accounts) in cases {
            self.refused(step, "PageAccountsDiffer", &[book.recorded.page_verify(0, accounts)], &[]);
        }
        let verify = book.recorded.page_verify(0, all);
        self.ok(std::slice::from_ref(&verify), &[]);
        self.refused("the page again", "PageVerified", &[verify], &[]);
        self.ok(std::slice::from_ref(&market), &[]);
        self.refused("the market again", "MarketVerified", &[market], &[]);
    }

    /// After all of that the upgrade is verified from outside and on its first canary step.
    fn arrived(&mut self, upgrade: &UpgradeOf, records: &Records) {
        self.attack = "the upgrade itself";
        let book = &records.books[1];
        self.ok(&[book.recorded.page_verify(0, book.page())], &[]);
        self.ok(&[book.recorded.market_verify(upgrade.id)], &[]);
        for step in records.ledger_verify(upgrade.id) {
            self.ok(&step, &[]);
        }
        let stage = council::stage(self.arena);
        self.expect(stage == Some(Stage::Canary), || format!("verified, and yet at {stage:?}"));
        let approved: Proposal = council::proposal(self.arena, upgrade.id);
        let runs = council::adoption(self.arena).elf_hash;
        let wanted: [u8; 32] = Sha256::digest(elf("localnet/margin_next")).into();
        self.expect(runs == wanted, || format!("proposal {} brought other code", approved.id.get()));
    }
}

/// An instruction of the loader's.
fn loader(accounts: Vec<AccountMeta>, number: u32, rest: &[u8]) -> Instruction {
    let data = [&number.to_le_bytes()[..], rest].concat();
    Instruction { program_id: LOADER, accounts, data }
}
