//! Plain tables for terminals and logs.

use std::fmt;

/// Rows of cells under a heading, each column as wide as its widest cell.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    /// Columns whose cells stand at the right.
    numeric: Vec<usize>,
}

impl Table {
    pub fn new<const N: usize>(heading: [&str; N]) -> Self {
        Self { rows: vec![heading.map(str::to_owned).to_vec()], numeric: Vec::new() }
    }

    /// The same with a column of numbers: of equally many decimals, so that their points stand below each other.
    pub fn numeric(mut self, column: usize) -> Self {
        self.numeric.push(column);
        self
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        for (index, row) in self.rows.iter().enumerate() {
            let cell = |(column, (cell, width)): (usize, (&String, &usize))| {
                if self.numeric.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:width$}") }
            };
            let line: Vec<String> = row.iter().zip(&widths).enumerate().map(cell).collect();
            writeln!(formatter, "{}", line.join("  ").trim_end())?;
            if index == 0 {
                let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                writeln!(formatter, "{}", rule.join("  "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_aligns_columns_to_the_widest_cell() {
        let mut table = Table::new(["name", "n"]);
        table.row(["margin".to_owned(), "1".to_owned()]);
        assert_eq!(table.to_string(), "name    n\n------  -\nmargin  1\n");
    }

    #[test]
    fn table_puts_numbers_to_the_right() {
        let mut table = Table::new(["name", "value"]).numeric(1);
        table.row(["im".to_owned(), "-10.5".to_owned()]);
        table.row(["mm".to_owned(), "9.5".to_owned()]);
        assert_eq!(table.to_string(), "name  value\n----  -----\nim    -10.5\nmm      9.5\n");
    }
}
