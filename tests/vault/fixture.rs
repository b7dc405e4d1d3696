//! The three kinds of vaults on a market in use, at each stage of an epoch.

use abi::margin::MarginAccount;
use abi::vault::{Bid, Epoch, Vault, bid_message};
use abi::{Layout, ids};
use client::vault::{self as calls, MandateArgs};
use client::{addresses, margin, oracle};
use sha2::{Digest, Sha256};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use testkit::{Actor, Protocol, SOL, Token, USDC, World, key, surface_write, vaults_check};
pub use testkit::{VAULT_MANDATE as MANDATE, VaultKeys};

pub const SPOT_E6: u64 = 100_000_000;
/// What the mandate's deltas choose at a volatility of 60 % for a week, on the market's tick of five; and the lower put of the spread.
pub const CALL_E6: u64 = 110_000_000;
pub const PUT_E6: u64 = 90_000_000;
pub const HEDGE_E6: u64 = 80_000_000;
pub const AUCTION_S: i64 = 3_600;
pub const EPOCH_S: i64 = 604_800;
/// Shares of an atom at the start.
pub const SHARES: u64 = 1_000;

/// The system program's code when an account to be created exists.
pub const ALREADY_IN_USE: u32 = 0;
pub const SYSTEM: Pubkey = Pubkey::new_from_array([0; 32]);
pub const TOKEN: Pubkey = Pubkey::new_from_array(ids::TOKEN);
pub const TOKEN_2022: Pubkey = Pubkey::new_from_array(ids::TOKEN_2022);

pub const CALLS: u8 = abi::vault::KIND_COVERED_CALL;
pub const PUTS: u8 = abi::vault::KIND_CASH_SECURED_PUT;
pub const SPREADS: u8 = abi::vault::KIND_PUT_SPREAD;

/// The mandate of a kind.
pub fn mandate(kind: u8) -> MandateArgs {
    match kind {
        CALLS => MANDATE,
        PUTS => MandateArgs { deposit_min_atoms: USDC, capacity_atoms: 1_000_000 * USDC, ..MANDATE },
        _ => MandateArgs { width_bps: 1_500, ..mandate(PUTS) },
    }
}

/// Error codes of the program, by name.
pub fn code(name: &str) -> u32 {
    named(calls::ERRORS, name)
}

/// Error codes of margin, by name.
pub fn margin_code(name: &str) -> u32 {
    named(margin::ERRORS, name)
}

/// Error codes of the framework, by name.
pub fn framework_code(name: &str) -> u32 {
    named(client::framework::ERRORS, name)
}

pub fn named(errors: &[(u32, &str, &str)], name: &str) -> u32 {
    errors.iter().find(|(_, known, _)| *known == name).unwrap_or_else(|| panic!("no error {name}")).0
}

pub struct Stage {
    pub world: World,
    pub protocol: Protocol,
    pub deployer: Keypair,
    /// The vault under test, whose number is its kind, and another one of the same market.
    pub kind: u8,
    pub vault: VaultKeys,
    pub other: VaultKeys,
    /// Number of the current epoch.
    pub number: u64,
    pub expiry_unix_s: i64,
    pub expiry: Pubkey,
    /// Everybody with a margin account or tokens, for the sums.
    pub actors: Vec<Actor>,
}

pub const ALICE: usize = 0;
pub const BOB: usize = 1;
pub const CAROL: usize = 2;
pub const DAVE: usize = 3;
pub const ERIN: usize = 4;

/// Prices of bids are told in percent of the reserve price.
pub const CAROLS: u64 = 240;
pub const DAVES: u64 = 180;

impl Stage {
    /// A market with a listed expiry and its surface, and the vault program before its config.
    pub fn bare() -> Self {
        Self::bare_on(World::lite(), CALLS)
    }

    fn bare_on(mut world: World, kind: u8) -> Self {
        let protocol = Protocol::new(&mut world, SPOT_E6);
        let expiry_unix_s = protocol.expiry_unix_s(&mut world, 7);
        let expiry = protocol.expiry(&mut world, expiry_unix_s);
        let deployer = world.rich("deployer");
        let other = if kind == CALLS { PUTS } else { CALLS };
        let [vault, other] = [kind, other].map(|id| VaultKeys::of(&protocol.market, id.into()));
        Self { world, protocol, deployer, kind, vault, other, number: 0, expiry_unix_s, expiry, actors: vec![] }
    }

    /// Two vaults, the covered calls under test; two depositors, three bidders.
    pub fn new() -> Self {
        Self::of(CALLS)
    }

    pub fn of(kind: u8) -> Self {
        Self::on(World::lite(), kind)
    }

