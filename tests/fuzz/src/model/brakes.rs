//! Levels, proofs, limits: the breaker's own instructions, held to the state machines of `policy`.

use super::{After, Plan};
use crate::action::{Action, Proof};
use crate::chain::Chain;
use crate::stage::{guardian, monitor};
use abi::breaker::{Brake, Custody, Limits};
use bytemuck::Zeroable;
use client::breaker;
use policy::{BrakeError, GOOD_SAMPLES, LOOSEN_S, Latch, Level, Outflow, Trigger, Trips, trip};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::key;

pub fn plan(chain: &Chain, action: &Action) -> Plan {
    match action {
        Action::GuardianRaise { guardian, level } => raise(chain, *guardian, *level, false),
        Action::MarketRaise { guardian, level } => raise(chain, *guardian, *level, true),
        Action::Trip { proof } => proven(chain, *proof),
        Action::Relax => relax(chain),
        Action::MarketRelax => market_relax(chain),
        Action::LevelRelax { level, right } => level_relax(chain, *level, *right),
        Action::MarketLevelRelax { level, right } => market_level_relax(chain, *level, *right),
        Action::LevelSet { level, right } => level_set(chain, *level, *right),
        Action::Heartbeat { monitor } => heartbeat(chain, *monitor),
        Action::InsuranceMark => insurance_mark(chain),
        Action::GuardiansSet { count, right } => guardians_set(chain, *count, *right),
        Action::MonitorsSet { count, right } => monitors_set(chain, *count, *right),
        Action::LimitsSet { hour_bps, day_bps, cap_lots, right } => {
            limits_set(chain, (*hour_bps, *day_bps, *cap_lots), *right)
        }
        Action::LimitsApply => limits_apply(chain),
        other => unreachable!("{other:?} is none of the breaker's"),
    }
}

fn name(why: BrakeError) -> &'static str {
    match why {
        BrakeError::NotUpward => "LevelNotUpward",
        BrakeError::AboveGuardianLevel => "LevelAboveGuardian",
        BrakeError::GuardiansDisabled => "GuardiansDisabled",
        BrakeError::NotDownward => "LevelNotDownward",
        BrakeError::MigrationOpen => "MigrationOpen",
        BrakeError::FreezeStands => "FreezeStands",
        BrakeError::FreezeUnverified => "FreezeUnverified",
        BrakeError::CooldownRunning => "CooldownRunning",
        BrakeError::SamplesTooFew => "SamplesTooFew",
        BrakeError::NotFrozen => "NotFrozen",
        BrakeError::NoMigration => "NoMigration",
        BrakeError::Unknown => "LevelUnknown",
        BrakeError::TimeOverflow => "TimeOverflow",
    }
}

fn authority(chain: &Chain, right: bool) -> Pubkey {
    if right { chain.stage.protocol.deployer.pubkey() } else { key("stranger") }
}

fn brake_record(chain: &Chain, plan: &mut Plan, latch: Latch, change: impl FnOnce(&mut Brake)) {
    let mut brake = *chain.brake();
    (brake.level, brake.cause) = (latch.level.byte(), latch.cause.byte());
    brake.tripped_unix_s = latch.tripped_unix_s.into();
    brake.evidence_unix_s = latch.evidence_unix_s.into();
    brake.expires_unix_s = latch.expires_unix_s.into();
    brake.migration_ends_unix_s = latch.migration_ends_unix_s.into();
    brake.seq = (brake.seq.get() + 1).into();
    change(&mut brake);
    plan.after(chain.stage.brake, After::Brake(brake.into()));
}

/// INVARIANT(G-17): what happens to one market's level is in its custody, and nowhere else.
fn custody_record(chain: &Chain, plan: &mut Plan, latch: Latch) {
    let mut custody = *chain.custody();
    (custody.level, custody.cause) = (latch.level.byte(), latch.cause.byte());
    custody.tripped_unix_s = latch.tripped_unix_s.into();
    custody.evidence_unix_s = latch.evidence_unix_s.into();
    custody.expires_unix_s = latch.expires_unix_s.into();
    custody.seq = (custody.seq.get() + 1).into();
    plan.after(chain.stage.protocol.custody, After::Custody(custody.into()));
}

fn brake_latch(chain: &Chain) -> Latch {
    Latch::of_brake(chain.brake()).expect("a level that there is")
}

fn custody_latch(chain: &Chain) -> Latch {
    Latch::of_custody(chain.custody()).expect("a level that there is")
}

