//! `segno api`: any request to a service, with its credentials.

use std::fmt;
use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use segno_core::request::FormPairs;
use segno_core::{
    ApiError, BuildError, Bytes, DecodeError, Endpoint, HeaderMap, Method, Replay, RequestWriter, Response,
    StatusCode,
};
use serde_json::Value;

use crate::accounts::Service;
use crate::failure::Failure;
use crate::files;
use crate::output::Output;
use crate::session::Session;

/// A request.
#[derive(Args, Clone, Debug)]
pub(crate) struct Api {
    /// The service
    service: Service,
    /// The method
    #[arg(value_parser = ["GET", "POST", "PUT", "DELETE", "PATCH"], ignore_case = true)]
    method: String,
    /// The path below the base URL of the service, such as slices/ or tracks/123; a query may follow
    path: String,
    /// A value: of the query for GET and DELETE, else of the body
    #[arg(long, short, value_name = "NAME=VALUE")]
    field: Vec<String>,
    /// Send the values as JSON in place of a form
    #[arg(long)]
    as_json: bool,
    /// Send this file as JSON; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "field")]
    input: Option<PathBuf>,
    /// Follow the links to further pages
    #[arg(long)]
    paginate: bool,
    /// The most pages
    #[arg(long, value_name = "COUNT", default_value_t = 100, requires = "paginate")]
    max_pages: usize,
    /// Print this part of the response only: a JSON Pointer, such as /collection/0/title
    #[arg(long, short = 'p', value_name = "POINTER")]
    pointer: Option<String>,
}

/// The words of a service as they are.
#[derive(Debug)]
pub(crate) struct Words(String);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ApiError for Words {
    fn read(_: StatusCode, _: &HeaderMap, body: &Bytes) -> Self {
        Self(String::from_utf8_lossy(body).chars().take(300).collect())
    }
}

/// What is sent.
#[derive(Clone, Debug)]
enum Payload {
    Nothing,
    Form(Vec<(String, String)>),
    Json(Value),
}

#[derive(Clone, Debug)]
struct Raw {
    segments: Vec<String>,
    slash: bool,
    query: Vec<(String, String)>,
    payload: Payload,
}

/// A request by its method: methods are types to the client, because they decide whether a request may be repeated.
struct By<const METHOD: usize>(Raw);

