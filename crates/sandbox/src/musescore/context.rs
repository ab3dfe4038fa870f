//! Where a request to a resource is worked on: who calls, the format of the response, and what there is.

use std::sync::Arc;

use super::accounts::MusescoreAccount;
use super::document::{Document, Node};
use super::error::{self, Result};
use super::format::Format;
use super::metadata::Part;
use super::oauth::check::Caller;
use super::state::Musescore;
use super::store::{Score, Store};
use super::switches::Switches;
use crate::kit::{Host, Pairs};

pub(super) struct RequestContext<'a> {
    pub(super) service: &'a Arc<Musescore>,
    pub(super) store: &'a mut Store,
    pub(super) switches: &'a Switches,
    pub(super) caller: Caller,
    pub(super) format: Format,
    pub(super) query: Pairs,
}

impl RequestContext<'_> {
    /// The last value of a query parameter, unless it is empty.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.filled(name)
    }

    pub(super) fn user(&self, id: u64) -> Result<&MusescoreAccount> {
        self.service.accounts.user(id).ok_or_else(error::not_found)
    }

    /// A score that the caller may see: a public one, an own one, or any with its secret.
    pub(super) fn visible(&self, id: u64) -> Result<&Score> {
        let score = self.store.scores.get(&id).ok_or_else(error::not_found)?;
        let open = !score.private
            || self.caller.user == Some(score.owner)
            || self.parameter("secret") == Some(score.secret.as_str());
        match (open, self.caller.user) {
            (true, _) => Ok(score),
            (false, None) => Err(error::user_required()),
            (false, Some(_)) => Err(error::not_the_owner()),
        }
    }

    /// A score of the signed-in user.
    pub(super) fn own(&mut self, id: u64) -> Result<&mut Score> {
        let user = self.caller.required_user()?;
        let score = self.store.scores.get_mut(&id).ok_or_else(error::not_found)?;
        if score.owner == user { Ok(score) } else { Err(error::not_the_owner()) }
    }

    /// The URL of a resource, without extension.
    pub(super) fn rest(&self, path: &str) -> String {
        format!("{}/services/rest/{path}", self.service.sandbox.origin(Host::MUSESCORE))
    }

    pub(super) fn page(&self, path: &str) -> String {
        format!("{}/{path}", self.service.sandbox.origin(Host::MUSESCORE_WEB))
    }

    pub(super) fn score_object(&self, score: &Score) -> Document {
        Document { root: "score", node: self.score_node(score) }
    }

    pub(super) fn score_node(&self, score: &Score) -> Node {
        let owner = self.service.accounts.user(score.owner);
        let (name, page) = owner.map_or(("", ""), |owner| (owner.name.as_str(), owner.page.as_str()));
        let dates = vec![("posted", Node::text(score.posted)), ("lastupdate", Node::text(score.updated))];
        let user = vec![
            ("uid", Node::text(score.owner)),
            ("username", Node::text(name)),
            ("custom_url", Node::text(self.page(page))),
        ];
        Node::Members(vec![
            ("id", Node::text(score.id)),
            ("vid", Node::text(score.vid)),
            ("dates", Node::Members(dates)),
            ("secret", Node::text(&score.secret)),
            ("uri", Node::text(self.rest(&format!("score/{}", score.id)))),
            ("permalink", Node::text(self.page(&format!("score/{}", score.id)))),
            ("user", Node::Members(user)),
            ("status", Node::text("ready")),
            ("sharing", Node::text(if score.private { "private" } else { "public" })),
            ("comment_count", Node::text(score.comments)),
            ("favoriting_count", Node::Number(score.favorites as f64)),
            ("view_count", Node::text(score.views)),
            ("playback_count", Node::text(score.plays)),
            ("download_count", Node::Number(score.downloads as f64)),
            ("genre", Node::text("")),
            ("format", Node::text("")),
            ("license", Node::text(score.license)),
            ("language", Node::maybe(score.language)),
            ("title", Node::text(&score.title)),
            ("description", Node::text(&score.description)),
            ("tags", Node::text(&score.tags)),
            ("metadata", metadata(score)),
        ])
    }
}

fn metadata(score: &Score) -> Node {
    let metadata = &score.rendering.metadata;
    let (width, height) = metadata.dimensions;
    let part = |part: &Part| {
        Node::Members(vec![("name", Node::text(&part.name)), ("program", Node::text(part.program))])
    };
    Node::Members(vec![
        ("title", Node::maybe(metadata.title.as_deref())),
        ("subtitle", Node::maybe(metadata.subtitle.as_deref())),
        ("composer", Node::maybe(metadata.composer.as_deref())),
        ("poet", Node::maybe(metadata.poet.as_deref())),
        ("pages", Node::text(metadata.pages)),
        ("measures", Node::text(metadata.measures)),
        ("lyrics", Node::flag(metadata.lyrics)),
        ("chordnames", Node::flag(metadata.chord_names)),
        ("keysig", Node::text(metadata.key)),
        ("duration", Node::text(metadata.duration)),
        ("dimensions", Node::text(format!("{width}x{height}"))),
        (
            "parts",
            Node::List { item: "part", wrapped: true, items: metadata.parts.iter().map(part).collect() },
        ),
    ])
}
