//! Users in the old API.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use segno_soundcloud::legacy::{Client, Owner, TrackId, users};
//!
//! let client = Client::new("http://127.0.0.1:8404/", "joey", "hairspray")?;
//! let me = client.send(&users::Me::new()).await?;
//! let followed = client.send(&users::Followings::new(Owner::Me)).await?;
//! println!("{} follows {} users", me.username, followed.iter().count());
//! client.send(&users::AddFavorite::new(TrackId::new(1056))).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::{endpoint, lenient};

use super::tracks::Track;
use super::xml::{XmlFields, XmlRecord, done, items, one};
use super::{Element, Owner, TrackId, UserId, XML, accept_xml, numbers, write_xml};
use crate::ApiError;

/// A user as the old API describes one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct User {
    /// The number by which the user is called: that in `uri`, if there is one, because the two were seen to differ.
    pub id: Option<UserId>,
    /// The number that `<id>` states.
    pub stated_id: Option<UserId>,
    /// The name that is shown.
    pub username: String,
    /// First and last name.
    pub full_name: Option<String>,
    /// The last part of the URL on the site.
    pub permalink: Option<String>,
    /// The description; may be long.
    pub description: Option<String>,
    /// The town; may be empty.
    pub city: Option<String>,
    /// The country, as the user wrote it.
    pub country: Option<String>,
    /// The user name on Discogs.
    pub discogs_name: Option<String>,
    /// The user name on Myspace.
    pub myspace_name: Option<String>,
    /// The URL of the user's own site.
    pub website: Option<String>,
    /// The text of the link to it.
    pub website_title: Option<String>,
    /// Whether the user is online.
    pub online: Option<bool>,
    /// The URL of the profile picture, a JPEG.
    pub avatar_url: Option<String>,
    /// The URL on the site.
    pub permalink_url: Option<String>,
    /// The URL on the API.
    pub uri: Option<String>,
    /// How many public tracks there are.
    pub track_count: Option<u64>,
    /// How many users this one follows; the service allows 2,000.
    pub followings_count: Option<u64>,
    /// How many users follow this one.
    pub followers_count: Option<u64>,
}

impl From<&Element> for User {
    fn from(user: &Element) -> Self {
        let (id, stated) = numbers(user);
        Self {
            id: id.map(UserId::new),
            stated_id: stated.map(UserId::new),
            username: user.child_text("username").unwrap_or_default(),
            full_name: user.child_text("full-name"),
            permalink: user.child_text("permalink"),
            description: user.child_text("description"),
            city: user.child_text("city"),
            country: user.child_text("country"),
            discogs_name: user.child_text("discogs-name"),
            myspace_name: user.child_text("myspace-name"),
            website: user.child_text("website"),
            website_title: user.child_text("website-title"),
            online: user.truth("online"),
            avatar_url: user.child_text("avatar-url"),
            permalink_url: user.child_text("permalink-url"),
            uri: user.child_text("uri"),
            track_count: user.number("track-count"),
            followings_count: user.number("followings-count"),
            followers_count: user.number("followers-count"),
        }
    }
}

impl XmlRecord for User {
    const NAME: &'static str = "user";
}

