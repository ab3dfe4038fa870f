//! The score as one JSON object. Bars are counted from 0.

use segno_score::Score;
use segno_syncpoint::Playthrough;
use serde::Serialize;

use crate::failure::Failure;

/// What `--json` prints of a file that was read.
#[derive(Serialize)]
struct Report<'a> {
    /// The number of written bars.
    bars: usize,
    /// The written bars in the order in which they are played.
    order: Vec<usize>,
    /// When each of them begins, in seconds.
    starts_s: Vec<f64>,
    /// When the last of them ends, in seconds.
    end_s: f64,
    /// The number of written notes; tied ones count once.
    notes: usize,
    parts: Vec<Name<'a>>,
    diagnostics: Vec<Remark<'a>>,
}

#[derive(Serialize)]
struct Name<'a> {
    id: &'a str,
    name: &'a str,
    programs: &'a [u8],
}

#[derive(Serialize)]
struct Remark<'a> {
    code: &'static str,
    bar: Option<usize>,
    /// Bytes before the place in the file; none for what was found while the bars were put in order.
    byte: Option<u64>,
    message: std::borrow::Cow<'a, str>,
}

pub(super) fn report(score: &Score, play: &Playthrough) -> Result<String, Failure> {
    let mut starts_s = score.bar_times(play.order());
    let end_s = starts_s.pop().unwrap_or(0.0);
    let read = score.diagnostics.iter().map(|remark| Remark {
        code: remark.kind.code(),
        bar: remark.bar,
        byte: Some(remark.offset),
        message: remark.message.as_str().into(),
    });
    let played = play.diagnostics().iter().map(|remark| Remark {
        code: remark.kind.code(),
        bar: Some(remark.bar),
        byte: None,
        message: remark.kind.to_string().into(),
    });
    let report = Report {
        bars: score.structure.bars.len(),
        order: play.order().collect(),
        starts_s,
        end_s,
        notes: score.onsets.len(),
        parts: score
            .parts
            .iter()
            .map(|part| Name { id: &part.id, name: &part.name, programs: &part.programs })
            .collect(),
        diagnostics: read.chain(played).collect(),
    };
    let line = serde_json::to_string(&report).map_err(|error| Failure::new(error.to_string()))?;
    Ok(line + "\n")
}

/// What is printed of a file that could not be read.
pub(super) fn refusal(error: &str) -> String {
    serde_json::json!({ "error": error }).to_string() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use segno_score::{Options, read_any};
    use segno_syncpoint::Policy;
    use serde_json::{Value, json};

    #[test]
    fn bars_are_counted_from_0_and_ends_are_apart() {
        let text = br#"<score-partwise><part-list><score-part id="P1"><part-name>Oboe</part-name></score-part></part-list>
            <part id="P1"><measure number="1"><note><pitch><step>C</step><octave>4</octave></pitch><duration>4</duration></note></measure>
            <measure number="2"><note><rest/><duration>4</duration></note>
            <barline location="right"><repeat direction="backward"/></barline></measure></part></score-partwise>"#;
        let score = read_any(text, &Options::new().with_onsets()).unwrap();
        let play = score.structure.unroll(&Policy::CLASSICAL).unwrap();
        let report: Value = serde_json::from_str(&report(&score, &play).unwrap()).unwrap();
        assert_eq!(report["bars"], 2);
        assert_eq!(report["order"], json!([0, 1, 0, 1]));
        assert_eq!(report["starts_s"], json!([0.0, 2.0, 4.0, 6.0]));
        assert_eq!(report["end_s"], 8.0);
        assert_eq!(report["notes"], 1);
        assert_eq!(report["parts"], json!([{ "id": "P1", "name": "Oboe", "programs": [] }]));
        let codes: Vec<&Value> =
            report["diagnostics"].as_array().unwrap().iter().map(|remark| &remark["code"]).collect();
        assert!(codes.contains(&&json!("RepeatEndWithoutStart")));
    }
}
