//! The files of scores: `/ID/SECRET/NAME`, for everybody who knows the secret.

use std::time::{Duration, SystemTime};

use http::header::ALLOW;
use http::{Method, StatusCode};

use super::state::Musescore;
use crate::kit::{Request, Result, number};
use crate::storage::{Object, download, xml};

/// Responds to a request for a file.
pub(super) fn respond(service: &Musescore, request: &Request) -> Result {
    if ![Method::GET, Method::HEAD].contains(&request.method) {
        return Err(xml::method_not_allowed(&request.method).header(ALLOW, "GET, HEAD"));
    }
    download::get(request, &find(service, request)?)
}

fn find(service: &Musescore, request: &Request) -> Result<Object> {
    let missing = || xml::no_such_key(&format!("/bucket{}", request.path));
    let segments = request.segments();
    let [id, secret, name] = segments.as_slice() else { return Err(missing()) };
    let store = service.store.lock();
    let score = number(id).and_then(|id| store.scores.get(&id)).ok_or_else(missing)?;
    if *secret != score.secret {
        return Err(xml::error(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied", ""));
    }
    let audio = score.audio.as_ref().filter(|_| name == "score.mp3");
    let mut object = audio.or_else(|| score.rendering.files.get(name)).ok_or_else(missing)?.clone();
    object.modified = SystemTime::UNIX_EPOCH + Duration::from_secs(score.updated);
    Ok(object)
}
