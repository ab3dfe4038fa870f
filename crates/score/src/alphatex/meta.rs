//! Tags: titles, tracks, metres, repeats, signs, tempos, sync points.

use segno_syncpoint::{Ending, RepeatEnd, RepeatStart, WrittenBar};

use super::arguments::{Argument, Shape};
use super::lexer::Token;
use super::{Reader, Staff};
use crate::diagnostic::DiagnosticKind;
use crate::directions::Direction;
use crate::error::{Error, Limit};
use crate::outline::{OutlineTempo, one_line};
use crate::recording::RecordingPoint;
use crate::score::Part;
use crate::span::Span;

/// Every tag that alphaTab knows.
fn shape(name: &str) -> Option<Shape> {
    Some(match name {
        "title" | "subtitle" | "artist" | "album" | "words" | "music" | "wordsandmusic" | "copyright"
        | "copyright2" | "instructions" | "notices" | "tab" => Shape::Title,
        "track" => Shape::Texts(2),
        "tempo" => Shape::Tempo,
        "ts" => Shape::Metre,
        "section" => Shape::Section,
        "systemslayout" | "beaming" => Shape::Numbers,
        "tuning" => Shape::Pitches,
        "chord" => Shape::Chord,
        "lyrics" => Shape::Lyrics,
        "articulation" => Shape::Drum,
        "sync" => Shape::Sync,
        "rc"
        | "ae"
        | "ks"
        | "clef"
        | "ottava"
        | "tf"
        | "jump"
        | "simile"
        | "barlineleft"
        | "barlineright"
        | "scale"
        | "width"
        | "accidentals"
        | "spd"
        | "sph"
        | "spu"
        | "voicemode"
        | "barnumberdisplay"
        | "capo"
        | "displaytranspose"
        | "transpose"
        | "instrument"
        | "bank"
        | "defaultsystemslayout"
        | "bracketextendmode"
        | "singletracktracknamepolicy"
        | "multitracktracknamepolicy"
        | "firstsystemtracknamemode"
        | "othersystemstracknamemode"
        | "firstsystemtracknameorientation"
        | "othersystemstracknameorientation"
        | "chorddiagramsinscore"
        | "defaultbarnumberdisplay" => Shape::One,
        "ro"
        | "ac"
        | "ft"
        | "db"
        | "staff"
        | "voice"
        | "showdynamics"
        | "hidedynamics"
        | "usesystemsignseparator"
        | "multibarrest"
        | "extendbarlines"
        | "hideemptystaves"
        | "hideemptystavesinfirstsystem"
        | "showsinglestaffbrackets" => Shape::None,
        _ => return None,
    })
}

/// Whether a tag says something of the bar that it stands in.
fn is_of_bar(name: &str) -> bool {
    matches!(
        name,
        "ts" | "ro"
            | "rc"
            | "ae"
            | "ks"
            | "clef"
            | "ottava"
            | "tempo"
            | "tf"
            | "ac"
            | "section"
            | "jump"
            | "ft"
            | "simile"
            | "barlineleft"
            | "barlineright"
            | "scale"
            | "width"
            | "accidentals"
            | "spd"
            | "sph"
            | "spu"
            | "db"
            | "barnumberdisplay"
            | "beaming"
    )
}

pub(super) fn is_known(name: &str) -> bool {
    shape(name).is_some()
}

