//! Audio formats, known by content and by name.

/// The formats that the service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// AIFF: PCM samples, as Apple's programs write them.
    Aiff,
    /// RIFF WAVE: PCM samples.
    Wave,
    /// FLAC: compressed without loss.
    Flac,
    /// Ogg, with Vorbis or Opus inside.
    Ogg,
    /// MPEG-1 audio layer 2.
    Mp2,
    /// MPEG-1 audio layer 3.
    Mp3,
    /// AAC, bare or in an MP4 container.
    Aac,
    /// Adaptive Multi-Rate, the speech format of telephones.
    Amr,
    /// Windows Media Audio, in an ASF file.
    Wma,
}

impl Format {
    /// By the first bytes; twelve are enough, except that an MP3 may begin with a tag.
    #[must_use]
    pub fn of_content(start: &[u8]) -> Option<Self> {
        let at = |offset: usize, word: &[u8]| start.get(offset..offset + word.len()) == Some(word);
        Some(match start {
            _ if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) => Self::Aiff,
            _ if (at(0, b"RIFF") || at(0, b"RF64")) && at(8, b"WAVE") => Self::Wave,
            _ if at(0, b"fLaC") => Self::Flac,
            _ if at(0, b"OggS") => Self::Ogg,
            _ if at(0, b"#!AMR") => Self::Amr,
            _ if at(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") => Self::Wma,
            _ if at(4, b"ftyp") || at(0, b"ADIF") => Self::Aac,
            _ if at(0, b"ID3") => Self::Mp3,
            // The header of an MPEG frame (ISO 11172-3, section 2.4.1.3): eleven set bits, then the layer; layer 0 is
            // the header of an AAC frame (ISO 13818-7).
            [0xff, second, ..] if second & 0xe0 == 0xe0 => match second & 0x06 {
                0x00 if second & 0xf0 == 0xf0 => Self::Aac,
                0x02 => Self::Mp3,
                0x04 => Self::Mp2,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// By the ending of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "aif" | "aiff" | "aifc" => Self::Aiff,
            "wav" | "wave" => Self::Wave,
            "flac" => Self::Flac,
            "ogg" | "oga" | "opus" => Self::Ogg,
            "mp2" => Self::Mp2,
            "mp3" => Self::Mp3,
            "aac" | "m4a" | "mp4" => Self::Aac,
            "amr" => Self::Amr,
            "wma" => Self::Wma,
            _ => return None,
        })
    }

    /// The media type that the part of the form declares.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Aiff => "audio/aiff",
            Self::Wave => "audio/wav",
            Self::Flac => "audio/flac",
            Self::Ogg => "audio/ogg",
            Self::Mp2 | Self::Mp3 => "audio/mpeg",
            Self::Aac => "audio/aac",
            Self::Amr => "audio/amr",
            Self::Wma => "audio/x-ms-wma",
        }
    }

    /// The usual ending of names.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Aiff => "aiff",
            Self::Wave => "wav",
            Self::Flac => "flac",
            Self::Ogg => "ogg",
            Self::Mp2 => "mp2",
            Self::Mp3 => "mp3",
            Self::Aac => "aac",
            Self::Amr => "amr",
            Self::Wma => "wma",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_format_by_its_first_bytes() {
        let table: [(&[u8], Format); 13] = [
            (b"FORM\0\0\0\0AIFF", Format::Aiff),
            (b"FORM\0\0\0\0AIFC", Format::Aiff),
            (b"RIFF\0\0\0\0WAVEfmt ", Format::Wave),
            (b"fLaC\0\0\0\x22", Format::Flac),
            (b"OggS\0\x02", Format::Ogg),
            (b"\xff\xfd\x90\x00", Format::Mp2),
            (b"\xff\xfb\x90\x64", Format::Mp3),
            (b"ID3\x04\0\0", Format::Mp3),
            (b"\xff\xf1\x50\x80", Format::Aac),
            (b"\xff\xf9\x50\x80", Format::Aac),
            (b"\0\0\0\x20ftypM4A ", Format::Aac),
            (b"#!AMR\n", Format::Amr),
            (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", Format::Wma),
        ];
        for (start, format) in table {
            assert_eq!(Format::of_content(start), Some(format), "{start:?}");
        }
        for start in [&b""[..], b"RIFF\0\0\0\0AVI ", b"%PDF-1.7", b"\xff", b"\xff\x00", b"\xff\xdb\x00\x43"] {
            assert_eq!(Format::of_content(start), None, "{start:?}");
        }
        assert_eq!(Format::of_name("Étude.FLAC"), Some(Format::Flac));
        assert_eq!(Format::of_name("notes.txt"), None);
        assert_eq!(Format::of_name("flac"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(start in prop::collection::vec(any::<u8>(), 0..20), name in "\\PC{0,20}") {
            let _ = Format::of_content(&start);
            let _ = Format::of_name(&name);
        }
    }
}
