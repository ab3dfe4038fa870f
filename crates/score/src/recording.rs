//! The recording that a score file is tied to, and when its bars sound in it.

use std::collections::HashMap;

use segno_syncpoint::{MapError, Playthrough, Position, SyncMap, Syncpoint};

use crate::score::Score;

/// A recording that the score file is tied to: the audio track of Guitar Pro 8, or the sync points of alphaTex.
///
/// [`Score::recording_map`] gives it as a [`SyncMap`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Recording {
    /// The audio file: its name in the archive, or on the disk of whoever wrote the score. May be empty.
    pub file: String,
    /// The program that wrote the file plays the recording.
    pub enabled: bool,
    /// Where the score meets the recording, in the file's order.
    pub points: Vec<RecordingPoint>,
}

/// A place of the score and when it sounds in the recording.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecordingPoint {
    /// The written bar, zero-based.
    pub bar: usize,
    /// How often the bar was played before.
    pub occurrence: u32,
    /// The share of the bar that has passed, 0.0..=1.0.
    pub share: f64,
    /// Seconds from the start of the recording.
    pub seconds: f64,
}

impl RecordingPoint {
    /// A point in a written bar (zero-based) that was played `occurrence` times before.
    #[must_use]
    pub const fn new(bar: usize, occurrence: u32, share: f64, seconds: f64) -> Self {
        Self { bar, occurrence, share, seconds }
    }
}

impl Score {
    /// The recording's times as a map of the bars as `play` plays them; `None` if the file names no recording, or fewer than
    /// two of its points fit.
    ///
    /// Points in bars that `play` does not reach are left out, and so are those that go back in time. Between two points time
    /// goes as the tempo marks of the score say, stretched to fit: where these change the pace, further points stand in the map.
    /// Behind the last point it goes on as between the last two, up to the end of the piece, as the programs play on.
    ///
    /// # Errors
    /// [`MapError`] if the points make no map.
    pub fn recording_map(&self, play: &Playthrough) -> Option<Result<SyncMap, MapError>> {
        let recording = self.recording.as_ref()?;
        let order: Vec<usize> = play.order().collect();
        let mut places: Vec<(f64, f64)> = Vec::new();
        let played = PlayedBars::new(order.iter().copied());
        for point in &recording.points {
            if let Some(bar) = played.get(point.bar, point.occurrence)
                && (0.0..=1.0).contains(&point.share)
                && point.seconds.is_finite()
            {
                places.push((bar as f64 + point.share, point.seconds));
            }
        }
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut rising: Vec<(f64, f64)> = Vec::new();
        for place in places {
            if rising.last().is_none_or(|last| place.0 > last.0 && place.1 > last.1) {
                rising.push(place);
            }
        }
        if rising.len() < 2 {
            return None;
        }
        let end = order.len() as f64;
        let knots = self.paces(&order, rising.first()?.0, end);
        if let &[.., before, last] = rising.as_slice() {
            let paced = at(&knots, last.0) - at(&knots, before.0);
            let seconds = last.1 + (at(&knots, end) - at(&knots, last.0)) / paced * (last.1 - before.1);
            if seconds.is_finite() && seconds > last.1 {
                rising.push((end, seconds));
            }
        }
        Some(SyncMap::new(stretched(&rising, &knots)))
    }

    /// Where the pace of the score changes between two places of the playthrough: (bars, seconds by the tempo marks), with
    /// both ends.
    fn paces(&self, order: &[usize], from: f64, to: f64) -> Vec<(f64, f64)> {
        let segments = self.tempo_segments();
        let mut knots: Vec<(f64, f64)> = Vec::new();
        let mut now = 0.0;
        for (played, &written) in order.iter().enumerate() {
            let length = self.grid.bars.get(written).map_or(0.0, |bar| bar.actual.quarters());
            for segment in segments.get(written).into_iter().flatten() {
                let share = if length > 0.0 { segment.offset.quarters() / length } else { 0.0 };
                knots.push((played as f64 + share.min(1.0), now));
                now += segment.seconds;
            }
        }
        knots.push((order.len() as f64, now));
        // A knot between two others on one line changes nothing.
        let mut corners: Vec<(f64, f64)> = Vec::new();
        for (index, &knot) in knots.iter().enumerate() {
            let straight = corners.last().zip(knots.get(index + 1)).is_some_and(|(before, after)| {
                let expected = before.1 + (after.1 - before.1) * (knot.0 - before.0) / (after.0 - before.0);
                (expected - knot.1).abs() < 1e-9
            });
            if !straight {
                corners.push(knot);
            }
        }
        let mut between: Vec<(f64, f64)> = vec![(from, at(&corners, from))];
        between.extend(corners.iter().copied().filter(|knot| knot.0 > from && knot.0 < to));
        between.push((to, at(&corners, to)));
        between
    }
}

