//! From the URL of a page to the resource behind it.

use http::StatusCode;
use http::header::LOCATION;

use super::context::RequestContext;
use super::error::{self, Result};
use super::format::Kind;
use super::state::Musescore;
use crate::kit::{Host, Response, number};
use crate::oauth1::signature::encode;

/// What a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Score(u64),
    User(u64),
}

/// The page behind a URL on the service's web site, as the real one or this one spells it; whether the score exists is
/// not asked.
pub(super) fn page(service: &Musescore, url: &str) -> Option<Page> {
    let accounts = &service.accounts;
    let web = service.sandbox.origin(Host::MUSESCORE_WEB);
    let path = match url.strip_prefix(&web) {
        Some(path) => path,
        None => {
            let (scheme, rest) = url.split_once("://")?;
            if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
                return None;
            }
            let (host, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
            let host = host.to_ascii_lowercase();
            if host.strip_prefix("www.").unwrap_or(&host) != "musescore.com" {
                return None;
            }
            path
        }
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    match segments.as_slice() {
        ["score" | "node", id] => number(id).map(Page::Score),
        ["user", uid] => accounts.user(number(uid)?).map(|user| Page::User(user.user_id)),
        ["user", uid, "scores", id] => {
            accounts.user(number(uid)?)?;
            number(id).map(Page::Score)
        }
        [name] => accounts.by_page(name).map(|user| Page::User(user.user_id)),
        [name, "scores", id] => {
            accounts.by_page(name)?;
            number(id).map(Page::Score)
        }
        _ => None,
    }
}

/// GET `/resolve`; `extension` is the one of the request.
pub(super) fn resolve(context: &RequestContext<'_>, extension: Option<Kind>) -> Result {
    let url = context.parameter("url").ok_or_else(|| error::unusable("url is required"))?;
    let path = match page(context.service, url) {
        Some(Page::Score(id)) if context.store.scores.contains_key(&id) => format!("score/{id}"),
        Some(Page::User(id)) => format!("user/{id}"),
        _ => return Err(error::not_found()),
    };
    let mut location = context.rest(&path);
    if let Some(extension) = extension {
        location = format!("{location}.{}", extension.extension());
    }
    // Who signs, signs the next request anew.
    let mut query = Vec::new();
    if !context.caller.signed {
        query.push(format!("oauth_consumer_key={}", encode(&context.caller.consumer)));
    }
    if let (Kind::Jsonp, Some(callback)) = (context.format.kind, &context.format.callback) {
        query.push(format!("callback={}", encode(callback)));
    }
    if !query.is_empty() {
        location = format!("{location}?{}", query.join("&"));
    }
    Ok(Response::empty(StatusCode::FOUND).header(LOCATION, &location))
}
