//! The return format: JSON, XML or JSONP, chosen by a suffix of the path or, without one, by `Accept`.

use http::StatusCode;
use http::header::{ALLOW, WWW_AUTHENTICATE};

use super::document::{Document, Node};
use super::error::{self, CHALLENGE, ErrorResponse, Message, Result};
use super::switches::Switches;
use crate::kit::{Request, Response};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Xml,
    Jsonp,
}

/// How a response is written.
#[derive(Clone, Debug)]
pub(super) struct Format {
    pub(super) kind: Kind,
    /// The name of the function, for JSONP.
    pub(super) callback: Option<String>,
    /// Whether slashes and other alphabets are escaped in JSON.
    pub(super) escaped: bool,
}

impl Kind {
    /// The kind that a suffix asks for.
    pub(super) fn named(extension: &str) -> Option<Self> {
        match extension {
            "json" => Some(Self::Json),
            "xml" => Some(Self::Xml),
            "jsonp" => Some(Self::Jsonp),
            _ => None,
        }
    }

    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Jsonp => "jsonp",
        }
    }
}

/// The kind that `Accept` asks for: the first type in it that there is.
pub(super) fn accepted(request: &Request) -> Kind {
    let types = request.header("accept").unwrap_or_default().split(',');
    let essence = |entry: &str| entry.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = types.map(essence).find_map(|essence| match essence.as_str() {
        "application/json" => Some(Kind::Json),
        "text/xml" | "application/xml" => Some(Kind::Xml),
        "text/javascript" | "application/javascript" => Some(Kind::Jsonp),
        _ => None,
    });
    known.unwrap_or(Kind::Json)
}

impl Format {
    /// JSON without a callback: for what has no format of its own.
    pub(super) fn json(switches: &Switches) -> Self {
        Self { kind: Kind::Json, callback: None, escaped: switches.escape_json }
    }

    /// A format with the callback of the query; a callback that cannot be a name is refused, as JSON.
    pub(super) fn new(kind: Kind, callback: Option<&str>, switches: &Switches) -> Result<Self> {
        let mut format = Self { kind, callback: None, escaped: switches.escape_json };
        if let Some(callback) = callback.filter(|callback| kind == Kind::Jsonp && !callback.is_empty()) {
            if !is_name(callback) {
                return Err(error::malformed("Invalid callback"));
            }
            format.callback = Some(callback.to_owned());
        }
        Ok(format)
    }

    pub(super) fn response(&self, status: StatusCode, document: &Document) -> Response {
        match (self.kind, &self.callback) {
            (Kind::Xml, _) => Response::new(status, "text/xml; charset=utf-8", document.xml()),
            (Kind::Jsonp, Some(callback)) => {
                let body = format!("{callback}({});", document.json(self.escaped));
                Response::new(status, "text/javascript; charset=utf-8", body)
            }
            _ => Response::new(status, "application/json", document.json(self.escaped)),
        }
    }

    pub(super) fn ok(&self, document: &Document) -> Response {
        self.response(StatusCode::OK, document)
    }

    /// The response to a request that is refused.
    pub(super) fn error(&self, error: &ErrorResponse) -> Response {
        let item = match &error.message {
            Message::Text(text) => Node::text(text),
            Message::Code(code) => Node::Members(vec![("code", Node::text(code))]),
        };
        let response = self.response(error.status, &Document::list("result", "item", vec![item]));
        match (error.status, error.allow) {
            (StatusCode::UNAUTHORIZED, _) => response.header(WWW_AUTHENTICATE, CHALLENGE),
            (_, Some(allow)) => response.header(ALLOW, allow),
            _ => response,
        }
    }
}

/// `[A-Za-z_$][A-Za-z0-9_$.]*`
fn is_name(text: &str) -> bool {
    let first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$';
    let other = |byte: u8| first(byte) || byte.is_ascii_digit() || byte == b'.';
    text.bytes().next().is_some_and(first) && text.bytes().all(other)
}
