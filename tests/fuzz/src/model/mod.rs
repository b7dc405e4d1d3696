//! What each action must do: which refusals it has earned, and every byte after it lands.
//!
//! A program checks in some order, so of several things that are wrong any one may be named; but a check never waits for one that comes
//! a stage later. A model therefore goes through stages, and the first at which anything is wrong says what the refusal may be.

mod accounts;
mod balance;
mod brakes;
mod cash;
mod debts;
mod expiries;
mod fill;
mod liquidation;
mod lots;
mod margin;
mod quotes;
mod terms;
mod vault;
mod waterfall;
mod wraps;

use crate::action::Action;
use crate::chain::{Chain, TicketKey};
use abi::PodU64;
use abi::breaker::{Brake, Custody, Ticket};
use abi::margin::{
    Expiry, Fund, Liquidation, MarginAccount, Market, MarketChange, PostedQuote, QuoteState, Stake, Wrapped,
};
use abi::vault::{Bid, Deposit, Epoch, Vault, Withdrawal};
use bytemuck::bytes_of;
use invariants::value::Figures;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

pub use cash::House;
pub use liquidation::of_account as liquidation_of;
pub use margin::{both, held_reads};
pub use vault::{Stand, epoch_at};
pub use waterfall::stake_of;

/// What an account must hold afterwards.
pub enum After {
    Margin(Box<MarginAccount>),
    Market(Box<Market>),
    Expiry(Box<Expiry>),
    QuoteState(Box<QuoteState>),
    Posted(Box<PostedQuote>),
    Custody(Box<Custody>),
    Brake(Box<Brake>),
    Ticket(Box<Ticket>),
    Liquidation(Box<Liquidation>),
    Fund(Box<Fund>),
    Stake(Box<Stake>),
    Wrapped(Box<Wrapped>),
    Change(Box<MarketChange>),
    Vault(Box<Vault>),
    Epoch(Box<Epoch>),
    Deposit(Box<Deposit>),
    Withdrawal(Box<Withdrawal>),
    Bid(Box<Bid>),
    /// Tokens of a mint in existence; nothing else of it changes.
    Supply(u64),
    /// Atoms of a token account; nothing else of it changes.
    Tokens(u64),
    Gone,
}

impl After {
    /// The bytes beyond the discriminator, where all of them are known.
    pub fn bytes(&self) -> Option<&[u8]> {
        Some(match self {
            Self::Margin(layout) => bytes_of(&**layout),
            Self::Market(layout) => bytes_of(&**layout),
            Self::Expiry(layout) => bytes_of(&**layout),
            Self::QuoteState(layout) => bytes_of(&**layout),
            Self::Posted(layout) => bytes_of(&**layout),
            Self::Custody(layout) => bytes_of(&**layout),
            Self::Brake(layout) => bytes_of(&**layout),
            Self::Ticket(layout) => bytes_of(&**layout),
            Self::Liquidation(layout) => bytes_of(&**layout),
            Self::Fund(layout) => bytes_of(&**layout),
            Self::Stake(layout) => bytes_of(&**layout),
            Self::Wrapped(layout) => bytes_of(&**layout),
            Self::Change(layout) => bytes_of(&**layout),
            Self::Vault(layout) => bytes_of(&**layout),
            Self::Epoch(layout) => bytes_of(&**layout),
            Self::Deposit(layout) => bytes_of(&**layout),
            Self::Withdrawal(layout) => bytes_of(&**layout),
            Self::Bid(layout) => bytes_of(&**layout),
            Self::Tokens(_) | Self::Supply(_) | Self::Gone => return None,
        })
    }
}

/// An action's transaction, and what must come of it.
pub struct Plan {
    /// `program::instruction`.
    pub name: &'static str,
    pub instructions: Vec<Instruction>,
    /// What it may be refused for; it must land if this is empty.
    pub refusals: Vec<&'static str>,
    /// Every account that it changes.
    pub after: Vec<(Pubkey, After)>,
    /// Exact cash of accounts, in quote atoms times lots per unit: what [`Chain::fair`] grows by.
    pub fair: Vec<(Pubkey, i128)>,
    /// Tickets that it is issued.
    pub tickets: Vec<TicketKey>,
    /// What a view must return.
    pub view: Option<View>,
    /// What it shows beside having landed, of [`crate::SEEN`].
    pub shows: Vec<&'static str>,
}

/// An account's margin in both modes.
pub struct View {
    pub standard: Figures,
    /// Or why portfolio margin has no figure.
    pub portfolio: Result<Figures, &'static str>,
}

impl Plan {
    fn new(name: &'static str, instructions: Vec<Instruction>) -> Self {
        Self {
            name,
            instructions,
            refusals: vec![],
            after: vec![],
            fair: vec![],
            tickets: vec![],
            view: None,
            shows: vec![],
        }
    }

