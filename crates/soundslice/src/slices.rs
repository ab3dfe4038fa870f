//! Slices: the pieces of synced music of an account.

use segno_core::{
    ArrayEndpoint, BuildError, Bytes, Content, DecodeError, Endpoint, Method, Pairs, Replay, RequestWriter,
    Response, read_json,
};
use serde::Deserialize;

use crate::enums::{EmbedStatus, PrintStatus, Status};
use crate::error::ApiError;
use crate::ids::{FolderId, Scorehash, Slug, UserId};
use crate::lenient;

/// The most characters that a name or an artist may have.
pub const NAME_LIMIT: usize = 255;

/// A slice as the service describes it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Slice {
    /// Its identifier.
    pub scorehash: Scorehash,
    /// Its older identifier, where the service still tells it.
    pub slug: Option<Slug>,
    /// Its path on the site, such as `/slices/Qm4Zt/`. Answers 404 there until the slice has notation.
    pub url: Option<String>,
    /// Its name; `Untitled` if none was given.
    pub name: String,
    /// Its artist; empty if none was given.
    pub artist: String,
    /// Who sees it.
    pub status: Status,
    /// Where it may be embedded.
    pub embed_status: EmbedStatus,
    /// Whether it may be printed, where the service tells it.
    pub print_status: Option<PrintStatus>,
    /// Whether it may be printed.
    pub can_print: bool,
    /// Whether its notation is there and processed.
    pub has_notation: bool,
    /// Whether its notation is shown; false only if somebody switched it off by hand.
    pub show_notation: bool,
    /// How many recordings it has.
    pub recording_count: u32,
    /// Its folder; `None` is the root folder.
    pub folder_id: Option<FolderId>,
    /// The path for an iframe, where embedding is on.
    pub embed_url: Option<String>,
}

/// The slice as it may look on the wire, with everything optional that some year's answers lacked.
#[derive(Deserialize)]
struct Wire {
    scorehash: Option<Scorehash>,
    #[serde(default)]
    slug: Option<Slug>,
    #[serde(default, deserialize_with = "lenient::some_text")]
    url: Option<String>,
    name: String,
    #[serde(default, deserialize_with = "lenient::text_or_null")]
    artist: String,
    status: Status,
    embed_status: EmbedStatus,
    #[serde(default)]
    print_status: Option<PrintStatus>,
    #[serde(default, deserialize_with = "lenient::some_boolean")]
    can_print: Option<bool>,
    #[serde(deserialize_with = "lenient::boolean")]
    has_notation: bool,
    #[serde(default, deserialize_with = "lenient::some_boolean")]
    show_notation: Option<bool>,
    #[serde(default, deserialize_with = "lenient::count")]
    recording_count: u32,
    #[serde(default, deserialize_with = "lenient::folder")]
    folder_id: Option<FolderId>,
    #[serde(default, deserialize_with = "lenient::some_text")]
    embed_url: Option<String>,
}

impl<'de> Deserialize<'de> for Slice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let scorehash = wire.scorehash.or_else(|| from_url(wire.url.as_deref()?));
        Ok(Self {
            scorehash: scorehash.ok_or_else(|| serde::de::Error::missing_field("scorehash"))?,
            slug: wire.slug,
            url: wire.url,
            name: wire.name,
            artist: wire.artist,
            status: wire.status,
            embed_status: wire.embed_status,
            print_status: wire.print_status,
            can_print: wire.can_print.unwrap_or(wire.print_status == Some(PrintStatus::Allowed)),
            has_notation: wire.has_notation,
            show_notation: wire.show_notation.unwrap_or(true),
            recording_count: wire.recording_count,
            folder_id: wire.folder_id,
            embed_url: wire.embed_url,
        })
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
    pub url: String,
    /// The path for an iframe, where embedding is on.
    pub embed_url: Option<String>,
}

impl<'de> Deserialize<'de> for Created {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            scorehash: Option<Scorehash>,
            #[serde(default)]
            slug: Option<Slug>,
            url: String,
            #[serde(default, deserialize_with = "lenient::some_text")]
            embed_url: Option<String>,
        }

        let Wire { scorehash, slug, url, embed_url } = Wire::deserialize(deserializer)?;
        let scorehash = scorehash.or_else(|| from_url(&url));
        let scorehash = scorehash.ok_or_else(|| serde::de::Error::missing_field("scorehash"))?;
        Ok(Self { scorehash, slug, url, embed_url })
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
        let mut form = Pairs::new();
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
        lenient::object(response.body())
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
    type Output = Vec<Slice>;
    type ApiError = ApiError;
    const NAME: &'static str = "soundslice.slices.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<Slice>, DecodeError> {
        Ok(read_json::<Option<_>>(&response)?.unwrap_or_default())
    }
}

impl ArrayEndpoint for List {
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
        lenient::object(response.body())
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
    pub name: String,
    /// The artist that the slice had; may be empty.
    #[serde(default, deserialize_with = "lenient::text_or_null")]
    pub artist: String,
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
        lenient::object(response.body())
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
        let mut form = Pairs::new();
        form.push("folder_id", self.folder.as_ref().map_or("0", FolderId::as_str));
        form.push_some("user_id", self.user);
        request.form(form);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Option<FolderId>, DecodeError> {
        #[derive(Deserialize)]
        struct Moved {
            #[serde(deserialize_with = "lenient::folder")]
            id: Option<FolderId>,
        }

        Ok(lenient::object::<Moved>(response.body())?.id)
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
        lenient::object(response.body())
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
