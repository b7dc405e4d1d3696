//! The keeper's configuration file. A task runs if its section is there.

use crate::tasks::{Pace, debts, feeds, liquidation, listing, localnet, surfaces, watcher};
use serde::Deserialize;
use services::FeeLimits;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The cluster's RPC.
    pub url: String,
    /// Pays for everything.
    pub keypair: PathBuf,
    /// The markets to serve.
    pub markets: Vec<String>,
    /// Where health and metrics are served.
    pub listen: SocketAddr,
    #[serde(default)]
    pub fees: FeeLimits,
    pub feeds: Option<feeds::Settings>,
    pub localnet: Option<localnet::Settings>,
    pub surfaces: Option<surfaces::Settings>,
    pub listing: Option<listing::Settings>,
    pub settlement: Option<Pace>,
    pub vaults: Option<Pace>,
    pub liquidation: Option<liquidation::Settings>,
    pub losses: Option<Pace>,
    pub debts: Option<debts::Settings>,
    pub watcher: Option<watcher::Settings>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_reads_the_example_of_its_page_and_refuses_unknown_fields() {
        let page = include_str!("../../../docs/keeper.md");
        let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let config: Config = toml::from_str(example).unwrap();
        assert!(config.feeds.is_some() && config.settlement.is_some() && config.watcher.is_some());
        assert!(config.localnet.is_none() && config.surfaces.is_none() && config.listing.is_none());
        for (text, named) in [
            ("[feeds]\nperiod = 1", "period"),
            ("[rewards]", "rewards"),
            ("[liquidation]", "accounts"),
            ("[debts]", "accounts"),
            ("[losses]\nedge_bps = 1", "edge_bps"),
            ("[localnet]", "writer"),
        ] {
            let plain = example.replace("[feeds]\n", "");
            let error = toml::from_str::<Config>(&format!("{plain}\n{text}")).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
