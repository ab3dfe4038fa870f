//! People in the old API.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};

use super::tracks::Track;
use super::xml::{Leaves, Thing, document, done, items, one};
use super::{TrackId, UserId, Whose, XML, of_person, reading, setting};
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

impl Thing for User {
    const NAME: &'static str = "user";
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
        items(&document(&response)?)
    }
}

/// `PUT /me` with an XML body: changes what is given about oneself; an empty text takes away what was there
#[derive(Clone, Debug, Default)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Change {
    leaves: Leaves,
}

macro_rules! fields {
    ($( $(#[$doc:meta])* $name:ident = $element:literal ),* $(,)?) => {
        $( $(#[$doc])*
        pub fn $name(mut self, words: &str) -> Self {
            self.leaves.set($element, words);
            self
        } )*
    };
}

impl Change {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fields! {
        /// The name that is shown.
        username = "username",
        /// First and last name.
        full_name = "full-name",
        /// What one says about oneself.
        description = "description",
        /// The town.
        city = "city",
        /// The country.
        country = "country",
        /// The name on Discogs.
        discogs_name = "discogs-name",
        /// The name on Myspace.
        myspace_name = "myspace-name",
        /// One's own site.
        website = "website",
        /// What its link says.
        website_title = "website-title",
    }
}

impl Endpoint for Change {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.legacy.users.change";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        self.leaves.not_blank("username")?;
        request.path("me", &[])?;
        request.accept(XML);
        request.content_type(XML);
        request.body(self.leaves.document("user")?);
        Ok(())
    }

    // Whether the response carries the user is not documented.
    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        done(&response, "user")
    }
}

/// One thing in a list below a person; 404 if it is not in there.
macro_rules! in_list {
    ($(#[$doc:meta])* $name:ident($arg:ident : $type:ty) -> $output:ty, $endpoint:literal, $mine:literal, $of:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[must_use = "an endpoint does nothing until it is sent"]
        pub struct $name {
            whose: Whose,
            $arg: $type,
        }

        impl $name {
            /// In one's own list.
            pub fn mine($arg: impl Into<$type>) -> Self {
                Self { whose: Whose::Mine, $arg: $arg.into() }
            }

            /// In somebody's list.
            pub fn of(user: impl Into<UserId>, $arg: impl Into<$type>) -> Self {
                Self { whose: Whose::Of(user.into()), $arg: $arg.into() }
            }
        }

        impl Endpoint for $name {
            type Output = $output;
            type ApiError = ApiError;
            const NAME: &'static str = $endpoint;
            const METHOD: Method = Method::GET;
            const REPLAY: Replay = Replay::Safe;

            fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
                request.accept(XML);
                match &self.whose {
                    Whose::Mine => request.path($mine, &[&self.$arg]),
                    Whose::Of(user) => request.path($of, &[user, &self.$arg]),
                }
            }

            fn read(response: Response<Bytes>) -> Result<$output, DecodeError> {
                one(&document(&response)?)
            }
        }
    };
}

in_list!(
    /// `GET /me/followings/{id}`, `GET /users/{id}/followings/{id}`: the person who is followed; 404 if nobody is
    Following(user: UserId) -> User,
    "soundcloud.legacy.users.following", "me/followings/{id}", "users/{id}/followings/{id}"
);
in_list!(
    /// `GET /me/favorites/{track_id}`, `GET /users/{id}/favorites/{track_id}`: the track that is liked; 404 if it is not
    Favorite(track: TrackId) -> Track,
    "soundcloud.legacy.users.favorite", "me/favorites/{track_id}", "users/{id}/favorites/{track_id}"
);

of_person!(
    /// `GET /me/contacts`, `GET /users/{id}/contacts`: the people one follows, by their older name
    Contacts -> User,
    "soundcloud.legacy.users.contacts", "me/contacts", "users/{id}/contacts"
);
of_person!(
    /// `GET /me/fans`, `GET /users/{id}/fans`: the people who follow one, by their older name
    Fans -> User, "soundcloud.legacy.users.fans", "me/fans", "users/{id}/fans"
);
of_person!(
    /// `GET /me/followings`, `GET /users/{id}/followings`
    Followings -> User,
    "soundcloud.legacy.users.followings", "me/followings", "users/{id}/followings"
);
of_person!(
    /// `GET /me/followers`, `GET /users/{id}/followers`
    Followers -> User,
    "soundcloud.legacy.users.followers", "me/followers", "users/{id}/followers"
);
of_person!(
    /// `GET /me/favorites`, `GET /users/{id}/favorites`
    Favorites -> Track,
    "soundcloud.legacy.users.favorites", "me/favorites", "users/{id}/favorites"
);
of_person!(
    /// `GET /me/tracks`, `GET /users/{id}/tracks`
    Tracks -> Track, "soundcloud.legacy.users.tracks", "me/tracks", "users/{id}/tracks"
);
reading!(
    /// `GET /me/followings/tracks`: the tracks of the people one follows
    TracksOfFollowings -> Vec<Track>,
    "soundcloud.legacy.users.tracks_of_followings", "me/followings/tracks",
    items
);

setting!(
    /// `PUT /me/followings/{id}`
    Follow(user: UserId), "soundcloud.legacy.users.follow", PUT, "me/followings/{id}", "user"
);
setting!(
    /// `DELETE /me/followings/{id}`
    Unfollow(user: UserId), "soundcloud.legacy.users.unfollow", DELETE, "me/followings/{id}", "user"
);
setting!(
    /// `PUT /me/favorites/{track_id}`
    AddFavorite(track: TrackId),
    "soundcloud.legacy.users.add_favorite", PUT, "me/favorites/{track_id}", "track"
);
setting!(
    /// `DELETE /me/favorites/{track_id}`
    RemoveFavorite(track: TrackId),
    "soundcloud.legacy.users.remove_favorite", DELETE, "me/favorites/{track_id}", "track"
);
