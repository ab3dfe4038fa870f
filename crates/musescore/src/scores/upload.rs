//! Publishing, updating and deleting scores.

use segno_core::{
    Body, BuildError, Bytes, DecodeError, Endpoint, Method, Multipart, Replay, RequestWriter, Response,
    read_unit,
};
use serde_json::Value;

use super::Score;
use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::ScoreId;
use crate::license::License;

/// Who may see a score that is published. Always sent, because the service does not say what it would assume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Its author, and who knows its secret.
    Private,
}

/// What is said of a score.
#[derive(Clone, Debug, Default)]
struct Words {
    title: Option<String>,
    description: Option<String>,
    visibility: Option<Visibility>,
    license: Option<License>,
    tags: Vec<String>,
    revision_log: Option<String>,
}

impl Words {
    /// The parts of the form behind the file, in the documented order.
    fn write(&self, form: &mut Multipart) -> Result<(), BuildError> {
        if self.title.as_ref().is_some_and(|title| title.trim().is_empty()) {
            return Err(BuildError::value("title", "a score has a title"));
        }
        form.text_some("title", self.title.as_ref());
        form.text_some("description", self.description.as_ref());
        form.text_some("private", self.visibility.map(|who| u8::from(who == Visibility::Private)));
        if let Some(License::Other(_)) = self.license {
            return Err(BuildError::value("license", "is one of the nine in License::ALL"));
        }
        form.text_some("license", self.license.as_ref());
        if self.tags.iter().any(|tag| tag.contains(',') || tag.trim().is_empty()) {
            return Err(BuildError::value(
                "tags",
                "a tag is not empty and has no comma, which separates tags",
            ));
        }
        form.text_some("tags", (!self.tags.is_empty()).then(|| self.tags.join(",")));
        form.text_some("revision_log", self.revision_log.as_ref());
        Ok(())
    }
}

/// A MuseScore file and what it is called.
#[derive(Clone, Debug)]
struct File {
    name: String,
    body: Body,
}

impl File {
    fn write(&self, form: &mut Multipart) -> Result<(), BuildError> {
        let extension = self.name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        if extension.as_deref() != Some("mscz") {
            return Err(BuildError::value(
                "file name",
                "only MuseScore files are taken; their names end in .mscz",
            ));
        }
        if self.body.is_empty() {
            return Err(BuildError::value("file", "it is empty"));
        }
        form.file("score_data", &self.name, "application/octet-stream", self.body.clone());
        Ok(())
    }
}

/// `POST /score.{ext}`: publishes a score. Needs a person's signature.
///
/// Not repeated when the answer is lost, for it would publish another. The file is streamed; watch it with
/// `client.call(&create).progress(…)`.
///
/// ```
/// use segno_musescore::License;
/// use segno_musescore::core::Body;
/// use segno_musescore::scores::{Create, Visibility};
///
/// # async fn example() -> std::io::Result<()> {
/// let file = Body::file("canal-song.mscz").await?;
/// let create = Create::new("Canal song", "canal-song.mscz", file, Visibility::Private)
///     .description("Two voices")
///     .license(License::CcBySa)
///     .tags(["duo", "short"]);
/// # let _ = create;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Create {
    file: File,
    words: Words,
    format: Format,
}

impl Create {
    /// With a title, and the MuseScore file with its name, which ends in `.mscz`.
    pub fn new(
        title: impl Into<String>,
        file_name: impl Into<String>,
        file: impl Into<Body>,
        visibility: Visibility,
    ) -> Self {
        let words = Words { title: Some(title.into()), visibility: Some(visibility), ..Words::default() };
        Self { file: File { name: file_name.into(), body: file.into() }, words, format: Format::Json }
    }
}

/// `POST /score/{id}/update.{ext}`: replaces the file of a score, or what is said of it. Needs its owner's signature.
///
/// Not documented, but used by the service's own program. What is not set stays as it is. Each delivery makes a version, so
/// it is not repeated when the answer is lost.
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Update {
    id: ScoreId,
    file: Option<File>,
    words: Words,
    format: Format,
}

impl Update {
    /// Of this score.
    pub fn new(id: ScoreId) -> Self {
        Self { id, file: None, words: Words::default(), format: Format::Json }
    }

    /// Replaces the file. Whether the real service takes an update without one is not known.
    pub fn file(mut self, file_name: impl Into<String>, file: impl Into<Body>) -> Self {
        self.file = Some(File { name: file_name.into(), body: file.into() });
        self
    }

