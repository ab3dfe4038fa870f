//! `segno score`: what a score says and in which order it is played, for people or for programs.
//!
//! For people bars are counted from 1, for programs from 0, as everywhere in the crates.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use segno_score::{Options, Score, read_any, sniff};
use segno_syncpoint::formats::svg::{Drawing, draw};
use segno_syncpoint::playthrough::DiagnosticKind;
use segno_syncpoint::{PlayedGrid, Playthrough, Policy, wire};

use crate::failure::Failure;
use crate::files;
use crate::output::{Output, Record};
use crate::session::Session;

mod json;
pub(crate) mod roadmap;

use roadmap::{Names, road_map};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Parts, bars, metres, tempos, the order of playing, and what is odd
    Show(Show),
    /// The played bars one by one, with the seconds of the score's own tempo
    Order(Read),
    /// The syncpoints of the score's own tempo, as Soundslice takes them
    Map(Read),
}

/// A score and the rules for its repeats and jumps.
#[derive(Args, Clone, Debug)]
pub(crate) struct Read {
    /// MusicXML, MXL, MIDI, Guitar Pro, MuseScore or alphaTex
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) rules: Rules,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Rules {
    /// Whose rules hold for repeats and jumps; those of the score's own program if not given
    #[arg(long, value_name = "NAME", value_parser = policy_names())]
    policy: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Show {
    #[command(flatten)]
    read: Read,
    /// Draw the bars and seconds of the score's own tempo into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

pub(crate) fn policy_names() -> clap::builder::PossibleValuesParser {
    Policy::PRESETS.iter().map(|(name, _)| *name).collect::<Vec<_>>().into()
}

impl Rules {
    pub(crate) fn named(policy: Option<String>) -> Self {
        Self { policy }
    }

    pub(crate) fn name(&self) -> Option<String> {
        self.policy.clone()
    }

    pub(crate) fn policy(&self) -> Option<Policy> {
        self.policy.as_deref().and_then(Policy::named)
    }
}

/// A score with the order in which its bars are played.
#[derive(Clone)]
pub(crate) struct Piece {
    pub(crate) score: Score,
    pub(crate) play: Playthrough,
    pub(crate) grid: PlayedGrid,
    /// The rules by which it is ordered.
    pub(crate) policy: Policy,
}

/// Why there is no score in a file; a sentence without the name of the file.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// It is a file of another kind.
    Other(&'static str),
    /// It cannot be read or played.
    Faulty(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(kind) => {
                write!(f, "this is {kind}, not a score; give MusicXML, MXL, MIDI, Guitar Pro or MuseScore")
            }
            Self::Faulty(fault) => f.write_str(fault),
        }
    }
}

impl Piece {
    /// Reads a score with its notes.
    pub(crate) fn read(file: &Path, policy: Option<Policy>) -> Result<Self, Failure> {
        Self::of(&files::read(file)?, policy).map_err(|fault| Failure::file(file, fault))
    }

    /// The score in these bytes.
    pub(crate) fn of(bytes: &[u8], policy: Option<Policy>) -> Result<Self, Unreadable> {
        if bytes.is_empty() {
            return Err(Unreadable::Faulty("the file is empty; give a score, such as MusicXML".to_owned()));
        }
        let faulty = |fault: &dyn fmt::Display| Unreadable::Faulty(fault.to_string());
        let score =
            read_any(bytes, &Options::new().with_onsets()).map_err(|fault| match files::kind(bytes) {
                Some(kind) if sniff(bytes).is_none() => Unreadable::Other(kind),
                _ => faulty(&fault),
            })?;
        let policy = policy.unwrap_or_else(|| score.format.policy());
        let play = score.structure.unroll(&policy).map_err(|fault| faulty(&fault))?;
        let order: Vec<usize> = play.order().collect();
        let grid = score.grid.play(&order).map_err(|fault| faulty(&fault))?;
        Ok(Self { score, play, grid, policy })
    }

    /// What the rules are called by which it is ordered.
    fn policy_name(&self) -> &'static str {
        Policy::PRESETS.iter().find(|(_, policy)| *policy == self.policy).map_or("", |(name, _)| *name)
    }

    /// How many bars are written.
    pub(crate) fn written(&self) -> usize {
        self.score.structure.bars.len()
    }

    /// The order of playing as a musician tells it.
    pub(crate) fn road_map(&self) -> String {
        road_map(&self.score.structure, &self.play, Names::Printed)
    }

    /// The printed numbers of the written bars.
    pub(crate) fn numbers(&self) -> Vec<&str> {
        self.score.structure.bars.iter().map(|bar| bar.number.as_str()).collect()
    }

    /// How many remarks there are about the file and its order.
    pub(crate) fn remarks(&self) -> usize {
        self.score.diagnostics.len() + self.score.diagnostics_dropped + self.play.diagnostics().len()
    }
}

