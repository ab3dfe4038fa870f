//! `cargo xtask score FILE [--policy NAME] [--svg OUT]`: what a score says, for people.

pub(crate) mod roadmap;

use std::io::Write;
use std::process::ExitCode;

use segno_score::{Format, Options, Score, read_any};
use segno_syncpoint::svg::{Drawing, draw};
use segno_syncpoint::{Playthrough, Policy};

use roadmap::road_map;

const USAGE: &str = "usage: cargo xtask score FILE [--policy NAME] [--svg OUT]";

pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let (mut file, mut picture, mut policy) = (None, None, ("classical", Policy::CLASSICAL));
    let mut rest = arguments.iter();
    while let Some(&argument) = rest.next() {
        match argument {
            "--policy" => {
                let name = rest.next().ok_or(USAGE)?;
                let found = Policy::PRESETS.iter().find(|(known, _)| known == name);
                policy = *found.ok_or_else(|| {
                    let names: Vec<&str> = Policy::PRESETS.iter().map(|(name, _)| *name).collect();
                    format!("no policy is called {name:?}; there are {}", names.join(", "))
                })?;
            }
            "--svg" => picture = Some(*rest.next().ok_or(USAGE)?),
            _ if argument.starts_with('-') || file.is_some() => return Err(USAGE.to_owned()),
            _ => file = Some(argument),
        }
    }
    let file = file.ok_or(USAGE)?;
    let bytes = std::fs::read(file).map_err(|fault| format!("{file}: {fault}"))?;
    let score = read_any(&bytes, &Options::new()).map_err(|fault| format!("{file}: {fault}"))?;
    let play = score.structure.unroll(&policy.1).map_err(|fault| format!("{file}: {fault}"))?;
    if let Some(picture) = picture {
        std::fs::write(picture, drawn(&score, &play)?).map_err(|fault| format!("{picture}: {fault}"))?;
    }
    let mut out = std::io::stdout().lock();
    print(&mut out, &score, &play, policy.0).map_err(|fault| format!("standard output: {fault}"))?;
    Ok(ExitCode::SUCCESS)
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
    let format = match score.format {
        Format::MusicXml => "MusicXML",
        Format::Mxl => "compressed MusicXML",
        Format::Midi => "MIDI",
        _ => "score",
    };
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
    writeln!(out, "road map      {}  ({policy})", road_map(&score.structure, play))?;
    metres(out, score)?;
    for tempo in &score.tempos {
        let number = number(score, tempo.bar);
        let offset =
            if tempo.offset.is_zero() { String::new() } else { format!(" + {}", tempo.offset.lowest()) };
        writeln!(out, "tempo         {:.1} quarters a minute from bar {number}{offset}", tempo.quarter_bpm)?;
    }
    for section in &score.sections {
        writeln!(out, "mark          {} at bar {}", section.text, number(score, section.bar))?;
    }
    for remark in &score.diagnostics {
        writeln!(out, "note          {remark}")?;
    }
    if score.diagnostics_dropped > 0 {
        writeln!(out, "note          and {} more", score.diagnostics_dropped)?;
    }
    for remark in play.diagnostics() {
        writeln!(out, "note          bar {}: {}", number(score, remark.bar), remark.finding)?;
    }
    Ok(())
}

fn number(score: &Score, bar: usize) -> &str {
    score.structure.bars.get(bar).map_or("?", |bar| bar.number.as_str())
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
        writeln!(out, "metre         {text} from bar {}", number(score, index))?;
    }
    Ok(())
}

/// Minutes and seconds.
fn clock(seconds: f64) -> String {
    format!("{}:{:04.1}", (seconds / 60.0).floor(), seconds % 60.0)
}
