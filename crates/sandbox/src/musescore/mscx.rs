//! The metadata in a MuseScore file: a ZIP file with one `.mscx`, XML, in it.

use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::metadata::{Metadata, Part};

/// A score larger than this is not read.
const LIMIT: u64 = 64 * 1024 * 1024;

/// The metadata of a packed score; `None` if it has none that can be read.
pub(super) fn metadata(mscz: &[u8]) -> Option<Metadata> {
    let mut archive = zip::ZipArchive::new(Cursor::new(mscz)).ok()?;
    let is_score = |name: &String| name.ends_with(".mscx") && !name.contains('/');
    let mut names = archive.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned);
    let name = names.find(is_score)?;
    drop(names);
    let text = String::from_utf8(entry(&mut archive, &name, LIMIT)?).ok()?;
    read(&text)
}

/// The thumbnail that MuseScore put into the file.
pub(super) fn thumbnail(mscz: &[u8]) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(mscz)).ok()?;
    entry(&mut archive, "Thumbnails/thumbnail.png", LIMIT)
        .filter(|bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n"))
}

/// What is being read.
#[derive(Default)]
struct State {
    /// The names of the elements around, outermost first.
    path: Vec<String>,
    metadata: Metadata,
    /// Text of the elements around that hold text.
    text: String,
    style: String,
    part: Option<Part>,
    /// Staves with measures seen so far.
    staves: u32,
    key_seen: bool,
    inches: (Option<f64>, Option<f64>),
}

fn read(text: &str) -> Option<Metadata> {
    let mut reader = Reader::from_str(text);
    let mut state = State::default();
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            Event::Start(tag) => state.open(tag.name().as_ref(), program(&tag)),
            Event::Empty(tag) => {
                state.open(tag.name().as_ref(), program(&tag));
                state.close();
            }
            Event::End(_) => state.close(),
            Event::Text(piece) => state.text.push_str(&piece),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some(c) => state.text.push(c),
                None => state.text.push_str(quick_xml::escape::resolve_predefined_entity(&reference)?),
            },
            _ => {}
        }
    }
    if let (Some(width), Some(height)) = state.inches {
        let millimetres = |inches: f64| (inches * 25.4).round().clamp(1.0, 10_000.0) as u32;
        state.metadata.dimensions = (millimetres(width), millimetres(height));
    }
    (state.metadata.measures > 0 || !state.metadata.parts.is_empty()).then_some(state.metadata)
}

/// The `value` of `<program value="6"/>`.
fn program(tag: &BytesStart<'_>) -> Option<i16> {
    if tag.name().as_ref() != "program" {
        return None;
    }
    tag.try_get_attribute("value").ok().flatten()?.value.parse().ok()
}

impl State {
    fn inside(&self, name: &str) -> bool {
        self.path.iter().any(|element| element == name)
    }

    fn parent(&self) -> &str {
        self.path.len().checked_sub(2).and_then(|index| self.path.get(index)).map_or("", String::as_str)
    }

    fn open(&mut self, name: &str, program: Option<i16>) {
        // Markup inside a text, a font or bold type, does not start it anew.
        if !(self.inside("Text") && self.inside("text")) {
            self.text.clear();
        }
        match name {
            "Part" => self.part = Some(Part { name: String::new(), program: -1 }),
            "Text" => self.style.clear(),
            "Staff" if self.part.is_none() => self.staves += 1,
            "Measure" if self.staves == 1 => self.metadata.measures += 1,
            "Lyrics" => self.metadata.lyrics = true,
            "Harmony" => self.metadata.chord_names = true,
            "program" => {
                if let (Some(part), Some(program)) = (&mut self.part, program)
                    && part.program == -1
                {
                    part.program = program;
                }
            }
            _ => {}
        }
        self.path.push(name.to_owned());
    }

