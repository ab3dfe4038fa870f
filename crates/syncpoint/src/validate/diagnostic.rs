//! What can be wrong with a list of syncpoints.

use alloc::vec::{self, Vec};
use core::fmt;
use core::slice;

use crate::point::Syncpoint;
use crate::position::Position;

/// One thing that is wrong with a list of syncpoints.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The index of the point it is about. Where two points contradict each other it is the later one in the list.
    /// `None` if it is about the list as a whole or the crop.
    pub point: Option<usize>,
    /// Which rule the list breaks.
    pub kind: DiagnosticKind,
    /// What would put it right.
    pub suggestion: Suggestion,
}

/// All that is wrong with a list of syncpoints: errors and warnings in the order of their points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// True if there is no error; there may be warnings.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }

    /// Those of [`Severity::Error`]: each keeps the list from being a map.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|diagnostic| diagnostic.is_error())
    }

    /// Those of [`Severity::Warning`].
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|diagnostic| !diagnostic.is_error())
    }

    /// Errors and warnings.
    pub fn iter(&self) -> slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    pub(super) fn add(&mut self, point: Option<usize>, kind: DiagnosticKind, suggestion: Suggestion) {
        self.push(Diagnostic::new(point, kind, suggestion));
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    pub(super) fn sort_by_point(&mut self) {
        self.0.sort_by_key(|diagnostic| diagnostic.point);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    /// One diagnostic a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.iter().enumerate() {
            let word = if diagnostic.is_error() { "error" } else { "warning" };
            write!(f, "{}{word}: {diagnostic}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl core::error::Error for Diagnostics {}

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The list works, but probably not as meant.
    Warning,
    /// The list makes no map.
    Error,
}

/// What is wrong. The first group are errors, the second warnings.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// There are no points.
    Empty,
    /// A point has not 2, 3 or 4 values; `None` if it is not even a list.
    BadArity {
        /// How many values there are.
        values: Option<usize>,
    },
    /// The bar is not a whole number.
    BarNotInteger,
    /// The bar is below 0.
    BarNegative,
    /// The bar is above [`Position::MAX_BAR`].
    BarTooLarge,
    /// The time is not a finite number.
    TimeNotFinite,
    /// The time is below 0.
    TimeNegative {
        /// The time of the point, in seconds.
        time: f64,
    },
    /// The offset is not a finite number.
    OffsetNotFinite,
    /// The offset is not within 0 and 480.
    OffsetOutOfRange {
        /// The offset as given, in parts of a bar.
        offset: f64,
    },
    /// The hide flag is neither 0 nor 1.
    BadHideFlag,
    /// The first point is not the start of the first bar.
    FirstNotBarZero {
        /// Where it is instead.
        position: Position,
    },
    /// The position is not after that of the point before.
    PositionNotIncreasing(NotIncreasing),
    /// The time is not after that of the point before: equal (an infinite tempo) or earlier.
    TimeNotIncreasing {
        /// The time of the point before, in seconds.
        previous: f64,
        /// The time of this point, in seconds.
        time: f64,
    },
    /// The position is after the end of the last bar.
    BeyondEnd {
        /// The number of played bars.
        bar_count: u32,
    },
    /// The crop ends where or before it starts.
    CropInverted,
    /// A crop value is negative or not a finite number.
    CropNegative,

    /// No point marks the end of the last bar.
    MissingEndPoint {
        /// The number of played bars.
        bar_count: u32,
    },
    /// One point gives no tempo.
    OnlyOnePoint,
    /// The time is outside the crop.
    PointOutsideCrop,
    /// The time is after the end of the recording.
    PointAfterAudioEnd {
        /// The length of the recording in seconds.
        duration: f64,
    },
    /// The tempo from the point before to this one is outside 10..=400 beats per minute.
    ImplausibleTempo {
        /// The tempo, in beats per minute.
        bpm: f64,
    },
    /// The tempo at this point changes by more than a factor of 4.
    TempoJump {
        /// The faster tempo over the slower one.
        ratio: f64,
    },
    /// The last point hides the playhead: nothing comes after it.
    HideOnLastPoint,
    /// The playhead is hidden at this point and stays so to the end.
    HideNeverCleared,
    /// The point before is less than a millisecond away.
    SubMillisecondGap,
    /// Without this point the map would be the same within 1e-9 seconds.
    RedundantPoint,
}

/// How a position fails to come after the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotIncreasing {
    /// The same place, written the same way.
    Duplicate,
    /// The same place, once as the end of a bar (offset 480) and once as the start of the next.
    SamePlace,
    /// A place before that of the point before.
    Unsorted,
}

