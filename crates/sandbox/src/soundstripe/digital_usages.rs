//! YouTube codes: `POST /v1/songs/{song_id}/digital_usages`.

use http::StatusCode;
use serde_json::{Value, json};

use super::desk::{Desk, number};
use super::document::{document, reply, resource};
use super::refusal;
use crate::reply::Reply;
use crate::seed::alphanumeric;

pub(super) fn create(desk: &Desk<'_>, song: &str, body: &Value) -> Result<Reply, Reply> {
    // Exactly this, by the documentation.
    if *body != json!({"data": {"type": "digital_usages"}}) {
        return Err(refusal::bad(r#"The body has to be {"data":{"type":"digital_usages"}}."#));
    }
    if number(song).and_then(|id| desk.catalogue.song(id)).is_none() {
        return Err(refusal::not_found("Song", song));
    }
    let mut world = desk.house.soundstripe.world.lock();
    let id = world.next_usage();
    let code = alphanumeric(&mut world.rng, 12).to_lowercase();
    drop(world);
    desk.house.effects.created("soundstripe", "digital_usages");
    let data = resource("digital_usages", id, json!({"youtube_code": code}));
    let status = StatusCode::from_u16(desk.switches.digital_usage_status).unwrap_or(StatusCode::CREATED);
    Ok(reply(status, &document(data, None, None)))
}
