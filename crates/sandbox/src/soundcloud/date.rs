//! Dates as the API writes and reads them. All are UTC.

use std::fmt;

/// A second of the Unix era, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i64,
    pub(super) month: u32,
    pub(super) day: u32,
    second: u32,
}

impl Date {
    pub(super) fn of(unix: u64) -> Self {
        // Days to a civil date, counted from 1 March of year 0 in eras of 400 years.
        let shifted = (unix / 86_400) as i64 + 719_468;
        let (era, day) = (shifted / 146_097, shifted % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = (of_year - (153 * month + 2) / 5 + 1) as u32;
        let year = era * 400 + year + i64::from(month >= 10);
        let month = if month < 10 { month + 3 } else { month - 9 } as u32;
        Self { year, month, day, second: (unix % 86_400) as u32 }
    }

    fn clock(&self) -> (u32, u32, u32) {
        (self.second / 3600, self.second / 60 % 60, self.second % 60)
    }
}

/// `2026/02/11 08:00:00 +0000`
pub(super) fn slashes(unix: u64) -> String {
    let date = Date::of(unix);
    let (h, m, s) = date.clock();
    format!("{:04}/{:02}/{:02} {h:02}:{m:02}:{s:02} +0000", date.year, date.month, date.day)
}

/// `2026-02-11T08:00:00.000Z`, in cursors.
pub(super) fn cursor(unix: u64) -> String {
    let date = Date::of(unix);
    let (h, m, s) = date.clock();
    format!("{:04}-{:02}-{:02}T{h:02}:{m:02}:{s:02}.000Z", date.year, date.month, date.day)
}

/// `2026-02-11T08:00:00+00:00`, in XML.
pub(super) fn offset(unix: u64) -> String {
    let date = Date::of(unix);
    let (h, m, s) = date.clock();
    format!("{:04}-{:02}-{:02}T{h:02}:{m:02}:{s:02}+00:00", date.year, date.month, date.day)
}

/// A calendar day, for releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// `2026-02-11`, or a full timestamp that starts so.
pub(super) fn day(text: &str) -> Option<Day> {
    let date = text.get(..10)?;
    if text.len() > 10 && !text[10..].starts_with(['T', ' ']) {
        return None;
    }
    let mut parts = date.split('-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    (parts.next().is_none() && (1..=days).contains(&day)).then_some(Day { year, month, day })
}

/// `2026-02-11 08:00:00`, in filters; seconds of the Unix era.
pub(super) fn filter(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(' ')?;
    let Day { year, month, day } = day(date).filter(|_| date.len() == 10)?;
    let mut parts = time.split(':').map(number);
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || h > 23 || m > 59 || s > 60 {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days =
        i64::from(era) * 146_097 + i64::from(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719_468;
    u64::try_from(days * 86_400 + i64::from(h * 3600 + m * 60 + s)).ok()
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{cursor, day, filter, slashes};

    // The texts were printed by `date -u -d @N`.
    #[test]
    fn dates() {
        assert_eq!(slashes(1_900_000_000), "2030/03/17 17:46:40 +0000");
        assert_eq!(cursor(951_827_696), "2000-02-29T12:34:56.000Z");
        for (text, unix) in [("2030-03-17 17:46:40", 1_900_000_000), ("2000-02-29 12:34:56", 951_827_696)] {
            assert_eq!(filter(text), Some(unix));
        }
        for wrong in
            ["", "2030-03-17", "2030-02-30 00:00:00", "2030-03-17T17:46:40", "2030-03-17 24:00:00", "x"]
        {
            assert_eq!(filter(wrong), None, "{wrong}");
        }
        assert_eq!(day("2026-02-11T00:00:00Z").map(|day| day.to_string()), Some("2026-02-11".to_owned()));
        assert_eq!(day("2026-02-11x"), None);
    }
}
