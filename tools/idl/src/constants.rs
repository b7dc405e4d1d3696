//! Addresses, seeds and quote constants of `crates/abi`, for clients in other languages.

use abi::{ballot, breaker, config, governor, ids, margin, oracle, quote, vault};
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

pub fn json() -> Result<String> {
    let constants = json!({
        "addresses": {
            "oracle": base58(&ids::ORACLE),
            "margin": base58(&ids::MARGIN),
            "vault": base58(&ids::VAULT),
            "breaker": base58(&ids::BREAKER),
            "governor": base58(&ids::GOVERNOR),
            "governorTwin": base58(&ids::GOVERNOR_TWIN),
            "pythReceiver": base58(&ids::PYTH_RECEIVER),
            "pythReceiver2": base58(&ids::PYTH_RECEIVER_2),
            "loader": base58(&ids::LOADER),
            "ed25519": base58(&ids::ED25519),
            "secp256r1": base58(&ids::SECP256R1),
            "sysvarSlotHashes": base58(&ids::SYSVAR_SLOT_HASHES),
            "sysvarInstructions": base58(&ids::SYSVAR_INSTRUCTIONS),
            "token": base58(&ids::TOKEN),
            "token2022": base58(&ids::TOKEN_2022),
        },
        "seeds": {
            "config": text(config::CONFIG_SEED)?,
            "oracle": seeds(&[
                ("feed", oracle::FEED_SEED),
                ("settlement", oracle::SETTLEMENT_SEED),
                ("surface", oracle::SURFACE_SEED),
                ("board", oracle::BOARD_SEED),
            ])?,
            "margin": seeds(&[
                ("market", margin::MARKET_SEED),
                ("expiry", margin::EXPIRY_SEED),
                ("account", margin::ACCOUNT_SEED),
                ("quote", margin::QUOTE_SEED),
                ("posted", margin::POSTED_SEED),
                ("change", margin::CHANGE_SEED),
                ("wrapped", margin::WRAPPED_SEED),
                ("wrappedMint", margin::WRAPPED_MINT_SEED),
                ("liquidation", margin::LIQUIDATION_SEED),
                ("fund", margin::FUND_SEED),
                ("stake", margin::STAKE_SEED),
            ])?,
            "vault": seeds(&[
                ("vault", vault::VAULT_SEED),
                ("epoch", vault::EPOCH_SEED),
                ("deposit", vault::DEPOSIT_SEED),
                ("withdrawal", vault::WITHDRAWAL_SEED),
                ("bid", vault::BID_SEED),
                ("shares", vault::SHARES_SEED),
                ("shareTokens", vault::SHARE_TOKENS_SEED),
            ])?,
            "breaker": seeds(&[
                ("brake", breaker::BRAKE_SEED),
                ("custody", breaker::CUSTODY_SEED),
                ("tokens", breaker::TOKENS_SEED),
                ("ticket", breaker::TICKET_SEED),
            ])?,
            "governor": seeds(&[
                ("council", governor::COUNCIL_SEED),
                ("authority", governor::AUTHORITY_SEED),
                ("proposal", governor::PROPOSAL_SEED),
                ("adoption", governor::ADOPTION_SEED),
                ("rollout", governor::ROLLOUT_SEED),
                ("snapshot", governor::SNAPSHOT_SEED),
                ("page", governor::PAGE_SEED),
                ("ledger", governor::LEDGER_SEED),
                ("record", governor::RECORD_SEED),
                ("insurance", governor::INSURANCE_SEED),
            ])?,
        },
        "actionLen": governor::ACTION_LEN,
        "members": governor::MEMBERS,
        "guardians": policy::GUARDIANS,
        "monitors": breaker::MONITORS,
        "attestors": policy::ATTESTORS,
        "delayMaxS": policy::DELAY_MAX_S,
        "classes": policy::Class::ALL.map(policy::Class::name),
        "pageAccounts": governor::PAGE_ACCOUNTS,
        "proposalDomain": text(policy::proposal::DIGEST_DOMAIN)?,
        "ballot": {
            "domain": text(&ballot::BALLOT_DOMAIN)?,
            "memberDomain": text(ballot::MEMBER_DOMAIN)?,
            "messageLen": ballot::BALLOT_LEN,
            "slots": policy::ballot::BALLOT_SLOTS,
            "kinds": {
                "approve": ballot::APPROVE,
                "object": ballot::OBJECT,
                "veto": ballot::VETO,
                "propose": ballot::PROPOSE,
            },
        },
        "levels": policy::Level::ALL.map(|level| format!("{level:?}")),
        "symbolLen": oracle::SYMBOL_LEN,
        "bid": { "domain": text(vault::BID_DOMAIN)?, "messageLen": vault::BID_MESSAGE_LEN },
        "quote": {
            "domain": text(&quote::QUOTE_DOMAIN)?,
            "maxLegs": quote::MAX_LEGS,
            "headerLen": quote::HEADER_LEN,
            "legLen": quote::LEG_LEN,
            "rights": { "trade": margin::DELEGATE_TRADE, "cancel": margin::DELEGATE_CANCEL },
            "sides": { "buy": quote::SIDE_BUY, "sell": quote::SIDE_SELL },
            "kinds": { "call": margin::KIND_CALL, "put": margin::KIND_PUT },
        },
    });
    Ok(serde_json::to_string_pretty(&constants)? + "\n")
}

fn base58(address: &abi::Address) -> String {
    bs58::encode(address).into_string()
}

fn seeds(named: &[(&str, &[u8])]) -> Result<Value> {
    let entries = named.iter().map(|(name, seed)| Ok(((*name).to_owned(), text(seed)?.into())));
    Ok(Value::Object(entries.collect::<Result<Map<String, Value>>>()?))
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).context("a seed is not text")
}