    /// Goes through one stage. Returns whether anything was wrong.
    fn refuse(&mut self, checks: &[(bool, &'static str)]) -> bool {
        self.refusals = checks.iter().filter(|(wrong, _)| *wrong).map(|(_, name)| *name).collect();
        !self.refusals.is_empty()
    }

    /// A stage of one check that has an answer of its own.
    fn stop(mut self, why: &'static str) -> Self {
        self.refusals = vec![why];
        self
    }

    fn after(&mut self, address: Pubkey, what: After) {
        self.after.retain(|(known, _)| *known != address);
        self.after.push((address, what));
    }
}

/// The plan of an action on chain. `None` where the action cannot be asked for: an account that is not there, say.
pub fn plan(chain: &Chain, action: &Action) -> Option<Plan> {
    match action {
        Action::Open { slot } => Some(accounts::open(chain, *slot)),
        Action::Close { slot, signer } => accounts::close(chain, *slot, *signer),
        Action::Delegate { slot, signer, to, rights } => accounts::delegate(chain, *slot, *signer, *to, *rights),
        Action::Mode { slot, mode } => accounts::mode(chain, *slot, *mode),
        Action::Bump { slot, signer, floor } => accounts::bump_nonce(chain, *slot, *signer, *floor),
        Action::Version => Some(accounts::version(chain)),
        Action::View { slot } => accounts::view(chain, *slot),
        Action::Sweep { right, atoms, ticket } => Some(cash::sweep(chain, *right, *atoms, *ticket)),
        Action::ExpiryClose { expiry } => expiries::close(chain, *expiry),
        Action::AuthoritySet { right } => Some(accounts::authority_set(chain, *right)),
        Action::Deposit { from, slot, token, atoms } => cash::deposit(chain, *from, *slot, *token, *atoms),
        Action::Withdraw { slot, signer, token, atoms, ticket } => {
            cash::withdraw(chain, *slot, *signer, (*token, *atoms, *ticket))
        }
        Action::Transfer { from, to, token, atoms } => cash::transfer(chain, *from, *to, *token, *atoms),
        Action::Claim { ticket } => cash::claim(chain, *ticket),
        Action::List { days } => Some(expiries::list(chain, *days)),
        Action::ExpirySettle { expiry } => expiries::expiry_settle(chain, *expiry),
        Action::AccountSettle { slot, expiry } => expiries::account_settle(chain, *slot, *expiry),
        Action::Write { writer, holder, expiry, strike_e6, lots } => {
            expiries::write(chain, *writer, *holder, (*expiry, *strike_e6, *lots))
        }
        Action::Post { quote, signer } => quotes::post(chain, *quote, *signer),
        Action::Cancel { quote, signer } => quotes::cancel(chain, *quote, *signer),
        Action::StateClose { quote } => quotes::state_close(chain, *quote),
        Action::Fill { quote, posted, taker, signer, packages, nonce_shift } => {
            let ask = fill::Ask { posted: *posted, signer: *signer, packages: *packages, nonce_shift: *nonce_shift };
            fill::fill(chain, *quote, *taker, &ask)
        }
        Action::Return { slot, signer, ticket } => cash::ticket_return(chain, *slot, *signer, *ticket),
        Action::Refresh { slot } => debts::refresh(chain, *slot),
        Action::BaseBid { slot, bidder, signer, atoms, limit_e6 } => {
            debts::bid(chain, *slot, (*bidder, *signer), (*atoms, *limit_e6))
        }
        Action::LiquidationStart { slot, opener } => liquidation::start(chain, *slot, *opener),
        Action::LiquidationBid { slot, bidder, signer, fraction_e9, limit_atoms } => {
            liquidation::bid(chain, *slot, (*bidder, *signer), (*fraction_e9, *limit_atoms))
        }
        Action::LiquidationFinish { slot } => liquidation::finish(chain, *slot),
        Action::Stake { owner, atoms } => Some(waterfall::stake(chain, *owner, *atoms)),
        Action::Unstake { owner, signer, shares } => waterfall::unstake(chain, *owner, *signer, *shares),
        Action::StakeClaim { owner, signer, ticket } => waterfall::claim(chain, *owner, *signer, *ticket),
        Action::Draw { slot, ticket } => waterfall::draw(chain, *slot, *ticket),
        Action::Haircut { slot } => waterfall::haircut(chain, *slot),
        Action::WrapOpen { expiry, strike_e6, put } => wraps::open(chain, *expiry, *strike_e6, *put),
        Action::Wrap { slot, signer, series, lots } => wraps::wrap(chain, *slot, *signer, *series, *lots),
        Action::Unwrap { slot, signer, series, lots } => wraps::unwrap(chain, *slot, *signer, *series, *lots),
        Action::Redeem { owner, series, lots, ticket } => wraps::redeem(chain, *owner, *series, *lots, *ticket),
        Action::WrapClose { series } => wraps::close(chain, *series),
        Action::Burn { owner, series, lots } => wraps::burn(chain, *owner, *series, *lots),
        Action::WriteWrapped { writer, series, to, lots } => wraps::write(chain, *writer, *series, *to, *lots),
        Action::WalletClose { owner, series } => wraps::wallet_close(chain, *owner, *series),
        Action::Terms { right, terms } => Some(terms::update(chain, *right, terms)),
        Action::TermsApply => terms::apply(chain),
        Action::Delist { right } => Some(terms::delist(chain, *right)),
        Action::Vault { vault, action } => vault::plan(chain, *vault, action),
        Action::Wait { .. }
        | Action::Price { .. }
        | Action::Surfaces { .. }
        | Action::Settlement { .. }
        | Action::Restart
        | Action::WalletOpen { .. }
        | Action::Reordered { .. }
        | Action::Rescued { .. }
        | Action::Quote { .. } => None,
        brakes => Some(brakes::plan(chain, brakes)),
    }
}

/// So many accounts more under a root.
fn count(records_open: &mut PodU64, more: i64) {
    *records_open = records_open.get().strict_add_signed(more).into();
}

/// The element at `at`, counted around. Lists grow as a life goes on, and an action must mean something in a shorter one, too.
fn at<T>(list: &[T], at: usize) -> Option<&T> {
    list.get(at.checked_rem(list.len())?)
}
