//! Slices: the pieces of synced music of an account.

use segno_core::lenient::PassedOver;
use segno_core::{
    BuildError, Bytes, Content, DecodeError, Endpoint, FormPairs, Method, Replay, RequestWriter, Response,
    ResponseUrl, StreamEndpoint, lenient, read_json, read_list,
};
use serde::Deserialize;

use crate::enums::{EmbedStatus, PrintStatus, Status};
use crate::error::ApiError;
use crate::ids::{FolderId, Scorehash, Slug, UserId};

/// The most characters that a name or an artist may have.
pub const NAME_LIMIT: usize = 255;

/// A slice as the service describes it. What of it cannot be read is `None` and in `passed_over`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Slice {
    /// Its identifier.
    pub scorehash: Scorehash,
    /// Its older identifier, where the service still tells it.
    pub slug: Option<Slug>,
    /// Its path on the site, such as `/slices/Qm4Zt/`. Responds with 404 there until the slice has notation.
    pub url: Option<String>,
    /// Its name; `Untitled` if none was given.
    pub name: String,
    /// Its artist; empty if none was given.
    pub artist: String,
    /// Who sees it.
    pub status: Option<Status>,
    /// Where it may be embedded.
    pub embed_status: Option<EmbedStatus>,
    /// Whether it may be printed, where the service tells it.
    pub print_status: Option<PrintStatus>,
    /// Whether it may be printed.
    pub can_print: bool,
    /// Whether its notation is there and processed.
    pub has_notation: Option<bool>,
    /// Whether its notation is shown; false only if somebody switched it off by hand.
    pub show_notation: bool,
    /// How many recordings it has, where the service tells it.
    pub recording_count: Option<u32>,
    /// Its folder; `None` is the root folder.
    pub folder_id: Option<FolderId>,
    /// The path for an iframe, where embedding is on.
    pub embed_url: Option<String>,
    /// What could not be read.
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
    /// The slice, which `known` tells if the response does not.
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
        let words = !self.name.is_empty() || !self.artist.is_empty() || self.url.is_some();
        words || self.scorehash.is_some() || self.slug.is_some() || self.has_notation.is_some()
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

/// `POST /slices/`: creates a slice, metadata only; notation and recordings follow.
///
/// Not repeated when the answer is lost: names need not be unique, so a second request would make a second slice.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Create {
    name: Option<String>,
    artist: Option<String>,
    status: Option<Status>,
    embed_status: Option<EmbedStatus>,
    print_status: Option<PrintStatus>,
    folder_id: Option<FolderId>,
}

impl Create {
    /// A slice that the service will call `Untitled`.
    pub fn untitled() -> Self {
        Self::default()
    }

    /// A slice with a name of at most 255 characters.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    /// Whose music it is; at most 255 characters.
    pub fn artist(mut self, artist: impl Into<String>) -> Self {
        self.artist = Some(artist.into());
        self
    }

    /// Who sees it; the service's default is [`Status::Private`].
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Where it may be embedded; the service's default is [`EmbedStatus::Off`].
    pub fn embed_status(mut self, embed_status: EmbedStatus) -> Self {
        self.embed_status = Some(embed_status);
        self
    }

    /// Whether it may be printed; the service's default is [`PrintStatus::Off`].
    pub fn print_status(mut self, print_status: PrintStatus) -> Self {
        self.print_status = Some(print_status);
        self
    }

    /// Its folder; the service's default is the root folder.
    pub fn folder(mut self, folder: FolderId) -> Self {
        self.folder_id = Some(folder);
        self
    }
}

/// A slice that was just made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Created {
    /// Its identifier.
    pub scorehash: Scorehash,
    /// Its older identifier, which callbacks may use.
    pub slug: Option<Slug>,
    /// Its path on the site.
    pub url: Option<String>,
    /// The path for an iframe, where embedding is on.
    pub embed_url: Option<String>,
    /// What could not be read.
    pub passed_over: PassedOver,
}

impl<'de> Deserialize<'de> for Created {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Slice { scorehash, slug, url, embed_url, passed_over, .. } = Slice::deserialize(deserializer)?;
        Ok(Self { scorehash, slug, url, embed_url, passed_over })
    }
}

impl Endpoint for Create {
    type Output = Created;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.slices.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/", &[])?;
        let mut form = FormPairs::new();
        form.push_some("name", at_most("name", self.name.as_deref(), NAME_LIMIT)?);
        form.push_some("artist", at_most("artist", self.artist.as_deref(), NAME_LIMIT)?);
        form.push_some("status", self.status);
        form.push_some("embed_status", self.embed_status);
        form.push_some("print_status", self.print_status);
        form.push_some("folder_id", self.folder_id.as_ref());
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Created, DecodeError> {
        read_json(&response)
    }
}

/// A text within its limit of characters.
pub(crate) fn at_most<'a>(
    field: &'static str,
    text: Option<&'a str>,
    limit: usize,
) -> Result<Option<&'a str>, BuildError> {
    let count = text.map_or(0, |text| text.chars().count());
    if count > limit {
        return Err(BuildError::value(
            field,
            format!("{count} characters; the service takes at most {limit}"),
        ));
    }
    Ok(text)
}

