//! Exchanges kept as text: recording them through a transport, and comparing them with the files of a crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use bytes::Bytes;
use http::header::{CONNECTION, COOKIE, DATE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use segno_core::BoxFuture;
use segno_core::request::RequestBody;
use segno_core::transport::{Phase, ResponseBody, Transport, TransportError, TransportErrorKind};
use sha2::Digest as _;

/// A transport that keeps every exchange as text and otherwise does what the one inside it does.
///
/// What is sensitive is kept as `[redacted]`, a body that is not text by its length and SHA-256, and hosts under the names
/// that they are given here, so that the text does not depend on the port.
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<dyn Transport>,
    names: Arc<Vec<(String, String)>>,
    clean: Arc<dyn Fn(&str) -> String + Send + Sync>,
    kept: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    /// Records what passes through `inner`. `names` are texts to replace and what stands for them, such as
    /// `("127.0.0.1:8401", "www.soundslice.com")`.
    pub fn new(inner: impl Transport, names: impl IntoIterator<Item = (String, String)>) -> Self {
        let names = Arc::new(names.into_iter().collect());
        Self { inner: Arc::new(inner), names, clean: Arc::new(str::to_owned), kept: Arc::default() }
    }

    /// Keeps what `clean` makes of an exchange, such as [`redact`] of what is secret in its bodies.
    #[must_use]
    pub fn cleaned(self, clean: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self { clean: Arc::new(clean), ..self }
    }

    /// The exchanges since the last call, first to last.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, request: &Request<Bytes>, response: &Response<Bytes>) {
        let mut text = String::new();
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let line = format!("{} {target} HTTP/1.1", request.method());
        half(&mut text, '>', &line, request.headers(), request.body());
        let status = response.status();
        let line = format!("HTTP/1.1 {} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
        half(&mut text, '<', line.trim_end(), response.headers(), response.body());
        for (from, to) in &*self.names {
            text = text.replace(from.as_str(), to);
        }
        text = (self.clean)(&without_signatures(&text));
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }
}

impl Transport for Recorder {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            let failed =
                |error: io::Error| TransportError::new(Phase::MaybeSent, TransportErrorKind::Source, error);
            let (parts, body) = request.into_parts();
            let bytes = body.collect().await.map_err(failed)?.to_bytes();
            let whole = Request::from_parts(parts.clone(), bytes.clone());
            let response =
                self.inner.send(Request::from_parts(parts, RequestBody::from_bytes(bytes))).await?;
            let (parts, body) = response.into_parts();
            let bytes = BodyExt::collect(body).await?.to_bytes();
            let response = Response::from_parts(parts, bytes);
            self.keep(&whole, &response);
            Ok(response.map(ResponseBody::from_bytes))
        })
    }
}

/// What signs a URL, in the spellings of the storage services that music services use.
const SIGNATURES: [&str; 8] = [
    "Signature=",
    "AWSAccessKeyId=",
    "X-Amz-Signature=",
    "X-Amz-Credential=",
    "X-Amz-Security-Token=",
    "Policy=",
    "Key-Pair-Id=",
    "x-amz-security-token=",
];

/// The text with the values of signatures in its URLs left out: such a URL is a credential.
fn without_signatures(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let next = |rest: &str| SIGNATURES.iter().filter_map(|name| Some((rest.find(name)?, name.len()))).min();
    while let Some((at, length)) = next(rest) {
        let (before, value) = rest.split_at(at + length);
        kept.push_str(before);
        let is_end = |c: char| c == '&' || c == '"' || c == '<' || c.is_whitespace();
        let end = value.find(is_end).unwrap_or(value.len());
        if before[..at].ends_with(['?', '&', ';', '-']) {
            kept.push_str("redacted");
        } else {
            kept.push_str(&value[..end]);
        }
        rest = &value[end..];
    }
    kept + rest
}

