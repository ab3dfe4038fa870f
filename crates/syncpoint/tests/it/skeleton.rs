//! Reads score skeletons (`repeats/1` and `dcml-measures/1` files) into structures.
//!
//! Also compiled into `xtask`, whose `corpus` command reads the same files.

use segno_syncpoint::{
    Ending, EndingStop, Fraction, Jump, JumpKind, Marker, MarkerKind, Place, RepeatEnd, RepeatStart,
    Structure, WrittenBar,
};
use serde::Deserialize;

/// A skeleton with the order in which somebody plays it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) schema: Schema,
    pub(crate) id: String,
    pub(crate) policy: String,
    pub(crate) bars: Vec<Bar>,
    pub(crate) order: Vec<usize>,
    #[serde(default)]
    pub(crate) musical: Option<Vec<Vec<usize>>>,
    #[serde(default)]
    pub(crate) alternatives: Vec<Alternative>,
    #[serde(default)]
    pub(crate) contested: bool,
    // For readers, or for other software.
    #[serde(rename = "origin")]
    _origin: serde::de::IgnoredAny,
    #[serde(default, rename = "title")]
    _title: serde::de::IgnoredAny,
    #[serde(default, rename = "features")]
    _features: serde::de::IgnoredAny,
    #[serde(default, rename = "notes")]
    _notes: serde::de::IgnoredAny,
    #[serde(default, rename = "licence")]
    _licence: serde::de::IgnoredAny,
    #[serde(default, rename = "per_repeat_after_jump")]
    _per_repeat_after_jump: serde::de::IgnoredAny,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Schema {
    #[serde(rename = "repeats/1")]
    Repeats,
    #[serde(rename = "dcml-measures/1")]
    Dcml,
}

