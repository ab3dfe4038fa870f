//! Folders of slices. The newest official client has lists in their place ([`lists`](crate::lists)); the API page still
//! documents folders.

use std::collections::BTreeMap;

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Pairs, Replay, RequestWriter, Response, read_json,
};
use serde::Deserialize;
use serde_json::Value;

use crate::error::ApiError;
use crate::ids::{FolderId, Scorehash};
use crate::lenient;
use crate::slices::Slice;

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Folder {
    /// Its identifier.
    pub id: FolderId,
    /// Its name.
    pub name: String,
    /// The folder that it lies in, where the service tells it; `None` also at the top.
    #[serde(default, deserialize_with = "lenient::folder")]
    pub parent_id: Option<FolderId>,
}

/// `POST /folders/`: makes a folder. Not repeated when the answer is lost, for it would make another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Create {
    name: String,
    parent: Option<FolderId>,
}

impl Create {
    /// A folder at the top.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), parent: None }
    }

    /// Inside another folder.
    pub fn inside(mut self, parent: FolderId) -> Self {
        self.parent = Some(parent);
        self
    }
}

impl Endpoint for Create {
    type Output = FolderId;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.folders.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("folders/", &[])?;
        let mut form = Pairs::new();
        form.push("name", named(&self.name)?);
        form.push_some("parent_id", self.parent.as_ref());
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<FolderId, DecodeError> {
        read_id(response.body())
    }
}

pub(crate) fn named(name: &str) -> Result<&str, BuildError> {
    if name.is_empty() {
        Err(BuildError::value("name", "it is empty; the service wants one"))
    } else {
        Ok(name)
    }
}

fn read_id(body: &[u8]) -> Result<FolderId, DecodeError> {
    #[derive(Deserialize)]
    struct Wire {
        id: FolderId,
    }

    Ok(lenient::object::<Wire>(body)?.id)
}

/// `GET /folders/`: the folders at the top, or directly inside another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct List {
    parent: Option<FolderId>,
}

impl List {
    /// The folders at the top.
    pub fn top() -> Self {
        Self::default()
    }

    /// The folders directly inside another.
    pub fn inside(parent: FolderId) -> Self {
        Self { parent: Some(parent) }
    }
}

impl Endpoint for List {
    type Output = Vec<Folder>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.folders.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("folders/", &[])?;
        request.query_some("parent_id", self.parent.as_ref());
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Vec<Folder>, DecodeError> {
        Ok(read_json::<Option<_>>(&response)?.unwrap_or_default())
    }
}

/// `GET /folders/FOLDER_ID/`: what lies in a folder, in no particular order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get(pub FolderId);

/// What lies in a folder. The keys of this answer are documented nowhere, so it is read with care: what is not
/// understood stays in `other`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Contents {
    /// Its slices.
    #[serde(default, deserialize_with = "lenient::list")]
    pub slices: Vec<ContainedSlice>,
    /// Its folders.
    #[serde(default, alias = "subfolders", deserialize_with = "lenient::list")]
    pub folders: Vec<Folder>,
    /// Members that this crate does not know.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A slice in a folder, as much of it as the answer told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContainedSlice {
    /// Its identifier.
    pub scorehash: Scorehash,
    /// All of it, if the answer had all.
    pub slice: Option<Slice>,
}

impl<'de> Deserialize<'de> for ContainedSlice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let value = Value::deserialize(deserializer)?;
        if let Value::String(text) = &value {
            return Ok(Self { scorehash: text.parse().map_err(D::Error::custom)?, slice: None });
        }
        if let Ok(slice) = Slice::deserialize(&value) {
            return Ok(Self { scorehash: slice.scorehash.clone(), slice: Some(slice) });
        }
        let scorehash = value.get("scorehash").and_then(Value::as_str);
        let scorehash = scorehash.ok_or_else(|| D::Error::missing_field("scorehash"))?;
        Ok(Self { scorehash: scorehash.parse().map_err(D::Error::custom)?, slice: None })
    }
}

impl Endpoint for Get {
    type Output = Contents;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.folders.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("folders/{folder}/", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<Contents, DecodeError> {
        lenient::object(response.body())
    }
}

/// `POST /folders/FOLDER_ID/`: renames a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Rename {
    folder: FolderId,
    name: String,
}

impl Rename {
    /// To a name that is not empty.
    pub fn new(folder: FolderId, name: impl Into<String>) -> Self {
        Self { folder, name: name.into() }
    }
}

impl Endpoint for Rename {
    type Output = FolderId;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.folders.rename";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("folders/{folder}/", &[&self.folder])?;
        let mut form = Pairs::new();
        form.push("name", named(&self.name)?);
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<FolderId, DecodeError> {
        read_id(response.body())
    }
}

/// `DELETE /folders/FOLDER_ID/`: deletes a folder, which must be empty of slices and folders.
///
/// Repeated when the answer is lost; the second answer is then a 404, because the folder is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Delete(pub FolderId);

impl Endpoint for Delete {
    /// The folder in which it lay; `None` if it was at the top.
    type Output = Option<FolderId>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.folders.delete";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("folders/{folder}/", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<Option<FolderId>, DecodeError> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(deserialize_with = "lenient::folder")]
            parent_id: Option<FolderId>,
        }

        Ok(lenient::object::<Wire>(response.body())?.parent_id)
    }
}