/// The text with the values of these names left out, wherever they stand: in queries and forms as `name=value`, in JSON as
/// `"name": "value"`.
#[must_use]
pub fn redact(text: &str, names: &[&str]) -> String {
    let mut text = text.to_owned();
    for name in names {
        text = left_out(
            &text,
            &format!("{name}="),
            |before| before.ends_with(['?', '&', ' ']),
            |value| value.find(['&', '"', '<', '#']).into_iter().chain(value.find(char::is_whitespace)).min(),
        );
        // What stands behind the name may be white space; the value ends at a quote that is not escaped.
        text = left_out(
            &text,
            &format!("\"{name}\""),
            |_| true,
            |rest| {
                let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
                let mut escaped = false;
                let end = value.find(|letter| {
                    let ends = letter == '"' && !escaped;
                    escaped = letter == '\\' && !escaped;
                    ends
                })?;
                Some(rest.len() - value.len() + end)
            },
        );
    }
    text
}

/// The text with what follows a mark left out, up to the length that `length` finds; a value in quotes keeps them.
fn left_out(
    text: &str,
    mark: &str,
    begins: impl Fn(&str) -> bool,
    length: impl Fn(&str) -> Option<usize>,
) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(mark) {
        let (before, after) = rest.split_at(at + mark.len());
        kept.push_str(before);
        rest = after;
        let quoted = mark.ends_with('"');
        let end = if quoted { length(after) } else { Some(length(after).unwrap_or(after.len())) };
        if let Some(end) = end.filter(|end| *end > 0 && begins(&before[..at])) {
            kept.push_str(if quoted { ":\"[redacted]" } else { "[redacted]" });
            rest = &after[end..];
        }
    }
    kept + rest
}

/// One side of an exchange, every line behind its mark.
fn half(text: &mut String, mark: char, first: &str, headers: &HeaderMap, body: &[u8]) {
    let _ = writeln!(text, "{mark} {first}");
    for (name, value) in headers {
        // Neither belongs to the service's contract, and both vary.
        if name == DATE || name == CONNECTION {
            continue;
        }
        let shown = if value.is_sensitive() || name == COOKIE || name == SET_COOKIE {
            "[redacted]".into()
        } else {
            String::from_utf8_lossy(value.as_bytes())
        };
        let _ = writeln!(text, "{mark} {name}: {shown}");
    }
    let _ = writeln!(text, "{mark}");
    if !body.is_empty() {
        let shown = match std::str::from_utf8(body) {
            Ok(text) if !text.contains('\0') => text.replace("\r\n", "\n"),
            _ => format!("[{} bytes, SHA-256 {}]", body.len(), hex(body)),
        };
        for line in shown.split('\n') {
            let _ = writeln!(text, "{}", format!("{mark} {line}").trim_end_matches(' '));
        }
    }
}

/// The response of a recorded exchange, for decoding it again.
///
/// # Panics
/// If the text has no response: it is a fixture that somebody edited.
#[must_use]
pub fn recorded_response(exchange: &str) -> Response<Bytes> {
    let mut lines = exchange
        .lines()
        .filter_map(|line| line.strip_prefix('<'))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse::<StatusCode>().ok());
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status.expect("the exchange has a response with a status");
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").expect("a header has a name and a value");
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        response.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header value"));
    }
    let body: Vec<&str> = lines.collect();
    response.map(|_| Bytes::from(body.join("\n")))
}

/// The fixture files of a crate: `<folder>/<resource>/<case>.http`, one exchange each.
///
/// With `SEGNO_FIXTURES=write` in the environment [`finish`](Fixtures::finish) writes the files; otherwise it compares.
#[derive(Debug)]
pub struct Fixtures {
    folder: PathBuf,
    cases: BTreeMap<String, String>,
    others_stay: bool,
}

