//! Vaults: what every instruction of theirs must do, the calls of margin inside included.

mod auction;
mod bids;
mod queues;
mod settle;
mod turn;

use super::cash::{Asked, House, book, release};
use super::margin::{brake_refuses, collateral};
use super::{After, Plan, count};
use crate::action::{Token, VaultAction};
use crate::chain::{Chain, Wrap};
use abi::margin::{KIND_CALL, KIND_PUT, MarginAccount, Market};
use abi::vault::{EPOCH_LIVE, Epoch, Vault};
use client::addresses;
use policy::Action;
use risk::vault::{Unit, VaultKind};
use solana_pubkey::Pubkey;
use testkit::VaultKeys;

pub fn plan(chain: &Chain, number: u8, action: &VaultAction) -> Option<Plan> {
    let stand = Stand::of(chain, number);
    match action {
        VaultAction::Deposit { owner, atoms } => Some(queues::deposit(chain, stand, *owner, *atoms)),
        VaultAction::DepositCancel { owner, epoch, ticket } => {
            queues::deposit_cancel(chain, stand, *owner, *epoch, *ticket)
        }
        VaultAction::DepositClaim { owner, epoch } => queues::deposit_claim(chain, stand, *owner, *epoch),
        VaultAction::Leave { owner, shares } => Some(queues::withdraw_request(chain, stand, *owner, *shares)),
        VaultAction::Stay { owner } => queues::withdraw_cancel(chain, stand, *owner),
        VaultAction::LeaveClaim { owner, epoch, ticket } => {
            queues::withdraw_claim(chain, stand, *owner, *epoch, *ticket)
        }
        VaultAction::FeeClaim { by } => Some(queues::fee_claim(chain, stand, *by)),
        VaultAction::Mandate { right, discount_bps, performance_bps, cover_bps } => {
            Some(auction::mandate_set(chain, stand, *right, [*discount_bps, *performance_bps, *cover_bps]))
        }
        VaultAction::MandateApply => Some(auction::mandate_apply(chain, stand)),
        VaultAction::AuctionOpen { expiry } => auction::open(chain, stand, *expiry),
        VaultAction::Clear => Some(auction::clear(chain, stand)),
        VaultAction::Commit { bidder, lots, price_e6, tokens } => {
            let order = bids::Order { lots: *lots, price_e6: *price_e6, tokens: *tokens };
            bids::commit(chain, stand, *bidder, order)
        }
        VaultAction::Reveal { owner, price_e6 } => bids::reveal(chain, stand, *owner, *price_e6),
        VaultAction::Settle { owner, wrapped } => settle::settle(chain, stand, *owner, *wrapped),
        VaultAction::Refund { owner, epoch, ticket } => bids::refund(chain, stand, *owner, *epoch, *ticket),
        VaultAction::Turn => Some(turn::turn(chain, stand)),
    }
}

/// A vault, its current epoch and the margin accounts behind it, changed as an instruction goes on.
pub struct Stand {
    pub keys: VaultKeys,
    pub kind: VaultKind,
    pub vault: Vault,
    pub epoch_key: Pubkey,
    pub epoch: Epoch,
    pub market: Market,
    pub trading: MarginAccount,
    pub escrow: MarginAccount,
}

impl Stand {
    pub fn of(chain: &Chain, number: u8) -> Self {
        let keys = chain.stage.vault(number);
        let vault: Vault = *chain.layout(&abi::ids::VAULT, &keys.vault).expect("a vault of the stage");
        let epoch_key = addresses::epoch(&keys.vault, vault.epoch.get());
        Self {
            kind: VaultKind::from_byte(vault.kind).expect("a kind"),
            epoch: *chain.layout(&abi::ids::VAULT, &epoch_key).expect("the current epoch"),
            market: *chain.market(),
            trading: *chain.margin_at(&keys.trading).expect("the trading account"),
            escrow: *chain.margin_at(&keys.escrow).expect("the escrow account"),
            vault,
            epoch_key,
            keys,
        }
    }

    /// What it takes deposits in.
    pub fn token(&self) -> Token {
        Token::of(!self.kind.holds_base())
    }

    /// Of the options that it sells.
    pub const fn option_kind(&self) -> u8 {
        if self.kind.holds_base() { KIND_CALL } else { KIND_PUT }
    }

    /// What its epoch sells, as tokens; whether anybody has opened the series or not.
    pub fn series(&self) -> Wrap {
        let (epoch, kind) = (&self.epoch, self.option_kind());
        Wrap::new(&epoch.expiry.into(), epoch.expiry_unix_s.get(), epoch.strike_e6.get(), kind)
    }

    pub fn unit(&self) -> Unit {
        let scale = invariants::value::scale(&self.market);
        Unit { lots_per_unit: scale.lots_per_unit, base_unit_atoms: scale.base_unit_atoms }
    }

    /// Of its own token, at risk.
    pub fn held(&self) -> u64 {
        if self.kind.holds_base() {
            self.trading.base_atoms.get()
        } else {
            u64::try_from(self.quote_now()).unwrap_or(0)
        }
    }

    /// Quote at risk, after haircuts that nobody has booked yet.
    pub fn quote_now(&self) -> i64 {
        invariants::value::quote_now(&self.trading, &self.market).expect("an index that only falls").0
    }

