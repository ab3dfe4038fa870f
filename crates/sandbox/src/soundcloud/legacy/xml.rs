//! XML as the old API takes it: small documents without document types, and no entities but those of XML itself.

use quick_xml::events::{BytesStart, Event};

use super::super::fields::Fields;

/// Deeper documents are refused.
const DEEPEST: usize = 16;

/// An element of a body.
#[derive(Debug, PartialEq)]
pub(in crate::soundcloud) struct Element {
    /// With underscores: both spellings were shown.
    pub(super) name: String,
    /// Without the white space around it; nothing if it is nil.
    pub(super) text: String,
    pub(super) children: Vec<Self>,
    nil: bool,
}

/// Why a body is not read.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    Broken,
    DocumentType,
    Entity,
    Deep,
}

impl Fault {
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Broken => "the body is not readable XML",
            Self::DocumentType => "the body declares a document type",
            Self::Entity => "the body uses an entity that XML does not have",
            Self::Deep => "the body is nested too deeply",
        }
    }
}

impl Element {
    /// Reads a body.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::Broken)?;
        let mut reader = quick_xml::Reader::from_str(text);
        let (mut root, mut open): (Option<Self>, Vec<Self>) = (None, Vec::new());
        loop {
            match reader.read_event().map_err(|_| Fault::Broken)? {
                Event::Start(start) => {
                    if open.len() >= DEEPEST {
                        return Err(Fault::Deep);
                    }
                    open.push(Self::begin(&start)?);
                }
                Event::Empty(start) => Self::begin(&start)?.end(&mut open, &mut root)?,
                Event::End(_) => open.pop().ok_or(Fault::Broken)?.end(&mut open, &mut root)?,
                Event::Text(words) => {
                    let words = words.xml10_content();
                    match open.last_mut() {
                        Some(last) => last.text.push_str(&words),
                        None if words.trim().is_empty() => {}
                        None => return Err(Fault::Broken),
                    }
                }
                Event::CData(words) => {
                    open.last_mut().ok_or(Fault::Broken)?.text.push_str(&words.xml10_content());
                }
                Event::GeneralRef(entity) => {
                    let letter = match entity.resolve_char_ref().map_err(|_| Fault::Broken)? {
                        Some(letter) => letter,
                        None => match entity.xml10_content().as_ref() {
                            "amp" => '&',
                            "lt" => '<',
                            "gt" => '>',
                            "quot" => '"',
                            "apos" => '\'',
                            _ => return Err(Fault::Entity),
                        },
                    };
                    open.last_mut().ok_or(Fault::Broken)?.text.push(letter);
                }
                Event::DocType(_) => return Err(Fault::DocumentType),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => break,
            }
        }
        root.filter(|_| open.is_empty()).ok_or(Fault::Broken)
    }

    fn begin(start: &BytesStart<'_>) -> Result<Self, Fault> {
        let mut nil = false;
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| Fault::Broken)?;
            nil |= attribute.key.as_ref() == "nil" && attribute.value == "true";
        }
        let name = start.name().as_ref().replace('-', "_");
        Ok(Self { name, text: String::new(), children: Vec::new(), nil })
    }

    /// Puts a finished element where it belongs; there is one outermost.
    fn end(mut self, open: &mut [Self], root: &mut Option<Self>) -> Result<(), Fault> {
        self.text = if self.nil { String::new() } else { self.text.trim().to_owned() };
        match open.last_mut() {
            Some(parent) => parent.children.push(self),
            None if root.is_some() => return Err(Fault::Broken),
            None => *root = Some(self),
        }
        Ok(())
    }

    /// What the leaves say, by name.
    pub(super) fn fields(&self) -> Fields {
        let leaves = self.children.iter().filter(|child| child.children.is_empty());
        Fields(leaves.map(|leaf| (leaf.name.clone(), leaf.text.clone())).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::error::escape;
    use super::{Element, Fault};

    #[test]
    fn small_documents_are_read() {
        let text = "\u{feff}<?xml version=\"1.0\"?>\n<track><bpm type=\"float\">90.5</bpm><label-name nil=\"true\">x</label-name>\
            <shared_to/><user><id>7</id></user><title> x &amp; &#233;<![CDATA[<]]> </title></track>\n";
        let track = Element::read(text.as_bytes()).expect("a document");
        assert_eq!(track.name, "track");
        let leaf = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let leaves = [
            leaf("bpm", "90.5"),
            leaf("label_name", ""),
            leaf("shared_to", ""),
            leaf("title", "x & \u{e9}<"),
        ];
        assert_eq!(track.fields().0, leaves, "what is nested is not a leaf of the track");
        assert_eq!(Element::read(b"<permissions/>").expect("a document").name, "permissions");
    }

    #[test]
    fn tricks_are_not() {
        let fault = |text: &str| Element::read(text.as_bytes()).expect_err("no document");
        for bad in
            ["", "words", "<a>", "<a></b>", "<a/><b/>", "</a>", "<a/>x", "<a x=1 x=2/>", "{}", "<a>&#0;</a>"]
        {
            assert_eq!(fault(bad), Fault::Broken, "{bad}");
        }
        assert_eq!(Element::read(b"<a>\xff</a>"), Err(Fault::Broken));
        assert_eq!(fault("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>"), Fault::DocumentType);
        assert_eq!(fault("<a>&e;</a>"), Fault::Entity);
        assert_eq!(fault(&"<a>".repeat(40)), Fault::Deep);
    }

    proptest! {
        #[test]
        fn no_markup_panics(text in "(<[a-c]( nil=\"[a-z]*\")?/?>|</[a-c]>|&[a-z#0-9]{0,4};|[a-z ]|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<!DOCTYPE|<\\?){0,20}") {
            let _ = Element::read(text.as_bytes());
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Element::read(&bytes);
        }

        #[test]
        fn what_is_escaped_reads_back(text in "[\\PC\t\r\n]{0,40}") {
            let document = format!("<a><b>{}</b></a>", escape(&text));
            let element = Element::read(document.as_bytes()).expect("a document");
            prop_assert_eq!(&element.fields().0[0].1, text.trim());
        }
    }
}