/// Another published order of the same skeleton.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alternative {
    pub(crate) policy: String,
    pub(crate) order: Vec<usize>,
    #[serde(rename = "why")]
    _why: serde::de::IgnoredAny,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bar {
    n: String,
    len: String,
    actual: Option<String>,
    #[serde(default)]
    implicit: bool,
    #[serde(default)]
    repeat_start: bool,
    #[serde(default)]
    repeat_start_implied: bool,
    repeat_end: Option<BackwardRepeat>,
    #[serde(default)]
    endings: Vec<Bracket>,
    #[serde(default)]
    markers: Vec<Sign>,
    #[serde(default)]
    jumps: Vec<Leap>,
    #[serde(default)]
    section_break: bool,
    // Only in measures tables.
    volta: Option<u32>,
    jump: Option<ShortLeap>,
    #[serde(default)]
    dont_count: bool,
    #[serde(default, rename = "offset")]
    _offset: serde::de::IgnoredAny,
    /// The successors in the order in which they are used; -1 is the end.
    #[serde(default)]
    pub(crate) next: Vec<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BackwardRepeat {
    plays: u32,
    after_jump: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bracket {
    numbers: Vec<u32>,
    id: Option<String>,
    #[serde(default)]
    start: bool,
    stop: Option<Stop>,
    staff: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stop {
    Stop,
    Discontinue,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    kind: SignKind,
    label: String,
    at: Option<Side>,
    staff: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SignKind {
    Segno,
    Coda,
    ToCoda,
    Fine,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Side {
    Start,
    End,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leap {
    kind: LeapKind,
    to: String,
    until: String,
    continue_at: Option<String>,
    play_repeats: bool,
    #[serde(default)]
    passes: Vec<u32>,
    staff: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LeapKind {
    DaCapo,
    DalSegno,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortLeap {
    to: String,
    until: String,
    continue_at: Option<String>,
}

impl Case {
    /// The written bars; the text of a error names the bar.
    pub(crate) fn structure(&self) -> Result<Structure, String> {
        let mut bars = Vec::with_capacity(self.bars.len());
        for (index, bar) in self.bars.iter().enumerate() {
            let near = |step: isize| index.checked_add_signed(step).and_then(|near| self.bars.get(near));
            let volta = |bar: Option<&Bar>| bar.and_then(|bar| bar.volta);
            let mut written = bar.written().map_err(|error| format!("bar {index}: {error}"))?;
            if let Some(number) = bar.volta {
                written.endings.push(Ending {
                    numbers: vec![number],
                    id: None,
                    start: volta(near(-1)) != Some(number),
                    stop: (volta(near(1)) != Some(number)).then_some(EndingStop::Stop),
                    staff: None,
                });
            }
            bars.push(written);
        }
        Ok(Structure { bars })
    }
}

impl Case {
    /// The first played bar that is not followed as the successor lists say, if any: the k-th visit uses the k-th
    /// successor, further visits the last; each successor is used.
    pub(crate) fn successor_fault(&self, order: &[usize]) -> Option<usize> {
        let mut visits = vec![0; self.bars.len()];
        for (index, &bar) in order.iter().enumerate() {
            let next = &self.bars.get(bar)?.next;
            let followed = order.get(index + 1).map_or(-1, |&bar| i64::try_from(bar).unwrap_or(i64::MAX));
            let visit: &mut usize = visits.get_mut(bar)?;
            if next.get((*visit).min(next.len().saturating_sub(1))) != Some(&followed) {
                return Some(index);
            }
            *visit += 1;
        }
        let unused = self.bars.iter().zip(visits).position(|(bar, visits)| bar.next.len() > visits);
        unused.map(|_| order.len())
    }
}

impl Bar {
    fn written(&self) -> Result<WrittenBar, String> {
        let length = |text: &String| text.parse::<Fraction>().map_err(|error| format!("{text:?}: {error}"));
        let mut written = WrittenBar::new(self.n.clone(), length(&self.len)?);
        written.actual = self.actual.as_ref().map(length).transpose()?;
        written.implicit = self.implicit || self.dont_count;
        written.section_break = self.section_break;
        written.repeat_start = match (self.repeat_start, self.repeat_start_implied) {
            // `implied` says how the repeat is there, with or without the other flag.
            (_, true) => Some(RepeatStart::Implied),
            (true, false) => Some(RepeatStart::Printed),
            (false, false) => None,
        };
        written.repeat_end =
            self.repeat_end.as_ref().map(|end| RepeatEnd { plays: end.plays, after_jump: end.after_jump });
        written.endings = self.endings.iter().map(Bracket::ending).collect();
        written.markers = self.markers.iter().map(Sign::marker).collect();
        written.jumps = self.jumps.iter().map(Leap::jump).collect();
        if let Some(jump) = &self.jump {
            written.jumps.push(Jump {
                kind: if jump.to == "start" { JumpKind::DaCapo } else { JumpKind::DalSegno },
                to: jump.to.clone(),
                until: jump.until.clone(),
                continue_at: jump.continue_at.clone(),
                play_repeats: false,
                passes: Vec::new(),
                staff: None,
            });
        }
        Ok(written)
    }
}

impl Bracket {
    fn ending(&self) -> Ending {
        Ending {
            numbers: self.numbers.clone(),
            id: self.id.clone(),
            start: self.start,
            stop: self.stop.map(|stop| match stop {
                Stop::Stop => EndingStop::Stop,
                Stop::Discontinue => EndingStop::Discontinue,
            }),
            staff: self.staff,
        }
    }
}

impl Sign {
    fn marker(&self) -> Marker {
        let (kind, usual) = match self.kind {
            SignKind::Segno => (MarkerKind::Segno, Place::Start),
            SignKind::Coda => (MarkerKind::Coda, Place::Start),
            SignKind::ToCoda => (MarkerKind::ToCoda, Place::End),
            SignKind::Fine => (MarkerKind::Fine, Place::End),
        };
        let at = match self.at {
            Some(Side::Start) => Place::Start,
            Some(Side::End) => Place::End,
            None => usual,
        };
        Marker { kind, label: self.label.clone(), at, staff: self.staff }
    }
}

impl Leap {
    fn jump(&self) -> Jump {
        Jump {
            kind: match self.kind {
                LeapKind::DaCapo => JumpKind::DaCapo,
                LeapKind::DalSegno => JumpKind::DalSegno,
            },
            to: self.to.clone(),
            until: self.until.clone(),
            continue_at: self.continue_at.clone(),
            play_repeats: self.play_repeats,
            passes: self.passes.clone(),
            staff: self.staff,
        }
    }
}
