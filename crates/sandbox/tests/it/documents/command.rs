//! A command line of curl, taken apart as a shell and curl do.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::wire::Request;

const BOUNDARY: &str = "------------------------b0a1c2d3e4f5";

/// A line of curl.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The words of the shell.
    pub(super) words: Vec<String>,
    url: String,
    method: Option<String>,
    headers: Vec<(String, String)>,
    user: Option<String>,
    data: Option<String>,
    parts: Vec<(String, String)>,
}

impl Line {
    pub(super) fn parse(text: &str) -> Self {
        let words = words(text);
        assert_eq!(words.first().map(String::as_str), Some("curl"), "{text}");
        let mut line = Self { words: words.clone(), ..Self::default() };
        let mut rest = words.into_iter().skip(1);
        while let Some(word) = rest.next() {
            let mut value = || rest.next().unwrap_or_else(|| panic!("{word} wants a value: {text}"));
            match word.as_str() {
                "-X" => line.method = Some(value()),
                "-u" => line.user = Some(value()),
                "-d" => line.data = Some(value()),
                "-H" => {
                    let header = value();
                    let (name, value) = header.split_once(':').expect("a header");
                    line.headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                "-F" => {
                    let part = value();
                    let (name, value) = part.split_once('=').expect("a part");
                    line.parts.push((name.to_owned(), value.to_owned()));
                }
                option if option.starts_with('-') => panic!("{option} is unknown: {text}"),
                _ => line.url = word,
            }
        }
        line
    }

    /// The request that curl sends; files are looked for in a folder.
    pub(super) fn request(&self, folder: &Path) -> Request {
        let has_body = self.data.is_some() || !self.parts.is_empty();
        let method = self.method.as_deref().unwrap_or(if has_body { "POST" } else { "GET" });
        let mut request = Request::new(method, &self.url).header("User-Agent", "curl/8.5.0");
        let given = |name: &str| self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !given("accept") {
            request = request.header("Accept", "*/*");
        }
        if let Some(user) = &self.user {
            request = request.header("Authorization", &format!("Basic {}", STANDARD.encode(user)));
        }
        for (name, value) in &self.headers {
            let is_form = name.eq_ignore_ascii_case("content-type") && !self.parts.is_empty();
            // To a type that is given curl adds the boundary.
            let value = if is_form { format!("{value}; boundary={BOUNDARY}") } else { value.clone() };
            request = request.header(name, &value);
        }
        if let Some(data) = &self.data {
            if !given("content-type") {
                request = request.header("Content-Type", "application/x-www-form-urlencoded");
            }
            return request.body(data.as_bytes());
        }
        if self.parts.is_empty() {
            return request;
        }
        if !given("content-type") {
            request = request.header("Content-Type", &format!("multipart/form-data; boundary={BOUNDARY}"));
        }
        request.body(self.form(folder))
    }

    fn form(&self, folder: &Path) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, value) in &self.parts {
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"").bytes());
            match value.strip_prefix('@') {
                Some(file) => {
                    let kind = "application/octet-stream";
                    body.extend(format!("; filename=\"{file}\"\r\nContent-Type: {kind}\r\n\r\n").bytes());
                    body.extend(std::fs::read(folder.join(file)).expect("a file"));
                }
                None => body.extend(format!("\r\n\r\n{value}").bytes()),
            }
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        body
    }
}

/// The words of a command, as a POSIX shell takes them apart. A quote that the document forgets to close ends with the line; a
/// line that goes on without a backslash goes on, as it is meant.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some('"'), '\\') if matches!(letters.peek(), Some('"' | '\\')) => {
                word.get_or_insert_default().extend(letters.next());
            }
            (Some(_), letter) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '\\') => match letters.next() {
                Some('\n') | None => {}
                Some(letter) => word.get_or_insert_default().push(letter),
            },
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (None, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[test]
fn a_line_is_taken_apart_as_a_shell_does() {
    // The words are those of `sh -c 'printf "%s\n" …'`.
    let text = "curl -u 'a:b c' \"x \\\"y\\\" \\n\" \\\n  -F 't[a]=@f.wav' z\\ z ''";
    assert_eq!(words(text), ["curl", "-u", "a:b c", "x \"y\" \\n", "-F", "t[a]=@f.wav", "z z", ""]);
    assert_eq!(words("curl 'http://x?a=b"), ["curl", "http://x?a=b"]);
    let line = Line::parse("curl -X PUT http://h/p -H 'A: b' -d '<x/>' -u joey:hairspray");
    let bytes = String::from_utf8(line.request(Path::new(".")).bytes(false)).expect("text");
    let expected = "PUT /p HTTP/1.1\r\nHost: h\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\
        Authorization: Basic am9leTpoYWlyc3ByYXk=\r\nA: b\r\nContent-Type: application/x-www-form-urlencoded\r\n\
        Content-Length: 4\r\n\r\n<x/>";
    assert_eq!(bytes, expected);
}
