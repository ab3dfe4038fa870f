//! Tracks: names, strings, capos, drum kits.

use super::Reader;
use crate::error::Error;
use crate::xml::{Token, XmlSource};

/// No instrument has more strings than this.
const MAX_STRINGS: usize = 64;

/// No drum kit has more articulations than this.
const MAX_ARTICULATIONS: usize = 1_024;

/// A track.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    pub(super) name: String,
    pub(super) short: Option<String>,
    pub(super) staves: Vec<Strings>,
    pub(super) drums: bool,
    /// The keys of a drum kit's articulations, in the file's order.
    pub(super) articulations: Vec<Option<i32>>,
    pub(super) programs: Vec<u8>,
}

/// The strings of a staff.
#[derive(Clone, Debug, Default)]
pub(super) struct Strings {
    /// The keys of the open strings, lowest first.
    pub(super) tuning: Vec<i32>,
    pub(super) capo: i32,
    /// A capo on some of the strings only, and on which.
    partial: Option<i32>,
    flags: Vec<bool>,
}

impl Strings {
    /// The key of a string at fret 0.
    pub(super) fn open(&self, string: usize) -> Option<i32> {
        let partial = self.partial.filter(|_| self.flags.get(string) == Some(&true)).unwrap_or(0);
        self.tuning.get(string)?.checked_add(self.capo.max(partial))
    }
}

impl<S: XmlSource> Reader<S> {
    pub(super) fn track(&mut self) -> Result<(), Error> {
        let id = self.id()?;
        let mut track = Track::default();
        // Guitar Pro 6 has one staff, and its strings belong to the track.
        let mut own = Strings::default();
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Name" => track.name = self.words()?.unwrap_or_default(),
                "ShortName" => track.short = self.words()?,
                "Staves" => {
                    while let Token::Open(_) = self.cursor.next()? {
                        let mut strings = Strings::default();
                        while let Token::Open(_) = self.cursor.next()? {
                            if self.cursor.name() == "Properties" {
                                self.strings(&mut strings)?;
                            } else {
                                self.cursor.skip()?;
                            }
                        }
                        track.staves.push(strings);
                    }
                }
                "Properties" => self.strings(&mut own)?,
                "GeneralMidi" => {
                    track.drums |= self.cursor.attribute("table")?.as_deref() == Some("Percussion");
                    self.midi(&mut track)?;
                }
                "MidiConnection" => {
                    while let Token::Open(_) = self.cursor.next()? {
                        if self.cursor.name() == "PrimaryChannel" {
                            track.drums |= self.number()? == Some(9);
                        } else {
                            self.cursor.skip()?;
                        }
                    }
                }
                "InstrumentSet" => self.instrument_set(&mut track)?,
                "Sounds" => {
                    while let Token::Open(_) = self.cursor.next()? {
                        while let Token::Open(_) = self.cursor.next()? {
                            if self.cursor.name() == "MIDI" {
                                self.midi(&mut track)?
                            } else {
                                self.cursor.skip()?
                            }
                        }
                    }
                }
                _ => self.cursor.skip()?,
            }
        }
        if track.staves.is_empty() {
            track.staves.push(own);
        }
        if track.drums {
            track.programs.clear();
        }
        self.tracks.insert(id, track);
        Ok(())
    }

    fn midi(&mut self, track: &mut Track) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Program" => {
                    let program = self.number::<u8>()?.filter(|program| *program < 128);
                    if let Some(program) = program.filter(|program| !track.programs.contains(program)) {
                        track.programs.push(program);
                    }
                }
                "PrimaryChannel" => track.drums |= self.number()? == Some(9),
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    fn strings(&mut self, strings: &mut Strings) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            let name = self.cursor.attribute("name")?.unwrap_or_default();
            while let Token::Open(_) = self.cursor.next()? {
                match (name.as_str(), self.cursor.name()) {
                    ("Tuning", "Pitches") => {
                        let keys = self.numbers()?.into_iter().take(MAX_STRINGS);
                        strings.tuning = keys.map(|key| i32::try_from(key).unwrap_or(-1)).collect();
                    }
                    ("CapoFret", "Fret") => strings.capo = self.number()?.unwrap_or(0),
                    ("PartialCapoFret", "Fret") => strings.partial = self.number()?,
                    ("PartialCapoStringFlags", "Bitset") => {
                        strings.flags =
                            self.cursor.text()?.chars().take(MAX_STRINGS).map(|flag| flag == '1').collect();
                    }
                    _ => self.cursor.skip()?,
                }
            }
        }
        Ok(())
    }

    fn instrument_set(&mut self, track: &mut Track) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Type" => track.drums |= self.cursor.text()? == "drumKit",
                // Elements > Element > Articulations > Articulation.
                "Elements" => self.each_in(3, &mut |reader: &mut Self| {
                    let mut key = None;
                    while let Token::Open(_) = reader.cursor.next()? {
                        if reader.cursor.name() == "OutputMidiNumber" {
                            key = reader.number()?;
                        } else {
                            reader.cursor.skip()?;
                        }
                    }
                    if track.articulations.len() < MAX_ARTICULATIONS {
                        track.articulations.push(key);
                    }
                    Ok(())
                })?,
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    /// Reads the elements of a depth below this one, on the way of the drum kit's lists.
    fn each_in(
        &mut self,
        depth: usize,
        read: &mut dyn FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            let on = matches!(self.cursor.name(), "Element" | "Articulations");
            match (depth, on) {
                (1, _) => read(self)?,
                (_, true) => self.each_in(depth - 1, read)?,
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }
}
