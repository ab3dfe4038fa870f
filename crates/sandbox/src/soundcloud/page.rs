//! Pages of lists: four kinds of cursors, and every way in which lists were seen to be wrong.

use std::cmp::Reverse;

use http::StatusCode;
use serde_json::{Value, json};

use super::context::RequestContext;
use super::date;
use super::error::{self, Result};
use super::store::Edge;
use super::switches::PageFault;

/// How a list is continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Time, partition and number: `2024-01-09T21:10:04.000Z,tracks,01712964786`.
    Time(&'static str),
    /// A whole number of items to skip.
    Number,
    /// A UUID, and a link to what comes later.
    Uuid,
    /// `offset`.
    Offset,
    /// Not at all: one page of at most 25 entries, whatever is asked for.
    Single,
}

/// What a list looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An object; a bare array without `linked_partitioning`.
    Either,
    /// An object with `collection` and `next_href`, whatever is asked for.
    Object,
    /// Always a bare array.
    Bare,
}

/// One entry of a list, newest first unless the list has an order of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<T> {
    pub(super) id: u64,
    pub(super) at: u64,
    pub(super) serial: u64,
    pub(super) item: T,
}

impl Entry<()> {
    pub(super) fn new(id: u64, Edge { at, serial }: Edge) -> Self {
        Self { id, at, serial, item: () }
    }
}

/// Sorts entries, the one that was made last first.
pub(super) fn newest<T>(entries: &mut [Entry<T>]) {
    entries.sort_by_key(|entry| Reverse(entry.serial));
}

