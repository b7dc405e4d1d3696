//! Daily closes, and what volatility they had.

/// From 2014 on there is a market on every day.
const FIRST: &str = "2014-01-01";

pub struct Day {
    pub date: String,
    pub close: f64,
}

pub struct History {
    pub days: Vec<Day>,
}

impl History {
    /// Columns: timestamp, open, close, and more. Errors: a line without two numbers, or days out of order.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut days: Vec<Day> = vec![];
        for (number, line) in text.lines().enumerate().skip(1) {
            let mut columns = line.split(',');
            let (date, close) = (columns.next(), columns.nth(1).and_then(|close| close.parse::<f64>().ok()));
            let (Some(date), Some(close)) = (date.and_then(|date| date.get(..10)), close) else {
                return Err(format!("line {}: no date and close", number + 1));
            };
            if days.last().is_some_and(|last| last.date.as_str() >= date) {
                return Err(format!("line {}: {date} does not follow", number + 1));
            }
            if date >= FIRST {
                days.push(Day { date: date.to_owned(), close });
            }
        }
        if days.len() < 60 { Err("fewer than sixty days".to_owned()) } else { Ok(Self { days }) }
    }

    /// Volatility a year of the daily returns of the month before `at`.
    pub fn realised(&self, at: usize) -> f64 {
        const DAYS: usize = 30;
        let from = at.saturating_sub(DAYS);
        let returns: Vec<f64> = (from..at).map(|day| (self.days[day + 1].close / self.days[day].close).ln()).collect();
        let mean = returns.iter().map(|change| change * change).sum::<f64>() / returns.len().max(1) as f64;
        (mean * 365.0).sqrt()
    }
}
