//! The accounts that are known, by discriminator, with the names of their fields.

use super::{
    DecodeError, Decoded, layout, proposal,
    show::{self, Value, record},
};
use abi::{Address, Layout, breaker, config, governor, ids, margin, oracle, pyth, vault};
use solana_pubkey::Pubkey;

const GOVERNORS: &[Address] = &[ids::GOVERNOR, ids::GOVERNOR_TWIN];
const WITH_CONFIG: &[Address] = &[ids::ORACLE, ids::MARGIN, ids::VAULT, ids::BREAKER];
const PYTH: &[Address] = &[ids::PYTH_RECEIVER, ids::PYTH_RECEIVER_2];
const PYTH_DISCRIMINATOR: [u8; 8] = [0x22, 0xf1, 0x23, 0x63, 0x9d, 0x7e, 0xf4, 0xcd];

/// Lists, for each layout: whose it is, the fields that are shown, and after the semicolon those that are reserved.
macro_rules! accounts {
    ($($name:ident in $module:ident of $program:literal $owners:expr; $($field:ident),* ; $($reserved:ident),* ;)*) => {
        pub(super) fn account(data: &[u8], owner: Option<&Pubkey>) -> Result<Decoded, DecodeError> {
            let discriminator = data.first_chunk::<8>().ok_or(match data.len() {
                0 => DecodeError::Empty,
                has => DecodeError::NoDiscriminator { has },
            })?;
            $(
                if *discriminator == <$module::$name as Layout>::DISCRIMINATOR {
                    let account: &$module::$name = layout(stringify!($name), data)?;
                    owner_check(stringify!($name), owner, $owners)?;
                    let fields = record!(account, $($field),*);
                    return finish(Decoded { kind: stringify!($name), program: $program, fields, notes: Vec::new() }, data);
                }
            )*
            if *discriminator == PYTH_DISCRIMINATOR {
                owner_check("Pyth price account", owner, PYTH)?;
                return price_update(data);
            }
            Err(DecodeError::UnknownDiscriminator { found: show::hex(discriminator) })
        }

        /// Name, bytes named in the list above, and bytes of the whole layout.
        #[cfg(test)]
        pub(super) fn coverage() -> Vec<(&'static str, usize, usize)> {
            fn field<T, F>(_: impl Fn(&T) -> &F) -> usize {
                size_of::<F>()
            }
            vec![$((
                stringify!($name),
                [$(field(|account: &$module::$name| &account.$field),)* $(field(|account: &$module::$name| &account.$reserved)),*].iter().sum(),
                size_of::<$module::$name>(),
            )),*]
        }
    };
}

