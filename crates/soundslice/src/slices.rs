//! Slices: the pieces of synced music of an account.
//!
//! ```
//! # use segno_soundslice::{Client, Error, EmbedStatus, slices};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let create = slices::Create::new().name("Morning Étude").embed_status(EmbedStatus::AllowlistedDomains);
//! let slice = client.send(&create).await?;
//! println!("{:?}", slice.embed_url);
//! let copy = client.send(&slices::Duplicate::new(&slice.scorehash)).await?.scorehash;
//! println!("{}", client.send(&slices::Get::new(&copy)).await?.name);
//! client.send(&slices::Delete::new(copy)).await?;
//! # Ok(())
//! # }
//! ```

use segno_core::client::StreamEndpoint;
use segno_core::decode::{Content, ResponseUrl, read_json, read_list};
use segno_core::lenient::PassedOver;
use segno_core::{BuildError, Bytes, DecodeError, Response, StatusCode, endpoint, lenient};
use serde::Deserialize;

use crate::enums::{EmbedStatus, PrintStatus, Status};
use crate::error::ApiError;
use crate::ids::{FolderId, Scorehash, Slug, UserId};

/// The maximum length of a name or an artist, in characters.
pub const MAX_NAME: usize = 255;

/// A slice as the service describes it. What of it cannot be read is `None` and in `passed_over`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Slice {
    /// Its identifier, for all endpoints of slices.
    pub scorehash: Scorehash,
    /// Its older identifier, where the service still sends it.
    pub slug: Option<Slug>,
    /// Its path on the site, such as `/slices/Qm4Zt/`. It is a 404 until the slice has notation.
    pub url: Option<String>,
    /// Its name; `Untitled` if none was given.
    pub name: String,
    /// Its artist; empty if none was given.
    pub artist: String,
    /// Who can see it by its secret URL.
    pub status: Option<Status>,
    /// Where it may be embedded.
    pub embed_status: Option<EmbedStatus>,
    /// Its print setting, where the service sends it.
    pub print_status: Option<PrintStatus>,
    /// Whether it may be printed.
    pub can_print: bool,
    /// Whether its notation is there and processed.
    pub has_notation: Option<bool>,
    /// Whether its notation is shown; false only if it was switched off by hand.
    pub show_notation: bool,
    /// How many recordings it has, where the service sends it.
    pub recording_count: Option<u32>,
    /// Its folder; `None` is the root folder.
    pub folder_id: Option<FolderId>,
    /// The path for an iframe, where embedding is on.
    pub embed_url: Option<String>,
    /// Members that could not be read.
    pub passed_over: PassedOver,
}

/// The slice as it may look on the wire, with everything optional that some year's responses lacked.
#[derive(Deserialize)]
#[serde(expecting = "a slice")]
struct Wire {
    scorehash: Option<Scorehash>,
    slug: Option<Slug>,
    #[serde(default, deserialize_with = "lenient::filled")]
    url: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    artist: String,
    status: Option<Status>,
    embed_status: Option<EmbedStatus>,
    print_status: Option<PrintStatus>,
    can_print: Option<bool>,
    has_notation: Option<bool>,
    show_notation: Option<bool>,
    recording_count: Option<u32>,
    #[serde(default, deserialize_with = "FolderId::or_root")]
    folder_id: Option<FolderId>,
    #[serde(default, deserialize_with = "lenient::filled")]
    embed_url: Option<String>,
    #[serde(default)]
    passed_over: PassedOver,
}

impl Wire {
    /// The slice; `known` supplies the scorehash if the response lacks it.
    fn slice(self, known: impl FnOnce() -> Option<Scorehash>) -> Option<Slice> {
        let scorehash = self.scorehash.or_else(|| from_url(self.url.as_deref()?)).or_else(known)?;
        Some(Slice {
            scorehash,
            slug: self.slug,
            url: self.url,
            name: self.name,
            artist: self.artist,
            status: self.status,
            embed_status: self.embed_status,
            print_status: self.print_status,
            can_print: self.can_print.unwrap_or(self.print_status == Some(PrintStatus::Allowed)),
            has_notation: self.has_notation,
            show_notation: self.show_notation.unwrap_or(true),
            recording_count: self.recording_count,
            folder_id: self.folder_id,
            embed_url: self.embed_url,
            passed_over: self.passed_over,
        })
    }

