//! A folder of any scores: what MuseScore 3 and verovio make of them, beside what we make of them.
//!
//! The two programs are asked by `docs/interop/score_oracles.py`, which keeps their results in `target/oracles`. Only
//! where both say the same and we do not, a case counts as failed; even then they may both be wrong, so that it does
//! not fail the run.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use segno_score::{Options, Score, read_any};
use segno_syncpoint::Policy;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Section;
use crate::shell;

/// What a program says about a score; nothing if it could not read it.
#[derive(Default, Deserialize)]
struct Opinion {
    #[serde(default)]
    bars: usize,
    #[serde(default)]
    order: Vec<usize>,
    #[serde(default)]
    starts_s: Vec<f64>,
}

/// A score with the opinions of the two programs.
struct Piece {
    name: String,
    bars: usize,
    order: Vec<usize>,
    starts_s: Vec<f64>,
    opinions: [Option<Opinion>; 2],
}

const PROGRAMS: [&str; 2] = ["musescore", "verovio"];

/// Bar lines may differ by so many seconds: the programs round to ticks and milliseconds.
const TOLERANCE: f64 = 0.020;

pub(crate) fn run(folder: &Path) -> Result<Option<Vec<Section>>, String> {
    // A corpus with expected values of its own needs no second opinion.
    if ["repeats", "musicxml", "asap"].iter().any(|part| folder.join(part).is_dir()) {
        return Ok(None);
    }
    let mut files = Vec::new();
    scores(folder, &mut files)?;
    if files.is_empty() {
        return Ok(None);
    }
    files.sort();
    let cache = shell::root().join("target/oracles");
    ask(&files, &cache)?;
    let (mut pieces, mut refused) = (Vec::new(), 0);
    for file in &files {
        match piece(folder, file, &cache)? {
            Some(piece) => pieces.push(piece),
            None => refused += 1,
        }
    }
    Ok(Some(compare(&pieces, refused)))
}

/// The scores in a folder and the folders in it.
fn scores(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let near = |fault: std::io::Error| format!("{}: {fault}", folder.display());
    for entry in fs::read_dir(folder).map_err(near)? {
        let path = entry.map_err(near)?.path();
        if path.is_dir() {
            scores(&path, files)?;
        } else if path.extension().is_some_and(|kind| kind == "xml" || kind == "musicxml" || kind == "mxl") {
            files.push(path);
        }
    }
    Ok(())
}

/// Has both programs read what they have not read before.
fn ask(files: &[PathBuf], cache: &Path) -> Result<(), String> {
    let script = shell::root().join("docs/interop/score_oracles.py");
    // Where `docs/benchmarks/score_readers.py` has installed verovio.
    let python = shell::root().join("target/score-readers/bin/python");
    let python = if python.exists() { python } else { PathBuf::from("python3") };
    let mut command = Command::new(&python);
    command.arg(&script).arg(cache).stdin(Stdio::piped()).stdout(Stdio::null());
    let failed = |fault: std::io::Error| format!("{} {}: {fault}", python.display(), script.display());
    let mut child = command.spawn().map_err(failed)?;
    let list: Vec<u8> =
        files.iter().flat_map(|file| [file.as_os_str().as_encoded_bytes(), b"\n"].concat()).collect();
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&list).map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", script.display())) }
}

/// A file as we read it; `None` if it is no score that we can read.
fn piece(folder: &Path, file: &Path, cache: &Path) -> Result<Option<Piece>, String> {
    let bytes = fs::read(file).map_err(|fault| format!("{}: {fault}", file.display()))?;
    let read = read_any(&bytes, &Options::new()).map_err(|fault| fault.to_string());
    let order = |score: &Score| {
        let play = score.structure.unroll(&Policy::CLASSICAL).map_err(|fault| fault.to_string())?;
        Ok::<_, String>(play.order().collect::<Vec<_>>())
    };
    let Ok((score, order)) = read.and_then(|score| order(&score).map(|order| (score, order))) else {
        return Ok(None);
    };
    let digest = Sha256::digest(&bytes);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let opinion = |program: &str| -> Result<Option<Opinion>, String> {
        let file = cache.join(program).join(format!("{digest}.json"));
        let Ok(text) = fs::read_to_string(&file) else { return Ok(None) };
        let opinion: Opinion =
            serde_json::from_str(&text).map_err(|fault| format!("{}: {fault}", file.display()))?;
        Ok(Some(opinion).filter(|opinion| !opinion.order.is_empty()))
    };
    Ok(Some(Piece {
        name: file.strip_prefix(folder).unwrap_or(file).display().to_string(),
        bars: score.structure.bars.len(),
        starts_s: score.bar_times(order.iter().copied()),
        order,
        opinions: [opinion(PROGRAMS[0])?, opinion(PROGRAMS[1])?],
    }))
}

