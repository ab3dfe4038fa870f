//! What a MuseScore file becomes: metadata, times, boxes and the other files.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};

use super::metadata::Metadata;
use super::mscx;
use crate::kit::Spool;
use crate::storage::Object;

/// Everything that is made from one file.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Rendering {
    pub(super) metadata: Metadata,
    /// The starts of the played measures, in playing order.
    pub(super) events: Vec<Event>,
    pub(super) elements: Vec<Element>,
    /// By name: `score.pdf`, `score_0.png`, `thumb.png`.
    pub(super) files: BTreeMap<String, Object>,
}

/// The start of a played measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Event {
    /// The written measure, from 0.
    pub(super) measure: u32,
    /// When it sounds, in milliseconds from the beginning.
    pub(super) position: f64,
}

/// The box of a written measure, in twelfths of a pixel of its page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Element {
    /// Its measure in written order, from 0.
    pub(super) measure: u32,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// The page that it is printed on, from 0.
    pub(super) page: u32,
}

/// A seeded piece: one source, and what MuseScore 3 made of it.
struct Piece {
    mscz: &'static [u8],
    files: &'static [(&'static str, &'static [u8])],
    mpos: &'static str,
    /// Whole seconds of the MP3.
    duration: u32,
}

const PIECES: [Piece; 3] = [
    Piece {
        mscz: include_bytes!("../../assets/minuet-in-g.mscz"),
        files: &[
            ("score.pdf", include_bytes!("../../assets/minuet-in-g.pdf")),
            ("score.mid", include_bytes!("../../assets/minuet-in-g.mid")),
            ("score.mxl", include_bytes!("../../assets/minuet-in-g.mxl")),
            ("score.mp3", include_bytes!("../../assets/minuet-in-g.mp3")),
            ("score_0.png", include_bytes!("../../assets/minuet-in-g-1.png")),
            ("score_1.png", include_bytes!("../../assets/minuet-in-g-2.png")),
            ("thumb.png", include_bytes!("../../assets/minuet-in-g-thumb.png")),
        ],
        mpos: include_str!("../../assets/minuet-in-g.mpos"),
        duration: 100,
    },
    Piece {
        mscz: include_bytes!("../../assets/ode-to-joy.mscz"),
        files: &[
            ("score.pdf", include_bytes!("../../assets/ode-to-joy.pdf")),
            ("score.mid", include_bytes!("../../assets/ode-to-joy.mid")),
            ("score.mxl", include_bytes!("../../assets/ode-to-joy.mxl")),
            ("score.mp3", include_bytes!("../../assets/ode-to-joy.mp3")),
            ("score_0.png", include_bytes!("../../assets/ode-to-joy-1.png")),
            ("thumb.png", include_bytes!("../../assets/ode-to-joy-thumb.png")),
        ],
        mpos: include_str!("../../assets/ode-to-joy.mpos"),
        duration: 31,
    },
    Piece {
        mscz: include_bytes!("../../assets/ah-vous-dirai-je.mscz"),
        files: &[
            ("score.pdf", include_bytes!("../../assets/ah-vous-dirai-je.pdf")),
            ("score.mid", include_bytes!("../../assets/ah-vous-dirai-je.mid")),
            ("score.mxl", include_bytes!("../../assets/ah-vous-dirai-je.mxl")),
            ("score.mp3", include_bytes!("../../assets/ah-vous-dirai-je.mp3")),
            ("score_0.png", include_bytes!("../../assets/ah-vous-dirai-je-1.png")),
            ("thumb.png", include_bytes!("../../assets/ah-vous-dirai-je-thumb.png")),
        ],
        mpos: include_str!("../../assets/ah-vous-dirai-je.mpos"),
        duration: 29,
    },
];

/// The content type of a file by its name.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "pdf" => "application/pdf",
        "mid" => "audio/midi",
        "mxl" => "application/vnd.recordare.musicxml",
        "mp3" => "audio/mpeg",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

/// An object with the content type of its name.
pub(super) fn named(name: &str, mut object: Object) -> Object {
    object.content_type = Some(content_type(name).to_owned());
    object
}

fn file(name: &str, bytes: impl Into<Bytes>) -> (String, Object) {
    (name.to_owned(), named(name, Object::from_bytes(bytes, SystemTime::UNIX_EPOCH)))
}

/// The seeded pieces, made once.
pub(super) struct Renderer {
    pub(super) minuet: Arc<Rendering>,
    pub(super) ode: Arc<Rendering>,
    pub(super) air: Arc<Rendering>,
}

impl Renderer {
    pub(super) fn new() -> Self {
        let [minuet, ode, air] = PIECES.map(|piece| Arc::new(Rendering::of_piece(&piece)));
        Self { minuet, ode, air }
    }