    /// Whether anything is in it that describes a slice.
    fn describes(&self) -> bool {
        let texts = !self.name.is_empty() || !self.artist.is_empty() || self.url.is_some();
        texts || self.scorehash.is_some() || self.slug.is_some() || self.has_notation.is_some()
    }
}

impl<'de> Deserialize<'de> for Slice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let slice = Wire::deserialize(deserializer)?.slice(|| None);
        slice.ok_or_else(|| serde::de::Error::missing_field("scorehash"))
    }
}

/// The identifier in `/slices/Qm4Zt/`, and in the older `/scores/Qm4Zt/`.
fn from_url(url: &str) -> Option<Scorehash> {
    let mut segments = url.split('/').skip_while(|segment| !matches!(*segment, "slices" | "scores"));
    segments.next()?;
    segments.next()?.parse().ok()
}

endpoint! {
    /// `POST /slices/`: creates a slice, metadata only; notation and recordings follow.
    ///
    /// Not repeated when the response is lost: names need not be unique, so a second request would make a second slice.
    #[derive(PartialEq)]
    pub struct Create {}
    optional {
        /// A name of at most 255 characters. Without one the service calls the slice `Untitled`.
        form name: String,
        /// Whose music it is, in at most 255 characters.
        form artist: String,
        /// Who sees it; the service's default is [`Status::Private`].
        form status: Status,
        /// Where it may be embedded; the service's default is [`EmbedStatus::Off`].
        form embed_status: EmbedStatus,
        /// Whether it may be printed; the service's default is [`PrintStatus::Off`].
        form print_status: PrintStatus,
        /// Its folder; the service's default is the root folder.
        form folder: FolderId = "folder_id",
    }
    name: "soundslice.slices.create",
    method: POST,
    path: "slices/",
    replay: Unsafe,
    write: |this, _| {
        at_most("name", this.name.as_deref(), MAX_NAME)?;
        at_most("artist", this.artist.as_deref(), MAX_NAME)
    },
    response: Created,
    error: ApiError,
    read: read_json,
}

/// A slice that was just made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Created {
    /// Its identifier, for all endpoints of slices.
    pub scorehash: Scorehash,
    /// Its older identifier, which callbacks may use.
    pub slug: Option<Slug>,
    /// Its path on the site.
    pub url: Option<String>,
    /// The path for an iframe, where embedding is on.
    pub embed_url: Option<String>,
    /// Members that could not be read.
    pub passed_over: PassedOver,
}

impl<'de> Deserialize<'de> for Created {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Slice { scorehash, slug, url, embed_url, passed_over, .. } = Slice::deserialize(deserializer)?;
        Ok(Self { scorehash, slug, url, embed_url, passed_over })
    }
}

/// Checks that a text is within its limit of characters.
pub(crate) fn at_most(field: &'static str, text: Option<&str>, limit: usize) -> Result<(), BuildError> {
    match text.map_or(0, |text| text.chars().count()) {
        count if count > limit => {
            Err(BuildError::value(field, format!("must have at most {limit} characters, found {count}")))
        }
        _ => Ok(()),
    }
}

endpoint! {
    /// `GET /slices/`: every slice of the account, in no particular order.
    ///
    /// The service has no pages: the response grows with the account. [`Client::stream`](crate::Client::stream) decodes it while
    /// it arrives.
    pub struct List {}
    name: "soundslice.slices.list",
    method: GET,
    path: "slices/",
    replay: Safe,
    response: lenient::List<Slice>,
    error: ApiError,
    read: read_list,
}

impl StreamEndpoint for List {
    type Item = Slice;
}

endpoint! {
    /// `GET /slices/{scorehash}/`: one slice.
    pub struct Get { path scorehash: Scorehash }
    name: "soundslice.slices.get",
    method: GET,
    path: "slices/{scorehash}/",
    replay: Safe,
    response: Slice,
    error: ApiError,
    read: Slice::read,
}

