//! Errors, in the shapes that were seen.

use std::fmt::Display;

use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::switches::BadCredentials;
use crate::kit::{BodyError, ErrorResponse, Response, allow};

pub(super) use crate::kit::Result;

fn json(status: StatusCode, body: &impl Serialize) -> ErrorResponse {
    Response::python_json(status, body).into()
}

/// `{}`
#[derive(Serialize)]
pub(super) struct Nothing {}

/// 403 with `{}`: not yours, not permitted, or not there.
pub(super) fn forbidden() -> ErrorResponse {
    json(StatusCode::FORBIDDEN, &Nothing {})
}

/// The response to bad or missing credentials.
pub(super) fn bad_credentials(how: BadCredentials) -> ErrorResponse {
    match how {
        BadCredentials::Forbidden => forbidden(),
        BadCredentials::Unauthorized => Response::python_json(StatusCode::UNAUTHORIZED, &Nothing {})
            .header(WWW_AUTHENTICATE, "Basic realm=\"api\"")
            .into(),
    }
}

/// 405 without a body.
pub(super) fn method_not_allowed(allowed: &[Method]) -> ErrorResponse {
    Response::empty(StatusCode::METHOD_NOT_ALLOWED).header(ALLOW, &allow(allowed)).into()
}

/// 429, with the seconds to wait if they are told.
pub(super) fn rate_limited(wait: Option<u64>) -> ErrorResponse {
    let response = Response::python_json(StatusCode::TOO_MANY_REQUESTS, &Nothing {});
    match wait {
        Some(wait) => response.header(RETRY_AFTER, &wait.to_string()).into(),
        None => response.into(),
    }
}

/// 404 as an HTML page.
pub(super) fn page_not_found() -> ErrorResponse {
    let page = "<!DOCTYPE html>\n<!--[if lt IE 8]><html class=\"ie\" lang=\"en\"><![endif]-->\n\
                <!--[if gte IE 8]><!--><html lang=\"en\"><!--<![endif]-->\n\
                <head><meta charset=\"utf-8\"><title>Page not found</title></head>\n\
                <body><h1>Page not found</h1></body>\n</html>\n";
    Response::new(StatusCode::NOT_FOUND, "text/html; charset=utf-8", page).into()
}

/// A body that says it is a form and cannot be read as one.
pub(super) fn unreadable(error: BodyError) -> ErrorResponse {
    let status = error.status();
    let title = format!("{} ({})", status.canonical_reason().unwrap_or("Error"), status.as_str());
    let page = format!(
        "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>{title}</title>\n</head>\n<body>\n  \
                        <h1>{title}</h1><p></p>\n</body>\n</html>\n"
    );
    Response::new(status, "text/html; charset=utf-8", page).into()
}

/// 422 with `{"error": "…"}`.
pub(super) fn invalid(message: impl Into<String>) -> ErrorResponse {
    #[derive(Serialize)]
    struct Shape {
        error: String,
    }
    json(StatusCode::UNPROCESSABLE_ENTITY, &Shape { error: message.into() })
}

/// Messages by field, in the order in which they were found.
#[derive(Default)]
pub(super) struct FieldErrors(Vec<(&'static str, String)>);

impl FieldErrors {
    pub(super) fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push((field, message.into()));
    }

    /// 422 with `{"errors": {"field": ["…"]}}`, if there are any.
    pub(super) fn check(self) -> Result<()> {
        #[derive(Serialize)]
        struct Shape {
            errors: FieldErrors,
        }
        if self.0.is_empty() {
            return Ok(());
        }
        Err(json(StatusCode::UNPROCESSABLE_ENTITY, &Shape { errors: self }))
    }
}

impl Serialize for FieldErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (field, message) in &self.0 {
            map.serialize_entry(field, &[message])?;
        }
        map.end()
    }
}

pub(super) const REQUIRED: &str = "This field is required.";
pub(super) const NAME_MISSING: &str = "Please provide a name.";
pub(super) const BAD_PARENT: &str = "The parent_id was invalid or not owned by your account.";

/// The message for a text over its limit, if it is.
pub(super) fn too_long(text: &str, limit: usize) -> Option<String> {
    let length = text.chars().count();
    (length > limit).then(|| format!("Ensure this value has at most {limit} characters (it has {length})."))
}

/// The message for a value outside its enumeration.
pub(super) fn bad_choice(value: impl Display) -> String {
    format!("Select a valid choice. {value} is not one of the available choices.")
}
