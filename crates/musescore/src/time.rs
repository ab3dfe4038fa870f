//! When each measure sounds in the MP3 and MIDI files of a score.
//!
//! ```
//! # use segno_musescore::{Client, Error, ScoreId, time};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let times = client.send(&time::Get::new(ScoreId::new(7301))).await?;
//! println!("the first measure begins at {:?} ms", times.passes(0).collect::<Vec<_>>());
//! println!("after a minute measure {:?} sounds", times.measure_at(60_000.0));
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::List;
use segno_core::{Secret, endpoint};
use serde::Deserialize;

use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::ScoreId;
use crate::paths::{self, PathForm};

endpoint! {
    /// `GET /score/{id}/time.{ext}`: when each measure sounds.
    #[derive(PartialEq, Eq)]
    pub struct Get { path id: ScoreId }
    optional {
        /// The secret of a private score.
        query secret: Secret,
        /// The form of the path; [`PathForm::IdFirst`] unless set.
        field path_form: PathForm,
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.time.get",
    method: GET,
    path: "score/{id}/time",
    replay: Safe,
    write: |this, request| {
        paths::write(request, this.path_form, "score/time/{id}", this.id, this.format.as_ref())
    },
    response: Times,
    error: ApiError,
    read: |response| format::read_list(response).map(Times),
}

/// A measure begins to sound.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(expecting = "an event")]
#[non_exhaustive]
pub struct Event {
    /// The measure, from 0, as it is written: the `elid`, and the [`measure`](crate::space::MeasureBox::measure) of its box.
    #[serde(rename = "elid")]
    pub measure: u32,
    /// When it begins, in milliseconds from the start of the MP3 and MIDI files.
    #[serde(rename = "position")]
    pub position_ms: f64,
}

/// The events of a score as the service gives them, which is the order of playing. A measure inside a repeat comes more
/// than once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times(pub List<Event>);

/// A measure as it is played once.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Played {
    /// Its place in the order of playing, from 0.
    pub index: usize,
    /// The written measure, from 0.
    pub measure: u32,
    /// When it begins, in milliseconds.
    pub start_ms: f64,
    /// When the next one begins, in milliseconds; `None` for the last, whose end the service does not tell.
    pub end_ms: Option<f64>,
}

impl Times {
    /// The measures in the order in which they are played, each with its end: sorted by position, should the service not
    /// have done so.
    #[must_use]
    pub fn played(&self) -> Vec<Played> {
        let mut events = self.0.items.clone();
        events.sort_by(|one, other| one.position_ms.total_cmp(&other.position_ms));
        let ends = events.iter().skip(1).map(|next| Some(next.position_ms)).chain([None]);
        let played = events.iter().zip(ends).enumerate();
        played
            .map(|(index, (event, end_ms))| Played {
                index,
                measure: event.measure,
                start_ms: event.position_ms,
                end_ms,
            })
            .collect()
    }

    /// When a written measure begins, in milliseconds, once for each time it is played.
    pub fn passes(&self, measure: u32) -> impl Iterator<Item = f64> {
        self.0.iter().filter(move |event| event.measure == measure).map(|event| event.position_ms)
    }

    /// The written measure that sounds at a time in milliseconds; `None` before the first.
    #[must_use]
    pub fn measure_at(&self, time_ms: f64) -> Option<u32> {
        let begun = self.0.iter().filter(|event| event.position_ms <= time_ms);
        // Of several that begin at once, the last given is the one that sounds.
        begun.max_by(|one, other| one.position_ms.total_cmp(&other.position_ms)).map(|event| event.measure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(events: &[(u32, f64)]) -> Times {
        Times(events.iter().map(|&(measure, position_ms)| Event { measure, position_ms }).collect())
    }

    #[test]
    fn a_repeated_measure_is_played_twice() {
        let times = times(&[(0, 0.0), (1, 1600.5), (0, 3201.0)]);
        let played: Vec<_> =
            times.played().iter().map(|p| (p.index, p.measure, p.start_ms, p.end_ms)).collect();
        assert_eq!(played, [(0, 0, 0.0, Some(1600.5)), (1, 1, 1600.5, Some(3201.0)), (2, 0, 3201.0, None)]);
        assert_eq!(times.passes(0).collect::<Vec<_>>(), [0.0, 3201.0]);
        assert_eq!(times.passes(9).count(), 0);
    }

    #[test]
    fn what_sounds_when() {
        let times = times(&[(0, 10.0), (1, 1600.5), (0, 3201.0)]);
        for (time, measure) in [
            (9.9, None),
            (10.0, Some(0)),
            (1600.4, Some(0)),
            (1600.5, Some(1)),
            (1e9, Some(0)),
            (f64::NAN, None),
        ] {
            assert_eq!(times.measure_at(time), measure, "{time}");
        }
        assert_eq!(Times::default().measure_at(0.0), None);
    }

    #[test]
    fn events_out_of_order_are_put_in_order() {
        let times = times(&[(2, 30.0), (0, 10.0), (1, 20.0)]);
        assert_eq!(times.played().iter().map(|played| played.measure).collect::<Vec<_>>(), [0, 1, 2]);
    }
}
