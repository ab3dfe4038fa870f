//! Places as text, for formats that have times and words only.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::float;
use crate::point::Syncpoint;
use crate::position::{Offset, Position};

/// The place of a point as text: `bar 4`, `bar 4 + 240/480`, with ` hidden` if the point hides the playhead.
/// Bars count from 0, as everywhere. [`point_named`] reads it back.
#[must_use]
pub fn name_of(point: &Syncpoint) -> String {
    let hide = if point.hide { " hidden" } else { "" };
    format!("{}{hide}", point.position)
}

/// The point at `time` that [`name_of`] names, or `None` if the text is another. Cost: O(length of the text).
#[must_use]
pub fn point_named(text: &str, time: f64) -> Option<Syncpoint> {
    let text = text.trim();
    let (place, hide) = text.strip_suffix(" hidden").map_or((text, false), |place| (place, true));
    let place = place.strip_prefix("bar ")?;
    let (bar, offset) = match place.split_once(" + ") {
        Some((bar, offset)) => {
            let text = offset.strip_suffix("/480")?;
            let value = text.parse::<f64>().ok()?;
            let given = Offset::float(value).ok()?;
            let whole = float::is_whole(value) && !text.contains('.');
            (bar, if whole { Offset::shortest(value) } else { given })
        }
        None => (place, Offset::ZERO),
    };
    let position = Position::new(bar.parse().ok()?, offset).ok()?;
    Some(Syncpoint { position, time, hide })
}

/// A text for a format in which a line break ends it: control characters become spaces.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Points of named times; a time without such a name is the next bar line after the point before.
pub(super) fn points_of<'a>(named: impl Iterator<Item = (&'a str, f64)>) -> Vec<Syncpoint> {
    let mut points: Vec<Syncpoint> = Vec::new();
    for (text, time) in named {
        let next = points.last().map_or(0, |before| {
            // The next bar line, also after a place that was written as the end of a bar.
            before.position.normalised().bar().saturating_add(1)
        });
        points.push(point_named(text, time).unwrap_or(Syncpoint::bar_line(next, time)));
    }
    points
}
