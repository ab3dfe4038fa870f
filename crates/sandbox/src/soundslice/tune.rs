//! Short pieces in public domain, written down so that one text gives the score and its bar times.

use std::fmt::Write as _;

use quick_xml::escape::escape;

/// Durations are counted in thirty-second notes.
const QUARTER: u32 = 8;

/// A melody in one part.
pub(super) struct Tune {
    pub(super) title: &'static str,
    pub(super) composer: &'static str,
    /// Beats in a bar and the kind of note that gets the beat.
    pub(super) metre: (u32, u32),
    /// Bars separated by `|`; notes as pitch, octave, kind (`w h q e s`) and a dot: `F#5e`, `A4h.`, `rq` is a rest.
    pub(super) melody: &'static str,
}

/// One note or rest.
struct Note {
    /// Step, sharps, octave.
    pitch: Option<(char, i32, i32)>,
    kind: char,
    dotted: bool,
}

impl Note {
    fn parse(text: &str) -> Option<Self> {
        let (text, dotted) = text.strip_suffix('.').map_or((text, false), |text| (text, true));
        let kind = text.chars().next_back().filter(|kind| "whqes".contains(*kind))?;
        let pitch = &text[..text.len() - 1];
        if pitch == "r" {
            return Some(Self { pitch: None, kind, dotted });
        }
        let step = pitch.chars().next()?;
        let octave = pitch.chars().next_back()?.to_digit(10)?;
        let alter = i32::from(pitch.contains('#')) - i32::from(pitch.contains('b'));
        Some(Self { pitch: Some((step, alter, i32::try_from(octave).ok()?)), kind, dotted })
    }

    fn length(&self) -> u32 {
        let plain = match self.kind {
            'w' => 4 * QUARTER,
            'h' => 2 * QUARTER,
            'q' => QUARTER,
            'e' => QUARTER / 2,
            _ => QUARTER / 4,
        };
        if self.dotted { plain * 3 / 2 } else { plain }
    }
}

impl Tune {
    fn bars(&self) -> impl Iterator<Item = Vec<Note>> {
        self.melody.split('|').map(|bar| bar.split_whitespace().filter_map(Note::parse).collect())
    }

    /// A partwise MusicXML document.
    pub(super) fn musicxml(&self) -> String {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<score-partwise version=\"4.0\"><work><work-title>{}</work-title>\
             </work><identification><creator type=\"composer\">{}</creator></identification><part-list>\
             <score-part id=\"P1\"><part-name>Melody</part-name></score-part></part-list><part id=\"P1\">",
            escape(self.title),
            escape(self.composer)
        );
        for (index, bar) in self.bars().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(xml, "<measure number=\"{}\">", index + 1);
            if index == 0 {
                let (beats, beat_type) = self.metre;
                let _ = write!(
                    xml,
                    "<attributes><divisions>{QUARTER}</divisions><time><beats>{beats}</beats><beat-type>{beat_type}\
                     </beat-type></time><clef><sign>G</sign><line>2</line></clef></attributes>"
                );
            }
            for note in bar {
                xml.push_str("<note>");
                match note.pitch {
                    None => xml.push_str("<rest/>"),
                    Some((step, alter, octave)) => {
                        let alter =
                            if alter == 0 { String::new() } else { format!("<alter>{alter}</alter>") };
                        let _ =
                            write!(xml, "<pitch><step>{step}</step>{alter}<octave>{octave}</octave></pitch>");
                    }
                }
                let kind = match note.kind {
                    'w' => "whole",
                    'h' => "half",
                    'q' => "quarter",
                    'e' => "eighth",
                    _ => "16th",
                };
                let dot = if note.dotted { "<dot/>" } else { "" };
                let _ = write!(xml, "<duration>{}</duration><type>{kind}</type>{dot}</note>", note.length());
            }
            xml.push_str("</measure>");
        }
        xml + "</part></score-partwise>"
    }

    /// The times of the bar lines in seconds, the end of the last bar included.
    pub(super) fn bar_times(&self, quarters_per_minute: f64) -> Vec<f64> {
        let mut units = 0;
        let mut times = vec![0.0];
        for bar in self.bars() {
            units += bar.iter().map(Note::length).sum::<u32>();
            times.push(f64::from(units) / f64::from(QUARTER) * 60.0 / quarters_per_minute);
        }
        times
    }
}

pub(super) const ODE_TO_JOY: Tune = Tune {
    title: "Ode to Joy",
    composer: "Ludwig van Beethoven",
    metre: (4, 4),
    melody: "E4q E4q F4q G4q | G4q F4q E4q D4q | C4q C4q D4q E4q | E4q. D4e D4h \
             | E4q E4q F4q G4q | G4q F4q E4q D4q | C4q C4q D4q E4q | D4q. C4e C4h",
};

pub(super) const FRERE_JACQUES: Tune = Tune {
    title: "Frère Jacques",
    composer: "Traditional",
    metre: (4, 4),
    melody: "C4q D4q E4q C4q | C4q D4q E4q C4q | E4q F4q G4h | E4q F4q G4h \
             | G4e A4e G4e F4e E4q C4q | G4e A4e G4e F4e E4q C4q | C4q G3q C4h | C4q G3q C4h",
};

pub(super) const MINUET: Tune = Tune {
    title: "Minuet in G, BWV Anh. 114",
    composer: "Christian Petzold",
    metre: (3, 4),
    melody: "D5q G4e A4e B4e C5e | D5q G4q G4q | E5q C5e D5e E5e F#5e | G5q G4q G4q \
             | C5q D5e C5e B4e A4e | B4q C5e B4e A4e G4e | F#4q G4e A4e B4e G4e | A4h.",
};

pub(super) const GYMNOPEDIE: Tune = Tune {
    title: "Gymnopédie No. 1",
    composer: "Erik Satie",
    metre: (3, 4),
    melody: "rh. | rh. | rq F#5q A5q | G5q F#5q C#5q | B4q C#5q D5q | A4h.",
};

/// What is exported for notation that the sandbox does not read.
pub(super) fn empty_score(title: &str, composer: &str) -> String {
    let bar = Tune { title: "", composer: "", metre: (4, 4), melody: "rw" };
    bar.musicxml()
        .replacen("<work-title></work-title>", &format!("<work-title>{}</work-title>", escape(title)), 1)
        .replacen("\"composer\"></creator>", &format!("\"composer\">{}</creator>", escape(composer)), 1)
}
