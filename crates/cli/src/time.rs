//! Times and periods for people.

use risk::series_name::date;
use units::UnixSeconds;

/// `2026-01-09 08:00 UTC`, with seconds where there are any.
pub fn utc(unix_s: i64) -> String {
    let (year, month, day) = date(UnixSeconds(unix_s));
    let of_day = unix_s.rem_euclid(86_400);
    let (hour, minute, second) =
        (of_day.div_euclid(3_600), of_day.rem_euclid(3_600).div_euclid(60), of_day.rem_euclid(60));
    let seconds = if second == 0 { String::new() } else { format!(":{second:02}") };
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}{seconds} UTC")
}

/// The two largest units of a period.
pub fn period(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, hours) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400).div_euclid(3_600));
    let (minutes, rest) = (seconds.rem_euclid(3_600).div_euclid(60), seconds.rem_euclid(60));
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest} s"),
        (0, 0, _) => format!("{minutes} min {rest} s"),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_periods_read_well() {
        assert_eq!(utc(1_767_945_600), "2026-01-09 08:00 UTC");
        assert_eq!(utc(1_767_945_610), "2026-01-09 08:00:10 UTC");
        assert_eq!([0, 59, 61, 3_700, 90_000].map(period), ["0 s", "59 s", "1 min 1 s", "1 h 1 min", "1 d 1 h"]);
    }
}
