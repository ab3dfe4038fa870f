//! What holds for all tracks: metres, repeats, signs, tempos, the recording.

use super::Reader;
use crate::error::Error;
use crate::outline::one_line;
use crate::xml::{Token, XmlSource};

/// An event of the master track: a tempo, or where the recording is.
#[derive(Clone, Debug, Default)]
pub(super) struct Automation {
    pub(super) kind: String,
    pub(super) linear: bool,
    pub(super) bar: i64,
    /// The share of the bar, as it is written.
    pub(super) position: String,
    /// `120 2`: a number and its unit.
    pub(super) value: String,
    pub(super) sync: Sync,
    pub(super) offset: u64,
}

/// Where the recording is at a place of the score.
#[derive(Clone, Debug, Default)]
pub(super) struct Sync {
    pub(super) bar: i64,
    pub(super) occurrence: i64,
    pub(super) frames: Option<f64>,
}

/// The audio track.
#[derive(Clone, Debug, Default)]
pub(super) struct Backing {
    pub(super) enabled: bool,
    pub(super) local: bool,
    pub(super) asset: i64,
    pub(super) padding: f64,
    pub(super) offset: u64,
}

/// A bar of all tracks.
#[derive(Clone, Debug, Default)]
pub(super) struct MasterBar {
    pub(super) time: String,
    pub(super) repeat_start: bool,
    /// How often the passage that ends here is played.
    pub(super) repeat_end: Option<u32>,
    pub(super) endings: Vec<u32>,
    pub(super) directions: Vec<String>,
    pub(super) section: String,
    pub(super) fermata: bool,
    pub(super) feel: bool,
    /// The bar of each staff.
    pub(super) bars: Vec<i64>,
    pub(super) offset: u64,
}

impl<S: XmlSource> Reader<S> {
    pub(super) fn master_track(&mut self) -> Result<(), Error> {
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Tracks" => self.order = self.numbers()?,
                "Automations" => self.each(Self::automation)?,
                "Anacrusis" => {
                    self.anacrusis = true;
                    self.cursor.skip()?;
                }
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    fn automation(&mut self) -> Result<(), Error> {
        let mut automation = Automation { offset: self.cursor.offset(), ..Automation::default() };
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Type" => automation.kind = one_line(self.cursor.text()?),
                "Linear" => automation.linear = self.cursor.text()? == "true",
                "Bar" => automation.bar = self.number()?.unwrap_or(-1),
                "Position" => automation.position = one_line(self.cursor.text()?),
                // A sync point holds elements here, all others text.
                "Value" if automation.kind == "SyncPoint" => {
                    while let Token::Open(_) = self.cursor.next()? {
                        match self.cursor.name() {
                            "BarIndex" => automation.sync.bar = self.number()?.unwrap_or(-1),
                            "BarOccurrence" => automation.sync.occurrence = self.number()?.unwrap_or(-1),
                            "FrameOffset" => automation.sync.frames = self.number()?,
                            _ => self.cursor.skip()?,
                        }
                    }
                }
                "Value" => automation.value = one_line(self.cursor.text()?),
                _ => self.cursor.skip()?,
            }
        }
        self.automations.push(automation);
        Ok(())
    }

    pub(super) fn backing_track(&mut self) -> Result<(), Error> {
        let mut backing = Backing { offset: self.cursor.offset(), asset: -1, ..Backing::default() };
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Enabled" => backing.enabled = self.cursor.text()? == "true",
                "Source" => backing.local = self.cursor.text()? == "Local",
                "AssetId" => backing.asset = self.number()?.unwrap_or(-1),
                "FramePadding" => backing.padding = self.number()?.unwrap_or(0.0),
                _ => self.cursor.skip()?,
            }
        }
        self.backing = Some(backing);
        Ok(())
    }

    pub(super) fn master_bar(&mut self) -> Result<(), Error> {
        let mut bar = MasterBar { offset: self.cursor.offset(), ..MasterBar::default() };
        while let Token::Open(_) = self.cursor.next()? {
            match self.cursor.name() {
                "Time" => bar.time = one_line(self.cursor.text()?),
                "Repeat" => {
                    let is = |value: Option<String>| value.is_some_and(|value| value == "true");
                    bar.repeat_start |= is(self.cursor.attribute("start")?);
                    // The count is left over from earlier editing where the repeat does not end.
                    if is(self.cursor.attribute("end")?) {
                        let (offset, index) = (self.cursor.offset(), self.master_bars.len());
                        let stated = self.cursor.attribute("count")?;
                        let plays = stated.map_or(2, |stated| self.outline.plays(&stated, index, offset));
                        bar.repeat_end = Some(plays);
                    }
                    self.cursor.skip()?;
                }
                "AlternateEndings" => {
                    let offset = self.cursor.offset();
                    let stated = self.cursor.text()?.split_ascii_whitespace();
                    bar.endings = self.outline.passes(stated, offset);
                }
                "Directions" => {
                    while let Token::Open(_) = self.cursor.next()? {
                        let name = one_line(self.cursor.text()?);
                        bar.directions.push(name);
                    }
                }
                "Section" => {
                    let mut words = Vec::new();
                    while let Token::Open(_) = self.cursor.next()? {
                        words.extend(self.words()?);
                    }
                    bar.section = words.join(" ");
                }
                "Fermatas" => {
                    bar.fermata = true;
                    self.cursor.skip()?;
                }
                "TripletFeel" => bar.feel = self.cursor.text()? != "NoTripletFeel",
                "Bars" => bar.bars = self.numbers()?,
                _ => self.cursor.skip()?,
            }
        }
        self.outline.check_bars(self.master_bars.len())?;
        self.master_bars.push(bar);
        Ok(())
    }
}
