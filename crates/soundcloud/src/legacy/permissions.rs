//! Who may hear a private track.

use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};

use super::{TrackId, UserId, XML, reading};
use crate::ApiError;
use crate::legacy::Element;
use crate::legacy::xml::done;

reading!(
    /// `GET /tracks/{id}/permissions`
    Get(track: TrackId) -> Vec<UserId>,
    "soundcloud.legacy.permissions.get", "tracks/{id}/permissions", users
);

fn users(permissions: &Element) -> Result<Vec<UserId>, DecodeError> {
    if permissions.name() != "permissions" {
        return Err(DecodeError::Other(format!("expected <permissions>, found <{}>", permissions.name())));
    }
    let entries = permissions.children().iter().filter(|child| child.name() == "user-id");
    entries
        .map(|entry| {
            let number = entry.text().and_then(|text| text.parse().ok());
            number.map(UserId).ok_or_else(|| DecodeError::Other("user-id: it is no number".into()))
        })
        .collect()
}

/// `PUT /tracks/{id}/permissions`: these people and no others may see and hear the private track
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Put {
    track: TrackId,
    users: Vec<UserId>,
}

impl Put {
    /// The whole list; an empty one takes the permission from everybody.
    pub fn new(track: impl Into<TrackId>, users: impl IntoIterator<Item = UserId>) -> Self {
        Self { track: track.into(), users: users.into_iter().collect() }
    }
}

impl Endpoint for Put {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.legacy.permissions.put";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("tracks/{id}/permissions", &[&self.track])?;
        request.accept(XML);
        request.content_type(XML);
        let entries: String = self.users.iter().map(|user| format!("<user-id>{user}</user-id>")).collect();
        request.body(if entries.is_empty() {
            "<permissions/>".to_owned()
        } else {
            format!("<permissions>{entries}</permissions>")
        });
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        done(&response, "permissions")
    }
}