endpoint! {
    /// `GET /users/{id}`: one user.
    pub struct Get { path user: UserId }
    name: "soundcloud.legacy.users.get",
    method: GET,
    path: "users/{id}",
    replay: Safe,
    write: accept_xml,
    response: User,
    error: ApiError,
    read: one,
}
endpoint! {
    /// `GET /me`: the user whose password the client has.
    pub struct Me {}
    name: "soundcloud.legacy.users.me",
    method: GET,
    path: "me",
    replay: Safe,
    write: accept_xml,
    response: User,
    error: ApiError,
    read: one,
}
endpoint! {
    /// `GET /users`: all users, or those that a text finds.
    pub struct List {}
    optional {
        /// The text to search for.
        query q: String,
    }
    name: "soundcloud.legacy.users.list",
    method: GET,
    path: "users",
    replay: Safe,
    write: accept_xml,
    response: lenient::List<User>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `PUT /me` with an XML body: changes what is given about oneself; an empty text clears what was there.
    pub struct Change {}
    optional {
        /// The name that is shown.
        field username: String,
        /// First and last name.
        field full_name: String,
        /// What the profile says of the user, as plain text.
        field description: String,
        /// The town where the user lives.
        field city: String,
        /// The name of the country where the user lives.
        field country: String,
        /// The user name on Discogs.
        field discogs_name: String,
        /// The user name on Myspace.
        field myspace_name: String,
        /// The URL of the user's own site.
        field website: String,
        /// The text of the link to it.
        field website_title: String,
    }
    name: "soundcloud.legacy.users.change",
    method: PUT,
    path: "me",
    replay: Idempotent,
    write: |change, request| {
        let fields = XmlFields::new()
            .some("username", change.username.as_ref())
            .some("full-name", change.full_name.as_ref())
            .some("description", change.description.as_ref())
            .some("city", change.city.as_ref())
            .some("country", change.country.as_ref())
            .some("discogs-name", change.discogs_name.as_ref())
            .some("myspace-name", change.myspace_name.as_ref())
            .some("website", change.website.as_ref())
            .some("website-title", change.website_title.as_ref());
        fields.check_not_blank("username")?;
        write_xml(request, fields.document("user")?);
        Ok(())
    },
    response: (),
    error: ApiError,
    // Whether the response carries the user is not documented.
    read: |response| done(response, "user"),
}
endpoint! {
    /// `GET /me/followings/{id}`, `GET /users/{id}/followings/{id}`: a user who is followed; 404 if the user is not.
    pub struct Following { field owner: Owner, path user: UserId }
    name: "soundcloud.legacy.users.following",
    method: GET,
    path: "me/followings/{id}",
    replay: Safe,
    write: |get, request| {
        request.accept(XML);
        get.owner.write_path(request, "users/{id}/followings/{id}", &[&get.user])
    },
    response: User,
    error: ApiError,
    read: one,
}
endpoint! {
    /// `GET /me/favorites/{track_id}`, `GET /users/{id}/favorites/{track_id}`: a track that is liked; 404 if it is not.
    pub struct Favorite { field owner: Owner, path track: TrackId }
    name: "soundcloud.legacy.users.favorite",
    method: GET,
    path: "me/favorites/{track_id}",
    replay: Safe,
    write: |get, request| {
        request.accept(XML);
        get.owner.write_path(request, "users/{id}/favorites/{track_id}", &[&get.track])
    },
    response: Track,
    error: ApiError,
    read: one,
}
endpoint! {
    /// `GET /me/contacts`, `GET /users/{id}/contacts`: the users whom one follows, by their older name.
    pub struct Contacts { field owner: Owner }
    name: "soundcloud.legacy.users.contacts",
    method: GET,
    path: "me/contacts",
    replay: Safe,
    write: |list, request| {
        request.accept(XML);
        list.owner.write_path(request, "users/{id}/contacts", &[])
    },
    response: lenient::List<User>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `GET /me/fans`, `GET /users/{id}/fans`: the users who follow one, by their older name.
    pub struct Fans { field owner: Owner }
    name: "soundcloud.legacy.users.fans",
    method: GET,
    path: "me/fans",
    replay: Safe,
    write: |list, request| {
        request.accept(XML);
        list.owner.write_path(request, "users/{id}/fans", &[])
    },
    response: lenient::List<User>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `GET /me/followings`, `GET /users/{id}/followings`: the users whom one follows.
    pub struct Followings { field owner: Owner }
    name: "soundcloud.legacy.users.followings",
    method: GET,
    path: "me/followings",
    replay: Safe,
    write: |list, request| {
        request.accept(XML);
        list.owner.write_path(request, "users/{id}/followings", &[])
    },
    response: lenient::List<User>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `GET /me/followers`, `GET /users/{id}/followers`: the users who follow one.
    pub struct Followers { field owner: Owner }
    name: "soundcloud.legacy.users.followers",
    method: GET,
    path: "me/followers",
    replay: Safe,
    write: |list, request| {
        request.accept(XML);
        list.owner.write_path(request, "users/{id}/followers", &[])
    },
    response: lenient::List<User>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `GET /me/favorites`, `GET /users/{id}/favorites`: the tracks that one likes.
    pub struct Favorites { field owner: Owner }
    name: "soundcloud.legacy.users.favorites",
    method: GET,
    path: "me/favorites",
    replay: Safe,
    write: |list, request| {
        request.accept(XML);
        list.owner.write_path(request, "users/{id}/favorites", &[])
    },
    response: lenient::List<Track>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `GET /me/tracks`, `GET /users/{id}/tracks`: the tracks of a user.
    pub struct Tracks { field owner: Owner }
    name: "soundcloud.legacy.users.tracks",
    method: GET,
    path: "me/tracks",
    replay: Safe,
    write: |list, request| {
        request.accept(XML);
        list.owner.write_path(request, "users/{id}/tracks", &[])
    },
    response: lenient::List<Track>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `GET /me/followings/tracks`: the tracks of the users whom one follows.
    pub struct TracksOfFollowings {}
    name: "soundcloud.legacy.users.tracks_of_followings",
    method: GET,
    path: "me/followings/tracks",
    replay: Safe,
    write: accept_xml,
    response: lenient::List<Track>,
    error: ApiError,
    read: items,
}
endpoint! {
    /// `PUT /me/followings/{id}`: follows a user.
    pub struct Follow { path user: UserId }
    name: "soundcloud.legacy.users.follow",
    method: PUT,
    path: "me/followings/{id}",
    replay: Idempotent,
    write: accept_xml,
    response: (),
    error: ApiError,
    read: |response| done(response, "user"),
}
endpoint! {
    /// `DELETE /me/followings/{id}`: follows a user no more.
    pub struct Unfollow { path user: UserId }
    name: "soundcloud.legacy.users.unfollow",
    method: DELETE,
    path: "me/followings/{id}",
    replay: Idempotent,
    write: accept_xml,
    response: (),
    error: ApiError,
    read: |response| done(response, "user"),
}
endpoint! {
    /// `PUT /me/favorites/{track_id}`: likes a track.
    pub struct AddFavorite { path track: TrackId }
    name: "soundcloud.legacy.users.add_favorite",
    method: PUT,
    path: "me/favorites/{track_id}",
    replay: Idempotent,
    write: accept_xml,
    response: (),
    error: ApiError,
    read: |response| done(response, "track"),
}
endpoint! {
    /// `DELETE /me/favorites/{track_id}`: likes a track no more.
    pub struct RemoveFavorite { path track: TrackId }
    name: "soundcloud.legacy.users.remove_favorite",
    method: DELETE,
    path: "me/favorites/{track_id}",
    replay: Idempotent,
    write: accept_xml,
    response: (),
    error: ApiError,
    read: |response| done(response, "track"),
}
