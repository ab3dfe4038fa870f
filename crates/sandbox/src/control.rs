//! The control port: JSON over HTTP for tests in any language.

use std::sync::Arc;

use http::header::ALLOW;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::Call;
use crate::faults::Fault;
use crate::house::House;
use crate::net::seconds;
use crate::reply::Reply;

/// Control requests may have this many bytes.
const LIMIT: usize = 1024 * 1024;

const INDEX: &str = include_str!("control/index.txt");

/// Answers one control request.
pub(crate) async fn answer(house: &Arc<House>, call: &mut Call) -> Reply {
    let method = call.method.clone();
    let path = call.path.trim_end_matches('/').to_owned();
    let allowed: &[Method] = match path.as_str() {
        "" => &[Method::GET],
        "/reset" => &[Method::POST],
        "/clock" => &[Method::GET, Method::POST],
        "/switches" => &[Method::GET, Method::PUT],
        "/faults" => &[Method::GET, Method::POST, Method::DELETE],
        "/requests" => &[Method::GET, Method::DELETE],
        "/effects" | "/callbacks" | "/accounts" => &[Method::GET],
        _ => return problem(StatusCode::NOT_FOUND, "no such page; GET / lists what there is"),
    };
    if !allowed.contains(&method) {
        let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let sentence = format!("{path} takes {allowed}");
        return problem(StatusCode::METHOD_NOT_ALLOWED, &sentence).header(ALLOW, &allowed);
    }
    let body = match call.body.bytes(LIMIT).await {
        Ok(body) => body,
        Err(error) => return problem(error.status(), &error.to_string()),
    };
    match act(house, call, &method, &path, &body) {
        Ok(reply) => reply,
        Err(sentence) => problem(StatusCode::UNPROCESSABLE_ENTITY, &sentence),
    }
}

fn act(house: &Arc<House>, call: &Call, method: &Method, path: &str, body: &[u8]) -> Result<Reply, String> {
    let read = *method == Method::GET;
    match path {
        "" => return Ok(Reply::new(StatusCode::OK, "text/plain; charset=utf-8", INDEX)),
        "/reset" => {
            house.reset();
            return Ok(no_content());
        }
        "/clock" => {
            if !read {
                let Advance { advance_s } = parse(body)?;
                if !(0.0..1e10).contains(&advance_s) {
                    return Err("`advance_s` is a number of seconds from 0".to_owned());
                }
                house.clock.advance(house, seconds(advance_s));
            }
            let (now, waiting) = (house.clock.now().as_secs_f64(), house.clock.waiting());
            let date = httpdate::fmt_http_date(house.clock.system_time());
            return Ok(ok(&json!({"now": now, "date": date, "waiting": waiting})));
        }
        "/switches" => {
            let mut switches = house.switches.lock();
            if !read {
                *switches = switches.with(&parse(body)?).map_err(|error| error.to_string())?;
            }
            return Ok(Reply::compact_json(StatusCode::OK, &*switches));
        }
        _ => {}
    }
    match (path, method) {
        ("/faults", &Method::POST) => {
            let faults: Vec<Value> = match parse(body)? {
                Value::Array(faults) => faults,
                fault => vec![fault],
            };
            // All or none.
            let faults =
                faults.into_iter().map(serde_json::from_value::<Fault>).collect::<Result<Vec<_>, _>>();
            faults.map_err(|error| error.to_string())?.into_iter().for_each(|fault| house.add_fault(fault));
            Ok(ok(&json!({"unused": house.faults.unused()})))
        }
        ("/faults", &Method::DELETE) => {
            house.clear_faults();
            Ok(no_content())
        }
        ("/faults", _) => Ok(ok(&json!({"unused": house.faults.unused()}))),
        ("/requests", &Method::DELETE) => {
            house.requests.clear();
            Ok(no_content())
        }
        ("/requests", _) => {
            let since = call.query_value("since").map_or(Ok(0), |since| since.parse());
            let since = since.map_err(|_| "`since` is the id of a request")?;
            Ok(ok(&json!({"requests": house.requests.since(since)})))
        }
        ("/effects", _) => Ok(Reply::compact_json(StatusCode::OK, &house.effects.snapshot())),
        ("/callbacks", _) => Ok(ok(&json!({"callbacks": house.outbox.callbacks()}))),
        _ => Ok(ok(&json!({
            "soundslice": house.soundslice.accounts(),
            "musescore": house.musescore.accounts(),
            "soundstripe": house.soundstripe.accounts(),
            "soundcloud": house.soundcloud.accounts(),
        }))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_s: f64,
}

fn parse<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn ok(value: &Value) -> Reply {
    Reply::compact_json(StatusCode::OK, value)
}

fn no_content() -> Reply {
    Reply::empty(StatusCode::NO_CONTENT)
}

fn problem(status: StatusCode, sentence: &str) -> Reply {
    Reply::compact_json(status, &json!({"error": sentence}))
}
