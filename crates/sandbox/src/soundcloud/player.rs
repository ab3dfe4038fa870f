//! `/player/` of the site: the widget, a page that plays what its `url` names and speaks the widget's messages.

use http::StatusCode;
use http::header::{CACHE_CONTROL, LOCATION};
use serde_json::{Value, json};

use super::context::RequestContext;
use super::resolve::{self, Opened, Target};
use super::store::{State, Track};
use super::streams;
use super::web::empty;
use crate::kit::{Response, number};

/// Where the page gets its sound.
pub(super) const AUDIO: &str = "/player/audio/";

const PAGE: &str = include_str!("player/page.html");
const SCRIPT: &str = include_str!("player/script.js");

/// The parameters that hide something when they are `false`.
const SHOWN: [&str; 7] =
    ["buying", "sharing", "download", "show_artwork", "show_playcount", "show_user", "show_comments"];

/// `GET /player/?url=…`
pub(super) fn page(context: &mut RequestContext<'_>) -> Response {
    let (status, sounds, secret) = match sounds(context) {
        Ok((sounds, secret)) => (StatusCode::OK, sounds, secret),
        Err(status) => (status, Vec::new(), None),
    };
    let shown: Vec<Value> = sounds.iter().map(|track| context.show_track(track, false)).collect();
    let secret = secret.map_or_else(String::new, |secret| format!("?secret_token={secret}"));
    let streams = sounds.iter().map(|track| {
        let plays = context.access(track) != "blocked" && track.state == State::Finished && track.streamable;
        if plays { Value::from(format!("{AUDIO}{}{secret}", track.id)) } else { Value::Null }
    });
    let is = |name: &str, default: bool| match context.filled(name) {
        Some(word) => word == "true" || word == "1",
        None => default,
    };
    let color = context.filled("color").map(|color| color.strip_prefix('#').unwrap_or(color));
    let is_color = |color: &&str| color.len() == 6 && color.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hidden = SHOWN.into_iter().filter(|name| !is(name, true));
    let data = json!({
        "sounds": shown, "streams": streams.collect::<Vec<_>>(),
        "start_track": context.filled("start_track").and_then(number).unwrap_or(0),
        "auto_play": is("auto_play", false), "single_active": is("single_active", true),
        "visual": is("visual", false), "color": color.filter(is_color).unwrap_or("ff5500"),
        "hidden": hidden.collect::<Vec<_>>(),
    });
    // In a script `<` could end it.
    let data = data.to_string().replace('<', "\\u003c");
    let page = PAGE.replace("{{data}}", &data).replace("{{script}}", SCRIPT);
    Response::new(status, "text/html; charset=utf-8", page).header(CACHE_CONTROL, "no-store")
}

/// The tracks of the page, and the token that opened them.
fn sounds(context: &RequestContext<'_>) -> Result<(Vec<Track>, Option<String>), StatusCode> {
    let url = context.filled("url").ok_or(StatusCode::NOT_FOUND)?;
    let Opened { target, secret } = resolve::anywhere(context, url).map_err(|_| StatusCode::NOT_FOUND)?;
    let store = &context.store;
    let tracks: Vec<Track> = match target {
        Target::Track(id) => {
            let track = store.tracks.get(&id).ok_or(StatusCode::NOT_FOUND)?;
            if track.embeddable_by != "all" {
                return Err(StatusCode::FORBIDDEN);
            }
            vec![track.clone()]
        }
        Target::Playlist(id) => {
            let list = store.playlists.get(&id).ok_or(StatusCode::NOT_FOUND)?;
            let tracks = list.tracks.iter().filter_map(|id| store.tracks.get(id));
            tracks.filter(|track| embeds(context, track)).cloned().collect()
        }
        Target::User(id) => {
            let mut tracks: Vec<_> = store.tracks.values().filter(|track| track.owner == id).collect();
            tracks.sort_by_key(|track| std::cmp::Reverse(track.serial));
            tracks.into_iter().filter(|track| embeds(context, track)).cloned().collect()
        }
    };
    Ok((tracks, secret.map(str::to_owned)))
}

/// Whether a track of a list is shown.
fn embeds(context: &RequestContext<'_>, track: &Track) -> bool {
    track.embeddable_by == "all" && context.sees(track)
}

/// `GET /player/audio/{id}`: a redirect to what may be heard of a track.
pub(super) fn audio(context: &mut RequestContext<'_>) -> Response {
    let id = context.path.strip_prefix(AUDIO).and_then(number);
    match streams::listen(context, id) {
        Ok(location) => {
            empty(StatusCode::FOUND).header(LOCATION, &location).header(CACHE_CONTROL, "no-store")
        }
        Err(_) => empty(StatusCode::NOT_FOUND),
    }
}
