//! Users, tracks and comments as the old API shows them.

use super::super::date;
use super::super::show::{sharing, state, waveform};
use super::super::store::{Comment, Track, User};
use super::context::LegacyContext;
use super::document::{Node, Value};

const SITE: &str = "http://sandbox-soundcloud.com";
/// How far `<id>` and `<uri>` are apart where they differ: 13409 and 12 in the printed example.
const OTHER_ID: u64 = 13_397;

impl LegacyContext<'_> {
    pub(super) fn user(&self, user: &User) -> Node {
        let (id, store) = (user.id, &self.context.store);
        let full_name = format!("{} {}", user.first_name, user.last_name).trim().to_owned();
        let tracks = store.tracks.values().filter(|track| track.owner == id && !track.private).count();
        Node::object(
            "user",
            vec![
                Node::new("id", id),
                Node::new("username", user.username.as_str()),
                Node::new("full_name", full_name),
                Node::new("permalink", user.permalink.as_str()),
                Node::new("description", user.description.as_ref()),
                Node::new("city", user.city.as_str()),
                Node::new("country", user.country.as_str()),
                Node::new("discogs_name", user.texts.get("discogs_name")),
                Node::new("myspace_name", user.texts.get("myspace_name")),
                Node::new("website", user.website.as_ref()),
                Node::new("website_title", user.texts.get("website_title")),
                Node::new("online", false),
                Node::new("avatar_url", format!("http://i1.sndcdn.com/avatars-{id:012}-large.jpg")),
                Node::new("permalink_url", format!("{SITE}/{}", user.permalink)),
                Node::new("uri", format!("{}/users/{id}", self.writer.origin)),
                Node::new("track_count", tracks as u64),
                Node::new("followings_count", store.follows.of(id).count() as u64),
                Node::new("followers_count", store.follows.to(id).count() as u64),
            ],
        )
    }

    pub(super) fn track(&self, track: &Track) -> Node {
        let (id, store, origin) = (track.id, &self.context.store, &self.writer.origin);
        let owner = store.users.get(&track.owner);
        let permalink = owner.map(|user| user.permalink.as_str()).unwrap_or_default();
        let comments = store.comments.values().filter(|comment| comment.track == id).count();
        let text = |name: &'static str| Node::new(name, track.texts.get(name));
        let number = |name: &str| track.texts.get(name).and_then(|text| text.parse::<u64>().ok());
        let day = track.release_day.map(|day| date::parts(day).map(u64::from));
        let year = day.map(|day| day[0]).or_else(|| number("release_year"));
        let month = day.map(|day| day[1]).or_else(|| number("release_month"));
        let day = day.map(|day| day[2]).or_else(|| number("release_day"));
        let download = track.downloadable.then(|| format!("{origin}/tracks/{id}/download"));
        let mut members = vec![
            Node::new("id", if self.context.switches.legacy_ids_differ { id + OTHER_ID } else { id }),
            Node::new("created_at", Value::Moment(track.created)),
            Node::new("user_id", track.owner),
            Node::new("uri", format!("{origin}/tracks/{id}")),
            Node::new("title", track.title.as_str()),
            Node::new("permalink", track.permalink.as_str()),
            Node::new("permalink_url", format!("{SITE}/{permalink}/{}", track.permalink)),
            text("description"),
            Node::new("sharing", sharing(track.private)),
            Node::new("bpm", track.bpm),
            Node::new("comments_count", comments as u64),
            Node::new("duration", track.duration),
            Node::new("state", state(track.state)),
            Node::new("downloadable", track.downloadable),
            Node::new("streamable", track.streamable),
            text("genre"),
            text("track_type"),
            text("key_signature"),
            text("isrc"),
            Node::new("label_id", number("label_id")),
            text("label_name"),
            text("release"),
            Node::new("release_year", year),
            Node::new("release_month", month),
            Node::new("release_day", day),
            text("purchase_url"),
            text("video_url"),
            Node::new("license", track.license.as_str()),
            Node::new("tag_list", track.tag_list.as_str()),
            Node::new("artwork_url", track.artwork.as_ref()),
            Node::new("waveform_url", waveform(track)),
            Node::new("stream_url", format!("{origin}/tracks/{id}/stream")),
            Node::new("download_url", download.as_ref()),
            Node::new("original_format", track.audio.extension),
        ];
        members.extend(owner.map(|owner| self.user(owner)));
        Node::object("track", members)
    }

    pub(super) fn comment(&self, comment: &Comment) -> Node {
        Node::object(
            "comment",
            vec![
                Node::new("id", comment.id),
                Node::new("created_at", Value::Moment(comment.created)),
                Node::new("body", comment.body.as_str()),
                Node::new("timestamp", comment.timestamp),
                Node::new("track_id", comment.track),
                Node::new("user_id", comment.owner),
                Node::new("uri", format!("{}/comments/{}", self.writer.origin, comment.id)),
            ],
        )
    }

    /// Those of the tracks that the caller may see, newest first.
    pub(super) fn tracks<'t>(&self, tracks: impl Iterator<Item = &'t Track>) -> Node {
        let mut seen: Vec<_> = tracks.filter(|track| self.context.sees(track)).collect();
        seen.sort_by_key(|track| std::cmp::Reverse(track.serial));
        self.tracks_in_order(&seen)
    }

    pub(super) fn tracks_in_order(&self, tracks: &[&Track]) -> Node {
        Node::list("tracks", tracks.iter().map(|track| self.track(track)).collect())
    }

    pub(super) fn users<'u>(&self, users: impl Iterator<Item = &'u User>) -> Node {
        Node::list("users", users.map(|user| self.user(user)).collect())
    }

    /// Those of the comments that are on tracks which the caller may see.
    pub(super) fn comments<'c>(&self, comments: impl Iterator<Item = &'c Comment>) -> Node {
        let on = |comment: &&Comment| self.context.store.tracks.get(&comment.track);
        let seen = comments.filter(|comment| on(comment).is_some_and(|track| self.context.sees(track)));
        Node::list("comments", seen.map(|comment| self.comment(comment)).collect())
    }
}
