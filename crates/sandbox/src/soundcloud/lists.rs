//! Lists of tracks, playlists, users and comments.

use serde_json::Value;

use super::context::{RequestContext, ok};
use super::error::{self, Result};
use super::page::{Entry, Shape, Style, newest};
use super::show::urn;
use super::store::{Edge, Playlist, Track, User};

/// What most lists of tracks show.
const HEARD: &str = "playable,preview";
/// What the lists of one's own likes and reposts show.
const ALL: &str = "playable,preview,blocked";

impl RequestContext<'_> {
    /// The newest first, without those that the caller does not get to see.
    fn connected_tracks(
        &self,
        edges: impl Iterator<Item = (u64, Edge)>,
        default: &str,
        style: Style,
        shape: Shape,
    ) -> Result {
        let levels = self.levels(default)?;
        let seen = |id: &u64| self.store.tracks.get(id).is_some_and(|track| self.listed(track, &levels));
        let mut entries: Vec<_> =
            edges.filter(|(id, _)| seen(id)).map(|(id, edge)| Entry::new(id, edge)).collect();
        newest(&mut entries);
        self.page_of_tracks(style, shape, entries, false)
    }

    fn connected_playlists(&self, edges: impl Iterator<Item = (u64, Edge)>) -> Result {
        let seen = |id: &u64| self.store.playlists.get(id).is_some_and(|list| self.sees_playlist(list));
        self.page_of_playlists(Style::Number, HEARD, edges.filter(|(id, _)| seen(id)))
    }

    fn connected_users(&self, edges: impl Iterator<Item = (u64, Edge)>, style: Style) -> Result {
        let mut entries: Vec<_> = edges.map(|(id, edge)| Entry::new(id, edge)).collect();
        newest(&mut entries);
        self.page_of_users(style, entries)
    }

    /// With the marks of the caller, if the list has them.
    pub(super) fn page_of_tracks(
        &self,
        style: Style,
        shape: Shape,
        entries: Vec<Entry<()>>,
        marks: bool,
    ) -> Result {
        self.page(style, shape, entries, |context, entry| context.track_json(entry.id, marks))
    }

    /// The newest first, with the tracks that the parameters ask for.
    pub(super) fn page_of_playlists(
        &self,
        style: Style,
        default: &str,
        lists: impl Iterator<Item = (u64, Edge)>,
    ) -> Result {
        let (levels, show_tracks) = (self.levels(default)?, self.truth_parameter("show_tracks", true)?);
        let mut entries: Vec<_> = lists.map(|(id, edge)| Entry::new(id, edge)).collect();
        newest(&mut entries);
        self.page(style, Shape::Either, entries, |context, entry| {
            context.playlist_json(entry.id, &levels, show_tracks)
        })
    }

    pub(super) fn page_of_users(&self, style: Style, entries: Vec<Entry<()>>) -> Result {
        self.page(style, Shape::Object, entries, |context, entry| {
            context.store.users.get(&entry.id).map_or(Value::Null, |user| context.show_user(user))
        })
    }

    pub(super) fn track_json(&self, id: u64, marks: bool) -> Value {
        self.store.tracks.get(&id).map_or(Value::Null, |track| self.show_track(track, marks))
    }

    pub(super) fn playlist_json(&self, id: u64, levels: &[String], show_tracks: bool) -> Value {
        let list = self.store.playlists.get(&id);
        list.map_or(Value::Null, |list| self.show_playlist(list, levels, show_tracks))
    }

    pub(super) fn sees_playlist(&self, list: &Playlist) -> bool {
        !list.private || self.is(list.owner)
    }
}

pub(super) fn track_likes(context: &RequestContext<'_>, user: u64, mine: bool) -> Result {
    let default = if mine { ALL } else { HEARD };
    context.connected_tracks(context.store.track_likes.of(user), default, Style::Number, Shape::Either)
}

pub(super) fn track_reposts(context: &RequestContext<'_>, user: u64, mine: bool) -> Result {
    let default = if mine { ALL } else { HEARD };
    context.connected_tracks(context.store.track_reposts.of(user), default, Style::Number, Shape::Either)
}

pub(super) fn playlist_likes(context: &RequestContext<'_>, user: u64) -> Result {
    context.connected_playlists(context.store.playlist_likes.of(user))
}

pub(super) fn playlist_reposts(context: &RequestContext<'_>, user: u64) -> Result {
    context.connected_playlists(context.store.playlist_reposts.of(user))
}

pub(super) fn followers(context: &RequestContext<'_>, user: u64) -> Result {
    context.connected_users(context.store.follows.to(user), Style::Number)
}

