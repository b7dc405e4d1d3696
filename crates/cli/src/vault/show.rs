//! Vaults as tables and as JSON.

use super::{Status, VaultStatus, yield_e6};
use crate::{connection::bs58, decimal, table::Table, time::utc};
use abi::vault::{EPOCH_SETTLED, Epoch, VaultMandate};
use risk::vault::VaultKind;
use serde_json::{Value, json as value};
use std::fmt::{self, Write};

const STATES: [&str; 4] = ["open", "auction", "live", "settled"];
/// A share price of one atom for a thousand shares is 1: what a vault begins with.
const PRICE_DECIMALS: u32 = 9;

/// Everything, for people.
pub fn write(status: &Status) -> Result<String, fmt::Error> {
    let mut out = String::new();
    if status.vaults.is_empty() {
        writeln!(out, "no vaults on {}", status.url)?;
    }
    for vault in &status.vaults {
        one(&mut out, vault, status.unix_s)?;
    }
    Ok(out)
}

fn one(out: &mut String, vault: &VaultStatus, unix_s: i64) -> fmt::Result {
    let state = &vault.vault;
    let amount = |atoms: u64| decimal::trimmed(atoms.into(), vault.decimals.into());
    writeln!(out, "{} vault {} of {}: {}", name(vault), state.id.get(), vault.symbol, vault.address)?;
    let shares = decimal::trimmed(state.shares.get().into(), state.share_decimals.into());
    writeln!(out, "  shares {shares} of {}, fees waiting {}", bs58(&state.share_mint), state.fee_shares.get())?;
    let base = decimal::trimmed(vault.at_risk_base_atoms.into(), vault.base_decimals.into());
    let quote = decimal::trimmed(vault.at_risk_quote_atoms.into(), vault.quote_decimals.into());
    writeln!(out, "  at risk {base} of base and {quote} of quote")?;
    if let Some(current) = vault.epochs.last() {
        let waiting = current.deposit_atoms.get();
        let leaving = decimal::trimmed(current.withdraw_shares.get().into(), state.share_decimals.into());
        writeln!(out, "  waiting for the turn: {} in, {leaving} shares out", amount(waiting))?;
    }
    writeln!(out, "  mandate: {}", mandate(&state.mandate, vault.decimals))?;
    if state.pending_unix_s.get() != 0 {
        let when = state.pending_unix_s.get();
        let due = if unix_s >= when { "may be applied" } else { "waits" };
        writeln!(out, "  looser mandate {due} from {}: {}", utc(when), mandate(&state.pending, vault.decimals))?;
    }
    writeln!(out, "{}", epochs(vault))
}

fn epochs(vault: &VaultStatus) -> Table {
    let heading =
        ["epoch", "state", "expiry", "strike", "lots sold", "price", "premium", "forfeited", "share price", "realised"];
    let mut table = (4..10).fold(Table::new(heading), Table::numeric);
    let mut before: Option<&Epoch> = None;
    for epoch in &vault.epochs {
        let yielded = before.and_then(|before| yield_e6(before, epoch));
        let is_turned = epoch.state == EPOCH_SETTLED;
        let price = u64::from(is_turned).saturating_mul(epoch.share_price_e12.get());
        table.row([
            epoch.number.get().to_string(),
            STATES.get(usize::from(epoch.state)).copied().unwrap_or("unknown").to_owned(),
            if epoch.expiry_unix_s.get() == 0 { "-".to_owned() } else { utc(epoch.expiry_unix_s.get()) },
            strikes(epoch),
            format!("{} of {}", epoch.sold_lots.get(), epoch.offered_lots.get()),
            decimal::full(epoch.clearing_price_e6.get().into(), 6),
            decimal::full(epoch.premium_atoms.get().into(), vault.quote_decimals.into()),
            decimal::full(epoch.forfeited_atoms.get().into(), vault.quote_decimals.into()),
            if is_turned { decimal::full(price.into(), PRICE_DECIMALS) } else { "-".to_owned() },
            yielded.map_or_else(|| "-".to_owned(), |part| format!("{} %", decimal::full(part.into(), 4))),
        ]);
        before = Some(epoch);
    }
    table
}

