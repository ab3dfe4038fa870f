//! Addresses of the site, resolved to addresses of the API.

use super::desk::{Answer, Desk, found};
use super::refusal::{self, Refusal};

/// `GET /resolve`
pub(super) fn resolve(desk: &Desk<'_>) -> Answer {
    let url = desk.filled("url").ok_or_else(|| refusal::bad_request("url is required"))?;
    found(&location(desk, url, true)?)
}

fn location(desk: &Desk<'_>, url: &str, follow: bool) -> Result<String, Refusal> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or_else(refusal::not_found)?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match host.to_ascii_lowercase().as_str() {
        "soundcloud.com" | "www.soundcloud.com" | "m.soundcloud.com" => page(desk, &segments),
        "on.soundcloud.com" if follow => {
            let target = segments.first().and_then(|code| desk.world.short_links.get(*code));
            location(desk, target.ok_or_else(refusal::not_found)?, false)
        }
        _ => Err(refusal::not_found()),
    }
}

fn page(desk: &Desk<'_>, segments: &[&str]) -> Result<String, Refusal> {
    // Only after a whole address: `/USER/s-bahn` and `/USER/sets/s-bahn` name a track and a playlist.
    let (segments, secret) = match segments {
        [_, "sets", _] => (segments, None),
        [rest @ .., secret] if rest.len() >= 2 && secret.starts_with("s-") => (rest, Some(*secret)),
        all => (all, None),
    };
    let user =
        segments.first().and_then(|name| desk.world.user_named(name)).ok_or_else(refusal::not_found)?;
    let opened = |private: bool, owner: u64, own: &str| !private || desk.is(owner) || secret == Some(own);
    let (place, private_secret) = match segments {
        [_] if secret.is_none() => (desk.uri("users", user.id), None),
        [_, "sets", name] => {
            let mut lists = desk.world.playlists.values();
            let list = lists.find(|list| list.owner == user.id && list.permalink == *name);
            let list = list.filter(|list| opened(list.private, list.owner, &list.secret));
            let list = list.ok_or_else(refusal::not_found)?;
            (desk.uri("playlists", list.id), Some(&list.secret))
        }
        [_, name] => {
            let mut tracks = desk.world.tracks.values();
            let track = tracks.find(|track| track.owner == user.id && track.permalink == *name);
            let track =
                track.filter(|track| desk.sees(track) || opened(track.private, track.owner, &track.secret));
            let track = track.ok_or_else(refusal::not_found)?;
            (desk.uri("tracks", track.id), Some(&track.secret))
        }
        _ => return Err(refusal::not_found()),
    };
    Ok(match secret {
        Some(secret) if private_secret.is_some_and(|own| own == secret) => {
            format!("{place}?secret_token={secret}")
        }
        _ => place,
    })
}
