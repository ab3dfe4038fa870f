//! The old API: XML, HTTP Basic, numbers instead of URNs. It was replaced from 2014 on; archives, mirrors and the
//! sandbox still speak it.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use segno_soundcloud::Sharing;
//! use segno_soundcloud::legacy::{Client, permissions, tracks, users};
//! use segno_soundcloud::tracks::Asset;
//!
//! let client = Client::new("http://127.0.0.1:8404/", "joey", "hairspray")?;
//! let harbour = tracks::Upload::new("Harbour", Asset::file("harbour.aif").await?).sharing(Sharing::Private);
//! let harbour = client.send(&harbour).await?.id;
//!
//! // Only the people whom I follow may see and hear it.
//! let contacts = client.send(&users::Contacts::mine()).await?;
//! client.send(&permissions::Put::new(harbour, contacts.iter().filter_map(|contact| contact.id))).await?;
//! # Ok(())
//! # }
//! ```
//!
//! * Public tracks, people and comments need no password: [`Client::anonymous`].
//! * A password goes to other machines over https only, unless [`ClientBuilder::allow_plain_http`] says otherwise. The old
//!   hosts spoke nothing but http.
//! * The old sandbox took passwords. The live host wanted OAuth 1.0a, which this crate does not speak for SoundCloud.
//! * Answers are asked for as XML. Their `type` attributes are not relied on, names are read with dashes and with
//!   underscores, document types are refused.
//! * [`Contacts`](users::Contacts) are the [`Followings`](users::Followings) and [`Fans`](users::Fans) the
//!   [`Followers`](users::Followers) by older names.
//! * Not here: playlists, groups, secret tokens, and reading whom a track is shared with. No document tells what they
//!   looked like. An endpoint of one's own reads them with [`Element::parse`].

mod client;
pub mod comments;
pub mod permissions;
pub mod tracks;
pub mod users;
pub(crate) mod xml;

pub use client::{Client, ClientBuilder};
pub use xml::{Element, XmlError};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }
    };
}

id!(
    /// The number of a track.
    TrackId
);
id!(
    /// The number of a person.
    UserId
);
id!(
    /// The number of a comment.
    CommentId
);

/// Whose things: one's own, or somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// One's own, below `/me`.
    Mine,
    /// Somebody's, below `/users/{id}`.
    Of(UserId),
}

/// The media type that is asked for.
const XML: &str = "application/xml";

/// The last segment of an address as a number.
fn number_at_end(address: &str) -> Option<u64> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next()?.parse().ok()
}

/// An endpoint of the old API that reads: a path below a person or a thing, and what the answer is.
macro_rules! reading {
    (
        $(#[$doc:meta])*
        $name:ident $( ( $($arg:ident : $type:ty),* ) )? -> $output:ty,
        $endpoint:literal, $path:literal, $read:expr $(,)?
    ) => {
        $crate::simple::simple!(
            $(#[$doc])*
            $name $( ( $($arg : $type),* ) )? -> $output, $endpoint, GET, Safe, $path,
            |response: &segno_core::Response<segno_core::Bytes>| $read(&$crate::legacy::xml::document(response)?),
            accept $crate::legacy::XML
        );
    };
}
use reading;

/// A list below a person: `/users/{id}/…` and its twin `/me/…`.
macro_rules! of_person {
    (
        $(#[$doc:meta])*
        $name:ident -> $item:ty, $endpoint:literal, $mine:literal, $of:literal $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[must_use = "an endpoint does nothing until it is sent"]
        pub struct $name(
            /// Whose.
            pub $crate::legacy::Whose,
        );

        impl $name {
            /// One's own.
            pub fn mine() -> Self {
                Self($crate::legacy::Whose::Mine)
            }

            /// Somebody's.
            pub fn of(user: impl Into<$crate::legacy::UserId>) -> Self {
                Self($crate::legacy::Whose::Of(user.into()))
            }
        }

        impl segno_core::Endpoint for $name {
            type Output = Vec<$item>;
            type ApiError = $crate::ApiError;
            const NAME: &'static str = $endpoint;
            const METHOD: segno_core::Method = segno_core::Method::GET;
            const REPLAY: segno_core::Replay = segno_core::Replay::Safe;

            fn write(&self, request: &mut segno_core::RequestWriter) -> Result<(), segno_core::BuildError> {
                request.accept($crate::legacy::XML);
                match &self.0 {
                    $crate::legacy::Whose::Mine => request.path($mine, &[]),
                    $crate::legacy::Whose::Of(user) => request.path($of, &[user]),
                }
            }

            fn read(
                response: segno_core::Response<segno_core::Bytes>,
            ) -> Result<Self::Output, segno_core::DecodeError> {
                $crate::legacy::xml::items(&$crate::legacy::xml::document(&response)?)
            }
        }
    };
}
use of_person;

/// An endpoint of the old API that sets something: the response is empty, a status, or the thing that was set.
macro_rules! setting {
    (
        $(#[$doc:meta])*
        $name:ident ( $($arg:ident : $type:ty),* ), $endpoint:literal, $method:ident, $path:literal, $thing:literal $(,)?
    ) => {
        $crate::simple::simple!(
            $(#[$doc])*
            $name ( $($arg : $type),* ) -> (), $endpoint, $method, Idempotent, $path,
            |response: &segno_core::Response<segno_core::Bytes>| $crate::legacy::xml::done(response, $thing),
            accept $crate::legacy::XML
        );
    };
}
use setting;