impl<const METHOD: usize> Endpoint for By<METHOD> {
    type Output = Bytes;
    type ApiError = Words;
    const NAME: &'static str = "api.request";
    const METHOD: Method = match METHOD {
        0 => Method::GET,
        1 => Method::POST,
        2 => Method::PUT,
        3 => Method::DELETE,
        _ => Method::PATCH,
    };
    const REPLAY: Replay = match METHOD {
        0 => Replay::Safe,
        2 | 3 => Replay::Idempotent,
        _ => Replay::Unsafe,
    };

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        const TEMPLATES: [&str; 9] = [
            "",
            "{a}",
            "{a}/{b}",
            "{a}/{b}/{c}",
            "{a}/{b}/{c}/{d}",
            "{a}/{b}/{c}/{d}/{e}",
            "{a}/{b}/{c}/{d}/{e}/{f}",
            "{a}/{b}/{c}/{d}/{e}/{f}/{g}",
            "{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}",
        ];
        const WITH_SLASH: [&str; 9] = [
            "",
            "{a}/",
            "{a}/{b}/",
            "{a}/{b}/{c}/",
            "{a}/{b}/{c}/{d}/",
            "{a}/{b}/{c}/{d}/{e}/",
            "{a}/{b}/{c}/{d}/{e}/{f}/",
            "{a}/{b}/{c}/{d}/{e}/{f}/{g}/",
            "{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/",
        ];
        let Self(raw) = self;
        let templates = if raw.slash { WITH_SLASH } else { TEMPLATES };
        let template = templates
            .get(raw.segments.len())
            .ok_or_else(|| BuildError::value("path", "must have at most 8 segments"))?;
        let segments: Vec<&dyn fmt::Display> = raw.segments.iter().map(|segment| segment as _).collect();
        request.path(template, &segments)?;
        for (name, value) in &raw.query {
            request.query(name.clone(), value);
        }
        match &raw.payload {
            Payload::Nothing => {}
            Payload::Form(pairs) => {
                let mut form = FormPairs::new();
                for (name, value) in pairs {
                    form.push(name.clone(), value);
                }
                request.form(form);
            }
            Payload::Json(value) => request.json(value)?,
        }
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

pub(crate) async fn run(api: Api, session: &Session) -> Result<Output, Failure> {
    let settings = session.settings(api.service).await?;
    let core = match api.service {
        Service::Soundslice => crate::session::soundslice(&settings)?.core().clone(),
        Service::Soundstripe => crate::session::soundstripe(&settings)?.core().clone(),
        Service::Soundcloud => crate::session::soundcloud(&settings, false)?.core().clone(),
        Service::Musescore => crate::session::musescore(&settings, false)?.core().clone(),
    };
    let mut raw = api.request()?;
    let mut pages = Vec::new();
    loop {
        let bytes = send(&core, &api, raw.clone()).await?;
        if !api.paginate {
            return shown(&bytes, api.pointer.as_deref());
        }
        let page: Value = serde_json::from_slice(&bytes).map_err(|_| {
            Failure::new("the response is not JSON, so it has no pages; leave --paginate out")
        })?;
        let next = next_page(&page);
        pages.push(match &api.pointer {
            Some(pointer) => page.pointer(pointer).cloned().unwrap_or(Value::Null),
            None => page,
        });
        let Some(next) = next else { break };
        if pages.len() >= api.max_pages {
            session.tell(format_args!("there are further pages; raise --max-pages {}", api.max_pages));
            break;
        }
        let (path, query) = core_path(&core, &next)
            .ok_or_else(|| Failure::new(format!("the next page is outside of the service: {next}")))?;
        raw = Raw { query, ..Raw::at(&path, Vec::new())? };
    }
    Ok(Output::Text(Value::Array(pages).to_string() + "\n"))
}

impl Api {
    fn request(&self) -> Result<Raw, Failure> {
        let mut fields = Vec::new();
        for field in &self.field {
            let (name, value) = field
                .split_once('=')
                .ok_or_else(|| Failure::usage(format!("invalid --field {field:?}: expected NAME=VALUE")))?;
            fields.push((name.to_owned(), value.to_owned()));
        }
        let mut raw = Raw::at(&self.path, Vec::new())?;
        // Without it SoundCloud gives a bare list, which names no next page.
        let links = ("linked_partitioning".to_owned(), "true".to_owned());
        if self.paginate && self.service == Service::Soundcloud && !raw.query.contains(&links) {
            raw.query.push(links);
        }
        let reads = matches!(self.method.to_ascii_uppercase().as_str(), "GET" | "DELETE");
        if let Some(input) = &self.input {
            let text = if input.as_os_str() == "-" {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map_err(|error| Failure::new(format!("standard input: {error}")))?;
                text
            } else {
                files::read_text(input)?
            };
            let value = serde_json::from_str(&text).map_err(|error| Failure::file(input, error))?;
            raw.payload = Payload::Json(value);
        } else if reads {
            raw.query.extend(fields);
        } else if self.as_json {
            let members = fields.into_iter().map(|(name, value)| {
                // What reads as JSON is meant as JSON: numbers, true, null, lists.
                let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
                (name, value)
            });
            raw.payload = Payload::Json(Value::Object(members.collect()));
        } else if !fields.is_empty() {
            raw.payload = Payload::Form(fields);
        }
        Ok(raw)
    }
}

impl Raw {
    /// The path as it was typed, its parts decoded, so that they are coded once and by the rules of the client.
    fn at(path: &str, query: Vec<(String, String)>) -> Result<Self, Failure> {
        let (path, given) = path.split_once('?').unwrap_or((path, ""));
        if path.contains("://") {
            return Err(Failure::usage(
                "the path must be below the base URL of the service, not a whole URL",
            ));
        }
        let segments = path.split('/').filter(|segment| !segment.is_empty()).map(decoded).collect();
        let mut query = query;
        query.extend(given.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        }));
        Ok(Self { segments, slash: path.len() > 1 && path.ends_with('/'), query, payload: Payload::Nothing })
    }
}