fn raise(chain: &Chain, who: u8, level: u8, market: bool) -> Plan {
    let (guardian, brake, custody) = (guardian(who), chain.stage.brake, chain.stage.protocol.custody);
    let (label, call) = if market {
        let call = breaker::MarketRaise { guardian, brake, custody };
        ("breaker::market_raise", call.instruction(breaker::MarketRaiseArgs { level }))
    } else {
        let call = breaker::GuardianRaise { guardian, brake };
        ("breaker::guardian_raise", call.instruction(breaker::GuardianRaiseArgs { level }))
    };
    let mut plan = Plan::new(label, vec![call]);
    let state = chain.brake();
    let named = state.guardians[..usize::from(state.guardian_count)].contains(&guardian.to_bytes());
    if plan.refuse(&[(!named, "NotGuardian"), (level > 4, "LevelUnknown")]) {
        return plan;
    }
    let to = Level::from_byte(level).expect("a level");
    let trips = Trips { count: state.guardian_trips, since_unix_s: state.trips_since_unix_s.get() };
    let standing = policy::Brake { latch: brake_latch(chain), trips };
    let raised = if market {
        standing
            .guardian_raise_market(custody_latch(chain), to, chain.unix_s, 1)
            .map(|(brake, latch)| (brake, Some(latch)))
    } else {
        standing.guardian_raise(to, chain.unix_s, 1).map(|brake| (brake, None))
    };
    let (raised, latch) = match raised {
        Ok(raised) => raised,
        Err(why) => return plan.stop(name(why)),
    };
    let count = |brake: &mut Brake| {
        brake.guardian_trips = raised.trips.count;
        brake.trips_since_unix_s = raised.trips.since_unix_s.into();
    };
    match latch {
        None => brake_record(chain, &mut plan, raised.latch, count),
        Some(latch) => {
            custody_record(chain, &mut plan, latch);
            let mut brake = *chain.brake();
            count(&mut brake);
            plan.after(chain.stage.brake, After::Brake(brake.into()));
        }
    }
    plan
}

fn proven(chain: &Chain, proof: Proof) -> Plan {
    let (stage, feed, state) = (&chain.stage, chain.feed(), chain.custody());
    let (custody, market, feed_key) = (stage.protocol.custody, stage.protocol.market, stage.protocol.feed);
    let (brake, sums) = (stage.brake, (stage.protocol.base_tokens, stage.protocol.quote_tokens));
    let insurance = chain.market().insurance_atoms.get();
    let (label, call, trigger, checks) = match proof {
        Proof::Volatility => (
            "breaker::trip_volatility",
            breaker::TripVolatility { custody, market, feed: feed_key }.instruction(),
            Trigger::Volatility,
            vec![(!trip::is_volatile(feed.variance_1h_e12.get(), feed.variance_24h_e12.get()), "VolatilityNotHigh")],
        ),
        Proof::Deviation => (
            "breaker::trip_deviation",
            breaker::TripDeviation { custody, market, feed: feed_key }.instruction(),
            Trigger::Deviation,
            vec![(!trip::is_deviant(feed.price_e6.get(), feed.ema_e6.get()), "PriceNotDeviant")],
        ),
        Proof::Severity => (
            "breaker::trip_severity",
            breaker::TripSeverity { custody, market, feed: feed_key }.instruction(),
            Trigger::Severity,
            vec![(!is_severe(chain), "FeedNotSevere")],
        ),
        Proof::OpenInterest => (
            "breaker::trip_oi",
            breaker::TripOi { custody, market }.instruction(),
            Trigger::OpenInterest,
            vec![(!is_full(chain), "OpenInterestWithinCap")],
        ),
        Proof::Insurance => {
            let serves = trip::mark_serves(state.insurance_mark_unix_s.get(), chain.unix_s, 1);
            let fell = trip::is_drawn_down(insurance, state.insurance_mark_atoms.get());
            (
                "breaker::trip_insurance",
                breaker::TripInsurance { custody, market }.instruction(),
                Trigger::Insurance,
                vec![(!serves, "InsuranceMarkStale"), (!fell, "InsuranceNotDrawnDown")],
            )
        }
        Proof::Invariant => (
            "breaker::trip_invariant",
            breaker::TripInvariant { custody, market, base_tokens: sums.0, quote_tokens: sums.1 }.instruction(),
            Trigger::Invariant,
            // INVARIANT(M-1): there is never a proof.
            vec![(true, "InvariantHolds")],
        ),
        Proof::Heartbeat => {
            let silent = trip::is_silent(chain.brake().heartbeat_unix_s.get(), chain.unix_s, 1);
            (
                "breaker::trip_heartbeat",
                breaker::TripHeartbeat { brake }.instruction(),
                Trigger::Heartbeat,
                vec![(chain.brake().monitor_count == 0, "MonitorsUnset"), (!silent, "MonitorsAlive")],
            )
        }
        Proof::Restart => (
            "breaker::trip_restart",
            breaker::TripRestart { brake }.instruction(),
            Trigger::Restart,
            vec![(chain.restart_slot <= chain.brake().restart_slot.get(), "NotRestarted")],
        ),
    };
    let mut plan = Plan::new(label, vec![call]);
    if plan.refuse(&checks) {
        return plan;
    }
    let of_protocol = matches!(proof, Proof::Heartbeat | Proof::Restart);
    let latch = if of_protocol { brake_latch(chain) } else { custody_latch(chain) };
    match latch.trip(trigger, chain.unix_s, 1) {
        Err(why) => return plan.stop(name(why)),
        Ok(latch) if of_protocol => brake_record(chain, &mut plan, latch, |brake| {
            if proof == Proof::Restart {
                brake.restart_slot = chain.restart_slot.into();
            }
        }),
        Ok(latch) => custody_record(chain, &mut plan, latch),
    }
    plan
}

