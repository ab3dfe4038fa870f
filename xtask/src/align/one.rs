//! One recording in a process of its own.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use segno_align::{Aligned, Aligner, Error, decode, svg};
use segno_score::{Options, Score, read_any};
use serde_json::{Value, json};

use super::file;
use crate::say;

/// Aligns a described recording with scores, the first of which is its own, and prints what was found.
pub(crate) fn run(description: &str, scores: &[&str]) -> Result<ExitCode, String> {
    let path = Path::new(description);
    let value: Value =
        serde_json::from_slice(&file(path)?).map_err(|fault| format!("{description}: {fault}"))?;
    let audio = path.with_file_name(value["audio"].as_str().unwrap_or_default());
    let source = std::fs::File::open(&audio).map_err(|fault| format!("{}: {fault}", audio.display()))?;
    let features = decode::read(source).map_err(|fault| format!("{}: {fault}", audio.display()))?;
    let listened = processor_seconds();
    let mut results = Vec::new();
    for score in scores {
        let score = read(score)?;
        results.push(told(&Aligner::new(&score).align(&features)));
    }
    say(format_args!(
        "{}",
        json!({
            "seconds": features.seconds(),
            "tuning_cents": features.tuning_cents(),
            "listen_s": listened,
            "cpu_s": processor_seconds(),
            "peak_mb": peak_megabytes(),
            "results": results,
        })
    ));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn read(path: &str) -> Result<Score, String> {
    read_any(&file(Path::new(path))?, &Options::new().with_onsets())
        .map_err(|fault| format!("{path}: {fault}"))
}

/// What was found, as the other process reads it.
fn told(found: &Result<Aligned, Error>) -> Value {
    match found {
        Err(error) => {
            json!({"error": error.to_string(), "kind": format!("{error:?}").split([' ', '{']).next()})
        }
        Ok(aligned) => {
            let bars: Vec<Value> =
                aligned.bars.iter().map(|bar| json!([bar.written, bar.seconds, bar.spread])).collect();
            json!({
                "bars": bars,
                "match": aligned.match_,
                "margin": aligned.margin,
                "transposition": aligned.transposition,
                "before": aligned.before,
                "after": aligned.after,
                "breaks": aligned.breaks.len(),
            })
        }
    }
}

/// Draws what is found in a recording.
pub(crate) fn picture(out: &str, score: &str, recording: &str) -> Result<ExitCode, String> {
    let score = read(score)?;
    let source = std::fs::File::open(recording).map_err(|fault| format!("{recording}: {fault}"))?;
    let features = decode::read(source).map_err(|fault| format!("{recording}: {fault}"))?;
    let aligned = Aligner::new(&score).align(&features).map_err(|fault| fault.to_string())?;
    let numbers: Vec<&str> = score.structure.bars.iter().map(|bar| bar.number.as_str()).collect();
    let title = score.title.as_deref().unwrap_or_default();
    let drawing = svg::Drawing { title, numbers: &numbers, ..svg::Drawing::default() };
    std::fs::write(out, svg::draw(&aligned, &features, &drawing))
        .map_err(|fault| format!("{out}: {fault}"))?;
    for bar in aligned.uncertain(svg::UNSURE) {
        say(format_args!(
            "bar {} at {:.2} s ± {:.2}",
            numbers.get(bar.written).unwrap_or(&"?"),
            bar.seconds,
            bar.spread
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Time and memory for one piece played longer and longer.
pub(crate) fn growth(minutes: &[&str]) -> Result<ExitCode, String> {
    if let [minutes] = minutes {
        return grown(minutes.parse().map_err(|_| "invalid minutes: expected a whole number".to_owned())?);
    }
    say("minutes  listening s  aligning s  x real time  peak MB  bars right");
    for minutes in [1, 2, 5, 10, 20, 30, 60] {
        let value = super::own(&["--growth", &minutes.to_string()])?;
        let figure = |key: &str| value[key].as_f64().unwrap_or(f64::NAN);
        let all = figure("listen_s") + figure("align_s");
        say(format_args!(
            "{minutes:>7}  {:>11.2}  {:>10.2}  {:>11.0}  {:>7.0}  {:>9.1} %",
            figure("listen_s"),
            figure("align_s"),
            60.0 * minutes as f64 / all,
            figure("peak_mb"),
            figure("right")
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// A made-up piece of this length, played by simple tones.
fn grown(minutes: usize) -> Result<ExitCode, String> {
    use segno_score::Onset;
    use segno_syncpoint::{BarGrid, Fraction, Structure, WrittenBar};
    const RATE: u32 = 44_100;
    const SECONDS: f64 = 2.0;
    let bars = 30 * minutes;
    let mut dice = 88_172_645_463_325_252_u64;
    let mut roll = |sides: u64| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % sides
    };
    let mut score = Score::default();
    let bar =
        |number: usize| WrittenBar::new(number.to_string(), Fraction::new(4, 4).unwrap_or(Fraction::ZERO));
    score.structure = Structure { bars: (1..=bars).map(bar).collect() };
    score.grid = BarGrid::uniform(bars, 4, 4).unwrap_or_default();
    let mut notes: Vec<(f64, u8)> = Vec::new();
    for bar in 0..bars {
        for eighth in 0..8_u32 {
            for low in [45, 60] {
                let key = low + roll(15) as u8;
                let offset = Fraction::new(eighth, 8).unwrap_or(Fraction::ZERO);
                let duration = Fraction::new(1, 8).unwrap_or(Fraction::ZERO);
                score.onsets.push(Onset::new(0, bar, offset, Some(key), duration));
                notes.push((SECONDS * (bar as f64 + f64::from(eighth) / 8.0), key));
            }
        }
    }
    let mut analyzer = segno_align::Analyzer::new(RATE).map_err(|fault| fault.to_string())?;
    let mut sounding: Vec<(f64, f64)> = Vec::new();
    let mut next = notes.iter().peekable();
    let mut made = 0.0;
    for second in 0..60 * minutes {
        let start = f64::from(RATE) * second as f64;
        let block: Vec<f32> = (0..RATE)
            .map(|n| {
                let now = (start + f64::from(n)) / f64::from(RATE);
                while let Some((at, key)) = next.next_if(|(at, _)| *at <= now) {
                    sounding.push((*at, 440.0 * ((f64::from(*key) - 69.0) / 12.0).exp2()));
                }
                sounding.retain(|(at, _)| now - at < 0.4);
                let tone = |&(at, frequency): &(f64, f64)| {
                    let age = now - at;
                    let phase = std::f64::consts::TAU * frequency * age;
                    (age / 0.005).min(1.0) * (-4.0 * age).exp() * (phase.sin() + 0.5 * (2.0 * phase).sin())
                };
                (0.1 * sounding.iter().map(tone).sum::<f64>()) as f32
            })
            .collect();
        let before = processor_seconds();
        analyzer.push(&block);
        made += processor_seconds() - before;
    }
    let clock = Instant::now();
    let features = analyzer.finish();
    let listened = made + clock.elapsed().as_secs_f64();
    let before = processor_seconds();
    let aligned = Aligner::new(&score).align(&features).map_err(|fault| fault.to_string())?;
    let aligning = processor_seconds() - before;
    let right =
        aligned.bars.iter().filter(|bar| (bar.seconds - SECONDS * bar.written as f64).abs() < 0.05).count();
    say(format_args!(
        "{}",
        json!({"listen_s": listened, "align_s": aligning, "peak_mb": peak_megabytes(), "right": 100.0 * right as f64 / bars as f64})
    ));
    Ok(ExitCode::SUCCESS)
}

/// Seconds of processor time that this process used; 0 where the system does not tell.
pub(crate) fn processor_seconds() -> f64 {
    let Ok(text) = std::fs::read_to_string("/proc/self/stat") else { return 0.0 };
    // The name of the program may hold spaces.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory that this process held at a time; 0 where the system does not tell.
pub(crate) fn peak_megabytes() -> f64 {
    let Ok(text) = std::fs::read_to_string("/proc/self/status") else { return 0.0 };
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(0.0, |kilobytes| kilobytes / 1024.0)
}
