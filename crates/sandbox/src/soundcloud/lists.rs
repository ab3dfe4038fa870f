//! Lists of tracks, playlists, users and comments.

use serde_json::Value;

use super::desk::{Answer, Desk, ok};
use super::page::{Entry, Shape, Style, newest};
use super::refusal::{self, Refusal};
use super::show::urn;
use super::world::{Playlist, Tie, Track, User};

/// What most lists of tracks show.
const HEARD: &str = "playable,preview";
/// What the lists of one's own likes and reposts show.
const ALL: &str = "playable,preview,blocked";

type Ids = Vec<(u64, Tie)>;

fn entry(id: u64, tie: Tie) -> Entry<()> {
    Entry { id, at: tie.at, serial: tie.serial, item: () }
}

impl Desk<'_> {
    /// Tracks in the order of their ties, without those that the caller does not get to see.
    fn tied_tracks(&self, ids: Ids, default: &str, style: Style, shape: Shape) -> Answer {
        let levels = self.levels(default)?;
        let seen = |id: &u64| self.world.tracks.get(id).is_some_and(|track| self.listed(track, &levels));
        let mut entries: Vec<_> =
            ids.into_iter().filter(|(id, _)| seen(id)).map(|(id, tie)| entry(id, tie)).collect();
        newest(&mut entries);
        self.page(style, shape, entries, |desk, entry| desk.track_json(entry.id, false))
    }

    fn tied_playlists(&self, ids: Ids) -> Answer {
        let levels = self.levels(HEARD)?;
        let show_tracks = self.truth_parameter("show_tracks", true)?;
        let seen = |id: &u64| self.world.playlists.get(id).is_some_and(|list| self.sees_playlist(list));
        let mut entries: Vec<_> =
            ids.into_iter().filter(|(id, _)| seen(id)).map(|(id, tie)| entry(id, tie)).collect();
        newest(&mut entries);
        self.page(Style::Number, Shape::Either, entries, |desk, entry| {
            desk.playlist_json(entry.id, &levels, show_tracks)
        })
    }

    fn tied_users(&self, ids: Ids, style: Style) -> Answer {
        let mut entries: Vec<_> = ids.into_iter().map(|(id, tie)| entry(id, tie)).collect();
        newest(&mut entries);
        self.page(style, Shape::Object, entries, |desk, entry| {
            desk.world.users.get(&entry.id).map_or(Value::Null, |user| desk.show_user(user))
        })
    }

    pub(super) fn track_json(&self, id: u64, marks: bool) -> Value {
        self.world.tracks.get(&id).map_or(Value::Null, |track| self.show_track(track, marks))
    }

    pub(super) fn playlist_json(&self, id: u64, levels: &[String], show_tracks: bool) -> Value {
        let list = self.world.playlists.get(&id);
        list.map_or(Value::Null, |list| self.show_playlist(list, levels, show_tracks))
    }

    pub(super) fn sees_playlist(&self, list: &Playlist) -> bool {
        !list.private || self.is(list.owner)
    }
}

pub(super) fn track_of(track: &Track) -> Tie {
    Tie { at: track.created, serial: track.serial }
}

pub(super) fn track_likes(desk: &Desk<'_>, user: u64, mine: bool) -> Answer {
    let ids = desk.world.track_likes.of(user).collect();
    desk.tied_tracks(ids, if mine { ALL } else { HEARD }, Style::Number, Shape::Either)
}

pub(super) fn track_reposts(desk: &Desk<'_>, user: u64, mine: bool) -> Answer {
    let ids = desk.world.track_reposts.of(user).collect();
    desk.tied_tracks(ids, if mine { ALL } else { HEARD }, Style::Number, Shape::Either)
}

pub(super) fn playlist_likes(desk: &Desk<'_>, user: u64) -> Answer {
    desk.tied_playlists(desk.world.playlist_likes.of(user).collect())
}

pub(super) fn playlist_reposts(desk: &Desk<'_>, user: u64) -> Answer {
    desk.tied_playlists(desk.world.playlist_reposts.of(user).collect())
}

pub(super) fn followers(desk: &Desk<'_>, user: u64) -> Answer {
    desk.tied_users(desk.world.follows.to(user).collect(), Style::Number)
}

/// Row 10 goes by offset, row 47 by cursor.
pub(super) fn followings(desk: &Desk<'_>, user: u64, mine: bool) -> Answer {
    let style = if mine { Style::Offset } else { Style::Number };
    desk.tied_users(desk.world.follows.of(user).collect(), style)
}