fn compare(pieces: &[Piece], refused: usize) -> Vec<Section> {
    let mut bars = Section::new("oracles/bars");
    let mut orders = Section::new("oracles/order");
    let mut times = Section::new("oracles/times");
    let mut readable = [0; 2];
    let mut same = [0; 2];
    for piece in pieces {
        for (place, opinion) in piece.opinions.iter().enumerate() {
            let Some(opinion) = opinion else { continue };
            readable[place] += 1;
            same[place] += usize::from(opinion.order == piece.order);
        }
        let [Some(first), Some(second)] = &piece.opinions else { continue };
        if first.bars != second.bars {
            continue;
        }
        bars.case(
            &piece.name,
            expect(piece.bars == first.bars, || format!("{} bars, both programs {}", piece.bars, first.bars)),
        );
        if piece.bars != first.bars || first.order != second.order {
            continue;
        }
        let right = piece.order == first.order;
        orders.case(
            &piece.name,
            expect(right, || format!("{}; both programs {}", runs(&piece.order), runs(&first.order))),
        );
        if right && farthest(&first.starts_s, &second.starts_s).1 <= TOLERANCE {
            let (bar, gap) = farthest(&piece.starts_s, &first.starts_s);
            times.case(
                &piece.name,
                expect(gap <= TOLERANCE, || {
                    let ours = piece.starts_s.get(bar).copied().unwrap_or(0.0);
                    let theirs = first.starts_s.get(bar).copied().unwrap_or(0.0);
                    format!("played bar {bar} begins at {ours:.3} s, both programs {theirs:.3} s")
                }),
            );
        }
    }
    bars.figure("scores", pieces.len());
    bars.figure("not_read", refused);
    for (program, (readable, same)) in PROGRAMS.iter().zip(readable.into_iter().zip(same)) {
        orders.figure(&format!("{program}_read"), readable);
        orders.figure(&format!("{program}_same_order"), same);
    }
    let agreement = 100.0 * orders.passed as f64 / (orders.cases.max(1)) as f64;
    orders.figure("agreement_percent", (agreement * 100.0).round() / 100.0);
    let mut sections = vec![bars, orders, times];
    sections.iter_mut().for_each(|section| section.contested = true);
    sections
}

fn expect(holds: bool, reason: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(reason()) }
}

/// Where two lists of seconds differ most, and by how much.
fn farthest(ours: &[f64], theirs: &[f64]) -> (usize, f64) {
    let gaps = ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs()).enumerate();
    gaps.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
}

/// An order as runs of bars, counted from 0: `0-7 0-6 8`.
fn runs(order: &[usize]) -> String {
    let runs: Vec<String> = order
        .chunk_by(|a, b| a + 1 == *b)
        .map(|run| match run {
            [only] => only.to_string(),
            [first, .., last] => format!("{first}-{last}"),
            [] => String::new(),
        })
        .collect();
    runs.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(order: &[usize], opinions: [&[usize]; 2]) -> Piece {
        let opinion = |order: &[usize]| Opinion {
            bars: 4,
            order: order.to_vec(),
            starts_s: order.iter().enumerate().map(|(bar, _)| bar as f64).collect(),
        };
        Piece {
            name: "piece".to_owned(),
            bars: 4,
            order: order.to_vec(),
            starts_s: order.iter().enumerate().map(|(bar, _)| bar as f64 + 0.001).collect(),
            opinions: opinions.map(|order| Some(opinion(order)).filter(|opinion| !opinion.order.is_empty())),
        }
    }

    #[test]
    fn a_case_fails_only_where_both_programs_agree_against_us() {
        let pieces = [
            piece(&[0, 1, 2, 3], [&[0, 1, 2, 3], &[0, 1, 2, 3]]),
            piece(&[0, 1, 2, 3], [&[0, 1, 0, 1], &[0, 1, 0, 1]]),
            piece(&[0, 1, 2, 3], [&[0, 1, 0, 1], &[0, 1, 2, 3]]),
            piece(&[0, 1, 2, 3], [&[0, 1, 0, 1], &[]]),
        ];
        let [bars, orders, times] = compare(&pieces, 0).try_into().unwrap();
        assert_eq!((bars.cases, bars.passed), (3, 3));
        assert_eq!((orders.cases, orders.passed), (2, 1));
        assert_eq!(orders.reasons, ["piece: 0-3; both programs 0-1 0-1"]);
        assert_eq!((times.cases, times.passed), (1, 1));
    }
}
