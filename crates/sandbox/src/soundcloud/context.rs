//! Where a request is worked on: who calls, what was asked for, and what there is.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::error::{self, ErrorResponse, Limit, LimitKind, Result};
use super::route::identifier;
use super::session::Subject;
use super::state::{SERVICE, Soundcloud};
use super::store::{Playlist, Rule, Store, Track, User};
use super::switches::{Access, AccessRule, Switches};
use crate::kit::{Host, Pairs, RateLimit, Request};

pub(super) struct RequestContext<'a> {
    pub(super) service: &'a Arc<Soundcloud>,
    pub(super) store: &'a mut Store,
    pub(super) switches: Arc<Switches>,
    pub(super) client_id: &'a str,
    /// `None` only in the old API, where public things need no login.
    pub(super) caller: Option<Subject>,
    pub(super) path: String,
    pub(super) query: Pairs,
    /// Seconds since the Unix epoch.
    pub(super) now: u64,
}

impl<'a> RequestContext<'a> {
    pub(super) fn new(
        service: &'a Arc<Soundcloud>,
        store: &'a mut Store,
        switches: &Arc<Switches>,
        request: &Request,
        caller: Option<Subject>,
        client_id: &'a str,
    ) -> Self {
        Self {
            service,
            store,
            switches: Arc::clone(switches),
            client_id,
            caller,
            path: request.path.clone(),
            query: request.query_pairs(),
            now: service.sandbox.clock.unix(),
        }
    }
}