impl Reader<'_> {
    /// Reads a tag; tells whether it says something of a bar.
    pub(super) fn tag(&mut self) -> Result<bool, Error> {
        let Some(Token::Tag(name)) = self.lexer.next()? else { return Ok(false) };
        let name = name.to_ascii_lowercase();
        let offset = self.lexer.place();
        let known = shape(&name);
        if known.is_none() {
            let message = format!(
                "a tag \\{} that is not known: passed over",
                name.chars().take(40).collect::<String>()
            );
            self.outline.note(DiagnosticKind::Unsupported, offset, message);
        }
        if name == "track" {
            self.track()?;
        }
        let mut drums = self.properties()?;
        let arguments = self.arguments(known.unwrap_or(Shape::Texts(2)))?;
        drums |= self.properties()?;
        self.obey(&name, &arguments, offset)?;
        self.staff.drums |= drums;
        Ok(is_of_bar(&name))
    }

    fn obey(&mut self, name: &str, arguments: &[Argument], offset: u64) -> Result<(), Error> {
        let first = arguments.first();
        let word = first.and_then(Argument::text);
        let line = || word.map(one_line).filter(|text| !text.is_empty());
        match name {
            "title" => self.outline.title = line(),
            "music" | "wordsandmusic" => self.outline.composer = line(),
            "artist" => {
                let artist = line();
                self.outline.composer = self.outline.composer.take().or(artist);
            }
            "track" => {
                let texts: Vec<String> = arguments.iter().filter_map(Argument::text).map(one_line).collect();
                if let Some(part) = self.outline.parts.get_mut(self.staff.part) {
                    part.name = texts.first().cloned().unwrap_or_default();
                    part.abbreviation = texts.get(1).cloned();
                }
            }
            "staff" => self.next_staff(),
            "voice" if self.begun => {
                self.voice += 1;
                self.bar = 0;
            }
            "tuning" => {
                let pitches = arguments.iter().map(|pitch| super::beats::pitch(pitch.text()?));
                self.staff.tuning = pitches.collect::<Option<_>>().unwrap_or_default();
            }
            "capo" => {
                self.staff.capo =
                    first.and_then(Argument::whole).filter(|capo| *capo <= 64).unwrap_or(0).cast_signed()
            }
            "instrument" => {
                self.staff.drums = word.is_some_and(|word| word.eq_ignore_ascii_case("percussion"));
                let program = first.and_then(Argument::whole).and_then(|program| u8::try_from(program).ok());
                if let Some(part) = self.outline.parts.get_mut(self.staff.part) {
                    part.programs = program.filter(|program| *program < 128).into_iter().collect();
                }
            }
            "ts" => {
                let numbers: Vec<u32> = arguments.iter().filter_map(Argument::whole).collect();
                let metre = match (numbers.as_slice(), word) {
                    (&[beats, unit], _) if (1..=1_024).contains(&beats) && (1..=1_024).contains(&unit) => {
                        (beats, unit)
                    }
                    (_, Some(word)) if word.eq_ignore_ascii_case("common") => (4, 4),
                    _ => {
                        let message = "invalid time signature: expected two numbers; the one before goes on";
                        self.outline.note(DiagnosticKind::BadValue, offset, message);
                        return Ok(());
                    }
                };
                self.check_bar()?;
                self.metres.insert(self.bar, metre);
            }
            "ac" => {
                self.check_bar()?;
                self.pickups.push(self.bar);
            }
            "ro" => self.on_bar(|bar| bar.repeat_start = Some(RepeatStart::Printed))?,
            "rc" => {
                let plays = first.map_or(2, |plays| self.outline.plays(&plays.to_string(), self.bar, offset));
                self.on_bar(|bar| bar.repeat_end = Some(RepeatEnd { plays, after_jump: None }))?;
            }
            "ae" => {
                let stated: Vec<String> = arguments.iter().map(Argument::to_string).collect();
                let numbers = self.outline.passes(stated.iter().map(String::as_str), offset);
                let ending = Ending { numbers, id: None, start: true, stop: None, staff: None };
                self.on_bar(|bar| bar.endings = vec![ending])?;
            }
            "jump" => {
                self.outline.count_sign()?;
                match word.and_then(Direction::named) {
                    Some(direction) => self.on_bar(|bar| direction.place(bar))?,
                    None => {
                        let message = "a direction that is not known: left out";
                        self.outline.note(DiagnosticKind::Unsupported, offset, message);
                    }
                }
            }
            "section" => {
                let words: Vec<&str> = arguments.iter().filter_map(Argument::text).collect();
                self.ensure_bar()?;
                self.outline.add_section(self.bar, Span::ZERO, &words.join(" "))?;
            }
            "tempo" => {
                let numbers: Vec<f64> = arguments.iter().filter_map(Argument::number).collect();
                let share = numbers.get(1).copied().unwrap_or(0.0);
                let share = Span::decimal(&format!("{share}")).filter(|share| !share.is_negative());
                match numbers.first().zip(share) {
                    Some((&tempo, share)) => self.note_tempo(self.bar, share, tempo, offset)?,
                    None => self.outline.note(DiagnosticKind::BadValue, offset, "invalid tempo: left out"),
                }
            }
            "articulation" => {
                let key = arguments.get(1).and_then(Argument::whole).and_then(|key| i32::try_from(key).ok());
                if let (Some(name), Some(key)) = (word, key) {
                    self.drums.insert(name.to_lowercase(), super::drums::numbered(key));
                }
            }
            "sync" => self.sync_point(arguments, offset),
            "voicemode" if word.is_some_and(|word| word.eq_ignore_ascii_case("barWise")) => {
                let message =
                    "voices that follow each other bar by bar: read as following each other as a whole";
                self.outline.note(DiagnosticKind::Unsupported, offset, message);
            }
            "simile" if word.is_some_and(|word| !word.eq_ignore_ascii_case("none")) => {
                let message = "a simile mark: the notes that it stands for are not listed again";
                self.outline.note(DiagnosticKind::Unsupported, offset, message);
            }
            _ => {}
        }
        Ok(())
    }

    /// Refuses signs in bars that there may not be.
    fn check_bar(&self) -> Result<(), Error> {
        self.outline.check_bars(self.bar)
    }

    fn on_bar(&mut self, change: impl FnOnce(&mut WrittenBar)) -> Result<(), Error> {
        self.ensure_bar()?;
        if let Some(bar) = self.outline.bars.get_mut(self.bar) {
            change(&mut bar.written);
        }
        Ok(())
    }

    /// A new track, unless nothing was read of the first one.
    fn track(&mut self) -> Result<(), Error> {
        if self.begun || self.tracks > 0 {
            let id = (self.outline.parts.len() + 1).to_string();
            let part = self.outline.add_part(Part { id, ..Part::default() })?;
            self.staves += 1;
            self.staff = Staff { number: self.staves, ..Staff::new(part) };
        }
        self.tracks += 1;
        (self.bar, self.voice, self.begun) = (0, 0, false);
        Ok(())
    }

    fn next_staff(&mut self) {
        if self.begun {
            self.staves += 1;
            self.staff = Staff { number: self.staves, ..Staff::new(self.staff.part) };
        }
        (self.bar, self.voice, self.begun) = (0, 0, false);
    }

    /// Adds a tempo at a share of a bar.
    pub(super) fn note_tempo(
        &mut self,
        bar: usize,
        share: Span,
        tempo: f64,
        offset: u64,
    ) -> Result<(), Error> {
        self.tempos.push((bar, share, tempo, offset));
        if self.tempos.len() > self.elements {
            return Err(self.outline.exceeded(Limit::Elements));
        }
        Ok(())
    }

    /// Puts the tempos into their bars, whose lengths are known now.
    pub(super) fn place_tempos(&mut self) -> Result<(), Error> {
        for (bar, share, quarter_bpm, offset) in core::mem::take(&mut self.tempos) {
            let length = self.outline.bars.get(bar).map(|bar| Span::from(bar.written.length()));
            match length.and_then(|length| length.times(share)) {
                Some(place) => self.outline.add_tempo(OutlineTempo { bar, place, quarter_bpm, offset })?,
                None => {
                    let message = "a tempo in a bar that is not there: left out";
                    self.outline.note(DiagnosticKind::BadValue, offset, message);
                }
            }
        }
        Ok(())
    }

    fn sync_point(&mut self, arguments: &[Argument], offset: u64) {
        let whole = |index: usize| arguments.get(index).and_then(Argument::whole);
        let milliseconds = arguments.get(2).and_then(Argument::number);
        let share = arguments.get(3).and_then(Argument::number).unwrap_or(0.0);
        match (whole(0), whole(1), milliseconds) {
            (Some(bar), Some(occurrence), Some(milliseconds)) if (0.0..=1.0).contains(&share) => {
                let seconds = milliseconds / 1_000.0;
                self.sync.points.push(RecordingPoint { bar: bar as usize, occurrence, share, seconds });
            }
            _ => self.outline.note(DiagnosticKind::BadValue, offset, "invalid sync point: left out"),
        }
    }

    /// Properties in braces, of which only one matters for a tag: whether the track is one of drums.
    fn properties(&mut self) -> Result<bool, Error> {
        let mut drums = false;
        for (name, arguments) in self.property_list()? {
            if name == "instrument" {
                let word = arguments.first().and_then(Argument::text);
                drums |= word.is_some_and(|word| word.eq_ignore_ascii_case("percussion"));
                let program = arguments
                    .first()
                    .and_then(Argument::whole)
                    .and_then(|program| u8::try_from(program).ok());
                if let (Some(program), Some(part)) = (program, self.outline.parts.get_mut(self.staff.part)) {
                    part.programs = vec![program.min(127)];
                }
            }
        }
        Ok(drums)
    }
}