fn is_severe(chain: &Chain) -> bool {
    let feed = chain.feed();
    let looked = feed.checked_unix_s.get().max(feed.refreshed_unix_s.get());
    trip::is_severe(feed.severity, looked, chain.unix_s, 1)
}

fn is_full(chain: &Chain) -> bool {
    chain.market().open_interest_lots.get() > chain.custody().limits.open_interest_cap_lots.get()
}

fn relax(chain: &Chain) -> Plan {
    let call = breaker::Relax { brake: chain.stage.brake };
    let mut plan = Plan::new("breaker::relax", vec![call.instruction()]);
    let brake = chain.brake();
    let silent = trip::is_silent(brake.heartbeat_unix_s.get(), chain.unix_s, 1);
    if plan.refuse(&[(brake.monitor_count != 0 && silent, "MonitorsSilent")]) {
        return plan;
    }
    match brake_latch(chain).rest(GOOD_SAMPLES, chain.unix_s, 1) {
        Ok(latch) => brake_record(chain, &mut plan, latch, |_| {}),
        Err(why) => return plan.stop(name(why)),
    }
    plan
}

fn market_relax(chain: &Chain) -> Plan {
    let protocol = &chain.stage.protocol;
    let call = breaker::MarketRelax { custody: protocol.custody, market: protocol.market, feed: protocol.feed };
    let mut plan = Plan::new("breaker::market_relax", vec![call.instruction()]);
    let (feed, latch) = (chain.feed(), custody_latch(chain));
    let stands = if latch.level_in_force(chain.unix_s) == Level::Throttle {
        trip::is_volatile(feed.variance_1h_e12.get(), feed.variance_24h_e12.get())
    } else {
        is_severe(chain) || trip::is_deviant(feed.price_e6.get(), feed.ema_e6.get()) || is_full(chain)
    };
    if plan.refuse(&[(stands, "CauseStands")]) {
        return plan;
    }
    match latch.rest(feed.normal_samples.get(), chain.unix_s, 1) {
        Ok(latch) => custody_record(chain, &mut plan, latch),
        Err(why) => return plan.stop(name(why)),
    }
    plan
}

fn level_relax(chain: &Chain, level: u8, right: bool) -> Plan {
    let (config, brake) = (chain.stage.breaker_config, chain.stage.brake);
    let call = breaker::LevelRelax { authority: authority(chain, right), config, brake };
    let mut plan = Plan::new("breaker::level_relax", vec![call.instruction(breaker::LevelRelaxArgs { level })]);
    if plan.refuse(&[(!right, "NotAuthority")]) || plan.refuse(&[(level > 4, "LevelUnknown")]) {
        return plan;
    }
    let to = Level::from_byte(level).expect("a level");
    match brake_latch(chain).relax(to, chain.unix_s, false) {
        Ok(latch) => brake_record(chain, &mut plan, latch, |_| {}),
        Err(why) => return plan.stop(name(why)),
    }
    plan
}