pub(crate) fn run(command: Command, session: &Session) -> Result<Output, Failure> {
    let json = session.general().json;
    match command {
        Command::Show(Show { read, svg }) => {
            let piece = match Piece::of(&files::read(&read.file)?, read.rules.policy()) {
                Ok(piece) => piece,
                // A program that asks for JSON gets the reason as JSON, too.
                Err(fault) if json => {
                    Output::Text(json::refusal(&fault.to_string())).print(crate::output::Form::Json)?;
                    return Err(Failure::file(&read.file, fault));
                }
                Err(fault) => return Err(Failure::file(&read.file, fault)),
            };
            if let Some(svg) = svg {
                crate::destination::Destination::beside(&svg, "--svg")?.write(drawn(&piece)?.as_bytes())?;
            }
            if json {
                return Ok(Output::Text(json::report(&piece.score, &piece.play)?));
            }
            let mut text = Vec::new();
            print(&mut text, &piece.score, &piece.play, piece.policy_name())
                .map_err(|error| Failure::new(error.to_string()))?;
            Ok(Output::Text(String::from_utf8_lossy(&text).into_owned()))
        }
        Command::Order(read) => {
            let piece = Piece::read(&read.file, read.rules.policy())?;
            let starts = piece.score.bar_times(piece.play.order());
            let numbers = piece.numbers();
            let bars = piece.play.bars().iter().zip(&starts).enumerate().map(|(index, (bar, start))| {
                Record::new()
                    .with("played", index)
                    .with("written", bar.written)
                    .with("number", numbers.get(bar.written).copied().unwrap_or_default())
                    .with("pass", bar.pass)
                    .with("starts_s", (start * 1e6).round() / 1e6)
            });
            Ok(bars.collect::<Vec<_>>().into())
        }
        Command::Map(read) => {
            let piece = Piece::read(&read.file, read.rules.policy())?;
            let map = piece.score.sync_map(&piece.play).map_err(|fault| Failure::file(&read.file, fault))?;
            Ok(Output::Text(wire::write(map.points()) + "\n"))
        }
    }
}

/// The metronomic map of the score as a picture.
fn drawn(piece: &Piece) -> Result<String, Failure> {
    let map =
        piece.score.sync_map(&piece.play).map_err(|fault| Failure::new(format!("no picture: {fault}")))?;
    let title = piece.score.title.as_deref().unwrap_or_default();
    let numbers = piece.numbers();
    Ok(draw(&map, &Drawing { title, grid: Some(&piece.grid), numbers: &numbers, ..Drawing::default() }))
}