    /// As [`Stage::of`], in this world.
    pub fn on(world: World, kind: u8) -> Self {
        let mut stage = Self::bare_on(world, kind);
        let init = stage.config_init();
        stage.world.ok(&[init], &[&stage.deployer]);
        let other = if kind == CALLS { PUTS } else { CALLS };
        for kind in [kind, other] {
            let create = stage.vault_create(kind.into(), kind, mandate(kind));
            stage.world.ok(&[create], &[&stage.deployer]);
        }
        for name in ["alice", "bob"] {
            let actor = stage.protocol.actor(&mut stage.world, name, 50 * SOL, 10_000 * USDC);
            stage.actors.push(actor);
        }
        for name in ["carol", "dave", "erin"] {
            let actor = stage.protocol.actor(&mut stage.world, name, 0, 1_000 * USDC);
            stage.actors.push(actor);
        }
        for who in 0..stage.actors.len() {
            stage.share_wallet_open(who);
        }
        stage
    }

    /// A token account of the vault's shares for `who`.
    pub fn share_wallet_open(&mut self, who: usize) {
        for keys in [self.vault, self.other] {
            let (owner, address) = (self.actor(who).key(), self.share_wallet_of(who, &keys));
            let mut data = vec![0; 165];
            data[..32].copy_from_slice(keys.share_mint.as_ref());
            data[32..64].copy_from_slice(owner.as_ref());
            data[108] = 1;
            self.world
                .set_account(&address, Account { lamports: 10_000_000, data, owner: TOKEN_2022, ..Account::default() });
        }
    }

    fn share_wallet_of(&self, who: usize, keys: &VaultKeys) -> Pubkey {
        key(&format!("shares of {} in {}", self.actor(who).key(), keys.vault))
    }

    pub fn share_wallet(&self, who: usize) -> Pubkey {
        self.share_wallet_of(who, &self.vault)
    }

    /// 3.55 SOL of two deposited, or 355 USDC: nothing turned yet.
    pub fn deposited() -> Self {
        Self::deposited_of(CALLS)
    }

    pub fn deposited_of(kind: u8) -> Self {
        let mut stage = Self::of(kind);
        let (alice, bob) = stage.stakes();
        stage.do_deposit(ALICE, alice);
        stage.do_deposit(BOB, bob);
        stage
    }

    /// What Alice and Bob deposit.
    pub fn stakes(&self) -> (u64, u64) {
        if self.kind == CALLS { (2 * SOL, 1_550_000_007) } else { (200 * USDC, 155_000_007) }
    }

    /// The deposits are shares, in epoch 1.
    pub fn funded() -> Self {
        Self::funded_of(CALLS)
    }

    pub fn funded_of(kind: u8) -> Self {
        let mut stage = Self::deposited_of(kind);
        stage.do_turn();
        for who in [ALICE, BOB] {
            stage.do_deposit_claim(who, 0);
        }
        stage
    }

    /// The auction open: of 35 lots of calls.
    pub fn auctioning() -> Self {
        Self::auctioning_of(CALLS)
    }

    pub fn auctioning_of(kind: u8) -> Self {
        let mut stage = Self::funded_of(kind);
        stage.do_open();
        stage
    }

    /// Carol's bid for 20 lots and Dave's for 30 committed and the time for reveals come.
    pub fn revealing() -> Self {
        Self::revealing_of(CALLS)
    }

    pub fn revealing_of(kind: u8) -> Self {
        let mut stage = Self::auctioning_of(kind);
        stage.do_commit(CAROL, 20, CAROLS);
        stage.do_commit(DAVE, 30, DAVES);
        stage.world.advance_s(AUCTION_S);
        stage
    }

    /// Both revealed, and the auction is over.
    pub fn auction_over() -> Self {
        Self::auction_over_of(CALLS)
    }

    pub fn auction_over_of(kind: u8) -> Self {
        let mut stage = Self::revealing_of(kind);
        stage.do_reveal(CAROL, CAROLS);
        stage.do_reveal(DAVE, DAVES);
        stage.end_auction();
        stage
    }

    /// Cleared at Dave's price, nothing settled yet.
    pub fn cleared() -> Self {
        let mut stage = Self::auction_over();
        stage.do_clear();
        stage
    }

    /// Sold: of calls, 20 lots to Carol and 15 to Dave.
    pub fn live() -> Self {
        Self::live_of(CALLS)
    }

    pub fn live_of(kind: u8) -> Self {
        let mut stage = Self::auction_over_of(kind);
        stage.do_clear();
        for who in [CAROL, DAVE] {
            stage.do_settle(who);
        }
        stage
    }

    /// Expired at `price_e6`, the vault's position settled.
    pub fn expired(price_e6: u64) -> Self {
        Self::expired_of(CALLS, price_e6)
    }

