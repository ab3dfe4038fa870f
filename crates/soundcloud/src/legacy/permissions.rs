//! Who may hear a private track.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use segno_soundcloud::legacy::{Client, TrackId, UserId, permissions};
//!
//! let client = Client::new("http://127.0.0.1:8404/", "joey", "hairspray")?;
//! let track = TrackId::new(1056);
//! let mut listeners = client.send(&permissions::Get::new(track)).await?;
//! listeners.push(UserId::new(5512));
//! client.send(&permissions::Set::new(track, listeners)).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::{Bytes, DecodeError, Response, endpoint};

use super::xml::{document, done};
use super::{TrackId, UserId, accept_xml, write_xml};
use crate::ApiError;

endpoint! {
    /// `GET /tracks/{id}/permissions`: the users who may see and hear a private track.
    pub struct Get { path track: TrackId }
    name: "soundcloud.legacy.permissions.get",
    method: GET,
    path: "tracks/{id}/permissions",
    replay: Safe,
    write: accept_xml,
    response: Vec<UserId>,
    error: ApiError,
    read: users,
}

fn users(response: &Response<Bytes>) -> Result<Vec<UserId>, DecodeError> {
    let permissions = document(response)?;
    if permissions.name() != "permissions" {
        return Err(DecodeError::Other(format!("expected <permissions>, found <{}>", permissions.name())));
    }
    let entries = permissions.children().iter().filter(|child| child.name() == "user-id");
    entries
        .map(|entry| {
            let number = entry.text().and_then(|text| text.parse().ok());
            number.map(UserId::new).ok_or_else(|| DecodeError::Other("user-id: expected a number".into()))
        })
        .collect()
}

endpoint! {
    /// `PUT /tracks/{id}/permissions`: the users given, and no others, may see and hear the private track.
    pub struct Set { path track: TrackId, field users: Vec<UserId> }
    name: "soundcloud.legacy.permissions.set",
    method: PUT,
    path: "tracks/{id}/permissions",
    replay: Idempotent,
    write: |set, request| {
        let entries: String = set.users.iter().map(|user| format!("<user-id>{user}</user-id>")).collect();
        let document = if entries.is_empty() {
            "<permissions/>".to_owned()
        } else {
            format!("<permissions>{entries}</permissions>")
        };
        write_xml(request, document);
        Ok(())
    },
    response: (),
    error: ApiError,
    read: |response| done(response, "permissions"),
}
