//! Tracks: names, strings, capos, channels.

use super::Reader;
use crate::error::Error;
use crate::score::Part;

/// The file has room for so many strings.
const STRINGS: usize = 7;

/// The channel of drums, from 1.
const DRUMS: i32 = 10;

/// A track.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    /// The keys of the open strings with the capo, highest first.
    pub(super) tuning: Vec<i32>,
    pub(super) drums: bool,
}

impl Reader<'_> {
    pub(super) fn read_tracks(&mut self, count: usize) -> Result<(), Error> {
        for index in 0..count {
            self.bytes.inside = Some((0, index));
            if self.version == 500 || (self.is(510) && index == 0) {
                self.bytes.skip(1)?;
            }
            let flags = self.bytes.byte()?;
            let name = self.bytes.sized_text(40)?;
            let strings = self.bytes.count("strings")?.min(STRINGS);
            let mut tuning = Vec::with_capacity(STRINGS);
            for _ in 0..STRINGS {
                tuning.push(self.bytes.int()?);
            }
            tuning.truncate(strings);
            let (port, channel) = (self.bytes.int()?, self.bytes.int()?);
            self.bytes.skip(8)?;
            let capo = self.bytes.int()?;
            self.bytes.skip(4)?;
            if self.is(500) {
                self.bytes.skip(2 + 3 + 12 + 12 + 12)?;
                // The instrument's last number is smaller in 5.00.
                self.bytes.skip(if self.is(510) { 4 } else { 3 })?;
            }
            if self.is(510) {
                self.bytes.skip(4)?;
                self.bytes.long_text()?;
                self.bytes.long_text()?;
            }
            let drums = flags & 0x01 != 0 || channel == DRUMS;
            let slot = port
                .checked_sub(1)
                .and_then(|port| port.checked_mul(16)?.checked_add(channel)?.checked_sub(1));
            let program = slot.and_then(|slot| self.programs.get(usize::try_from(slot).ok()?)).copied();
            let program =
                program.and_then(|program| u8::try_from(program).ok()).filter(|program| *program < 128);
            self.outline.add_part(Part {
                id: (index + 1).to_string(),
                name,
                abbreviation: None,
                programs: program.filter(|_| !drums).into_iter().collect(),
            })?;
            // Nobody means a capo beyond the neck.
            let capo = if (0..=64).contains(&capo) { capo } else { 0 };
            let tuning = tuning.into_iter().map(|key| key.saturating_add(capo)).collect();
            self.tracks.push(Track { tuning, drums });
        }
        self.bytes.inside = None;
        match self.version {
            500 => self.bytes.skip(2),
            510 => self.bytes.skip(1),
            _ => Ok(()),
        }
    }
}
