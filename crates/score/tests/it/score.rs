//! Small scores for the other tests.

use segno_score::{Options, Score, musicxml};

/// A partwise score of one part with these bars, 4/4 with 4 divisions a quarter in the first one.
pub(crate) fn xml(bars: &[&str]) -> String {
    let mut text = String::from(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">
<score-partwise version="4.0"><part-list><score-part id="P1"><part-name>Oboe</part-name></score-part></part-list>
<part id="P1">"#,
    );
    for (index, bar) in bars.iter().enumerate() {
        let first = if index == 0 { FIRST } else { "" };
        text += &format!("<measure number=\"{}\">{first}{bar}</measure>\n", index + 1);
    }
    text + "</part></score-partwise>"
}

const FIRST: &str =
    "<attributes><divisions>4</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>";

/// A rest that fills a 4/4 bar.
pub(crate) const REST: &str = "<note><rest measure=\"yes\"/><duration>16</duration></note>";

/// Reads such a score, in both ways.
pub(crate) fn read(bars: &[&str]) -> Score {
    read_text(&xml(bars))
}

/// Reads a score, in both ways.
pub(crate) fn read_text(text: &str) -> Score {
    let options = Options::new().with_onsets();
    let whole = musicxml::read_slice(text.as_bytes(), &options).unwrap();
    let streamed = musicxml::read(std::io::BufReader::with_capacity(5, text.as_bytes()), &options).unwrap();
    assert_eq!(whole, streamed);
    whole
}

/// The kinds of the diagnostics with their printed bar numbers.
pub(crate) fn told(score: &Score) -> Vec<String> {
    score
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{:?} {}", diagnostic.kind, diagnostic.measure))
        .collect()
}
