//! Other programs on the same files. They are told the order.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::cases::Case;
use super::figures::{Figures, Result as Found, Set, round};
use super::one::read;
use crate::shell::root;

/// Those that the script knows.
const NAMES: [&str; 2] = ["synctoolbox", "librosa"];

/// Asks each of them about all files and writes what comes out beside our own figures.
pub(crate) fn run(cases: &[Case], sets: &mut [Set], progress: impl Fn(String)) -> Result<(), String> {
    for name in NAMES {
        let mut figures = Figures::of_rival(name);
        for (index, case) in cases.iter().enumerate() {
            let value = asked(name, case)?;
            if value["missing"].is_string() {
                progress(format!("{name} is not installed: {}", value["missing"]));
                break;
            }
            let times: Vec<f64> = value["times"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|time| time.as_f64().unwrap_or(-9.0))
                .collect();
            let figure = |key: &str| value[key].as_f64().unwrap_or(0.0);
            let found = Found::of_rival(case, &times, figure("seconds"), figure("cpu_s"));
            progress(format!("{:>3}/{} {name} {}", index + 1, cases.len(), found.line()));
            figures.add(found);
        }
        for mut theirs in figures.sets() {
            let Some(ours) = sets.iter_mut().find(|ours| ours.name == theirs.name) else { continue };
            let within = |value: &Value| value["within_ms"]["50"].as_f64().unwrap_or(0.0);
            let ahead = within(&ours.value) - within(&theirs.value);
            progress(format!("{}  behind by {ahead:.1} points at 50 ms", theirs.line));
            theirs.value["behind_at_50_ms"] = json!(round(ahead));
            ours.value["rivals"][name] = theirs.value;
        }
    }
    Ok(())
}

/// Runs the script on one file: the notes of the score as a metronome plays them go in, the seconds of the known bars come out.
fn asked(name: &str, case: &Case) -> Result<Value, String> {
    let score = read(&case.score)?;
    let lines = score.bar_times(case.told.iter().copied());
    let stretches = score.tempo_segments();
    let mut notes = Vec::new();
    for (place, bar) in case.told.iter().enumerate() {
        for onset in score.onsets.iter().filter(|onset| onset.bar == *bar && !onset.grace) {
            let Some(key) = onset.key else { continue };
            let mut at = 0.0;
            let mut pace = 0.5;
            for (index, stretch) in stretches.get(*bar).into_iter().flatten().enumerate() {
                let next = stretches.get(*bar).and_then(|bar| bar.get(index + 1));
                let end = next.map_or(f64::INFINITY, |next| next.offset.quarters());
                let over = (onset.offset.quarters().min(end) - stretch.offset.quarters()).max(0.0);
                if index == 0 || over > 0.0 {
                    pace = 60.0 / stretch.quarter_bpm;
                }
                at += over * 60.0 / stretch.quarter_bpm;
            }
            notes.push(json!([lines[place] + at, (onset.duration.quarters() * pace).max(0.05), key]));
        }
    }
    let bars: Vec<f64> = case.told_bars.iter().filter_map(|bar| lines.get(*bar)).copied().collect();
    let question = json!({"audio": case.audio, "notes": notes, "bars": bars});
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let mut child = Command::new(python)
        .arg(root().join("docs/benchmarks/align_rivals.py"))
        .arg(name)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|fault| format!("python: {fault}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A script that stopped early says why in what it prints.
        let _ = input.write_all(question.to_string().as_bytes());
    }
    let output = child.wait_with_output().map_err(|fault| fault.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.trim()).map_err(|fault| format!("{name} on {}: {fault}", case.id))
}