/// Percent signs undone; what is not a code stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

async fn send(core: &segno_core::Client, api: &Api, raw: Raw) -> Result<Bytes, Failure> {
    let sent = match api.method.to_ascii_uppercase().as_str() {
        "GET" => core.send(&By::<0>(raw)).await,
        "POST" => core.send(&By::<1>(raw)).await,
        "PUT" => core.send(&By::<2>(raw)).await,
        "DELETE" => core.send(&By::<3>(raw)).await,
        _ => core.send(&By::<4>(raw)).await,
    };
    sent.map_err(|error| {
        let login = error.is_auth();
        let failure = Failure::new(error.to_string());
        if login && error.status().is_none_or(|status| status.as_u16() == 401) {
            Failure::login(api.service.name(), failure)
        } else {
            failure
        }
    })
}

/// Where the next page is: SoundCloud's `next_href`, JSON:API's `links.next`.
fn next_page(page: &Value) -> Option<String> {
    let next = page
        .get("next_href")
        .or_else(|| page.pointer("/links/next/href"))
        .or_else(|| page.pointer("/links/next"));
    next.and_then(Value::as_str).filter(|next| !next.is_empty()).map(str::to_owned)
}

/// The path below the base URL of this client, and the query.
fn core_path(core: &segno_core::Client, url: &str) -> Option<(String, Vec<(String, String)>)> {
    let base = core.base_url().to_string();
    let rest = match url.strip_prefix(&base) {
        Some(rest) => rest,
        // A link without a host is meant from the root of the host.
        None if url.starts_with('/') => {
            let path = base.splitn(4, '/').nth(3).unwrap_or_default();
            url.trim_start_matches('/').strip_prefix(path)?
        }
        None => return None,
    };
    let raw = Raw::at(rest, Vec::new()).ok()?;
    let (path, _) = rest.split_once('?').unwrap_or((rest, ""));
    Some((path.to_owned(), raw.query))
}

fn shown(bytes: &Bytes, pointer: Option<&str>) -> Result<Output, Failure> {
    let Some(pointer) = pointer else {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        return Ok(Output::Text(text));
    };
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|_| Failure::new("the response is not JSON, so nothing can be taken out of it"))?;
    match value.pointer(pointer) {
        Some(Value::String(text)) => Ok(Output::Text(format!("{text}\n"))),
        Some(value) => Ok(Output::Text(format!("{value}\n"))),
        None => Err(Failure::new(format!("the response has nothing at {pointer:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        let raw = Raw::at("/playlists/a%2Fb/tracks/?q=b%20c&q=d+e", Vec::new()).unwrap();
        assert_eq!(raw.segments, ["playlists", "a/b", "tracks"]);
        assert!(raw.slash);
        assert_eq!(raw.query, [("q".to_owned(), "b c".to_owned()), ("q".to_owned(), "d e".to_owned())]);
        assert!(Raw::at("https://evil.example/x", Vec::new()).is_err());
    }

    #[test]
    fn next_pages_are_found_in_both_forms() {
        let next = |text: &str| next_page(&serde_json::from_str(text).unwrap());
        assert_eq!(next(r#"{"collection":[],"next_href":"http://a/b"}"#).as_deref(), Some("http://a/b"));
        assert_eq!(next(r#"{"links":{"next":"http://a/c"}}"#).as_deref(), Some("http://a/c"));
        assert_eq!(next(r#"{"links":{"next":null},"next_href":null}"#), None);
    }
}
