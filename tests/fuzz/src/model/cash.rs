//! Tokens in, out and between accounts.

use super::margin::{brake_refuses, collateral, level_refuses};
use super::{After, Plan, at, balance, count, held_reads};
use crate::action::{Slot, Token};
use crate::chain::{Chain, TicketKey};
use abi::breaker::{Custody, Ticket};
use abi::margin::{MarginAccount, Market};
use bytemuck::Zeroable;
use client::{WithRemaining, addresses, breaker, margin};
use policy::{Action, Limits, Outflow, OutflowError, Place, Released};
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// Adds to a balance and to the market's sum of it; negative takes away.
pub fn book(
    (market, account, now): (&mut Market, &mut MarginAccount, i64),
    token: Token,
    change: i128,
) -> Result<(), &'static str> {
    let shift_u = |value: u64| u64::try_from(i128::from(value) + change);
    match token {
        Token::Base => {
            let short = if change < 0 { "BaseBalanceTooLow" } else { "AmountOverflow" };
            account.base_atoms = shift_u(account.base_atoms.get()).map_err(|_| short)?.into();
            market.base_balances_atoms =
                shift_u(market.base_balances_atoms.get()).map_err(|_| "AmountOverflow")?.into();
        }
        Token::Quote => {
            // An amount is an i64 before it is a change.
            i64::try_from(change.abs()).map_err(|_| "AmountOverflow")?;
            let change = i64::try_from(change).map_err(|_| "AmountOverflow")?;
            balance::change(market, account, change, now)?;
        }
    }
    Ok(())
}

/// Exact quote cash, as [`Plan::fair`] counts it.
fn fair(market: &Market, token: Token, change: i128) -> i128 {
    match token {
        Token::Base => 0,
        Token::Quote => change * i128::from(market.lots_per_unit.get()),
    }
}

