//! The ways to spoil a valid list of bar lines, each with the finding that must name it.

use segno_syncpoint::validate::Context;
use segno_syncpoint::{RawPoint, RawValue, Syncpoint};

use super::random::Random;

/// A spoiled list.
pub(crate) struct Mutated {
    pub(crate) points: Vec<RawPoint>,
    pub(crate) context: Context<'static>,
    pub(crate) code: &'static str,
    pub(crate) point: Option<usize>,
    pub(crate) is_error: bool,
}

pub(crate) type Mutate = fn(&[Syncpoint], &mut Random) -> Mutated;

/// A list under the knife: bar lines 0, 1, 2 and so on, at least six of them.
struct Patient {
    points: Vec<RawPoint>,
    times: Vec<f64>,
    context: Context<'static>,
    /// A point with two before it and two after it.
    at: usize,
    last: usize,
}

impl Patient {
    fn new(points: &[Syncpoint], random: &mut Random) -> Self {
        let room = u64::try_from(points.len() - 4).unwrap_or(1);
        Self {
            points: points.iter().map(RawPoint::from).collect(),
            times: points.iter().map(|point| point.time).collect(),
            context: Context::default(),
            at: 2 + usize::try_from(random.below(room)).unwrap_or(0),
            last: points.len() - 1,
        }
    }

    fn set(&mut self, point: usize, value: usize, to: RawValue) {
        self.points[point].values[value] = to;
        let arity = self.points[point].arity.unwrap_or(0).max(value + 1);
        self.points[point].arity = Some(arity);
    }

    fn set_time(&mut self, point: usize, time: f64) {
        self.set(point, 1, RawValue::Float(time));
    }

    fn delay_from(&mut self, point: usize, seconds: f64) {
        for later in point..=self.last {
            self.set_time(later, self.times[later] + seconds);
        }
    }

    fn insert(&mut self, index: usize, bar: usize, time: f64, offset: f64) {
        let bar = RawValue::Integer(i64::try_from(bar).unwrap_or(i64::MAX));
        let values = [bar, RawValue::Float(time), RawValue::Float(offset)];
        self.points.insert(index, RawPoint::from_values(values));
    }

    /// The time halfway from one point to the next.
    fn after(&self, point: usize) -> f64 {
        self.times[point].midpoint(self.times[point + 1])
    }

    fn bar_count(&mut self, bars: usize) {
        self.context.bar_count = u32::try_from(bars).ok();
    }

    fn error(self, code: &'static str, point: Option<usize>) -> Mutated {
        Mutated { points: self.points, context: self.context, code, point, is_error: true }
    }

    fn warning(self, code: &'static str, point: usize) -> Mutated {
        Mutated { points: self.points, context: self.context, code, point: Some(point), is_error: false }
    }
}

/// Puts one value of one point wrong.
fn value(
    points: &[Syncpoint],
    random: &mut Random,
    code: &'static str,
    value: usize,
    to: RawValue,
) -> Mutated {
    let mut patient = Patient::new(points, random);
    let at = patient.at;
    patient.set(at, value, to);
    patient.error(code, Some(at))
}

/// A list of so many values, or none at all.
fn arity(points: &[Syncpoint], random: &mut Random, arity: Option<usize>) -> Mutated {
    let mut patient = Patient::new(points, random);
    let at = patient.at;
    patient.points[at].arity = arity;
    patient.error("BadArity", Some(at))
}

