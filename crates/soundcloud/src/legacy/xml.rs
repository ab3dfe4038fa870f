//! The XML of the old API as a tree: names with dashes, `type` attributes that may be missing, `nil` for nothing.
//!
//! Document types are refused and no entities but the five of XML itself are known, so nothing can be expanded; depth
//! and number of elements are bounded.

use std::fmt::{self, Write as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use segno_core::decode::{from_json, read_unit};
use segno_core::lenient::List;
use segno_core::{BuildError, Bytes, DecodeError, Response, SecretUrl, Timestamp};
use serde_json::{Map, Value};

use crate::read::{is_nothing, is_status, is_success};

/// How deep a document may be nested; the API's own go to 4.
const MAX_DEPTH: usize = 32;
/// How many elements a document may have.
const MAX_ELEMENTS: usize = 200_000;

/// An element with what it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    name: String,
    kind: Option<String>,
    nil: bool,
    text: String,
    children: Vec<Self>,
}

/// A document that is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// It breaks the rules of XML; the text says how.
    #[error("invalid XML: {0}")]
    Syntax(String),
    /// It has no element.
    #[error("invalid XML: expected an element, found an empty document")]
    Empty,
    /// It ends in the middle.
    #[error("invalid XML: expected the closing tag, found the end of the document")]
    Truncated,
    /// It declares a document type.
    #[error("invalid XML: expected no document type, found one; it is not read")]
    DocumentType,
    /// It uses an entity that XML itself does not have.
    #[error("invalid XML: expected one of the five entities of XML, found another")]
    Entity,
    /// It is nested too deeply or has too many elements.
    #[error("invalid XML: expected at most {MAX_DEPTH} levels and {MAX_ELEMENTS} elements, found more")]
    TooLarge,
    /// Something stands behind its end.
    #[error("invalid XML: expected its end, found more behind it")]
    Trailing,
}

impl Element {
    /// Reads a document.
    ///
    /// # Errors
    /// [`XmlError`].
    pub fn parse(document: &[u8]) -> Result<Self, XmlError> {
        let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
        let text = std::str::from_utf8(document).map_err(|_| XmlError::Syntax("it is not UTF-8".into()))?;
        let mut reader = Reader::from_str(text);
        let (mut open, mut root): (Vec<Self>, Option<Self>) = (Vec::new(), None);
        let mut count = 0;
        loop {
            let event = reader.read_event().map_err(|error| XmlError::Syntax(place(&reader, &error)))?;
            match event {
                Event::Start(_) | Event::Empty(_) if root.is_some() && open.is_empty() => {
                    return Err(XmlError::Trailing);
                }
                Event::Start(start) => {
                    count += 1;
                    if open.len() >= MAX_DEPTH || count > MAX_ELEMENTS {
                        return Err(XmlError::TooLarge);
                    }
                    open.push(Self::begin(&start)?);
                }
                Event::Empty(start) => {
                    count += 1;
                    if count > MAX_ELEMENTS {
                        return Err(XmlError::TooLarge);
                    }
                    let element = Self::begin(&start)?;
                    end(element, &mut open, &mut root);
                }
                Event::End(_) => {
                    let Some(element) = open.pop() else { return Err(XmlError::Trailing) };
                    end(element, &mut open, &mut root);
                }
                Event::Text(text) => {
                    let text = text.xml10_content();
                    match open.last_mut() {
                        Some(element) => element.text.push_str(&text),
                        None if text.trim().is_empty() => {}
                        None if root.is_some() => return Err(XmlError::Trailing),
                        None => return Err(XmlError::Syntax("text before the first element".into())),
                    }
                }
                Event::CData(text) => {
                    let text = text.xml10_content();
                    match open.last_mut() {
                        Some(element) => element.text.push_str(&text),
                        None => return Err(XmlError::Syntax("text outside of the first element".into())),
                    }
                }
                Event::GeneralRef(entity) => {
                    let letter = match entity.resolve_char_ref() {
                        Ok(Some(letter)) => letter,
                        Ok(None) => named(&entity.xml10_content()).ok_or(XmlError::Entity)?,
                        Err(error) => return Err(XmlError::Syntax(error.to_string())),
                    };
                    match open.last_mut() {
                        Some(element) => element.text.push(letter),
                        None => return Err(XmlError::Syntax("text outside of the first element".into())),
                    }
                }
                Event::DocType(_) => return Err(XmlError::DocumentType),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => {
                    return match root {
                        _ if !open.is_empty() => Err(XmlError::Truncated),
                        Some(root) => Ok(root),
                        None => Err(XmlError::Empty),
                    };
                }
            }
        }
    }

