//! Search: substrings in any case, and filters that all must hold.

use super::context::RequestContext;
use super::date;
use super::error::{self, Result};
use super::lists::tags;
use super::page::{Entry, Shape, Style, newest};
use super::route::identifier;
use super::store::Track;

/// `GET /tracks`
pub(super) fn tracks(context: &RequestContext<'_>) -> Result {
    let levels = context.levels("playable,preview")?;
    let filter = Filter::read(context)?;
    let found = context.store.tracks.values();
    let found =
        found.filter(|track| !track.private && context.listed(track, &levels) && filter.lets(context, track));
    let mut entries: Vec<_> = found.map(|track| Entry::new(track.id, track.made())).collect();
    newest(&mut entries);
    context.page_of_tracks(Style::Offset, Shape::Either, entries, true)
}

/// `GET /playlists`
pub(super) fn playlists(context: &RequestContext<'_>) -> Result {
    let words = words(context);
    let name =
        |owner: &u64| context.store.users.get(owner).map(|user| user.username.as_str()).unwrap_or_default();
    let found = context.store.playlists.values().filter(|list| {
        let description = list.texts.get("description").map(String::as_str).unwrap_or_default();
        let texts = [list.title.as_str(), name(&list.owner), description, &list.tag_list];
        !list.private && matches(&words, &texts)
    });
    let edges = found.map(|list| (list.id, list.made()));
    context.page_of_playlists(Style::Offset, "playable,preview", edges)
}

/// `GET /users`
pub(super) fn users(context: &RequestContext<'_>) -> Result {
    let words = words(context);
    let named = named(context, "users")?;
    let found = context.store.users.values().filter(|user| {
        let full = format!("{} {}", user.first_name, user.last_name);
        let description = user.description.as_deref().unwrap_or_default();
        let texts = [user.username.as_str(), &user.permalink, &full, description];
        matches(&words, &texts) && named.as_ref().is_none_or(|named| named.contains(&user.id))
    });
    context.page_of_users(Style::Offset, found.map(|user| Entry::new(user.id, user.made())).collect())
}

fn words(context: &RequestContext<'_>) -> String {
    context.filled("q").unwrap_or_default().trim().to_lowercase()
}

fn matches(words: &str, texts: &[&str]) -> bool {
    words.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(words))
}

/// What `urns` or the deprecated `ids` name; both together are refused.
fn named(context: &RequestContext<'_>, kind: &str) -> Result<Option<Vec<u64>>> {
    let (urns, ids) = (context.filled("urns"), context.filled("ids"));
    let (list, what) = match (urns, ids) {
        (Some(_), Some(_)) => return Err(error::bad_request("urns and ids do not go together")),
        (Some(list), None) => (list, "urns"),
        (None, Some(list)) => (list, "ids"),
        (None, None) => return Ok(None),
    };
    let read = |text: &str| identifier(kind, text.trim());
    let named = list.split(',').map(read).collect::<Option<Vec<_>>>();
    named.map(Some).ok_or_else(|| error::bad_request(format!("{what} must all be of {kind}")))
}

/// The filters of a search for tracks.
pub(super) struct Filter {
    words: String,
    named: Option<Vec<u64>>,
    genres: Vec<String>,
    tags: Vec<String>,
    bpm: (Option<f64>, Option<f64>),
    duration: (Option<f64>, Option<f64>),
    created: (Option<u64>, Option<u64>),
}

impl Filter {
    pub(super) fn read(context: &RequestContext<'_>) -> Result<Self> {
        let list = |name: &str| -> Vec<String> {
            let given = context.filled(name).unwrap_or_default().split(',');
            given.map(|one| one.trim().to_lowercase()).filter(|one| !one.is_empty()).collect()
        };
        let number = |name: &str| match context.filled(name).map(str::parse::<f64>) {
            None => Ok(None),
            Some(Ok(number)) if number.is_finite() => Ok(Some(number)),
            Some(_) => Err(error::bad_request(format!("{name} must be a number"))),
        };
        let moment = |name: &str| match context.filled(name) {
            None => Ok(None),
            Some(text) => match date::filter(text) {
                None => Err(error::bad_request(format!("{name} must be yyyy-mm-dd hh:mm:ss"))),
                moment => Ok(moment),
            },
        };
        Ok(Self {
            words: words(context),
            named: named(context, "tracks")?,
            genres: list("genres"),
            tags: list("tags"),
            bpm: (number("bpm[from]")?, number("bpm[to]")?),
            duration: (number("duration[from]")?, number("duration[to]")?),
            created: (moment("created_at[from]")?, moment("created_at[to]")?),
        })
    }

    pub(super) fn lets(&self, context: &RequestContext<'_>, track: &Track) -> bool {
        let text = |name: &str| track.texts.get(name).map(String::as_str).unwrap_or_default();
        let user =
            context.store.users.get(&track.owner).map(|user| user.username.as_str()).unwrap_or_default();
        let texts = [&track.title, user, text("description"), &track.tag_list, text("genre")];
        let track_tags = tags(&track.tag_list);
        let within = |value: Option<f64>, (from, to): (Option<f64>, Option<f64>)| match value {
            // A track without the figure matches no filter on it.
            None => from.is_none() && to.is_none(),
            Some(value) => from.is_none_or(|from| value >= from) && to.is_none_or(|to| value <= to),
        };
        matches(&self.words, &texts)
            && self.named.as_ref().is_none_or(|named| named.contains(&track.id))
            && (self.genres.is_empty() || self.genres.contains(&text("genre").to_lowercase()))
            && (self.tags.is_empty() || self.tags.iter().any(|tag| track_tags.contains(tag)))
            && within(track.bpm, self.bpm)
            && within(Some(track.duration as f64), self.duration)
            && self.created.0.is_none_or(|from| track.created >= from)
            && self.created.1.is_none_or(|to| track.created <= to)
    }
}
