//! A request to the old API: what was sent, how the response is written, where it is worked on.

use http::header::{ALLOW, WWW_AUTHENTICATE};
use http::{Method, StatusCode};

use super::super::context::RequestContext;
use super::super::error::{self, ErrorResponse, Result};
use super::super::fields::Fields;
use super::super::switches::Switches;
use super::document::{self, Node};
use super::format::Format;
use super::xml::Element;
use crate::kit::{Form, Request, Response};

const MAX_BODY_BYTES: usize = 1024 * 1024;
/// What a 401 asks for where passwords are taken, and where they are not.
const BASIC: &str = "Basic realm=\"SoundCloud sandbox\"";
pub(super) const OAUTH: &str = "OAuth realm=\"SoundCloud\"";

/// Writes the responses of the old API.
pub(super) struct Writer {
    /// `http://` with host and port: what URLs in responses begin with.
    pub(super) origin: String,
    pub(super) format: Format,
    pub(super) takes_passwords: bool,
}

impl Writer {
    pub(super) fn document(&self, status: StatusCode, node: &Node) -> Response {
        match self.format {
            Format::Xml => Response::new(status, "application/xml; charset=utf-8", node.xml()),
            Format::Json => error::json(status, &node.json()),
        }
    }

    pub(super) fn error(&self, error: ErrorResponse, switches: &Switches) -> Response {
        let limited = matches!(error, ErrorResponse::Limited(_));
        let allowed = if let ErrorResponse::Method(allowed) = &error { Some(allowed.clone()) } else { None };
        let (status, message) = error.status_and_message();
        let response = match self.format {
            Format::Xml => {
                Response::new(status, "application/xml; charset=utf-8", document::errors(&message))
            }
            Format::Json => error::json(status, &serde_json::json!({"errors": [{"error_message": message}]})),
        };
        match (status, allowed) {
            (_, Some(allowed)) => response.header(ALLOW, &allowed),
            (StatusCode::UNAUTHORIZED, _) => {
                response.header(WWW_AUTHENTICATE, if self.takes_passwords { BASIC } else { OAUTH })
            }
            _ if limited => error::with_retry_after(response, switches),
            _ => response,
        }
    }
}

/// What was sent with a request.
pub(in crate::soundcloud) enum LegacyBody {
    Form(Form),
    Xml(Element),
    /// A body of this type, or none.
    Other(String),
}

impl LegacyBody {
    pub(super) async fn read(request: &mut Request) -> Result<Self> {
        let content_type = request.media_type();
        if ![Method::POST, Method::PUT].contains(&request.method) {
            return Ok(Self::Other(content_type));
        }
        match content_type.as_str() {
            "multipart/form-data" | "application/x-www-form-urlencoded" => {
                Ok(Self::Form(request.form().await?))
            }
            "application/xml" | "text/xml" => {
                let bytes = request.body.bytes(MAX_BODY_BYTES).await?;
                let element = Element::read(&bytes);
                element.map(Self::Xml).map_err(|fault| error::unprocessable(fault.words()))
            }
            _ => Ok(Self::Other(content_type)),
        }
    }

    /// The error of something else than was expected.
    pub(super) fn wrong(&self, expected: &str) -> ErrorResponse {
        let given = match self {
            Self::Form(_) => "a form".to_owned(),
            Self::Xml(element) => format!("<{}>", element.name),
            Self::Other(kind) if kind.is_empty() => "without a Content-Type".to_owned(),
            Self::Other(kind) => kind.clone(),
        };
        error::unprocessable(format!("the body is {given}; expected {expected}"))
    }

    /// The body as XML with this outermost element.
    pub(super) fn xml(&self, root: &str) -> Result<&Element> {
        match self {
            Self::Xml(element) if element.name == root => Ok(element),
            other => Err(other.wrong(&format!("<{root}> as application/xml"))),
        }
    }

    /// What `<track>` or `track[…]` says.
    pub(super) fn fields(&self, what: &str) -> Result<Fields> {
        match self {
            Self::Form(form) => of_form(form, what),
            other => match other.xml(what) {
                Ok(element) => Ok(element.fields()),
                Err(_) => Err(other.wrong(&format!("<{what}> as application/xml, or a form"))),
            },
        }
    }
}

/// Where a request to the old API is worked on.
pub(super) struct LegacyContext<'a> {
    pub(super) context: RequestContext<'a>,
    pub(super) writer: &'a Writer,
}

/// The names that a form gives to `track[…]` or `user[…]`; one that gives none says nothing.
fn of_form(form: &Form, what: &str) -> Result<Fields> {
    let fields = Fields::of_form(form, what);
    let files = form.file(&format!("{what}[artwork_data]")).is_some();
    if fields.0.is_empty() && !files {
        return Err(error::unprocessable(format!("the form has no {what}[…]")));
    }
    Ok(fields)
}