accounts! {
    Config in config of "every program but the governor" WITH_CONFIG;
        version, min_reader, bump, time_divisor, authority, genesis_hash, seq, markets, roots; reserved_head, reserved;
    Feed in oracle of "oracle" &[ids::ORACLE];
        version, min_reader, bump, severity, bucket_s, symbol, price_e6, confidence_e6, refreshed_unix_s, refreshed_slot,
        source_count, min_sources, flags, accepted, variance_samples, seq, checked_unix_s, checked_slot, sampled_e6, ema_e6, ema_unix_s,
        stable_e6, variance_1h_e12, variance_24h_e12, normal_since_unix_s, normal_samples, variance_bucket, sources, change_kind,
        change_place, change_ready_unix_s, change_source, buckets, records_open, held_until_unix_s; reserved_change, reserved;
    Settlement in oracle of "oracle" &[ids::ORACLE];
        version, min_reader, bump, buckets_used, state, feed, expiry_unix_s, price_e6, window_end_unix_s, finalised_unix_s,
        finalised_slot, not_before_unix_s; reserved_head, reserved;
    Surface in oracle of "oracle" &[ids::ORACLE];
        version, min_reader, bump, signed_by, feed, expiry_unix_s, a_e9, b_e9, rho_e9, m_e9, sigma_e9, reference_s, rate_e9, revision,
        posted_slot, posted_unix_s; reserved_head, reserved_bits, reserved;
    Board in oracle of "oracle" &[ids::ORACLE];
        version, min_reader, bump, threshold, publisher_count, next_threshold, next_count, surface_count, feed, next_ready_unix_s, seq,
        publishers, next_publishers, expiries_unix_s, move_bps, next_move_bps; reserved;
    Market in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, rules_version, base_decimals, quote_decimals, taker_fee_bps, lots_per_unit, maker_fee_bps, state,
        symbol,
        base_mint, quote_mint, feed, custody, base_tokens, quote_tokens, genesis_hash, strike_tick_e6, quote_balances_atoms,
        base_balances_atoms, insurance_atoms, fees_atoms, open_interest_lots, accounts_opened, seq, time_divisor, clearing_atoms,
        quote_feed, portfolio, throttle_since_unix_s, throttle_opened_lots, index_lost_e18, positive_balances_atoms,
        haircut_due_atoms, accounts_closed, records_open, held_until_unix_s;
        reserved_head, reserved;
    Expiry in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, state, strike_count, rules_version, market, expiry_unix_s, settlement_price_e6, strikes_e6, open_lots,
        unsettled_lots, clearing_atoms, payer, wrapped_series; reserved_head, reserved;
    MarginAccount in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, mode, subaccount, segregated, market, owner, index, quote_atoms, base_atoms, nonce_floor, seq, positions,
        delegate, delegate_rights, in_liquidation, index_lost_e18, debt_unix_s, interest_unix_s;
        reserved_head, reserved;
    QuoteState in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, maker_account, nonce, digest, filled_packages, expiry_slot, payer, market; reserved_head, reserved;
    PostedQuote in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, message_len, maker_account, nonce, expiry_slot, payer, message; reserved_head, reserved;
    MarketChange in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, market, ready_unix_s, terms; reserved_head, reserved;
    Wrapped in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, kind, mint_bump, market, expiry, expiry_unix_s, strike_e6, mint, lots, seq, payer; reserved_head,
        reserved;
    Liquidation in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, phase, running, account, opener, payer, counted_s, since_unix_s, opened_unix_s, slices,
        opener_fee_atoms, fund_paid_atoms; reserved_head, reserved_tail, reserved;
    Fund in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, mint, custody, tokens, balance_atoms, shares, window_unix_s, window_opening_atoms, window_drawn_atoms,
        seq, records_open; reserved_head, reserved;
    Stake in margin of "margin" &[ids::MARGIN];
        version, min_reader, bump, fund, owner, shares, leaving_shares, leaving_unix_s; reserved_head, reserved;
    Vault in vault of "vault" &[ids::VAULT];
        version, min_reader, bump, kind, id, share_decimals, market, trading_account, escrow_account, share_mint, share_tokens,
        fee_recipient, mandate, pending, pending_unix_s, epoch, seq, shares, fee_shares, high_water_e12, opened_unix_s, book, records_open,
        held_until_unix_s;
        reserved_head, reserved;
    Epoch in vault of "vault" &[ids::VAULT];
        version, min_reader, bump, state, bids_committed, bids_revealed, bids_unsettled, deposits_refused, vault, expiry, number,
        opened_unix_s, expiry_unix_s, strike_e6, hedge_strike_e6, spot_e6, commit_ends_unix_s, reveal_ends_unix_s, offered_lots,
        cleared_lots, sold_lots, reserve_price_e6, escrow_price_e6, clearing_price_e6, marginal_lots, marginal_fill_lots, premium_atoms,
        forfeited_atoms, turned_unix_s, price_e6, assets_atoms, share_price_e12, shares_before, fee_shares, deposit_atoms,
        withdraw_shares, deposit_shares, withdrawn_base_atoms, withdrawn_quote_atoms, claimed_deposit_atoms, claimed_deposit_shares,
        claimed_withdraw_shares, claimed_base_atoms, claimed_quote_atoms; reserved;
    Deposit in vault of "vault" &[ids::VAULT];
        version, min_reader, bump, epoch, owner, amount_atoms; reserved_head, reserved;
    Withdrawal in vault of "vault" &[ids::VAULT];
        version, min_reader, bump, epoch, owner, shares; reserved_head, reserved;
    Bid in vault of "vault" &[ids::VAULT];
        version, min_reader, bump, state, place, delivery, epoch, bidder, holder, commitment, lots, price_e6, filled_lots, escrow_atoms;
        reserved_head, reserved;
    Brake in breaker of "breaker" &[ids::BREAKER];
        version, min_reader, bump, level, cause, guardian_count, guardian_trips, monitor_count, tripped_unix_s, expires_unix_s,
        trips_since_unix_s, seq, guardians, evidence_unix_s, migration_ends_unix_s, restart_slot, heartbeat_unix_s, monitors, time_divisor,
        custodies;
        reserved;
    Custody in breaker of "breaker" &[ids::BREAKER];
        version, min_reader, bump, level, cause, controller, releases, seq, tripped_unix_s, evidence_unix_s, expires_unix_s,
        insurance_mark_atoms, insurance_mark_unix_s, limits, pending, pending_unix_s, vaults,
        rollout_lots, rollout_window_bps, records_open, held_until_unix_s; reserved_head, reserved;
    Ticket in breaker of "breaker" &[ids::BREAKER];
        version, min_reader, bump, vault, custody, destination, payer, origin, id, amount_atoms, end_atoms, issued_unix_s;
        reserved_head, reserved;
    Council in governor of "governor" GOVERNORS;
        version, min_reader, bump, member_count, time_divisor, config_epoch, proposals, seq, authority_bump, members, attestors,
        delays_s, frozen_program; reserved_head, reserved;
    Proposal in governor of "governor" GOVERNORS;
        version, min_reader, bump, state, class, action_len, id, proposer, digest, config_epoch, created_slot, created_unix_s,
        expires_unix_s, ready_unix_s, ready_slot, approvals, objections, vetoed, action, rollback_buffer, bond_lamports, shadow_roots;
        reserved_head, reserved_approvals, reserved;
    Adoption in governor of "governor" GOVERNORS;
        version, min_reader, bump, program, program_data, elf_hash, elf_len, previous_hash, upgrades, adopted_unix_s, upgraded_slot,
        previous_len; reserved_head, reserved_len, reserved;
    Rollout in governor of "governor" GOVERNORS;
        version, min_reader, bump, stage, scope, unratified, forward_only, back, failed, step, checks, canary_bps, program, proposal,
        attempt, since_slot, since_unix_s, executed_slot, executed_unix_s, frozen_unix_s, checked_slot, parts, sealed, verified;
        reserved_head, reserved_counts, reserved;
    Snapshot in governor of "governor" GOVERNORS;
        version, min_reader, bump, sealed, balanced, program, market, quote_tokens, base_tokens, payer, attempt, accounts,
        accounts_taken, pages, pages_taken, pages_verified, verified_slot, digest, quote_atoms, base_atoms, long_lots, short_lots,
        series, quote_tokens_atoms, base_tokens_atoms; reserved_head, reserved_pages, reserved;
    Page in governor of "governor" GOVERNORS;
        version, min_reader, bump, count, number, snapshot, payer, keys_digest, digest, quote_atoms, base_atoms, long_lots,
        short_lots, series, verified_slot; reserved;
    Ledger in governor of "governor" GOVERNORS;
        version, min_reader, bump, sealed, program, payer, attempt, roots, roots_taken, accounts, accounts_taken, accounts_verified,
        verified_slot; reserved_head, reserved;
    Record in governor of "governor" GOVERNORS;
        version, min_reader, bump, token_count, space, ledger, account, payer, digest, image_digest, tokens_digest, token_atoms,
        verified_slot; reserved;
}

