//! Lists of slices: from the official Python package, release 1.2, not from the API page. A slice may be in several.
//!
//! Neither a list of the lists nor their contents can be asked for, nor can a list be deleted.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, FormPairs, Method, Replay, RequestWriter, Response, from_json,
};
use serde_json::Value;

use crate::error::ApiError;
use crate::folders::named;
use crate::ids::{ListId, Scorehash, read_id};

/// `POST /lists/`: makes a list. Not repeated when the answer is lost, for it would make another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Create {
    name: String,
    parent: Option<ListId>,
}

impl Create {
    /// A list at the top.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), parent: None }
    }

    /// Inside another list.
    pub fn inside(mut self, parent: ListId) -> Self {
        self.parent = Some(parent);
        self
    }
}

impl Endpoint for Create {
    type Output = ListId;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.lists.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("lists/", &[])?;
        let mut form = FormPairs::new();
        form.push("name", named(&self.name)?);
        // Not `parent_id`, which is the folders' name for it.
        form.push_some("parent", self.parent.as_ref());
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<ListId, DecodeError> {
        read_id(&response)
    }
}

/// An object of which no member is documented, or nothing. One that tells of errors is none.
fn undocumented(body: &[u8]) -> Result<Value, DecodeError> {
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

/// `POST /lists/LIST_ID/`: renames a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Rename {
    list: ListId,
    name: String,
}

impl Rename {
    /// To a name that is not empty.
    pub fn new(list: ListId, name: impl Into<String>) -> Self {
        Self { list, name: name.into() }
    }
}

impl Endpoint for Rename {
    type Output = ListId;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.lists.rename";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("lists/{list}/", &[&self.list])?;
        let mut form = FormPairs::new();
        form.push("name", named(&self.name)?);
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<ListId, DecodeError> {
        read_id(&response)
    }
}

/// `POST /lists/LIST_ID/slices/`: puts slices into a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct AddSlices {
    list: ListId,
    slices: Vec<Scorehash>,
}

impl AddSlices {
    /// At least one slice.
    pub fn new(list: ListId, slices: impl IntoIterator<Item = Scorehash>) -> Self {
        Self { list, slices: slices.into_iter().collect() }
    }
}

impl Endpoint for AddSlices {
    /// What the service answers is documented nowhere, so it is given as it is; `null` if it is empty.
    type Output = Value;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.lists.add_slices";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("lists/{list}/slices/", &[&self.list])?;
        if self.slices.is_empty() {
            return Err(BuildError::value("slicehashes", "it is empty; name at least one slice"));
        }
        let mut form = FormPairs::new();
        form.push("slicehashes", self.slices.iter().map(Scorehash::as_str).collect::<Vec<_>>().join(","));
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Value, DecodeError> {
        undocumented(response.body())
    }
}

/// `DELETE /lists/LIST_ID/slices/SCOREHASH/`: takes a slice out of a list; the slice stays.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct RemoveSlice {
    list: ListId,
    slice: Scorehash,
}

impl RemoveSlice {
    /// This slice out of this list.
    pub fn new(list: ListId, slice: Scorehash) -> Self {
        Self { list, slice }
    }
}

impl Endpoint for RemoveSlice {
    /// What the service answers is documented nowhere, so it is given as it is; `null` if it is empty.
    type Output = Value;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.lists.remove_slice";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("lists/{list}/slices/{scorehash}/", &[&self.list, &self.slice])
    }

    fn read(response: Response<Bytes>) -> Result<Value, DecodeError> {
        undocumented(response.body())
    }
}
