//! Reads the neutral structures of the repeat corpus and compares structures up to the names of their labels.
//!
//! Also compiled into `xtask`, whose `corpus` command makes the same comparison.

use segno_syncpoint::{
    Ending, EndingStop, Jump, JumpKind, Marker, MarkerKind, Place, RepeatEnd, RepeatStart, Structure,
    WrittenBar,
};
use serde_json::Value;

/// One line per bar. Labels are replaced by the places of the markers that carry them, because MusicXML has a
/// name for the coda that a to-coda leads to, but none for the to-coda itself.
pub(crate) fn lines(structure: &Structure) -> Vec<String> {
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
    let line = |(index, bar): (usize, &WrittenBar)| {
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
pub(crate) fn neutral(case: &Value) -> Structure {
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
