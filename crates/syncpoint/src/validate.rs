//! Judges a list of syncpoints: every error and warning with its point and a suggestion.

use alloc::vec::Vec;

use crate::grid::PlayedGrid;
use crate::point::{RawPoint, RawValue, Syncpoint};
use crate::position::{Offset, Position, PositionError};

mod diagnostic;
mod sequence;

pub use diagnostic::{Diagnostic, DiagnosticKind, Diagnostics, NotIncreasing, Severity, Suggestion};

/// What is known beside the points themselves. The default knows nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Context<'a> {
    /// The number of played bars.
    pub bar_count: Option<u32>,
    /// Where playback begins, in seconds of the uncropped recording.
    pub crop_start: Option<f64>,
    /// Where playback ends, in seconds of the uncropped recording.
    pub crop_end: Option<f64>,
    /// The length of the recording in seconds.
    pub duration: Option<f64>,
    /// Length and metre of the played bars. Without it tempo is judged only where every metre of 1 to 12 beats agrees.
    pub grid: Option<&'a PlayedGrid>,
    /// The first point need not be the start of the first bar: the points are a part of a map.
    pub fragment: bool,
}

/// Judges points whose single values are already known to be possible, as [`Syncpoint`] mostly guarantees; times are
/// judged here. Cost: O(points).
#[must_use]
pub fn points(points: &[Syncpoint], context: &Context<'_>) -> Diagnostics {
    let judged = points.iter().enumerate();
    judge(judged.map(|(index, point)| check_time(index, point.time).map(|()| *point)), context)
}

/// Judges points as read, for instance by [`wire::read_raw`](crate::wire::read_raw). Every point with impossible values
/// is reported; order and tempo are judged among the others. Cost: O(points).
#[must_use]
pub fn raw(points: &[RawPoint], context: &Context<'_>) -> Diagnostics {
    judge(points.iter().enumerate().map(|(index, raw)| point(index, raw)), context)
}

/// Judges what the good ones of these points say together.
fn judge(
    points: impl ExactSizeIterator<Item = Result<Syncpoint, Diagnostic>>,
    context: &Context<'_>,
) -> Diagnostics {
    let (mut diagnostics, length) = (Diagnostics::default(), points.len());
    if length == 0 {
        let start = Suggestion::Insert { index: 0, point: Syncpoint::new(Position::START, 0.0) };
        diagnostics.add(None, DiagnosticKind::Empty, start);
    }
    let mut good = Vec::with_capacity(length);
    for (index, point) in points.enumerate() {
        match point {
            Ok(point) => good.push((index, point)),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    sequence::check(&mut diagnostics, &good, length, context);
    diagnostics
}

/// The point that a list of values means. `index` only names it in the diagnostic. Cost: O(1).
///
/// # Errors
/// The first of: `BadArity`, `BarNotInteger`, `BarNegative`, `BarTooLarge`, `TimeNotFinite`, `TimeNegative`,
/// `OffsetNotFinite`, `OffsetOutOfRange`, `BadHideFlag`.
pub fn point(index: usize, raw: &RawPoint) -> Result<Syncpoint, Diagnostic> {
    let diagnostic = |kind, suggestion| Diagnostic::new(Some(index), kind, suggestion);
    match raw.arity {
        Some(2..=4) => {}
        Some(0 | 1) | None => {
            return Err(diagnostic(
                DiagnosticKind::BadArity { values: raw.arity },
                Suggestion::Remove { index },
            ));
        }
        Some(_) => return Err(diagnostic(DiagnosticKind::BadArity { values: raw.arity }, Suggestion::Ask)),
    }
    let [bar, time, offset, hide] = raw.values;
    let bar = whole_bar(bar).map_err(|kind| {
        let suggestion = match kind {
            DiagnosticKind::BarNegative => Suggestion::SetBar { index, bar: 0 },
            _ => Suggestion::Ask,
        };
        diagnostic(kind, suggestion)
    })?;
    let time = match time {
        RawValue::Integer(value) => value as f64,
        RawValue::Float(value) => value,
        _ => f64::NAN,
    };
    check_time(index, time)?;
    let offset = match offset {
        RawValue::Null => Ok(Offset::ZERO),
        RawValue::Integer(value) => match u16::try_from(value) {
            Ok(value) => Offset::integer(value).map_err(|error| (error, f64::from(value))),
            Err(_) => Err((PositionError::OffsetOutOfRange, value as f64)),
        },
        RawValue::Float(value) => Offset::float(value).map_err(|error| (error, value)),
        RawValue::Bool(_) | RawValue::Other => Err((PositionError::NotFinite, 0.0)),
    }
    .map_err(|(error, offset)| match error {
        PositionError::OffsetOutOfRange => {
            let nearest = offset.clamp(0.0, 480.0);
            diagnostic(
                DiagnosticKind::OffsetOutOfRange { offset },
                Suggestion::SetOffset { index, offset: nearest },
            )
        }
        _ => diagnostic(DiagnosticKind::OffsetNotFinite, Suggestion::SetOffset { index, offset: 0.0 }),
    })?;
    let hide = match hide {
        RawValue::Null | RawValue::Bool(false) | RawValue::Integer(0) => Some(false),
        RawValue::Bool(true) | RawValue::Integer(1) => Some(true),
        RawValue::Float(0.0) => Some(false),
        RawValue::Float(1.0) => Some(true),
        _ => None,
    };
    let Some(hide) = hide else {
        return Err(diagnostic(DiagnosticKind::BadHideFlag, Suggestion::SetHide { index, hide: false }));
    };
    let position =
        Position::new(bar, offset).map_err(|_| diagnostic(DiagnosticKind::BarTooLarge, Suggestion::Ask))?;
    Ok(Syncpoint { position, time, hide })
}

fn whole_bar(value: RawValue) -> Result<u32, DiagnosticKind> {
    let bar = match value {
        RawValue::Integer(bar) => bar,
        // A float may be a whole number; one beyond the range of an integer is too large or too small.
        RawValue::Float(bar) if crate::float::is_whole(bar) => bar as i64,
        _ => return Err(DiagnosticKind::BarNotInteger),
    };
    match u32::try_from(bar) {
        Ok(bar) if bar <= Position::MAX_BAR => Ok(bar),
        _ if bar < 0 => Err(DiagnosticKind::BarNegative),
        _ => Err(DiagnosticKind::BarTooLarge),
    }
}

fn check_time(index: usize, time: f64) -> Result<(), Diagnostic> {
    if !time.is_finite() {
        Err(Diagnostic::new(Some(index), DiagnosticKind::TimeNotFinite, Suggestion::Remove { index }))
    } else if time < 0.0 {
        let suggestion = Suggestion::SetTime { index, time: 0.0 };
        Err(Diagnostic::new(Some(index), DiagnosticKind::TimeNegative { time }, suggestion))
    } else {
        Ok(())
    }
}
