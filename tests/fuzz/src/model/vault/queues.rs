//! Who waits to come in, who waits to leave, and what they are handed.

use super::{Stand, bump, epoch_at, part};
use crate::action::Token;
use crate::chain::{Chain, wallet_2022};
use crate::model::{After, Plan};
use abi::vault::{DEPOSIT_SEED, Deposit, EPOCH_SETTLED, WITHDRAWAL_SEED, Withdrawal};
use bytemuck::Zeroable;
use client::{addresses, vault};
use solana_pubkey::Pubkey;

/// Shares that change hands between the vault's account and somebody's.
fn hand(chain: &Chain, plan: &mut Plan, from: Pubkey, to: Pubkey, shares: u64) {
    plan.after(from, After::Tokens(chain.tokens(&from) - shares));
    plan.after(to, After::Tokens(chain.tokens(&to) + shares));
}

pub fn deposit(chain: &Chain, mut stand: Stand, owner: u8, atoms: u64) -> Plan {
    let (stage, key, token) = (&chain.stage, chain.stage.actor(owner).key(), stand.token());
    let address = addresses::deposit(&stand.epoch_key, &key);
    let call = vault::Deposit {
        owner: key,
        vault: stand.keys.vault,
        epoch: stand.epoch_key,
        deposit: address,
        market: stage.protocol.market,
        trading_account: stand.keys.trading,
        escrow_account: stand.keys.escrow,
        mint: stage.mint(token),
        source: stage.wallet(owner, token),
        tokens: stage.tokens(token),
    };
    let call = call.instruction(vault::DepositArgs { amount_atoms: atoms });
    let mut plan = Plan::new("vault::deposit", vec![call]);
    let checks = [
        (Stand::is_decided(&stand.epoch, chain.unix_s), "CutOffPassed"),
        (atoms < stand.vault.mandate.deposit_min_atoms.get(), "DepositBelowMinimum"),
    ];
    if plan.refuse(&checks) {
        return plan;
    }
    let Some(waiting) = stand.epoch.deposit_atoms.get().checked_add(atoms) else { return plan.stop("AmountOverflow") };
    let all = waiting.checked_add(stand.held());
    if plan.refuse(&[(all.is_none_or(|all| all > stand.vault.mandate.capacity_atoms.get()), "CapacityExceeded")]) {
        return plan;
    }
    if !chain.exists(&address) {
        stand.count(1);
    }
    let mut held: Deposit = chain.layout(&abi::ids::VAULT, &address).copied().unwrap_or_else(|| {
        let mut held = Deposit::zeroed();
        (held.version, held.min_reader) = (1, 1);
        held.bump = bump(&[DEPOSIT_SEED, stand.epoch_key.as_ref(), key.as_ref()]);
        (held.epoch, held.owner) = (stand.epoch_key.to_bytes(), key.to_bytes());
        held
    });
    held.amount_atoms = (held.amount_atoms.get() + atoms).into();
    stand.epoch.deposit_atoms = waiting.into();
    stand.tick();
    if let Err(why) = stand.take_in(chain, &mut plan, token, atoms, owner) {
        return plan.stop(why);
    }
    plan.after(address, After::Deposit(held.into()));
    stand.record(chain, plan)
}

pub fn deposit_cancel(chain: &Chain, mut stand: Stand, owner: u8, number: u64, ticket: u64) -> Option<Plan> {
    let (stage, key, token) = (&chain.stage, chain.stage.actor(owner).key(), stand.token());
    let (epoch_key, mut epoch) = epoch_at(chain, &stand.keys, number)?;
    let address = addresses::deposit(&epoch_key, &key);
    let held: Deposit = *chain.layout(&abi::ids::VAULT, &address)?;
    let (destination, tokens) = (stage.wallet(owner, token), stage.tokens(token));
    let call = vault::DepositCancel {
        owner: key,
        vault: stand.keys.vault,
        epoch: epoch_key,
        deposit: address,
        market: stage.protocol.market,
        escrow_account: stand.keys.escrow,
        mint: stage.mint(token),
        destination,
        tokens,
        custody: stage.protocol.custody,
        feed: stage.protocol.feed,
        ticket: addresses::ticket(&tokens, ticket),
    };
    let call = call.instruction(vault::DepositCancelArgs { ticket_id: ticket });
    let mut plan = Plan::new("vault::deposit_cancel", vec![call]);
    let turned = epoch.state == EPOCH_SETTLED;
    let over = turned && epoch.deposits_refused != 1 || Stand::is_decided(&epoch, chain.unix_s);
    if plan.refuse(&[(over, "CutOffPassed")]) {
        return Some(plan);
    }
    let atoms = held.amount_atoms.get();
    if turned {
        epoch.claimed_deposit_atoms = (epoch.claimed_deposit_atoms.get() + atoms).into();
    } else {
        epoch.deposit_atoms = (epoch.deposit_atoms.get() - atoms).into();
    }
    stand.tick();
    stand.count(-1);
    plan.after(address, After::Gone);
    let plan = stand.pay_out(chain, plan, (token, atoms, ticket), (destination, key));
    Some(recorded_of(chain, stand, plan, epoch_key, epoch))
}

