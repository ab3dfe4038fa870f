//! XML into the shape of a JSON value, safely: no entities beyond the predefined five and character references, bounded depth and size.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use segno_core::DecodeError;

use super::tree::{Name, Tree};

/// Documents of the service are five deep.
const DEPTH: usize = 32;
/// The largest documents are the boxes of a long score: seven elements a measure.
const ELEMENTS: usize = 500_000;

/// The elements that hold lists, also where they do not say so with `is_array="true"`.
const LISTS: [&str; 4] = ["scores", "events", "elements", "parts"];

/// The element that may hold HTML as nested markup, which is its text.
const MARKUP: &str = "html";

/// The content of the root element in the shape that JSON has, and how many bytes the document has.
///
/// A list is an array of its child elements, whatever they are called. Another element with child elements is an object,
/// where a name that comes more than once is an array; an element with text is a text; an element with neither (or with
/// white space alone) is null.
pub(super) fn read(text: &str) -> Result<(Tree<'_>, usize), DecodeError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|error| broken(&error.to_string()))?;
        let is_empty = matches!(event, Event::Empty(_));
        let closed = match event {
            Event::Start(start) | Event::Empty(start) => {
                elements += 1;
                if open.len() >= DEPTH || elements > ELEMENTS {
                    return Err(broken("it is deeper or larger than any document of the service"));
                }
                let mut element = Element::new(start);
                if is_empty {
                    Some(element)
                } else if element.name.as_str() == MARKUP {
                    let Name::Tag(start, _) = &element.name else { continue };
                    let inner = reader.read_text(start.name()).map_err(|error| broken(&error.to_string()))?;
                    element.text = inner_text(&inner.into_inner()).into();
                    Some(element)
                } else {
                    open.push(element);
                    None
                }
            }
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                push(open.last_mut(), text.xml10_content());
                None
            }
            Event::CData(text) => {
                push(open.last_mut(), text.xml10_content());
                None
            }
            Event::GeneralRef(reference) => {
                push(open.last_mut(), resolve(&reference).into());
                None
            }
            Event::Eof => return Err(broken("it ends in the middle")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(element) = closed {
            match open.last_mut() {
                Some(parent) => {
                    let (name, value) = element.into_value();
                    parent.children.push((name, value));
                }
                None => {
                    let length = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
                    let (name, value) = element.into_value();
                    let value = match value {
                        // Its name says what its text is.
                        Tree::Text(text) if name.as_str().eq_ignore_ascii_case("error") => {
                            Tree::Object(vec![(Name::Other("error"), Tree::Text(text))])
                        }
                        value => value,
                    };
                    return Ok((value, length));
                }
            }
        }
    }
}

fn broken(reason: &str) -> DecodeError {
    // Names of elements are quoted in the reasons, and they may be anything.
    DecodeError::Other(format!("invalid XML: {}", reason.chars().take(120).collect::<String>()))
}

struct Element<'t> {
    name: Name<'t>,
    is_list: bool,
    text: Cow<'t, str>,
    children: Vec<(Name<'t>, Tree<'t>)>,
}

impl<'t> Element<'t> {
    fn new(start: BytesStart<'t>) -> Self {
        let is_marked = !start.attributes_raw().is_empty()
            && matches!(start.try_get_attribute("is_array"), Ok(Some(mark)) if &*mark.value == "true");
        let name = Name::of(start);
        let is_list = is_marked || LISTS.contains(&name.as_str());
        Self { name, is_list, text: Cow::Borrowed(""), children: Vec::new() }
    }

    fn into_value(self) -> (Name<'t>, Tree<'t>) {
        let Self { name, is_list, text, mut children } = self;
        let text = (!text.trim().is_empty()).then_some(text).map(Tree::Text);
        if is_list {
            let members = children.into_iter().map(|(_, value)| value).chain(text);
            let is_parts = name.as_str() == "parts";
            let members = if is_parts { members.flat_map(unwrapped).collect() } else { members.collect() };
            return (name, Tree::List(members));
        }
        if children.is_empty() {
            return (name, text.unwrap_or(Tree::Null));
        }
        children.extend(text.map(|text| (Name::Other("#text"), text)));
        // Those of one name stand together then, in their order.
        children.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        let mut members: Vec<(Name<'t>, Tree<'t>)> = Vec::with_capacity(children.len());
        for (name, value) in children {
            match members.last_mut() {
                Some((last, Tree::List(values))) if last.as_str() == name.as_str() => values.push(value),
                Some((last, first)) if last.as_str() == name.as_str() => {
                    *first = Tree::List(vec![std::mem::take(first), value]);
                }
                _ => members.push((name, value)),
            }
        }
        (name, Tree::Object(members))
    }
}

