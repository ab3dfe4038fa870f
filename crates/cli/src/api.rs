//! `segno api`: any request to a service, with its credentials.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use segno_core::client::Raw;
use segno_core::decode::is_html;
use segno_core::endpoint::PlainApiError;
use segno_core::{Bytes, Method};
use serde_json::Value;

use crate::accounts::Service;
use crate::doubt;
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
    #[arg(long, short, value_name = "NAME=VALUE", value_parser = pair)]
    field: Vec<(String, String)>,
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
    #[arg(long, value_name = "COUNT", default_value = "100", requires = "paginate", value_parser = crate::arguments::count)]
    max_pages: NonZeroUsize,
    /// Print this part of the response only: a JSON Pointer, such as /collection/0/title
    #[arg(long, short = 'p', value_name = "POINTER")]
    pointer: Option<String>,
}

/// What is sent.
#[derive(Clone, Debug)]
enum Payload {
    Nothing,
    Form(Vec<(String, String)>),
    Json(Value),
}

/// A request to a path below the base URL.
#[derive(Clone, Debug)]
struct Request {
    path: String,
    query: Vec<(String, String)>,
    payload: Payload,
}

pub(crate) async fn run(api: Api, session: &Session) -> Result<Output, Failure> {
    let settings = session.settings(api.service).await?;
    let core = match api.service {
        Service::Soundslice => crate::session::soundslice(&settings)?.core().clone(),
        Service::Soundstripe => crate::session::soundstripe(&settings)?.core().clone(),
        Service::Soundcloud => crate::session::soundcloud(&settings)?.core().clone(),
        Service::Musescore => crate::session::musescore(&settings)?.core().clone(),
    };
    let mut request = api.request()?;
    let mut pages = Vec::new();
    loop {
        let bytes = send(&core, &api, &request).await?;
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
        if pages.len() >= api.max_pages.get() {
            session.tell(format_args!("there are further pages; raise --max-pages {}", api.max_pages));
            break;
        }
        let (path, query) = core_path(&core, &next)
            .ok_or_else(|| Failure::new(format!("the next page is outside of the service: {next}")))?;
        request = Request { query, ..Request::at(&path)? };
    }
    Ok(Output::Text(Value::Array(pages).to_string() + "\n"))
}

impl Api {
    fn request(&self) -> Result<Request, Failure> {
        let fields = self.field.clone();
        let mut raw = Request::at(&self.path)?;
        // Without it SoundCloud gives a bare list, which names no next page.
        let links = ("linked_partitioning".to_owned(), "true".to_owned());
        if self.paginate && self.service == Service::Soundcloud && !raw.query.contains(&links) {
            raw.query.push(links);
        }
        let reads = matches!(self.method.to_ascii_uppercase().as_str(), "GET" | "DELETE");
        if let Some(input) = &self.input {
            let text = files::read_text(input)?;
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

impl Request {
    /// A path as it was typed, with its query.
    fn at(path: &str) -> Result<Self, Failure> {
        let (path, given) = path.split_once('?').unwrap_or((path, ""));
        if path.contains("://") {
            return Err(Failure::usage(
                "the path must be below the base URL of the service, not a whole URL",
            ));
        }
        let query = given.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        });
        let query: Vec<_> = query.collect();
        if query.iter().any(|(name, _)| name.is_empty()) {
            return Err(Failure::usage(format!("invalid query {given:?}: expected NAME=VALUE&...")));
        }
        Ok(Self { path: path.trim_start_matches('/').to_owned(), query, payload: Payload::Nothing })
    }
}

/// A pair as it was typed.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
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

async fn send(core: &segno_core::Client, api: &Api, request: &Request) -> Result<Bytes, Failure> {
    let method = Method::from_bytes(api.method.to_ascii_uppercase().as_bytes()).unwrap_or_default();
    let mut raw = Raw::<PlainApiError>::new(method.clone(), request.path.as_str());
    for (name, value) in &request.query {
        raw = raw.query(name.clone(), value);
    }
    match &request.payload {
        Payload::Nothing => {}
        Payload::Form(pairs) => {
            for (name, value) in pairs {
                raw = raw.form(name.clone(), value);
            }
        }
        Payload::Json(value) => raw = raw.json(value),
    }
    let sent = core.send(&raw).await;
    let response = sent.map_err(|error| {
        // The name of what was asked for, which no endpoint has.
        let line = error.to_string();
        let told = line.strip_prefix("raw: ").unwrap_or(&line);
        let line = format!("{} {} {}: {told}", api.service, method, request.path);
        Failure::of_request(api.service.name(), &error, line, doubt::look_after(&method))
    })?;
    let body = response.into_body();
    if is_html(&body) { Err(Failure::page(api.service.name())) } else { Ok(body) }
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
    let Request { path, query, .. } = Request::at(rest).ok()?;
    Some((path, query))
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
        let request = Request::at("/playlists/a%2Fb/tracks/?q=b%20c&q=d+e").unwrap();
        assert_eq!(request.path, "playlists/a%2Fb/tracks/");
        assert_eq!(request.query, [("q".to_owned(), "b c".to_owned()), ("q".to_owned(), "d e".to_owned())]);
        assert!(Request::at("https://evil.example/x").is_err());
        assert!(Request::at("slices/?=x").is_err());
    }

    #[test]
    fn next_pages_are_found_in_both_forms() {
        let next = |text: &str| next_page(&serde_json::from_str(text).unwrap());
        assert_eq!(next(r#"{"collection":[],"next_href":"http://a/b"}"#).as_deref(), Some("http://a/b"));
        assert_eq!(next(r#"{"links":{"next":"http://a/c"}}"#).as_deref(), Some("http://a/c"));
        assert_eq!(next(r#"{"links":{"next":null},"next_href":null}"#), None);
    }
}
