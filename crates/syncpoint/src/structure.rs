//! The written bars of a score with everything that decides in which order they are played.
//!
//! This is what a reader of MusicXML, MuseScore or Guitar Pro files fills in. It says what stands on the page and
//! nothing of what it means: [`Policy`](crate::Policy) turns it into a play order.

use alloc::string::String;
use alloc::vec::Vec;

use crate::Fraction;

/// The written bars in physical order. Indexes into `bars` are zero-based and are never printed bar numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    /// The bars, first to last.
    pub bars: Vec<WrittenBar>,
}

/// One bar as it stands on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenBar {
    /// The printed number, a text because scores print `12a`, `X1` or nothing.
    pub number: String,
    /// The length that the time signature promises, written as that signature (`6/8`).
    pub nominal: Fraction,
    /// The length of what the bar really holds, if that differs: pickups and bars split around a repeat sign.
    pub actual: Option<Fraction>,
    /// The bar is not counted in the printed numbering (a pickup, the second half of a split bar).
    pub implicit: bool,
    /// A forward repeat at the start of the bar.
    pub repeat_start: Option<RepeatStart>,
    /// A backward repeat at the end of the bar.
    pub repeat_end: Option<RepeatEnd>,
    /// Every ending (volta bracket) that covers the bar.
    pub endings: Vec<Ending>,
    /// Segno, coda, to-coda and fine signs, and ends of parts.
    pub markers: Vec<Marker>,
    /// Da capo and dal segno, taken at the end of the bar.
    pub jumps: Vec<Jump>,
    /// A section (movement) ends after this bar: repeats and jumps do not reach across.
    pub section_break: bool,
}

impl WrittenBar {
    /// A bar without any sign, full by its time signature.
    #[must_use]
    pub fn new(number: impl Into<String>, nominal: Fraction) -> Self {
        Self {
            number: number.into(),
            nominal,
            actual: None,
            implicit: false,
            repeat_start: None,
            repeat_end: None,
            endings: Vec::new(),
            markers: Vec::new(),
            jumps: Vec::new(),
            section_break: false,
        }
    }

    /// The true length: `actual` where it is given, `nominal` otherwise.
    #[must_use]
    pub fn length(&self) -> Fraction {
        self.actual.unwrap_or(self.nominal)
    }
}

/// A forward repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RepeatStart {
    /// The sign is printed.
    Printed,
    /// The sign is meant but not printed (MusicXML `<sound forward-repeat="yes">`).
    Implied,
}

/// A backward repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RepeatEnd {
    /// How often the passage is played in all: 2 for an ordinary repeat. Inside endings it counts for this sign alone.
    pub plays: u32,
    /// MusicXML `after-jump`: whether this repeat is taken after a jump. `None` leaves it to the policy.
    pub after_jump: Option<bool>,
}

/// An ending (volta bracket) over a bar.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias("volta", "prima volta"))]
pub struct Ending {
    /// The passes for which the bracket is played, each 1 or more.
    pub numbers: Vec<u32>,
    /// Names the bracket where several overlap or stand twice.
    pub id: Option<String>,
    /// The bracket begins at this bar.
    pub start: bool,
    /// The bracket ends with this bar, and how.
    pub stop: Option<EndingStop>,
    /// The staff of a copy on a lower staff (2 or more), which has no effect of its own; `None` for the sign itself.
    pub staff: Option<u32>,
}

/// How a bracket ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndingStop {
    /// With a downward hook.
    Stop,
    /// Open.
    Discontinue,
}

/// A sign that jumps refer to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Marker {
    /// Which sign.
    pub kind: MarkerKind,
    /// The name by which jumps refer to it.
    pub label: String,
    /// On which side of the bar it acts. Fine, to-coda and the end of a part act at the end.
    pub at: Place,
    /// The staff of a copy on a lower staff (2 or more); `None` for the sign itself.
    pub staff: Option<u32>,
}

/// Which sign a [`Marker`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkerKind {
    /// Where a dal segno goes.
    Segno,
    /// Where a to-coda goes.
    Coda,
    /// Where one leaves for the coda.
    ToCoda,
    /// Where the piece ends after a jump.
    Fine,
    /// Where the part of a form ends that a da capo brings again although no fine says so: the menuet before its
    /// trio. [`Policy::open_da_capo`](crate::Policy::open_da_capo) decides whether the da capo ends there.
    PartEnd,
}

/// A side of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The left bar line.
    Start,
    /// The right bar line.
    End,
}

/// A da capo or dal segno.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Jump {
    /// Which of the two.
    pub kind: JumpKind,
    /// `start`, or the label of a segno.
    pub to: String,
    /// `end`, or the label of a fine or to-coda.
    pub until: String,
    /// The label of the coda at which the piece goes on after `until`.
    pub continue_at: Option<String>,
    /// Repeats are played after the jump.
    pub play_repeats: bool,
    /// The passes on which the jump is taken (MusicXML `time-only`); empty leaves it to the policy.
    pub passes: Vec<u32>,
    /// The staff of a copy on a lower staff (2 or more), which must not be taken twice; `None` for the sign itself.
    pub staff: Option<u32>,
}

/// Which jump a [`Jump`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JumpKind {
    /// From the beginning.
    DaCapo,
    /// From the sign.
    DalSegno,
}