/// What would put a [`Diagnostic`] right, for code to act on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Suggestion {
    /// Only the author can know.
    Ask,
    /// Insert the point at the index.
    Insert {
        /// Where in the list.
        index: usize,
        /// The point that is missing.
        point: Syncpoint,
    },
    /// Remove the point at the index.
    Remove {
        /// Index of the point in the list.
        index: usize,
    },
    /// Change the bar of the point at the index.
    SetBar {
        /// Index of the point in the list.
        index: usize,
        /// The played bar to set, from 0.
        bar: u32,
    },
    /// Change the time of the point at the index.
    SetTime {
        /// Index of the point in the list.
        index: usize,
        /// The time of the point, in seconds.
        time: f64,
    },
    /// Change the offset of the point at the index.
    SetOffset {
        /// Index of the point in the list.
        index: usize,
        /// The offset to set, 0.0..=480.0.
        offset: f64,
    },
    /// Change the hide flag of the point at the index.
    SetHide {
        /// Index of the point in the list.
        index: usize,
        /// True to hide the playhead.
        hide: bool,
    },
    /// Sort the points by position.
    Sort,
    /// Make one point of the two.
    Merge {
        /// Index of the earlier of the two.
        first: usize,
        /// Index of the later one.
        second: usize,
    },
    /// Change the crop; values that are `None` are left out.
    SetCrop {
        /// Where playback begins, in seconds.
        start: Option<f64>,
        /// Where playback ends, in seconds.
        end: Option<f64>,
    },
}

impl DiagnosticKind {
    /// A stable name: that of the variant, such as `BarNegative`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::BadArity { .. } => "BadArity",
            Self::BarNotInteger => "BarNotInteger",
            Self::BarNegative => "BarNegative",
            Self::BarTooLarge => "BarTooLarge",
            Self::TimeNotFinite => "TimeNotFinite",
            Self::TimeNegative { .. } => "TimeNegative",
            Self::OffsetNotFinite => "OffsetNotFinite",
            Self::OffsetOutOfRange { .. } => "OffsetOutOfRange",
            Self::BadHideFlag => "BadHideFlag",
            Self::FirstNotBarZero { .. } => "FirstNotBarZero",
            Self::PositionNotIncreasing(_) => "PositionNotIncreasing",
            Self::TimeNotIncreasing { .. } => "TimeNotIncreasing",
            Self::BeyondEnd { .. } => "BeyondEnd",
            Self::CropInverted => "CropInverted",
            Self::CropNegative => "CropNegative",
            Self::MissingEndPoint { .. } => "MissingEndPoint",
            Self::OnlyOnePoint => "OnlyOnePoint",
            Self::PointOutsideCrop => "PointOutsideCrop",
            Self::PointAfterAudioEnd { .. } => "PointAfterAudioEnd",
            Self::ImplausibleTempo { .. } => "ImplausibleTempo",
            Self::TempoJump { .. } => "TempoJump",
            Self::HideOnLastPoint => "HideOnLastPoint",
            Self::HideNeverCleared => "HideNeverCleared",
            Self::SubMillisecondGap => "SubMillisecondGap",
            Self::RedundantPoint => "RedundantPoint",
        }
    }

    /// [`Severity::Error`] for what keeps the list from being a map, else [`Severity::Warning`].
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::MissingEndPoint { .. }
            | Self::OnlyOnePoint
            | Self::PointOutsideCrop
            | Self::PointAfterAudioEnd { .. }
            | Self::ImplausibleTempo { .. }
            | Self::TempoJump { .. }
            | Self::HideOnLastPoint
            | Self::HideNeverCleared
            | Self::SubMillisecondGap
            | Self::RedundantPoint => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl Diagnostic {
    /// A diagnostic about the point at an index, or about the whole list.
    #[must_use]
    pub const fn new(point: Option<usize>, kind: DiagnosticKind, suggestion: Suggestion) -> Self {
        Self { point, kind, suggestion }
    }

    /// True if it is an error, not a warning.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.kind.severity() == Severity::Error
    }
}