fn print(out: &mut impl Write, score: &Score, play: &Playthrough, policy: &str) -> std::io::Result<()> {
    let format = score.format.name();
    writeln!(out, "{}  ({format})", score.title.as_deref().unwrap_or("untitled"))?;
    if let Some(movement) = &score.movement {
        writeln!(out, "  {movement}")?;
    }
    if let Some(composer) = &score.composer {
        writeln!(out, "  by {composer}")?;
    }
    for part in &score.parts {
        let programs: Vec<String> = part.programs.iter().map(|program| program.to_string()).collect();
        let programs =
            if programs.is_empty() { String::new() } else { format!("  program {}", programs.join(", ")) };
        writeln!(out, "  part {}  {}{programs}", part.id, part.name)?;
    }
    let seconds = score.bar_times(play.order()).last().copied().unwrap_or(0.0);
    let musical = play.musical_bars(&score.structure).len();
    writeln!(out, "written bars  {}", score.structure.bars.len())?;
    let joined = if musical == play.len() { String::new() } else { format!(", {musical} musical bars") };
    writeln!(out, "played bars   {}{joined}, {}", play.len(), clock(seconds))?;
    writeln!(out, "road map      {}  ({policy})", road_map(&score.structure, play, Names::Counted))?;
    printed_numbers(out, score)?;
    metres(out, score)?;
    for tempo in &score.tempos {
        let number = tempo.bar + 1;
        let offset =
            if tempo.offset.is_zero() { String::new() } else { format!(" + {}", tempo.offset.lowest()) };
        writeln!(out, "tempo         {:.1} quarters a minute from bar {number}{offset}", tempo.quarter_bpm)?;
    }
    for section in &score.sections {
        writeln!(out, "mark          {} at bar {}", section.text, section.bar + 1)?;
    }
    for remark in &score.diagnostics {
        let place = remark.bar.map_or_else(String::new, |bar| format!("bar {}, ", bar + 1));
        writeln!(out, "note          {place}byte {}: {}", remark.offset, remark.message)?;
    }
    if score.diagnostics_dropped > 0 {
        writeln!(out, "note          and {} more", score.diagnostics_dropped)?;
    }
    for remark in play.diagnostics() {
        let finding = match remark.kind {
            DiagnosticKind::RepeatEndWithoutStart { goes_to } => {
                format!("backward repeat without a forward repeat, goes back to bar {}", goes_to + 1)
            }
            finding => finding.to_string(),
        };
        writeln!(out, "note          bar {}: {finding}", remark.bar + 1)?;
    }
    Ok(())
}

/// Where the printed number of a bar is not its count, so that the two cannot be taken for each other.
fn printed_numbers(out: &mut impl Write, score: &Score) -> std::io::Result<()> {
    const MOST: usize = 4;
    let mut shift = Some(1);
    let mut shown = 0;
    for (index, bar) in score.structure.bars.iter().enumerate() {
        // How far the printed number is from the index: a new distance is worth a line.
        let now = bar.number.parse::<i64>().ok().map(|number| number - index as i64);
        if now == shift {
            continue;
        }
        shift = now;
        shown += 1;
        if shown > MOST {
            return writeln!(out, "numbers       and further changes");
        }
        writeln!(out, "numbers       bar {} is printed as {:?}", index + 1, bar.number)?;
    }
    Ok(())
}

/// A line for each change of metre, up to a few.
fn metres(out: &mut impl Write, score: &Score) -> std::io::Result<()> {
    const MOST: usize = 12;
    let mut last = None;
    let mut shown = 0;
    for (index, bar) in score.grid.bars.iter().enumerate() {
        if last == Some(&bar.metre) {
            continue;
        }
        last = Some(&bar.metre);
        shown += 1;
        if shown > MOST {
            return writeln!(out, "metre         and further changes");
        }
        let parts: Vec<String> = bar
            .metre
            .parts
            .iter()
            .map(|part| {
                let groups: Vec<String> = part.groups.iter().map(u32::to_string).collect();
                format!("{}/{}", groups.join("+"), part.unit)
            })
            .collect();
        let text = if parts.is_empty() { "senza misura".to_owned() } else { parts.join(" + ") };
        writeln!(out, "metre         {text} from bar {}", index + 1)?;
    }
    Ok(())
}

/// Minutes and seconds.
fn clock(seconds: f64) -> String {
    format!("{}:{:04.1}", (seconds / 60.0).floor(), seconds % 60.0)
}