/// The points of a map: the recording's, and between them the corners of the score's own time.
fn stretched(points: &[(f64, f64)], knots: &[(f64, f64)]) -> Vec<Syncpoint> {
    let mut map = Vec::new();
    for pair in points.windows(2) {
        let &[(from, start), (to, end)] = pair else { continue };
        map.extend(Position::from_bars(from).ok().map(|place| Syncpoint::new(place, start)));
        let (first, last) = (at(knots, from), at(knots, to));
        let inner = knots.partition_point(|knot| knot.0 <= from)..knots.partition_point(|knot| knot.0 < to);
        for &(bars, seconds) in knots.get(inner).unwrap_or_default() {
            // NaN where no time passes between the two, and then there is no corner.
            let time = start + (end - start) * (seconds - first) / (last - first);
            if time > start && time < end {
                map.extend(Position::from_bars(bars).ok().map(|place| Syncpoint::new(place, time)));
            }
        }
    }
    if let Some(&(bars, seconds)) = points.last() {
        map.extend(Position::from_bars(bars).ok().map(|place| Syncpoint::new(place, seconds)));
    }
    map
}

/// The seconds at a place on a polyline that rises in both directions.
fn at(knots: &[(f64, f64)], bars: f64) -> f64 {
    let next = knots.partition_point(|knot| knot.0 < bars);
    let right = knots.get(next).or(knots.last()).copied().unwrap_or((0.0, 0.0));
    let left = next.checked_sub(1).and_then(|left| knots.get(left)).copied().unwrap_or(right);
    if right.0 <= left.0 {
        right.1
    } else {
        left.1 + (right.1 - left.1) * (bars - left.0) / (right.0 - left.0)
    }
}

/// Where among the played bars each written one stands.
pub(crate) struct PlayedBars(HashMap<usize, Vec<usize>>);

impl PlayedBars {
    pub(crate) fn new(order: impl Iterator<Item = usize>) -> Self {
        let mut bars: HashMap<usize, Vec<usize>> = HashMap::new();
        for (played, written) in order.enumerate() {
            bars.entry(written).or_default().push(played);
        }
        Self(bars)
    }

    /// The played bar of a written one that was played so often before.
    pub(crate) fn get(&self, written: usize, occurrence: u32) -> Option<usize> {
        self.0.get(&written)?.get(usize::try_from(occurrence).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{at, stretched};

    /// Two seconds a bar, and from the second bar line on one.
    const KNOTS: [(f64, f64); 3] = [(0.0, 0.0), (2.0, 4.0), (4.0, 6.0)];

    #[test]
    fn seconds_by_the_tempo_marks() {
        for (bars, seconds) in
            [(-1.0, 0.0), (0.0, 0.0), (0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (4.0, 6.0), (9.0, 6.0)]
        {
            assert_eq!(at(&KNOTS, bars), seconds, "{bars}");
        }
        assert_eq!((at(&KNOTS[1..], 0.0), at(&[], 3.0)), (4.0, 0.0));
    }

    fn map(points: &[(f64, f64)], knots: &[(f64, f64)]) -> Vec<(f64, f64)> {
        stretched(points, knots).iter().map(|point| (point.position.bars(), point.time)).collect()
    }

    #[test]
    fn corners_between_points() {
        // Twice as slow as marked: the corner comes after two thirds of the time.
        assert_eq!(map(&[(0.0, 10.0), (4.0, 22.0)], &KNOTS), [(0.0, 10.0), (2.0, 18.0), (4.0, 22.0)]);
        // From the second bar to the fourth three seconds are marked, of which two are before the corner.
        assert_eq!(map(&[(1.0, 10.0), (3.0, 16.0)], &KNOTS), [(1.0, 10.0), (2.0, 14.0), (3.0, 16.0)]);
        // Between the other points stands no corner, nor where a point stands already.
        let points = [(0.0, 0.0), (1.0, 1.0), (2.0, 2.5), (3.0, 4.0), (4.0, 7.0)];
        assert_eq!(map(&points, &KNOTS), points);
        // Several corners, each on its own line.
        let knots = [(0.0, 0.0), (1.0, 1.0), (2.0, 3.0), (3.0, 4.0)];
        assert_eq!(map(&[(0.0, 0.0), (3.0, 8.0)], &knots), [(0.0, 0.0), (1.0, 2.0), (2.0, 6.0), (3.0, 8.0)]);
        assert_eq!(
            map(&[(0.5, 0.0), (1.5, 3.0), (2.5, 6.0)], &knots),
            [(0.5, 0.0), (1.0, 1.0), (1.5, 3.0), (2.0, 5.0), (2.5, 6.0)]
        );
        // Where the marks let no time pass nothing is known of what lies between.
        let still = [(0.0, 2.0), (1.0, 2.0), (2.0, 2.0)];
        assert_eq!(map(&[(0.0, 0.0), (2.0, 3.0)], &still), [(0.0, 0.0), (2.0, 3.0)]);
        assert_eq!((map(&[(1.0, 5.0)], &KNOTS), map(&[], &KNOTS)), (vec![(1.0, 5.0)], vec![]));
    }
}
