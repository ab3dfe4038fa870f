//! The user who is logged in.

use segno_core::lenient::PassedOver;
use segno_core::{Timestamp, endpoint};
use serde::{Deserialize, Deserializer};

use crate::ApiError;
use crate::ids::UserUrn;
use crate::list::list;
use crate::read::{Model, OtherMembers, identify, list_if_any, object, timestamp};
use crate::tracks::Track;
use crate::users::Subscription;

/// The user's own account: what others see of it, and more.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "the account", remote = "Self")]
#[non_exhaustive]
pub struct Me {
    /// The URN, `soundcloud:users:N`.
    pub urn: Option<UserUrn>,
    /// The number in the URN, which is all that older responses have.
    pub id: Option<u64>,
    /// `user`.
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
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
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
    /// Always 0.
    pub comments_count: Option<u64>,
    /// How many tracks and playlists the user likes.
    pub likes_count: Option<u64>,
    /// The language of the site, such as `en`.
    pub locale: Option<String>,
    /// Whether the user is online.
    pub online: Option<bool>,
    /// Whether the e-mail address is confirmed; uploads are refused until it is.
    pub primary_email_confirmed: Option<bool>,
    /// How many private playlists the user has.
    pub private_playlists_count: Option<u64>,
    /// How many private tracks the user has.
    pub private_tracks_count: Option<u64>,
    /// How much audio can be uploaded.
    pub quota: Option<Quota>,
    /// Seconds of audio that can still be uploaded; absent if there is no limit.
    pub upload_seconds_left: Option<u64>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl<'de> Deserialize<'de> for Me {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut me = Self::deserialize(deserializer)?;
        identify(&mut me.urn, &mut me.id, me.uri.as_deref(), UserUrn::new, UserUrn::number);
        Ok(me)
    }
}

impl Model for Me {
    const EXPECTED: &'static str = "the account";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }

    fn number(&self) -> Option<u64> {
        self.urn.map(UserUrn::number)
    }
}

impl Me {
    /// Seconds of audio that can still be uploaded; `None` if there is no limit or the service does not tell.
    #[must_use]
    pub fn upload_seconds_left(&self) -> Option<u64> {
        let quota = self.quota.as_ref();
        if quota.and_then(|quota| quota.unlimited_upload_quota) == Some(true) {
            return None;
        }
        quota.and_then(|quota| quota.upload_seconds_left).or(self.upload_seconds_left)
    }
}

/// How much audio can be uploaded, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "an upload quota")]
#[non_exhaustive]
pub struct Quota {
    /// Whether there is no limit.
    pub unlimited_upload_quota: Option<bool>,
    /// Seconds of audio that were uploaded.
    pub upload_seconds_used: Option<u64>,
    /// Seconds of audio that can still be uploaded; absent if there is no limit.
    pub upload_seconds_left: Option<u64>,
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

endpoint! {
    /// `GET /me`: the account of the user who is logged in.
    pub struct Get {}
    name: "soundcloud.me.get",
    method: GET,
    path: "me",
    replay: Safe,
    response: Me,
    error: ApiError,
    read: object,
}

list! {
    /// `GET /me/recently-played/tracks`: at most 25, the latest first, comes whole
    pub struct RecentlyPlayed {}
    name: "soundcloud.me.recently_played",
    method: GET, path: "me/recently-played/tracks", replay: Safe,
    query: [access], access: ALL, paged_by: Nothing,
    response: Listing<Track>,
}