impl fmt::Display for DiagnosticKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there are no syncpoints"),
            Self::BadArity { values: Some(values) } => {
                write!(f, "a syncpoint has 2, 3 or 4 values (bar, time, offset, hide), not {values}")
            }
            Self::BadArity { values: None } => f.write_str("a syncpoint is a list of 2, 3 or 4 values (bar, time, offset, hide)"),
            Self::BarNotInteger => f.write_str("the bar is not a whole number"),
            Self::BarNegative => f.write_str("the bar is negative"),
            Self::BarTooLarge => write!(f, "the bar is above {}", Position::MAX_BAR),
            Self::TimeNotFinite => f.write_str("the time is not a finite number"),
            Self::TimeNegative { time } => write!(f, "the time is negative ({time} s)"),
            Self::OffsetNotFinite => f.write_str("the offset is not a finite number"),
            Self::OffsetOutOfRange { offset } => write!(f, "the offset {offset} is not within 0 and 480"),
            Self::BadHideFlag => f.write_str("the hide flag is neither 0 nor 1"),
            Self::FirstNotBarZero { position } => {
                write!(f, "the first syncpoint must be at the start of bar 0, and is at {position}")
            }
            Self::PositionNotIncreasing(NotIncreasing::Duplicate) => {
                f.write_str("the position is the same as that of the point before")
            }
            Self::PositionNotIncreasing(NotIncreasing::SamePlace) => f.write_str(
                "the position is the same as that of the point before (offset 480 is the start of the next bar)",
            ),
            Self::PositionNotIncreasing(NotIncreasing::Unsorted) => {
                f.write_str("the position is before that of the point before")
            }
            Self::TimeNotIncreasing { previous, time } if previous == time => {
                write!(f, "the time {time} s is the same as that of the point before")
            }
            Self::TimeNotIncreasing { previous, time } => {
                write!(f, "the time {time} s is before that of the point before ({previous} s)")
            }
            Self::BeyondEnd { bar_count } => write!(f, "the position is after the end of the last of {bar_count} bars"),
            Self::CropInverted => f.write_str("the crop ends before it starts"),
            Self::CropNegative => f.write_str("a crop value is negative or not a finite number"),
            Self::MissingEndPoint { bar_count } => write!(f, "no point marks the end of the last of {bar_count} bars"),
            Self::OnlyOnePoint => f.write_str("one point alone gives no tempo"),
            Self::PointOutsideCrop => f.write_str("the time is outside the crop"),
            Self::PointAfterAudioEnd { duration } => write!(f, "the recording ends before, at {duration} s"),
            Self::ImplausibleTempo { bpm } => {
                write!(f, "{bpm:.1} beats per minute from the point before to this one")
            }
            Self::TempoJump { ratio } => write!(f, "the tempo changes here by a factor of {ratio:.1}"),
            Self::HideOnLastPoint => f.write_str("hiding the playhead at the last point has no effect"),
            Self::HideNeverCleared => f.write_str("the playhead is hidden from here to the end"),
            Self::SubMillisecondGap => f.write_str("the point before is less than a millisecond away"),
            Self::RedundantPoint => f.write_str("the map is the same without this point"),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(point) = self.point {
            write!(f, "point {point}: ")?;
        }
        write!(f, "{}", self.kind)?;
        match self.suggestion {
            Suggestion::Ask => Ok(()),
            suggestion => write!(f, " ({suggestion})"),
        }
    }
}

impl core::error::Error for Diagnostic {}

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ask => f.write_str("needs a decision"),
            Self::Insert { index, point } => {
                write!(f, "insert {} at {} s as point {index}", point.position, point.time)
            }
            Self::Remove { index } => write!(f, "remove point {index}"),
            Self::SetBar { index, bar } => write!(f, "set the bar of point {index} to {bar}"),
            Self::SetTime { index, time } => write!(f, "set the time of point {index} to {time} s"),
            Self::SetOffset { index, offset } => write!(f, "set the offset of point {index} to {offset}"),
            Self::SetHide { index, hide } => {
                write!(f, "set the hide flag of point {index} to {}", u8::from(*hide))
            }
            Self::Sort => f.write_str("sort the points by position"),
            Self::Merge { first, second } => write!(f, "make one point of {first} and {second}"),
            Self::SetCrop { start, end } => {
                let mut word = "crop";
                for (name, value) in [("from", start), ("to", end)] {
                    if let Some(value) = value {
                        write!(f, "{word} {name} {value} s")?;
                        word = "";
                    }
                }
                if word.is_empty() { Ok(()) } else { f.write_str("remove the crop") }
            }
        }
    }
}