/// Every class of error and warning, some in several ways.
pub(crate) const CLASSES: [(&str, Mutate); 43] = [
    ("Empty", |points, random| {
        let mut patient = Patient::new(points, random);
        patient.points.clear();
        patient.error("Empty", None)
    }),
    ("BadArity, not a list", |points, random| arity(points, random, None)),
    ("BadArity, none", |points, random| arity(points, random, Some(0))),
    ("BadArity, one", |points, random| arity(points, random, Some(1))),
    ("BadArity, five", |points, random| arity(points, random, Some(5))),
    ("BarNotInteger", |points, random| value(points, random, "BarNotInteger", 0, RawValue::Float(0.25))),
    ("BarNotInteger", |points, random| value(points, random, "BarNotInteger", 0, RawValue::Other)),
    ("BarNegative", |points, random| value(points, random, "BarNegative", 0, RawValue::Integer(-1))),
    ("BarTooLarge", |points, random| value(points, random, "BarTooLarge", 0, RawValue::Integer(1 << 20))),
    ("BarTooLarge", |points, random| value(points, random, "BarTooLarge", 0, RawValue::Integer(i64::MAX))),
    ("TimeNotFinite", |points, random| value(points, random, "TimeNotFinite", 1, RawValue::Float(f64::NAN))),
    ("TimeNotFinite", |points, random| {
        value(points, random, "TimeNotFinite", 1, RawValue::Float(f64::INFINITY))
    }),
    ("TimeNotFinite", |points, random| value(points, random, "TimeNotFinite", 1, RawValue::Null)),
    ("TimeNegative", |points, random| value(points, random, "TimeNegative", 1, RawValue::Float(-0.25))),
    ("OffsetNotFinite", |points, random| {
        value(points, random, "OffsetNotFinite", 2, RawValue::Float(f64::NEG_INFINITY))
    }),
    ("OffsetNotFinite", |points, random| value(points, random, "OffsetNotFinite", 2, RawValue::Other)),
    ("OffsetOutOfRange", |points, random| {
        value(points, random, "OffsetOutOfRange", 2, RawValue::Integer(481))
    }),
    ("OffsetOutOfRange", |points, random| {
        value(points, random, "OffsetOutOfRange", 2, RawValue::Float(-0.5))
    }),
    ("BadHideFlag", |points, random| value(points, random, "BadHideFlag", 3, RawValue::Integer(2))),
    ("BadHideFlag", |points, random| value(points, random, "BadHideFlag", 3, RawValue::Float(0.5))),
    ("FirstNotBarZero, offset", |points, random| {
        let mut patient = Patient::new(points, random);
        patient.set(0, 2, RawValue::Integer(120));
        patient.error("FirstNotBarZero", Some(0))
    }),
    ("FirstNotBarZero, missing", |points, random| {
        let mut patient = Patient::new(points, random);
        patient.points.remove(0);
        patient.error("FirstNotBarZero", Some(0))
    }),
    ("PositionNotIncreasing, duplicate", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.insert(at + 1, at, patient.after(at), 0.0);
        patient.error("PositionNotIncreasing", Some(at + 1))
    }),
    ("PositionNotIncreasing, unsorted", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.points.swap(at - 1, at);
        patient.error("PositionNotIncreasing", Some(at))
    }),
    ("PositionNotIncreasing, same place", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.insert(at, at - 1, patient.after(at - 1), 480.0);
        patient.error("PositionNotIncreasing", Some(at + 1))
    }),
    ("TimeNotIncreasing, equal", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.set_time(at, patient.times[at - 1]);
        patient.error("TimeNotIncreasing", Some(at))
    }),
    ("TimeNotIncreasing, backwards", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.set_time(at, patient.after(at - 2));
        patient.error("TimeNotIncreasing", Some(at))
    }),
    ("BeyondEnd, bar", |points, random| {
        let mut patient = Patient::new(points, random);
        let last = patient.last;
        patient.bar_count(last - 1);
        patient.error("BeyondEnd", Some(last))
    }),
    ("BeyondEnd, offset", |points, random| {
        let mut patient = Patient::new(points, random);
        let last = patient.last;
        patient.bar_count(last);
        patient.set(last, 2, RawValue::Float(0.5));
        patient.error("BeyondEnd", Some(last))
    }),
    ("CropInverted", |points, random| {
        let mut patient = Patient::new(points, random);
        let (start, end) = (patient.after(patient.at), patient.after(patient.at - 1));
        patient.context = Context { crop_start: Some(start), crop_end: Some(end), ..Context::default() };
        patient.error("CropInverted", None)
    }),
    ("CropNegative", |points, random| {
        let mut patient = Patient::new(points, random);
        patient.context.crop_start = Some(-0.5);
        patient.error("CropNegative", None)
    }),
    ("MissingEndPoint", |points, random| {
        let mut patient = Patient::new(points, random);
        let last = patient.last;
        patient.bar_count(last + 2);
        patient.warning("MissingEndPoint", last)
    }),
    ("OnlyOnePoint", |points, random| {
        let mut patient = Patient::new(points, random);
        patient.points.truncate(1);
        patient.warning("OnlyOnePoint", 0)
    }),
    ("PointOutsideCrop, before", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.context.crop_start = Some(patient.after(at));
        patient.warning("PointOutsideCrop", at)
    }),
    ("PointOutsideCrop, after", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.context.crop_end = Some(patient.after(at - 1));
        patient.warning("PointOutsideCrop", at)
    }),
    ("PointAfterAudioEnd", |points, random| {
        let mut patient = Patient::new(points, random);
        let last = patient.last;
        patient.context.duration = Some(patient.after(last - 1));
        patient.warning("PointAfterAudioEnd", last)
    }),
    ("ImplausibleTempo, fast", |points, random| {
        let mut patient = Patient::new(points, random);
        // Half a bar within a millisecond: over 400 beats a minute in any metre.
        let at = patient.at;
        let gap = (patient.times[at] - patient.times[at - 1]).min(0.1);
        patient.insert(at, at - 1, patient.times[at - 1] + gap / 100.0, 240.0);
        patient.warning("ImplausibleTempo", at)
    }),
    ("ImplausibleTempo, slow", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.delay_from(at, 200.0);
        patient.warning("ImplausibleTempo", at)
    }),
    ("TempoJump", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        let gap = patient.times[at] - patient.times[at - 1];
        patient.delay_from(at + 1, 4.0 * gap + 0.001);
        patient.warning("TempoJump", at)
    }),
    ("HideOnLastPoint", |points, random| {
        let mut patient = Patient::new(points, random);
        let last = patient.last;
        patient.set(last, 2, RawValue::Integer(0));
        patient.set(last, 3, RawValue::Bool(true));
        patient.warning("HideOnLastPoint", last)
    }),
    ("HideNeverCleared", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        for later in at..=patient.last {
            patient.set(later, 3, RawValue::Integer(1));
        }
        patient.warning("HideNeverCleared", at)
    }),
    ("SubMillisecondGap", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.insert(at, at - 1, patient.times[at - 1] + 0.0005, 0.25);
        patient.warning("SubMillisecondGap", at)
    }),
    ("RedundantPoint", |points, random| {
        let mut patient = Patient::new(points, random);
        let at = patient.at;
        patient.insert(at, at - 1, patient.after(at - 1), 240.0);
        patient.warning("RedundantPoint", at)
    }),
];
