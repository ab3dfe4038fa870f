//! The files of scores: `/ID/SECRET/NAME`, for everybody who knows the secret.

use std::time::{Duration, SystemTime};

use http::Method;

use super::state::Musescore;
use crate::kit::request::Request;
use crate::kit::response::Response;
use crate::storage::{self, Object};

/// Responds to a request for a file.
pub(super) fn respond(service: &Musescore, request: &Request) -> Response {
    if ![Method::GET, Method::HEAD].contains(&request.method) {
        return storage::public_method_refusal(request);
    }
    match find(service, request) {
        Ok(object) => storage::public(request, &object),
        Err(response) => response,
    }
}

fn find(service: &Musescore, request: &Request) -> Result<Object, Response> {
    let missing = || storage::public_missing(request);
    let segments = request.segments();
    let [id, secret, name] = segments.as_slice() else { return Err(missing()) };
    let id = id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.parse::<u64>().ok()).flatten();
    let store = service.store.lock();
    let score = id.and_then(|id| store.scores.get(&id)).ok_or_else(missing)?;
    if *secret != score.secret {
        return Err(storage::public_denied());
    }
    let audio = score.audio.as_ref().filter(|_| name == "score.mp3");
    let mut object = audio.or_else(|| score.rendering.files.get(name)).ok_or_else(missing)?.clone();
    object.modified = SystemTime::UNIX_EPOCH + Duration::from_secs(score.updated);
    Ok(object)
}
