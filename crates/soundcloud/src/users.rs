//! Users: search, profiles, related artists, links on profiles.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, UserUrn, users};
//! # async fn example(client: Client, user: UserUrn) -> Result<(), Error> {
//! println!("{:?}", client.send(&users::Get::new(user)).await?.username);
//! for profile in client.send(&users::WebProfiles::new(user)).await?.items {
//!     println!("{:?} {:?}", profile.service, profile.title);
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::PassedOver;
use segno_core::{SecretUrl, Timestamp, endpoint};
use serde::{Deserialize, Deserializer};

use crate::ApiError;
use crate::ids::{UserUrn, joined};
use crate::list::list;
use crate::read::{Model, OtherMembers, identify, list_if_any, object, timestamp};

/// A user, perhaps an artist. In lists and inside of other objects often in short.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a user", remote = "Self")]
#[non_exhaustive]
pub struct User {
    /// The URN, `soundcloud:users:N`; made of `id` or `uri` where an older response has none.
    pub urn: Option<UserUrn>,
    /// The number in the URN, which is all that older responses have.
    pub id: Option<u64>,
    /// What the object is: `user`.
    pub kind: Option<String>,
    /// The URL of the profile picture, a JPEG.
    pub avatar_url: Option<String>,
    /// The town; may be empty.
    pub city: Option<String>,
    /// The country, as the user wrote it.
    pub country: Option<String>,
    /// The description; may be long.
    pub description: Option<String>,
    /// The user name on Discogs.
    pub discogs_name: Option<String>,
    /// The user name on Myspace, in older responses.
    pub myspace_name: Option<String>,
    /// The first name, if the user gave one.
    pub first_name: Option<String>,
    /// The last name, if the user gave one.
    pub last_name: Option<String>,
    /// First and last name.
    pub full_name: Option<String>,
    /// How many users follow this one.
    pub followers_count: Option<u64>,
    /// How many users this one follows; the service allows 2,000.
    pub followings_count: Option<u64>,
    /// When it was created.
    #[serde(deserialize_with = "timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(deserialize_with = "timestamp")]
    pub last_modified: Option<Timestamp>,
    /// The last part of the URL on the site.
    pub permalink: Option<String>,
    /// The URL on the site.
    pub permalink_url: Option<String>,
    /// The plan, such as `Free` or `Pro Unlimited`.
    pub plan: Option<String>,
    /// How many public playlists the user has.
    pub playlist_count: Option<u64>,
    /// How many tracks the user likes in public.
    pub public_favorites_count: Option<u64>,
    /// How many reposts there are.
    pub reposts_count: Option<u64>,
    /// How many public tracks there are.
    pub track_count: Option<u64>,
    /// The URL on the API.
    pub uri: Option<String>,
    /// The name that is shown.
    pub username: Option<String>,
    /// The URL of the user's own site.
    pub website: Option<String>,
    /// The text of the link to it.
    pub website_title: Option<String>,
    /// The plans that the user pays for.
    #[serde(deserialize_with = "list_if_any")]
    pub subscriptions: Option<Vec<Subscription>>,
    /// Seconds of audio that can still be uploaded, in older responses; absent if there is no limit.
    pub upload_seconds_left: Option<u64>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl<'de> Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut user = Self::deserialize(deserializer)?;
        identify(&mut user.urn, &mut user.id, user.uri.as_deref(), UserUrn::new, UserUrn::number);
        Ok(user)
    }
}

impl Model for User {
    const EXPECTED: &'static str = "a user";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }

    fn number(&self) -> Option<u64> {
        self.urn.map(UserUrn::number)
    }
}

/// A plan that a user pays for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a subscription")]
#[non_exhaustive]
pub struct Subscription {
    /// The plan that is paid for.
    pub product: Option<Product>,
    /// Whether it renews itself.
    pub recurring: Option<bool>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

/// A plan that can be paid for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a product")]
#[non_exhaustive]
pub struct Product {
    /// The number in the URN, which is all that older responses have.
    pub id: Option<String>,
    /// The name of the plan.
    pub name: Option<String>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

/// A link on a profile.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "a web profile")]
#[non_exhaustive]
pub struct WebProfile {
    /// The URN, `soundcloud:users:N`.
    pub urn: Option<String>,
    /// The number in the URN, which is all that older responses have.
    pub id: Option<u64>,
    /// What the object is: `user`.
    pub kind: Option<String>,
    /// When it was created.
    #[serde(deserialize_with = "timestamp")]
    pub created_at: Option<Timestamp>,
    /// Which service it is, such as `instagram`; an open set.
    pub service: Option<String>,
    /// What the page shows for the link, such as `My blog`.
    pub title: Option<String>,
    /// Where it leads. It may lead anywhere.
    pub url: Option<SecretUrl>,
    /// The name that is shown.
    pub username: Option<String>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl Model for WebProfile {
    const EXPECTED: &'static str = "a web profile";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }
}

endpoint! {
    /// `GET /users/{user_urn}`: one user.
    pub struct Get { path user: UserUrn }
    name: "soundcloud.users.get",
    method: GET,
    path: "users/{user_urn}",
    replay: Safe,
    response: User,
    error: ApiError,
    read: object,
}

list! {
    /// `GET /users`: searches users.
    pub struct Search {}
    name: "soundcloud.users.search",
    method: GET, path: "users", replay: Safe,
    query: [q, limit, offset], paged_by: Offset,
    response: Listing<User>,
}

impl Search {
    /// Only users with one of these URNs.
    pub fn urns(mut self, urns: &[UserUrn]) -> Self {
        self.paging.set("urns", joined(urns));
        self
    }
}

list! {
    /// `GET /users/{user_urn}/related`: artists like this one.
    pub struct Related { path user: UserUrn }
    name: "soundcloud.users.related",
    method: GET, path: "users/{user_urn}/related", replay: Safe,
    query: [limit, offset], paged_by: Offset,
    response: Listing<User>,
}

list! {
    /// `GET /users/{user_urn}/web-profiles`: comes whole
    pub struct WebProfiles { path user: UserUrn }
    name: "soundcloud.users.web_profiles",
    method: GET, path: "users/{user_urn}/web-profiles", replay: Safe,
    query: [limit], paged_by: Nothing,
    response: Listing<WebProfile>,
}
