//! Feeds as tables for people and as JSON for programs.

use super::{FeedLook, Feeds, SourceLook, words};
use crate::{
    decode::units::{symbol, utc},
    table::Table,
};
use risk::feed::{Moment, Quote, State};
use serde_json::json;
use std::fmt::{self, Write};
use units::{PriceE6, UnixSeconds};

/// Buckets that the feed's own average is taken over.
const AVERAGE_BUCKETS: u32 = 5;
/// Millionths in a hundredth of a percent.
const E6_IN_BPS: u64 = 100;
const ADDRESS_CHARS: usize = 8;

/// For people.
pub fn write(feeds: &Feeds) -> Result<String, fmt::Error> {
    let mut out = String::new();
    let Feeds { url, moment, feeds } = feeds;
    writeln!(out, "{url}  slot {}  {}", moment.slot.0, utc(moment.now.0))?;
    if feeds.is_empty() {
        writeln!(out, "\nno feeds: none was created on this network")?;
    }
    feeds.iter().try_for_each(|look| write_feed(&mut out, look, *moment))?;
    Ok(out)
}

fn write_feed(out: &mut String, look: &FeedLook, moment: Moment) -> fmt::Result {
    let FeedLook { address, feed, recorded, found, sources } = look;
    writeln!(out, "\n{}  {address}", symbol(&feed.symbol))?;
    writeln!(out, "  recorded  {}; {}", price_text(recorded.quote), standing(recorded))?;
    let checked = ago(recorded.checked, recorded.checked_slot.0, moment);
    let refreshed = ago(recorded.refreshed, recorded.refreshed_slot.0, moment);
    writeln!(out, "            price taken {refreshed}, last refresh {checked}, {} refreshes", feed.seq.get())?;
    let average_s = feed.bucket_s.get().saturating_mul(AVERAGE_BUCKETS);
    let (average, stable) = (price(recorded.average), price(recorded.stable));
    let (short, long) = (vol(recorded.variance.short_e12), vol(recorded.variance.long_e12));
    writeln!(
        out,
        "  average   {average} over {average_s} s; stable price {stable}; realised volatility {short} (1 h), {long} (24 h)"
    )?;
    let needs = format!("{} of {} sources needed", feed.min_sources, feed.source_count);
    match found.price {
        Some(quote) => writeln!(
            out,
            "  now       a refresh would give {}; {}; {needs}",
            price_text(quote),
            why(found.severity, found.flags)
        )?,
        None => {
            writeln!(out, "  now       a refresh would give no price: {}; {needs}", why(found.severity, found.flags))?
        }
    }
    let mut table =
        Table::new(["source", "account", "age", "slots", "price", "+/-", "off", "weight", "not used because"]);
    for column in [2, 3, 4, 5, 6, 7] {
        table = table.numeric(column);
    }
    let reference = found.price.unwrap_or(recorded.quote);
    sources.iter().for_each(|source| table.row(source_row(source, reference, moment)));
    table.to_string().lines().try_for_each(|line| writeln!(out, "  {line}"))
}

fn source_row(source: &SourceLook, reference: Quote, moment: Moment) -> [String; 9] {
    let SourceLook { kind, address, says, place } = source;
    let never = says.published == UnixSeconds::ZERO;
    let or_dash = |text: String| if never { "-".to_owned() } else { text };
    let account: String = address.to_string().chars().take(ADDRESS_CHARS).collect();
    [
        words::kind(*kind).to_owned(),
        format!("{account}..."),
        or_dash(format!("{} s", moment.now.0.saturating_sub(says.published.0))),
        or_dash(moment.slot.0.saturating_sub(says.slot.0).to_string()),
        or_dash(price(says.quote.price)),
        or_dash(price(says.quote.half_width)),
        or_dash(off_bps(says.quote.price, reference.price).map_or_else(|| "-".to_owned(), signed_percent)),
        unsigned_percent(place.weight_bps.into()),
        place.refusal.map_or("", words::refusal).to_owned(),
    ]
}

/// For programs: raw integers with their units in the names.
pub fn json(feeds: &Feeds) -> serde_json::Value {
    let Feeds { url, moment, feeds } = feeds;
    json!({
        "url": url, "slot": moment.slot.0, "unix_s": moment.now.0,
        "feeds": feeds.iter().map(|look| feed_json(look, *moment)).collect::<Vec<_>>(),
    })
}

