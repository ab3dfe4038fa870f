//! The old API: XML, HTTP Basic or OAuth 1.0a, numbers instead of URNs. It was replaced from 2014 on; archives, mirrors and the
//! sandbox still speak it.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use segno_soundcloud::Sharing;
//! use segno_soundcloud::legacy::{Client, Owner, permissions, tracks, users};
//! use segno_soundcloud::tracks::Asset;
//!
//! let client = Client::new("http://127.0.0.1:8404/", "joey", "hairspray")?;
//! let harbour = tracks::Upload::new("Harbour", Asset::file("harbour.aif").await?).sharing(Sharing::Private);
//! let harbour = client.send(&harbour).await?.id;
//!
//! // Only the users whom I follow may see and hear it.
//! let contacts = client.send(&users::Contacts::new(Owner::Me)).await?;
//! let contacts: Vec<_> = contacts.iter().filter_map(|contact| contact.id).collect();
//! client.send(&permissions::Set::new(harbour, contacts)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! On the live host, which takes no password, calls are signed: a user logs in once, by OAuth 1.0a.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use segno_soundcloud::core::auth::store::FileStore;
//! use segno_soundcloud::legacy::{Client, Consumer, Credentials, users};
//!
//! let consumer = Consumer::new("key", "secret");
//! let credentials = Credentials::stored(consumer, FileStore::open("soundcloud.json")?);
//! let client = Client::builder("https://api.soundcloud.com/").credentials(credentials).build()?;
//! client.login_in_browser(0, Duration::from_secs(300), |page| println!("open {page}")).await?;
//! println!("{}", client.send(&users::Me::new()).await?.username);
//! # Ok(())
//! # }
//! ```
//!
//! * Public tracks, users and comments need no password: [`Client::anonymous`].
//! * A password goes to other machines over https only, unless [`ClientBuilder::allow_plain_http`] says otherwise. The old
//!   hosts spoke nothing but http.
//! * Signatures show no secret, so they may go over plain http; the token that a login brings can be read there. Of an upload the
//!   multipart body is not signed (RFC 5849, section 3.4.1.3.1).
//! * XML is asked for. Its `type` attributes are not relied on, names are read with dashes and with
//!   underscores, document types are refused.
//! * [`Contacts`](users::Contacts) are the [`Followings`](users::Followings) and [`Fans`](users::Fans) the
//!   [`Followers`](users::Followers) by older names.
//! * Not here: playlists, groups, secret tokens, and the e-mail addresses that a track is shared with. No document tells what they
//!   looked like. An endpoint of one's own reads them with [`Element::parse`].

use std::fmt::Display;

use segno_core::vocabulary::IntoParameter;
use segno_core::{BuildError, RequestWriter, id};

mod client;
pub mod comments;
mod credentials;
mod login;
pub mod oauth;
pub mod permissions;
pub mod tracks;
pub mod users;
pub(crate) mod xml;

pub use client::{Client, ClientBuilder};
pub use credentials::Credentials;
pub use login::LoginError;
pub use segno_core::auth::oauth1::{AccessToken, Callback, Consumer, Pending, Verified};
pub use xml::{Element, XmlError};

id! {
    /// The number of a track in paths and as `id`.
    pub struct TrackId(number);
    kind: "track ID",
}
id! {
    /// The number of a user in paths and as `user-id`.
    pub struct UserId(number);
    kind: "user ID",
}
id! {
    /// The number of a comment in paths and as `id`.
    pub struct CommentId(number);
    kind: "comment ID",
}

/// Whose resources: one's own, or those of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// One's own, below `/me`.
    Me,
    /// Those of a user, below `/users/{id}`.
    User(UserId),
}

impl From<UserId> for Owner {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl IntoParameter<Owner> for UserId {
    fn into_parameter(self) -> Owner {
        self.into()
    }
}

impl Owner {
    /// Writes the path below `/users/{id}`, if that is where it is. The twin below `/me` is written before.
    fn write_path(
        self,
        request: &mut RequestWriter,
        of_user: &'static str,
        further: &[&dyn Display],
    ) -> Result<(), BuildError> {
        match self {
            Self::Me => Ok(()),
            Self::User(user) => {
                let arguments: Vec<&dyn Display> =
                    [&user as &dyn Display].into_iter().chain(further.iter().copied()).collect();
                request.path(of_user, &arguments)
            }
        }
    }
}

/// The media type that is asked for.
const XML: &str = "application/xml";

/// Asks for XML, as every endpoint of the old API does.
fn accept_xml<E>(_: &E, request: &mut RequestWriter) -> Result<(), BuildError> {
    request.accept(XML);
    Ok(())
}

/// Writes a document as the body, and asks for XML.
fn write_xml(request: &mut RequestWriter, document: String) {
    request.accept(XML);
    request.content_type(XML);
    request.body(document);
}

/// The number by which a resource is called, and the one that its `<id>` states. A printed example has two, and the one in the
/// `<uri>` is that of the resource.
fn numbers(resource: &Element) -> (Option<u64>, Option<u64>) {
    let stated = resource.number("id");
    let called = resource.child("uri").and_then(Element::text).and_then(number_at_end);
    (called.or(stated), stated)
}

/// The last segment of a URL as a number.
fn number_at_end(url: &str) -> Option<u64> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next()?.parse().ok()
}
