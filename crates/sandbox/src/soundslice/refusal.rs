//! Answers that say no, in the shapes that were seen.

use std::fmt::Display;

use http::StatusCode;
use http::header::RETRY_AFTER;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::call::BodyError;
use crate::reply::Reply;

/// `{}`
#[derive(Serialize)]
pub(super) struct Nothing {}

/// 403 with `{}`: not yours, not permitted, or not there.
pub(super) fn forbidden() -> Reply {
    Reply::python_json(StatusCode::FORBIDDEN, &Nothing {})
}

/// 429, with the seconds to wait if they are told.
pub(super) fn rate_limited(wait: Option<u64>) -> Reply {
    let reply = Reply::python_json(StatusCode::TOO_MANY_REQUESTS, &Nothing {});
    match wait {
        Some(wait) => reply.header(RETRY_AFTER, &wait.to_string()),
        None => reply,
    }
}

/// 404 as an HTML page.
pub(super) fn page_not_found() -> Reply {
    let page = "<!DOCTYPE html>\n<!--[if lt IE 8]><html class=\"ie\" lang=\"en\"><![endif]-->\n\
                <!--[if gte IE 8]><!--><html lang=\"en\"><!--<![endif]-->\n\
                <head><meta charset=\"utf-8\"><title>Page not found</title></head>\n\
                <body><h1>Page not found</h1></body>\n</html>\n";
    Reply::new(StatusCode::NOT_FOUND, "text/html; charset=utf-8", page)
}

/// A body that is no form, although it says so.
pub(super) fn unreadable(error: &BodyError) -> Reply {
    let status = error.status();
    let title = format!("{} ({})", status.canonical_reason().unwrap_or("Error"), status.as_str());
    let page = format!(
        "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>{title}</title>\n</head>\n<body>\n  \
                        <h1>{title}</h1><p></p>\n</body>\n</html>\n"
    );
    Reply::new(status, "text/html; charset=utf-8", page)
}

/// 422 with `{"error": "…"}`.
pub(super) fn invalid(message: impl Into<String>) -> Reply {
    #[derive(Serialize)]
    struct Shape {
        error: String,
    }
    Reply::python_json(StatusCode::UNPROCESSABLE_ENTITY, &Shape { error: message.into() })
}

/// Messages by field, in the order in which they were found.
#[derive(Default)]
pub(super) struct FieldErrors(Vec<(&'static str, String)>);

impl FieldErrors {
    pub(super) fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push((field, message.into()));
    }

    /// 422 with `{"errors": {"field": ["…"]}}`, if there are any.
    pub(super) fn check(self) -> Result<(), Reply> {
        #[derive(Serialize)]
        struct Shape {
            errors: FieldErrors,
        }
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Reply::python_json(StatusCode::UNPROCESSABLE_ENTITY, &Shape { errors: self }))
    }
}

impl Serialize for FieldErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
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