/// As [`Stand::record`], with an epoch that may be a past one.
fn recorded_of(chain: &Chain, mut stand: Stand, plan: Plan, key: Pubkey, epoch: abi::vault::Epoch) -> Plan {
    (stand.epoch_key, stand.epoch) = (key, epoch);
    stand.record(chain, plan)
}

pub fn deposit_claim(chain: &Chain, mut stand: Stand, owner: u8, number: u64) -> Option<Plan> {
    let key = chain.stage.actor(owner).key();
    let (epoch_key, mut epoch) = epoch_at(chain, &stand.keys, number)?;
    let address = addresses::deposit(&epoch_key, &key);
    let held: Deposit = *chain.layout(&abi::ids::VAULT, &address)?;
    let (share_mint, share_tokens) = (stand.keys.share_mint, stand.keys.share_tokens);
    let destination = wallet_2022(&share_mint, &key);
    let call = vault::DepositClaim {
        owner: key,
        vault: stand.keys.vault,
        epoch: epoch_key,
        deposit: address,
        share_mint,
        share_tokens,
        destination,
    };
    let mut plan = Plan::new("vault::deposit_claim", vec![call.instruction()]);
    if plan.refuse(&[(epoch.state != EPOCH_SETTLED, "EpochNotSettled")])
        || plan.refuse(&[(epoch.deposits_refused != 0, "DepositRefused")])
    {
        return Some(plan);
    }
    let atoms = held.amount_atoms.get();
    let shares = part(epoch.deposit_shares.get(), atoms, epoch.deposit_atoms.get());
    epoch.claimed_deposit_atoms = (epoch.claimed_deposit_atoms.get() + atoms).into();
    epoch.claimed_deposit_shares = (epoch.claimed_deposit_shares.get() + shares).into();
    stand.tick();
    stand.count(-1);
    plan.after(address, After::Gone);
    hand(chain, &mut plan, share_tokens, destination, shares);
    Some(recorded_of(chain, stand, plan, epoch_key, epoch))
}

pub fn withdraw_request(chain: &Chain, mut stand: Stand, owner: u8, shares: u64) -> Plan {
    let key = chain.stage.actor(owner).key();
    let address = addresses::withdrawal(&stand.epoch_key, &key);
    let (share_mint, share_tokens) = (stand.keys.share_mint, stand.keys.share_tokens);
    let source = wallet_2022(&share_mint, &key);
    let call = vault::WithdrawRequest {
        owner: key,
        vault: stand.keys.vault,
        epoch: stand.epoch_key,
        withdrawal: address,
        share_mint,
        share_tokens,
        source,
    };
    let call = call.instruction(vault::WithdrawRequestArgs { shares });
    let mut plan = Plan::new("vault::withdraw_request", vec![call]);
    let checks = [(shares == 0, "AmountZero"), (Stand::is_decided(&stand.epoch, chain.unix_s), "CutOffPassed")];
    if plan.refuse(&checks) {
        return plan;
    }
    let Some(waiting) = stand.epoch.withdraw_shares.get().checked_add(shares) else {
        return plan.stop("AmountOverflow");
    };
    if plan.refuse(&[(chain.tokens(&source) < shares, "token 1")]) {
        return plan;
    }
    if !chain.exists(&address) {
        stand.count(1);
    }
    let mut held: Withdrawal = chain.layout(&abi::ids::VAULT, &address).copied().unwrap_or_else(|| {
        let mut held = Withdrawal::zeroed();
        (held.version, held.min_reader) = (1, 1);
        held.bump = bump(&[WITHDRAWAL_SEED, stand.epoch_key.as_ref(), key.as_ref()]);
        (held.epoch, held.owner) = (stand.epoch_key.to_bytes(), key.to_bytes());
        held
    });
    held.shares = (held.shares.get() + shares).into();
    stand.epoch.withdraw_shares = waiting.into();
    stand.tick();
    plan.after(address, After::Withdrawal(held.into()));
    hand(chain, &mut plan, source, share_tokens, shares);
    stand.record(chain, plan)
}

