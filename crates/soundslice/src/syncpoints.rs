//! Syncpoints: which bar of the played score belongs to which second of a recording.
//!
//! Both endpoints are open in their type: whatever serialises as an array of `[bar, seconds, offset?, hide?]` can be
//! sent and read, a map of the syncpoint crate for instance. [`Syncpoint`] is the plain one.
//!
//! ```
//! # use segno_soundslice::{Client, Error, RecordingId, Syncpoint, syncpoints};
//! # async fn example(client: Client, recording: RecordingId) -> Result<(), Error> {
//! let points = [Syncpoint::bar(0, 1.5), Syncpoint::bar(4, 9.6), Syncpoint::bar(8, 20.5)];
//! client.send(&syncpoints::Set::new(recording, &points[..]).crop_start(1.5)).await?;
//! for point in &client.send(&syncpoints::Get::new(recording)).await? {
//!     println!("bar {} at {} s", point.bar, point.seconds);
//! }
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::marker::PhantomData;

use segno_core::decode::read_json;
use segno_core::lenient::List;
use segno_core::request::FormPairs;
use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};

use crate::error::ApiError;
use crate::ids::{RecordingId, read_id};

/// The number of parts into which a bar is divided for offsets, whatever its metre.
pub const BAR: f64 = 480.0;

/// A place in the played score and its time in the recording.
#[doc(alias("sync point", "anchor"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Syncpoint {
    /// The bar in played order, from 0; the number of played bars is the end of the last one.
    pub bar: u32,
    /// The time in the uncropped recording, in seconds, 0 or more.
    pub seconds: f64,
    /// The place in the bar, 0..=480: 240 is its middle in any metre.
    pub offset: f64,
    /// The playhead is hidden from here on.
    pub hide_playhead: bool,
}

impl Syncpoint {
    /// The beginning of a bar.
    #[must_use]
    pub const fn bar(bar: u32, seconds: f64) -> Self {
        Self { bar, seconds, offset: 0.0, hide_playhead: false }
    }

    /// A place inside a bar, 0..=480.
    #[must_use]
    pub const fn at(self, offset: f64) -> Self {
        Self { offset, ..self }
    }

    /// With the playhead hidden from here on.
    #[must_use]
    pub const fn hidden(self) -> Self {
        Self { hide_playhead: true, ..self }
    }
}

/// The shortest form: whole numbers without a fraction, offset and hide flag only where they differ from their defaults.
impl Serialize for Syncpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = if self.hide_playhead {
            4
        } else if self.offset != 0.0 {
            3
        } else {
            2
        };
        let mut sequence = serializer.serialize_seq(Some(length))?;
        sequence.serialize_element(&self.bar)?;
        sequence.serialize_element(&Shortest(self.seconds))?;
        if length > 2 {
            sequence.serialize_element(&Shortest(self.offset))?;
        }
        if length > 3 {
            sequence.serialize_element(&1)?;
        }
        sequence.end()
    }
}

struct Shortest(f64);

impl Serialize for Shortest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Above 2^53 an integer is not exactly the float.
        if self.0.fract() == 0.0 && self.0.abs() < 9e15 {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// Reads two to four values; `null` is the default, booleans are flags.
impl<'de> Deserialize<'de> for Syncpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Point;

        impl<'de> Visitor<'de> for Point {
            type Value = Syncpoint;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a syncpoint of 2 to 4 values: bar, seconds, offset, hide flag")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Syncpoint, A::Error> {
                use serde::de::Error;
                let short = |count| A::Error::invalid_length(count, &self);
                let bar: f64 = sequence.next_element()?.ok_or_else(|| short(0))?;
                let seconds: f64 = sequence.next_element()?.ok_or_else(|| short(1))?;
                let offset: Option<f64> = sequence.next_element::<Option<f64>>()?.flatten();
                let hide: Option<Flag> = sequence.next_element::<Option<Flag>>()?.flatten();
                if sequence.next_element::<serde::de::IgnoredAny>()?.is_some() {
                    return Err(short(5));
                }
                if bar.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&bar) {
                    return Err(A::Error::custom("the bar must be a whole number, 0 or more"));
                }
                Ok(Syncpoint {
                    bar: bar as u32,
                    seconds,
                    offset: offset.unwrap_or_default(),
                    hide_playhead: hide.is_some_and(|Flag(hide)| hide),
                })
            }
        }

        deserializer.deserialize_seq(Point)
    }
}

