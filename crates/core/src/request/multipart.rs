//! `multipart/form-data` (RFC 7578) with an exact length and files that are streamed.

use std::fmt::{Display, Write as _};

use http::HeaderValue;

use super::error::BuildError;
use super::form;
use crate::request::body::Body;
use crate::secret::wire_text;

/// Parts of a form in the order in which they are sent.
#[derive(Debug, Default)]
pub struct Multipart {
    parts: Vec<Part>,
    /// The name of a part whose text is a secret that was not exposed.
    secret: Option<String>,
}

#[derive(Debug)]
struct Part {
    disposition: String,
    content_type: Option<&'static str>,
    body: Body,
}

impl Multipart {
    /// No parts.
    #[must_use]
    pub const fn new() -> Self {
        Self { parts: Vec::new(), secret: None }
    }

    /// Adds a text part. A request with a [`Secret`](crate::Secret) that was not exposed does not build
    /// ([`BuildError::Secret`]).
    pub fn text(&mut self, name: &str, value: impl Display) {
        let Some(text) = wire_text(&value) else {
            self.secret = Some(name.to_owned());
            return;
        };
        self.parts.push(Part {
            disposition: format!("form-data; name=\"{}\"", quoted(name)),
            content_type: None,
            body: Body::from(text),
        });
    }

    /// Adds a text part if there is a value.
    pub fn text_some(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Adds a file part.
    pub fn file(&mut self, name: &str, file_name: &str, content_type: &'static str, body: Body) {
        self.parts.push(Part {
            disposition: format!("form-data; name=\"{}\"; filename=\"{}\"", quoted(name), quoted(file_name)),
            content_type: Some(content_type),
            body,
        });
    }

    /// Refuses a secret that was not exposed.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        form::check(self.secret.as_ref())
    }

    /// The `Content-Type` and the body. The boundary is made of 128 random bits, so no file contains it by accident.
    pub(crate) fn finish(self, boundary: [u64; 2]) -> (HeaderValue, Body) {
        let boundary = format!("segno-{:016x}{:016x}", boundary[0], boundary[1]);
        let mut body = Body::empty();
        for part in self.parts {
            let mut head = format!("--{boundary}\r\nContent-Disposition: {}\r\n", part.disposition);
            if let Some(content_type) = part.content_type {
                let _ = write!(head, "Content-Type: {content_type}\r\n");
            }
            head.push_str("\r\n");
            body.push(head.into());
            body.push(part.body);
            body.push("\r\n".into());
        }
        body.push(format!("--{boundary}--\r\n").into());
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
        (content_type.unwrap_or(HeaderValue::from_static("multipart/form-data")), body)
    }
}

/// A name inside double quotes: browsers escape the quote and the line breaks like this (HTML, section 4.10.22.7).
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(multipart: Multipart) -> String {
        let (_, body) = multipart.finish([0, 0xab]);
        body.peek().map(|piece| String::from_utf8(piece.unwrap().to_vec()).unwrap()).collect()
    }

    #[test]
    fn parts_as_rfc_7578_writes_them() {
        let mut multipart = Multipart::new();
        multipart.text("track[title]", "Étude");
        multipart.file("track[asset_data]", "a \"b\"\r\n.wav", "audio/wav", Body::from("RIFF"));
        let expected = "--segno-000000000000000000000000000000ab\r\n\
            Content-Disposition: form-data; name=\"track[title]\"\r\n\r\nÉtude\r\n\
            --segno-000000000000000000000000000000ab\r\n\
            Content-Disposition: form-data; name=\"track[asset_data]\"; filename=\"a %22b%22%0D%0A.wav\"\r\n\
            Content-Type: audio/wav\r\n\r\nRIFF\r\n\
            --segno-000000000000000000000000000000ab--\r\n";
        assert_eq!(render(multipart), expected);
    }

    #[test]
    fn the_length_is_known_before_anything_is_read() {
        let mut multipart = Multipart::new();
        multipart.file("f", "x", "audio/mpeg", Body::reader(tokio::io::empty(), 1000));
        let (_, body) = multipart.finish([1, 2]);
        let in_memory: u64 = body.peek().filter_map(|piece| piece.ok()).map(|bytes| bytes.len() as u64).sum();
        assert_eq!(body.len(), in_memory + 1000);
        assert!(!body.reopenable());
    }
}
