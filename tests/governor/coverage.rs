//! INVARIANT(G-12) beyond margin accounts: every account that carries a claim or decides money is in its program's ledger, once; lying code
//! that changes one is found out, rolled back, and what it changed is written back byte for byte.

use crate::brakes::config;
use crate::fixture::{error, program_data};
use crate::positions::{MARGIN, Positions, lying_code};
use abi::breaker::{Brake, Custody, Ticket};
use abi::config::Config;
use abi::margin::{Expiry, PostedQuote, QuoteState};
use abi::oracle::{Feed, Settlement};
use abi::vault::{Deposit, Vault};
use abi::{Layout, ids};
use client::ledger::{Entry, Ledger};
use client::{addresses, governor as calls, oracle, vault};
use policy::{Level, proposal::State, rollout::Stage};
use solana_instruction::{AccountMeta, Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::mem::offset_of;
use testkit::{GENESIS_HASH, Quote, SOL, USDC, VAULT_MANDATE, key, keypair};

pub const ORACLE: Pubkey = Pubkey::new_from_array(ids::ORACLE);
pub const VAULT: Pubkey = Pubkey::new_from_array(ids::VAULT);
pub const BREAKER: Pubkey = Pubkey::new_from_array(ids::BREAKER);

impl Positions {
    pub fn freeze_of_ix(&self, id: u64, program: Pubkey) -> Instruction {
        let accounts = calls::FreezeBegin {
            council: self.fixture.council(),
            proposal: self.fixture.proposal(id),
            adoption: self.fixture.adoption(program),
            rollout: self.fixture.rollout(program),
            governor_authority: self.fixture.authority(),
            config: config(),
        };
        accounts.instruction()
    }

    pub fn end_of_ix(&self, id: u64, program: Pubkey) -> Instruction {
        let accounts = calls::FreezeEnd {
            council: self.fixture.council(),
            proposal: self.fixture.proposal(id),
            rollout: self.fixture.rollout(program),
            governor_authority: self.fixture.authority(),
            config: config(),
        };
        accounts.instruction()
    }

    /// An upgrade of any of the four programs, frozen.
    pub fn frozen_of(&mut self, program: Pubkey, code: &[u8]) -> (u64, Pubkey) {
        if program != MARGIN {
            let len = self.fixture.code(program).len();
            let adopt = self.fixture.adopt_ix(program, len);
            self.fixture.world.ok(&[adopt], &[&keypair("deployer")]);
        }
        let (id, buffer) = self.fixture.upgrade_propose(program, code);
        self.fixture.mature(id);
        self.fixture.world.next_slot();
        let freeze = self.freeze_of_ix(id, program);
        self.fixture.world.ok(&[freeze], &[]);
        (id, buffer)
    }

    /// As [`Positions::frozen_of`], recorded and carried out a slot ago.
    pub fn executed_of(&mut self, program: Pubkey, code: &[u8]) -> u64 {
        let (id, buffer) = self.frozen_of(program, code);
        self.fixture.ledger_take(program);
        if program == MARGIN {
            for step in [self.open_ix(), self.page_ix(0), self.seal_ix()] {
                self.fixture.world.ok(&[step], &[]);
            }
        }
        let execute = self.fixture.upgrade_ix(id, program, buffer);
        self.fixture.world.ok(&[execute], &[]);
        self.fixture.world.next_slot();
        id
    }

    /// Lets the code that runs at a program's address write these bytes into an account, as a lying candidate would.
    pub fn lie_in(&mut self, program: Pubkey, account: Pubkey, offset: usize, bytes: &[u8]) {
        let [low, high] = u16::try_from(offset).expect("an offset").to_le_bytes();
        let data = [&[1, low, high], bytes].concat();
        let accounts = vec![AccountMeta::new(account, false)];
        self.fixture.world.ok(&[Instruction { program_id: program, accounts, data }], &[]);
    }

    fn bytes(&mut self, account: Pubkey) -> Vec<u8> {
        self.fixture.world.account(&account).expect("an account").data
    }

    /// A vault of covered calls, with a deposit that waits.
    pub fn vault(&mut self) -> (Pubkey, Pubkey) {
        let (world, deployer) = (&mut self.fixture.world, &self.protocol.deployer);
        let init = vault::ConfigInit {
            payer: world.payer(),
            upgrade_authority: deployer.pubkey(),
            program_data: program_data(VAULT),
            config: addresses::config(&VAULT),
        };
        let init = init.instruction(vault::ConfigInitArgs { genesis_hash: GENESIS_HASH, authority: deployer.pubkey() });
        let (market, id) = (self.protocol.market, 1);
        let address = addresses::vault(&market, id);
        let epoch = addresses::epoch(&address, 0);
        let account = |subaccount| addresses::margin_account(&market, &address, subaccount);
        let (trading_account, escrow_account) = (account(0), account(1));
        let create = vault::VaultCreate {
            payer: world.payer(),
            config: addresses::config(&VAULT),
            authority: deployer.pubkey(),
            market,
            vault: address,
            epoch,
            trading_account,
            escrow_account,
            share_mint: addresses::share_mint(&address),
            share_tokens: addresses::share_tokens(&address),
        };
        let args = vault::VaultCreateArgs {
            id,
            kind: abi::vault::KIND_COVERED_CALL,
            mandate: VAULT_MANDATE,
            fee_recipient: key("treasury"),
        };
        world.ok(&[init, create.instruction(args)], &[deployer]);
        let actor = &self.actors[2];
        self.protocol.base.mint_to(world, &actor.base_tokens, SOL);
        let deposit = addresses::deposit(&epoch, &actor.key());
        let call = vault::Deposit {
            owner: actor.key(),
            vault: address,
            epoch,
            deposit,
            market,
            trading_account,
            escrow_account,
            mint: self.protocol.base.mint,
            source: actor.base_tokens,
            tokens: self.protocol.base_tokens,
        };
        world.ok(&[call.instruction(vault::DepositArgs { amount_atoms: SOL })], &[&actor.keypair]);
        (address, deposit)
    }

    /// A withdrawal that waits in the breaker's queue.
    fn ticket(&mut self) -> Pubkey {
        self.fixture.level_force(Level::Frozen);
        let mint = self.protocol.quote.mint;
        let withdraw = self.protocol.withdraw_ticket(&self.actors[2], mint, 1_000 * USDC, 1);
        let owner = self.actors[2].keypair.insecure_clone();
        self.fixture.world.ok(&[withdraw], &[&owner]);
        self.fixture.level_force(Level::Normal);
        addresses::ticket(&self.protocol.quote_tokens, 1)
    }

    /// The settlement of the listed expiry, fixed long after it.
    fn settlement(&mut self) -> Pubkey {
        let expiry_unix_s = self.state(0).positions[0].expiry_unix_s.get();
        self.fixture.world.set_unix_s(expiry_unix_s - 1_900);
        self.protocol.price(&mut self.fixture.world, 150 * USDC);
        self.protocol.stand_s(&mut self.fixture.world, 150 * USDC, 1_960);
        let settlement = addresses::settlement(&self.protocol.feed, expiry_unix_s);
        let call =
            oracle::SettlementFinalise { payer: self.fixture.world.payer(), feed: self.protocol.feed, settlement };
        let call = call.instruction(oracle::SettlementFinaliseArgs { expiry_unix_s });
        self.fixture.world.ok(&[call], &[]);
        settlement
    }

    fn expiry(&mut self) -> Pubkey {
        let expiry_unix_s = self.state(0).positions[0].expiry_unix_s.get();
        addresses::expiry(&self.protocol.market, expiry_unix_s)
    }
}

/// One field that lying code changes, and all that follows from it.
struct Lie {
    program: Pubkey,
    account: Pubkey,
    offset: usize,
    bytes: Vec<u8>,
}

impl Lie {
    /// Writes other bytes over a field of a layout.
    fn of<T: Layout>(program: Pubkey, account: Pubkey, field: usize, bytes: impl AsRef<[u8]>) -> Self {
        Self { program, account, offset: 8 + field, bytes: bytes.as_ref().to_vec() }
    }

    /// Told, caught, rolled back, written back, verified.
    fn told(self, mut positions: Positions) {
        let Self { program, account, offset, bytes } = self;
        let id = positions.executed_of(program, &lying_code());
        let (ledger, entries) = (positions.fixture.ledger(program), positions.fixture.entries(program));
        let entry = entries.iter().find(|entry| entry.account == account).expect("an account of the ledger").clone();
        let was = positions.bytes(account);
        positions.lie_in(program, account, offset, &bytes);
        assert_ne!(positions.bytes(account), was, "a lie");
        caught(&mut positions, id, (&ledger, &entry, &entries), program);
        written_back(&mut positions, id, (&ledger, &entry, &entries), &was);
        assert_eq!(positions.bytes(account), was);
        over(&mut positions, id, &ledger, &entries);
    }
}

/// The account's verification records the failure; the others verify, and the ledger does not.
fn caught(positions: &mut Positions, id: u64, (ledger, lied, entries): (&Ledger, &Entry, &[Entry]), program: Pubkey) {
    let rollback = positions.fixture.rollback_ix(id, program);
    positions.fixture.world.fail(std::slice::from_ref(&rollback), &[], error("RollbackUnfounded"));
    for entry in entries.iter().filter(|entry| *entry != lied) {
        positions.fixture.world.ok(&[ledger.verify(entry)], &[]);
    }
    assert_eq!(positions.fixture.rollout_state(program).failed, 0);
    positions.fixture.world.ok(&[ledger.verify(lied)], &[]);
    assert_eq!(positions.fixture.rollout_state(program).failed, 1);
    positions.fixture.world.fail(&[ledger.verify_all(id)], &[], error("AccountsMissing"));
    positions.fixture.world.ok(&[rollback], &[]);
    positions.fixture.world.fail(&[ledger.verify(lied)], &[], error("ExecutedThisSlot"));
    positions.fixture.world.next_slot();
    positions.fixture.world.fail(&[ledger.verify(lied)], &[], error("RecordDiffers"));
}

/// Anybody writes the account back from what anybody kept, and from nothing else.
fn written_back(positions: &mut Positions, id: u64, (ledger, lied, entries): (&Ledger, &Entry, &[Entry]), was: &[u8]) {
    let payer = positions.fixture.world.payer();
    let mut other = was.to_vec();
    *other.last_mut().expect("bytes") ^= 1;
    for wrong in [&other[..], &was[..was.len() - 1], &[]] {
        let preimage = positions.upload("wrong", wrong);
        let restore = ledger.restore(payer, lied.account, preimage, &[]);
        positions.fixture.world.fail(&[restore], &[], error("PreimageWrong"));
    }
    let preimage = positions.upload("right", was);
    let restore = ledger.restore(payer, lied.account, preimage, &[]);
    positions.fixture.world.ok(std::slice::from_ref(&restore), &[]);
    positions.fixture.world.fail(&[restore], &[], error("AccountIntact"));
    for entry in entries {
        positions.fixture.world.ok(&[ledger.verify(entry)], &[]);
        positions.fixture.world.fail(&[ledger.verify(entry)], &[], error("RecordVerified"));
    }
    positions.fixture.world.ok(&[ledger.verify_all(id)], &[]);
    if ledger.program == MARGIN {
        let accounts = positions.accounts();
        for step in [positions.verify_page_ix(accounts), positions.verify_market_ix(id)] {
            positions.fixture.world.ok(&[step], &[]);
        }
    }
}

/// The freeze ends at level 2, roots move again, and every rent goes back.
fn over(positions: &mut Positions, id: u64, ledger: &Ledger, entries: &[Entry]) {
    assert_eq!(positions.fixture.state(id), State::RolledBack);
    assert_eq!(positions.fixture.rollout_state(ledger.program).stage, Stage::Idle.byte());
    let end = positions.end_of_ix(id, ledger.program);
    positions.fixture.world.ok(&[end], &[]);
    assert_eq!(positions.level(), Level::CloseOnly);
    let payer = positions.fixture.world.payer();
    for root in entries.iter().filter(|entry| entry.is_held) {
        positions.fixture.world.ok(&[ledger.release(root.account)], &[]);
    }
    positions.fixture.world.fail(&[ledger.close(payer)], &[], error("PagesOpen"));
    for entry in entries {
        positions.fixture.world.ok(&[ledger.record_close(&entry.account, payer)], &[]);
    }
    positions.fixture.world.ok(&[ledger.close(payer)], &[]);
    assert!(positions.fixture.world.account(&ledger.address()).is_none());
}

#[test]
fn expirys_settlement_price_changed_by_margins_code_is_caught_and_written_back() {
    let mut positions = Positions::new();
    let expiry = positions.expiry();
    let field = offset_of!(Expiry, settlement_price_e6);
    Lie::of::<Expiry>(MARGIN, expiry, field, 1_u64.to_le_bytes()).told(positions);
}

#[test]
fn filled_packages_changed_by_margins_code_are_caught_and_written_back() {
    let positions = Positions::new();
    let state = addresses::quote_state(&positions.actors[0].account, 1);
    let field = offset_of!(QuoteState, filled_packages);
    Lie::of::<QuoteState>(MARGIN, state, field, 0_u64.to_le_bytes()).told(positions);
}

#[test]
fn posted_quote_changed_by_margins_code_is_caught_and_written_back() {
    let mut positions = Positions::new();
    let fill = positions.fill(7, 10);
    assert_eq!(fill.len(), 2);
    let offer = testkit::Offer {
        expiry_unix_s: positions.state(0).positions[0].expiry_unix_s.get(),
        strike_e6: 150 * USDC,
        kind: abi::margin::KIND_CALL,
        side: abi::quote::SIDE_SELL,
        price_e6: 10 * USDC,
        max_lots: 5,
        nonce: 8,
    };
    let quote = Quote::new(&mut positions.fixture.world, &positions.protocol, &positions.actors[0], offer);
    let post = quote.post(&positions.protocol, &positions.actors[0]);
    let maker = positions.actors[0].keypair.insecure_clone();
    positions.fixture.world.ok(&[post], &[&maker]);
    let posted = addresses::posted_quote(&positions.actors[0].account, 8);
    let field = offset_of!(PostedQuote, message) + 100;
    Lie::of::<PostedQuote>(MARGIN, posted, field, [0xff; 8]).told(positions);
}

#[test]
fn configs_authority_changed_by_margins_code_is_caught_and_written_back() {
    let field = offset_of!(Config, authority);
    Lie::of::<Config>(MARGIN, addresses::config(&MARGIN), field, key("thief")).told(Positions::new());
}

#[test]
fn feeds_price_changed_by_the_oracles_code_is_caught_and_written_back() {
    let positions = Positions::new();
    let (feed, field) = (positions.protocol.feed, offset_of!(Feed, price_e6));
    Lie::of::<Feed>(ORACLE, feed, field, 1_u64.to_le_bytes()).told(positions);
}

#[test]
fn feeds_settlement_bucket_changed_by_the_oracles_code_is_caught_and_written_back() {
    let positions = Positions::new();
    let (feed, field) = (positions.protocol.feed, offset_of!(Feed, buckets) + 300 * 16 + 8);
    Lie::of::<Feed>(ORACLE, feed, field, 1_u64.to_le_bytes()).told(positions);
}

#[test]
fn settlement_changed_by_the_oracles_code_is_caught_and_written_back() {
    let mut positions = Positions::new();
    let settlement = positions.settlement();
    let field = offset_of!(Settlement, price_e6);
    Lie::of::<Settlement>(ORACLE, settlement, field, 1_u64.to_le_bytes()).told(positions);
}

#[test]
fn vaults_shares_changed_by_its_code_are_caught_and_written_back() {
    let mut positions = Positions::new();
    let (vault, _) = positions.vault();
    Lie::of::<Vault>(VAULT, vault, offset_of!(Vault, shares), 7_u64.to_le_bytes()).told(positions);
}

#[test]
fn vaults_deposit_changed_by_its_code_is_caught_and_written_back() {
    let mut positions = Positions::new();
    let (_, deposit) = positions.vault();
    let field = offset_of!(Deposit, amount_atoms);
    Lie::of::<Deposit>(VAULT, deposit, field, (9 * SOL).to_le_bytes()).told(positions);
}

#[test]
fn tickets_amount_changed_by_the_breakers_code_is_caught_and_written_back() {
    let mut positions = Positions::new();
    let ticket = positions.ticket();
    let field = offset_of!(Ticket, amount_atoms);
    Lie::of::<Ticket>(BREAKER, ticket, field, (1_000_000 * USDC).to_le_bytes()).told(positions);
}

#[test]
fn custodys_limits_changed_by_the_breakers_code_are_caught_and_written_back() {
    let positions = Positions::new();
    let (custody, field) = (positions.protocol.custody, offset_of!(Custody, limits));
    Lie::of::<Custody>(BREAKER, custody, field, [0xff; 4]).told(positions);
}

#[test]
fn level_lowered_by_the_breakers_code_is_caught_and_written_back() {
    let field = offset_of!(Brake, level);
    Lie::of::<Brake>(BREAKER, addresses::brake(), field, [0]).told(Positions::new());
}

/// What stands still, and what does not: the feed's price is the oracle's to record under everybody's freeze but its own.
#[test]
fn roots_stand_still_from_their_record_until_they_are_released() {
    let mut positions = Positions::new();
    let (id, _) = positions.frozen_of(ORACLE, &lying_code());
    positions.protocol.price(&mut positions.fixture.world, 151 * USDC);
    positions.fixture.ledger_take(ORACLE);
    let refresh = positions.protocol.feed_refresh();
    let held = crate::fixture::code_of(oracle::ERRORS, "FeedHeld");
    positions.fixture.world.fail(std::slice::from_ref(&refresh), &[], held);
    let (ledger, feed) = (positions.fixture.ledger(ORACLE), positions.protocol.feed);
    positions.fixture.world.fail(&[ledger.release(feed)], &[], error("FreezeRunning"));
    let verify_s = policy::rollout::VERIFY_S;
    positions.fixture.world.advance_s(verify_s.into());
    positions.fixture.world.advance_slots(verify_s.into());
    let end = positions.end_of_ix(id, ORACLE);
    positions.fixture.world.ok(&[end], &[]);
    positions.fixture.world.fail(std::slice::from_ref(&refresh), &[], held);
    positions.fixture.world.ok(&[ledger.release(feed)], &[]);
    positions.protocol.price(&mut positions.fixture.world, 152 * USDC);
}

/// A hold runs out by itself, whoever forgets to end it.
#[test]
fn hold_runs_out_by_itself() {
    let mut positions = Positions::new();
    positions.frozen_of(ORACLE, &lying_code());
    positions.fixture.ledger_take(ORACLE);
    positions.fixture.world.advance_s(3 * i64::from(policy::rollout::VERIFY_S));
    positions.protocol.price(&mut positions.fixture.world, 152 * USDC);
}

/// INVARIANT(G-11): a ledger that leaves an account out is not sealed; one that would count an account twice cannot be.
#[test]
fn ledger_that_leaves_an_account_out_is_not_sealed() {
    let mut positions = Positions::new();
    let (_, deposit) = positions.vault();
    positions.frozen_of(VAULT, &lying_code());
    let (ledger, payer) = (positions.fixture.ledger(VAULT), positions.fixture.world.payer());
    let entries = positions.fixture.entries(VAULT);
    assert_eq!(entries.iter().map(|entry| entry.is_root).collect::<Vec<_>>(), [true, false, false, false]);
    positions.fixture.world.ok(&[ledger.open(payer)], &[]);
    positions.fixture.world.fail(&[ledger.take(payer, &entries[1])], &[], error("RootsMissing"));
    positions.fixture.world.fail(&[ledger.seal()], &[], error("RootsMissing"));
    for entry in entries.iter().filter(|entry| entry.account != deposit) {
        positions.fixture.world.ok(&[ledger.take(payer, entry)], &[]);
    }
    positions.fixture.world.fail(&[ledger.seal()], &[], error("AccountsMissing"));
    let again = ledger.take(payer, &entries[0]);
    positions.fixture.world.fail(&[again], &[], crate::fixture::IN_USE);
    let left = entries.iter().find(|entry| entry.account == deposit).expect("the deposit");
    positions.fixture.world.ok(&[ledger.take(payer, left)], &[]);
    positions.fixture.world.ok(&[ledger.seal()], &[]);
    positions.fixture.world.fail(&[ledger.seal()], &[], error("RolloutStageWrong"));
    let state = positions.fixture.ledger_state(VAULT);
    assert_eq!((state.roots.get(), state.accounts.get(), state.accounts_taken.get()), (1, 4, 4));
}

/// Shares minted, or their account drained or lent, without a byte of the vault changed.
#[test]
fn shares_minted_by_the_vaults_code_are_caught() {
    for (of_mint, at, bytes) in [(true, 36, 1_u64.to_le_bytes()), (false, 72, [1, 0, 0, 0, 9, 9, 9, 9])] {
        let mut positions = Positions::new();
        let (vault, _) = positions.vault();
        positions.executed_of(VAULT, &lying_code());
        let token = if of_mint { addresses::share_mint(&vault) } else { addresses::share_tokens(&vault) };
        // What the vault's PDA, which signs for both, lets its program do.
        let mut account = positions.fixture.world.account(&token).expect("a token account");
        account.data[at..at + 8].copy_from_slice(&bytes);
        positions.fixture.world.set_account(&token, account);
        let entry =
            positions.fixture.entries(VAULT).into_iter().find(|entry| entry.account == vault).expect("the vault");
        let ledger = positions.fixture.ledger(VAULT);
        for tokens in [vec![], vec![entry.tokens[1], entry.tokens[0]], vec![entry.tokens[0]]] {
            let verify = ledger.verify(&Entry { tokens, ..entry.clone() });
            positions.fixture.world.fail(&[verify], &[], error("TokensSwapped"));
        }
        positions.fixture.world.ok(&[ledger.verify(&entry)], &[]);
        assert_eq!(positions.fixture.rollout_state(VAULT).failed, 1);
    }
}

/// Closed by failed code: created again at its address, whose seeds prove themselves.
#[test]
fn account_that_failed_code_closed_is_created_again() {
    let mut positions = Positions::new();
    let (_, deposit) = positions.vault();
    let id = positions.executed_of(VAULT, &lying_code());
    let (ledger, entries) = (positions.fixture.ledger(VAULT), positions.fixture.entries(VAULT));
    let was = positions.bytes(deposit);
    positions.fixture.world.set_account(&deposit, solana_account::Account::default());
    let entry = entries.iter().find(|entry| entry.account == deposit).expect("the deposit").clone();
    positions.fixture.world.ok(&[ledger.verify(&entry)], &[]);
    let rollback = positions.fixture.rollback_ix(id, VAULT);
    positions.fixture.world.ok(&[rollback], &[]);
    positions.fixture.world.next_slot();
    let (preimage, payer) = (positions.upload("kept", &was), positions.fixture.world.payer());
    let state = *abi::read::<Deposit>(&ids::VAULT, &ids::VAULT, &was).expect("a deposit");
    let seeds: [&[u8]; 4] = [b"deposit", &state.epoch, &state.owner, &[state.bump]];
    let wrong = ledger.restore(payer, deposit, preimage, &[b"deposit", &state.owner, &state.epoch, &[state.bump]]);
    positions.fixture.world.fail(&[wrong], &[], InstructionError::PrivilegeEscalation);
    let restore = ledger.restore(payer, deposit, preimage, &seeds);
    positions.fixture.world.ok(&[restore], &[]);
    assert_eq!(positions.bytes(deposit), was);
    positions.fixture.ledger_verify(VAULT, id);
    assert_eq!(positions.fixture.state(id), State::RolledBack);
}

/// Nobody ends another program's freeze, nor carries out an upgrade under it.
#[test]
fn freeze_of_another_program_is_its_own_to_end() {
    let mut positions = Positions::new();
    let (other, buffer) = positions.frozen_of(ORACLE, &lying_code());
    let verify_s = policy::rollout::VERIFY_S;
    positions.fixture.world.advance_s(verify_s.into());
    positions.fixture.world.advance_slots(verify_s.into());
    let end = positions.end_of_ix(other, ORACLE);
    positions.fixture.world.ok(&[end], &[]);
    positions.frozen_of(MARGIN, &lying_code());
    let end = positions.end_of_ix(other, ORACLE);
    positions.fixture.world.fail(&[end], &[], error("NoFreeze"));
    assert_eq!(positions.level(), Level::Migrating);
    let execute = positions.fixture.upgrade_ix(other, ORACLE, buffer);
    positions.fixture.world.fail(&[execute], &[], error("NotMigrating"));
}
