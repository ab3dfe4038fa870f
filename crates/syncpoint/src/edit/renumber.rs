//! Bars put into the score or taken out of it.

use alloc::vec::Vec;

use super::{EditError, above_zero};
use crate::map::{Options, SyncMap};
use crate::point::Syncpoint;
use crate::position::Position;

impl SyncMap {
    /// The map after `count` bars were put in before bar `at`, the recording being as it was: the new bars share the time
    /// between the points around them. A point on the bar line `at` moves with the bar after it, except on the first bar line,
    /// which must have a point: that point stays, and the old first bar finds its place like the new ones.
    /// [`Options::bar_count`] grows. Cost: O(points).
    ///
    /// # Errors
    /// If bar numbers grow too large.
    pub fn with_bars_inserted(&self, at: u32, count: u32) -> Result<Self, EditError> {
        let mut points = Vec::with_capacity(self.points().len());
        for point in self.points() {
            let stays = point.position < Position::bar_line(at) || point.position == Position::START;
            let position = if stays { point.position } else { moved(point.position, i64::from(count))? };
            points.push(Syncpoint { position, ..*point });
        }
        self.renumbered(points, i64::from(count))
    }

    /// The map after `count` bars that last `seconds` were put in before bar `at`, in score and recording. Points mark both ends
    /// of what is new; everything after is later. Cost: O(points).
    ///
    /// # Errors
    /// If `at` is outside the map, the time is not above 0 or bar numbers grow too large.
    pub fn with_bars_recorded(&self, at: u32, count: u32, seconds: f64) -> Result<Self, EditError> {
        above_zero(seconds, "the time of the new bars")?;
        let line = Position::bar_line(at);
        let with_line = self.with_point_at(line)?;
        let mut points = Vec::with_capacity(with_line.points().len() + 1);
        for point in with_line.points() {
            if point.position <= line {
                points.push(*point);
            }
            if point.position >= line {
                let position = moved(point.position, i64::from(count))?;
                points.push(Syncpoint { position, time: point.time + seconds, ..*point });
            }
        }
        self.renumbered(points, i64::from(count))
    }

    /// The map after `count` bars from bar `at` were taken out, the recording being as it was: their time goes to the segment
    /// around them. Of two points that come to lie on one place the later one goes. The bars after the cut are hidden or shown
    /// as they were, if need be by a point more, on its own line, at the cut. Cost: O(points).
    ///
    /// # Errors
    /// If nothing is left.
    pub fn with_bars_deleted(&self, at: u32, count: u32) -> Result<Self, EditError> {
        let count = self.inside(at, count);
        let (from, to) = (Position::bar_line(at), Position::bar_line(at.saturating_add(count)));
        let mut points: Vec<Syncpoint> = Vec::with_capacity(self.points().len() + 1);
        let mut hide = false;
        for point in self.points() {
            if point.position <= to {
                hide = point.hide;
            }
            if point.position <= from {
                points.push(*point);
            } else if point.position >= to {
                let position = moved(point.position, -i64::from(count))?;
                // What a point within the deleted bars changed.
                if let Some(before) = points.last_mut().filter(|before| before.hide != hide) {
                    if before.position == from {
                        before.hide = hide;
                    } else if position > from {
                        let (start, end) = (before.position.bars(), position.bars());
                        let share = (from.bars() - start) / (end - start);
                        let time = before.time + share * (point.time - before.time);
                        if time > before.time && time < point.time {
                            points.push(Syncpoint { position: from, time, hide });
                        }
                    }
                }
                match points.last_mut() {
                    Some(before) if before.position == position => before.hide = point.hide,
                    _ => points.push(Syncpoint { position, ..*point }),
                }
                hide = point.hide;
            }
        }
        self.renumbered(points, -i64::from(count))
    }

    /// The map after `count` bars from bar `at` were taken out of score and recording: everything after is earlier by as long as
    /// they lasted. A point marks the cut. Cost: O(points).
    ///
    /// # Errors
    /// If the bars are not all inside the map.
    pub fn with_bars_cut(&self, at: u32, count: u32) -> Result<Self, EditError> {
        let count = self.inside(at, count);
        let (from, to) = (Position::bar_line(at), Position::bar_line(at.saturating_add(count)));
        let (start, end) = (self.time_of(from)?, self.time_of(to)?);
        let lines = self.with_point_at(from)?.with_point_at(to)?;
        let mut points: Vec<Syncpoint> = Vec::with_capacity(lines.points().len());
        for point in lines.points() {
            if point.position < from || point.position == Position::START {
                points.push(*point);
            }
            if point.position >= to {
                let position = moved(point.position, -i64::from(count))?;
                let cut = Syncpoint { position, time: point.time - (end - start), ..*point };
                match points.last_mut() {
                    Some(before) if before.position == position => before.hide = point.hide,
                    _ => points.push(cut),
                }
            }
        }
        self.renumbered(points, -i64::from(count))
    }

    /// How many of `count` bars from `at` on there are.
    fn inside(&self, at: u32, count: u32) -> u32 {
        let bars = self.options().bar_count.unwrap_or(Position::MAX_BAR + 1);
        count.min(bars.saturating_sub(at))
    }

    fn renumbered(&self, points: Vec<Syncpoint>, by: i64) -> Result<Self, EditError> {
        let options = self.options();
        let most = i64::from(u32::MAX);
        let bar_count =
            options.bar_count.map(|count| (i64::from(count).saturating_add(by)).clamp(0, most) as u32);
        // A grid of the old bars would be wrong for the new ones.
        let interpolation = crate::Interpolation::PerBar;
        Ok(Self::with(points, Options { bar_count, interpolation, ..options.clone() })?)
    }
}

fn moved(position: Position, bars: i64) -> Result<Position, EditError> {
    let bar = u32::try_from(i64::from(position.bar()) + bars)
        .map_err(|_| EditError::BadNumber { what: "a bar" })?;
    Position::new(bar, position.offset()).map_err(|_| EditError::BadNumber { what: "a bar" })
}
