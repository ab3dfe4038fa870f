//! Responses as a tree that is written as JSON or XML: one shape, two spellings.

use std::fmt::Write as _;

use quick_xml::escape::escape;

/// A value of a response.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// `null`; an empty element.
    Null,
    /// `true`; `1`.
    True,
    Number(f64),
    Text(String),
    /// Markup: text in JSON, elements in XML.
    Markup(String),
    /// An object; nested elements.
    Members(Vec<(&'static str, Node)>),
    /// A list; a container with `is_array="true"` whose children are called `item`.
    List {
        item: &'static str,
        /// Whether JSON wraps each item in an object with `item` as its only key.
        wrapped: bool,
        items: Vec<Node>,
    },
}

impl Node {
    pub(super) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// Text, or `null` without any.
    pub(super) fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    /// `"1"` or `"0"`.
    pub(super) fn flag(flag: bool) -> Self {
        Self::text(u8::from(flag))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Document {
    /// The name of the root element.
    pub(super) root: &'static str,
    pub(super) node: Node,
}

impl Document {
    pub(super) fn members(root: &'static str, members: Vec<(&'static str, Node)>) -> Self {
        Self { root, node: Node::Members(members) }
    }

    pub(super) fn list(root: &'static str, item: &'static str, items: Vec<Node>) -> Self {
        Self { root, node: Node::List { item, wrapped: false, items } }
    }

    /// As JSON; with `escaped` as PHP writes it: `\/` and `\uXXXX`.
    pub(super) fn json(&self, escaped: bool) -> String {
        let mut out = String::new();
        json(&mut out, &self.node, escaped);
        out
    }

    pub(super) fn xml(&self) -> String {
        let mut out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
        xml(&mut out, self.root, &self.node);
        out.push('\n');
        out
    }
}

fn json(out: &mut String, node: &Node, escaped: bool) {
    match node {
        Node::Null => out.push_str("null"),
        Node::True => out.push_str("true"),
        Node::Number(number) => number_text(out, *number),
        Node::Text(text) | Node::Markup(text) => json_string(out, text, escaped),
        Node::Members(members) => {
            out.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                json_string(out, name, escaped);
                out.push(':');
                json(out, value, escaped);
            }
            out.push('}');
        }
        Node::List { item, wrapped, items } => {
            out.push('[');
            for (index, value) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                if *wrapped {
                    out.push('{');
                    json_string(out, item, escaped);
                    out.push(':');
                }
                json(out, value, escaped);
                if *wrapped {
                    out.push('}');
                }
            }
            out.push(']');
        }
    }
}

fn json_string(out: &mut String, text: &str, escaped: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if escaped => out.push_str("\\/"),
            c if c < ' ' || (escaped && !c.is_ascii()) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Shortest digits, never an exponent, no point in whole numbers.
fn number_text(out: &mut String, number: f64) {
    let _ = write!(out, "{number}");
}

fn xml(out: &mut String, name: &str, node: &Node) {
    match node {
        Node::Null => {
            let _ = write!(out, "<{name}/>");
        }
        Node::Text(text) if text.is_empty() => {
            let _ = write!(out, "<{name}/>");
        }
        Node::List { items, .. } if items.is_empty() => {
            let _ = write!(out, "<{name} is_array=\"true\"/>");
        }
        _ => {
            let array = if matches!(node, Node::List { .. }) { " is_array=\"true\"" } else { "" };
            let _ = write!(out, "<{name}{array}>");
            match node {
                Node::Null => {}
                Node::True => out.push('1'),
                Node::Number(number) => number_text(out, *number),
                Node::Text(text) => xml_text(out, text),
                Node::Markup(text) => out.push_str(text),
                Node::Members(members) => {
                    for (name, value) in members {
                        xml(out, name, value);
                    }
                }
                Node::List { item, items, .. } => {
                    for value in items {
                        xml(out, item, value);
                    }
                }
            }
            let _ = write!(out, "</{name}>");
        }
    }
}

/// Text with its markup escaped; characters that XML 1.0 has no way to write are left out.
fn xml_text(out: &mut String, text: &str) {
    let fits = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    let text: String = text.chars().filter(fits).collect();
    // A bare carriage return would be read as a line feed.
    out.push_str(&escape(text.as_str()).replace('\r', "&#13;"));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Document, Node};

    #[test]
    fn writes_the_documented_shapes() {
        let parts = vec![Node::Members(vec![("name", Node::text("Oboe")), ("program", Node::text(68))])];
        let document = Document::members(
            "score",
            vec![
                ("uri", Node::text("http://é/")),
                ("language", Node::Null),
                ("genre", Node::text("")),
                ("favoriting_count", Node::Number(1.0)),
                ("parts", Node::List { item: "part", wrapped: true, items: parts }),
                ("position", Node::Number(1600.5)),
            ],
        );
        assert_eq!(
            document.json(true),
            r#"{"uri":"http:\/\/\u00e9\/","language":null,"genre":"","favoriting_count":1,"parts":[{"part":{"name":"Oboe","program":"68"}}],"position":1600.5}"#
        );
        assert!(document.json(false).starts_with(r#"{"uri":"http://é/","#));
        assert_eq!(
            document.xml(),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<score><uri>http://é/</uri><language/><genre/>\
             <favoriting_count>1</favoriting_count><parts is_array=\"true\"><part><name>Oboe</name>\
             <program>68</program></part></parts><position>1600.5</position></score>\n"
        );
        assert_eq!(Document::list("scores", "score", Vec::new()).json(true), "[]");
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(text: String, escaped: bool) {
            let document = Document { root: "title", node: Node::text(&text) };
            let read: String = serde_json::from_str(&document.json(escaped)).expect("JSON");
            prop_assert_eq!(read, text);
        }
    }
}