    fn begin(start: &BytesStart<'_>) -> Result<Self, XmlError> {
        let mut element = Self { name: start.local_name().as_ref().replace('_', "-"), ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| XmlError::Syntax(error.to_string()))?;
            match attribute.key.as_ref() {
                "type" => element.kind = Some(attribute.value.into_owned()),
                "nil" => element.nil = attribute.value == "true",
                _ => {}
            }
        }
        Ok(element)
    }

    /// The name, with dashes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The `type` attribute. Values are read without it, because it is often missing.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// The elements in it.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// The first element of that name in it.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Its text without the white space around it; `None` if it is nil or has none.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let text = self.text.trim();
        (!self.nil && !text.is_empty()).then_some(text)
    }

    /// The text of a child.
    pub(crate) fn child_text(&self, name: &str) -> Option<String> {
        self.child(name)?.text().map(str::to_owned)
    }

    /// The URL in a child, which may carry a secret.
    pub(crate) fn url(&self, name: &str) -> Option<SecretUrl> {
        self.child(name)?.text()?.parse().ok()
    }

    /// The number in a child.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.child(name)?.text()?.parse().ok()
    }

    /// The number with a fraction in a child.
    pub(crate) fn float(&self, name: &str) -> Option<f64> {
        self.child(name)?.text()?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The truth value in a child.
    pub(crate) fn truth(&self, name: &str) -> Option<bool> {
        match self.child(name)?.text()?.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        }
    }

    /// The date in a child, ISO 8601 with offset or in the later form.
    pub(crate) fn timestamp(&self, name: &str) -> Option<Timestamp> {
        crate::read::parse_timestamp(self.child(name)?.text()?)
    }

    /// The same as JSON: its name with its text or children.
    fn json(&self) -> Value {
        let content = if self.children.is_empty() {
            self.text().map_or(Value::Null, Value::from)
        } else {
            self.children.iter().map(Self::json).collect()
        };
        Map::from_iter([(self.name.clone(), content)]).into()
    }

    /// The text of the first leaf that has one.
    fn first_text(&self) -> Option<&str> {
        if self.children.is_empty() { self.text() } else { self.children.iter().find_map(Self::first_text) }
    }
}