    pub fn expired_of(kind: u8, price_e6: u64) -> Self {
        let mut stage = Self::live_of(kind);
        stage.expire(price_e6);
        let settle = stage.account_settle(stage.vault.trading);
        stage.world.ok(&[settle], &[]);
        stage
    }

    pub fn actor(&self, who: usize) -> &Actor {
        &self.actors[who]
    }

    pub fn epoch_key(&self, number: u64) -> Pubkey {
        addresses::epoch(&self.vault.vault, number)
    }

    pub fn deposit_key(&self, who: usize, number: u64) -> Pubkey {
        addresses::deposit(&self.epoch_key(number), &self.actor(who).key())
    }

    pub fn withdrawal_key(&self, who: usize, number: u64) -> Pubkey {
        addresses::withdrawal(&self.epoch_key(number), &self.actor(who).key())
    }

    pub fn bid_key(&self, who: usize) -> Pubkey {
        addresses::bid(&self.epoch_key(self.number), &self.actor(who).key())
    }

    pub fn vault_state(&mut self) -> Vault {
        self.world.read(ids::VAULT, &self.vault.vault)
    }

    pub fn epoch(&mut self) -> Epoch {
        self.epoch_at(self.number)
    }

    pub fn epoch_at(&mut self, number: u64) -> Epoch {
        let epoch = self.epoch_key(number);
        self.world.read(ids::VAULT, &epoch)
    }

    pub fn bid(&mut self, who: usize) -> Bid {
        let bid = self.bid_key(who);
        self.world.read(ids::VAULT, &bid)
    }

    pub fn trading(&mut self) -> MarginAccount {
        self.world.read(ids::MARGIN, &self.vault.trading)
    }

    pub fn escrow(&mut self) -> MarginAccount {
        self.world.read(ids::MARGIN, &self.vault.escrow)
    }

    /// What the vault has at risk, in its own token.
    pub fn at_risk(&mut self) -> u64 {
        let trading = self.trading();
        if self.kind == CALLS { trading.base_atoms.get() } else { trading.quote_atoms.get() as u64 }
    }

    pub fn base_of(&mut self, who: usize) -> u64 {
        let tokens = self.actor(who).base_tokens;
        Token::balance(&mut self.world, &tokens)
    }

    pub fn quote_of(&mut self, who: usize) -> u64 {
        let tokens = self.actor(who).quote_tokens;
        Token::balance(&mut self.world, &tokens)
    }

    pub fn shares_of(&mut self, who: usize) -> u64 {
        let wallet = self.share_wallet(who);
        Token::balance(&mut self.world, &wallet)
    }

    /// The mint and the wallets of the vault's own token.
    pub fn mint(&self) -> Pubkey {
        if self.kind == CALLS { self.protocol.base.mint } else { self.protocol.quote.mint }
    }

    pub fn wallet(&self, who: usize) -> Pubkey {
        if self.kind == CALLS { self.actor(who).base_tokens } else { self.actor(who).quote_tokens }
    }

    pub fn tokens(&self) -> Pubkey {
        addresses::tokens(&self.protocol.market, &self.mint())
    }

    /// A price of so many percent of the reserve.
    pub fn price(&mut self, percent: u64) -> u64 {
        self.epoch().reserve_price_e6.get() * percent / 100
    }

    /// What `who` commits to.
    pub fn commitment(&self, who: usize, lots: u64, price_e6: u64) -> [u8; 32] {
        Sha256::digest(bid_message(&self.bid_key(who).to_bytes(), lots, price_e6, &salt(who))).into()
    }

    /// Another market's account: the same bytes at another address.
    pub fn other_market(&mut self) -> Pubkey {
        self.twin(self.protocol.market, "other market")
    }

    /// Copies an account to another address: right owner, right kind, wrong instance.
    pub fn twin(&mut self, of: Pubkey, name: &str) -> Pubkey {
        let account = self.world.account(&of).expect("an account to copy");
        let address = key(name);
        self.world.set_account(&address, account);
        address
    }

    /// The current surface, posted anew.
    pub fn surface(&mut self) -> Pubkey {
        surface_write(&mut self.world, &self.protocol.feed, self.expiry_unix_s)
    }

    /// Sends a step that must land, and holds every sum and invariant afterwards.
    pub fn step(&mut self, instruction: Instruction, who: Option<usize>) {
        let signers: Vec<_> = who.iter().map(|who| self.actors[*who].keypair.insecure_clone()).collect();
        self.world.ok(&[instruction], &signers.iter().collect::<Vec<_>>());
        self.check();
    }

