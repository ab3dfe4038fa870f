//! `segno points`: lists of syncpoints in files.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use segno_syncpoint::edit::Affine;
use segno_syncpoint::repair::{Duplicates, Repair};
use segno_syncpoint::simplify::Rules as Simplify;
use segno_syncpoint::validate::{self, Context};
use segno_syncpoint::{SyncMap, Syncpoint, wire};

use crate::arguments::Into_;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::output::{Output, Record};
use crate::score::{Piece, Rules};
use crate::session::Session;

pub(crate) mod format;

pub(crate) use format::Format;
use format::Source;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What is wrong with a list of points, and what would put it right
    Check(Check),
    /// A valid list with the least change
    Repair(RepairPoints),
    /// The fewest points that keep every bar line within a tolerance
    Simplify(SimplifyPoints),
    /// All points later or earlier, and stretched
    Shift(Shift),
    /// The shift and stretch that brings a list nearest to another of the same score
    Fit(Fit),
    /// The same points in another format
    Convert(Convert),
}

/// A list of points.
#[derive(Args, Clone, Debug)]
pub(crate) struct Points {
    /// The list of points
    file: PathBuf,
    /// Its format; found out by name and content if not given
    #[arg(long, value_name = "FORMAT")]
    from: Option<Format>,
    /// The score, for formats that count written bars or quarters
    #[arg(long, value_name = "FILE")]
    score: Option<PathBuf>,
    #[command(flatten)]
    rules: Rules,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    points: Points,
    /// The length of the recording in seconds
    #[arg(long, value_name = "SECONDS")]
    duration: Option<f64>,
    /// Where playing begins, in seconds
    #[arg(long, value_name = "SECONDS")]
    crop_start: Option<f64>,
    /// Where playing ends, in seconds
    #[arg(long, value_name = "SECONDS")]
    crop_end: Option<f64>,
}

#[derive(Args, Debug)]
pub(crate) struct RepairPoints {
    #[command(flatten)]
    points: Points,
    /// The length of the recording in seconds: a missing end is not put after it
    #[arg(long, value_name = "SECONDS")]
    duration: Option<f64>,
    #[command(flatten)]
    into: Into_,
}

#[derive(Args, Debug)]
pub(crate) struct SimplifyPoints {
    #[command(flatten)]
    points: Points,
    /// How far a bar line may be off, in seconds
    #[arg(long, default_value_t = 0.02, value_name = "SECONDS")]
    tolerance: f64,
    /// At most so many points, whatever the tolerance
    #[arg(long, value_name = "COUNT", conflicts_with = "tolerance", value_parser = crate::arguments::count)]
    count: Option<NonZeroUsize>,
    #[command(flatten)]
    into: Into_,
}

#[derive(Args, Debug)]
pub(crate) struct Shift {
    #[command(flatten)]
    points: Points,
    /// Seconds to add; negative for earlier
    #[arg(long, default_value_t = 0.0, value_name = "SECONDS", allow_negative_numbers = true)]
    by: f64,
    /// What times are multiplied by before that
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    stretch: f64,
    #[command(flatten)]
    into: Into_,
}

#[derive(Args, Debug)]
pub(crate) struct Fit {
    #[command(flatten)]
    points: Points,
    /// The list to come near to
    #[arg(long, value_name = "FILE")]
    like: PathBuf,
    #[command(flatten)]
    into: Into_,
}

#[derive(Args, Debug)]
pub(crate) struct Convert {
    #[command(flatten)]
    points: Points,
    /// The format to write
    #[arg(long = "as", value_name = "FORMAT")]
    as_: Format,
    #[command(flatten)]
    into: Into_,
}

impl Points {
    fn piece(&self) -> Result<Option<Piece>, Failure> {
        self.score.as_deref().map(|score| Piece::read(score, self.rules.policy())).transpose()
    }

    fn read(&self, piece: Option<&Piece>) -> Result<Vec<Syncpoint>, Failure> {
        format::read(&self.file, self.from, piece)
    }

    /// The map of the points, with the score read as far as the format needs it.
    pub(crate) fn map_alone(&self) -> Result<SyncMap, Failure> {
        self.map(self.piece()?.as_ref())
    }

    fn map(&self, piece: Option<&Piece>) -> Result<SyncMap, Failure> {
        map(&self.file, self.read(piece)?)
    }
}

/// The map of points that were read from a file.
pub(crate) fn map(file: &Path, points: Vec<Syncpoint>) -> Result<SyncMap, Failure> {
    SyncMap::new(points).map_err(|fault| {
        Failure::file(file, fault)
            .advice("`segno points check` shows everything, `segno points repair` mends it")
    })
}

