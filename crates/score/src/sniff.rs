//! Which format a file is in.

use std::io::Cursor as Bytes;

#[cfg(feature = "alphatex")]
use crate::alphatex::is_alphatex;
use crate::error::Error;
use crate::options::Options;
use crate::score::{Format, Score};
use crate::xml::Encoding;
use crate::{midi, musicxml, mxl};

/// The root element of an XML file is looked for in so many bytes.
const MAX_PROLOG: usize = 16 << 10;

/// The format of a file by its content; `None` for a format that this crate does not read.
///
/// A ZIP archive is told by the files in it, XML by its root element; where these say nothing it is MusicXML.
///
/// ```
/// use segno_score::{Format, sniff};
///
/// assert_eq!(sniff(b"MThd\0\0\0\x06"), Some(Format::Midi));
/// assert_eq!(sniff(b"<?xml version='1.0'?>"), Some(Format::MusicXml));
/// assert_eq!(sniff(b"<museScore version='3.01'>"), Some(Format::Mscx));
/// assert_eq!(sniff(b"\x18FICHIER GUITAR PRO v5.10"), Some(Format::GuitarPro5));
/// assert_eq!(sniff(b"%PDF-1.7"), None);
/// ```
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => archive(bytes).or(Some(Format::Mxl)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'R', b'M', b'I', b'D', ..] => Some(Format::Midi),
        [b'B', b'C', b'F', b'Z' | b'S', ..] => Some(Format::GuitarPro6),
        _ if is_binary_guitar_pro(bytes) => Some(Format::GuitarPro5),
        _ if is_xml(bytes) => Some(match root(bytes).as_deref() {
            Some("museScore") => Format::Mscx,
            Some("GPIF") => Format::GuitarPro,
            _ => Format::MusicXml,
        }),
        _ if midi::begins_late(bytes) => Some(Format::Midi),
        _ if is_alphatex(bytes) => Some(Format::AlphaTex),
        _ => None,
    }
}

/// Reads a file in any of the formats, recognised by its content.
///
/// ```
/// use segno_score::{Options, read_any};
///
/// let xml = b"<score-partwise><part id='P1'><measure number='1'/></part></score-partwise>";
/// let score = read_any(xml, &Options::new())?;
/// assert_eq!(score.structure.bars[0].number, "1");
/// # Ok::<(), segno_score::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnknownFormat`] for anything else, [`Error::Unsupported`] for formats that are known but not read,
/// [`Error::SwitchedOff`] if the format's reader was not built, otherwise as for the format's own reader.
pub fn read_any(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    if let Some((format, advice)) = refused(bytes) {
        return Err(Error::Unsupported { format, advice });
    }
    if let Some(format) = sniff(bytes) {
        return match format {
            Format::MusicXml => musicxml::read_slice(bytes, options),
            Format::Mxl => mxl::read_slice(bytes, options),
            Format::Midi => midi::read_slice(bytes, options),
            #[cfg(feature = "musescore")]
            Format::Mscx => crate::musescore::read_slice(bytes, options),
            #[cfg(feature = "musescore")]
            Format::Mscz => crate::musescore::read_archive(bytes, options),
            #[cfg(not(feature = "musescore"))]
            Format::Mscx | Format::Mscz => Err(Error::SwitchedOff { format, feature: "musescore" }),
            #[cfg(feature = "guitar-pro")]
            Format::GuitarPro if bytes.starts_with(b"PK") => crate::guitar_pro::read_archive(bytes, options),
            #[cfg(feature = "guitar-pro")]
            Format::GuitarPro => crate::guitar_pro::read_gpif(bytes, options),
            #[cfg(feature = "guitar-pro")]
            Format::GuitarPro6 => crate::guitar_pro::read_gpx(bytes, options),
            #[cfg(feature = "guitar-pro")]
            Format::GuitarPro5 => crate::guitar_pro::read_binary(bytes, options),
            #[cfg(not(feature = "guitar-pro"))]
            Format::GuitarPro | Format::GuitarPro6 | Format::GuitarPro5 => {
                Err(Error::SwitchedOff { format, feature: "guitar-pro" })
            }
            #[cfg(feature = "alphatex")]
            Format::AlphaTex => crate::alphatex::read_slice(bytes, options),
            #[cfg(not(feature = "alphatex"))]
            Format::AlphaTex => Err(Error::SwitchedOff { format, feature: "alphatex" }),
        };
    }
    Err(Error::UnknownFormat)
}