    fn tick(&mut self) {
        self.vault.seq = (self.vault.seq.get() + 1).into();
    }

    /// Margin's `account_deposit` into escrow.
    fn take_in(
        &mut self,
        chain: &Chain,
        plan: &mut Plan,
        token: Token,
        atoms: u64,
        from: u8,
    ) -> Result<(), &'static str> {
        if brake_refuses(chain, Action::Deposit) {
            return Err("LevelForbids");
        }
        book((&mut self.market, &mut self.escrow, chain.unix_s), token, i128::from(atoms))?;
        let (source, tokens) = (chain.stage.wallet(from, token), chain.stage.tokens(token));
        if chain.tokens(&source) < atoms {
            return Err("token 1");
        }
        self.market.seq = (self.market.seq.get() + 1).into();
        plan.after(source, After::Tokens(chain.tokens(&source) - atoms));
        plan.after(tokens, After::Tokens(chain.tokens(&tokens) + atoms));
        self.fair(plan, self.keys.escrow, token, i128::from(atoms));
        Ok(())
    }

    /// Margin's `account_withdraw` out of escrow. On a refusal the plan holds nothing else.
    fn pay_out(
        &mut self,
        chain: &Chain,
        mut plan: Plan,
        (token, atoms, ticket): (Token, u64, u64),
        (destination, payer): (Pubkey, Pubkey),
    ) -> Plan {
        if brake_refuses(chain, Action::Withdraw) {
            return plan.stop("LevelForbids");
        }
        let booked = book((&mut self.market, &mut self.escrow, chain.unix_s), token, -i128::from(atoms));
        if let Some(why) = booked.err().or_else(|| collateral(chain, &self.escrow, &self.market)) {
            return plan.stop(why);
        }
        self.market.seq = (self.market.seq.get() + 1).into();
        self.fair(&mut plan, self.keys.escrow, token, -i128::from(atoms));
        let (house, id, origin) = (House::Market(token), ticket, self.keys.escrow);
        release(chain, plan, &Asked { house, atoms, id, destination, origin, payer })
    }

    /// Margin's `account_transfer` between the vault's two accounts.
    fn pass(
        &mut self,
        chain: &Chain,
        plan: &mut Plan,
        token: Token,
        atoms: u64,
        inwards: bool,
    ) -> Result<(), &'static str> {
        if brake_refuses(chain, Action::Settle) {
            return Err("LevelForbids");
        }
        let Self { market, trading, escrow, keys, .. } = self;
        let (from, to, from_key, to_key) = if inwards {
            (escrow, trading, keys.escrow, keys.trading)
        } else {
            (trading, escrow, keys.trading, keys.escrow)
        };
        book((&mut *market, &mut *from, chain.unix_s), token, -i128::from(atoms))?;
        book((&mut *market, to, chain.unix_s), token, i128::from(atoms))?;
        if let Some(why) = collateral(chain, from, market) {
            return Err(why);
        }
        market.seq = (market.seq.get() + 1).into();
        self.fair(plan, from_key, token, -i128::from(atoms));
        self.fair(plan, to_key, token, i128::from(atoms));
        Ok(())
    }

    fn fair(&self, plan: &mut Plan, account: Pubkey, token: Token, change: i128) {
        if token == Token::Quote {
            plan.fair.push((account, change * i128::from(self.market.lots_per_unit.get())));
        }
    }

    /// The vault with so many accounts more under it.
    fn count(&mut self, more: i64) {
        count(&mut self.vault.records_open, more);
    }

    /// Writes what changed: the vault and its epoch always, margin's accounts where a call was made.
    fn record(self, chain: &Chain, mut plan: Plan) -> Plan {
        if !plan.refusals.is_empty() {
            return plan;
        }
        plan.after(self.keys.vault, After::Vault(self.vault.into()));
        plan.after(self.epoch_key, After::Epoch(self.epoch.into()));
        if self.market.seq != chain.market().seq {
            plan.after(chain.stage.protocol.market, After::Market(self.market.into()));
            plan.after(self.keys.trading, After::Margin(self.trading.into()));
            plan.after(self.keys.escrow, After::Margin(self.escrow.into()));
        }
        plan
    }

    /// Fails once the result of an epoch can be known.
    fn is_decided(epoch: &Epoch, now: i64) -> bool {
        epoch.state == EPOCH_LIVE && epoch.sold_lots.get() > 0 && now >= epoch.expiry_unix_s.get()
    }
}

/// An epoch of a vault, by number.
pub fn epoch_at(chain: &Chain, keys: &VaultKeys, number: u64) -> Option<(Pubkey, Epoch)> {
    let address = addresses::epoch(&keys.vault, number);
    Some((address, *chain.layout(&abi::ids::VAULT, &address)?))
}

/// The bump of one of the vault program's addresses.
fn bump(seeds: &[&[u8]]) -> u8 {
    Pubkey::find_program_address(seeds, &abi::ids::VAULT.into()).1
}

/// A part of `whole`, rounded down.
fn part(whole: u64, of: u64, all: u64) -> u64 {
    units::mul_div_floor(whole, of, all).expect("a part")
}
