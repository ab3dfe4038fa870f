//! `asap/*.jsonl`: maps of real performances, one a line, and how few points they need.

use std::path::Path;
use std::time::{Duration, Instant};

use segno_syncpoint::Syncpoint;
use segno_syncpoint::simplify::{Rules, minimum, minimum_count};
use serde::Deserialize;
use serde_json::json;

use super::{Section, read, rivals};

/// The times of the downbeats or beats of one performance, in seconds.
#[derive(Debug, Deserialize)]
pub(crate) struct Performance {
    pub(crate) id: String,
    pub(crate) t: Vec<f64>,
}

impl Performance {
    /// A point on each bar line; of beats, as if each were a bar.
    pub(crate) fn points(&self) -> Vec<Syncpoint> {
        self.t.iter().zip(0..).map(|(time, bar)| Syncpoint::bar_line(bar, *time)).collect()
    }

    /// Played bars (or beats), counted from 0.
    pub(crate) fn positions(&self) -> Vec<f64> {
        (0_u32..).take(self.t.len()).map(f64::from).collect()
    }
}

const TOLERANCES_MS: [u32; 6] = [10, 20, 30, 50, 100, 200];

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    let mut sections = Vec::new();
    // Moving points of dense maps within wide tolerances takes long, so of beats it is measured once.
    let parts: [(&str, &str, &[u32]); 2] = [
        ("asap/downbeats", "asap/downbeats.jsonl", &TOLERANCES_MS),
        ("asap/beats", "asap/beats.jsonl", &[50]),
    ];
    for (name, file, moving) in parts {
        if let Some(performances) = read::lines::<Performance>(&folder.join(file))? {
            sections.push(measure(name, &performances, moving));
        }
    }
    Ok((!sections.is_empty()).then_some(sections))
}

/// Every map is one case: it must be simplified at every tolerance, at some of them both ways, and stay within it.
fn measure(name: &str, performances: &[Performance], moving: &[u32]) -> Section {
    let mut section = Section::new(name);
    let mut totals = [Totals::default(); TOLERANCES_MS.len()];
    for performance in performances {
        let x = performance.positions();
        let result = TOLERANCES_MS.iter().zip(&mut totals).try_for_each(|(ms, totals)| {
            totals.add(&x, &performance.t, f64::from(*ms) / 1e3, moving.contains(ms))
        });
        section.case(&performance.id, result);
    }
    section.figure("points", performances.iter().map(|performance| performance.t.len()).sum::<usize>());
    for (ms, totals) in TOLERANCES_MS.iter().zip(&totals) {
        section.figure(&format!("at_{ms:03}_ms"), totals.figures());
    }
    section
}

#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    points: usize,
    kept: usize,
    moved: usize,
    douglas_peucker: usize,
    greedy: usize,
    count_time: Duration,
    keep_time: Duration,
    move_time: Duration,
    douglas_peucker_time: Duration,
    greedy_time: Duration,
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = work();
    *total += begun.elapsed();
    result
}

impl Totals {
    fn add(&mut self, x: &[f64], t: &[f64], tolerance: f64, moving: bool) -> Result<(), String> {
        let count = timed(&mut self.count_time, || minimum_count(x, t, tolerance, &[]));
        let count = count.map_err(|fault| fault.to_string())?;
        let kept = timed(&mut self.keep_time, || minimum(x, t, tolerance, &Rules::KEEP));
        let kept = kept.map_err(|fault| fault.to_string())?;
        let moved = moving.then(|| timed(&mut self.move_time, || minimum(x, t, tolerance, &Rules::MOVE)));
        let moved = moved.transpose().map_err(|fault| fault.to_string())?;
        self.points += x.len();
        self.kept += kept.points.len();
        let moved_points = moved.as_ref().map_or(0, |moved| moved.points.len());
        self.moved += moved_points;
        self.douglas_peucker +=
            timed(&mut self.douglas_peucker_time, || rivals::douglas_peucker(x, t, tolerance)).len();
        self.greedy += timed(&mut self.greedy_time, || rivals::greedy(x, t, tolerance)).len();
        if kept.points.len() != count || moved_points > count {
            return Err(format!("{} kept, {moved_points} moved, {count} counted", kept.points.len()));
        }
        for (simplified, how) in [(Some(&kept), "kept"), (moved.as_ref(), "moved")] {
            let Some(simplified) = simplified else { continue };
            let worst = distance(x, t, simplified.points.iter().map(|point| (x[point.index], point.time)));
            if worst > tolerance + 1e-9 || (worst - simplified.max_error).abs() > 1e-9 {
                return Err(format!("{how} points are {worst} s off, not {} s", simplified.max_error));
            }
        }
        Ok(())
    }

    #[allow(clippy::cast_precision_loss)]
    fn figures(&self) -> serde_json::Value {
        let share = |count: usize| (1e4 * count as f64 / self.points as f64).round() / 100.0;
        let more = |count: usize| (1e4 * (count as f64 / self.kept as f64 - 1.0)).round() / 100.0;
        let ms = |time: Duration| (time.as_secs_f64() * 1e5).round() / 100.0;
        let measured = |value: f64| (self.moved > 0).then_some(value);
        json!({
            "kept_percent": share(self.kept),
            "moved_percent": measured(share(self.moved)),
            "douglas_peucker_more_percent": more(self.douglas_peucker),
            "greedy_more_percent": more(self.greedy),
            "count_ms": ms(self.count_time),
            "keep_ms": ms(self.keep_time),
            "move_ms": measured(ms(self.move_time)),
            "douglas_peucker_ms": ms(self.douglas_peucker_time),
            "greedy_ms": ms(self.greedy_time),
        })
    }
}

/// The largest distance in time of the points from the line through `chain`.
fn distance(x: &[f64], t: &[f64], chain: impl Iterator<Item = (f64, f64)>) -> f64 {
    let mut chain = chain.peekable();
    let (mut worst, mut segment) = (0.0_f64, chain.next());
    for (&x, &t) in x.iter().zip(t) {
        while chain.peek().is_some_and(|next| next.0 <= x) {
            segment = chain.next();
        }
        let Some(start) = segment else { return f64::INFINITY };
        let line = chain
            .peek()
            .map_or(start.1, |end| start.1 + (end.1 - start.1) * (x - start.0) / (end.0 - start.0));
        worst = worst.max((line - t).abs());
    }
    worst
}
