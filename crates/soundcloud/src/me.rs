//! The user who is logged in.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, me};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let me = client.send(&me::Get::new()).await?;
//! println!("{:?} may upload {:?} s more", me.username, me.upload_seconds_left());
//! # Ok(())
//! # }
//! ```

use std::mem;
use std::ops::Deref;

use segno_core::decode::from_value;
use segno_core::endpoint;
use segno_core::lenient::PassedOver;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::Value;

use crate::ApiError;
use crate::list::list;
use crate::read::{Model, OtherMembers, object};
use crate::tracks::Track;
use crate::users::User;

/// The user's own account: the [`User`] that others see, whose members it has, and more.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "the account", remote = "Self")]
#[non_exhaustive]
pub struct Me {
    /// What others see of it.
    #[serde(skip)]
    pub user: User,
    /// The number of comments that the user wrote; the service always says 0.
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
    /// What could not be read, by its path.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: OtherMembers,
}

impl Deref for Me {
    type Target = User;

    fn deref(&self) -> &User {
        &self.user
    }
}

impl<'de> Deserialize<'de> for Me {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut me = Self::deserialize(deserializer)?;
        // What the account alone has was read; the rest is the user's.
        me.user = from_value(&Value::Object((*me.other).clone()), None).map_err(D::Error::custom)?;
        me.other = mem::take(&mut me.user.other);
        me.passed_over.take("", mem::take(&mut me.user.passed_over));
        Ok(me)
    }
}

impl Model for Me {
    const EXPECTED: &'static str = "the account";

    fn other(&mut self) -> &mut OtherMembers {
        &mut self.other
    }

    fn number(&self) -> Option<u64> {
        self.user.number()
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

#[cfg(test)]
mod tests {
    use segno_core::decode::from_json;

    use super::*;

    #[test]
    fn an_account_is_a_user_and_more_and_each_odd_member_costs_itself_alone() {
        let body =
            br#"{"id": "7", "username": 1999, "city": ["x"], "online": "1", "quota": 5, "surprise": null}"#;
        let me: Me = from_json(body).unwrap();
        assert_eq!((me.number(), me.username.as_deref(), me.online), (Some(7), Some("1999"), Some(true)));
        assert_eq!((&me.city, &me.quota), (&None, &None));
        assert_eq!(me.passed_over.paths().collect::<Vec<_>>(), ["quota", "city"]);
        assert_eq!(me.other.keys().collect::<Vec<_>>(), ["surprise"]);
        assert!(from_json::<Me>(b"[7]").is_err());
    }
}