/// Every part of a score, whatever lies between it and the list.
fn unwrapped(member: Tree<'_>) -> Vec<Tree<'_>> {
    match member {
        Tree::List(members) => members.into_iter().flat_map(unwrapped).collect(),
        Tree::Object(mut members) if members.len() == 1 => match members.pop() {
            Some((name, inner)) if matches!(name.as_str(), "part" | "item") => unwrapped(inner),
            other => vec![Tree::Object(other.into_iter().collect())],
        },
        other => vec![other],
    }
}

fn push<'t>(element: Option<&mut Element<'t>>, text: Cow<'t, str>) {
    match element {
        Some(element) if element.text.is_empty() => element.text = text,
        Some(element) => element.text.to_mut().push_str(&text),
        None => {}
    }
}

/// A reference to something that only a DTD could define stays as it is written; one to no character becomes U+FFFD.
fn resolve(reference: &BytesRef<'_>) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => return character.into(),
        Ok(None) => {}
        Err(_) => return char::REPLACEMENT_CHARACTER.into(),
    }
    let name = reference.xml10_content();
    predefined(&name).map_or_else(|| format!("&{name};"), String::from)
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
    let mut whole = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Text(text)) => whole.push_str(&text.xml10_content()),
            Ok(Event::CData(text)) => whole.push_str(&text.xml10_content()),
            Ok(Event::GeneralRef(reference)) => whole.push_str(&resolve(&reference)),
            Ok(Event::Eof) => return whole,
            Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_)) => {}
            Ok(Event::Start(_) | Event::Empty(_) | Event::End(_)) | Err(_) => return inner.trim().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn tree(text: &str) -> Value {
        read(text).unwrap().0.to_value()
    }

    fn error(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn elements_texts_and_lists() {
        let text = "<?xml version='1.0'?><!-- c --><scores is_array=\"true\">\n <score><id>1</id><title>A &amp; B</title>\n\
            <genre/><format>  </format></score>\n <score x='&lt;'><id><![CDATA[<2>]]></id></score></scores>";
        let expected = json!([
            {"id": "1", "title": "A & B", "genre": null, "format": null},
            {"id": "<2>"},
        ]);
        assert_eq!(tree(text), expected);
        assert_eq!(
            (tree("<scores/>"), tree("<x is_array='true'/>"), tree("<x/>")),
            (json!([]), json!([]), json!(null))
        );
        assert_eq!(tree("<a>1<!-- c -->2&#51;&#x34;</a>"), json!("1234"));
    }

    #[test]
    fn no_entity_is_expanded_that_a_document_defines() {
        let lol = "<!DOCTYPE a [<!ENTITY b \"CANARY\"><!ENTITY c SYSTEM \"file:///etc/passwd\">\
            <!ENTITY d \"&b;&b;&b;\">]><a><x>&b;</x><y>&c;&d;</y><z>&lt;&gt;&amp;&quot;&apos;</z></a>";
        assert_eq!(tree(lol), json!({"x": "&b;", "y": "&c;&d;", "z": "<>&\"'"}));
        assert_eq!(tree("<a>R & B &nbsp;x</a>"), json!("R & B &nbsp;x"));
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let deep = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
        assert!(read(&deep(DEPTH)).is_ok());
        assert!(error(&deep(DEPTH + 1)).contains("deeper or larger"));
        assert!(error(&deep(1_000_000)).contains("deeper or larger"));
        assert!(error(&format!("<a>{}</a>", "<b/>".repeat(ELEMENTS))).contains("larger"));
        let wide = format!("<a>{}</a>", "<b>1</b>".repeat(1000));
        assert_eq!(tree(&wide)["b"].as_array().unwrap().len(), 1000);
    }

    #[test]
    fn broken_documents_are_errors() {
        for text in ["<a>", "<a><b></a>", "<a", "<!DOCTYPE a [", "<?xml"] {
            assert!(error(text).starts_with("invalid XML: "), "{text}");
        }
    }

    #[test]
    fn markup_is_kept_escaped_or_nested() {
        let html = |inner: &str| {
            let text = format!("<oembed><html>{inner}</html><title>T</title></oembed>");
            let value = tree(&text);
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
