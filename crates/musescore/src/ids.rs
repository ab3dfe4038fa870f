//! Identifiers and numbers of the service, one type each, so that one cannot stand in another's place.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

segno_core::id! {
    /// Identifies a score, such as `7301`.
    pub struct ScoreId(number);
    kind: "score ID",
}
segno_core::id! {
    /// Identifies one version of a score: it changes with each update of the file.
    pub struct VersionId(number);
    kind: "version ID",
}
segno_core::id! {
    /// The number of a member, as in the URL of the member's page.
    pub struct UserId(number);
    kind: "user ID",
}

/// A MIDI program as the service counts: 0 (grand piano) to 127, 128 for a drum set, -1 for undefined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct MidiProgram(i16);

impl MidiProgram {
    /// A drum set, for which General MIDI has a channel and no program: 128.
    pub const DRUMS: Self = Self(128);
    /// An instrument that the service does not know.
    pub const UNDEFINED: Self = Self(-1);

    /// From a number in -1..=128.
    #[must_use]
    pub const fn new(number: i16) -> Option<Self> {
        if number >= -1 && number <= 128 { Some(Self(number)) } else { None }
    }

    /// The number: 0..=127 of General MIDI, 128 for drums, -1 for none.
    #[must_use]
    pub const fn number(self) -> i16 {
        self.0
    }
}

impl fmt::Display for MidiProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for MidiProgram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i16::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| serde::de::Error::custom("expected a MIDI program from -1 to 128"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_minus_one_to_128() {
        assert_eq!(MidiProgram::new(128), Some(MidiProgram::DRUMS));
        assert_eq!(MidiProgram::new(-1), Some(MidiProgram::UNDEFINED));
        assert_eq!((MidiProgram::new(-2), MidiProgram::new(129)), (None, None));
        assert!(segno_core::decode::from_json::<MidiProgram>(b"\"129\"").is_err());
    }
}