pub(crate) fn run(command: Command, session: &Session) -> Result<Output, Failure> {
    match command {
        Command::Check(check) => judge(&check),
        Command::Repair(RepairPoints { points, duration, into }) => {
            let piece = points.piece()?;
            let read = points.read(piece.as_ref())?;
            let bar_count = piece.and_then(|piece| u32::try_from(piece.play.len()).ok());
            let repair = Repair { duplicates: Duplicates::First, duration, bar_count, ..Repair::default() };
            let repaired = repair.points(&read);
            if repaired.points.is_empty() {
                return Err(Failure::file(&points.file, "no point could be kept"));
            }
            let rushed = rushed(&repaired.points);
            if repaired.moved > 0 && rushed * 2 > repaired.points.len() {
                return Err(Failure::file(
                    &points.file,
                    format_args!(
                        "most of the {} points are at one time or go back in time, so nothing tells when their bars are played; \
                         delete those that are wrong",
                        read.len()
                    ),
                ));
            }
            session.tell(if repaired.is_unchanged() {
                "nothing to repair".to_owned()
            } else {
                format!(
                    "{} dropped, {} merged, {} moved by at most {:.3} s{}{}{}",
                    repaired.dropped.len(),
                    repaired.merged,
                    repaired.moved,
                    repaired.largest_change,
                    if repaired.sorted { ", sorted" } else { "" },
                    if repaired.start_added { ", start added" } else { "" },
                    if repaired.end_added { ", end added" } else { "" },
                )
            });
            if repaired.moved > 0 && rushed > 0 {
                session.tell(format_args!(
                    "{rushed} of the stretches between points pass faster than any music; look at their times"
                ));
            }
            written(&into, wire::write(&repaired.points) + "\n")
        }
        Command::Simplify(SimplifyPoints { points, tolerance, count, into }) => {
            let map = points.map(points.piece()?.as_ref())?;
            let fewer = match count {
                Some(count) => map.simplified_to(count.get(), &Simplify::KEEP),
                None => map.simplified(tolerance, &Simplify::KEEP),
            };
            let fewer = fewer.map_err(|fault| Failure::file(&points.file, fault))?;
            session.tell(format_args!(
                "{} of {} points, at most {:.1} ms off",
                fewer.map.points().len(),
                map.points().len(),
                fewer.max_error * 1000.0
            ));
            written(&into, wire::write(fewer.map.points()) + "\n")
        }
        Command::Shift(Shift { points, by, stretch, into }) => {
            let map = points.map(points.piece()?.as_ref())?;
            let changed = map.changed(&Affine::new(by, stretch));
            let changed = changed.map_err(|fault| Failure::file(&points.file, fault))?;
            written(&into, wire::write(changed.points()) + "\n")
        }
        Command::Fit(Fit { points, like, into }) => {
            let piece = points.piece()?;
            let map = points.map(piece.as_ref())?;
            let other = self::map(&like, format::read(&like, None, piece.as_ref())?)?;
            let fit = map.fit_to(&other).map_err(|fault| Failure::file(&points.file, fault))?;
            let is_printed = into.output.as_deref().is_some_and(crate::files::is_standard_input);
            if into.output.is_some() {
                let changed = map.changed(&fit).map_err(|fault| Failure::file(&points.file, fault))?;
                written(&into, wire::write(changed.points()) + "\n")?;
            }
            let round = |value: f64| (value * 1e6).round() / 1e6;
            let record = Record::new()
                .with("offset_s", round(fit.offset))
                .with("factor", (fit.factor * 1e9).round() / 1e9)
                .with("rms_s", round(fit.rms))
                .with("largest_s", round(fit.largest));
            // Standard output has either the points or what was found.
            Ok(if is_printed { Output::Nothing } else { record.into() })
        }
        Command::Convert(Convert { points, as_, into }) => {
            let piece = points.piece()?;
            let map = points.map(piece.as_ref())?;
            written(&into, as_.write(&map, piece.as_ref())?)
        }
    }
}

/// How many stretches between points pass faster than any music: 20 bars a second.
fn rushed(points: &[Syncpoint]) -> usize {
    const LEAST: f64 = 0.05;
    let is_rushed = |pair: &[Syncpoint]| match pair {
        [from, to] => to.time - from.time < LEAST * (to.position.bars() - from.position.bars()),
        _ => false,
    };
    points.windows(2).filter(|pair| is_rushed(pair)).count()
}

fn judge(check: &Check) -> Result<Output, Failure> {
    let piece = check.points.piece()?;
    let context = Context {
        bar_count: piece.as_ref().and_then(|piece| u32::try_from(piece.play.len()).ok()),
        crop_start: check.crop_start,
        crop_end: check.crop_end,
        duration: check.duration,
        grid: piece.as_ref().map(|piece| &piece.grid),
        ..Context::default()
    };
    let file = &check.points.file;
    let found = match format::open(file, check.points.from)? {
        // The one format in which points can have impossible values.
        Source::Text(Format::Soundslice, text) => {
            let raw = wire::read_raw(&text).map_err(|fault| Failure::file(file, fault))?;
            validate::raw(&raw, &context)
        }
        source => validate::points(&source.points(file, piece.as_ref())?, &context),
    };
    let rows = found.iter().map(|finding| {
        Record::new()
            .with("severity", if finding.is_error() { "error" } else { "warning" })
            .with("point", finding.point)
            .with("code", finding.kind.code())
            .text("finding", finding.kind)
            .text("suggestion", finding.suggestion)
    });
    let rows: Vec<Record> = rows.collect();
    let errors = found.errors().count();
    if errors == 0 {
        return Ok(rows.into());
    }
    let plural = if errors == 1 { "error" } else { "errors" };
    let failure = Failure::file(file, format_args!("{errors} {plural}"));
    Ok(Output::from(rows).but(failure.advice("`segno points repair` mends the list")))
}

/// To the file that was named, or to standard output.
fn written(into: &Into_, text: String) -> Result<Output, Failure> {
    match &into.output {
        None => Ok(Output::Text(text)),
        Some(path) => {
            Destination::of(path)?.write(text.as_bytes())?;
            Ok(Output::Nothing)
        }
    }
}

/// Reads a list of points of any format for `segno sync`.
pub(crate) fn read_for(
    file: &Path,
    format: Option<Format>,
    piece: &Piece,
) -> Result<Vec<Syncpoint>, Failure> {
    format::read(file, format, Some(piece))
}
