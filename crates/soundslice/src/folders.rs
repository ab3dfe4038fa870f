//! Folders of slices. The newest official client has lists in their place ([`lists`](crate::lists)); the API page still
//! documents folders.

use std::fmt;

use segno_core::lenient::PassedOver;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, FormPairs, Method, Replay, RequestWriter, Response, lenient,
    read_json, read_list,
};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::{FolderId, Scorehash, read_id};
use crate::slices::Slice;

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Folder {
    /// Its identifier.
    pub id: FolderId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The folder that it lies in, where the service tells it; `None` also at the top.
    #[serde(default, deserialize_with = "FolderId::or_root")]
    pub parent_id: Option<FolderId>,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
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
        let mut form = FormPairs::new();
        form.push("name", named(&self.name)?);
        form.push_some("parent_id", self.parent.as_ref());
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<FolderId, DecodeError> {
        read_id(&response)
    }
}

pub(crate) fn named(name: &str) -> Result<&str, BuildError> {
    if name.is_empty() {
        Err(BuildError::value("name", "it is empty; the service wants one"))
    } else {
        Ok(name)
    }
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
    type Output = lenient::List<Folder>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.folders.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("folders/", &[])?;
        request.query_some("parent_id", self.parent.as_ref());
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<lenient::List<Folder>, DecodeError> {
        read_list(&response)
    }
}

/// `GET /folders/FOLDER_ID/`: what lies in a folder, in no particular order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get(pub FolderId);

/// What lies in a folder. The members of this response are documented nowhere, so it is read with care: what is not known
/// stays in `other`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Contents {
    /// Its slices.
    pub slices: Vec<ContainedSlice>,
    /// Its folders, from `folders` and `subfolders`.
    pub folders: Vec<Folder>,
    /// What could not be read.
    pub passed_over: PassedOver,
    /// Members that this crate does not know.
    pub other: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Contents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(default)]
        #[derive(Default)]
        struct Wire {
            #[serde(deserialize_with = "lenient::list")]
            slices: Vec<ContainedSlice>,
            #[serde(deserialize_with = "lenient::list")]
            folders: Vec<Folder>,
            #[serde(deserialize_with = "lenient::list")]
            subfolders: Vec<Folder>,
            passed_over: PassedOver,
            other: Map<String, Value>,
        }

        let Wire { slices, mut folders, subfolders, passed_over, other } = Wire::deserialize(deserializer)?;
        for folder in subfolders {
            if folders.iter().all(|known| known.id != folder.id) {
                folders.push(folder);
            }
        }
        Ok(Self { slices, folders, passed_over, other })
    }
}

/// A slice in a folder, as much of it as the response told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContainedSlice {
    /// Its identifier.
    pub scorehash: Scorehash,
    /// All of it, if the response told more than its identifier.
    pub slice: Option<Slice>,
}

/// Reads an identifier, or a slice with at least that.
impl<'de> Deserialize<'de> for ContainedSlice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = ContainedSlice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a slice or its scorehash")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<ContainedSlice, E> {
                let scorehash = Scorehash::deserialize(text.into_deserializer())?;
                Ok(ContainedSlice { scorehash, slice: None })
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<ContainedSlice, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ContainedSlice, A::Error> {
                let slice = Slice::deserialize(MapAccessDeserializer::new(map))?;
                let scorehash = slice.scorehash.clone();
                let slice = (!slice.name.is_empty() || slice.has_notation.is_some()).then_some(slice);
                Ok(ContainedSlice { scorehash, slice })
            }
        }

        deserializer.deserialize_any(Either)
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
        read_json(&response)
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
        let mut form = FormPairs::new();
        form.push("name", named(&self.name)?);
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<FolderId, DecodeError> {
        read_id(&response)
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
            #[serde(deserialize_with = "FolderId::or_root")]
            parent_id: Option<FolderId>,
        }

        Ok(read_json::<Wire>(&response)?.parent_id)
    }
}
