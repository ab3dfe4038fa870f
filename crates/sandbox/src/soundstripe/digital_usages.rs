//! YouTube codes: `POST /v1/songs/{song_id}/digital_usages`.

use http::StatusCode;
use serde_json::{Value, json};

use super::context::RequestContext;
use super::document::{document, resource, response};
use super::error::{self, Result};
use super::state::SERVICE;
use crate::kit::{alphanumeric, number};

pub(super) fn create(context: &RequestContext<'_>, song: &str, body: &Value) -> Result {
    // Exactly this, by the documentation.
    if *body != json!({"data": {"type": "digital_usages"}}) {
        return Err(error::bad(r#"The body must be {"data":{"type":"digital_usages"}}."#));
    }
    if number(song).and_then(|id| context.catalogue.song(id)).is_none() {
        return Err(error::not_found("Song", song));
    }
    let mut store = context.service.store.lock();
    let id = store.next_usage();
    let code = alphanumeric(&mut store.rng, 12).to_lowercase();
    drop(store);
    context.service.sandbox.effects.created(SERVICE, "digital_usages");
    let data = resource("digital_usages", id, json!({"youtube_code": code}));
    let status = StatusCode::from_u16(context.switches.digital_usage_status).unwrap_or(StatusCode::CREATED);
    Ok(response(status, &document(data, None, None)))
}