impl Fixtures {
    /// The fixtures below a folder.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), cases: BTreeMap::new(), others_stay: false }
    }

    /// Leaves the files of cases alone that are not recorded this time.
    pub fn others_stay(&mut self) {
        self.others_stay = true;
    }

    /// Notes an exchange as the case `resource/case`.
    ///
    /// # Panics
    /// If the case is noted already.
    pub fn keep(&mut self, case: &str, exchange: String) {
        assert!(self.cases.insert(case.to_owned(), exchange).is_none(), "the case {case} is recorded twice");
    }

    /// The exchange of a case as it stands in its file.
    ///
    /// # Panics
    /// If there is no such file.
    #[must_use]
    pub fn read(folder: impl AsRef<Path>, case: &str) -> String {
        let file = folder.as_ref().join(format!("{case}.http"));
        fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{case}: {error}; write it with `cargo xtask fixtures`"))
    }

    /// Writes the files or compares them.
    ///
    /// # Errors
    /// What differs, one line each: a file that is missing, stale or no longer wanted.
    pub fn finish(self) -> Result<(), String> {
        let writes = std::env::var("SEGNO_FIXTURES").is_ok_and(|mode| mode == "write");
        let mut differences = String::new();
        let found = files(&self.folder);
        let recorded: BTreeSet<String> = self.cases.keys().cloned().collect();
        for case in found.difference(&recorded).filter(|_| !self.others_stay) {
            if writes {
                let _ = fs::remove_file(self.folder.join(format!("{case}.http")));
            } else {
                let _ = writeln!(differences, "{case}: no longer recorded");
            }
        }
        for (case, exchange) in &self.cases {
            let file = self.folder.join(format!("{case}.http"));
            let old = fs::read_to_string(&file).unwrap_or_default();
            if old == *exchange {
                continue;
            }
            if writes {
                let folder = file.parent().unwrap_or(&self.folder);
                fs::create_dir_all(folder)
                    .and_then(|()| fs::write(&file, exchange))
                    .map_err(|error| error.to_string())?;
            } else {
                let _ = writeln!(differences, "{case}: {}", first_difference(&old, exchange));
            }
        }
        if differences.is_empty() {
            Ok(())
        } else {
            Err(format!("run `cargo xtask fixtures`:\n{differences}"))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn first_difference(old: &str, new: &str) -> String {
    if old.is_empty() {
        return "not written yet".into();
    }
    let pair = old.lines().zip(new.lines()).find(|(old, new)| old != new);
    pair.map_or_else(|| "another length".into(), |(old, new)| format!("has {old:?}, now {new:?}"))
}

fn files(folder: &Path) -> BTreeSet<String> {
    let list = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let cases = list(folder).flat_map(|resource| list(&resource).collect::<Vec<_>>());
    let name =
        |path: PathBuf| Some(path.strip_prefix(folder).ok()?.to_str()?.strip_suffix(".http")?.to_owned());
    cases.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_left_out_wherever_they_stand() {
        let text = "> PUT /a?AWSAccessKeyId=CANARY&Signature=CANARY%3D&Expires=19 HTTP/1.1\n\
            < {\"url\": \"https://s.example/b?X-Amz-Credential=CANARY&X-Amz-Signature=CANARY\"}\n<Policy=kept>";
        let clean = without_signatures(text);
        assert!(!clean.contains("CANARY"), "{clean}");
        assert!(clean.contains("Signature=redacted&Expires=19 HTTP/1.1"), "{clean}");
        assert!(clean.ends_with("X-Amz-Signature=redacted\"}\n<Policy=kept>"), "{clean}");
    }

    #[test]
    fn named_values_are_left_out_wherever_they_stand() {
        let text = "> POST /token?code=CANARY&keep=1#x HTTP/1.1\n> grant=x&code=CANARY%26&code_challenge=kept\n\
            > code=CANARY\n< {\"code\" : \"CANARY\\\"CANARY\", \"code\":404, \"decode\":\"kept\",\"url\":\"https://x/?code=CANARY\"}";
        let clean = redact(text, &["code"]);
        assert_eq!(
            clean,
            "> POST /token?code=[redacted]&keep=1#x HTTP/1.1\n> grant=x&code=[redacted]&code_challenge=kept\n\
            > code=[redacted]\n< {\"code\":\"[redacted]\", \"code\":404, \"decode\":\"kept\",\"url\":\"https://x/?code=[redacted]\"}"
        );
        for odd in ["", "\"code\"", "\"code\":\"", "code=", "?code=é"] {
            let _ = redact(odd, &["code"]);
        }
    }

    #[test]
    fn a_recorded_response_is_read_back() {
        let text = "> GET / HTTP/1.1\n>\n< HTTP/1.1 404 Not Found\n< content-type: text/html\n<\n< <!DOCTYPE html>\n<\n< x\n";
        let response = recorded_response(text);
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()["content-type"], "text/html");
        assert_eq!(&response.body()[..], b"<!DOCTYPE html>\n\nx");
    }
}
