//! Where a request is worked on: who asks, what was asked, and what there is.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::refusal::{self, Limit, LimitKind, Refusal};
use super::route::identifier;
use super::session::Subject;
use super::switches::{Access, AccessRule, Switches};
use super::world::{Playlist, Rule, Track, User, World};
use crate::host::Host;
use crate::house::House;
use crate::reply::Reply;

/// The service's name among the effects.
pub(super) const SERVICE: &str = "soundcloud";

pub(super) type Answer = Result<Reply, Refusal>;

pub(super) struct Desk<'a> {
    pub(super) house: &'a Arc<House>,
    pub(super) world: &'a mut World,
    pub(super) switches: Switches,
    pub(super) client_id: &'a str,
    /// `None` only in the old API, where public things need no login.
    pub(super) caller: Option<Subject>,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    /// Seconds since the Unix epoch.
    pub(super) now: u64,
}

impl Desk<'_> {
    /// The last value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that is there and not empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.parameter(name).filter(|value| !value.is_empty())
    }

    pub(super) fn truth_parameter(&self, name: &str, default: bool) -> Result<bool, Refusal> {
        match self.filled(name) {
            None => Ok(default),
            Some(word) => {
                truth(word).ok_or_else(|| refusal::bad_request(format!("{name} is not true or false")))
            }
        }
    }

    pub(super) fn origin(&self) -> String {
        self.house.origin(Host::SOUNDCLOUD)
    }

    /// The user who asks. Operations that need one are not reached without.
    pub(super) fn me(&self) -> Result<u64, Refusal> {
        match self.caller {
            Some(Subject::User(id)) => Ok(id),
            _ => Err(Refusal::Unauthorized),
        }
    }

    pub(super) fn is(&self, user: u64) -> bool {
        self.caller == Some(Subject::User(user))
    }

    pub(super) fn user(&self, id: Option<u64>) -> Result<&User, Refusal> {
        id.and_then(|id| self.world.users.get(&id)).ok_or_else(refusal::not_found)
    }

    /// A track that the caller may see; anything else is 404.
    pub(super) fn track(&self, id: Option<u64>) -> Result<&Track, Refusal> {
        let track = id.and_then(|id| self.world.tracks.get(&id)).ok_or_else(refusal::not_found)?;
        let opened = self.parameter("secret_token") == Some(track.secret.as_str());
        if self.sees(track) || opened { Ok(track) } else { Err(refusal::not_found()) }
    }

    /// A playlist that the caller may see; anything else is 404.
    pub(super) fn playlist(&self, id: Option<u64>) -> Result<&Playlist, Refusal> {
        let playlist = id.and_then(|id| self.world.playlists.get(&id)).ok_or_else(refusal::not_found)?;
        let opened = self.parameter("secret_token") == Some(playlist.secret.as_str());
        if !playlist.private || self.is(playlist.owner) || opened {
            Ok(playlist)
        } else {
            Err(refusal::not_found())
        }
    }

    /// A track of the caller's own; those of others are 404 too.
    pub(super) fn my_track(&mut self, id: Option<u64>) -> Result<&mut Track, Refusal> {
        let me = self.me()?;
        let track = id.and_then(|id| self.world.tracks.get_mut(&id));
        track.filter(|track| track.owner == me).ok_or_else(refusal::not_found)
    }

    /// A playlist of the caller's own; those of others are 404 too.
    pub(super) fn my_playlist(&mut self, id: Option<u64>) -> Result<&mut Playlist, Refusal> {
        let me = self.me()?;
        let playlist = id.and_then(|id| self.world.playlists.get_mut(&id));
        playlist.filter(|playlist| playlist.owner == me).ok_or_else(refusal::not_found)
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
        let standing =
            self.me().ok().and_then(|me| self.world.users.get(&me)).map(|user| self.switches.standing(user));
        let country = standing.and_then(|standing| standing.country.clone());
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
    pub(super) fn levels(&self, default: &str) -> Result<Vec<String>, Refusal> {
        let given = self.filled("access").unwrap_or(default);
        let levels: Vec<String> = given.split(',').map(|level| level.trim().to_owned()).collect();
        let known = |level: &String| matches!(level.as_str(), "playable" | "preview" | "blocked");
        match levels.iter().find(|level| !known(level)) {
            None => Ok(levels),
            Some(level) => Err(refusal::bad_request(format!("access cannot be {level}"))),
        }
    }

    /// Whether the application may change anything.
    pub(super) fn may_write(&self) -> bool {
        self.house.soundcloud.app(&self.switches, self.client_id).is_some_and(|app| app.may_write)
    }

    /// Counts an action of the caller against the limit on this kind of action.
    pub(super) fn count_action(&mut self, kind: &str) -> Result<(), Refusal> {
        let Some(limit) = self.switches.actions else { return Ok(()) };
        let me = self.me()?;
        let now = self.house.clock.now().as_secs_f64();
        let counted = self.world.count(format!("{kind} by {me}"), limit.calls, limit.window_s, now);
        counted.map_err(|reset| {
            let kind = LimitKind::Action { warning: self.world.rng.u64(1..1000) };
            Refusal::Limited(Limit { kind, max: limit.calls, window_s: limit.window_s, reset })
        })
    }

    /// Counts a play of the application.
    pub(super) fn count_play(&mut self) -> Result<(), Refusal> {
        let max = self.switches.plays_per_24h;
        let now = self.house.clock.now().as_secs_f64();
        let window_s = 86_400.0;
        let counted = self.world.count(format!("plays of {}", self.client_id), max, window_s, now);
        let kind = LimitKind::Plays;
        counted.map_err(|reset| Refusal::Limited(Limit { kind, max, window_s, reset }))
    }

    pub(super) fn created(&self, kind: &str) {
        self.house.effects.created(SERVICE, kind);
    }

    pub(super) fn changed(&self, kind: &str) {
        self.house.effects.changed(SERVICE, kind);
    }

    pub(super) fn deleted(&self, kind: &str) {
        self.house.effects.deleted(SERVICE, kind);
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

pub(super) fn ok(value: &Value) -> Answer {
    Ok(refusal::json(StatusCode::OK, value))
}

/// The small body of likes and follows.
pub(super) fn status(words: &str) -> Answer {
    ok(&json!({"status": words}))
}

/// 302 with the place in the header and in the body.
pub(super) fn found(location: &str) -> Answer {
    let body = json!({"status": "302 - Found", "location": location});
    Ok(refusal::json(StatusCode::FOUND, &body).header(http::header::LOCATION, location))
}