pub(super) fn favoriters(desk: &Desk<'_>, track: u64) -> Answer {
    desk.tied_users(desk.world.track_likes.to(track).collect(), Style::Number)
}

pub(super) fn track_reposters(desk: &Desk<'_>, track: u64) -> Answer {
    desk.tied_users(desk.world.track_reposts.to(track).collect(), Style::Number)
}

pub(super) fn playlist_reposters(desk: &Desk<'_>, playlist: u64) -> Answer {
    desk.tied_users(desk.world.playlist_reposts.to(playlist).collect(), Style::Number)
}

/// The followed user, or the follower: 404 if they are not tied so.
pub(super) fn tied_user(desk: &Desk<'_>, from: u64, to: u64, shown: u64) -> Answer {
    if !desk.world.follows.has(from, to) {
        return Err(refusal::not_found());
    }
    ok(&desk.show_user(desk.user(Some(shown))?))
}

/// Tracks of the people that the caller follows, as a bare array.
pub(super) fn followings_tracks(desk: &Desk<'_>) -> Answer {
    let me = desk.me()?;
    let follows = &desk.world.follows;
    let tracks = desk.world.tracks.values().filter(|track| follows.has(me, track.owner));
    let ids = tracks.map(|track| (track.id, track_of(track))).collect();
    desk.tied_tracks(ids, HEARD, Style::Offset, Shape::Bare)
}

/// At most 25 tracks, the last play first.
pub(super) fn recently_played(desk: &Desk<'_>) -> Answer {
    let me = desk.me()?;
    desk.tied_tracks(desk.world.plays.of(me).collect(), ALL, Style::Single, Shape::Either)
}

/// A user's tracks; the own ones at every level.
pub(super) fn user_tracks(desk: &Desk<'_>, user: u64, mine: bool) -> Answer {
    let tracks = desk.world.tracks.values().filter(|track| track.owner == user);
    let ids = tracks.map(|track| (track.id, track_of(track))).collect();
    desk.tied_tracks(ids, if mine { ALL } else { HEARD }, Style::Time("tracks"), Shape::Either)
}

pub(super) fn user_playlists(desk: &Desk<'_>, user: u64, mine: bool) -> Answer {
    let levels = desk.levels(if mine { ALL } else { HEARD })?;
    let show_tracks = desk.truth_parameter("show_tracks", true)?;
    let lists = desk.world.playlists.values();
    let mut entries: Vec<_> = lists
        .filter(|list| list.owner == user && desk.sees_playlist(list))
        .map(|list| Entry { id: list.id, at: list.created, serial: list.serial, item: () })
        .collect();
    newest(&mut entries);
    desk.page(Style::Time("playlists"), Shape::Either, entries, |desk, entry| {
        desk.playlist_json(entry.id, &levels, show_tracks)
    })
}

/// The tracks of a playlist in their order; the caller has seen the playlist already.
pub(super) fn playlist_tracks(desk: &Desk<'_>, playlist: u64) -> Answer {
    let levels = desk.levels(HEARD)?;
    let ids = desk.world.playlists.get(&playlist).map(|list| list.tracks.clone()).unwrap_or_default();
    let tracks = ids.iter().filter_map(|id| desk.world.tracks.get(id));
    let entries = tracks
        .filter(|track| desk.listed(track, &levels))
        .map(|track| Entry { id: track.id, at: track.created, serial: track.serial, item: () })
        .collect();
    desk.page(Style::Offset, Shape::Either, entries, |desk, entry| desk.track_json(entry.id, false))
}

/// Other tracks with the same genre or a tag in common, those of the same user last.
pub(super) fn related_tracks(desk: &Desk<'_>, id: u64) -> Answer {
    let levels = desk.levels(HEARD)?;
    let Some(track) = desk.world.tracks.get(&id) else { return Err(refusal::not_found()) };
    let tags = tags(&track.tag_list);
    let genre = |track: &Track| track.texts.get("genre").map(|genre| genre.to_lowercase());
    let alike = |other: &&Track| {
        let same_genre = genre(other).is_some() && genre(other) == genre(track);
        let others = super::lists::tags(&other.tag_list);
        other.id != id && !other.private && (same_genre || others.iter().any(|tag| tags.contains(tag)))
    };
    let mut related: Vec<&Track> = desk.world.tracks.values().filter(alike).collect();
    related.retain(|other| desk.listed(other, &levels));
    related.sort_by_key(|other| (other.owner == track.owner, other.id));
    let entries = related
        .iter()
        .map(|other| Entry { id: other.id, at: other.created, serial: other.serial, item: () })
        .collect();
    desk.page(Style::Offset, Shape::Either, entries, |desk, entry| desk.track_json(entry.id, false))
}