impl Slice {
    fn read(response: &Response<Bytes>) -> Result<Self, DecodeError> {
        let wire: Wire = read_json(response)?;
        // The scorehash of the path, should the response not name it.
        let requested = || from_url(ResponseUrl::of(response)?.uri().path());
        let slice = if wire.describes() { wire.slice(requested) } else { None };
        slice.ok_or_else(|| DecodeError::unexpected("a slice", response.body()))
    }
}

endpoint! {
    /// `DELETE /slices/{scorehash}/`: deletes a slice with its recordings.
    ///
    /// Repeated when the response is lost; the second response is then a 403, because the slice is gone.
    pub struct Delete { path scorehash: Scorehash }
    name: "soundslice.slices.delete",
    method: DELETE,
    path: "slices/{scorehash}/",
    replay: Idempotent,
    response: Deleted,
    error: ApiError,
    read: Deleted::read,
}

/// A slice that was just deleted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Deleted {
    /// The name that the slice had.
    #[serde(default)]
    pub name: String,
    /// The artist that the slice had; may be empty.
    #[serde(default)]
    pub artist: String,
    /// Members that could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

impl Deleted {
    fn read(response: &Response<Bytes>) -> Result<Self, DecodeError> {
        let deleted: Self = read_json(response)?;
        if deleted.name.is_empty() && deleted.artist.is_empty() && deleted.passed_over.is_empty() {
            return Err(DecodeError::unexpected("the name of the slice", response.body()));
        }
        Ok(deleted)
    }
}

endpoint! {
    /// `POST /slices/{scorehash}/move/`: moves a slice into a folder, `None` being the root folder, of your own account or of an
    /// organisation that you belong to. The response is the folder in which the slice is now.
    pub struct Move {
        path scorehash: Scorehash,
        form folder: Option<FolderId> = "folder_id" via folder_or_root,
    }
    optional {
        /// The account of an organisation that you belong to.
        form user: UserId = "user_id",
    }
    name: "soundslice.slices.move",
    method: POST,
    path: "slices/{scorehash}/move/",
    replay: Idempotent,
    response: Option<FolderId>,
    error: ApiError,
    read: |response| {
        #[derive(Deserialize)]
        struct Moved {
            #[serde(deserialize_with = "FolderId::or_root")]
            id: Option<FolderId>,
        }

        Ok(read_json::<Moved>(response)?.id)
    },
}

fn folder_or_root(folder: &Option<FolderId>) -> &str {
    folder.as_ref().map_or("0", FolderId::as_str)
}

endpoint! {
    /// `POST /slices/{scorehash}/duplicate/`: copies a slice with its notation, recordings and syncpoints.
    ///
    /// The response comes at once; notation, recordings and syncpoints of the copy may follow some seconds later. Not repeated
    /// when the response is lost: it would make another copy.
    pub struct Duplicate { path scorehash: Scorehash }
    name: "soundslice.slices.duplicate",
    method: POST,
    path: "slices/{scorehash}/duplicate/",
    replay: Unsafe,
    response: Created,
    error: ApiError,
    read: read_json,
}

endpoint! {
    /// `GET /slices/{scorehash}/musicxml/`: the notation as MusicXML, made from its current state (not the uploaded file).
    ///
    /// `None` if the slice does not exist or has no notation: the service sends 404 in both cases.
    pub struct MusicXml { path scorehash: Scorehash }
    name: "soundslice.slices.musicxml",
    method: GET,
    path: "slices/{scorehash}/musicxml/",
    replay: Safe,
    response: Option<String>,
    error: ApiError,
    content: Content::File,
    accepts: |status| status.is_success() || status == StatusCode::NOT_FOUND,
    read: read_musicxml,
}

fn read_musicxml(response: &Response<Bytes>) -> Result<Option<String>, DecodeError> {
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    let text = std::str::from_utf8(response.body()).map_err(|_| DecodeError::NotUtf8)?;
    // The two documents of MusicXML; either may have a declaration, a document type and comments before it.
    if text.contains("<score-partwise") || text.contains("<score-timewise") {
        Ok(Some(text.to_owned()))
    } else {
        Err(DecodeError::unexpected("MusicXML", response.body()))
    }
}