impl RequestContext<'_> {
    /// The last value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.text(name)
    }

    /// A parameter that is there and not empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.query.filled(name)
    }

    pub(super) fn truth_parameter(&self, name: &str, default: bool) -> Result<bool> {
        match self.filled(name) {
            None => Ok(default),
            Some(word) => {
                truth(word).ok_or_else(|| error::bad_request(format!("{name} must be true or false")))
            }
        }
    }

    pub(super) fn origin(&self) -> String {
        self.service.sandbox.origin(Host::SOUNDCLOUD)
    }

    /// The user who calls. Operations that need one are not reached without.
    pub(super) fn me(&self) -> Result<u64> {
        match self.caller {
            Some(Subject::User(id)) => Ok(id),
            _ => Err(ErrorResponse::Unauthorized),
        }
    }

    pub(super) fn is(&self, user: u64) -> bool {
        self.caller == Some(Subject::User(user))
    }

    pub(super) fn user(&self, id: Option<u64>) -> Result<&User> {
        id.and_then(|id| self.store.users.get(&id)).ok_or_else(error::not_found)
    }

    /// A track that the caller may see; anything else is 404.
    pub(super) fn track(&self, id: Option<u64>) -> Result<&Track> {
        let track = id.and_then(|id| self.store.tracks.get(&id)).ok_or_else(error::not_found)?;
        let opened = self.parameter("secret_token") == Some(track.secret.as_str());
        if self.sees(track) || opened { Ok(track) } else { Err(error::not_found()) }
    }

    /// A playlist that the caller may see; anything else is 404.
    pub(super) fn playlist(&self, id: Option<u64>) -> Result<&Playlist> {
        let playlist = id.and_then(|id| self.store.playlists.get(&id)).ok_or_else(error::not_found)?;
        let opened = self.parameter("secret_token") == Some(playlist.secret.as_str());
        if !playlist.private || self.is(playlist.owner) || opened {
            Ok(playlist)
        } else {
            Err(error::not_found())
        }
    }

    /// A track of the caller's own; those of others are 404 too.
    pub(super) fn my_track(&mut self, id: Option<u64>) -> Result<&mut Track> {
        let me = self.me()?;
        let track = id.and_then(|id| self.store.tracks.get_mut(&id));
        track.filter(|track| track.owner == me).ok_or_else(error::not_found)
    }

    /// A playlist of the caller's own; those of others are 404 too.
    pub(super) fn my_playlist(&mut self, id: Option<u64>) -> Result<&mut Playlist> {
        let me = self.me()?;
        let playlist = id.and_then(|id| self.store.playlists.get_mut(&id));
        playlist.filter(|playlist| playlist.owner == me).ok_or_else(error::not_found)
    }

    /// Whether the caller may see a track without its secret.
    pub(super) fn sees(&self, track: &Track) -> bool {
        let permitted = match self.caller {
            Some(Subject::User(id)) => track.permitted.contains(&id),
            _ => false,
        };
        !track.private || self.is(track.owner) || permitted
    }

    /// Whether the comments of a track are not for the caller.
    pub(super) fn hides_comments(&self, track: &Track) -> bool {
        !track.reveal_comments && !self.is(track.owner)
    }

    /// How much of a track the caller may hear: `playable`, `preview` or `blocked`.
    pub(super) fn access(&self, track: &Track) -> &'static str {
        if self.is(track.owner) {
            return "playable";
        }
        let logged_in = self.me().is_ok();
        let user = self.me().ok().and_then(|me| self.store.users.get(&me));
        let country = user.and_then(|user| self.switches.access(user).country.clone());
        let here = country.as_deref().unwrap_or(&self.switches.country);
        let fits = |rule: &&AccessRule| {
            identifier("tracks", &rule.track) == Some(track.id)
                && (rule.countries.is_empty() || rule.countries.iter().any(|country| country == here))
                && rule.logged_in.is_none_or(|wanted| wanted == logged_in)
        };
        match self.switches.access_rules.iter().find(fits).map(|rule| rule.access) {
            Some(Access::Playable) => return "playable",
            Some(Access::Preview) => return "preview",
            Some(Access::Blocked) => return "blocked",
            None => {}
        }
        match &track.rule {
            Rule::Playable => "playable",
            Rule::PreviewForApps if logged_in => "playable",
            Rule::Preview | Rule::PreviewForApps => "preview",
            Rule::BlockedIn(countries) => {
                if countries.contains(&here) {
                    "blocked"
                } else {
                    "playable"
                }
            }
        }
    }

    /// The levels that the `access` parameter lets through.
    pub(super) fn levels(&self, default: &str) -> Result<Vec<String>> {
        let given = self.filled("access").unwrap_or(default);
        let levels: Vec<String> = given.split(',').map(|level| level.trim().to_owned()).collect();
        let known = |level: &String| matches!(level.as_str(), "playable" | "preview" | "blocked");
        match levels.iter().find(|level| !known(level)) {
            None => Ok(levels),
            Some(level) => Err(error::bad_request(format!(
                "invalid access: expected playable, preview or blocked, found {level}"
            ))),
        }
    }

    /// Whether the application may change anything.
    pub(super) fn may_write(&self) -> bool {
        self.service.app(&self.switches, self.client_id).is_some_and(|app| app.may_write)
    }

    /// Counts an action of the caller against the limit on this kind of action.
    pub(super) fn count_action(&mut self, kind: &str) -> Result<()> {
        let Some(limit) = self.switches.actions else { return Ok(()) };
        let me = self.me()?;
        let counted = self.store.windows.count(&format!("{kind} by {me}"), limit, self.service.now());
        counted.map_err(|end| {
            let kind = LimitKind::Action { warning: self.store.rng.u64(1..1000) };
            ErrorResponse::Limited(Limit::new(kind, limit, end))
        })
    }

    /// Counts a play of the application.
    pub(super) fn count_play(&mut self) -> Result<()> {
        let limit = RateLimit::new(self.switches.plays_per_24h, 86_400.0);
        let counted =
            self.store.windows.count(&format!("plays of {}", self.client_id), limit, self.service.now());
        counted.map_err(|end| ErrorResponse::Limited(Limit::new(LimitKind::Plays, limit, end)))
    }

    pub(super) fn created(&self, kind: &str) {
        self.service.sandbox.effects.created(SERVICE, kind);
    }

    pub(super) fn written(&self, kind: &str, is_different: bool) {
        self.service.sandbox.effects.written(SERVICE, kind, is_different);
    }

    pub(super) fn deleted(&self, kind: &str) {
        self.service.sandbox.effects.deleted(SERVICE, kind);
    }
}

/// `true`, `1`, `yes` and their opposites in any case.
pub(super) fn truth(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

pub(super) fn ok(value: &Value) -> Result {
    Ok(error::json(StatusCode::OK, value))
}

/// The small body of likes and follows.
pub(super) fn status(text: &str) -> Result {
    ok(&json!({"status": text}))
}

/// 302 with the place in the header and in the body.
pub(super) fn found(location: &str) -> Result {
    let body = json!({"status": "302 - Found", "location": location});
    Ok(error::json(StatusCode::FOUND, &body).header(http::header::LOCATION, location))
}