    /// Another title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.words.title = Some(title.into());
        self
    }

    /// Who may see it from now on.
    pub fn visibility(mut self, visibility: Visibility) -> Self {
        self.words.visibility = Some(visibility);
        self
    }

    /// What changed, for the list of its versions.
    pub fn revision_log(mut self, words: impl Into<String>) -> Self {
        self.words.revision_log = Some(words.into());
        self
    }
}

/// What publishing and updating share.
macro_rules! shared {
    ($name:ident) => {
        impl $name {
            /// A description.
            pub fn description(mut self, description: impl Into<String>) -> Self {
                self.words.description = Some(description.into());
                self
            }

            /// A licence; one of [`License::ALL`].
            pub fn license(mut self, license: License) -> Self {
                self.words.license = Some(license);
                self
            }

            /// Tags; none of them has a comma.
            pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
                self.words.tags = tags.into_iter().map(T::into).collect();
                self
            }

            /// Another format than JSON for the answer.
            pub fn format(mut self, format: Format) -> Self {
                self.format = format;
                self
            }
        }
    };
}

shared!(Create);
shared!(Update);

impl Endpoint for Create {
    type Output = Score;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.scores.create";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("score.{ext}", &[&self.format.extension()])?;
        self.format.write(request);
        let mut form = Multipart::new();
        self.file.write(&mut form)?;
        self.words.write(&mut form)?;
        request.multipart(form);
        request.transfer();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Score, DecodeError> {
        published(&response)
    }
}

impl Endpoint for Update {
    type Output = Score;
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.scores.update";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Unsafe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("score/{id}/update.{ext}", &[&self.id, &self.format.extension()])?;
        self.format.write(request);
        let mut form = Multipart::new();
        if let Some(file) = &self.file {
            file.write(&mut form)?;
        }
        self.words.write(&mut form)?;
        request.multipart(form);
        request.transfer();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Score, DecodeError> {
        published(&response)
    }
}

/// The service's own program takes an answer without a page address for a failure.
fn published(response: &Response<Bytes>) -> Result<Score, DecodeError> {
    let score: Score = format::read(response)?;
    if score.permalink.is_empty() {
        return Err(DecodeError::Other("the score has no permalink, so it was not published".into()));
    }
    Ok(score)
}

/// `DELETE /score/{id}.{ext}`: deletes a score. Needs its owner's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an endpoint does nothing until a client sends it"]
pub struct Delete {
    id: ScoreId,
    format: Format,
}

impl Delete {
    /// This score, for good.
    pub fn new(id: ScoreId) -> Self {
        Self { id, format: Format::Json }
    }

    /// Another format than JSON for the errors.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl Endpoint for Delete {
    type Output = ();
    type ApiError = ApiError;
    const NAME: &'static str = "musescore.scores.delete";
    const METHOD: Method = Method::DELETE;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("score/{id}.{ext}", &[&self.id, &self.format.extension()])?;
        self.format.write(request);
        Ok(())
    }

    /// The body is not documented: it may be empty, or say yes in any of the formats.
    fn read(response: Response<Bytes>) -> Result<(), DecodeError> {
        read_unit(&response, |body| format::tree(body).is_ok_and(|tree| is_yes(&tree)))
    }
}

/// Whether a result is `true` or 1, by itself or as the one item of a list, which is how PHP services answer with what is
/// no object.
fn is_yes(tree: &Value) -> bool {
    match tree {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_u64() == Some(1),
        Value::String(text) => matches!(text.trim(), "1" | "true"),
        Value::Array(items) => matches!(items.as_slice(), [item] if is_yes(item)),
        Value::Object(members) => {
            members.len() == 1 && ["item", "result"].iter().any(|name| members.get(*name).is_some_and(is_yes))
        }
        Value::Null => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_is_done_if_the_service_says_nothing_or_yes() {
        let read = |body: &str| Delete::read(Response::new(Bytes::copy_from_slice(body.as_bytes())));
        for yes in [
            "",
            "true",
            "1",
            "\"1\"",
            "[true]",
            r#"{"result":true}"#,
            "cb(true);",
            "<?xml version=\"1.0\"?><result>1</result>",
            "<result is_array=\"true\"><item>1</item></result>",
        ] {
            assert_eq!(read(yes), Ok(()), "{yes}");
        }
        for no in [
            "false",
            "0",
            "null",
            "[]",
            "{}",
            r#"["Access denied"]"#,
            r#"{"error":"Not found"}"#,
            r#"{"result":true,"error":"Not found"}"#,
            "<result></result>",
            "<result is_array=\"true\"><item>Access denied</item></result>",
            "<html><title>Down</title></html>",
            "deleted",
        ] {
            assert!(read(no).is_err(), "{no}");
        }
    }
}
