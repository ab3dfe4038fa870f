//! Supe searches: `POST /v1/supe/search`, `GET /v1/supe/search/{search_id}`.

use std::time::{Duration, SystemTime};

use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};

use super::catalogue::Catalogue;
use super::desk::{Desk, attributes, data, number, ok};
use super::document::{Document, Included, document, linkage, reply, resource};
use super::media::Lifetime;
use super::songs::{self, Shown};
use super::switches::Switches;
use super::world::{Search, SearchState};
use super::{refusal, search_job, webhooks};
use crate::house::House;
use crate::reply::Reply;

const TYPE: &str = "supe_searches";

/// Ten images and one video.
const MOST_ASSETS: usize = 11;

/// The id as it is shown.
pub(super) fn shown_id(id: u64) -> String {
    format!("srch_{id}")
}

/// The document of a search; before it is completed it has no songs.
pub(super) fn to_document(
    house: &House,
    catalogue: &Catalogue,
    switches: &Switches,
    id: u64,
    search: &Search,
) -> Document {
    let (status, songs) = match &search.state {
        SearchState::Processing => ("processing", None),
        SearchState::Completed { songs, .. } => ("completed", Some(songs)),
        SearchState::Failed => ("failed", None),
    };
    let created: SystemTime = SystemTime::UNIX_EPOCH + search.created;
    let attributes = json!({
        "status": status,
        "query": search.query,
        "context": search.context,
        "asset_ids": search.assets,
        "created_at": httpdate::fmt_http_date(created),
    });
    let mut data = resource(TYPE, shown_id(id), attributes);
    let ids = songs.into_iter().flatten().copied();
    data["relationships"] = json!({"songs": linkage("songs", ids)});
    let shown = Shown { artists: true, files: true, lifetime: Lifetime::seconds(switches.supe_ttl_s) };
    let included = songs.map(|songs| {
        let mut included = Included::default();
        for song in songs.iter().filter_map(|&id| catalogue.song(id)) {
            included.add("songs", song.id, || songs::to_resource(catalogue, switches, song, shown));
            songs::include_artists(catalogue, song, shown, &mut included);
            songs::include_files(house, switches, song, shown, &mut included);
        }
        included
    });
    document(data, included, None)
}

/// What a search asks for, checked.
fn read(desk: &Desk<'_>, attributes: &Map<String, Value>) -> Result<Search, Reply> {
    let query = match attributes.get("query") {
        None | Some(Value::Null) => None,
        Some(Value::String(query)) => Some(query.trim().to_owned()).filter(|query| !query.is_empty()),
        Some(_) => return Err(refusal::bad("query is not a string")),
    };
    let context = attributes.get("context").filter(|context| !context.is_null()).cloned();
    let assets: Vec<String> = match attributes.get("asset_ids") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(ids)) => ids
            .iter()
            .map(|id| id.as_str().map(str::to_owned).ok_or_else(|| refusal::bad("asset_ids has no strings")))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(refusal::bad("asset_ids is not a list")),
    };
    if query.is_none() && context.is_none() && assets.is_empty() {
        return Err(refusal::bad("one of query, context and asset_ids has to be there"));
    }
    if assets.len() > MOST_ASSETS {
        return Err(refusal::bad(format!("asset_ids has more than {MOST_ASSETS}")));
    }
    let callback_url = attributes.get("callback_url").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !is_safe(&callback_url) {
        return Err(refusal::bad("callback_url has to be an https address"));
    }
    Ok(Search {
        owner: desk.account,
        query,
        context,
        assets,
        callback_url,
        created: desk.house.clock.now(),
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

pub(super) fn start(desk: &Desk<'_>, body: &Value) -> Result<Reply, Reply> {
    let search = read(desk, attributes(data(body, &[TYPE])?)?)?;
    let house = desk.house;
    let mut world = house.soundstripe.world.lock();
    for asset in &search.assets {
        let found = asset.strip_prefix("asset_").and_then(number).and_then(|id| world.assets.get(&id));
        let found = found.filter(|found| found.owner == desk.account);
        let found = found.ok_or_else(|| refusal::not_found("Asset", asset))?;
        if found.state != "processed" {
            return Err(refusal::bad(format!("the asset {asset} is {}, not processed", found.state)));
        }
    }
    let life = Duration::try_from_secs_f64(desk.switches.search_cache_s).unwrap_or_default();
    let fresh = |known: &Search| match known.state {
        SearchState::Completed { at, .. } => house.clock.now() < at + life,
        _ => false,
    };
    let cached = world.searches.iter().find(|(_, known)| fresh(known) && is_equivalent(known, &search));
    if let Some((&id, known)) = cached {
        let known = Search { callback_url: search.callback_url, ..known.clone() };
        drop(world);
        let document = to_document(house, &desk.catalogue, &desk.switches, id, &known);
        if desk.switches.webhook_for_cached {
            webhooks::send(house, known.owner, known.callback_url, document.text());
        }
        return Ok(ok(&document));
    }
    let id = world.add_search(search.clone());
    drop(world);
    house.effects.created("soundstripe", "supe_searches");
    let answer = to_document(house, &desk.catalogue, &desk.switches, id, &search);
    search_job::schedule(house, &desk.switches, id);
    Ok(reply(StatusCode::ACCEPTED, &answer))
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

pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Reply> {
    let world = desk.house.soundstripe.world.lock();
    let visible_after = Duration::try_from_secs_f64(desk.switches.search_visible_after_s).unwrap_or_default();
    let found = id.strip_prefix("srch_").and_then(number).and_then(|number| {
        let search = world.searches.get(&number)?;
        let visible = desk.house.clock.now() >= search.created + visible_after;
        (search.owner == desk.account && visible).then(|| (number, search.clone()))
    });
    drop(world);
    let (number, search) = found.ok_or_else(|| refusal::not_found("Search", id))?;
    Ok(ok(&to_document(desk.house, &desk.catalogue, &desk.switches, number, &search)))
}
