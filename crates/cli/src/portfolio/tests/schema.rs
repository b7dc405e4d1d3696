//! docs/portfolio.schema.json and the bounds of `params` say what the reader and the crates do.

use super::*;
use crate::portfolio::{params, read};
use risk::portfolio::MarginParams;
use serde_json::Value;

const SCHEMA: &str = include_str!("../../../../../docs/portfolio.schema.json");
const DOCUMENTATION: &str = include_str!("../../../../../docs/portfolio.md");

fn keys(of: &Value) -> Vec<&str> {
    assert_eq!(of["additionalProperties"], Value::Bool(false));
    let mut keys: Vec<&str> = of["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

#[test]
fn schema_and_documentation_have_the_fields_that_the_reader_knows() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let defs = &schema["$defs"];
    let [of_params, scenarios, vol, tail] = params::fields();
    let svi = read::SVI_BOUNDS_E9.map(|(name, ..)| name);
    for (node, names) in [
        (&schema, &read::ROOT[..]),
        (&defs["expiry"], &read::EXPIRY[..]),
        (&defs["svi"], &svi[..]),
        (&defs["average"], &read::AVERAGE[..]),
        (&defs["position"], &read::POSITION[..]),
        (&defs["params"], &of_params[..]),
        (&defs["scenarios"], &scenarios[..]),
        (&defs["vol"], &vol[..]),
        (&defs["tail"], &tail[..]),
    ] {
        assert_eq!(keys(node), sorted(names));
        for name in names {
            assert!(DOCUMENTATION.contains(&format!("`{name}`")), "{name} in docs/portfolio.md");
        }
    }
}

#[test]
fn required_fields_of_the_schema_are_those_that_may_not_be_missing() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let required = |node: &Value| node["required"].as_array().map_or(0, Vec::len);
    let defs = &schema["$defs"];
    assert_eq!(required(&schema), 7);
    assert_eq!(required(&defs["expiry"]), 3);
    assert_eq!(required(&defs["position"]), 4);
    assert_eq!((required(&defs["svi"]), required(&defs["average"]), required(&defs["tail"])), (5, 3, 2));
    assert_eq!((required(&defs["params"]), required(&defs["scenarios"]), required(&defs["vol"])), (0, 0, 0));
}

#[test]
fn bounds_of_the_schema_are_the_readers() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let bound = |group: &str, name: &str, side: &str| {
        let bound = &schema["$defs"][group]["properties"][name][side];
        crate::decimal::parse(&bound.to_string(), 9).unwrap_or_else(|error| panic!("{group}.{name}.{side} {error}"))
    };
    let hold = |group: &str, name: &str, least: i128, most: i128| {
        assert_eq!((bound(group, name, "minimum"), bound(group, name, "maximum")), (least, most), "{group}.{name}");
    };
    for (name, least, most) in read::SVI_BOUNDS_E9 {
        hold("svi", name, least.into(), most.into());
    }
    for ratio in &params::MARGIN {
        hold("params", ratio.name, ratio.least_e9.into(), ratio.most_e9.into());
    }
    for ratio in &params::SCENARIOS {
        hold("scenarios", ratio.name, ratio.least_e9.into(), ratio.most_e9.into());
    }
    for ratio in &params::VOL {
        hold("vol", ratio.name, ratio.least_e9.into(), ratio.most_e9.into());
    }
}

