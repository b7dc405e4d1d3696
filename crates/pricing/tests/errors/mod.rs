//! Reads vectors and keeps the table of errors.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

fn manifest() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub struct Vectors {
    columns: BTreeMap<String, usize>,
    rows: Vec<Vec<String>>,
}

impl Vectors {
    pub fn read(name: &str) -> Self {
        let file = manifest().join(format!("../../vectors/{name}.csv"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let columns = lines.next().unwrap().into_iter().enumerate().map(|(at, name)| (name, at)).collect();
        Self { columns, rows: lines.collect() }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn rows(&self) -> impl Iterator<Item = Line<'_>> {
        self.rows.iter().map(|cells| Line { columns: &self.columns, cells })
    }
}

pub struct Line<'a> {
    columns: &'a BTreeMap<String, usize>,
    cells: &'a [String],
}

impl Line<'_> {
    pub fn text(&self, column: &str) -> &str {
        &self.cells[self.columns[column]]
    }

    pub fn integer(&self, column: &str) -> u64 {
        self.text(column).parse().unwrap()
    }

    pub fn signed(&self, column: &str) -> i64 {
        self.text(column).parse().unwrap()
    }

    pub fn real(&self, column: &str) -> f64 {
        self.text(column).parse().unwrap()
    }
}

#[derive(Default)]
struct Errors {
    count: u32,
    largest: f64,
    sum: f64,
    relative_count: u32,
    relative_largest: f64,
    relative_sum: f64,
}

/// Errors by quantity and region.
#[derive(Default)]
pub struct Table(Vec<(String, BTreeMap<String, Errors>)>);

impl Table {
    pub fn add(&mut self, quantity: &str, region: &str, absolute: f64, relative: Option<f64>) {
        let at = self.0.iter().position(|(name, _)| name == quantity).unwrap_or_else(|| {
            self.0.push((quantity.to_owned(), BTreeMap::new()));
            self.0.len() - 1
        });
        let errors = self.0[at].1.entry(region.to_owned()).or_default();
        errors.count += 1;
        errors.largest = errors.largest.max(absolute);
        errors.sum += absolute;
        if let Some(relative) = relative {
            errors.relative_count += 1;
            errors.relative_largest = errors.relative_largest.max(relative);
            errors.relative_sum += relative;
        }
    }

    fn render(&self) -> String {
        let mut text = String::from(include_str!("preface.md"));
        for (quantity, regions) in &self.0 {
            writeln!(text, "\n## {quantity}\n").unwrap();
            writeln!(
                text,
                "| region | vectors | max | mean | max relative | mean relative | of |\n|---|---|---|---|---|---|---|"
            )
            .unwrap();
            for (region, e) in regions {
                let mean = e.sum / f64::from(e.count);
                let (largest, relative, of) = match e.relative_count {
                    0 => ("-".to_owned(), "-".to_owned(), 0),
                    n => (format!("{:.1e}", e.relative_largest), format!("{:.1e}", e.relative_sum / f64::from(n)), n),
                };
                writeln!(
                    text,
                    "| {region} | {} | {:.1e} | {mean:.1e} | {largest} | {relative} | {of} |",
                    e.count, e.largest
                )
                .unwrap();
            }
        }
        text
    }

    pub fn compare(&self) {
        let file = manifest().join("ACCURACY.md");
        let text = self.render();
        if std::env::var_os("ACCURACY_WRITE").is_some() {
            std::fs::write(&file, text).unwrap();
            return;
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(kept, text, "ACCURACY.md is not what was measured; rewrite it with ACCURACY_WRITE=1");
    }
}