fn market_level_relax(chain: &Chain, level: u8, right: bool) -> Plan {
    let protocol = &chain.stage.protocol;
    let call = breaker::MarketLevelRelax {
        authority: authority(chain, right),
        config: chain.stage.breaker_config,
        custody: protocol.custody,
        market: protocol.market,
        base_tokens: protocol.base_tokens,
        quote_tokens: protocol.quote_tokens,
    };
    let call = call.instruction(breaker::MarketLevelRelaxArgs { level });
    let mut plan = Plan::new("breaker::market_level_relax", vec![call]);
    if plan.refuse(&[(!right, "NotAuthority")]) || plan.refuse(&[(level > 4, "LevelUnknown")]) {
        return plan;
    }
    let to = Level::from_byte(level).expect("a level");
    match custody_latch(chain).relax(to, chain.unix_s, true) {
        Ok(latch) => custody_record(chain, &mut plan, latch),
        Err(why) => return plan.stop(name(why)),
    }
    plan
}

fn level_set(chain: &Chain, level: u8, right: bool) -> Plan {
    let (config, brake) = (chain.stage.breaker_config, chain.stage.brake);
    let call = breaker::LevelSet { authority: authority(chain, right), config, brake };
    let mut plan = Plan::new("breaker::level_set", vec![call.instruction(breaker::LevelSetArgs { level })]);
    if plan.refuse(&[(!right, "NotAuthority")]) {
        return plan;
    }
    let latch = brake_latch(chain);
    let set = match level {
        4 => latch.migrate(chain.unix_s, 1),
        3 => latch.held(chain.unix_s, 1),
        2 => latch.migrated(chain.unix_s),
        _ => return plan.stop("LevelNotSettable"),
    };
    match set {
        Ok(latch) => brake_record(chain, &mut plan, latch, |_| {}),
        Err(why) => return plan.stop(name(why)),
    }
    plan
}

fn heartbeat(chain: &Chain, who: u8) -> Plan {
    let call = breaker::Heartbeat { monitor: monitor(who), brake: chain.stage.brake };
    let mut plan = Plan::new("breaker::heartbeat", vec![call.instruction()]);
    let state = chain.brake();
    let named = state.monitors[..usize::from(state.monitor_count)].contains(&monitor(who).to_bytes());
    if !plan.refuse(&[(!named, "NotMonitor")]) {
        brake_record(chain, &mut plan, brake_latch(chain), |brake| brake.heartbeat_unix_s = chain.unix_s.into());
    }
    plan
}

fn insurance_mark(chain: &Chain) -> Plan {
    let (custody, market) = (chain.stage.protocol.custody, chain.stage.protocol.market);
    let call = breaker::InsuranceMark { custody, market };
    let mut plan = Plan::new("breaker::insurance_mark", vec![call.instruction()]);
    let mut state = *chain.custody();
    let insurance = chain.market().insurance_atoms;
    let serves = trip::mark_serves(state.insurance_mark_unix_s.get(), chain.unix_s, 1);
    if !plan.refuse(&[(serves && insurance.get() <= state.insurance_mark_atoms.get(), "InsuranceMarkStands")]) {
        state.insurance_mark_atoms = insurance;
        state.insurance_mark_unix_s = chain.unix_s.into();
        state.seq = (state.seq.get() + 1).into();
        plan.after(custody, After::Custody(state.into()));
    }
    plan
}

/// Whether accounts are migrated: then nobody but the governor changes anything of the brake.
fn is_migrating(chain: &Chain) -> bool {
    let state = chain.brake();
    let trips = Trips { count: state.guardian_trips, since_unix_s: state.trips_since_unix_s.get() };
    let standing = policy::Brake { latch: brake_latch(chain), trips };
    standing.level_in_force(chain.unix_s) == Level::Migrating
}

fn guardians_set(chain: &Chain, count: u8, right: bool) -> Plan {
    let (config, brake) = (chain.stage.breaker_config, chain.stage.brake);
    let guardians: Vec<Pubkey> = (0..count).map(guardian).collect();
    let call = breaker::GuardiansSet { authority: authority(chain, right), config, brake };
    let call = call.instruction(breaker::GuardiansSetArgs { guardians: guardians.clone() });
    let mut plan = Plan::new("breaker::guardians_set", vec![call]);
    if !plan.refuse(&[(!right, "NotAuthority")])
        && !plan.refuse(&[(is_migrating(chain), "MigrationOpen")])
        && !plan.refuse(&[(count > 8, "GuardiansTooMany")])
    {
        brake_record(chain, &mut plan, brake_latch(chain), |brake| {
            (brake.guardian_trips, brake.trips_since_unix_s) = (0, 0.into());
            (brake.guardian_count, brake.guardians) = (count, [[0; 32]; 8]);
            for (place, guardian) in brake.guardians.iter_mut().zip(&guardians) {
                *place = guardian.to_bytes();
            }
        });
    }
    plan
}

