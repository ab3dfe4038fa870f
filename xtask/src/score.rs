//! `cargo xtask score FILE [--policy NAME] [--svg OUT] [--json]`: what a score says, for people or for programs.
//!
//! For people bars are counted from 1, for programs from 0, as everywhere in the crates.

mod json;
pub(crate) mod roadmap;

use std::io::Write;
use std::process::ExitCode;

use segno_score::{Options, Score, read_any};
use segno_syncpoint::formats::svg::{Drawing, draw};
use segno_syncpoint::playthrough::DiagnosticKind;
use segno_syncpoint::{Playthrough, Policy};

use roadmap::{Names, road_map};

const USAGE: &str = "usage: cargo xtask score FILE [--policy NAME] [--svg OUT] [--json]";

/// A score with the order in which its bars are played.
struct Piece {
    score: Score,
    play: Playthrough,
}

impl Piece {
    fn read(file: &str, policy: Option<&Policy>, options: &Options) -> Result<Self, String> {
        let bytes = std::fs::read(file).map_err(|fault| fault.to_string())?;
        let score = read_any(&bytes, options).map_err(|fault| fault.to_string())?;
        let play = score
            .structure
            .unroll(policy.unwrap_or(&score.format.policy()))
            .map_err(|fault| fault.to_string())?;
        Ok(Self { score, play })
    }
}

pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let (mut file, mut picture, mut json) = (None, None, false);
    let mut policy = None;
    let mut rest = arguments.iter();
    while let Some(&argument) = rest.next() {
        match argument {
            "--policy" => {
                let name = rest.next().ok_or(USAGE)?;
                let found = Policy::PRESETS.iter().find(|(known, _)| known == name);
                policy = Some(*found.ok_or_else(|| {
                    let names: Vec<&str> = Policy::PRESETS.iter().map(|(name, _)| *name).collect();
                    format!("no policy is called {name:?}; there are {}", names.join(", "))
                })?);
            }
            "--svg" => picture = Some(*rest.next().ok_or(USAGE)?),
            "--json" => json = true,
            _ if argument.starts_with('-') || file.is_some() => return Err(USAGE.to_owned()),
            _ => file = Some(argument),
        }
    }
    let file = file.ok_or(USAGE)?;
    let mut out = std::io::stdout().lock();
    let options = if json { Options::new().with_onsets() } else { Options::new() };
    let piece = match Piece::read(file, policy.as_ref().map(|(_, policy)| policy), &options) {
        Ok(piece) => piece,
        Err(fault) if json => {
            json::refusal(&mut out, &fault).map_err(|fault| format!("standard output: {fault}"))?;
            return Ok(ExitCode::FAILURE);
        }
        Err(fault) => return Err(format!("{file}: {fault}")),
    };
    let Piece { score, play } = piece;
    if let Some(picture) = picture {
        std::fs::write(picture, drawn(&score, &play)?).map_err(|fault| format!("{picture}: {fault}"))?;
    }
    let written = if json {
        json::print(&mut out, &score, &play)
    } else {
        print(&mut out, &score, &play, policy_name(&score, policy))
    };
    written.map_err(|fault| format!("standard output: {fault}"))?;
    Ok(ExitCode::SUCCESS)
}

/// What the policy is called: the one that was asked for, or the one of the format's own program.
fn policy_name(score: &Score, asked: Option<(&'static str, Policy)>) -> &'static str {
    let own = score.format.policy();
    let known = Policy::PRESETS.iter().find(|(_, policy)| *policy == own).map_or("", |(name, _)| *name);
    asked.map_or(known, |(name, _)| name)
}

/// The metronomic map of the score as a picture.
fn drawn(score: &Score, play: &Playthrough) -> Result<String, String> {
    let map = score.sync_map(play).map_err(|fault| format!("no picture: {fault}"))?;
    let order: Vec<usize> = play.order().collect();
    let grid = score.grid.play(&order).map_err(|fault| format!("no picture: {fault}"))?;
    let numbers: Vec<&str> = score.structure.bars.iter().map(|bar| bar.number.as_str()).collect();
    let title = score.title.as_deref().unwrap_or_default();
    Ok(draw(&map, &Drawing { title, grid: Some(&grid), numbers: &numbers, ..Drawing::default() }))
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