fn owner_check(kind: &'static str, owner: Option<&Pubkey>, owners: &[Address]) -> Result<(), DecodeError> {
    match owner {
        Some(owner) if !owners.contains(&owner.to_bytes()) => Err(DecodeError::WrongOwner {
            kind,
            expected: owners.iter().map(crate::connection::bs58).collect::<Vec<_>>().join(" or "),
            owner: *owner,
        }),
        _ => Ok(()),
    }
}

/// A proposal is more than its fields: its action in words, and whether its digest is that action's.
fn finish(mut decoded: Decoded, data: &[u8]) -> Result<Decoded, DecodeError> {
    if decoded.kind == "Proposal" {
        let account: &governor::Proposal = layout("Proposal", data)?;
        decoded.notes = proposal::proposal_notes(account)?;
        // The encoded bytes, without the zeros after them.
        let len = usize::from(account.action_len.get());
        if let Some((_, action)) = decoded.fields.iter_mut().find(|(name, _)| *name == "action") {
            *action = Value::Text(show::hex(account.action.get(..len).unwrap_or(&account.action)));
        }
    }
    Ok(decoded)
}

fn price_update(data: &[u8]) -> Result<Decoded, DecodeError> {
    let update = pyth::price_update(data).map_err(|error| DecodeError::Pyth(format!("{error:?}")))?;
    let number = |number: i64| Value::Number(number.into());
    let fields = vec![
        ("write_authority", Value::Text(crate::connection::bs58(&update.write_authority))),
        ("feed_id", Value::Text(show::hex(&update.feed_id))),
        ("price", number(update.price)),
        ("confidence", Value::Number(update.confidence.into())),
        ("exponent", number(update.exponent.into())),
        ("published_unix_s", number(update.published_unix_s)),
        ("previous_published_unix_s", number(update.previous_published_unix_s)),
        ("ema_price", number(update.ema_price)),
        ("ema_confidence", Value::Number(update.ema_confidence.into())),
        ("posted_slot", Value::Number(update.posted_slot.into())),
    ];
    Ok(Decoded { kind: "PriceUpdateV2", program: "the Pyth receiver", fields, notes: Vec::new() })
}