#[test]
fn bounds_of_params_are_the_crates() {
    fn hold<T>(ratios: &[params::Ratio<T>], within: fn(&mut MarginParams) -> &mut T) {
        for ratio in ratios {
            let check = |value: u32| {
                let mut margin = MarginParams::DEFAULT;
                // Room for what must be above or below another parameter.
                (margin.net_short_im_e9, margin.net_short_mm_e9) = match ratio.name {
                    "net_short_im" => (margin.net_short_im_e9, 0),
                    _ => (1_000_000_000, margin.net_short_mm_e9),
                };
                (margin.scenarios.step_e9, margin.scenarios.wide_e9) = match ratio.name {
                    "wide" => (1_000_000, margin.scenarios.wide_e9),
                    _ => (margin.scenarios.step_e9, 700_000_000),
                };
                if ratio.name == "multiplier" {
                    (margin.scenarios.step_e9, margin.scenarios.wide_e9) = (1_000_000, 3_000_000);
                    margin.scenarios.tail.iter_mut().for_each(|tail| tail.move_e9 = 0);
                }
                *(ratio.place)(within(&mut margin)) = value;
                margin.check()
            };
            let below = ratio.least_e9.checked_sub(1).map(check);
            let above = ratio.most_e9.checked_add(1).map(check);
            // Three of the least steps are above the least wide move.
            let least = if ratio.name == "wide" { 3 * ratio.least_e9 } else { ratio.least_e9 };
            assert_eq!((check(least), check(ratio.most_e9)), (Ok(()), Ok(())), "{}", ratio.name);
            assert!(below.is_none_or(|result| result.is_err()), "{} below", ratio.name);
            assert!(above.is_none_or(|result| result.is_err()), "{} above", ratio.name);
        }
    }
    hold(&params::MARGIN, |margin| margin);
    hold(&params::SCENARIOS, |margin| &mut margin.scenarios);
    hold(&params::VOL, |margin| &mut margin.scenarios.vol);
}

#[test]
fn every_parameter_reaches_its_place() {
    let [margin_names, scenario_names, vol_names] =
        [names(&params::MARGIN), names(&params::SCENARIOS), names(&params::VOL)];
    let fields = |names: Vec<&str>| names.iter().map(|name| format!("\"{name}\": 0.5")).collect::<Vec<_>>().join(", ");
    let tail = (1..9).map(|at| format!("{{\"move\": {at}e-1, \"weight\": 0.{at}}}")).collect::<Vec<_>>().join(",");
    let added = format!(
        "\"base_decimals\": 8, {}, \"scenarios\": {{{}, \"tail\": [{tail}], \"vol\": {{{}, \"up_floor\": 1.5, \"down_floor\": 0.25}}}}",
        fields(margin_names),
        fields(scenario_names).replace("\"step\": 0.5", "\"step\": 0.15"),
        fields(vol_names)
    );
    let read = File::read(&EXAMPLE.replacen("\"base_decimals\": 9", &added, 1)).unwrap();
    let margin = read.params.margin;
    assert!(names_set(margin), "{margin:?}");
    assert_eq!(read.market.scale.base_unit_atoms, 100_000_000);
}

fn names<T>(ratios: &[params::Ratio<T>]) -> Vec<&'static str> {
    ratios.iter().map(|ratio| ratio.name).collect()
}

/// Whether every parameter has the value that the test above gives it.
fn names_set(mut margin: MarginParams) -> bool {
    let half = 500_000_000;
    let tails = margin.scenarios.tail.iter().zip(1..);
    let tails = tails
        .into_iter()
        .all(|(tail, at)| tail.move_e9 == at * 100_000_000 && i64::from(tail.weight_e9) == tail.move_e9);
    let floors = (margin.scenarios.vol.up_floor.0, margin.scenarios.vol.down_floor.0) == (1_500_000_000, 250_000_000);
    let of_margin = params::MARGIN.iter().all(|ratio| *(ratio.place)(&mut margin) == half);
    let step = margin.scenarios.step_e9 == 150_000_000;
    let scenarios = &mut margin.scenarios;
    let others =
        params::SCENARIOS.iter().filter(|ratio| ratio.name != "step").all(|ratio| *(ratio.place)(scenarios) == half);
    let vol = params::VOL.iter().all(|ratio| *(ratio.place)(&mut scenarios.vol) == half);
    tails && floors && of_margin && step && others && vol
}