    /// Sends a step that must be refused.
    pub fn refused(&mut self, instruction: Instruction, who: Option<usize>, expect: impl Into<testkit::Expect>) {
        let signers: Vec<_> = who.iter().map(|who| self.actors[*who].keypair.insecure_clone()).collect();
        self.world.fail(&[instruction], &signers.iter().collect::<Vec<_>>(), expect);
    }

    pub fn do_deposit(&mut self, who: usize, amount_atoms: u64) {
        let deposit = self.deposit(who, amount_atoms);
        self.step(deposit, Some(who));
    }

    pub fn do_deposit_claim(&mut self, who: usize, number: u64) {
        let claim = self.deposit_claim(who, number);
        self.step(claim, Some(who));
    }

    pub fn do_withdraw(&mut self, who: usize, shares: u64) {
        let request = self.withdraw_request(who, shares);
        self.step(request, Some(who));
    }

    pub fn do_withdraw_claim(&mut self, who: usize, number: u64) {
        let claim = self.withdraw_claim(who, number);
        self.step(claim, Some(who));
    }

    pub fn do_open(&mut self) {
        self.surface();
        let open = self.auction_open();
        self.step(open, None);
    }

    pub fn do_commit(&mut self, who: usize, lots: u64, percent: u64) {
        let price_e6 = self.price(percent);
        let commit = self.bid_commit(who, lots, price_e6);
        self.step(commit, Some(who));
    }

    pub fn do_reveal(&mut self, who: usize, percent: u64) {
        let price_e6 = self.price(percent);
        let reveal = self.bid_reveal(who, price_e6);
        self.step(reveal, None);
    }

    /// Past the reveals' end, with a fresh price.
    pub fn end_auction(&mut self) {
        let ends = self.epoch().reveal_ends_unix_s.get();
        self.world.set_unix_s(ends);
        self.protocol.price(&mut self.world, SPOT_E6);
    }

    pub fn do_clear(&mut self) {
        let clear = self.auction_clear();
        self.step(clear, None);
    }

    pub fn do_settle(&mut self, who: usize) {
        let settle = self.bid_settle(who);
        self.step(settle, None);
    }

    /// The turn, after which the next epoch is the current one.
    pub fn do_turn(&mut self) {
        // A source's publication counts once a second.
        self.world.advance_s(1);
        self.protocol.price(&mut self.world, SPOT_E6);
        let turn = self.epoch_turn();
        self.world.ok(&[turn], &[]);
        self.number += 1;
        self.check();
    }

    /// The last half hour at one price, the settlement fixed by oracle and margin.
    pub fn expire(&mut self, price_e6: u64) {
        self.world.set_unix_s(self.expiry_unix_s - 1_830);
        self.protocol.price(&mut self.world, price_e6);
        self.protocol.stand_s(&mut self.world, price_e6, 1_840);
        let (feed, expiry_unix_s) = (self.protocol.feed, self.expiry_unix_s);
        let settlement = addresses::settlement(&feed, expiry_unix_s);
        let finalise = oracle::SettlementFinalise { payer: self.world.payer(), feed, settlement };
        let finalise = finalise.instruction(oracle::SettlementFinaliseArgs { expiry_unix_s });
        let fix = margin::ExpirySettle { market: self.protocol.market, expiry: self.expiry, settlement };
        self.world.ok(&[finalise, fix.instruction()], &[]);
    }

    /// Lists the next expiry, `days` from now, for the epochs to come.
    pub fn list(&mut self, days: i64) {
        self.world.advance_s(1);
        self.protocol.price(&mut self.world, SPOT_E6);
        self.expiry_unix_s = self.protocol.expiry_unix_s(&mut self.world, days);
        self.expiry = self.protocol.expiry(&mut self.world, self.expiry_unix_s);
    }

    /// The brake at `level`, raised by the council.
    pub fn brake(&mut self, level: u8) {
        self.world.edit::<abi::breaker::Brake>(&addresses::brake(), |brake| {
            brake.level = level;
            brake.cause = 2;
        });
    }

    /// Every sum of the market, and V-1, V-3, V-4, V-5 of every vault in it.
    pub fn check(&mut self) {
        self.check_sums();
        vaults_check(&self.world.everything());
    }

    /// Whether an account is gone.
    pub fn is_gone(&mut self, address: &Pubkey) -> bool {
        self.world.account(address).is_none_or(|account| account.lamports == 0)
    }

    pub fn edit<T: Layout>(&mut self, address: &Pubkey, change: impl FnOnce(&mut T)) {
        self.world.edit::<T>(address, change);
    }
}

/// Everybody's salt is his own.
pub fn salt(who: usize) -> [u8; 32] {
    [who as u8 + 1; 32]
}
