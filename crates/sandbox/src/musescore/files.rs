//! The files of scores: `/ID/SECRET/NAME`, for everybody who knows the secret.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::Method;

use crate::call::Call;
use crate::house::House;
use crate::reply::Reply;
use crate::storage::{self, Object};

/// Answers one request for a file.
pub(super) fn answer(house: &Arc<House>, call: &Call) -> Reply {
    if ![Method::GET, Method::HEAD].contains(&call.method) {
        return storage::public_method_refusal(call);
    }
    match find(house, call) {
        Ok(object) => storage::public(house, call, &object),
        Err(reply) => reply,
    }
}

fn find(house: &House, call: &Call) -> Result<Object, Reply> {
    let missing = || storage::public_missing(call);
    let segments = call.segments();
    let [id, secret, name] = segments.as_slice() else { return Err(missing()) };
    let id = id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.parse::<u64>().ok()).flatten();
    let world = house.musescore.world.lock();
    let score = id.and_then(|id| world.scores.get(&id)).ok_or_else(missing)?;
    if *secret != score.secret {
        return Err(storage::public_denied());
    }
    let audio = score.audio.as_ref().filter(|_| name == "score.mp3");
    let mut object = audio.or_else(|| score.rendering.files.get(name)).ok_or_else(missing)?.clone();
    object.modified = SystemTime::UNIX_EPOCH + Duration::from_secs(score.updated);
    Ok(object)
}
