//! `docs/verification.md`: how long the snapshot and the verification of an upgrade take, and what they cost, from measured units.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Units that one account may be written with in a block: a ledger is written by each of its records, a snapshot by each of its pages.
const ACCOUNT_UNITS: u64 = 12_000_000;
/// Units of a block.
const BLOCK_UNITS: u64 = 60_000_000;
const SLOT_MS: u64 = 400;
const SIGNATURE_LAMPORTS: u64 = 5_000;
/// Rent of a byte, and bytes that every account pays beside its own.
const BYTE_LAMPORTS: u64 = 6_960;
const ACCOUNT_OVERHEAD: u64 = 128;
/// Records that one transaction without a lookup table takes, and verifies.
const TAKES: u64 = 11;
const VERIFIES: u64 = 12;
const SIZES: [u64; 3] = [1_000, 100_000, 1_000_000];

/// One of the four steps: the instruction that its transactions carry, how often, and for how many accounts.
struct Step {
    name: &'static str,
    instruction: &'static str,
    calls: u64,
    accounts: u64,
}

const STEPS: [Step; 4] = [
    Step { name: "margin accounts, recorded", instruction: "governor::snapshot_page", calls: 1, accounts: PAGE },
    Step { name: "margin accounts, verified", instruction: "governor::page_verify", calls: 1, accounts: PAGE },
    Step { name: "other accounts, recorded", instruction: "governor::record_take", calls: TAKES, accounts: TAKES },
    Step {
        name: "other accounts, verified",
        instruction: "governor::record_verify",
        calls: VERIFIES,
        accounts: VERIFIES,
    },
];
const PAGE: u64 = abi::governor::PAGE_ACCOUNTS;

/// The document that these units make.
pub fn render(units: &BTreeMap<String, u64>) -> Result<String, String> {
    let mut text = format!(
        "# How long verification takes\n\n\
         Written by `cargo run -p bench -- verification --write` from the units that the suites measured; `bench` compares. A transaction \
         without a lookup table names {PAGE} margin accounts, or carries {TAKES} records or {VERIFIES} verifications of other accounts. All \
         of one market's pages write its snapshot, and all records their ledger: {} million units of a block's {} million. A block every \
         {SLOT_MS} ms, filled by nobody else. Fees are {SIGNATURE_LAMPORTS} lamports a transaction; rent comes back.\n\n\
         | step | units a transaction | transactions a block |\n|---|---|---|\n",
        ACCOUNT_UNITS / 1_000_000,
        BLOCK_UNITS / 1_000_000,
    );
    for step in &STEPS {
        let units = step.units(units)?;
        let _ = writeln!(text, "| {} | {units} | {} |", step.name, ACCOUNT_UNITS / units.max(1));
    }
    text.push_str("\n| step | accounts | transactions | blocks | time | fees, SOL | rent meanwhile, SOL |\n|---|---|---|---|---|---|---|\n");
    for step in &STEPS {
        for accounts in SIZES {
            text.push_str(&step.row(units, accounts)?);
        }
    }
    let page = rent(size_of::<abi::governor::Page>() as u64);
    let record = rent(size_of::<abi::governor::Record>() as u64);
    let _ = writeln!(
        text,
        "\nA page's rent is {} SOL, a record's {} SOL. Several markets are recorded beside each other: their snapshots are written apart, five \
         to a block. A freeze and a verification have {} minutes each. At these rates {} margin accounts of one market are recorded in one, \
         and {} other accounts; with more of them the freeze runs out, and the program cannot be upgraded before these periods are longer.",
        sol(page),
        sol(record),
        policy::rollout::VERIFY_S / 60,
        STEPS[0].most(units)?,
        STEPS[2].most(units)?,
    );
    Ok(text)
}

impl Step {
    fn units(&self, units: &BTreeMap<String, u64>) -> Result<u64, String> {
        let one = units.get(self.instruction).ok_or_else(|| format!("no suite ran {}", self.instruction))?;
        Ok(one * self.calls)
    }

    /// Accounts for which a freeze's time is enough.
    fn most(&self, units: &BTreeMap<String, u64>) -> Result<u64, String> {
        let blocks = u64::from(policy::rollout::VERIFY_S) * 1_000 / SLOT_MS;
        Ok(blocks * (ACCOUNT_UNITS / self.units(units)?) * self.accounts)
    }

    fn row(&self, units: &BTreeMap<String, u64>, accounts: u64) -> Result<String, String> {
        let transactions = accounts.div_ceil(self.accounts);
        let blocks = (transactions * self.units(units)?).div_ceil(ACCOUNT_UNITS);
        let seconds = (blocks * SLOT_MS).div_ceil(1_000);
        let rent = match self.instruction {
            "governor::snapshot_page" => transactions * rent(size_of::<abi::governor::Page>() as u64),
            "governor::record_take" => accounts * rent(size_of::<abi::governor::Record>() as u64),
            _ => 0,
        };
        let fees = transactions * SIGNATURE_LAMPORTS;
        Ok(format!(
            "| {} | {accounts} | {transactions} | {blocks} | {seconds} s | {} | {} |\n",
            self.name,
            sol(fees),
            sol(rent),
        ))
    }
}

fn rent(layout_len: u64) -> u64 {
    (layout_len + abi::DISCRIMINATOR_LEN as u64 + ACCOUNT_OVERHEAD) * BYTE_LAMPORTS
}

/// SOL to the thousandth, rounded up.
fn sol(lamports: u64) -> String {
    let thousandths = lamports.div_ceil(1_000_000);
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// Compares the document with what the budgets make, or writes it.
pub fn run(root: &Path, units: &BTreeMap<String, u64>, write: bool) -> Result<(), String> {
    let path = root.join("../docs/verification.md");
    let text = render(units)?;
    if write {
        return std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()));
    }
    let stands = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if stands == text {
        return Ok(());
    }
    Err(format!("{} is not what the measured units make: run `bench verification --write`", path.display()))
}