fn monitors_set(chain: &Chain, count: u8, right: bool) -> Plan {
    let (config, brake) = (chain.stage.breaker_config, chain.stage.brake);
    let monitors: Vec<Pubkey> = (0..count).map(monitor).collect();
    let call = breaker::MonitorsSet { authority: authority(chain, right), config, brake };
    let call = call.instruction(breaker::MonitorsSetArgs { monitors: monitors.clone() });
    let mut plan = Plan::new("breaker::monitors_set", vec![call]);
    if !plan.refuse(&[(!right, "NotAuthority")])
        && !plan.refuse(&[(is_migrating(chain), "MigrationOpen")])
        && !plan.refuse(&[(count > 4, "MonitorsTooMany")])
    {
        brake_record(chain, &mut plan, brake_latch(chain), |brake| {
            (brake.monitor_count, brake.monitors) = (count, [[0; 32]; 4]);
            for (place, monitor) in brake.monitors.iter_mut().zip(&monitors) {
                *place = monitor.to_bytes();
            }
            brake.heartbeat_unix_s = chain.unix_s.into();
        });
    }
    plan
}

/// What vault number `vault` may let out under these limits.
fn of(limits: &Limits, vault: usize) -> policy::Limits {
    policy::Limits::of(limits, vault, 1).expect("a vault")
}

fn limits_set(chain: &Chain, (hour_bps, day_bps, cap_lots): (u16, u16, u64), right: bool) -> Plan {
    let (config, custody) = (chain.stage.breaker_config, chain.stage.protocol.custody);
    let mut state = *chain.custody();
    let [base_floor, quote_floor] = state.limits.floor_atoms;
    let limits = breaker::LimitTerms {
        hour_bps,
        day_bps,
        open_interest_cap_lots: cap_lots,
        base_floor_atoms: base_floor.get(),
        quote_floor_atoms: quote_floor.get(),
    };
    let call = breaker::LimitsSet { authority: authority(chain, right), config, custody };
    let mut plan = Plan::new("breaker::limits_set", vec![call.instruction(limits)]);
    let mut stored = state.limits;
    (stored.hour_bps, stored.day_bps) = (hour_bps.into(), day_bps.into());
    stored.open_interest_cap_lots = cap_lots.into();
    if plan.refuse(&[(!right, "NotAuthority")])
        || plan.refuse(&[(!of(&stored, 0).in_bounds(), "WindowOutOfBounds"), (cap_lots == 0, "OpenInterestCapZero")])
    {
        return plan;
    }
    let tightens = of(&stored, 0).within(&of(&state.limits, 0))
        && of(&stored, 1).within(&of(&state.limits, 1))
        && cap_lots <= state.limits.open_interest_cap_lots.get();
    if tightens {
        (state.limits, state.pending, state.pending_unix_s) = (stored, Limits::zeroed(), 0.into());
        for (at, vault) in state.vaults.iter_mut().enumerate() {
            *vault = Outflow::from(&*vault).tightened(&of(&stored, at)).stored(vault);
        }
    } else {
        (state.pending, state.pending_unix_s) = (stored, (chain.unix_s + LOOSEN_S).into());
    }
    state.seq = (state.seq.get() + 1).into();
    plan.after(custody, After::Custody(state.into()));
    plan
}

fn limits_apply(chain: &Chain) -> Plan {
    let custody: Pubkey = chain.stage.protocol.custody;
    let mut plan = Plan::new("breaker::limits_apply", vec![breaker::LimitsApply { custody }.instruction()]);
    let mut state: Custody = *chain.custody();
    let ready = state.pending_unix_s.get();
    if plan.refuse(&[(ready == 0, "LimitsNotPending")]) || plan.refuse(&[(chain.unix_s < ready, "LimitsTooEarly")]) {
        return plan;
    }
    (state.limits, state.pending, state.pending_unix_s) = (state.pending, Limits::zeroed(), 0.into());
    state.seq = (state.seq.get() + 1).into();
    plan.after(custody, After::Custody(state.into()));
    plan
}
