//! People in the old API.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};

use super::tracks::Track;
use super::{TrackId, UserId, XML, of_person, reading, setting, xml};
use crate::ApiError;
use crate::legacy::Element;

/// A person as the old API describes one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct User {
    /// The number.
    pub id: Option<UserId>,
    /// The name that is shown.
    pub username: String,
    /// First and last name.
    pub full_name: Option<String>,
    /// The last part of the address on the site.
    pub permalink: Option<String>,
    /// What the person says.
    pub description: Option<String>,
    /// The town.
    pub city: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// The name on Discogs.
    pub discogs_name: Option<String>,
    /// The name on Myspace.
    pub myspace_name: Option<String>,
    /// The person's own site.
    pub website: Option<String>,
    /// What its link says.
    pub website_title: Option<String>,
    /// Whether the person is online.
    pub online: Option<bool>,
    /// The picture.
    pub avatar_url: Option<String>,
    /// The address on the site.
    pub permalink_url: Option<String>,
    /// The address on the API.
    pub uri: Option<String>,
    /// How many tracks there are.
    pub track_count: Option<u64>,
    /// How many this person follows.
    pub followings_count: Option<u64>,
    /// How many follow this person.
    pub followers_count: Option<u64>,
}

impl From<&Element> for User {
    fn from(user: &Element) -> Self {
        Self {
            id: user.number("id").map(UserId),
            username: user.words("username").unwrap_or_default(),
            full_name: user.words("full-name"),
            permalink: user.words("permalink"),
            description: user.words("description"),
            city: user.words("city"),
            country: user.words("country"),
            discogs_name: user.words("discogs-name"),
            myspace_name: user.words("myspace-name"),
            website: user.words("website"),
            website_title: user.words("website-title"),
            online: user.truth("online"),
            avatar_url: user.words("avatar-url"),
            permalink_url: user.words("permalink-url"),
            uri: user.words("uri"),
            track_count: user.number("track-count"),
            followings_count: user.number("followings-count"),
            followers_count: user.number("followers-count"),
        }
    }
}

fn one(user: &Element) -> Result<User, DecodeError> {
    if user.name() != "user" {
        return Err(DecodeError::Other(format!("expected <user>, found <{}>", user.name())));
    }
    Ok(user.into())
}

reading!(
    /// `GET /users/{id}`
    Get(user: UserId) -> User, "soundcloud.legacy.users.get", "users/{id}", one
);
reading!(
    /// `GET /me`
    Me -> User, "soundcloud.legacy.users.me", "me", one
);

/// `GET /users`
#[derive(Clone, Debug, Default)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct List {
    words: Option<String>,
}

impl List {
    /// All people.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those who are found by these words.
    pub fn q(mut self, words: impl Into<String>) -> Self {
        self.words = Some(words.into());
        self
    }
}

impl Endpoint for List {
    type Output = Vec<User>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.legacy.users.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.accept(XML);
        request.query_some("q", self.words.as_ref());
        request.path("users", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<User>, DecodeError> {
        Ok(xml::document(&response)?.children().iter().map(User::from).collect())
    }
}

of_person!(
    /// `GET /me/contacts`, `GET /users/{id}/contacts`: the people one follows, by their older name
    Contacts -> User,
    "soundcloud.legacy.users.contacts", "me/contacts", "users/{id}/contacts", User::from
);
of_person!(
    /// `GET /me/fans`, `GET /users/{id}/fans`: the people who follow one, by their older name
    Fans -> User, "soundcloud.legacy.users.fans", "me/fans", "users/{id}/fans", User::from
);
of_person!(
    /// `GET /me/followings`, `GET /users/{id}/followings`
    Followings -> User,
    "soundcloud.legacy.users.followings", "me/followings", "users/{id}/followings", User::from
);
of_person!(
    /// `GET /me/followers`, `GET /users/{id}/followers`
    Followers -> User,
    "soundcloud.legacy.users.followers", "me/followers", "users/{id}/followers", User::from
);
of_person!(
    /// `GET /me/favorites`, `GET /users/{id}/favorites`
    Favorites -> Track,
    "soundcloud.legacy.users.favorites", "me/favorites", "users/{id}/favorites", Track::from
);
of_person!(
    /// `GET /me/tracks`, `GET /users/{id}/tracks`
    Tracks -> Track, "soundcloud.legacy.users.tracks", "me/tracks", "users/{id}/tracks", Track::from
);
reading!(
    /// `GET /me/followings/tracks`: the tracks of the people one follows
    TracksOfFollowings -> Vec<Track>,
    "soundcloud.legacy.users.tracks_of_followings", "me/followings/tracks",
    |list: &Element| Ok(list.children().iter().map(Track::from).collect())
);

setting!(
    /// `PUT /me/followings/{id}`
    Follow(user: UserId), "soundcloud.legacy.users.follow", PUT, "me/followings/{id}"
);
setting!(
    /// `DELETE /me/followings/{id}`
    Unfollow(user: UserId), "soundcloud.legacy.users.unfollow", DELETE, "me/followings/{id}"
);
setting!(
    /// `PUT /me/favorites/{track_id}`
    AddFavorite(track: TrackId), "soundcloud.legacy.users.add_favorite", PUT, "me/favorites/{track_id}"
);
setting!(
    /// `DELETE /me/favorites/{track_id}`
    RemoveFavorite(track: TrackId),
    "soundcloud.legacy.users.remove_favorite", DELETE, "me/favorites/{track_id}"
);
