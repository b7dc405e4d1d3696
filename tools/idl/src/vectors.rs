//! Known answers of the Rust code, which clients in other languages must reproduce byte for byte.

use abi::precompile::P256_KEY_LEN;
use abi::{Address, PodI64, PodU16, PodU64, ballot, ids, margin, quote};
use anyhow::{Result, anyhow};
use policy::{CouncilAction, DELAY_MAX_S, Delays, Evidence, Level, MarketLimits, Upgrade};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub fn json() -> Result<String> {
    let vectors = json!({
        "quote": quote_vector(),
        "actions": action_vectors()?,
        "proposal": proposal_vector(),
        "ballot": ballot_vector(),
    });
    Ok(serde_json::to_string_pretty(&vectors)? + "\n")
}

fn quote_vector() -> Value {
    let header = quote::QuoteHeader {
        domain: quote::QUOTE_DOMAIN,
        program: ids::MARGIN,
        genesis_hash: sequence(1),
        market: sequence(2),
        maker_account: sequence(3),
        nonce: PodU64::from(0x0102_0304_0506_0708),
        max_packages: PodU64::from(u64::MAX),
        min_fill_packages: PodU64::from(1),
        expiry_slot: PodU64::from(400_000_000),
        leg_count: 2,
        reserved: [0; 7],
    };
    let leg = |expiry_unix_s: i64, strike_e6: u64, price_e6: u64, kind, side, ratio: u16| quote::QuoteLeg {
        expiry_unix_s: PodI64::from(expiry_unix_s),
        strike_e6: PodU64::from(strike_e6),
        price_e6: PodU64::from(price_e6),
        kind,
        side,
        ratio: PodU16::from(ratio),
        reserved: [0; 4],
    };
    let legs = [
        leg(1_800_000_000, 60_000_000_000, 1_250_000_000, margin::KIND_CALL, quote::SIDE_SELL, 1),
        leg(-2, u64::MAX, 0, margin::KIND_PUT, quote::SIDE_BUY, u16::MAX),
    ];
    let message = [bytemuck::bytes_of(&header), bytemuck::cast_slice(&legs)].concat();
    json!({
        "genesisHash": hex(&header.genesis_hash),
        "market": base58(&header.market),
        "makerAccount": base58(&header.maker_account),
        "nonce": header.nonce.get().to_string(),
        "maxPackages": header.max_packages.get().to_string(),
        "minFillPackages": header.min_fill_packages.get().to_string(),
        "expirySlot": header.expiry_slot.get().to_string(),
        "legs": legs.map(|leg| json!({
            "expiryUnixS": leg.expiry_unix_s.get().to_string(),
            "strikeE6": leg.strike_e6.get().to_string(),
            "priceE6": leg.price_e6.get().to_string(),
            "kind": if leg.kind == margin::KIND_CALL { "call" } else { "put" },
            "side": if leg.side == quote::SIDE_BUY { "buy" } else { "sell" },
            "ratio": leg.ratio.get(),
        })),
        "message": hex(&message),
    })
}

fn action_vectors() -> Result<Vec<Value>> {
    let keys = [sequence(4), sequence(5)];
    let attestors = [sequence(6), sequence(7), sequence(8)];
    let evidence = Evidence {
        source_commit: [9; 20],
        recipe_hash: sequence(10),
        audit_hash: [0; 32],
        migration_hash: sequence(12),
        schema_from: 1,
        schema_to: 2,
    };
    let upgrade = Upgrade {
        program: ids::MARGIN,
        buffer: sequence(6),
        elf_hash: sequence(7),
        elf_len: 70_001,
        previous_hash: sequence(13),
        evidence,
        forward_only: true,
    };
    let patch = Upgrade { evidence: Evidence { schema_to: 1, ..evidence }, forward_only: false, ..upgrade };
    let (program, previous_hash) = (ids::MARGIN, sequence(13));
    let mut actions = vec![
        CouncilAction::Upgrade(upgrade),
        CouncilAction::EmergencyPatch(patch),
        CouncilAction::CouncilSet { members: &keys },
        CouncilAction::GuardiansSet { guardians: &keys },
        CouncilAction::Ratify { program, elf_hash: sequence(7) },
        CouncilAction::CouncilRecover { members: &keys },
        CouncilAction::HandOver { program, authority: sequence(5) },
        CouncilAction::RollBack { program, previous_hash },
        CouncilAction::AttestorsSet { attestors: &attestors },
        CouncilAction::DelaysSet { delays: Delays { set_s: [1, 2, 3, 4, 5, 6, 7, DELAY_MAX_S] } },
    ];
    let lowered = Level::ALL.into_iter().filter(|level| *level != Level::Migrating);
    let custody = sequence(8);
    for level in lowered {
        actions.extend([CouncilAction::BreakerRelax { level }, CouncilAction::MarketRelax { custody, level }]);
    }
    let limits = MarketLimits {
        hour_bps: 500,
        day_bps: 10_000,
        open_interest_cap_lots: u64::MAX,
        base_floor_atoms: 0,
        quote_floor_atoms: 0x0102_0304_0506_0708,
    };
    actions.extend([CouncilAction::LimitsSet { custody, limits }, CouncilAction::MonitorsSet { monitors: &keys }]);
    actions.iter().map(action_vector).collect()
}

fn action_vector(action: &CouncilAction) -> Result<Value> {
    let mut bytes = [0; abi::governor::ACTION_LEN];
    let len = action.encode(&mut bytes).map_err(|error| anyhow!("an action does not encode: {error:?}"))?;
    let bytes = bytes.get(..len).unwrap_or_default();
    Ok(json!({ "bytes": hex(bytes), "words": action.describe() }))
}

fn proposal_vector() -> Value {
    let (governor, id, action) = (ids::GOVERNOR, 3_u64, [2, 0]);
    let id_le = id.to_le_bytes();
    let mut hasher = Sha256::new();
    for part in policy::proposal::digest_parts(&governor, &id_le, &action) {
        hasher.update(part);
    }
    json!({
        "governor": base58(&governor),
        "id": id.to_string(),
        "action": hex(&action),
        "digest": hex(&hasher.finalize()),
    })
}

fn ballot_vector() -> Value {
    let ballot = ballot::Ballot {
        domain: ballot::BALLOT_DOMAIN,
        digest: sequence(14),
        config_epoch: PodU64::from(3),
        slot: PodU64::from(0x0102_0304_0506_0708),
        slot_hash: sequence(15),
        kind: ballot::VETO,
        vetoed: 1,
    };
    let mut key = [2; P256_KEY_LEN];
    key.iter_mut().skip(1).zip(sequence(16)).for_each(|(place, byte)| *place = byte);
    let mut hasher = Sha256::new();
    for part in ballot::member_parts(&key) {
        hasher.update(part);
    }
    json!({
        "digest": hex(&ballot.digest),
        "configEpoch": ballot.config_epoch.get().to_string(),
        "slot": ballot.slot.get().to_string(),
        "slotHash": hex(&ballot.slot_hash),
        "message": hex(bytemuck::bytes_of(&ballot)),
        "proposes": hex(bytemuck::bytes_of(&ballot::Ballot { kind: ballot::PROPOSE, vetoed: 0, ..ballot })),
        "publicKey": hex(&key),
        "member": base58(&hasher.finalize().into()),
    })
}

/// An address of 32 bytes that count up from `first`.
fn sequence(first: u8) -> Address {
    let mut next = first;
    [(); 32].map(|()| {
        let byte = next;
        next = next.wrapping_add(1);
        byte
    })
}

fn base58(address: &Address) -> String {
    bs58::encode(address).into_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
