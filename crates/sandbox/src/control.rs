//! The control port: JSON over HTTP for tests in any language.

use std::fmt::Display;
use std::sync::Arc;

use http::header::ALLOW;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

mod catalogue;
mod openapi;
mod replay;

pub use self::catalogue::CatalogueError;

use crate::kit::clock::{END, http_date};
use crate::kit::recording::RecordedRequest;
use crate::kit::{
    ErrorResponse, Fault, Handling, Host, Mutex, Request, Response, Result, SandboxState, Service, allow,
    seconds,
};
use crate::services::Services;

/// Control requests may have this many bytes: recordings hold uploads.
const LIMIT: usize = 256 * 1024 * 1024;

const INDEX: &str = include_str!("control/index.txt");
const PAGE: &str = include_str!("control/page.html");

pub(crate) struct Control {
    sandbox: Arc<SandboxState>,
    services: Arc<Services>,
    /// What was added to the catalogues, in the order in which it came; a reset adds it again.
    catalogues: Mutex<Vec<Value>>,
}

impl Service for Control {
    fn hosts(&self) -> &'static [Host] {
        &[Host::CONTROL]
    }

    fn reset(&self) {
        self.sandbox.end_work();
        self.sandbox.clock.reset();
        self.services.all().iter().for_each(|(_, service)| service.reset());
        self.sandbox.reset();
        self.import_again();
    }

    fn handle<'a>(self: Arc<Self>, request: &'a mut Request) -> Handling<'a> {
        Box::pin(async move { Response::of(self.respond(request).await) })
    }
}

impl Control {
    pub(crate) fn new(sandbox: Arc<SandboxState>, services: Arc<Services>) -> Self {
        Self { sandbox, services, catalogues: Mutex::default() }
    }

    async fn respond(&self, request: &mut Request) -> Result {
        let method = request.method.clone();
        let path = request.path.trim_end_matches('/').to_owned();
        let allowed: &[Method] = match path.as_str() {
            "" => &[Method::GET, Method::HEAD],
            "/reset" => &[Method::POST],
            "/clock" => &[Method::GET, Method::POST],
            "/switches" => &[Method::GET, Method::PUT],
            "/faults" => &[Method::GET, Method::POST, Method::DELETE],
            "/requests" => &[Method::GET, Method::DELETE],
            "/recording" => &[Method::GET, Method::POST, Method::DELETE],
            "/replay" | "/catalogue" => &[Method::POST],
            "/health" | "/hosts" | "/effects" | "/callbacks" | "/accounts" | "/openapi.json" => {
                &[Method::GET]
            }
            _ => return Err(problem(StatusCode::NOT_FOUND, "no such page; GET / lists what there is")),
        };
        if is_of_another_page(request) {
            let sentence = "a page of another origin may not use the control port";
            return Err(problem(StatusCode::FORBIDDEN, sentence));
        }
        if !allowed.contains(&method) {
            let allowed = allow(allowed);
            let sentence = format!("{path} takes {allowed}");
            return Err(problem(StatusCode::METHOD_NOT_ALLOWED, &sentence).header(ALLOW, &allowed));
        }
        let body = request.body.bytes(LIMIT).await;
        let body = body.map_err(|error| problem(error.status(), &error.to_string()))?;
        if path == "/replay" {
            let recorded: Recorded = parse(&body)?;
            let replayed = self.replay(&recorded.requests).await.map_err(unusable)?;
            return Ok(ok(&json!({"replayed": replayed})));
        }
        self.act(request, &method, &path, &body)
    }

