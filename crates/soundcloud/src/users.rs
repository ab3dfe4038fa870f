//! People: search, profiles, related artists, their links.

use segno_core::{SecretUrl, Timestamp};

use crate::ids::{UserUrn, joined};
use crate::list::{Paging, list, plain};
use crate::read::{Model, model, named, object};
use crate::simple::simple;

model!(
    /// A person or an artist. In lists and inside other things often a short form of it.
    User {
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
        /// The name on Myspace, in older answers.
        myspace_name: String,
        /// The first name.
        first_name: String,
        /// The last name.
        last_name: String,
        /// Both names.
        full_name: String,
        /// How many follow this person.
        followers_count: u64,
        /// How many this person follows.
        followings_count: u64,
        /// When the account was made.
        created_at: Timestamp,
        /// When it was last changed.
        last_modified: Timestamp,
        /// The last part of the address on the site.
        permalink: String,
        /// The address on the site.
        permalink_url: String,
        /// The plan, such as `Free` or `Pro Unlimited`.
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
        /// Seconds of audio that can still be uploaded, in older answers.
        upload_seconds_left: u64,
    }
);
named!(User, UserUrn, "a user");

model!(
    /// A plan that a person pays for.
    Subscription {
        /// The plan.
        product: Product,
        /// Whether it renews itself.
        recurring: bool,
    }
);
impl Model for Subscription {
    const WHAT: &'static str = "a subscription";
}

model!(
    /// A plan.
    Product {
        /// Its identifier.
        id: String,
        /// Its name.
        name: String,
    }
);
impl Model for Product {
    const WHAT: &'static str = "a product";
}

model!(
    /// A link on a profile.
    WebProfile {
        /// The name, `soundcloud:web-profiles:N`.
        urn: String,
        /// The number alone.
        id: u64,
        /// `web-profile`.
        kind: String,
        /// When it was added.
        created_at: Timestamp,
        /// Which service it is, such as `instagram`; an open set.
        service: String,
        /// What the link says.
        title: String,
        /// Where it leads. It may lead anywhere.
        url: SecretUrl,
        /// The name there.
        username: String,
    }
);
impl Model for WebProfile {
    const WHAT: &'static str = "a web profile";
}

simple!(
    /// `GET /users/{user_urn}`
    Get(user: UserUrn) -> User,
    "soundcloud.users.get", GET, Safe, "users/{user_urn}", object
);

list!(
    /// `GET /users`: search
    Search -> User, "soundcloud.users.search", "users", plain().by_offset(), q, limit, offset
);

impl Search {
    /// Only these people.
    pub fn urns(mut self, urns: &[UserUrn]) -> Self {
        self.paging.set("urns", joined(urns));
        self
    }
}

list!(
    /// `GET /users/{user_urn}/related`
    Related(user: UserUrn) -> User,
    "soundcloud.users.related", "users/{user_urn}/related", plain().by_offset(), limit, offset
);

list!(
    /// `GET /users/{user_urn}/web-profiles`: comes whole
    WebProfiles(user: UserUrn) -> WebProfile,
    "soundcloud.users.web_profiles", "users/{user_urn}/web-profiles", Paging::whole(&[]), limit
);