struct Flag(bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("0, 1, true or false")
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Flag, E> {
                Ok(Flag(number != 0))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Flag, E> {
                Ok(Flag(number != 0.0))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// `GET /recordings/{recording}/syncpoints/`: the syncpoints of a recording, as they were set.
///
/// A point that cannot be read is among those [passed over](List::passed_over). Of a type of your own that is a list, every
/// point must be readable, unless it is a [`List`], too.
///
/// Crops are not among them: the service shows their effect in
/// [`cropped_duration`](crate::recordings::Recording::cropped_duration) and nowhere else.
#[derive(Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get<T = List<Syncpoint>> {
    recording: RecordingId,
    output: PhantomData<fn() -> T>,
}

impl Get {
    /// Reads them as [`Syncpoint`]s.
    pub fn new(recording: RecordingId) -> Self {
        Self::of(recording)
    }
}

impl<T> Get<T> {
    /// Reads them as a type of your own.
    pub fn of(recording: RecordingId) -> Self {
        Self { recording, output: PhantomData }
    }
}

impl<T: DeserializeOwned> Endpoint for Get<T> {
    type Output = T;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.syncpoints.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("recordings/{recording}/syncpoints/", &[&self.recording])
    }

    fn read(response: Response<Bytes>) -> Result<T, DecodeError> {
        read_json(&response)
    }
}

/// `POST /recordings/{recording}/syncpoints/`: replaces all syncpoints of a recording, and its crop if one is given.
///
/// The first point must be the very start of bar 0, at whatever second; offsets are 0..=480, all numbers finite and not
/// negative. What breaks these rules is refused before it is sent, with the index of the point.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Set<'a, T: ?Sized = [Syncpoint]> {
    recording: RecordingId,
    points: &'a T,
    crop_start: Option<f64>,
    crop_end: Option<f64>,
}

impl<'a, T: Serialize + ?Sized> Set<'a, T> {
    /// Anything that serialises as an array of syncpoints. An empty array removes all.
    pub fn new(recording: RecordingId, points: &'a T) -> Self {
        Self { recording, points, crop_start: None, crop_end: None }
    }

    /// Playback begins at this second of the uncropped recording; 0 undoes an earlier crop. Not set, it stays.
    pub fn crop_start(mut self, seconds: f64) -> Self {
        self.crop_start = Some(seconds);
        self
    }

    /// Playback ends at this second of the uncropped recording; it is not shifted by the start. Not set, it stays.
    pub fn crop_end(mut self, seconds: f64) -> Self {
        self.crop_end = Some(seconds);
        self
    }
}

impl<T: Serialize + Sync + ?Sized> Endpoint for Set<'_, T> {
    type Output = RecordingId;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.syncpoints.set";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("recordings/{recording}/syncpoints/", &[&self.recording])?;
        let text = serde_json::to_string(self.points).map_err(|error| BuildError::Json(error.to_string()))?;
        check(&text)?;
        for (field, crop) in [("crop_start", self.crop_start), ("crop_end", self.crop_end)] {
            if crop.is_some_and(|crop| !crop.is_finite() || crop < 0.0) {
                return Err(BuildError::value(field, "must be a finite number of seconds, 0 or more"));
            }
        }
        if let (Some(start), Some(end)) = (self.crop_start, self.crop_end)
            && start >= end
        {
            return Err(BuildError::value(
                "crop_end",
                format!("must be after crop_start {start}, found {end}"),
            ));
        }
        let mut form = FormPairs::new();
        form.push("syncpoints", text);
        // A float with its decimal, as in the service's own examples.
        form.push_some("crop_start", self.crop_start.map(|crop| format!("{crop:?}")));
        form.push_some("crop_end", self.crop_end.map(|crop| format!("{crop:?}")));
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<RecordingId, DecodeError> {
        read_id(&response)
    }
}

