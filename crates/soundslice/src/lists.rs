//! Lists of slices: from the official Python package, release 1.2, not from the API page. A slice may be in several.
//!
//! The API can neither list the lists, nor their contents, nor delete a list.
//!
//! ```
//! # use segno_soundslice::{Client, Error, Scorehash, lists};
//! # async fn example(client: Client, scorehash: Scorehash) -> Result<(), Error> {
//! let list = client.send(&lists::Create::new("Week 1")).await?;
//! client.send(&lists::AddSlices::new(list, vec![scorehash])).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::decode::from_json;
use segno_core::{BuildError, Bytes, DecodeError, Response, endpoint};
use serde_json::Value;

use crate::error::ApiError;
use crate::folders::is_named;
use crate::ids::{ListId, Scorehash, read_id};

endpoint! {
    /// `POST /lists/`: makes a list. Not repeated when the response is lost: it would make another.
    #[derive(PartialEq)]
    pub struct Create { form name: String }
    optional {
        /// The list inside which it is made; by default it is at the top. Its name on the wire differs from the folders'.
        form parent: ListId,
    }
    name: "soundslice.lists.create",
    method: POST,
    path: "lists/",
    replay: Unsafe,
    write: |this, _| is_named(&this.name),
    response: ListId,
    error: ApiError,
    read: read_id,
}

endpoint! {
    /// `POST /lists/{list}/`: renames a list.
    #[derive(PartialEq)]
    pub struct Rename { path list: ListId, form name: String }
    name: "soundslice.lists.rename",
    method: POST,
    path: "lists/{list}/",
    replay: Idempotent,
    write: |this, _| is_named(&this.name),
    response: ListId,
    error: ApiError,
    read: read_id,
}

endpoint! {
    /// `POST /lists/{list}/slices/`: puts slices, at least one, into a list.
    ///
    /// The response is documented nowhere, so it is given as it is; `null` if it is empty.
    pub struct AddSlices { path list: ListId, form slices: Vec<Scorehash> = "slicehashes" via joined }
    name: "soundslice.lists.add_slices",
    method: POST,
    path: "lists/{list}/slices/",
    replay: Idempotent,
    write: |this, _| {
        if this.slices.is_empty() { Err(BuildError::value("slicehashes", "must not be empty")) } else { Ok(()) }
    },
    response: Value,
    error: ApiError,
    read: read_undocumented,
}

endpoint! {
    /// `DELETE /lists/{list}/slices/{scorehash}/`: takes a slice out of a list; the slice stays.
    ///
    /// The response is documented nowhere, so it is given as it is; `null` if it is empty.
    pub struct RemoveSlice { path list: ListId, path scorehash: Scorehash }
    name: "soundslice.lists.remove_slice",
    method: DELETE,
    path: "lists/{list}/slices/{scorehash}/",
    replay: Idempotent,
    response: Value,
    error: ApiError,
    read: read_undocumented,
}

/// Identifiers in one parameter, separated by commas.
pub(crate) fn joined<T: ToString>(ids: &[T]) -> String {
    ids.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

/// Reads an object of which no member is documented, or nothing. One with errors in it is a failure.
fn read_undocumented(response: &Response<Bytes>) -> Result<Value, DecodeError> {
    let body = response.body();
    match from_json(body) {
        Err(DecodeError::Empty) => Ok(Value::Null),
        Ok(Value::Object(object)) if object.contains_key("error") || object.contains_key("errors") => {
            Err(DecodeError::unexpected("no error", body))
        }
        Ok(object @ (Value::Object(_) | Value::Null)) => Ok(object),
        Ok(_) => Err(DecodeError::unexpected("an object", body)),
        Err(error) => Err(error),
    }
}
