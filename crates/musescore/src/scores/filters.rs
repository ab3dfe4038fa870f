//! What a search looks for.

use std::fmt;

use segno_core::request::FormPairs;
use segno_core::{BuildError, RequestWriter};

use crate::ids::MidiProgram;
use crate::license::Permission;

/// Filters and order of a search; every filter narrows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "filters do nothing until a search takes them"]
pub struct Filters {
    text: String,
    part: Vec<MidiProgram>,
    parts: Option<u32>,
    language: Option<String>,
    license: Option<Permission>,
    sort: Option<Sort>,
    extra: FormPairs,
}

/// In which order results come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sort {
    /// The best match to the filters first.
    #[default]
    Relevance,
    /// The most viewed first.
    Views,
    /// The date of the upload, the newest first.
    Uploaded,
    /// The most commented first.
    Comments,
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Relevance => "relevance",
            Self::Views => "view_count",
            Self::Uploaded => "date_uploaded",
            Self::Comments => "comment_count",
        })
    }
}

impl Filters {
    /// Without any filter the service seems to give the latest scores.
    pub fn new() -> Self {
        Self::default()
    }

    /// Words to look for, in any order. The service reads `"two words"` in double quotes as a phrase.
    pub fn text(mut self, words: &str) -> Self {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(words.trim());
        self
    }

    /// Words to look for as they stand here, next to each other.
    pub fn phrase(self, words: &str) -> Self {
        let words: Vec<&str> =
            words.split(|c: char| c == '"' || c.is_whitespace()).filter(|w| !w.is_empty()).collect();
        if words.is_empty() { self } else { self.text(&format!("\"{}\"", words.join(" "))) }
    }

    /// A part with this MIDI program is among the parts. Several such filters ask for all of them.
    pub fn part(mut self, program: MidiProgram) -> Self {
        self.part.push(program);
        self
    }

    /// Exactly so many parts: 1 is a solo, 2 a duo. At least 1.
    pub fn parts(mut self, number: u32) -> Self {
        self.parts = Some(number);
        self
    }

    /// The language of the lyrics: two letters, such as `cs`.
    pub fn language(mut self, code: impl Into<String>) -> Self {
        self.language = Some(code.into());
        self
    }

    /// What the licence must permit. Without it the service asks for [`Permission::Play`], which all do.
    pub fn permits(mut self, permission: Permission) -> Self {
        self.license = Some(permission);
        self
    }

    /// The order. Without it the service sorts by relevance.
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = Some(sort);
        self
    }

    /// A query parameter that is not documented but was seen: `genre`, `format`, `featured`.
    pub fn extra(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.extra.push(name, value);
        self
    }

    /// Adds the filters to a query.
    pub(crate) fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        if !self.text.is_empty() {
            request.query("text", &self.text);
        }
        if !self.part.is_empty() {
            let programs: Vec<String> = self.part.iter().map(MidiProgram::to_string).collect();
            request.query("part", programs.join(","));
        }
        if self.parts == Some(0) {
            return Err(BuildError::value("parts", "must be at least 1, found 0"));
        }
        request.query_some("parts", self.parts);
        if let Some(code) = &self.language {
            if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_lowercase()) {
                let reason = format!("must be a code of two lower-case letters, such as cs, found {code:?}");
                return Err(BuildError::value("language", reason));
            }
            request.query("language", code);
        }
        request.query_some("license", self.license);
        request.query_some("sort", self.sort);
        for (name, _) in self.extra.iter() {
            const OURS: [&str; 9] =
                ["text", "part", "parts", "language", "license", "sort", "page", "secret", "callback"];
            if OURS.contains(&name) || name.starts_with("oauth_") {
                let reason = format!("must not set {name}, which another setter or the credentials set");
                return Err(BuildError::value("extra", reason));
            }
        }
        request.query_pairs(&self.extra);
        Ok(())
    }
}