/// The rules of the service for the text that is about to be sent, whatever type it came from.
fn check(text: &str) -> Result<(), BuildError> {
    let refuse =
        |index: usize, rule: &str| Err(BuildError::value("syncpoints", format!("point {index}: {rule}")));
    let points: Vec<Vec<Value>> = serde_json::from_str(text)
        .map_err(|_| BuildError::value("syncpoints", "must serialise as an array of arrays of numbers"))?;
    for (index, point) in points.iter().enumerate() {
        if !(2..=4).contains(&point.len()) {
            return refuse(index, "must have 2 to 4 values");
        }
        // A float that is not finite serialises as null.
        let Some(numbers) =
            point.iter().map(|value| value.as_number().and_then(Number::as_f64)).collect::<Option<Vec<_>>>()
        else {
            return refuse(index, "every value must be a finite number");
        };
        let (bar, seconds) = (numbers[0], numbers[1]);
        let offset = numbers.get(2).copied().unwrap_or_default();
        let hide = numbers.get(3).copied().unwrap_or_default();
        if bar.fract() != 0.0 || bar < 0.0 {
            return refuse(index, "the bar must be a whole number, 0 or more");
        }
        if seconds < 0.0 {
            return refuse(index, "the time must be 0 seconds or more");
        }
        if !(0.0..=BAR).contains(&offset) {
            return refuse(index, "the offset must be in 0..=480");
        }
        if hide != 0.0 && hide != 1.0 {
            return refuse(index, "the hide flag must be 0 or 1");
        }
        if index == 0 && (bar != 0.0 || offset != 0.0) {
            return refuse(index, "the first point must be the very start of bar 0");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(points: &[Syncpoint]) -> String {
        serde_json::to_string(points).unwrap()
    }

    #[test]
    fn the_shortest_form_is_written() {
        let points = [
            Syncpoint::bar(0, 0.0),
            Syncpoint::bar(4, 9.6),
            Syncpoint::bar(4, 11.25).at(240.0),
            Syncpoint::bar(8, 20.5).hidden(),
            Syncpoint::bar(9, 21.0).at(0.5),
        ];
        assert_eq!(written(&points), "[[0,0],[4,9.6],[4,11.25,240],[8,20.5,0,1],[9,21,0.5]]");
    }

    #[test]
    fn every_form_is_read() {
        let read = |text: &str| serde_json::from_str::<Syncpoint>(text).unwrap();
        assert_eq!(read("[0, 0]"), Syncpoint::bar(0, 0.0));
        assert_eq!(read("[0.0, 1.5, null, null]"), Syncpoint::bar(0, 1.5));
        assert_eq!(read("[4, 11.25, 240.0]"), Syncpoint::bar(4, 11.25).at(240.0));
        assert_eq!(read("[8, 20.5, 0, true]"), Syncpoint::bar(8, 20.5).hidden());
        assert_eq!(read("[8, 20.5, 0, 1.0]"), Syncpoint::bar(8, 20.5).hidden());
        assert_eq!(read("[8, 20.5, 0, 0.0]"), Syncpoint::bar(8, 20.5));
        for wrong in ["[]", "[0]", "[0,0,0,0,0]", "[0.5,0]", "[-1,0]", "{}", "[\"0\",0]"] {
            assert!(serde_json::from_str::<Syncpoint>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_the_service_would_refuse_is_not_sent() {
        let cases = [
            ("{}", "must serialise as an array of arrays of numbers"),
            ("[[0,0],[1]]", "point 1: must have 2 to 4 values"),
            ("[[0,0,0,0,0]]", "point 0: must have 2 to 4 values"),
            ("[[0,null]]", "point 0: every value must be a finite number"),
            ("[[0,0],[1.5,2]]", "point 1: the bar must be a whole number, 0 or more"),
            ("[[0,0],[-1,2]]", "point 1: the bar must be a whole number, 0 or more"),
            ("[[0,-0.5]]", "point 0: the time must be 0 seconds or more"),
            ("[[0,0],[1,2,480.5]]", "point 1: the offset must be in 0..=480"),
            ("[[0,0],[1,2,0,2]]", "point 1: the hide flag must be 0 or 1"),
            ("[[1,0]]", "point 0: the first point must be the very start of bar 0"),
            ("[[0,0,1]]", "point 0: the first point must be the very start of bar 0"),
        ];
        for (text, reason) in cases {
            assert_eq!(check(text), Err(BuildError::value("syncpoints", reason)), "{text}");
        }
        for text in ["[]", "[[0,3]]", "[[0,0,0,1]]", "[[0,0],[1,2,480]]", "[[0,5],[3,1]]"] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }
}
