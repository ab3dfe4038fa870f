//! Every map of `asap/` through every format and back, and how far a MIDI file drifts from it.
//!
//! What the files do not say is assumed: a beat is a quarter or, in a section of its own, a dotted quarter; a bar has the
//! beats that are annotated in it; and sections of eight bars are played twice (for the formats that name written bars).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use segno_syncpoint::formats::{
    alphatab, audacity, beats, lrc, musescore, name_of, smf, sonic, srt, timemap, vtt,
};
use segno_syncpoint::{
    BarGrid, Fraction, GridBar, Interpolation, Metre, Offset, Options, PlayedGrid, Position, SyncMap,
    Syncpoint, TimeGrid, wire,
};

use super::asap::Performance;
use super::{Section, read};

/// Ticks of a quarter in the MIDI files.
const DIVISION: u16 = 480;
/// A tempo is rounded by half a microsecond a quarter at most; the rest is room for the last bits of seconds.
const HALF_MICROSECOND: f64 = 0.500_001e-6;

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    let Some(downbeats) = read::lines::<Performance>(&folder.join("asap/downbeats.jsonl"))? else {
        return Ok(None);
    };
    let mut sections: Vec<Section> = TRIPS.iter().map(|(name, _)| Section::new(*name)).collect();
    for performance in &downbeats {
        let made = Source::new(performance);
        for ((_, trip), section) in TRIPS.iter().zip(&mut sections) {
            section.case(&performance.id, made.as_ref().map_err(Clone::clone).and_then(trip));
        }
    }
    let beats = read::lines::<Performance>(&folder.join("asap/beats.jsonl"))?;
    let beats: BTreeMap<&str, &Performance> =
        beats.iter().flatten().map(|performance| (performance.id.as_str(), performance)).collect();
    sections.extend(midi(&downbeats, &beats));
    Ok(Some(sections))
}

/// A map with what the formats need beside it.
struct Source {
    map: SyncMap,
    /// The written bar of each played bar.
    order: Vec<usize>,
    grid: PlayedGrid,
    ids: Vec<String>,
}

impl Source {
    fn new(performance: &Performance) -> Result<Self, String> {
        let map = SyncMap::new(performance.points()).map_err(|fault| fault.to_string())?;
        let bars = map.points().len() - 1;
        let order: Vec<usize> = (0..bars).map(|bar| bar / 16 * 8 + bar % 8).collect();
        let written = order.iter().max().map_or(0, |last| last + 1);
        let grid = BarGrid::uniform(written, 4, 4).ok_or("no grid")?;
        let grid = grid.play(&order).map_err(|fault| fault.to_string())?;
        let ids = (0..written).map(|bar| format!("m{bar}")).collect();
        Ok(Self { map, order, grid, ids })
    }

    fn same(&self, points: &[Syncpoint]) -> Result<(), String> {
        same(points, self.map.points())
    }
}

fn same(found: &[Syncpoint], expected: &[Syncpoint]) -> Result<(), String> {
    match found.iter().zip(expected).position(|(found, expected)| found != expected) {
        Some(index) => Err(format!("point {index} came back as {:?}", found.get(index))),
        None if found.len() != expected.len() => {
            Err(format!("{} points came back as {}", expected.len(), found.len()))
        }
        None => Ok(()),
    }
}

fn text<T>(result: Result<T, impl ToString>) -> Result<T, String> {
    result.map_err(|fault| fault.to_string())
}

type Trip = fn(&Source) -> Result<(), String>;

