//! Things as the API shows them: every member of the tables, null where unknown.

use serde_json::{Map, Value, json};

use super::context::RequestContext;
use super::date;
use super::store::{Comment, Playlist, State, Track, User};
use super::switches::{MemberFault, UriForm};

const SITE: &str = "https://soundcloud.com";

/// The texts of a track that are null until somebody sets them.
pub(super) const TRACK_TEXTS: [&str; 10] = [
    "description",
    "genre",
    "isrc",
    "key_signature",
    "label_name",
    "metadata_artist",
    "purchase_title",
    "purchase_url",
    "release",
    "available_country_codes",
];

/// The texts of a playlist that are null until somebody sets them.
pub(super) const PLAYLIST_TEXTS: [&str; 6] =
    ["description", "ean", "label_name", "purchase_title", "purchase_url", "release"];

/// `soundcloud:tracks:70071`
pub(super) fn urn(kind: &str, id: u64) -> String {
    format!("soundcloud:{kind}:{id}")
}

impl RequestContext<'_> {
    pub(super) fn uri(&self, kind: &str, id: u64) -> String {
        let name = match self.switches.uri_form {
            UriForm::Urn => urn(kind, id),
            UriForm::Number => id.to_string(),
        };
        format!("{}/{kind}/{name}", self.origin())
    }

    fn number(&self, object: &mut Value, name: &str, id: u64) {
        if self.switches.legacy_ids {
            object[name] = id.into();
        }
    }

    pub(super) fn show_user(&self, user: &User) -> Value {
        let id = user.id;
        let store = &self.store;
        let tracks = store.tracks.values().filter(|track| track.owner == id && !track.private).count();
        let playlists = store.playlists.values().filter(|list| list.owner == id && !list.private).count();
        let reposts = store.track_reposts.of(id).count() + store.playlist_reposts.of(id).count();
        let mut shown = json!({
            "kind": "user", "urn": urn("users", id), "uri": self.uri("users", id),
            "avatar_url": format!("https://i1.sndcdn.com/avatars-{id:012}-large.jpg"),
            "city": user.city, "country": user.country, "description": user.description,
            "discogs_name": user.texts.get("discogs_name"), "first_name": user.first_name, "last_name": user.last_name,
            "full_name": format!("{} {}", user.first_name, user.last_name),
            "followers_count": store.follows.to(id).count(), "followings_count": store.follows.of(id).count(),
            "created_at": date::slashes(user.created), "last_modified": date::slashes(user.modified),
            "permalink": user.permalink, "permalink_url": format!("{SITE}/{}", user.permalink),
            "plan": self.switches.access(user).plan, "playlist_count": playlists, "track_count": tracks,
            "public_favorites_count": store.track_likes.of(id).count(), "reposts_count": reposts,
            "username": user.username, "website": user.website,
            "website_title": user.website.as_ref().map(|_| "Website"), "subscriptions": [],
        });
        self.number(&mut shown, "id", id);
        self.odd(shown, "username")
    }

    /// The user who asks, with what only they see.
    pub(super) fn show_me(&self, user: &User) -> Value {
        let id = user.id;
        let mut shown = self.show_user(user);
        let standing = self.switches.access(user);
        let (quota, used) = (standing.quota_s, self.store.quota_used(id));
        let left = quota.map(|quota| quota.saturating_sub(used));
        let private_tracks = self.store.tracks.values().filter(|t| t.owner == id && t.private).count();
        let private_lists = self.store.playlists.values().filter(|p| p.owner == id && p.private).count();
        let likes = self.store.track_likes.of(id).count() + self.store.playlist_likes.of(id).count();
        let more = json!({
            "comments_count": 0, "likes_count": likes, "locale": "en", "online": false,
            "primary_email_confirmed": standing.email_confirmed,
            "private_playlists_count": private_lists, "private_tracks_count": private_tracks,
            "quota": {
                "unlimited_upload_quota": quota.is_none(), "upload_seconds_used": used,
                "upload_seconds_left": left,
            },
            "upload_seconds_left": left,
            "subscriptions": [{"product": {"id": "creator-sandbox", "name": standing.plan}, "recurring": true}],
        });
        if let (Value::Object(shown), Value::Object(more)) = (&mut shown, more) {
            shown.extend(more);
        }
        shown
    }

    /// A track; `marks` is whether `user_favorite` tells the truth here.
    pub(super) fn show_track(&self, track: &Track, marks: bool) -> Value {
        let id = track.id;
        let owner = self.is(track.owner);
        let stats = track.reveal_stats || owner;
        let counted = |count: u64| if stats { Value::from(count) } else { Value::Null };
        let access = self.access(track);
        let (user, path) = match self.store.users.get(&track.owner) {
            Some(user) => (self.show_user(user), format!("{SITE}/{}/{}", user.permalink, track.permalink)),
            None => (Value::Null, SITE.to_owned()),
        };
        let uri = self.uri("tracks", id);
        let me = self.me().ok();
        let favorite = marks && me.is_some_and(|me| self.store.track_likes.has(me, id));
        let played = u64::from(me.is_some_and(|me| self.store.plays.has(me, id)));
        let comments = self.store.comments.values().filter(|comment| comment.track == id).count();
        let permalink_url = if track.private { format!("{path}/{}", track.secret) } else { path };
        let secret_uri = (track.private && owner).then(|| format!("{uri}?secret_token={}", track.secret));
        let mut shown = json!({
            "kind": "track", "urn": urn("tracks", id), "uri": uri, "title": track.title,
            "artwork_url": track.artwork, "bpm": track.bpm,
            "comment_count": (!self.hides_comments(track)).then_some(comments),
            "commentable": track.commentable, "created_at": date::slashes(track.created),
            "download_count": track.download_count, "downloadable": track.downloadable,
            "download_url": track.downloadable.then(|| format!("{uri}/download")),
            "duration": track.duration, "embeddable_by": track.embeddable_by,
            "favoritings_count": counted(self.store.track_likes.to(id).count() as u64),
            "license": track.license, "permalink_url": permalink_url,
            "playback_count": counted(track.playback_count),
            "release_day": track.release_day.map(|day| day.day()),
            "release_month": track.release_day.map(|day| day.month()),
            "release_year": track.release_day.map(|day| day.year()),
            "reposts_count": self.store.track_reposts.to(id).count(),
            "reveal_stats": track.reveal_stats, "reveal_comments": track.reveal_comments,
            "secret_uri": secret_uri, "sharing": sharing(track.private),
            "stream_url": format!("{}/tracks/{}/stream", self.origin(), urn("tracks", id)),
            "streamable": track.streamable, "tag_list": track.tag_list, "user": user,
            "user_favorite": favorite, "user_playback_count": played, "access": access,
            "waveform_url": waveform(track),
        });
        for name in TRACK_TEXTS {
            shown[name] = track.texts.get(name).map_or(Value::Null, |text| text.clone().into());
        }
        if self.switches.legacy_ids {
            shown["id"] = id.into();
            shown["user_id"] = track.owner.into();
            shown["state"] = state(track.state).into();
        }
        self.odd(shown, "title")
    }

    /// A playlist, with those of its tracks that the caller sees at these levels.
    pub(super) fn show_playlist(&self, list: &Playlist, levels: &[String], show_tracks: bool) -> Value {
        let id = list.id;
        let (user, path) = match self.store.users.get(&list.owner) {
            Some(user) => {
                (self.show_user(user), format!("{SITE}/{}/sets/{}", user.permalink, list.permalink))
            }
            None => (Value::Null, SITE.to_owned()),
        };
        let permalink_url = if list.private { format!("{path}/{}", list.secret) } else { path };
        let tracks: Vec<_> = list.tracks.iter().filter_map(|track| self.store.tracks.get(track)).collect();
        let duration: u64 = tracks.iter().map(|track| track.duration).sum();
        let uri = self.uri("playlists", id);
        let mut shown = json!({
            "kind": "playlist", "urn": urn("playlists", id), "uri": uri, "title": list.title,
            "artwork_url": list.artwork, "created_at": date::slashes(list.created),
            "last_modified": date::slashes(list.modified), "downloadable": true, "duration": duration,
            "embeddable_by": "all", "label_id": null, "label": null,
            "genre": list.texts.get("genre").cloned().unwrap_or_default(),
            "license": list.texts.get("license").map_or("all-rights-reserved", String::as_str),
            "permalink": list.permalink, "permalink_url": permalink_url,
            "playlist_type": list.set_type, "type": list.set_type,
            "release_day": list.release_day.map(|day| day.day()),
            "release_month": list.release_day.map(|day| day.month()),
            "release_year": list.release_day.map(|day| day.year()),
            "sharing": sharing(list.private), "streamable": true, "tag_list": list.tag_list,
            "tags": list.tag_list, "track_count": tracks.len(), "tracks_uri": format!("{uri}/tracks"),
            "user": user, "user_urn": urn("users", list.owner),
            "likes_count": self.store.playlist_likes.to(id).count(),
        });
        for name in PLAYLIST_TEXTS {
            shown[name] = list.texts.get(name).map_or(Value::Null, |text| text.clone().into());
        }
        if show_tracks {
            let heard = tracks.into_iter().filter(|track| self.listed(track, levels));
            shown["tracks"] = heard.map(|track| self.show_track(track, false)).collect();
        }
        self.number(&mut shown, "id", id);
        self.number(&mut shown, "user_id", list.owner);
        self.odd(shown, "title")
    }

    pub(super) fn show_comment(&self, comment: &Comment) -> Value {
        let mut shown = json!({
            "kind": "comment", "urn": urn("comments", comment.id), "uri": self.uri("comments", comment.id),
            "body": comment.body, "created_at": date::slashes(comment.created),
            "timestamp": comment.timestamp, "track_urn": urn("tracks", comment.track),
            "user_urn": urn("users", comment.owner),
        });
        if let Some(user) = self.store.users.get(&comment.owner) {
            let full = self.show_user(user);
            let short = [
                "urn",
                "kind",
                "permalink",
                "username",
                "last_modified",
                "uri",
                "permalink_url",
                "avatar_url",
                "followers_count",
                "followings_count",
                "reposts_count",
                "public_favorites_count",
            ];
            let members = short.iter().map(|name| ((*name).to_owned(), full[*name].clone()));
            shown["user"] = Value::Object(members.collect());
        }
        self.number(&mut shown, "id", comment.id);
        self.number(&mut shown, "user_id", comment.owner);
        self.number(&mut shown, "track_id", comment.track);
        self.odd(shown, "body")
    }

    /// Whether a list shows this track to the caller.
    pub(super) fn listed(&self, track: &Track, levels: &[String]) -> bool {
        self.sees(track) && levels.iter().any(|level| level == self.access(track))
    }

    fn odd(&self, mut shown: Value, name: &str) -> Value {
        let Value::Object(members) = &mut shown else { return shown };
        match self.switches.members {
            MemberFault::None => {}
            MemberFault::Null => {
                for (key, value) in members.iter_mut() {
                    if key != "urn" && key != "kind" {
                        *value = Value::Null;
                    }
                }
            }
            MemberFault::Missing => {
                let kept = ["urn", "kind", name];
                *members = std::mem::take(members)
                    .into_iter()
                    .filter(|(key, _)| kept.contains(&key.as_str()))
                    .collect::<Map<_, _>>();
            }
            MemberFault::UnknownEnums => {
                for key in ["access", "sharing", "license"] {
                    if let Some(value) = members.get_mut(key) {
                        *value = "something-new".into();
                    }
                }
            }
        }
        shown
    }
}

pub(super) fn sharing(private: bool) -> &'static str {
    if private { "private" } else { "public" }
}

pub(super) fn state(state: State) -> &'static str {
    match state {
        State::Processing => "processing",
        State::Finished => "finished",
        State::Failed => "failed",
    }
}

pub(super) fn waveform(track: &Track) -> String {
    match track.state {
        State::Finished => format!("https://wave.sndcdn.com/{}_m.png", track.stream.replace('-', "")),
        _ => "https://wave.sndcdn.com/placeholder.png".to_owned(),
    }
}
