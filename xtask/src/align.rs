//! `cargo xtask align DIR`: how well segno-align finds the bars of recordings whose bars are known.
//!
//! The folder holds recordings with a description each, `ID.json`: `{id, piece, variant, audio, xml, order, bars: [[played
//! bar, seconds, ...]...]}`, where `xml` is the score, `order` the written bars as played, and `missing: [from, to]` names
//! played bars that were cut out of the recording. Each file is aligned by a process of its own, so that its time and memory
//! can be told.

mod cases;
mod codecs;
mod figures;
mod one;
mod pairs;
mod rivals;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde_json::Value;

use crate::say;
use figures::{Figures, Result as Found};

const USAGE: &str = "\
usage: cargo xtask align DIR [--json] [--rivals] [--scores DIR] [--only TEXT,TEXT...] [--pairs N]
       cargo xtask align --picture OUT.svg SCORE RECORDING
       cargo xtask align --growth | --codecs

  --json     one object a line: set (plain, a variant, at last all), files, orders_right, within_ms (per cent) and so on;
             all has pairs; with --rivals every set has rivals; halves has the figures of either half of the pieces, which
             are split by the names of their scores
  --rivals   synctoolbox and librosa on the same files, where Python has them; they are told the order
  --scores   the folder that the paths of scores start from; without it, it is looked for near DIR
  --only     files whose names have one of the texts in them
  --pairs    how many pieces are tried with each other's scores (12; 0 for none)
  --picture  draws what is found in a recording, and prints the bars to listen to
  --growth   time and memory for a recording of 1 to 60 minutes
  --codecs   where sounds lie in the same recording as WAV, FLAC, MP3, AAC and Ogg (needs ffmpeg)";

/// What is asked for.
struct Options {
    folder: PathBuf,
    json: bool,
    rivals: bool,
    scores: Option<PathBuf>,
    only: Vec<String>,
    pairs: usize,
}

pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    match arguments {
        ["--one", description, scores @ ..] => return one::run(description, scores),
        ["--growth", minutes @ ..] => return one::growth(minutes),
        ["--picture", out, score, recording] => return one::picture(out, score, recording),
        ["--codecs"] => return codecs::run(),
        _ => {}
    }
    let options = parsed(arguments)?;
    let cases = cases::read(&options.folder, options.scores.as_deref(), &options.only)?;
    let progress = |line: String| {
        // In JSON every line is a set; who waits looks at the other stream.
        if options.json {
            let _ = writeln!(std::io::stderr(), "{line}");
        } else {
            say(line);
        }
    };
    let mut figures = Figures::default();
    for (index, case) in cases.iter().enumerate() {
        let found = Found::of(case, &own(&["--one", &case.description, &case.score])?)?;
        progress(format!("{:>3}/{} {}", index + 1, cases.len(), found.line()));
        figures.add(found);
    }
    let mut sets = figures.sets();
    for set in sets.iter().filter(|_| !options.json) {
        say(&set.line);
    }
    if options.pairs > 1 {
        let (value, lines) = pairs::run(&cases, options.pairs)?;
        lines.into_iter().for_each(progress);
        if let Some(all) = sets.last_mut() {
            all.value["pairs"] = value;
        }
    }
    if options.rivals {
        rivals::run(&cases, &mut sets, progress)?;
    }
    for set in sets.iter().filter(|_| options.json) {
        let _ = writeln!(std::io::stdout(), "{}", set.value);
    }
    Ok(ExitCode::SUCCESS)
}

fn parsed(arguments: &[&str]) -> Result<Options, String> {
    let mut options = Options {
        folder: PathBuf::new(),
        json: false,
        rivals: false,
        scores: None,
        only: Vec::new(),
        pairs: 12,
    };
    let mut rest = arguments.iter();
    while let Some(&argument) = rest.next() {
        let mut value = || rest.next().copied().ok_or(USAGE);
        match argument {
            "--json" => options.json = true,
            "--rivals" => options.rivals = true,
            "--scores" => options.scores = Some(value()?.into()),
            "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
            "--pairs" => options.pairs = value()?.parse().map_err(|_| USAGE)?,
            _ if argument.starts_with('-') || !options.folder.as_os_str().is_empty() => {
                return Err(USAGE.to_owned());
            }
            _ => options.folder = argument.into(),
        }
    }
    if options.folder.as_os_str().is_empty() { Err(USAGE.to_owned()) } else { Ok(options) }
}

/// Runs this program again with other arguments and reads the line of JSON that it prints.
fn own(arguments: &[&str]) -> Result<Value, String> {
    let program = std::env::current_exe().map_err(|fault| fault.to_string())?;
    let output = Command::new(program)
        .arg("align")
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|fault| fault.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.trim())
        .map_err(|fault| format!("align {}: {fault}: {text}", arguments.join(" ")))
}

fn file(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|fault| format!("{}: {fault}", path.display()))
}