impl RequestContext<'_> {
    /// A page of these entries.
    pub(super) fn page<T: Copy>(
        &self,
        style: Style,
        shape: Shape,
        mut entries: Vec<Entry<T>>,
        show: impl Fn(&Self, &Entry<T>) -> Value,
    ) -> Result {
        let oldest_first = style == Style::Time("tracks") && self.oldest_first()?;
        if oldest_first {
            entries.reverse();
        }
        let limit = self.limit(style)?;
        let linked = match self.parameter("linked_partitioning") {
            None | Some("") => false,
            Some(word) => super::context::truth(word)
                .ok_or_else(|| error::bad_request("linked_partitioning must be true or false"))?,
        };
        let newest_serial = entries.iter().map(|entry| entry.serial).max().unwrap_or(0);
        if let Some((serial, true)) =
            self.filled("cursor").filter(|_| style == Style::Uuid).and_then(read_uuid)
        {
            entries.retain(|entry| entry.serial > serial);
        }
        let start = self.start(style, oldest_first, &entries)?;
        let bare = shape == Shape::Bare || (shape == Shape::Either && !linked);
        // Only a page that links to another can be wrong about it.
        let fault = if bare || style == Style::Single { PageFault::None } else { self.switches.pages };
        let continued = self.parameter("cursor").is_some() || self.parameter("offset").is_some();
        let size = match fault {
            PageFault::Empty => 0,
            PageFault::EmptyFirst if !continued => 0,
            PageFault::Short => limit.div_ceil(2),
            _ => limit,
        };
        let end = start.saturating_add(size).min(entries.len());
        let items = &entries[start.min(end)..end];
        let shown: Vec<Value> = items.iter().map(|entry| show(self, entry)).collect();
        if bare {
            return Ok(error::json(StatusCode::OK, &Value::Array(shown)));
        }
        let next = items.last().filter(|_| end < entries.len() && style != Style::Single);
        let next = next.map(|last| self.link(style, limit, &cursor(style, last, end)));
        let next = match fault {
            PageFault::Empty => Some(self.here_again()),
            PageFault::EmptyFirst if !continued => {
                Some(self.link(style, limit, &beginning(style, oldest_first)))
            }
            PageFault::Repeated => next.map(|_| self.here()),
            _ => next,
        };
        let mut page = json!({"collection": shown});
        match next {
            Some(next) => page["next_href"] = next.into(),
            None if fault == PageFault::NullAtEnd => page["next_href"] = Value::Null,
            None => {}
        }
        if style == Style::Uuid {
            page["future_href"] = self.link(style, limit, &uuid(newest_serial, true)).into();
        }
        Ok(error::json(StatusCode::OK, &page))
    }

    fn oldest_first(&self) -> Result<bool> {
        let order = ["sort", "direction", "order"].iter().find_map(|name| self.filled(name));
        match order.map(str::to_ascii_lowercase).as_deref() {
            None | Some("desc") => Ok(false),
            Some("asc") => Ok(true),
            Some(other) => {
                Err(error::bad_request(format!("invalid sort: expected asc or desc, found {other}")))
            }
        }
    }

    fn limit(&self, style: Style) -> Result<usize> {
        if style == Style::Single {
            return Ok(25);
        }
        let given = self.filled("limit").or_else(|| self.filled("page_size"));
        match given.map(str::parse::<usize>) {
            None => Ok(50),
            Some(Ok(limit)) if limit > 0 => Ok(limit.min(200)),
            Some(_) => Err(error::bad_request("limit must be a number from 1 to 200")),
        }
    }

    /// The index of the first entry of the page.
    fn start<T>(&self, style: Style, oldest_first: bool, entries: &[Entry<T>]) -> Result<usize> {
        if style == Style::Single {
            return Ok(0);
        }
        if let (Style::Offset, offset) = (style, self.filled("offset")) {
            let offset = offset.map_or(Ok(0), str::parse::<usize>);
            return offset.map_err(|_| error::bad_request("offset must be a number from 0"));
        }
        let Some(cursor) = self.filled("cursor") else {
            // Offsets are half alive on the other lists.
            let offset = self.filled("offset").map_or(Ok(0), str::parse::<usize>);
            return offset.map_err(|_| error::bad_request("offset must be a number from 0"));
        };
        let bad = || error::bad_request("Cursor is not valid");
        let after =
            |is_after: &dyn Fn(&Entry<T>) -> bool| entries.iter().position(is_after).unwrap_or(entries.len());
        match style {
            Style::Time(partition) => {
                let mut parts = cursor.split(',');
                let (_, name, id) = (parts.next(), parts.next(), parts.next());
                let id: u64 = id.and_then(|id| id.parse().ok()).ok_or_else(bad)?;
                if name != Some(partition) || parts.next().is_some() {
                    return Err(bad());
                }
                Ok(after(&|entry| if oldest_first { entry.id > id } else { entry.id < id }))
            }
            Style::Number => {
                let serial: u64 = cursor.parse().map_err(|_| bad())?;
                Ok(after(&|entry| entry.serial < serial))
            }
            Style::Uuid => {
                let (serial, later) =
                    read_uuid(cursor).ok_or_else(|| error::bad_request("Cursor is not a valid UUID"))?;
                // Of what comes later nothing is left out.
                Ok(if later { 0 } else { after(&|entry| entry.serial < serial) })
            }
            Style::Offset | Style::Single => Ok(0),
        }
    }

    /// A link to another page: all parameters but those that say where.
    fn link(&self, style: Style, limit: usize, next: &str) -> String {
        let fault = self.switches.pages;
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.query.0 {
            let place = ["cursor", "offset", "limit", "page_size", "empty"].contains(&name.as_str());
            let lost = name == "access" && fault == PageFault::DroppedAccess;
            if !place && !lost {
                pairs.append_pair(name, value);
            }
        }
        let limit = limit.to_string();
        pairs.append_pair(if matches!(style, Style::Time(_)) { "page_size" } else { "limit" }, &limit);
        pairs.append_pair(if style == Style::Offset { "offset" } else { "cursor" }, next);
        let origin = match fault {
            PageFault::ForeignHost => "http://api-internal.invalid".to_owned(),
            _ => self.origin(),
        };
        format!("{origin}{}?{}", self.path, pairs.finish())
    }

    /// The same place under a URL that did not occur yet.
    fn here_again(&self) -> String {
        let times = self.filled("empty").and_then(|times| times.parse().ok()).unwrap_or(0_u64);
        let others = self.query.0.iter().filter(|(name, _)| name != "empty");
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(others).append_pair("empty", &times.saturating_add(1).to_string());
        format!("{}{}?{}", self.origin(), self.path, pairs.finish())
    }

    fn here(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(&self.query.0);
        format!("{}{}?{}", self.origin(), self.path, pairs.finish())
    }
}

fn cursor<T>(style: Style, last: &Entry<T>, end: usize) -> String {
    match style {
        Style::Time(partition) => format!("{},{partition},{:011}", date::cursor(last.at), last.id),
        Style::Number => last.serial.to_string(),
        Style::Uuid => uuid(last.serial, false),
        Style::Offset | Style::Single => end.to_string(),
    }
}

/// A cursor before everything.
fn beginning(style: Style, oldest_first: bool) -> String {
    match style {
        Style::Time(partition) if oldest_first => format!("1970-01-01T00:00:00.000Z,{partition},00000000000"),
        Style::Time(partition) => format!("9999-12-31T23:59:59.000Z,{partition},99999999999"),
        Style::Number => u64::MAX.to_string(),
        Style::Uuid => uuid(0xffff_ffff_ffff, false),
        Style::Offset | Style::Single => "0".to_owned(),
    }
}

/// A place in the feed: what is older than it, or what is newer.
fn uuid(serial: u64, later: bool) -> String {
    let mixed = serial.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let version = if later { 4 } else { 1 };
    format!("{mixed:08x}-{:04x}-{version}000-8000-{serial:012x}", mixed & 0xffff)
}

fn read_uuid(text: &str) -> Option<(u64, bool)> {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let hex = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if lengths != [8, 4, 4, 4, 12] || !parts.iter().all(hex) {
        return None;
    }
    Some((u64::from_str_radix(parts[4], 16).ok()?, parts[2].starts_with('4')))
}