fn feed_json(look: &FeedLook, moment: Moment) -> serde_json::Value {
    let FeedLook { address, feed, recorded, found, sources } = look;
    let reference = found.price.unwrap_or(recorded.quote);
    let source = |source: &SourceLook| {
        let says = &source.says;
        let published = says.published != UnixSeconds::ZERO;
        json!({
            "kind": words::kind(source.kind), "address": source.address.to_string(),
            "age_s": published.then(|| moment.now.0.saturating_sub(says.published.0)),
            "age_slots": published.then(|| moment.slot.0.saturating_sub(says.slot.0)),
            "price_e6": published.then_some(says.quote.price.0), "confidence_e6": published.then_some(says.quote.half_width.0),
            "deviation_bps": off_bps(says.quote.price, reference.price).filter(|_| published),
            "weight_bps": source.place.weight_bps,
            "refusal": source.place.refusal.map(|refusal| format!("{refusal:?}")),
            "reason": source.place.refusal.map(words::refusal),
        })
    };
    let variance = recorded.variance;
    json!({
        "symbol": symbol(&feed.symbol), "address": address.to_string(), "min_sources": feed.min_sources,
        "recorded": {
            "price_e6": recorded.quote.price.0, "confidence_e6": recorded.quote.half_width.0,
            "severity": words::severity(recorded.severity), "flags": words::flags(recorded.flags),
            "refreshed_unix_s": recorded.refreshed.0, "refreshed_slot": recorded.refreshed_slot.0,
            "checked_unix_s": recorded.checked.0, "checked_slot": recorded.checked_slot.0,
            "ema_e6": recorded.average.0, "stable_e6": recorded.stable.0,
            "variance_1h_e12": variance.short_e12, "variance_24h_e12": variance.long_e12, "variance_samples": variance.samples,
            "normal_since_unix_s": recorded.normal_since.0, "normal_samples": recorded.normal_samples,
        },
        "now": {
            "price_e6": found.price.map(|quote| quote.price.0), "confidence_e6": found.price.map(|quote| quote.half_width.0),
            "severity": words::severity(found.severity), "flags": words::flags(found.flags), "accepted": found.accepted,
        },
        "sources": sources.iter().map(source).collect::<Vec<_>>(),
    })
}

fn standing(state: &State) -> String {
    let text = why(state.severity, state.flags);
    if state.normal_samples == 0 {
        return text;
    }
    format!("{text} since {}, {} samples", utc(state.normal_since.0), state.normal_samples)
}

fn why(severity: risk::feed::Severity, flags: u8) -> String {
    let reasons = words::flags(flags).join(", ");
    let severity = words::severity(severity);
    if reasons.is_empty() { severity.to_owned() } else { format!("{severity} ({reasons})") }
}

fn ago(at: UnixSeconds, slot: u64, moment: Moment) -> String {
    if at == UnixSeconds::ZERO {
        return "never".to_owned();
    }
    let (seconds, slots) = (moment.now.0.saturating_sub(at.0), moment.slot.0.saturating_sub(slot));
    format!("{seconds} s ({slots} slots) ago")
}

fn price_text(quote: Quote) -> String {
    format!("{} +/- {}", price(quote.price), price(quote.half_width))
}

/// All six decimals, so that prices stand below each other by their points.
fn price(price: PriceE6) -> String {
    crate::decimal::full(price.0.into(), 6)
}

/// A volatility in percent of one year, from its variance.
fn vol(variance_e12: u64) -> String {
    let vol_e6 = variance_e12.isqrt();
    unsigned_percent(vol_e6.checked_div(E6_IN_BPS).unwrap_or(0))
}

fn unsigned_percent(bps: u64) -> String {
    format!("{} %", crate::decimal::full(bps.into(), 2))
}

fn signed_percent(bps: i64) -> String {
    let sign = if bps >= 0 { "+" } else { "" };
    format!("{sign}{} %", crate::decimal::full(bps.into(), 2))
}

/// How far `price` is from `reference`, in basis points of it, towards zero; `None` while there is no reference.
fn off_bps(price: PriceE6, reference: PriceE6) -> Option<i64> {
    let apart = i128::from(price.0).checked_sub(reference.0.into())?;
    let bps = apart.checked_mul(i128::from(units::BPS))?.checked_div(reference.0.into())?;
    i64::try_from(bps).ok()
}
