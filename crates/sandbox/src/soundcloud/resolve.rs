//! URLs of the site and of the API, and what is at them.

use super::context::{RequestContext, found};
use super::error::{self, Result};
use super::route::identifier;

/// What a URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Track(u64),
    Playlist(u64),
    User(u64),
}

/// Something with the token by which it was opened.
pub(super) struct Opened<'u> {
    pub(super) target: Target,
    pub(super) secret: Option<&'u str>,
}

/// `GET /resolve`
pub(super) fn resolve(context: &RequestContext<'_>) -> Result {
    let url = context.filled("url").ok_or_else(|| error::bad_request("url is required"))?;
    let opened = at_site(context, url)?;
    let place = match opened.target {
        Target::Track(id) => context.uri("tracks", id),
        Target::Playlist(id) => context.uri("playlists", id),
        Target::User(id) => context.uri("users", id),
    };
    match opened.secret {
        Some(secret) => found(&format!("{place}?secret_token={secret}")),
        None => found(&place),
    }
}

/// What is at a URL of the site; what is private only for those who may see it or with its token.
pub(super) fn at_site<'u>(context: &'u RequestContext<'_>, url: &'u str) -> Result<Opened<'u>> {
    find(context, url, true)
}

fn find<'u>(context: &'u RequestContext<'_>, url: &'u str, follow: bool) -> Result<Opened<'u>> {
    let (host, path) = host_and_path(url).ok_or_else(error::not_found)?;
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match host.to_ascii_lowercase().as_str() {
        "soundcloud.com" | "www.soundcloud.com" | "m.soundcloud.com" => page(context, &segments),
        "on.soundcloud.com" if follow => {
            let target = segments.first().and_then(|code| context.store.short_links.get(*code));
            find(context, target.ok_or_else(error::not_found)?, false)
        }
        _ => Err(error::not_found()),
    }
}

fn host_and_path(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

/// What is at a URL of the API, on whatever host, or of the site; `secret_token` in its query opens what is private.
pub(super) fn anywhere<'u>(context: &'u RequestContext<'_>, url: &'u str) -> Result<Opened<'u>> {
    let Some((_, path)) = host_and_path(url) else { return Err(error::not_found()) };
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let (Some(kind), Some(name), None) = (segments.next(), segments.next(), segments.next()) else {
        return at_site(context, url);
    };
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    let id = identifier(kind, &name);
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let secret = query.split(['&', '#']).find_map(|pair| pair.strip_prefix("secret_token="));
    let target = match (kind, id) {
        ("tracks", Some(id)) => {
            let track = context.store.tracks.get(&id).ok_or_else(error::not_found)?;
            let open = context.sees(track) || secret == Some(track.secret.as_str());
            open.then_some(Target::Track(id))
        }
        ("playlists", Some(id)) => {
            let list = context.store.playlists.get(&id).ok_or_else(error::not_found)?;
            let open = !list.private || context.is(list.owner) || secret == Some(list.secret.as_str());
            open.then_some(Target::Playlist(id))
        }
        ("users", Some(id)) => Some(Target::User(context.user(Some(id))?.id)),
        _ => return at_site(context, url),
    };
    Ok(Opened { target: target.ok_or_else(error::not_found)?, secret })
}

fn page<'u>(context: &RequestContext<'_>, segments: &[&'u str]) -> Result<Opened<'u>> {
    // Only after a whole URL: `/USER/s-bahn` and `/USER/sets/s-bahn` name a track and a playlist.
    let (segments, secret) = match segments {
        [_, "sets", _] => (segments, None),
        [rest @ .., secret] if rest.len() >= 2 && secret.starts_with("s-") => (rest, Some(*secret)),
        all => (all, None),
    };
    let user =
        segments.first().and_then(|name| context.store.user_named(name)).ok_or_else(error::not_found)?;
    let opened = |private: bool, owner: u64, own: &str| !private || context.is(owner) || secret == Some(own);
    let (target, own) = match segments {
        [_] if secret.is_none() => (Target::User(user.id), None),
        [_, "sets", name] => {
            let mut lists = context.store.playlists.values();
            let list = lists.find(|list| list.owner == user.id && list.permalink == *name);
            let list = list.filter(|list| opened(list.private, list.owner, &list.secret));
            let list = list.ok_or_else(error::not_found)?;
            (Target::Playlist(list.id), Some(&list.secret))
        }
        [_, name] => {
            let mut tracks = context.store.tracks.values();
            let track = tracks.find(|track| track.owner == user.id && track.permalink == *name);
            let track = track
                .filter(|track| context.sees(track) || opened(track.private, track.owner, &track.secret));
            let track = track.ok_or_else(error::not_found)?;
            (Target::Track(track.id), Some(&track.secret))
        }
        _ => return Err(error::not_found()),
    };
    let secret = secret.filter(|secret| own.is_some_and(|own| own == secret));
    Ok(Opened { target, secret })
}