/// Puts a finished element where it belongs.
fn end(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

/// The five entities of XML itself.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}

/// The place of an error; its own message may quote the document.
fn place(reader: &Reader<&[u8]>, error: &quick_xml::Error) -> String {
    let what = match error {
        quick_xml::Error::IllFormed(_) => "an element is not closed or closed twice",
        quick_xml::Error::Syntax(_) => "the markup is broken",
        _ => "it cannot be read",
    };
    format!("{what} at byte {}", reader.error_position())
}

/// The document of a response.
pub(crate) fn document(response: &Response<Bytes>) -> Result<Element, DecodeError> {
    let body = response.body();
    if body.trim_ascii().is_empty() {
        return Err(DecodeError::Empty);
    }
    Element::parse(body).map_err(|error| DecodeError::Other(error.to_string()))
}

/// A response of which nothing is wanted but that it came: nothing at all, a status (`<status>200 - OK</status>`, by
/// itself or in another element, or as JSON), or the record that was set.
pub(crate) fn done(response: &Response<Bytes>, record: &str) -> Result<(), DecodeError> {
    read_unit(response, |body| {
        if !body.trim_ascii_start().starts_with(b"<") {
            return from_json(body).is_ok_and(|object| is_nothing(&object) || is_status(&object));
        }
        let Ok(document) = Element::parse(body) else { return false };
        let status = if document.name == "status" { Some(&document) } else { document.child("status") };
        document.name == record || status.and_then(Element::text).is_some_and(|text| is_success(&text.into()))
    })
}

/// What an error document says: the text of any leaf.
pub(crate) fn error_text(body: &[u8]) -> Option<String> {
    let document = Element::parse(body).ok()?;
    document.first_text().map(|text| text.chars().take(200).collect())
}

/// A resource that an element of one name describes.
pub(crate) trait XmlRecord: for<'a> From<&'a Element> {
    /// The name of its element: `track`, `user`, `comment`.
    const NAME: &'static str;
}

/// Reads a response that is one record.
pub(crate) fn one<T: XmlRecord>(response: &Response<Bytes>) -> Result<T, DecodeError> {
    let document = document(response)?;
    if document.name == T::NAME { Ok((&document).into()) } else { Err(unexpected(T::NAME, &document)) }
}

/// Reads a response that is a list of records. Other elements among them are passed over.
pub(crate) fn items<T: XmlRecord>(response: &Response<Bytes>) -> Result<List<T>, DecodeError> {
    records(&document(response)?)
}

/// The records of a list. Its own name varies; theirs do not.
fn records<T: XmlRecord>(list: &Element) -> Result<List<T>, DecodeError> {
    let named = list.name.strip_suffix('s') == Some(T::NAME) || list.kind() == Some("array");
    if list.children.is_empty() && !named {
        return Err(DecodeError::Other(format!("expected <{}s>, found <{}>", T::NAME, list.name)));
    }
    let mut records = List::default();
    for (index, child) in list.children.iter().enumerate() {
        if child.name == T::NAME {
            records.items.push(child.into());
        } else {
            records.passed_over.add(format!("[{index}]"), child.json());
        }
    }
    match list.children.first() {
        Some(other) if records.is_empty() => Err(unexpected(T::NAME, other)),
        _ => Ok(records),
    }
}

fn unexpected(name: &str, found: &Element) -> DecodeError {
    DecodeError::Other(format!("expected <{name}>, found <{}>", found.name))
}

/// The fields of a document to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct XmlFields(Vec<(&'static str, String)>);

impl XmlFields {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn text(self, name: &'static str, value: impl ToString) -> Self {
        self.some(name, Some(value))
    }

    pub(crate) fn some(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.0.extend(value.map(|value| (name, value.to_string())));
        self
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Refuses a text that is there and empty.
    pub(crate) fn check_not_blank(&self, name: &'static str) -> Result<(), BuildError> {
        match self.get(name) {
            Some(text) if text.trim().is_empty() => Err(BuildError::value(name, "must not be empty")),
            _ => Ok(()),
        }
    }

    /// Refuses a number that is there and outside of the range, both ends of which are good.
    pub(crate) fn check_range(&self, name: &'static str, least: u64, most: u64) -> Result<(), BuildError> {
        let is_good = |text: &str| text.parse().is_ok_and(|number: u64| (least..=most).contains(&number));
        match self.get(name) {
            Some(text) if !is_good(text) => {
                Err(BuildError::value(name, format!("must be from {least} to {most}, found {text}")))
            }
            _ => Ok(()),
        }
    }

    /// The fields as a document whose outermost element is `root`.
    pub(crate) fn document(&self, root: &str) -> Result<String, BuildError> {
        self.document_with(root, String::new())
    }

    /// The document with further elements behind the fields.
    pub(crate) fn document_with(&self, root: &str, further: String) -> Result<String, BuildError> {
        if self.0.is_empty() && further.is_empty() {
            return Err(BuildError::value("fields", "must not be empty: there is nothing to change"));
        }
        let fields: String =
            self.0.iter().map(|(name, value)| element(name, value)).collect::<Result<_, _>>()?;
        Ok(format!("<{root}>{fields}{further}</{root}>"))
    }
}

/// An element that holds a text.
pub(crate) fn element(name: &'static str, value: &str) -> Result<String, BuildError> {
    if !value.chars().all(is_carried) {
        return Err(BuildError::value(name, "must not hold control characters, which XML cannot carry"));
    }
    Ok(format!("<{name}>{}</{name}>", Escaped(value)))
}

/// Whether XML 1.0 can carry a letter in any form (section 2.2).
fn is_carried(letter: char) -> bool {
    !matches!(letter, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// Text in an element.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&apos;")?,
                '\r' => f.write_str("&#13;")?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