/// To the format's text and back: the points must be the same, to the last bit where the format has no coarser unit.
const TRIPS: [(&str, Trip); 11] = [
    ("formats/soundslice", |source| source.same(&text(wire::read(&wire::write(source.map.points())))?)),
    ("formats/audacity", |source| {
        let labels = text(audacity::read(&audacity::write(&audacity::from_points(source.map.points()))))?;
        source.same(&audacity::to_points(&labels))
    }),
    ("formats/sonic-instants", |source| sonic_layer(source, false)),
    ("formats/sonic-values", |source| sonic_layer(source, true)),
    ("formats/alphatab", |source| {
        let flat = text(alphatab::from_points(source.map.points(), &source.order))?;
        let flat = text(alphatab::read(&alphatab::write(&flat)))?;
        source.same(&text(alphatab::to_points(&flat, &source.order))?)
    }),
    ("formats/musescore", |source| {
        let events =
            text(musescore::read(&musescore::write(&musescore::from_map(&source.map, &source.order))))?;
        if musescore::order(&events) != source.order {
            return Err("the played order is another".to_owned());
        }
        // The events have no end: the recording gives it.
        source.same(&musescore::to_points(&events, musescore::End::Recording(source.map.last().time)))
    }),
    ("formats/beats", |source| {
        let list = text(beats::read(&beats::write(&beats::from_map(&source.map, None))))?;
        source.same(&beats::bar_lines(&list))
    }),
    ("formats/timemap", |source| {
        let entries = timemap::from_map(&source.map, &source.grid, |bar| Some(format!("m{bar}")));
        let entries = text(timemap::read(&timemap::write(&entries)))?;
        let points = text(timemap::to_points(&entries, &source.grid))?;
        // The end of the piece begins no measure.
        same(&points, source.map.points().split_last().map_or(&[], |(_, points)| points))
    }),
    ("formats/mei-when", |source| {
        let ids: Vec<&str> = source.ids.iter().map(String::as_str).collect();
        let values = timemap::when_values(&source.map, &ids, &source.order);
        let points = timemap::when_points(&values, &ids, &source.order);
        same(&points, source.map.points().split_last().map_or(&[], |(_, points)| points))
    }),
    ("formats/lrc", |source| {
        let map = milliseconds(&source.map)?;
        let lyrics = text(lrc::read(&lrc::write(&lrc::from_points(map.points(), name_of))))?;
        same(&lrc::to_points(&lyrics), map.points())
    }),
    ("formats/srt-vtt", |source| {
        let map = milliseconds(&source.map)?;
        // The last point is the end of the last cue, and no cue of its own.
        let shown = map.points().split_last().map_or(&[][..], |(_, points)| points);
        for cues in [
            text(srt::read(&srt::write(&srt::from_points(map.points(), name_of))))?,
            text(vtt::read(&vtt::write(&vtt::from_points(map.points(), name_of))))?,
        ] {
            same(srt::to_points(&cues).get(..shown.len()).unwrap_or_default(), shown)?;
            if cues.last().is_none_or(|cue| cue.end != map.last().time) {
                return Err("the end came back as another".to_owned());
            }
        }
        Ok(())
    }),
];

fn sonic_layer(source: &Source, values: bool) -> Result<(), String> {
    let layout = sonic::Layout { values, sample_rate: None };
    let rows = text(sonic::read(&sonic::write(&sonic::from_points(source.map.points()), layout), layout))?;
    source.same(&sonic::to_points(&rows))
}

/// Lyrics and subtitles hold whole milliseconds.
fn milliseconds(map: &SyncMap) -> Result<SyncMap, String> {
    text(map.with_times_rounded(TimeGrid::Milliseconds)).map(|(map, _)| map)
}

/// Tempo maps at two resolutions: of the bar lines alone, and of all annotated beats.
fn midi(downbeats: &[Performance], beats: &BTreeMap<&str, &Performance>) -> Vec<Section> {
    let mut sections = Vec::new();
    for (name, every_beat, unit) in [
        ("formats/smf-bars", false, Beat::QUARTER),
        ("formats/smf-beats", true, Beat::QUARTER),
        ("formats/smf-dotted-beats", true, Beat::DOTTED),
    ] {
        let mut section = Section::new(name);
        let (mut drift, mut naive, mut events, mut assumed, mut refused) = (0.0_f64, 0.0_f64, 0, 0, 0);
        for performance in downbeats {
            let known = beats.get(performance.id.as_str());
            assumed += usize::from(known.is_none());
            let result = Metred::new(performance, known.map(|beats| beats.t.as_slice()), every_beat, unit)
                .and_then(|metred| metred.drift())
                .map(|found| match found {
                    Some(found) => {
                        drift = drift.max(found.drift);
                        naive = naive.max(found.naive);
                        events += found.events;
                    }
                    None => refused += 1,
                });
            section.case(&performance.id, result);
        }
        section.figure("rightly_refused_as_too_slow", refused);
        let microseconds = |seconds: f64| (seconds * 1e9).round() / 1e3;
        section.figure("worst_drift_us", microseconds(drift));
        section.figure("worst_drift_of_naive_rounding_us", microseconds(naive));
        section.figure("tempo_events", events);
        section.figure("maps_with_assumed_metre", assumed);
        sections.push(section);
    }
    sections
}

/// How long a beat is taken to be.
#[derive(Clone, Copy)]
struct Beat {
    /// In units.
    length: u32,
    /// A whole note over this.
    unit: u32,
}

impl Beat {
    const QUARTER: Self = Self { length: 1, unit: 4 };
    const DOTTED: Self = Self { length: 3, unit: 8 };

    fn quarters(self) -> f64 {
        4.0 * f64::from(self.length) / f64::from(self.unit)
    }
}