/// A format that is known but not read, and what to do with its files.
fn refused(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const TUXGUITAR: (&str, &str) =
        ("TuxGuitar", "open it in TuxGuitar and export it as Guitar Pro 5, MIDI or MusicXML");
    if bytes.starts_with(b"ptab") {
        return Some((
            "PowerTab",
            "open it in Power Tab Editor 2.0 or TuxGuitar and export it as Guitar Pro or MIDI",
        ));
    }
    if bytes.starts_with(b"PK") {
        let zip = zip::ZipArchive::new(Bytes::new(bytes)).ok()?;
        let has = |wanted: &str| zip.file_names().filter_map(Result::ok).any(|name| name == wanted);
        return (has("content.xml") && has("version.txt")).then_some(TUXGUITAR);
    }
    // A length, and characters of two bytes.
    let letters = bytes.iter().skip(1).take(64).copied().collect::<Vec<u8>>();
    let name: String = letters
        .chunks_exact(2)
        .map(|pair| if pair.first() == Some(&0) { char::from(*pair.last().unwrap_or(&0)) } else { '?' })
        .collect();
    let old = name.starts_with("TuxGuitar File Format") || name.starts_with("TG_DEVEL");
    old.then_some(TUXGUITAR)
}

/// The format of a ZIP archive by the files in it.
fn archive(bytes: &[u8]) -> Option<Format> {
    let zip = zip::ZipArchive::new(Bytes::new(bytes)).ok()?;
    let has = |fits: fn(&str) -> bool| zip.file_names().filter_map(Result::ok).any(|name| fits(&name));
    if has(|name| name == "Content/score.gpif") {
        return Some(Format::GuitarPro);
    }
    has(|name| name.ends_with(".mscx") && !name.contains('/')).then_some(Format::Mscz)
}

/// Whether the first bytes are those of Guitar Pro 5 and older: a length, then the program and its version.
fn is_binary_guitar_pro(bytes: &[u8]) -> bool {
    let text = bytes.get(1..).unwrap_or_default();
    [&b"FICHIER GUITAR"[..], b"CLIPBOARD G"].iter().any(|words| text.starts_with(words))
}

/// Whether the first bytes are those of XML.
fn is_xml(bytes: &[u8]) -> bool {
    if matches!(bytes, [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, b'<', ..] | [b'<', 0, ..]) {
        return true;
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// The name of the root element.
fn root(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(MAX_PROLOG))?;
    let text = match Encoding::detect(head.get(..head.len().min(256))?).ok()? {
        Encoding::Utf8 => String::from_utf8_lossy(head).into_owned(),
        Encoding::Other(encoding) => encoding.decode_with_bom_removal(head).0.into_owned(),
    };
    let mut rest = text.as_str();
    loop {
        rest = rest.split_once('<')?.1;
        let (skipped, end) = match rest.as_bytes() {
            [b'?', ..] => ("", "?>"),
            [b'!', b'-', b'-', ..] => ("!--", "-->"),
            // An internal subset ends with a bracket.
            [b'!', ..] if rest.find('[').is_some_and(|open| rest.find('>').is_none_or(|end| open < end)) => {
                ("", "]>")
            }
            [b'!', ..] => ("", ">"),
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
                let name = rest.get(..end)?;
                // The vocabularies have no name spaces, but a prefix may stand there.
                return Some(name.rsplit(':').next().unwrap_or(name).to_owned());
            }
        };
        rest = rest.get(skipped.len()..)?.split_once(end)?.1;
    }
}

/// Whether a text begins with one of the tags with which alphaTex files begin; the reader itself knows more of them.
#[cfg(not(feature = "alphatex"))]
fn is_alphatex(bytes: &[u8]) -> bool {
    const TAGS: [&str; 12] = [
        "title",
        "subtitle",
        "artist",
        "album",
        "words",
        "music",
        "copyright",
        "tempo",
        "track",
        "staff",
        "tuning",
        "instrument",
    ];
    let text = bytes.trim_ascii_start().strip_prefix(b"\\").unwrap_or_default();
    let length = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let tag = text.get(..length).unwrap_or_default();
    TAGS.iter().any(|known| tag.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a file of each format whose reader can be switched off, the feature, and whether it is on.
    const FILES: [(&[u8], &str, bool); 5] = [
        (b"\x18FICHIER GUITAR PRO v4.06", "guitar-pro", cfg!(feature = "guitar-pro")),
        (b"BCFS", "guitar-pro", cfg!(feature = "guitar-pro")),
        (b"<GPIF></GPIF>", "guitar-pro", cfg!(feature = "guitar-pro")),
        (b"<museScore version=\"3.01\"></museScore>", "musescore", cfg!(feature = "musescore")),
        (b"\\title \"Etude\"\n.\n3.3.4 | r.1", "alphatex", cfg!(feature = "alphatex")),
    ];

    #[test]
    fn a_reader_that_is_switched_off_names_its_feature() {
        for (bytes, feature, is_on) in FILES {
            let read = read_any(bytes, &Options::new());
            let names_it =
                matches!(&read, Err(Error::SwitchedOff { feature: named, .. }) if *named == feature);
            assert_eq!(names_it, !is_on, "{feature}: {read:?}");
        }
    }
}
