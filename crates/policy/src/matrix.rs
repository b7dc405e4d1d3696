//! The action matrix in words: one table for the documents, the command line and refusals.

use crate::{Action, Level, Permission};

impl Level {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "L0 normal",
            Self::Throttle => "L1 throttle",
            Self::CloseOnly => "L2 close only",
            Self::Frozen => "L3 frozen",
            Self::Migrating => "L4 migrating",
        }
    }
}

impl Action {
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewRisk => "new risk",
            Self::Auction => "auction: open, bid, clear",
            Self::Listing => "list a market or an expiry",
            Self::ReduceRisk => "shrink a position",
            Self::Cancel => "cancel",
            Self::Deposit => "deposit",
            Self::Withdraw => "withdraw",
            Self::Settle => "settle, redeem",
            Self::Liquidate => "bid for a liquidation",
            Self::PriceRecord => "record prices",
        }
    }
}

impl Permission {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "yes",
            Self::Limited => "limited",
            Self::Queued => "queued",
            Self::Refused => "no",
        }
    }
}

/// The whole matrix as a Markdown table, its columns padded so that it reads as well in a terminal.
#[cfg(feature = "alloc")]
pub fn matrix_table() -> alloc::string::String {
    use alloc::{string::String, vec::Vec};
    let heading = core::iter::once("action").chain(Level::ALL.map(Level::name)).collect();
    let row = |action: Action| -> Vec<&'static str> {
        let answers = Level::ALL.map(|level| crate::permission(level, action).name());
        core::iter::once(action.name()).chain(answers).collect()
    };
    let rows: Vec<Vec<&str>> = core::iter::once(heading).chain(Action::ALL.map(row)).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.len()).max().unwrap_or(0);
    let mut table = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            table.push_str(&alloc::format!("| {cell:<width$} ", width = width(column)));
        }
        table.push_str("|\n");
        if index == 0 {
            (0..row.len()).for_each(|column| table.push_str(&alloc::format!("|-{}-", "-".repeat(width(column)))));
            table.push_str("|\n");
        }
    }
    table
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;

    #[test]
    fn matrix_table_has_a_row_for_every_action_and_a_column_for_every_level() {
        let table = matrix_table();
        let lines: std::vec::Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), Action::ALL.len() + 2);
        for line in &lines {
            assert_eq!(line.matches('|').count(), Level::ALL.len() + 2, "{line}");
            assert_eq!(line.len(), lines[0].len(), "{line}");
        }
        assert!(lines.contains(
            &"| withdraw                   | yes       | yes         | yes           | queued    | no           |"
        ));
    }
}
