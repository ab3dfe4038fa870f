//! Dates as the API writes and reads them. All are UTC.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

fn text(unix: u64, format: &str) -> String {
    let time = i64::try_from(unix).ok().and_then(|unix| Timestamp::from_second(unix).ok());
    time.unwrap_or(Timestamp::MAX).strftime(format).to_string()
}

/// `2026/02/11 08:00:00 +0000`
pub(super) fn slashes(unix: u64) -> String {
    text(unix, "%Y/%m/%d %H:%M:%S +0000")
}

/// `2026-02-11T08:00:00.000Z`, in cursors.
pub(super) fn cursor(unix: u64) -> String {
    text(unix, "%Y-%m-%dT%H:%M:%S.000Z")
}

/// `2026-02-11T08:00:00+00:00`, in XML.
pub(super) fn offset(unix: u64) -> String {
    text(unix, "%Y-%m-%dT%H:%M:%S+00:00")
}

/// `2026-02-11`, or a full timestamp that starts so.
pub(super) fn day(text: &str) -> Option<Date> {
    let date = text.get(..10)?;
    let fits =
        |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    let ends = text.len() == 10 || text[10..].starts_with(['T', ' ']);
    (ends && date.bytes().enumerate().all(fits)).then(|| date.parse().ok())?
}

/// Year, month and day.
pub(super) fn parts(day: Date) -> [u32; 3] {
    [i32::from(day.year()), i32::from(day.month()), i32::from(day.day())].map(i32::unsigned_abs)
}

/// `2026-02-11 08:00:00`, in filters; seconds since the Unix epoch.
pub(super) fn filter(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(' ')?;
    let time: Time = time.parse().ok()?;
    let moment = day(date).filter(|_| date.len() == 10)?.to_datetime(time);
    u64::try_from(TimeZone::UTC.to_timestamp(moment).ok()?.as_second()).ok()
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