    fn act(&self, request: &Request, method: &Method, path: &str, body: &[u8]) -> Result {
        let sandbox = &self.sandbox;
        match (path, method) {
            ("", _) => Ok(index(request)),
            ("/reset", _) => {
                self.reset();
                Ok(no_content())
            }
            ("/clock", _) => {
                if *method == Method::POST {
                    let Advance { advance_s } = parse(body)?;
                    let left = END.saturating_sub(sandbox.clock.now()).as_secs();
                    if !(0.0..=left as f64).contains(&advance_s) {
                        let expected = "`advance_s` must be a number of seconds from 0 to";
                        return Err(unusable(format!("{expected} {left}, where the year 9999 ends")));
                    }
                    sandbox.clock.advance(seconds(advance_s));
                }
                let (now, waiting) = (sandbox.clock.now().as_secs_f64(), sandbox.clock.waiting());
                let date = http_date(sandbox.clock.system_time());
                Ok(ok(&json!({"now": now, "date": date, "waiting": waiting})))
            }
            ("/switches", _) => {
                let mut switches = self.services.switches(sandbox);
                if *method == Method::PUT {
                    switches = switches.with(&parse(body)?).map_err(unusable)?;
                    self.services.set_switches(sandbox, switches.clone());
                }
                Ok(Response::compact_json(StatusCode::OK, &switches))
            }
            ("/faults", &Method::POST) => {
                let faults: Vec<Value> = match parse(body)? {
                    Value::Array(faults) => faults,
                    fault => vec![fault],
                };
                // All or none.
                let faults = faults
                    .into_iter()
                    .map(serde_json::from_value::<Fault>)
                    .collect::<std::result::Result<Vec<_>, _>>();
                faults.map_err(unusable)?.into_iter().for_each(|fault| sandbox.add_fault(fault));
                Ok(ok(&json!({"unused": sandbox.faults.unused()})))
            }
            ("/faults", &Method::DELETE) => {
                sandbox.clear_faults();
                Ok(no_content())
            }
            ("/faults", _) => Ok(ok(&json!({"unused": sandbox.faults.unused()}))),
            ("/requests", &Method::DELETE) => {
                sandbox.requests.clear();
                Ok(no_content())
            }
            ("/requests", _) => {
                let since = request.query_pairs().text("since").map_or(Ok(0), str::parse);
                let since = since.map_err(|_| unusable("`since` must be the id of a request"))?;
                Ok(ok(&json!({"requests": sandbox.requests.since(since)})))
            }
            ("/recording", &Method::POST) => {
                sandbox.recording.start();
                Ok(no_content())
            }
            ("/recording", &Method::DELETE) => {
                sandbox.recording.stop();
                Ok(no_content())
            }
            ("/recording", _) => {
                let requests = sandbox.recording.requests().map_err(unusable)?;
                Ok(Response::compact_json(StatusCode::OK, &Recorded { requests }))
            }
            ("/catalogue", _) => self.import(parse(body)?).map(|()| no_content()).map_err(unusable),
            ("/openapi.json", _) => Ok(ok(&openapi::document(&self.services.switches(sandbox)))),
            ("/health", _) => Ok(ok(&json!({"status": "ok"}))),
            ("/hosts", _) => {
                let hosts =
                    Host::ALL.iter().map(|host| (host.name().to_owned(), sandbox.origin(*host).into()));
                Ok(ok(&Value::Object(hosts.collect())))
            }
            ("/effects", _) => Ok(Response::compact_json(StatusCode::OK, &sandbox.effects.snapshot())),
            ("/callbacks", _) => Ok(ok(&json!({"callbacks": sandbox.outbox.callbacks()}))),
            _ => {
                let accounts = self.services.all().into_iter();
                let accounts =
                    accounts.filter_map(|(name, service)| Some((name.to_owned(), service.accounts()?)));
                Ok(ok(&Value::Object(Map::from_iter(accounts))))
            }
        }
    }
}

/// Whether a browser sends this for a page that is not the sandbox's own: a page that is open beside it must not move its clock.
fn is_of_another_page(request: &Request) -> bool {
    let own = request.header("host").map(|host| format!("http://{host}"));
    request.header("origin").is_some_and(|origin| own.as_deref() != Some(origin))
}

/// A browser gets a page to work with, everything else a text that says the same.
fn index(request: &Request) -> Response {
    if request.header("accept").is_some_and(|accept| accept.contains("text/html")) {
        Response::new(StatusCode::OK, "text/html; charset=utf-8", PAGE)
    } else {
        Response::new(StatusCode::OK, "text/plain; charset=utf-8", INDEX)
    }
}

/// A recording, as it is given out and taken back.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    requests: Vec<RecordedRequest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_s: f64,
}

fn parse<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(unusable)
}

fn ok(value: &Value) -> Response {
    Response::compact_json(StatusCode::OK, value)
}

fn no_content() -> Response {
    Response::empty(StatusCode::NO_CONTENT)
}

fn problem(status: StatusCode, sentence: &str) -> ErrorResponse {
    Response::compact_json(status, &json!({"error": sentence})).into()
}

fn unusable(why: impl Display) -> ErrorResponse {
    problem(StatusCode::UNPROCESSABLE_ENTITY, &why.to_string())
}
