//! Supe searches: `POST /v1/supe/search`, `GET /v1/supe/search/{search_id}`.

use http::{StatusCode, Uri};
use serde_json::{Map, Value};

use super::context::{RequestContext, attributes, data, ok};
use super::document::response;
use super::error::{self, Result};
use super::search_document::{TYPE, to_document};
use super::state::SERVICE;
use super::store::{Search, SearchState};
use super::{search_job, webhooks};
use crate::kit::{number, seconds};

/// Ten images and one video.
const MAX_ASSETS: usize = 11;

/// What a search asks for, checked.
fn read(request: &RequestContext<'_>, attributes: &Map<String, Value>) -> Result<Search> {
    let query = match attributes.get("query") {
        None | Some(Value::Null) => None,
        Some(Value::String(query)) => Some(query.trim().to_owned()).filter(|query| !query.is_empty()),
        Some(_) => return Err(error::bad("query must be a string")),
    };
    let context = attributes.get("context").filter(|context| !context.is_null()).cloned();
    let assets: Vec<String> = match attributes.get("asset_ids") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(ids)) => ids
            .iter()
            .map(|id| id.as_str().map(str::to_owned).ok_or_else(|| error::bad("asset_ids must be strings")))
            .collect::<Result<_>>()?,
        Some(_) => return Err(error::bad("asset_ids must be a list")),
    };
    if query.is_none() && context.is_none() && assets.is_empty() {
        return Err(error::bad("one of query, context and asset_ids must be given"));
    }
    if assets.len() > MAX_ASSETS {
        return Err(error::bad(format!("asset_ids must be at most {MAX_ASSETS}")));
    }
    let callback_url = attributes.get("callback_url").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !is_safe(&callback_url) {
        return Err(error::bad("callback_url must be an https URL"));
    }
    Ok(Search {
        owner: request.account,
        query,
        context,
        assets,
        callback_url,
        created: request.service.sandbox.clock.now(),
        state: SearchState::Processing,
    })
}

/// https anywhere; http on this machine only.
fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let loopback =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => loopback,
        _ => false,
    }
}

pub(super) fn start(context: &RequestContext<'_>, body: &Value) -> Result {
    let search = read(context, attributes(data(body, &[TYPE])?)?)?;
    let service = context.service;
    let mut store = service.store.lock();
    for asset in &search.assets {
        let found = asset.strip_prefix("asset_").and_then(number).and_then(|id| store.assets.get(&id));
        let found = found.filter(|found| found.owner == context.account);
        let found = found.ok_or_else(|| error::not_found("Asset", asset))?;
        if found.state != "processed" {
            return Err(error::bad(format!("the asset {asset} is {}, not processed", found.state)));
        }
    }
    let life = seconds(context.switches.search_cache_s);
    let fresh = |known: &Search| match known.state {
        SearchState::Completed { at, .. } => service.sandbox.clock.now() < at.saturating_add(life),
        _ => false,
    };
    let cached = store.searches.iter().find(|(_, known)| fresh(known) && is_equivalent(known, &search));
    if let Some((&id, known)) = cached {
        let known = Search { callback_url: search.callback_url, ..known.clone() };
        drop(store);
        let document = to_document(service, &context.switches, id, &known);
        if context.switches.webhook_for_cached {
            webhooks::send(service, known.owner, known.callback_url, document.text());
        }
        return Ok(ok(&document));
    }
    let id = store.add_search(search.clone());
    drop(store);
    service.sandbox.effects.created(SERVICE, "supe_searches");
    let document = to_document(service, &context.switches, id, &search);
    search_job::schedule(service, &context.switches, id);
    Ok(response(StatusCode::ACCEPTED, &document))
}

/// Whether two searches ask for the same; where the result is sent does not matter.
fn is_equivalent(one: &Search, other: &Search) -> bool {
    let sorted = |search: &Search| {
        let mut assets = search.assets.clone();
        assets.sort_unstable();
        assets
    };
    one.owner == other.owner
        && one.query == other.query
        && one.context == other.context
        && sorted(one) == sorted(other)
}

pub(super) fn get(context: &RequestContext<'_>, id: &str) -> Result {
    let store = context.service.store.lock();
    let visible_after = seconds(context.switches.search_visible_after_s);
    let found = id.strip_prefix("srch_").and_then(number).and_then(|number| {
        let search = store.searches.get(&number)?;
        let visible = context.service.sandbox.clock.now() >= search.created.saturating_add(visible_after);
        (search.owner == context.account && visible).then(|| (number, search.clone()))
    });
    drop(store);
    let (number, search) = found.ok_or_else(|| error::not_found("Search", id))?;
    Ok(ok(&to_document(context.service, &context.switches, number, &search)))
}
