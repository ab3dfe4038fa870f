//! GPIF, the XML of Guitar Pro 6 to 8: everything by number, and much of it used more than once.

mod content;
mod drums;
mod master;
mod play;
mod tempo;
mod tracks;

use std::collections::HashMap;

use crate::diagnostic::DiagnosticKind;
use crate::error::Error;
use crate::options::Options;
use crate::outline::{Outline, one_line};
use crate::score::{Format, Score};
use crate::span::Span;
use crate::xml::{Cursor, Token, XmlSource};
use content::{Bar, Beat, Note};
use master::{Automation, Backing, MasterBar};
use tracks::Track;

/// Reads a score.
pub(crate) fn read<S: XmlSource>(source: S, options: &Options, format: Format) -> Result<Score, Error> {
    let mut reader = Reader {
        cursor: Cursor::by_name(source, &options.limits),
        outline: Outline::new(options),
        elements: options.limits.elements,
        version: String::new(),
        anacrusis: false,
        automations: Vec::new(),
        order: Vec::new(),
        tracks: HashMap::new(),
        master_bars: Vec::new(),
        bars: HashMap::new(),
        voices: HashMap::new(),
        beats: HashMap::new(),
        notes: HashMap::new(),
        rhythms: HashMap::new(),
        backing: None,
        assets: HashMap::new(),
        told: Told::default(),
    };
    reader.file()?;
    reader.play(format)
}

/// A score being read: the tables of the file.
struct Reader<S> {
    cursor: Cursor<S>,
    outline: Outline,
    /// How many beats and notes may be visited: the tables may name one as often as they like.
    elements: usize,
    version: String,
    anacrusis: bool,
    automations: Vec<Automation>,
    /// The tracks in score order.
    order: Vec<i64>,
    tracks: HashMap<i64, Track>,
    master_bars: Vec<MasterBar>,
    bars: HashMap<i64, Bar>,
    voices: HashMap<i64, Vec<i64>>,
    beats: HashMap<i64, Beat>,
    notes: HashMap<i64, Note>,
    rhythms: HashMap<i64, Span>,
    backing: Option<Backing>,
    /// Audio files by their numbers.
    assets: HashMap<i64, String>,
    told: Told,
}

/// What was told once and is not told again.
#[derive(Default)]
struct Told {
    simile: bool,
    fermata: bool,
    feel: bool,
}

impl<S: XmlSource> Reader<S> {
    fn file(&mut self) -> Result<(), Error> {
        let root = self.cursor.next()?;
        if !matches!(root, Token::Open(_)) || self.cursor.name() != "GPIF" {
            let root = self.cursor.name().to_owned();
            return Err(Error::Root { at: self.cursor.position(), root });
        }
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "GPVersion" => self.version = one_line(self.cursor.text()?),
                "Score" => self.titles()?,
                "MasterTrack" => self.master_track()?,
                "BackingTrack" => self.backing_track()?,
                "Tracks" => self.each(Self::track)?,
                "MasterBars" => self.each(Self::master_bar)?,
                "Bars" => self.each(Self::bar)?,
                "Voices" => self.each(Self::voice)?,
                "Beats" => self.each(Self::beat)?,
                "Notes" => self.each(Self::note)?,
                "Rhythms" => self.each(Self::rhythm)?,
                "Assets" => self.each(Self::asset)?,
                _ => self.cursor.skip()?,
            }
        }
        while self.cursor.next()? != Token::End {}
        Ok(())
    }

    /// Reads each element of a list.
    fn each(&mut self, read: fn(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            read(self)?;
        }
        Ok(())
    }

    fn titles(&mut self) -> Result<(), Error> {
        let (mut artist, mut music) = (None, None);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Title" => self.outline.title = self.words()?,
                "Artist" => artist = self.words()?,
                "Music" => music = self.words()?,
                "WordsAndMusic" => {
                    let words = self.words()?;
                    music = music.or(words);
                }
                _ => self.cursor.skip()?,
            }
        }
        self.outline.composer = music.or(artist);
        Ok(())
    }

    /// The text of the element opened last; `None` if it is empty.
    fn words(&mut self) -> Result<Option<String>, Error> {
        Ok(Some(one_line(self.cursor.text()?)).filter(|words| !words.is_empty()))
    }

    /// The text of the element opened last as a number.
    fn number<N: core::str::FromStr>(&mut self) -> Result<Option<N>, Error> {
        Ok(self.cursor.text()?.parse().ok())
    }

    /// The numbers that the text of the element opened last lists.
    fn numbers(&mut self) -> Result<Vec<i64>, Error> {
        Ok(self.cursor.text()?.split_ascii_whitespace().map(|number| number.parse().unwrap_or(-1)).collect())
    }

    /// The number by which others refer to the element opened last.
    fn id(&self) -> Result<i64, Error> {
        Ok(self.cursor.attribute("id")?.and_then(|id| id.parse().ok()).unwrap_or(-1))
    }

    fn asset(&mut self) -> Result<(), Error> {
        let id = self.id()?;
        let (mut inside, mut outside) = (None, None);
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "EmbeddedFilePath" => inside = self.words()?,
                "OriginalFilePath" => outside = self.words()?,
                _ => self.cursor.skip()?,
            }
        }
        self.assets.extend(inside.or(outside).map(|file| (id, file)));
        Ok(())
    }

    /// Tells of something once.
    fn tell(&mut self, told: fn(&mut Told) -> &mut bool, bar: usize, message: &str) {
        if !core::mem::replace(told(&mut self.told), true) {
            let offset = self.master_bars.get(bar).map_or(0, |bar| bar.offset);
            self.outline.diagnose(DiagnosticKind::Unsupported, bar, offset, message);
        }
    }
}