/// The caller's own list goes by offset, that of others by cursor.
pub(super) fn followings(context: &RequestContext<'_>, user: u64, mine: bool) -> Result {
    let style = if mine { Style::Offset } else { Style::Number };
    context.connected_users(context.store.follows.of(user), style)
}

pub(super) fn favoriters(context: &RequestContext<'_>, track: u64) -> Result {
    context.connected_users(context.store.track_likes.to(track), Style::Number)
}

pub(super) fn track_reposters(context: &RequestContext<'_>, track: u64) -> Result {
    context.connected_users(context.store.track_reposts.to(track), Style::Number)
}

pub(super) fn playlist_reposters(context: &RequestContext<'_>, playlist: u64) -> Result {
    context.connected_users(context.store.playlist_reposts.to(playlist), Style::Number)
}

/// The followed user, or the follower: 404 if they are not connected so.
pub(super) fn linked_user(context: &RequestContext<'_>, from: u64, to: u64, shown: u64) -> Result {
    if !context.store.follows.has(from, to) {
        return Err(error::not_found());
    }
    ok(&context.show_user(context.user(Some(shown))?))
}

/// Tracks of the users whom the caller follows, as a bare array.
pub(super) fn followings_tracks(context: &RequestContext<'_>) -> Result {
    let me = context.me()?;
    let follows = &context.store.follows;
    let tracks = context.store.tracks.values().filter(|track| follows.has(me, track.owner));
    let edges = tracks.map(|track| (track.id, track.made()));
    context.connected_tracks(edges, HEARD, Style::Offset, Shape::Bare)
}

/// At most 25 tracks, the last play first.
pub(super) fn recently_played(context: &RequestContext<'_>) -> Result {
    let me = context.me()?;
    context.connected_tracks(context.store.plays.of(me), ALL, Style::Single, Shape::Either)
}

/// A user's tracks; the own ones at every level.
pub(super) fn user_tracks(context: &RequestContext<'_>, user: u64, mine: bool) -> Result {
    let tracks = context.store.tracks.values().filter(|track| track.owner == user);
    let edges = tracks.map(|track| (track.id, track.made()));
    context.connected_tracks(edges, if mine { ALL } else { HEARD }, Style::Time("tracks"), Shape::Either)
}

pub(super) fn user_playlists(context: &RequestContext<'_>, user: u64, mine: bool) -> Result {
    let lists = context.store.playlists.values();
    let lists = lists.filter(|list| list.owner == user && context.sees_playlist(list));
    let edges = lists.map(|list| (list.id, list.made()));
    context.page_of_playlists(Style::Time("playlists"), if mine { ALL } else { HEARD }, edges)
}

/// The tracks of a playlist in their order; the caller has seen the playlist already.
pub(super) fn playlist_tracks(context: &RequestContext<'_>, playlist: u64) -> Result {
    let levels = context.levels(HEARD)?;
    let ids = context.store.playlists.get(&playlist).map(|list| list.tracks.clone()).unwrap_or_default();
    let tracks = ids.iter().filter_map(|id| context.store.tracks.get(id));
    let tracks = tracks.filter(|track| context.listed(track, &levels));
    let entries = tracks.map(|track| Entry::new(track.id, track.made())).collect();
    context.page_of_tracks(Style::Offset, Shape::Either, entries, false)
}

/// Other tracks with the same genre or a tag in common, those of the same user last.
pub(super) fn related_tracks(context: &RequestContext<'_>, id: u64) -> Result {
    let levels = context.levels(HEARD)?;
    let Some(track) = context.store.tracks.get(&id) else { return Err(error::not_found()) };
    let tags = tags(&track.tag_list);
    let genre = |track: &Track| track.texts.get("genre").map(|genre| genre.to_lowercase());
    let alike = |other: &&Track| {
        let same_genre = genre(other).is_some() && genre(other) == genre(track);
        let others = super::lists::tags(&other.tag_list);
        other.id != id && !other.private && (same_genre || others.iter().any(|tag| tags.contains(tag)))
    };
    let mut related: Vec<&Track> = context.store.tracks.values().filter(alike).collect();
    related.retain(|other| context.listed(other, &levels));
    related.sort_by_key(|other| (other.owner == track.owner, other.id));
    let entries = related.iter().map(|other| Entry::new(other.id, other.made())).collect();
    context.page_of_tracks(Style::Offset, Shape::Either, entries, false)
}

/// Other users whom the followers of this one follow, or who are followed by it.
pub(super) fn related_users(context: &RequestContext<'_>, user: u64) -> Result {
    let follows = &context.store.follows;
    let near = |other: &&User| {
        other.id != user
            && (follows.has(user, other.id) || follows.to(user).any(|(fan, _)| follows.has(fan, other.id)))
    };
    let users = context.store.users.values().filter(near);
    context.page_of_users(Style::Offset, users.map(|user| Entry::new(user.id, user.made())).collect())
}