/// A map with the lengths of its bars.
struct Metred {
    map: SyncMap,
    grid: PlayedGrid,
    /// No tempo lasts longer, in quarters.
    longest: f64,
}

struct Drift {
    drift: f64,
    naive: f64,
    events: usize,
}

impl Metred {
    /// Each bar has as many beats as are annotated from its downbeat to the next; four if none are known.
    fn new(
        performance: &Performance,
        beats: Option<&[f64]>,
        every_beat: bool,
        unit: Beat,
    ) -> Result<Self, String> {
        let (mut bars, mut points, mut longest) = (Vec::new(), Vec::new(), 0_u32);
        for (pair, bar) in performance.t.windows(2).zip(0_u32..) {
            let &[from, to] = pair else { continue };
            let inside: Vec<f64> = beats.map_or_else(
                || vec![from],
                |beats| beats.iter().copied().filter(|beat| *beat >= from && *beat < to).collect(),
            );
            let count = if beats.is_none() { 4 } else { u32::try_from(inside.len()).unwrap_or(0) };
            let length = Fraction::new(count * unit.length, unit.unit);
            let length = length.ok_or_else(|| format!("bar {bar} has no beats"))?;
            let metre = Metre::simple(count * unit.length, unit.unit);
            bars.push(GridBar { nominal: length, actual: length, metre, implicit: false });
            longest = longest.max(count);
            let shown = if every_beat { &inside[..] } else { &[from] };
            for (time, beat) in shown.iter().zip(0_u32..) {
                let offset = text(Offset::float(480.0 * f64::from(beat) / f64::from(count)))?;
                points.push(Syncpoint::new(text(Position::new(bar, offset))?, *time));
            }
        }
        let end = u32::try_from(bars.len()).map_err(|fault| fault.to_string())?;
        points.extend(performance.t.last().map(|time| Syncpoint::bar_line(end, *time)));
        let longest = if every_beat && beats.is_some() { 1.0 } else { f64::from(longest) };
        let longest = longest * unit.quarters();
        let grid = text(BarGrid { bars }.play_straight())?;
        Ok(Self { map: text(SyncMap::new(points))?, grid, longest })
    }

    /// `None` if MIDI cannot hold the map, and the refusal is right.
    fn drift(&self) -> Result<Option<Drift>, String> {
        let tempo = match smf::from_map(&self.map, &self.grid, DIVISION, smf::Resolution::Points) {
            Ok(tempo) => tempo,
            Err(smf::SmfError::TooSlow { .. }) if self.slowest()? > f64::from(smf::SLOWEST) / 1e6 => {
                return Ok(None);
            }
            Err(fault) => return Err(fault.to_string()),
        };
        // A tempo that goes on is one event, over bars of any length: between events quarters are even, not bars.
        let interpolation = Interpolation::PerQuarter(Arc::new(self.grid.clone()));
        let back = text(smf::to_points(&tempo, &self.grid))?;
        let back = text(SyncMap::with(back, Options { interpolation, ..Options::default() }))?;
        let (mut worst, mut naive, mut naive_time) = (0.0_f64, 0.0_f64, self.map.first().time);
        let mut before: Option<(f64, f64)> = None;
        for point in self.map.points() {
            let quarters = self.grid.quarters_before(point.position.bars()).ok_or("outside the grid")?;
            // What a player makes of the file, at the tick of the point; and the way back through the points.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let tick = (quarters * f64::from(DIVISION)).round() as u64;
            worst = worst.max((tempo.time_at(tick) - point.time).abs());
            worst = worst.max((text(back.time_of(point.position))? - point.time).abs());
            if let Some((earlier, time)) = before {
                // Each tempo rounded by itself, as exporters usually do.
                let length = quarters - earlier;
                naive_time += ((point.time - time) * 1e6 / length).round() * length / 1e6;
                naive = naive.max((naive_time - point.time).abs());
            }
            before = Some((quarters, point.time));
        }
        if worst > HALF_MICROSECOND * self.longest {
            return Err(format!("the file is {worst} s off"));
        }
        Ok(Some(Drift { drift: worst, naive, events: tempo.events.len() }))
    }

    /// The most seconds that a quarter lasts between two points.
    fn slowest(&self) -> Result<f64, String> {
        let mut slowest = 0.0_f64;
        for pair in self.map.points().windows(2) {
            let [from, to] = pair else { continue };
            let quarters = |point: &Syncpoint| self.grid.quarters_before(point.position.bars());
            let length = quarters(to).zip(quarters(from)).map(|(to, from)| to - from);
            slowest = slowest.max((to.time - from.time) / length.ok_or("outside the grid")?);
        }
        Ok(slowest)
    }
}
