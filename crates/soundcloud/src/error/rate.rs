//! The five forms of a 429.

use std::fmt;
use std::time::Duration;

use segno_core::Timestamp;
use segno_core::decode::from_value;
use serde_json::Value;

use super::{ApiError, Shape};
use crate::ids::Urn;
use crate::read::parse_timestamp;

/// What is known about a limit that was exceeded.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RateLimited {
    /// Which kind of limit it is.
    pub throttle: Throttle,
    /// The limits by name, where the service tells.
    pub limits: Vec<ExceededLimit>,
    /// When there is room again, where the service tells: the latest of all limits.
    pub reset_at: Option<Timestamp>,
    /// The warning about an action that looked like spam.
    pub spam_warning: Option<Urn>,
}

/// Which kind of limit was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Throttle {
    /// A documented limit, such as that on plays.
    Documented,
    /// Too many token requests.
    Tokens,
    /// Too many likes, follows, reposts or comments of a user.
    Actions,
    /// The gateway's limit for the application.
    Gateway,
    /// The network's limit for the IP address.
    Edge,
    /// Unknown: the service does not tell.
    Unknown,
}

/// One limit that was exceeded.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ExceededLimit {
    /// What is counted; `plays` is the documented one.
    pub group: Option<String>,
    /// What it is counted by, such as `by-client` or `by-ip`.
    pub bucket: Option<String>,
    /// The name of the limit, such as `client-credentials-exchange`.
    pub name: Option<String>,
    /// How many requests are allowed in the window.
    pub requests: Option<u64>,
    /// How many requests are left in the window.
    pub remaining: Option<u64>,
    /// The length of the window.
    pub window: Option<Duration>,
    /// When the window ends.
    pub reset_at: Option<Timestamp>,
}

impl ExceededLimit {
    /// Reads a member of `errors` with `meta.rate_limit`.
    pub(super) fn of(error: &Value) -> Option<Self> {
        let meta = error.get("meta")?;
        let limit = meta.get("rate_limit")?.as_object()?;
        // The times stand beside the limit's own object in one form and inside it in another.
        let either = |name: &str| meta.get(name).or_else(|| limit.get(name)).or_else(|| error.get(name));
        let text = |name: &str| limit.get(name).and_then(super::text);
        let number = |value: &Value| from_value(value, None).ok();
        Some(Self {
            group: text("group"),
            bucket: text("bucket"),
            name: text("name"),
            requests: limit.get("max_nr_of_requests").and_then(number),
            remaining: either("remaining_requests").and_then(number),
            window: text("time_window").and_then(|text| iso_duration(&text)),
            reset_at: either("reset_time").and_then(Value::as_str).and_then(parse_timestamp),
        })
    }
}

impl RateLimited {
    pub(super) fn read(error: &ApiError, limits: Vec<ExceededLimit>, spam_warning: Option<Urn>) -> Self {
        let says = |code: &str| error.message == code || error.error_code.as_deref() == Some(code);
        let token_limit = |limit: &ExceededLimit| {
            limit.name.as_deref().is_some_and(|name| name.contains("client-credentials"))
        };
        let throttle = match error.shape {
            _ if says("rate_limit_exceeded") || limits.iter().any(token_limit) => Throttle::Tokens,
            Shape::RateLimit => Throttle::Documented,
            _ if spam_warning.is_some() => Throttle::Actions,
            Shape::Object => Throttle::Actions,
            Shape::Word => Throttle::Gateway,
            Shape::Text | Shape::Page => Throttle::Edge,
            _ => Throttle::Unknown,
        };
        let reset_at = limits.iter().filter_map(|limit| limit.reset_at).max();
        Self { throttle, limits, reset_at, spam_warning }
    }
}

impl fmt::Display for RateLimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for limit in &self.limits {
            let what = limit.name.as_deref().or(limit.group.as_deref()).unwrap_or("requests");
            write!(f, "{separator}the limit on {what} is exceeded")?;
            if let (Some(requests), Some(window)) = (limit.requests, limit.window) {
                write!(f, " ({requests} in {} h)", window.as_secs_f64() / 3600.0)?;
            }
            separator = "; ";
        }
        if let Some(reset_at) = self.reset_at {
            write!(f, "{separator}try again at {reset_at}")?;
            separator = "; ";
        }
        if let Some(warning) = &self.spam_warning {
            write!(f, "{separator}it looked like spam ({warning})")?;
        }
        Ok(())
    }
}

/// A duration as ISO 8601 writes it, in days, hours, minutes and seconds: `PT24H`, `P1D`, `PT1H30M`.
fn iso_duration(text: &str) -> Option<Duration> {
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((days, time)) => (days, time),
        None => (text.strip_prefix('P')?, ""),
    };
    let mut seconds: u64 = 0;
    for (part, units) in
        [(days, [('D', 86_400), ('W', 604_800), ('-', 0)]), (time, [('H', 3600), ('M', 60), ('S', 1)])]
    {
        let mut number = String::new();
        for letter in part.chars() {
            if letter.is_ascii_digit() {
                number.push(letter);
                continue;
            }
            let (_, unit) = units.into_iter().find(|(known, unit)| *known == letter && *unit > 0)?;
            seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
            number.clear();
        }
        if !number.is_empty() {
            return None;
        }
    }
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_as_iso_8601_writes_them() {
        let hours = |hours: u64| Some(Duration::from_secs(hours * 3600));
        assert_eq!(iso_duration("PT24H"), hours(24));
        assert_eq!(iso_duration("P1D"), hours(24));
        assert_eq!(iso_duration("PT1H30M"), Some(Duration::from_secs(5400)));
        for text in ["", "24H", "PT", "PTH", "P1M", "P1-", "PT1-", "PT99999999999999999999H", "PT5"] {
            let expected = (text == "PT").then_some(Duration::ZERO);
            assert_eq!(iso_duration(text), expected, "{text}");
        }
    }
}
