//! URLs of the site, resolved to URLs of the API.

use super::context::{RequestContext, found};
use super::error::{self, Result};

/// `GET /resolve`
pub(super) fn resolve(context: &RequestContext<'_>) -> Result {
    let url = context.filled("url").ok_or_else(|| error::bad_request("url is required"))?;
    found(&location(context, url, true)?)
}

fn location(context: &RequestContext<'_>, url: &str, follow: bool) -> Result<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or_else(error::not_found)?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match host.to_ascii_lowercase().as_str() {
        "soundcloud.com" | "www.soundcloud.com" | "m.soundcloud.com" => page(context, &segments),
        "on.soundcloud.com" if follow => {
            let target = segments.first().and_then(|code| context.store.short_links.get(*code));
            location(context, target.ok_or_else(error::not_found)?, false)
        }
        _ => Err(error::not_found()),
    }
}

fn page(context: &RequestContext<'_>, segments: &[&str]) -> Result<String> {
    // Only after a whole URL: `/USER/s-bahn` and `/USER/sets/s-bahn` name a track and a playlist.
    let (segments, secret) = match segments {
        [_, "sets", _] => (segments, None),
        [rest @ .., secret] if rest.len() >= 2 && secret.starts_with("s-") => (rest, Some(*secret)),
        all => (all, None),
    };
    let user =
        segments.first().and_then(|name| context.store.user_named(name)).ok_or_else(error::not_found)?;
    let opened = |private: bool, owner: u64, own: &str| !private || context.is(owner) || secret == Some(own);
    let (place, private_secret) = match segments {
        [_] if secret.is_none() => (context.uri("users", user.id), None),
        [_, "sets", name] => {
            let mut lists = context.store.playlists.values();
            let list = lists.find(|list| list.owner == user.id && list.permalink == *name);
            let list = list.filter(|list| opened(list.private, list.owner, &list.secret));
            let list = list.ok_or_else(error::not_found)?;
            (context.uri("playlists", list.id), Some(&list.secret))
        }
        [_, name] => {
            let mut tracks = context.store.tracks.values();
            let track = tracks.find(|track| track.owner == user.id && track.permalink == *name);
            let track = track
                .filter(|track| context.sees(track) || opened(track.private, track.owner, &track.secret));
            let track = track.ok_or_else(error::not_found)?;
            (context.uri("tracks", track.id), Some(&track.secret))
        }
        _ => return Err(error::not_found()),
    };
    Ok(match secret {
        Some(secret) if private_secret.is_some_and(|own| own == secret) => {
            format!("{place}?secret_token={secret}")
        }
        _ => place,
    })
}
