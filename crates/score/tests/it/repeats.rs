//! The generated scores of the repeat corpus against the structures they were generated from.

use std::path::PathBuf;

use segno_score::{Options, musicxml};
use segno_syncpoint::{JumpKind, MarkerKind, Place, RepeatStart, Structure};
use serde_json::Value;

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/repeats")
}

/// One line per bar. Labels are replaced by the places of the markers that carry them, because MusicXML has a
/// name for the coda that a to-coda leads to, but none for the to-coda itself.
fn lines(structure: &Structure) -> Vec<String> {
    let marked = |label: &str| -> String {
        let places: Vec<String> = structure
            .bars
            .iter()
            .enumerate()
            .flat_map(|(index, bar)| bar.markers.iter().map(move |marker| (index, marker)))
            .filter(|(_, marker)| marker.label == label)
            .map(|(index, marker)| format!("{:?}@{index}", marker.kind))
            .collect();
        if places.is_empty() { "nowhere".to_owned() } else { places.join("+") }
    };
    let line = |(index, bar): (usize, &segno_syncpoint::WrittenBar)| {
        let actual = bar.actual.map_or_else(String::new, |actual| format!(" actual {}", actual.lowest()));
        let mut line = format!("{index} n={} {}{actual}", bar.number, bar.nominal);
        if bar.implicit {
            line += " implicit";
        }
        match bar.repeat_start {
            Some(RepeatStart::Printed) => line += " |:",
            Some(RepeatStart::Implied) => line += " (|:)",
            None => {}
        }
        if let Some(end) = bar.repeat_end {
            line += &format!(" :|x{} after jump {:?}", end.plays, end.after_jump);
        }
        for ending in &bar.endings {
            line += &format!(" ending {:?} start {} stop {:?}", ending.numbers, ending.start, ending.stop);
        }
        for marker in &bar.markers {
            let at = if marker.at == Place::Start { "start" } else { "end" };
            line += &format!(" {:?}[{}] at {at}", marker.kind, marked(&marker.label));
        }
        for jump in &bar.jumps {
            let kind = if jump.kind == JumpKind::DaCapo { "D.C." } else { "D.S." };
            let to = if jump.kind == JumpKind::DaCapo { String::new() } else { marked(&jump.to) };
            let until = if jump.until == "end" { "end".to_owned() } else { marked(&jump.until) };
            let coda = jump.continue_at.as_deref().map(marked);
            line += &format!(
                " {kind} to {to} until {until} coda {coda:?} repeats {} passes {:?}",
                jump.play_repeats, jump.passes
            );
        }
        if bar.section_break {
            line += " section break";
        }
        line
    };
    structure.bars.iter().enumerate().map(line).collect()
}

/// The structure in the neutral JSON, less what MusicXML cannot say: copies of signs on other staves (which are
/// counted once) and a jump without a target.
fn neutral(case: &Value) -> Structure {
    use segno_syncpoint::{Ending, EndingStop, Jump, Marker, RepeatEnd, WrittenBar};
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let yes = |value: &Value, key: &str| value.get(key).and_then(Value::as_bool) == Some(true);
    let number = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
    let numbers = |value: &Value, key: &str| list(value, key).iter().map(number).collect::<Vec<_>>();
    let bars = list(case, "bars");
    let play_repeats = bars.iter().flat_map(|bar| list(bar, "jumps")).any(|jump| yes(&jump, "play_repeats"));
    let read = |bar: &Value| {
        let mut written = WrittenBar::new(text(bar, "n"), text(bar, "len").parse().unwrap());
        written.actual = bar.get("actual").map(|actual| actual.as_str().unwrap().parse().unwrap());
        written.implicit = yes(bar, "implicit");
        written.repeat_start = yes(bar, "repeat_start").then_some(if yes(bar, "repeat_start_implied") {
            RepeatStart::Implied
        } else {
            RepeatStart::Printed
        });
        written.repeat_end = bar.get("repeat_end").map(|end| RepeatEnd {
            plays: number(&end["plays"]),
            // MusicXML says this of each repeat where the structure says it of the jump.
            after_jump: end.get("after_jump").map_or(play_repeats.then_some(true), Value::as_bool),
        });
        for ending in list(bar, "endings").iter().filter(|ending| ending.get("staff").is_none()) {
            written.endings.push(Ending {
                numbers: numbers(ending, "numbers"),
                id: None,
                start: yes(ending, "start"),
                stop: ending.get("stop").map(|stop| match stop.as_str() {
                    Some("stop") => EndingStop::Stop,
                    _ => EndingStop::Discontinue,
                }),
                staff: None,
            });
        }
        for marker in list(bar, "markers").iter().filter(|marker| marker.get("staff").is_none()) {
            let kind = match text(marker, "kind").as_str() {
                "segno" => MarkerKind::Segno,
                "coda" => MarkerKind::Coda,
                "to-coda" => MarkerKind::ToCoda,
                _ => MarkerKind::Fine,
            };
            let at = if text(marker, "at") == "start" { Place::Start } else { Place::End };
            written.markers.push(Marker { kind, label: text(marker, "label"), at, staff: None });
        }
        for jump in list(bar, "jumps") {
            if jump.get("staff").is_some() || text(&jump, "to").is_empty() {
                continue;
            }
            written.jumps.push(Jump {
                kind: if text(&jump, "kind") == "dacapo" { JumpKind::DaCapo } else { JumpKind::DalSegno },
                to: text(&jump, "to"),
                until: text(&jump, "until"),
                continue_at: jump.get("continue_at").and_then(Value::as_str).map(str::to_owned),
                play_repeats: yes(&jump, "play_repeats"),
                passes: numbers(&jump, "passes"),
                staff: None,
            });
        }
        written
    };
    Structure { bars: bars.iter().map(read).collect() }
}

#[test]
fn every_generated_score_is_read_to_the_structure_it_was_made_from() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(data()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "musicxml") {
            continue;
        }
        seen += 1;
        let case: Value =
            serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap()).unwrap();
        let expected = lines(&neutral(&case));
        let bytes = std::fs::read(&path).unwrap();
        let whole = musicxml::read_slice(&bytes, &Options::new()).unwrap();
        let streamed =
            musicxml::read(std::io::BufReader::with_capacity(7, &bytes[..]), &Options::new()).unwrap();
        assert_eq!(whole, streamed, "{}", path.display());
        let found = lines(&whole.structure);
        for (expected, found) in expected.iter().zip(&found).filter(|(expected, found)| expected != found) {
            wrong.push(format!(
                "{}\n  expected {expected}\n  found    {found}",
                path.file_stem().unwrap().to_string_lossy()
            ));
        }
        if expected.len() != found.len() {
            wrong.push(format!("{}: {} bars, expected {}", path.display(), found.len(), expected.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 60, "only {seen} scores");
}