/// `GET /slices/`: every slice of the account, in no particular order.
///
/// The service has no pages: the answer grows with the account. [`Client::stream`](crate::Client::stream) decodes it
/// while it arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct List;

impl Endpoint for List {
    type Output = lenient::List<Slice>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.slices.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/", &[])
    }

    fn read(response: Response<Bytes>) -> Result<lenient::List<Slice>, DecodeError> {
        read_list(&response)
    }
}

impl StreamEndpoint for List {
    type Item = Slice;
}

/// `GET /slices/SCOREHASH/`: one slice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Get(pub Scorehash);

impl Endpoint for Get {
    type Output = Slice;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.slices.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<Slice, DecodeError> {
        let wire: Wire = read_json(&response)?;
        // The slice of the path, should the response not name it.
        let asked = || from_url(ResponseUrl::of(&response)?.uri().path());
        let slice = if wire.describes() { wire.slice(asked) } else { None };
        slice.ok_or_else(|| DecodeError::unexpected("a slice", response.body()))
    }
}

/// `DELETE /slices/SCOREHASH/`: deletes a slice with its recordings.
///
/// Repeated when the answer is lost; the second answer is then a 403, because the slice is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Delete(pub Scorehash);

/// What was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Deleted {
    /// The name that the slice had.
    #[serde(default)]
    pub name: String,
    /// The artist that the slice had; may be empty.
    #[serde(default)]
    pub artist: String,
    /// What could not be read.
    #[serde(default)]
    pub passed_over: PassedOver,
}

impl Endpoint for Delete {
    type Output = Deleted;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.slices.delete";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<Deleted, DecodeError> {
        let deleted: Deleted = read_json(&response)?;
        if deleted.name.is_empty() && deleted.artist.is_empty() && deleted.passed_over.is_empty() {
            return Err(DecodeError::unexpected("the name of the slice", response.body()));
        }
        Ok(deleted)
    }
}

/// `POST /slices/SCOREHASH/move/`: moves a slice into a folder, of your own account or of an organisation that you
/// belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Move {
    slice: Scorehash,
    folder: Option<FolderId>,
    user: Option<UserId>,
}

impl Move {
    /// Into a folder.
    pub fn into_folder(slice: Scorehash, folder: FolderId) -> Self {
        Self { slice, folder: Some(folder), user: None }
    }

    /// Into the root folder.
    pub fn to_root(slice: Scorehash) -> Self {
        Self { slice, folder: None, user: None }
    }

    /// In the account of an organisation that you belong to.
    pub fn of_account(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }
}

impl Endpoint for Move {
    /// The folder in which the slice now is; `None` is the root folder.
    type Output = Option<FolderId>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.slices.move";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/move/", &[&self.slice])?;
        let mut form = FormPairs::new();
        form.push("folder_id", self.folder.as_ref().map_or("0", FolderId::as_str));
        form.push_some("user_id", self.user);
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Option<FolderId>, DecodeError> {
        #[derive(Deserialize)]
        struct Moved {
            #[serde(deserialize_with = "FolderId::or_root")]
            id: Option<FolderId>,
        }

        Ok(read_json::<Moved>(&response)?.id)
    }
}

/// `POST /slices/SCOREHASH/duplicate/`: copies a slice with its notation, recordings and syncpoints.
///
/// The answer comes at once; notation, recordings and syncpoints of the copy may follow some seconds later. Not
/// repeated when the answer is lost, for it would make another copy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Duplicate(pub Scorehash);

impl Endpoint for Duplicate {
    type Output = Created;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.slices.duplicate";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/duplicate/", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<Created, DecodeError> {
        read_json(&response)
    }
}

/// `GET /slices/SCOREHASH/musicxml/`: the notation as MusicXML, made from its current state (not the uploaded file).
///
/// `None` if there is no such slice or it has no notation: the service answers 404 to both.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct MusicXml(pub Scorehash);

impl Endpoint for MusicXml {
    type Output = Option<String>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.slices.musicxml";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;
    const CONTENT: Content = Content::File;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/{scorehash}/musicxml/", &[&self.0])
    }

    fn accepts(status: segno_core::StatusCode) -> bool {
        status.is_success() || status == segno_core::StatusCode::NOT_FOUND
    }

    fn read(response: Response<Bytes>) -> Result<Option<String>, DecodeError> {
        if response.status() == segno_core::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let body = response.into_body();
        let text = std::str::from_utf8(&body).map_err(|_| DecodeError::NotUtf8)?;
        // The two documents of MusicXML; either may have a declaration, a document type and comments before it.
        if text.contains("<score-partwise") || text.contains("<score-timewise") {
            Ok(Some(text.to_owned()))
        } else {
            Err(DecodeError::unexpected("MusicXML", &body))
        }
    }
}