/// Other users whom the followers of this one follow, or who are followed by it.
pub(super) fn related_users(desk: &Desk<'_>, user: u64) -> Answer {
    let follows = &desk.world.follows;
    let near = |other: &&User| {
        other.id != user
            && (follows.has(user, other.id) || follows.to(user).any(|(fan, _)| follows.has(fan, other.id)))
    };
    let users = desk.world.users.values().filter(near);
    let entries =
        users.map(|user| Entry { id: user.id, at: user.created, serial: user.id, item: () }).collect();
    desk.page(Style::Offset, Shape::Object, entries, |desk, entry| {
        desk.world.users.get(&entry.id).map_or(Value::Null, |user| desk.show_user(user))
    })
}

/// A bare array; `limit` counts, the rest of paging does not exist here.
pub(super) fn web_profiles(desk: &Desk<'_>, user: u64) -> Answer {
    let user = desk.user(Some(user))?;
    let entries = user
        .profiles
        .iter()
        .enumerate()
        .map(|(index, profile)| Entry { id: profile.id, at: user.created, serial: profile.id, item: index })
        .collect();
    desk.page(Style::Offset, Shape::Bare, entries, |desk, entry| {
        let Some(profile) = user.profiles.get(entry.item) else { return Value::Null };
        let mut shown = serde_json::json!({
            "created_at": super::date::slashes(entry.at), "urn": urn("web-profiles", profile.id),
            "kind": "web-profile", "service": profile.service, "title": profile.title,
            "url": profile.url, "username": profile.username,
        });
        if desk.switches.legacy_ids {
            shown["id"] = profile.id.into();
        }
        shown
    })
}

/// The comments of a track, the newest first; nobody but the owner sees them in quiet mode.
pub(super) fn comments(desk: &Desk<'_>, track: u64) -> Answer {
    let hidden = desk.world.tracks.get(&track).is_some_and(|track| desk.hides_comments(track));
    let comments = desk.world.comments.values().filter(|comment| comment.track == track && !hidden);
    let mut entries: Vec<_> = comments
        .map(|comment| Entry { id: comment.id, at: comment.created, serial: comment.serial, item: () })
        .collect();
    newest(&mut entries);
    desk.page(Style::Offset, Shape::Object, entries, |desk, entry| {
        desk.world.comments.get(&entry.id).map_or(Value::Null, |comment| desk.show_comment(comment))
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

/// What the people whom the caller follows posted and reposted.
pub(super) fn feed(desk: &Desk<'_>, tracks_only: bool) -> Answer {
    let me = desk.me()?;
    let levels = desk.levels(HEARD)?;
    let world = &desk.world;
    let mut entries: Vec<Entry<Item>> = Vec::new();
    for (user, _) in world.follows.of(me) {
        let tracks = world.tracks.values().filter(|track| track.owner == user && !track.private);
        entries.extend(tracks.map(|track| item(track.id, track_of(track), Kind::Track, None)));
        let reposts = world.track_reposts.of(user);
        entries.extend(reposts.map(|(id, tie)| item(id, tie, Kind::Track, Some(user))));
        if !tracks_only {
            let lists = world.playlists.values().filter(|list| list.owner == user && !list.private);
            entries.extend(lists.map(|list| {
                item(list.id, Tie { at: list.created, serial: list.serial }, Kind::Playlist, None)
            }));
            let reposts = world.playlist_reposts.of(user);
            entries.extend(reposts.map(|(id, tie)| item(id, tie, Kind::Playlist, Some(user))));
        }
    }
    entries.retain(|entry| match entry.item.kind {
        Kind::Track => world.tracks.get(&entry.id).is_some_and(|track| desk.listed(track, &levels)),
        Kind::Playlist => world.playlists.get(&entry.id).is_some_and(|list| desk.sees_playlist(list)),
    });
    newest(&mut entries);
    desk.page(Style::Uuid, Shape::Object, entries, |desk, entry| {
        let (name, origin) = match entry.item.kind {
            Kind::Track => ("track", desk.track_json(entry.id, false)),
            Kind::Playlist => ("playlist", desk.playlist_json(entry.id, &levels, false)),
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

fn item(id: u64, tie: Tie, kind: Kind, reposter: Option<u64>) -> Entry<Item> {
    Entry { id, at: tie.at, serial: tie.serial, item: Item { kind, reposter } }
}

/// The user of a path, who must exist.
pub(super) fn known(desk: &Desk<'_>, user: Option<u64>) -> Result<u64, Refusal> {
    desk.user(user).map(|user| user.id)
}
