//! XML into a tree, safely: no entities beyond the predefined five and character references, bounded depth and size.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use segno_core::DecodeError;
use serde_json::{Map, Value};

/// Documents of the service are five deep.
const DEPTH: usize = 32;
/// The largest documents are the boxes of a long score: seven elements a measure.
const ELEMENTS: usize = 500_000;

/// The content of the root element.
///
/// An element with child elements is an object, where a name that comes more than once is a list; an element with text is
/// a text; an element with neither (or with white space alone) is null. Attributes tell nothing that the names do not.
/// The element named `markup` is a text even if it has child elements.
pub(super) fn tree(text: &str, markup: Option<&str>) -> Result<Value, DecodeError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|error| broken(&error.to_string()))?;
        let closed = match event {
            Event::Start(start) => {
                elements += 1;
                if open.len() >= DEPTH || elements > ELEMENTS {
                    return Err(broken("it is deeper or larger than any answer of the service"));
                }
                let name = start.local_name().into_inner().to_owned();
                if Some(name.as_str()) == markup {
                    let inner = reader.read_text(start.name()).map_err(|error| broken(&error.to_string()))?;
                    Some(Element { name, value: Content::Text(inner_text(&inner.into_inner())) })
                } else {
                    open.push(Element { name, value: Content::Text(String::new()) });
                    None
                }
            }
            Event::Empty(start) => {
                elements += 1;
                if elements > ELEMENTS {
                    return Err(broken("it is larger than any answer of the service"));
                }
                let name = start.local_name().into_inner().to_owned();
                Some(Element { name, value: Content::Text(String::new()) })
            }
            Event::End(_) => open.pop(),
            Event::Text(words) => {
                push(open.last_mut(), &words.xml10_content());
                None
            }
            Event::CData(words) => {
                push(open.last_mut(), &words.xml10_content());
                None
            }
            Event::GeneralRef(reference) => {
                push(open.last_mut(), &resolve(&reference)?);
                None
            }
            Event::Eof => return Err(broken("it ends in the middle")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(element) = closed {
            match open.last_mut() {
                Some(parent) => parent.add(element),
                None => return Ok(element.value.into_value()),
            }
        }
    }
}

fn broken(reason: &str) -> DecodeError {
    // Names of elements are quoted in the reasons, and they may be anything.
    DecodeError::Other(format!(
        "it is not XML as the service writes it: {}",
        reason.chars().take(120).collect::<String>()
    ))
}

struct Element {
    name: String,
    value: Content,
}

enum Content {
    Text(String),
    Children(Map<String, Value>),
}

impl Element {
    fn add(&mut self, child: Self) {
        if let Content::Text(_) = self.value {
            self.value = Content::Children(Map::new());
        }
        let Content::Children(children) = &mut self.value else { return };
        let value = child.value.into_value();
        match children.get_mut(&child.name) {
            None => drop(children.insert(child.name, value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
}

impl Content {
    fn into_value(self) -> Value {
        match self {
            Self::Text(text) if text.trim().is_empty() => Value::Null,
            Self::Text(text) => Value::String(text),
            Self::Children(children) => Value::Object(children),
        }
    }
}

/// White space between child elements, and words there, mean nothing.
fn push(element: Option<&mut Element>, words: &str) {
    if let Some(Element { value: Content::Text(text), .. }) = element {
        text.push_str(words);
    }
}

/// A reference to something that only a DTD could define stays as it is written.
fn resolve(reference: &BytesRef<'_>) -> Result<String, DecodeError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| broken(&error.to_string()))? {
        return Ok(character.into());
    }
    let name = reference.xml10_content();
    Ok(match predefined(&name) {
        Some(character) => character.into(),
        None => format!("&{name};"),
    })
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Markup inside an element: nested elements stay as they are written, escaped text and CDATA are unwrapped.
fn inner_text(inner: &str) -> String {
    let mut reader = Reader::from_str(inner);
    reader.config_mut().allow_dangling_amp = true;
    let mut text = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Text(words)) => text.push_str(&words.xml10_content()),
            Ok(Event::CData(words)) => text.push_str(&words.xml10_content()),
            Ok(Event::GeneralRef(reference)) => match resolve(&reference) {
                Ok(words) => text.push_str(&words),
                Err(_) => return inner.trim().to_owned(),
            },
            Ok(Event::Eof) => return text,
            Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_)) => {}
            Ok(Event::Start(_) | Event::Empty(_) | Event::End(_)) | Err(_) => return inner.trim().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Value {
        tree(text, None).unwrap()
    }

    fn error(text: &str) -> String {
        tree(text, None).unwrap_err().to_string()
    }

    #[test]
    fn elements_texts_and_lists() {
        let text = "<?xml version='1.0'?><!-- c --><scores is_array=\"true\">\n <score><id>1</id><title>A &amp; B</title>\n\
            <genre/><format>  </format></score>\n <score x='&lt;'><id><![CDATA[<2>]]></id></score></scores>";
        let expected = json!({"score": [
            {"id": "1", "title": "A & B", "genre": null, "format": null},
            {"id": "<2>"},
        ]});
        assert_eq!(read(text), expected);
        assert_eq!(read("<scores is_array='true'/>"), Value::Null);
        assert_eq!(read("<a>1<!-- c -->2&#51;&#x34;</a>"), json!("1234"));
    }

    #[test]
    fn no_entity_is_expanded_that_a_document_defines() {
        let lol = "<!DOCTYPE a [<!ENTITY b \"CANARY\"><!ENTITY c SYSTEM \"file:///etc/passwd\">\
            <!ENTITY d \"&b;&b;&b;\">]><a><x>&b;</x><y>&c;&d;</y><z>&lt;&gt;&amp;&quot;&apos;</z></a>";
        assert_eq!(read(lol), json!({"x": "&b;", "y": "&c;&d;", "z": "<>&\"'"}));
        assert_eq!(read("<a>R & B &nbsp;x</a>"), json!("R & B &nbsp;x"));
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let deep = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
        assert!(tree(&deep(DEPTH), None).is_ok());
        assert!(error(&deep(DEPTH + 1)).contains("deeper or larger"));
        assert!(error(&deep(1_000_000)).contains("deeper or larger"));
        assert!(error(&format!("<a>{}</a>", "<b/>".repeat(ELEMENTS))).contains("larger"));
        let wide = format!("<a>{}</a>", "<b>1</b>".repeat(1000));
        assert_eq!(read(&wide)["b"].as_array().unwrap().len(), 1000);
    }

    #[test]
    fn broken_documents_are_errors() {
        for text in ["<a>", "<a><b></a>", "<a", "<a>&#0;</a>", "<a>&#xD800;</a>", "<!DOCTYPE a [", "<?xml"] {
            assert!(error(text).starts_with("it is not XML as the service writes it: "), "{text}");
        }
    }

    #[test]
    fn markup_is_kept_escaped_or_nested() {
        let html = |inner: &str| {
            let text = format!("<oembed><html>{inner}</html><title>T</title></oembed>");
            let value = tree(&text, Some("html")).unwrap();
            assert_eq!(value["title"], "T");
            value["html"].as_str().unwrap().to_owned()
        };
        let expected = "<iframe src=\"x?a=1&amp;b=2\"></iframe><span>A</span>";
        assert_eq!(html(expected), expected);
        assert_eq!(html(&format!("\n  {expected} ")), expected);
        assert_eq!(html(&format!("<![CDATA[{expected}]]>")), expected);
        let escaped = expected.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        assert_eq!(html(&escaped), expected);
    }
}
