//! What a document says that a response has, and what a response has.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use crate::wire::Response;

/// A response that came.
pub(super) struct Given {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Given {
    pub(super) fn of(response: Response) -> Self {
        Self { status: response.status, headers: response.headers, body: response.body }
    }

    /// What `curl -i` prints; interim responses go before the last one.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let interim = |bytes: &[u8]| bytes.starts_with(b"HTTP/1.1 1");
        let mut rest = bytes;
        while interim(rest) {
            let end = rest.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
            rest = &rest[end + 4..];
        }
        // curl has put the chunks together already.
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let header = |line: &str| {
            line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        };
        Self {
            status: status.expect("a status"),
            headers: lines.filter_map(header).collect(),
            body: rest[end + 4..].to_vec(),
        }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(400).collect()
    }
}

/// One thing that a response has.
pub(super) struct Expected {
    kind: Kind,
    path: String,
    value: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Xml,
    Header,
}

impl Expected {
    pub(super) fn parse(text: &str) -> Self {
        let (kind, rest) = text.split_once(' ').unwrap_or_else(|| panic!("{text} is no expectation"));
        let kind = match kind {
            "json" => Kind::Json,
            "xml" => Kind::Xml,
            "header" => Kind::Header,
            _ => panic!("{text} is no expectation"),
        };
        let (path, value) = match rest.split_once(" = ") {
            Some((path, value)) => (path, Some(value.to_owned())),
            None => (rest, None),
        };
        Self { kind, path: path.to_owned(), value }
    }

    /// What is wrong with a response.
    pub(super) fn fault(&self, given: &Given) -> Option<String> {
        let found = match self.kind {
            Kind::Header => {
                given.headers.iter().find(|(name, _)| *name == self.path).map(|(_, value)| value.clone())
            }
            Kind::Json => serde_json::from_slice(&given.body)
                .ok()
                .and_then(|json: Value| at(&json, &self.path))
                .map(|it| it.to_string()),
            Kind::Xml => xml_at(&given.body, &self.path),
        };
        match (&found, &self.value) {
            (None, _) => Some(format!("{} is missing: {}", self.path, given.text())),
            (Some(found), Some(value)) if !same(self.kind, found, value) => {
                Some(format!("{} is {found}, printed {value}", self.path))
            }
            _ => None,
        }
    }
}

fn same(kind: Kind, found: &str, printed: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    if kind == Kind::Json { json(found) == json(printed) } else { found == printed }
}

/// What is at a path of names and places; `-1` is the last.
fn at(json: &Value, path: &str) -> Option<Value> {
    path.split('/')
        .try_fold(json, |here, name| match here {
            Value::Array(items) if name == "-1" => items.last(),
            Value::Array(items) => items.get(name.parse::<usize>().ok()?),
            other => other.get(name),
        })
        .cloned()
}

/// The text of the first element at a path of names, or of its attribute behind `@`.
fn xml_at(body: &[u8], path: &str) -> Option<String> {
    let (path, attribute) = path.split_once('@').map_or((path, None), |(path, name)| (path, Some(name)));
    let wanted: Vec<&str> = path.split('/').collect();
    let mut reader = Reader::from_str(std::str::from_utf8(body).ok()?);
    let (mut open, mut text): (Vec<String>, Option<String>) = (Vec::new(), None);
    let value = |start: &BytesStart<'_>| -> Option<String> {
        let found = start.try_get_attribute(attribute?).ok()??;
        Some(found.value.to_string())
    };
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open.push(start.name().into_inner().to_owned());
                if open == wanted {
                    if attribute.is_some() {
                        return value(&start);
                    }
                    text = Some(String::new());
                }
            }
            Event::Empty(start) => {
                let is_it = open.len() + 1 == wanted.len()
                    && open.iter().eq(&wanted[..open.len()])
                    && start.name().into_inner() == wanted[open.len()];
                if is_it {
                    return if attribute.is_some() { value(&start) } else { Some(String::new()) };
                }
            }
            Event::Text(part) => {
                if let Some(text) = text.as_mut().filter(|_| open == wanted) {
                    text.push_str(&part.xml10_content());
                }
            }
            Event::End(_) => {
                if open == wanted {
                    return text;
                }
                open.pop();
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}