    fn close(&mut self) {
        let Some(name) = self.path.last().cloned() else { return };
        let text = self.text.trim().to_owned();
        match (name.as_str(), self.parent()) {
            ("Part", _) => self.metadata.parts.extend(self.part.take()),
            ("trackName", "Part") => {
                if let Some(part) = &mut self.part {
                    part.name = text;
                }
            }
            ("useDrumset", _) if text == "1" => {
                if let Some(part) = &mut self.part {
                    part.program = 128;
                }
            }
            ("style", "Text") => self.style = text,
            ("text", "Text") => {
                let slot = match self.style.to_ascii_lowercase().as_str() {
                    "title" => Some(&mut self.metadata.title),
                    "subtitle" => Some(&mut self.metadata.subtitle),
                    "composer" => Some(&mut self.metadata.composer),
                    "poet" | "lyricist" => Some(&mut self.metadata.poet),
                    _ => None,
                };
                if let Some(slot) = slot.filter(|slot| slot.is_none())
                    && !text.is_empty()
                {
                    *slot = Some(text);
                }
            }
            ("accidental", "KeySig") if !self.key_seen && self.staves == 1 => {
                self.key_seen = true;
                self.metadata.key = text.parse().unwrap_or(0);
            }
            ("pageWidth", "Style") => self.inches.0 = text.parse().ok(),
            ("pageHeight", "Style") => self.inches.1 = text.parse().ok(),
            _ => {}
        }
        self.path.pop();
    }
}

/// Reads one entry of a ZIP file, if it is no larger than this.
pub(super) fn entry(archive: &mut zip::ZipArchive<Cursor<&[u8]>>, name: &str, limit: u64) -> Option<Vec<u8>> {
    let entry = archive.by_name(name).ok()?;
    let mut bytes = Vec::new();
    entry.take(limit + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= limit).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;

    const SCORE: &str = r#"<museScore version="3.01"><Score>
        <Style><pageWidth>8.5</pageWidth><pageHeight>11</pageHeight></Style>
        <Part><Staff id="1"/><trackName>Drums &amp; more</trackName>
          <Instrument><trackName>no</trackName><useDrumset>1</useDrumset><Channel><program value="0"/></Channel></Instrument></Part>
        <Part><Staff id="2"/><trackName>Piano</trackName><Instrument><Channel><program value="4"/></Channel>
          <Channel><program value="9"/></Channel></Instrument></Part>
        <Staff id="1"><VBox><Text><style>Title</style><text><font size="22"/>Two <b>words</b></text></Text>
          <Text><style>title</style><text>Second</text></Text><Text><style>Poet</style><text>P.</text></Text></VBox>
          <Measure><voice><KeySig><accidental>-3</accidental></KeySig></voice></Measure>
          <Measure><voice><KeySig><accidental>2</accidental></KeySig></voice></Measure></Staff>
        <Staff id="2"><Measure/><Measure/></Staff></Score></museScore>"#;

    #[test]
    fn reads_what_a_score_says_of_itself() {
        let metadata = read(SCORE).expect("metadata");
        let parts: Vec<_> = metadata.parts.iter().map(|part| (part.name.as_str(), part.program)).collect();
        assert_eq!(parts, [("Drums & more", 128), ("Piano", 4)]);
        assert_eq!((metadata.measures, metadata.key, metadata.dimensions), (2, -3, (216, 279)));
        assert_eq!(metadata.title.as_deref(), Some("Two words"));
        assert_eq!((metadata.poet.as_deref(), metadata.composer), (Some("P."), None));
        assert!(!metadata.lyrics && !metadata.chord_names);
    }

    proptest! {
        #[test]
        fn no_score_is_too_odd(cut in 0..SCORE.len(), with in "[<>&/a-zA-Z;# ]{0,8}") {
            let cut = (0..=cut).rev().find(|cut| SCORE.is_char_boundary(*cut)).unwrap_or(0);
            let _ = read(&format!("{}{with}{}", &SCORE[..cut], &SCORE[cut..]));
            let _ = read(&format!("{}{with}", &SCORE[..cut]));
        }
    }
}