pub fn deposit(chain: &Chain, from: u8, slot: Slot, token: Token, atoms: u64) -> Option<Plan> {
    let mut held = *chain.account(slot)?;
    let stage = &chain.stage;
    let (source, tokens) = (stage.wallet(from, token), stage.tokens(token));
    let call = margin::AccountDeposit {
        authority: stage.actor(from).key(),
        market: stage.protocol.market,
        account: stage.account(slot),
        mint: stage.mint(token),
        source,
        tokens,
    };
    let call = call.instruction(margin::AccountDepositArgs { amount: atoms });
    let mut plan = Plan::new("margin::account_deposit", vec![call]);
    if plan.refuse(&[(atoms == 0, "AmountZero"), (brake_refuses(chain, Action::Deposit), "LevelForbids")]) {
        return Some(plan);
    }
    let mut market = *chain.market();
    if let Err(why) = book((&mut market, &mut held, chain.unix_s), token, i128::from(atoms)) {
        return Some(plan.stop(why));
    }
    // SPL Token's own.
    if plan.refuse(&[(chain.tokens(&source) < atoms, "token 1")]) {
        return Some(plan);
    }
    market.seq = (market.seq.get() + 1).into();
    plan.fair.push((stage.account(slot), fair(&market, token, i128::from(atoms))));
    plan.after(stage.account(slot), After::Margin(held.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    plan.after(source, After::Tokens(chain.tokens(&source) - atoms));
    plan.after(tokens, After::Tokens(chain.tokens(&tokens) + atoms));
    Some(plan)
}

pub fn withdraw(chain: &Chain, slot: Slot, signer: u8, (token, atoms, id): (Token, u64, u64)) -> Option<Plan> {
    let mut held = *chain.account(slot)?;
    let stage = &chain.stage;
    let (owner, tokens) = (stage.actor(signer).key(), stage.tokens(token));
    let (destination, ticket) = (stage.wallet(signer, token), addresses::ticket(&tokens, id));
    let payer = stage.payer(&chain.world, signer);
    let call = margin::AccountWithdraw {
        owner,
        market: stage.protocol.market,
        account: stage.account(slot),
        feed: stage.protocol.feed,
        mint: stage.mint(token),
        custody: stage.protocol.custody,
        tokens,
        destination,
        payer,
        ticket,
        breaker_program: breaker::ID,
    };
    let call = call.instruction(margin::AccountWithdrawArgs { amount: atoms, ticket_id: id });
    let call = call.with_remaining(held_reads(chain, &[&held], &[]));
    let mut plan = Plan::new("margin::account_withdraw", vec![call]);
    if plan.refuse(&[(held.owner != owner.to_bytes(), "NotAccountOwner")])
        || plan.refuse(&[(atoms == 0, "AmountZero"), (brake_refuses(chain, Action::Withdraw), "LevelForbids")])
    {
        return Some(plan);
    }
    let mut market = *chain.market();
    if let Err(why) = book((&mut market, &mut held, chain.unix_s), token, -i128::from(atoms)) {
        return Some(plan.stop(why));
    }
    if let Some(why) = collateral(chain, &held, &market) {
        return Some(plan.stop(why));
    }
    market.seq = (market.seq.get() + 1).into();
    let origin = stage.account(slot);
    plan.fair.push((origin, fair(&market, token, -i128::from(atoms))));
    plan.after(origin, After::Margin(held.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    let house = House::Market(token);
    Some(release(chain, plan, &Asked { house, atoms, id, destination, origin, payer }))
}

/// A token vault that the breaker keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum House {
    Market(Token),
    /// The global insurance fund's only one.
    Fund,
}

impl House {
    fn custody(self, chain: &Chain) -> Pubkey {
        match self {
            Self::Market(_) => chain.stage.protocol.custody,
            Self::Fund => chain.stage.fund.custody,
        }
    }

    pub fn tokens(self, chain: &Chain) -> Pubkey {
        match self {
            Self::Market(token) => chain.stage.tokens(token),
            Self::Fund => chain.stage.fund.tokens,
        }
    }

    const fn token(self) -> Token {
        match self {
            Self::Market(token) => token,
            Self::Fund => Token::Quote,
        }
    }

    /// Its place in the custody.
    const fn vault(self) -> usize {
        match self {
            Self::Market(token) => token.vault(),
            Self::Fund => 0,
        }
    }

    /// The vault's flow and its limits.
    fn flow(self, custody: &Custody) -> (Outflow, Limits) {
        let vault = self.vault();
        ((&custody.vaults[vault]).into(), Limits::of(&custody.limits, vault, 1).expect("one of two vaults"))
    }

    fn flow_record(self, custody: &mut Custody, flow: Outflow) {
        let vault = &mut custody.vaults[self.vault()];
        *vault = flow.stored(vault);
        custody.seq = (custody.seq.get() + 1).into();
    }
}

/// A release that the breaker is asked for.
pub struct Asked {
    pub house: House,
    pub atoms: u64,
    /// Of the ticket, if it has to wait.
    pub id: u64,
    pub destination: Pubkey,
    pub origin: Pubkey,
    pub payer: Pubkey,
}

fn outflow_name(why: OutflowError) -> &'static str {
    match why {
        OutflowError::AmountZero => "AmountZero",
        OutflowError::Refused => "WithdrawalsRefused",
        OutflowError::Illiquid => "VaultIlliquid",
        OutflowError::NotServed => "TicketNotServed",
        OutflowError::Held => "TicketHeld",
        OutflowError::Overflow => "CounterOverflow",
    }
}

pub fn release(chain: &Chain, mut plan: Plan, asked: &Asked) -> Plan {
    let (house, tokens) = (asked.house, asked.house.tokens(chain));
    let custody_key = house.custody(chain);
    // Of several releases in one transaction each finds what those before it have left.
    let held = plan.after.iter().rev().find_map(|(at, after)| match after {
        After::Custody(custody) if *at == custody_key => Some(**custody),
        _ => None,
    });
    let mut custody = held.unwrap_or_else(|| *chain.custody_at(&custody_key));
    let (flow, limits) = house.flow(&custody);
    let in_vault = chain.tokens(&tokens);
    let level = chain.level_of(&custody);
    let (flow, released) = match flow.release(level, asked.atoms, in_vault, chain.unix_s, &limits) {
        Ok(released) => released,
        Err(why) => return plan.stop(outflow_name(why)),
    };
    house.flow_record(&mut custody, flow);
    custody.releases = (custody.releases.get() + 1).into();
    let ticket_key = addresses::ticket(&tokens, asked.id);
    match released {
        Released::Now => {
            plan.after(tokens, After::Tokens(in_vault - asked.atoms));
            plan.after(asked.destination, After::Tokens(chain.tokens(&asked.destination) + asked.atoms));
        }
        Released::Queued(_) if chain.exists(&ticket_key) => return plan.stop("system 0"),
        Released::Queued(place) => {
            let id = asked.id.to_le_bytes();
            let seeds: [&[u8]; 3] = [abi::breaker::TICKET_SEED, tokens.as_ref(), &id];
            let mut ticket = Ticket::zeroed();
            (ticket.version, ticket.min_reader) = (1, 1);
            ticket.bump = Pubkey::find_program_address(&seeds, &breaker::ID).1;
            ticket.vault = house.vault() as u8;
            (ticket.custody, ticket.id) = (custody_key.to_bytes(), asked.id.into());
            (ticket.destination, ticket.payer) = (asked.destination.to_bytes(), asked.payer.to_bytes());
            ticket.origin = asked.origin.to_bytes();
            (ticket.amount_atoms, ticket.end_atoms) = (place.amount.into(), place.end_atoms.into());
            ticket.issued_unix_s = place.issued_unix_s.into();
            count(&mut custody.records_open, 1);
            plan.tickets.push(TicketKey { house, id: asked.id });
            plan.after(ticket_key, After::Ticket(ticket.into()));
        }
    }
    plan.after(custody_key, After::Custody(custody.into()));
    plan
}

/// Fees, to the first trader's wallet.
pub fn sweep(chain: &Chain, right: bool, atoms: u64, id: u64) -> Plan {
    let stage = &chain.stage;
    let authority = if right { stage.protocol.deployer.pubkey() } else { testkit::key("stranger") };
    let (token, tokens) = (Token::Quote, stage.tokens(Token::Quote));
    let (destination, ticket) = (stage.wallet(0, token), addresses::ticket(&tokens, id));
    let market = stage.protocol.market;
    let call = margin::FeesSweep {
        authority,
        config: stage.margin_config,
        market,
        custody: stage.protocol.custody,
        mint: stage.mint(token),
        tokens,
        destination,
        payer: authority,
        ticket,
        breaker_program: breaker::ID,
    };
    let call = call.instruction(margin::FeesSweepArgs { amount: atoms, ticket_id: id });
    let mut plan = Plan::new("margin::fees_sweep", vec![call]);
    let mut after = *chain.market();
    if plan.refuse(&[(!right, "NotAuthority")])
        || plan.refuse(&[(atoms == 0, "AmountZero"), (brake_refuses(chain, Action::Withdraw), "LevelForbids")])
        || plan.refuse(&[(atoms > after.fees_atoms.get(), "FeesBelowAmount")])
    {
        return plan;
    }
    after.fees_atoms = (after.fees_atoms.get() - atoms).into();
    after.seq = (after.seq.get() + 1).into();
    plan.after(market, After::Market(after.into()));
    let house = House::Market(token);
    release(chain, plan, &Asked { house, atoms, id, destination, origin: market, payer: authority })
}

pub fn claim(chain: &Chain, ticket: u16) -> Option<Plan> {
    let stage = &chain.stage;
    let key = at(&chain.tickets, ticket.into())?;
    let (tokens, custody_key) = (key.house.tokens(chain), key.house.custody(chain));
    let address = addresses::ticket(&tokens, key.id);
    let ticket: Ticket = *chain.layout(&abi::ids::BREAKER, &address)?;
    let destination = Pubkey::from(ticket.destination);
    let call = breaker::TicketClaim {
        custody: custody_key,
        brake: stage.brake,
        ticket: address,
        payer: ticket.payer.into(),
        tokens,
        mint: stage.mint(key.house.token()),
        destination,
    };
    let mut plan = Plan::new("breaker::ticket_claim", vec![call.instruction()]);
    let mut custody = *chain.custody_at(&custody_key);
    let (flow, limits) = key.house.flow(&custody);
    let place = place(&ticket);
    match flow.claim(chain.level_of(&custody), &place, chain.unix_s, &limits) {
        Ok(flow) => key.house.flow_record(&mut custody, flow),
        Err(why) => return Some(plan.stop(outflow_name(why))),
    }
    count(&mut custody.records_open, -1);
    plan.after(address, After::Gone);
    plan.after(custody_key, After::Custody(custody.into()));
    plan.after(tokens, After::Tokens(chain.tokens(&tokens) - place.amount));
    plan.after(destination, After::Tokens(chain.tokens(&destination) + place.amount));
    Some(plan)
}

fn place(ticket: &Ticket) -> Place {
    Place {
        amount: ticket.amount_atoms.get(),
        end_atoms: ticket.end_atoms.get(),
        issued_unix_s: ticket.issued_unix_s.get(),
    }
}

/// Margin's `ticket_cancel`.
pub fn ticket_return(chain: &Chain, slot: Slot, signer: u8, ticket: u16) -> Option<Plan> {
    let stage = &chain.stage;
    let key = at(&chain.tickets, ticket.into())?;
    let address = addresses::ticket(&key.house.tokens(chain), key.id);
    let ticket: Ticket = *chain.layout(&abi::ids::BREAKER, &address)?;
    let mut held = *chain.account(slot)?;
    let (owner, account) = (stage.actor(signer).key(), stage.account(slot));
    let call = margin::TicketCancel {
        owner,
        market: stage.protocol.market,
        account,
        custody: stage.protocol.custody,
        ticket: address,
        payer: ticket.payer.into(),
        breaker_program: breaker::ID,
    };
    let mut plan = Plan::new("margin::ticket_cancel", vec![call.instruction()]);
    if plan.refuse(&[(held.owner != owner.to_bytes(), "NotAccountOwner")])
        || plan.refuse(&[
            (level_refuses(chain.level(), Action::Withdraw), "LevelForbids"),
            (ticket.origin != account.to_bytes(), "TicketOfAnotherAccount"),
        ])
    {
        return Some(plan);
    }
    let mut market = *chain.market();
    let (House::Market(token), place) = (key.house, place(&ticket)) else { return None };
    if let Err(why) = book((&mut market, &mut held, chain.unix_s), token, i128::from(place.amount)) {
        return Some(plan.stop(why));
    }
    let mut custody = *chain.custody();
    let (flow, limits) = key.house.flow(&custody);
    match flow.cancel(chain.level(), &place, chain.unix_s, &limits) {
        Ok(flow) => key.house.flow_record(&mut custody, flow),
        Err(why) => return Some(plan.stop(outflow_name(why))),
    }
    count(&mut custody.records_open, -1);
    market.seq = (market.seq.get() + 1).into();
    plan.fair.push((account, fair(&market, token, i128::from(place.amount))));
    plan.after(account, After::Margin(held.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    plan.after(stage.protocol.custody, After::Custody(custody.into()));
    plan.after(address, After::Gone);
    Some(plan)
}

pub fn transfer(chain: &Chain, from: Slot, to: Slot, token: Token, atoms: u64) -> Option<Plan> {
    let (mut source, mut destination) = (*chain.account(from)?, *chain.account(to)?);
    let stage = &chain.stage;
    let owner = stage.actor(from.owner).key();
    let call = margin::AccountTransfer {
        owner,
        market: stage.protocol.market,
        source: stage.account(from),
        destination: stage.account(to),
        feed: stage.protocol.feed,
        mint: stage.mint(token),
    };
    let call = call.instruction(margin::AccountTransferArgs { amount: atoms });
    let call = call.with_remaining(held_reads(chain, &[&source], &[]));
    let mut plan = Plan::new("margin::account_transfer", vec![call]);
    if stage.account(from) == stage.account(to) {
        return Some(plan.stop("ConstraintDuplicateMutableAccount"));
    }
    if plan.refuse(&[(destination.owner != owner.to_bytes(), "OwnersDiffer")])
        || plan.refuse(&[(atoms == 0, "AmountZero"), (brake_refuses(chain, Action::Settle), "LevelForbids")])
    {
        return Some(plan);
    }
    let mut market = *chain.market();
    let moved = book((&mut market, &mut source, chain.unix_s), token, -i128::from(atoms))
        .and_then(|()| book((&mut market, &mut destination, chain.unix_s), token, i128::from(atoms)));
    if let Err(why) = moved {
        return Some(plan.stop(why));
    }
    if let Some(why) = collateral(chain, &source, &market) {
        return Some(plan.stop(why));
    }
    market.seq = (market.seq.get() + 1).into();
    plan.fair.push((stage.account(from), fair(&market, token, -i128::from(atoms))));
    plan.fair.push((stage.account(to), fair(&market, token, i128::from(atoms))));
    plan.after(stage.account(from), After::Margin(source.into()));
    plan.after(stage.account(to), After::Margin(destination.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    Some(plan)
}