pub fn withdraw_cancel(chain: &Chain, mut stand: Stand, owner: u8) -> Option<Plan> {
    let key = chain.stage.actor(owner).key();
    let address = addresses::withdrawal(&stand.epoch_key, &key);
    let held: Withdrawal = *chain.layout(&abi::ids::VAULT, &address)?;
    let (share_mint, share_tokens) = (stand.keys.share_mint, stand.keys.share_tokens);
    let destination = wallet_2022(&share_mint, &key);
    let call = vault::WithdrawCancel {
        owner: key,
        vault: stand.keys.vault,
        epoch: stand.epoch_key,
        withdrawal: address,
        share_mint,
        share_tokens,
        destination,
    };
    let mut plan = Plan::new("vault::withdraw_cancel", vec![call.instruction()]);
    if plan.refuse(&[(Stand::is_decided(&stand.epoch, chain.unix_s), "CutOffPassed")]) {
        return Some(plan);
    }
    let shares = held.shares.get();
    stand.epoch.withdraw_shares = (stand.epoch.withdraw_shares.get() - shares).into();
    stand.tick();
    stand.count(-1);
    plan.after(address, After::Gone);
    hand(chain, &mut plan, share_tokens, destination, shares);
    Some(stand.record(chain, plan))
}

pub fn withdraw_claim(chain: &Chain, mut stand: Stand, owner: u8, number: u64, ticket: u64) -> Option<Plan> {
    let (stage, key) = (&chain.stage, chain.stage.actor(owner).key());
    let (epoch_key, mut epoch) = epoch_at(chain, &stand.keys, number)?;
    let address = addresses::withdrawal(&epoch_key, &key);
    let held: Withdrawal = *chain.layout(&abi::ids::VAULT, &address)?;
    let [base, quote] = [Token::Base, Token::Quote];
    let call = vault::WithdrawClaim {
        owner: key,
        vault: stand.keys.vault,
        epoch: epoch_key,
        withdrawal: address,
        market: stage.protocol.market,
        escrow_account: stand.keys.escrow,
        base_mint: stage.mint(base),
        quote_mint: stage.mint(quote),
        base_destination: stage.wallet(owner, base),
        quote_destination: stage.wallet(owner, quote),
        base_tokens: stage.tokens(base),
        quote_tokens: stage.tokens(quote),
        custody: stage.protocol.custody,
        feed: stage.protocol.feed,
        base_ticket: addresses::ticket(&stage.tokens(base), ticket),
        quote_ticket: addresses::ticket(&stage.tokens(quote), ticket),
    };
    let call = call.instruction(vault::WithdrawClaimArgs { ticket_id: ticket });
    let mut plan = Plan::new("vault::withdraw_claim", vec![call]);
    if plan.refuse(&[(epoch.state != EPOCH_SETTLED, "EpochNotSettled")]) {
        return Some(plan);
    }
    let (shares, all) = (held.shares.get(), epoch.withdraw_shares.get());
    let atoms = [epoch.withdrawn_base_atoms, epoch.withdrawn_quote_atoms].map(|whole| part(whole.get(), shares, all));
    epoch.claimed_withdraw_shares = (epoch.claimed_withdraw_shares.get() + shares).into();
    epoch.claimed_base_atoms = (epoch.claimed_base_atoms.get() + atoms[0]).into();
    epoch.claimed_quote_atoms = (epoch.claimed_quote_atoms.get() + atoms[1]).into();
    stand.tick();
    stand.count(-1);
    plan.after(address, After::Gone);
    for (token, atoms) in [base, quote].into_iter().zip(atoms) {
        if atoms > 0 && plan.refusals.is_empty() {
            plan = stand.pay_out(chain, plan, (token, atoms, ticket), (stage.wallet(owner, token), key));
        }
    }
    Some(recorded_of(chain, stand, plan, epoch_key, epoch))
}

pub fn fee_claim(chain: &Chain, mut stand: Stand, by: u8) -> Plan {
    let recipient = chain.stage.actor(by).key();
    let (share_mint, share_tokens) = (stand.keys.share_mint, stand.keys.share_tokens);
    let destination = wallet_2022(&share_mint, &recipient);
    let call = vault::FeeClaim { recipient, vault: stand.keys.vault, share_mint, share_tokens, destination };
    let mut plan = Plan::new("vault::fee_claim", vec![call.instruction()]);
    let shares = stand.vault.fee_shares.get();
    if plan.refuse(&[(stand.vault.fee_recipient != recipient.to_bytes(), "NotAuthority")])
        || plan.refuse(&[(shares == 0, "NoFees")])
    {
        return plan;
    }
    stand.vault.fee_shares = 0.into();
    stand.tick();
    hand(chain, &mut plan, share_tokens, destination, shares);
    plan.after(stand.keys.vault, After::Vault(stand.vault.into()));
    plan
}