    /// What an uploaded file becomes. The files of the seeded pieces are known in full; of others the sandbox, which does not
    /// engrave, has the metadata in them and their own thumbnail.
    pub(super) fn render(&self, mscz: &Spool) -> Arc<Rendering> {
        /// A file larger than this is kept but not looked into.
        const LIMIT: usize = 64 * 1024 * 1024;
        let bytes = mscz.bytes(LIMIT).ok().flatten();
        let known = bytes.as_deref().and_then(|bytes| PIECES.iter().position(|piece| piece.mscz == bytes));
        match known {
            Some(0) => return Arc::clone(&self.minuet),
            Some(1) => return Arc::clone(&self.ode),
            Some(_) => return Arc::clone(&self.air),
            None => {}
        }
        let mut rendering = Rendering::default();
        if let Some(bytes) = &bytes {
            rendering.metadata = mscx::metadata(bytes).unwrap_or_default();
            rendering.files.extend(mscx::thumbnail(bytes).map(|png| file("thumb.png", png)));
        }
        let object = Object::from_spool(mscz.clone(), SystemTime::UNIX_EPOCH);
        if let Ok(object) = object {
            rendering.files.insert("score.mscz".to_owned(), named("score.mscz", object));
        }
        Arc::new(rendering)
    }
}

impl Rendering {
    fn of_piece(piece: &Piece) -> Self {
        let (events, elements) = positions(piece.mpos);
        let mut files: BTreeMap<_, _> =
            piece.files.iter().map(|(name, bytes)| file(name, Bytes::from_static(bytes))).collect();
        files.extend([file("score.mscz", Bytes::from_static(piece.mscz))]);
        let pages = files.keys().filter(|name| name.starts_with("score_")).count();
        let metadata = Metadata {
            pages: u32::try_from(pages).unwrap_or_default(),
            duration: piece.duration,
            ..mscx::metadata(piece.mscz).unwrap_or_default()
        };
        Self { metadata, events, elements, files }
    }
}

/// Times and boxes of an `.mpos` file.
fn positions(text: &str) -> (Vec<Event>, Vec<Element>) {
    let (mut events, mut elements) = (Vec::new(), Vec::new());
    let mut reader = Reader::from_str(text);
    while let Ok(xml) = reader.read_event() {
        match xml {
            Xml::Eof => break,
            Xml::Empty(tag) | Xml::Start(tag) => match tag.name().as_ref() {
                "event" => events
                    .push(Event { measure: number(&tag, "elid") as u32, position: number(&tag, "position") }),
                "element" => elements.push(Element {
                    measure: number(&tag, "id") as u32,
                    x: number(&tag, "x"),
                    y: number(&tag, "y"),
                    width: number(&tag, "sx"),
                    height: number(&tag, "sy"),
                    page: number(&tag, "page") as u32,
                }),
                _ => {}
            },
            _ => {}
        }
    }
    (events, elements)
}

fn number(tag: &BytesStart<'_>, name: &str) -> f64 {
    let value = tag.try_get_attribute(name).ok().flatten();
    value.and_then(|value| value.value.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Part;
    use super::Renderer;

    #[test]
    fn the_pieces_agree_with_themselves() {
        let renderer = Renderer::new();
        for (piece, measures, pages) in
            [(&renderer.minuet, 32, 2), (&renderer.ode, 13, 1), (&renderer.air, 16, 1)]
        {
            let metadata = &piece.metadata;
            assert_eq!((metadata.measures, metadata.pages), (measures, pages));
            assert_eq!(piece.elements.len(), measures as usize);
            assert!(piece.elements.iter().all(|element| element.page < pages));
            assert!(piece.events.iter().all(|event| event.measure < measures));
            assert!(piece.events.is_sorted_by(|one, next| one.position < next.position));
            assert!(piece.events.len() > measures as usize, "repeats are played");
            let last = piece.events.last().expect("events").position / 1000.0;
            assert!(f64::from(metadata.duration) > last);
        }
    }

    #[test]
    fn the_files_say_who_plays() {
        let renderer = Renderer::new();
        let part = |name: &str, program| Part { name: name.to_owned(), program };
        // As make.py wrote them, counted from 0.
        assert_eq!(renderer.minuet.metadata.parts, [part("Harpsichord", 6)]);
        assert_eq!(renderer.air.metadata.parts, [part("Flute", 73), part("Oboe", 68)]);
        let ode = &renderer.ode.metadata;
        assert_eq!(ode.parts, [part("Voice", 52)]);
        assert_eq!((ode.key, ode.lyrics, ode.chord_names), (2, true, true));
        assert_eq!(ode.title.as_deref(), Some("Ode to Joy"));
        assert_eq!(ode.subtitle.as_deref(), Some("Theme"));
        assert_eq!(ode.composer.as_deref(), Some("Ludwig van Beethoven"));
        assert_eq!(renderer.minuet.metadata.key, 1);
        assert_eq!(renderer.air.metadata.dimensions, (210, 297));
    }
}
