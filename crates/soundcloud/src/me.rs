//! The person who is logged in.

use segno_core::Timestamp;

use crate::ids::UserUrn;
use crate::list::{Paging, list};
use crate::read::{Model, model, named, object};
use crate::simple::simple;
use crate::tracks::Track;
use crate::users::Subscription;

model!(
    /// One's own account: what others see of it and more.
    Me {
        /// The name, `soundcloud:users:N`.
        urn: UserUrn,
        /// The number alone.
        id: u64,
        /// `user`.
        kind: String,
        /// The picture.
        avatar_url: String,
        /// The town; may be empty.
        city: String,
        /// The country.
        country: String,
        /// What the person says.
        description: String,
        /// The name on Discogs.
        discogs_name: String,
        /// The first name.
        first_name: String,
        /// The last name.
        last_name: String,
        /// Both names.
        full_name: String,
        /// How many follow this person.
        followers_count: u64,
        /// How many this person follows; the service allows 2,000.
        followings_count: u64,
        /// When the account was made.
        created_at: Timestamp,
        /// When it was last changed.
        last_modified: Timestamp,
        /// The last part of the address on the site.
        permalink: String,
        /// The address on the site.
        permalink_url: String,
        /// The plan, such as `Free`.
        plan: String,
        /// How many public playlists there are.
        playlist_count: u64,
        /// How many tracks this person likes in public.
        public_favorites_count: u64,
        /// How many reposts there are.
        reposts_count: u64,
        /// How many public tracks there are.
        track_count: u64,
        /// The address on the API.
        uri: String,
        /// The name that is shown.
        username: String,
        /// The person's own site.
        website: String,
        /// What its link says.
        website_title: String,
        /// What the person has subscribed to.
        subscriptions: Vec<Subscription>,
        /// Always 0.
        comments_count: u64,
        /// How many things this person likes.
        likes_count: u64,
        /// The language.
        locale: String,
        /// Whether the person is online.
        online: bool,
        /// Whether the e-mail address is confirmed; without that no upload is taken.
        primary_email_confirmed: bool,
        /// How many private playlists there are.
        private_playlists_count: u64,
        /// How many private tracks there are.
        private_tracks_count: u64,
        /// How much can be uploaded.
        quota: Quota,
        /// Seconds of audio that can still be uploaded, once more; absent if there is no limit.
        upload_seconds_left: u64,
    }
);
named!(Me, UserUrn, "the own account");

impl Me {
    /// Seconds of audio that can still be uploaded; `None` if there is no limit or it is not told.
    #[must_use]
    pub fn upload_seconds_left(&self) -> Option<u64> {
        let quota = self.quota.as_ref();
        if quota.and_then(|quota| quota.unlimited_upload_quota) == Some(true) {
            return None;
        }
        quota.and_then(|quota| quota.upload_seconds_left).or(self.upload_seconds_left)
    }
}

model!(
    /// How much can be uploaded, in seconds of audio.
    Quota {
        /// Whether there is no limit.
        unlimited_upload_quota: bool,
        /// How much was uploaded.
        upload_seconds_used: u64,
        /// How much can still be; absent if there is no limit.
        upload_seconds_left: u64,
    }
);
impl Model for Quota {
    const WHAT: &'static str = "a quota";
}

simple!(
    /// `GET /me`
    Get -> Me, "soundcloud.me.get", GET, Safe, "me", object
);

list!(
    /// `GET /me/recently-played/tracks`: at most 25, the latest first, comes whole
    RecentlyPlayed -> Track,
    "soundcloud.me.recently_played", "me/recently-played/tracks",
    Paging::whole(&[("access", "playable,preview,blocked")]), access
);
