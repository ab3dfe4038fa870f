//! Publishing, updating and deleting scores.

use segno_core::decode::read_unit;
use segno_core::request::Multipart;
use segno_core::{Body, BuildError, Bytes, DecodeError, RequestWriter, Response, endpoint};
use serde_json::Value;

use super::Score;
use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::ScoreId;
use crate::license::License;

/// Who may see a score that is published. Always sent, because the service does not say what it would assume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Visibility {
    /// Everybody sees it.
    Public,
    /// Its author, and whoever knows its secret.
    Private,
}

endpoint! {
    /// `POST /score.{ext}`: publishes a score. Needs a user's signature.
    ///
    /// Takes a title that is not empty, the name of the MuseScore file, which ends in `.mscz`, and the file itself, which is
    /// streamed; watch it with `client.call(&create).progress(…)`. Not repeated when the response is lost, because a second
    /// request would publish a second score.
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
    pub struct Create {
        field title: String,
        field file_name: String,
        field file: Body,
        field visibility: Visibility,
    }
    optional {
        /// The description on the page of the score.
        field description: String,
        /// The licence; one of [`License::ALL`].
        field license: License,
        /// Tags, none of them empty or with a comma.
        field tags: Vec<String>,
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.scores.create",
    method: POST,
    path: "score",
    replay: Unsafe,
    write: Self::form,
    response: Score,
    error: ApiError,
    read: published,
}

impl Create {
    fn form(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let details = Details {
            title: Some(&self.title),
            description: self.description.as_ref(),
            visibility: Some(self.visibility),
            license: self.license.as_ref(),
            tags: self.tags.as_deref(),
            revision_log: None,
        };
        details.write(Some((&self.file_name, &self.file)), self.format.as_ref(), request)
    }
}

endpoint! {
    /// `POST /score/{id}/update.{ext}`: replaces the file of a score or its properties. Needs its owner's signature.
    ///
    /// Not documented, but used by the service's desktop application. What is not set stays as it is. Each delivery makes a
    /// version, so it is not repeated when the response is lost.
    pub struct Update { path id: ScoreId }
    optional {
        /// Another title, which must not be empty.
        field title: String,
        /// Another description, as plain text.
        field description: String,
        /// Who may see it from now on.
        field visibility: Visibility,
        /// Another licence; one of [`License::ALL`].
        field license: License,
        /// Other tags, without commas.
        field tags: Vec<String>,
        /// What changed, for the list of its versions.
        field revision_log: String,
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    state { file: Option<(String, Body)> }
    name: "musescore.scores.update",
    method: POST,
    path: "score/{id}/update",
    replay: Unsafe,
    write: Self::form,
    response: Score,
    error: ApiError,
    read: published,
}

impl Update {
    /// Replaces the file. Whether the real service takes an update without one is not known.
    pub fn file(mut self, file_name: impl Into<String>, file: impl Into<Body>) -> Self {
        self.file = Some((file_name.into(), file.into()));
        self
    }

    fn form(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        let details = Details {
            title: self.title.as_ref(),
            description: self.description.as_ref(),
            visibility: self.visibility,
            license: self.license.as_ref(),
            tags: self.tags.as_deref(),
            revision_log: self.revision_log.as_ref(),
        };
        let file = self.file.as_ref().map(|(name, body)| (name, body));
        details.write(file, self.format.as_ref(), request)
    }
}

/// The properties of a score.
struct Details<'a> {
    title: Option<&'a String>,
    description: Option<&'a String>,
    visibility: Option<Visibility>,
    license: Option<&'a License>,
    tags: Option<&'a [String]>,
    revision_log: Option<&'a String>,
}

impl Details<'_> {
    /// Writes the form: the file, then the properties in the documented order.
    fn write(
        self,
        file: Option<(&String, &Body)>,
        format: Option<&Format>,
        request: &mut RequestWriter,
    ) -> Result<(), BuildError> {
        let mut form = Multipart::new();
        if let Some((name, body)) = file {
            let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
            if extension.as_deref() != Some("mscz") {
                let reason =
                    format!("must end in .mscz, found {name:?}: the service takes MuseScore files only");
                return Err(BuildError::value("file_name", reason));
            }
            if body.is_empty() {
                return Err(BuildError::value("file", "must not be empty"));
            }
            form.file("score_data", name, "application/octet-stream", body.clone());
        }
        if self.title.is_some_and(|title| title.trim().is_empty()) {
            return Err(BuildError::value("title", "must not be empty"));
        }
        form.text_some("title", self.title);
        form.text_some("description", self.description);
        form.text_some("private", self.visibility.map(|who| u8::from(who == Visibility::Private)));
        if let Some(License::Other(_)) = self.license {
            return Err(BuildError::value("license", "must be one of the nine in License::ALL"));
        }
        form.text_some("license", self.license);
        let tags = self.tags.unwrap_or_default();
        if tags.iter().any(|tag| tag.contains(',') || tag.trim().is_empty()) {
            return Err(BuildError::value(
                "tags",
                "must not be empty or contain a comma, which separates them",
            ));
        }
        form.text_some("tags", (!tags.is_empty()).then(|| tags.join(",")));
        form.text_some("revision_log", self.revision_log);
        format::write(format, request)?;
        request.multipart(form);
        request.transfer();
        Ok(())
    }
}

/// The desktop application takes a response without the URL of the score's page for a failure.
fn published(response: &Response<Bytes>) -> Result<Score, DecodeError> {
    let score: Score = format::read(response)?;
    if score.permalink.is_empty() {
        return Err(DecodeError::Other(
            "expected a score with a permalink, found one without: it was not published".into(),
        ));
    }
    Ok(score)
}

endpoint! {
    /// `DELETE /score/{id}.{ext}`: deletes a score for good. Needs its owner's signature.
    ///
    /// The body of a success is not documented: it may be empty, or say yes in any of the formats. Anything else may come from
    /// somebody else than the service, such as the page of a captive portal, and is an error.
    #[derive(PartialEq, Eq)]
    pub struct Delete { path id: ScoreId }
    optional {
        /// The format of errors; JSON unless set.
        field format: Format,
    }
    name: "musescore.scores.delete",
    method: DELETE,
    path: "score/{id}",
    replay: Idempotent,
    write: |this, request| format::write(this.format.as_ref(), request),
    response: (),
    error: ApiError,
    read: |response| read_unit(response, |body| format::tree(body).is_ok_and(|tree| is_yes(&tree))),
}

/// Whether a result is `true` or 1, by itself or as the one item of a list, in which PHP services wrap it.
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
    use segno_core::Endpoint as _;

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
