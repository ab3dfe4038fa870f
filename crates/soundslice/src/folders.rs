//! Folders of slices. The newest official client has lists in their place ([`lists`](crate::lists)); the API page still
//! documents folders.
//!
//! ```
//! # use segno_soundslice::{Client, Error, folders};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let studies = client.send(&folders::Create::new("Studies")).await?;
//! client.send(&folders::Create::new("Warm-ups").parent(studies.clone())).await?;
//! for slice in client.send(&folders::Get::new(studies)).await?.slices {
//!     println!("{}", slice.scorehash);
//! }
//! # Ok(())
//! # }
//! ```

use std::fmt;

use segno_core::decode::{read_json, read_list};
use segno_core::lenient::PassedOver;
use segno_core::{BuildError, endpoint, lenient};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::ids::{FolderId, Scorehash, read_id};
use crate::slices::Slice;

/// A folder of slices and other folders.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Folder {
    /// Its identifier, for [`Get`], [`Rename`] and [`Delete`].
    pub id: FolderId,
    /// Its name; may be empty if the response lacks it.
    #[serde(default)]
    pub name: String,
    /// The folder in which it lies, where the service sends it; `None` also at the top.
    #[serde(default, deserialize_with = "FolderId::or_root")]
    pub parent_id: Option<FolderId>,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

endpoint! {
    /// `POST /folders/`: makes a folder. Not repeated when the response is lost: it would make another.
    #[derive(PartialEq)]
    pub struct Create { form name: String }
    optional {
        /// The folder in which it lies; by default it is at the top.
        form parent: FolderId = "parent_id",
    }
    name: "soundslice.folders.create",
    method: POST,
    path: "folders/",
    replay: Unsafe,
    write: |this, _| is_named(&this.name),
    response: FolderId,
    error: ApiError,
    read: read_id,
}

/// Checks that a name is not empty.
pub(crate) fn is_named(name: &str) -> Result<(), BuildError> {
    if name.is_empty() { Err(BuildError::value("name", "must not be empty")) } else { Ok(()) }
}

endpoint! {
    /// `GET /folders/`: the folders at the top, or directly inside another.
    pub struct List {}
    optional {
        /// The folder whose folders are listed.
        query parent: FolderId = "parent_id",
    }
    name: "soundslice.folders.list",
    method: GET,
    path: "folders/",
    replay: Safe,
    response: lenient::List<Folder>,
    error: ApiError,
    read: read_list,
}

endpoint! {
    /// `GET /folders/{folder}/`: the contents of a folder, in no particular order.
    pub struct Get { path folder: FolderId }
    name: "soundslice.folders.get",
    method: GET,
    path: "folders/{folder}/",
    replay: Safe,
    response: Contents,
    error: ApiError,
    read: read_json,
}

/// The contents of a folder. The members of this response are documented nowhere; unknown ones are kept in `other`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Contents {
    /// The slices directly inside it.
    pub slices: Vec<ContainedSlice>,
    /// Its folders, from `folders` and `subfolders`.
    pub folders: Vec<Folder>,
    /// Members that could not be read.
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

/// A slice in a folder, with as much of it as the response has.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContainedSlice {
    /// The identifier of the slice.
    pub scorehash: Scorehash,
    /// The whole slice, if the response has more than its identifier.
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
                let has_more = !slice.name.is_empty()
                    || !slice.artist.is_empty()
                    || slice.has_notation.is_some()
                    || slice.status.is_some();
                let slice = has_more.then_some(slice);
                Ok(ContainedSlice { scorehash, slice })
            }
        }

        deserializer.deserialize_any(Either)
    }
}

endpoint! {
    /// `POST /folders/{folder}/`: renames a folder.
    #[derive(PartialEq)]
    pub struct Rename { path folder: FolderId, form name: String }
    name: "soundslice.folders.rename",
    method: POST,
    path: "folders/{folder}/",
    replay: Idempotent,
    write: |this, _| is_named(&this.name),
    response: FolderId,
    error: ApiError,
    read: read_id,
}

endpoint! {
    /// `DELETE /folders/{folder}/`: deletes a folder, which must be empty of slices and folders. The response is the folder in
    /// which it lay; `None` if it was at the top.
    ///
    /// Repeated when the response is lost; the second response is then a 404, because the folder is gone.
    pub struct Delete { path folder: FolderId }
    name: "soundslice.folders.delete",
    method: DELETE,
    path: "folders/{folder}/",
    replay: Idempotent,
    response: Option<FolderId>,
    error: ApiError,
    read: |response| {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(deserialize_with = "FolderId::or_root")]
            parent_id: Option<FolderId>,
        }

        Ok(read_json::<Wire>(response)?.parent_id)
    },
}