/// A bare array; `limit` counts, the rest of paging does not exist here.
pub(super) fn web_profiles(context: &RequestContext<'_>, user: u64) -> Result {
    let user = context.user(Some(user))?;
    let entries = user
        .profiles
        .iter()
        .enumerate()
        .map(|(index, profile)| Entry { id: profile.id, at: user.created, serial: profile.id, item: index })
        .collect();
    context.page(Style::Offset, Shape::Bare, entries, |context, entry| {
        let Some(profile) = user.profiles.get(entry.item) else { return Value::Null };
        let mut shown = serde_json::json!({
            "created_at": super::date::slashes(entry.at), "urn": urn("web-profiles", profile.id),
            "kind": "web-profile", "service": profile.service, "title": profile.title,
            "url": profile.url, "username": profile.username,
        });
        if context.switches.legacy_ids {
            shown["id"] = profile.id.into();
        }
        shown
    })
}

/// The comments of a track, the newest first; nobody but the owner sees them in quiet mode.
pub(super) fn comments(context: &RequestContext<'_>, track: u64) -> Result {
    let hidden = context.store.tracks.get(&track).is_some_and(|track| context.hides_comments(track));
    let comments = context.store.comments.values().filter(|comment| comment.track == track && !hidden);
    let mut entries: Vec<_> = comments
        .map(|comment| Entry { id: comment.id, at: comment.created, serial: comment.serial, item: () })
        .collect();
    newest(&mut entries);
    context.page(Style::Offset, Shape::Object, entries, |context, entry| {
        context.store.comments.get(&entry.id).map_or(Value::Null, |comment| context.show_comment(comment))
    })
}

/// The single tags of a list: separated by spaces, several words in double quotes; commas separate too.
pub(super) fn tags(list: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for (index, part) in list.split('"').enumerate() {
        if index % 2 == 1 {
            tags.push(part.trim().to_lowercase());
        } else {
            tags.extend(part.split([' ', ',']).map(str::to_lowercase));
        }
    }
    tags.retain(|tag| !tag.is_empty());
    tags
}

/// What the users whom the caller follows posted and reposted.
pub(super) fn feed(context: &RequestContext<'_>, tracks_only: bool) -> Result {
    let me = context.me()?;
    let levels = context.levels(HEARD)?;
    let store = &context.store;
    let mut entries: Vec<Entry<Item>> = Vec::new();
    for (user, _) in store.follows.of(me) {
        let tracks = store.tracks.values().filter(|track| track.owner == user && !track.private);
        entries.extend(tracks.map(|track| item(track.id, track.made(), Kind::Track, None)));
        let reposts = store.track_reposts.of(user);
        entries.extend(reposts.map(|(id, edge)| item(id, edge, Kind::Track, Some(user))));
        if !tracks_only {
            let lists = store.playlists.values().filter(|list| list.owner == user && !list.private);
            entries.extend(lists.map(|list| item(list.id, list.made(), Kind::Playlist, None)));
            let reposts = store.playlist_reposts.of(user);
            entries.extend(reposts.map(|(id, edge)| item(id, edge, Kind::Playlist, Some(user))));
        }
    }
    entries.retain(|entry| match entry.item.kind {
        Kind::Track => store.tracks.get(&entry.id).is_some_and(|track| context.listed(track, &levels)),
        Kind::Playlist => store.playlists.get(&entry.id).is_some_and(|list| context.sees_playlist(list)),
    });
    newest(&mut entries);
    context.page(Style::Uuid, Shape::Object, entries, |context, entry| {
        let (name, origin) = match entry.item.kind {
            Kind::Track => ("track", context.track_json(entry.id, false)),
            Kind::Playlist => ("playlist", context.playlist_json(entry.id, &levels, false)),
        };
        let mut shown = serde_json::json!({
            "type": name, "created_at": super::date::slashes(entry.at), "origin": origin,
        });
        if let Some(user) = entry.item.reposter {
            shown["type"] = format!("{name}:repost").into();
            shown["reposter"] = urn("users", user).into();
        }
        shown
    })
}

#[derive(Clone, Copy)]
struct Item {
    kind: Kind,
    reposter: Option<u64>,
}

#[derive(Clone, Copy)]
enum Kind {
    Track,
    Playlist,
}

fn item(id: u64, edge: Edge, kind: Kind, reposter: Option<u64>) -> Entry<Item> {
    Entry { id, at: edge.at, serial: edge.serial, item: Item { kind, reposter } }
}

/// The user of a path, who must exist.
pub(super) fn known(context: &RequestContext<'_>, user: Option<u64>) -> Result<u64> {
    context.user(user).map(|user| user.id)
}