fn strikes(epoch: &Epoch) -> String {
    let text = |strike: u64| decimal::trimmed(strike.into(), 6);
    match (epoch.strike_e6.get(), epoch.hedge_strike_e6.get()) {
        (0, _) => "-".to_owned(),
        (strike, 0) => text(strike),
        (strike, hedge) => format!("{} / {}", text(strike), text(hedge)),
    }
}

fn mandate(mandate: &VaultMandate, decimals: u8) -> String {
    let percent = |bps: u16| format!("{} %", decimal::trimmed(bps.into(), 2));
    format!(
        "delta {} to {}, {} sigma away, vol at least {} %, discount {}, {} of the cap, {} of holdings an epoch, fees {} a year and {} of gains, epochs of {} s, capacity {}",
        decimal::trimmed(mandate.delta_min_bps.get().into(), 4),
        decimal::trimmed(mandate.delta_max_bps.get().into(), 4),
        decimal::trimmed(mandate.distance_bps.get().into(), 4),
        decimal::trimmed(mandate.vol_min_e9.get().into(), 7),
        percent(mandate.discount_bps.get()),
        percent(mandate.open_interest_bps.get()),
        percent(mandate.cover_bps.get()),
        percent(mandate.management_bps.get()),
        percent(mandate.performance_bps.get()),
        mandate.epoch_s.get(),
        decimal::trimmed(mandate.capacity_atoms.get().into(), decimals.into()),
    )
}

fn name(vault: &VaultStatus) -> &'static str {
    match vault.kind {
        Some(VaultKind::CoveredCall) => "covered-call",
        Some(VaultKind::CashSecuredPut) => "cash-secured-put",
        Some(VaultKind::PutSpread) => "put-spread",
        None => "unknown",
    }
}

/// Everything, for programs.
pub fn json(status: &Status) -> Value {
    value!({ "url": status.url, "unix_s": status.unix_s, "vaults": status.vaults.iter().map(vault_json).collect::<Vec<_>>() })
}

fn vault_json(vault: &VaultStatus) -> Value {
    let state = &vault.vault;
    let mut before: Option<&Epoch> = None;
    let mut epochs = Vec::with_capacity(vault.epochs.len());
    for epoch in &vault.epochs {
        epochs.push(value!({
            "number": epoch.number.get(), "state": STATES.get(usize::from(epoch.state)),
            "expiry_unix_s": epoch.expiry_unix_s.get(), "strike_e6": epoch.strike_e6.get(),
            "hedge_strike_e6": epoch.hedge_strike_e6.get(), "offered_lots": epoch.offered_lots.get(),
            "sold_lots": epoch.sold_lots.get(), "clearing_price_e6": epoch.clearing_price_e6.get(),
            "premium_atoms": epoch.premium_atoms.get(), "forfeited_atoms": epoch.forfeited_atoms.get(),
            "share_price_e12": epoch.share_price_e12.get(), "deposit_atoms": epoch.deposit_atoms.get(),
            "withdraw_shares": epoch.withdraw_shares.get(),
            "yield_e6": before.and_then(|before| yield_e6(before, epoch)),
        }));
        before = Some(epoch);
    }
    value!({
        "address": vault.address.to_string(), "symbol": vault.symbol, "kind": name(vault), "id": state.id.get(),
        "share_mint": bs58(&state.share_mint), "shares": state.shares.get(), "fee_shares": state.fee_shares.get(),
        "at_risk_base_atoms": vault.at_risk_base_atoms, "at_risk_quote_atoms": vault.at_risk_quote_atoms,
        "pending_unix_s": state.pending_unix_s.get(), "epochs": epochs,
    })
}
