//! Which path means what.

use super::format::Kind;
use crate::kit::number;

/// The base of the resources.
const BASE: &str = "/services/rest/";

/// A resource with the identifiers in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Scores,
    Score(u64),
    /// A score at the root of the host, where one example of the documentation has it; takes DELETE only.
    RootScore(u64),
    Time(u64),
    Space(u64),
    Update(u64),
    Me,
    User(u64),
    UserScores(u64),
    Resolve,
    SignedUrl {
        id: u64,
        version: u64,
        encoding: String,
    },
}

/// What a path asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A resource; with the kind that its extension asks for, if it has one.
    Resource {
        resource: Resource,
        extension: Option<Kind>,
    },
    /// A resource in a format that there is not.
    UnknownExtension,
    RequestToken,
    AccessToken,
    /// Nothing, in this format.
    Nothing(Option<Kind>),
}

/// Finds what a path asks for.
pub(super) fn find(path: &str) -> Found {
    match path {
        "/oauth/request_token" => return Found::RequestToken,
        "/oauth/access_token" => return Found::AccessToken,
        _ => {}
    }
    let (stem, extension) = match path.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => (stem, Some(extension)),
        _ => (path, None),
    };
    let kind = extension.and_then(Kind::named);
    match resource(stem) {
        None => Found::Nothing(kind),
        Some(_) if extension.is_some() && kind.is_none() => Found::UnknownExtension,
        Some(resource) => Found::Resource { resource, extension: kind },
    }
}

fn resource(path: &str) -> Option<Resource> {
    let Some(path) = path.strip_prefix(BASE) else {
        return number(path.strip_prefix("/score/")?).map(Resource::RootScore);
    };
    let segments: Vec<&str> = path.split('/').collect();
    Some(match segments.as_slice() {
        ["score"] => Resource::Scores,
        ["score", id] => Resource::Score(number(id)?),
        ["score", id, "time"] | ["score", "time", id] => Resource::Time(number(id)?),
        ["score", id, "space"] | ["score", "space", id] => Resource::Space(number(id)?),
        ["score", id, "update"] => Resource::Update(number(id)?),
        ["me"] => Resource::Me,
        ["user", id] => Resource::User(number(id)?),
        ["user", id, "score"] => Resource::UserScores(number(id)?),
        ["resolve"] => Resource::Resolve,
        ["signedurl", id, version, encoding] => Resource::SignedUrl {
            id: number(id)?,
            version: number(version)?,
            encoding: (*encoding).to_owned(),
        },
        _ => return None,
    })
}

impl Resource {
    /// The methods that it takes, for `Allow`. Where there is GET there is HEAD.
    pub(super) fn methods(&self) -> &'static str {
        match self {
            Self::Scores => "GET, HEAD, POST",
            Self::Score(_) => "GET, HEAD, DELETE",
            Self::RootScore(_) => "DELETE",
            Self::Update(_) => "POST",
            _ => "GET, HEAD",
        }
    }
}
