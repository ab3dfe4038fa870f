//! The target of a request to the API.

use crate::kit::{Pairs, Request};

/// A request's target with the query where it should be.
pub(super) struct Target {
    pub(super) path: String,
    pub(super) query: Pairs,
    /// The path and the query as a signature has them.
    pub(super) signed_path: String,
    pub(super) signed_query: Pairs,
}

impl Target {
    /// Some clients join path and query with `&`, as three examples of the documentation do.
    pub(super) fn of(request: &Request) -> Self {
        let joined = request.path.split_once('&').filter(|(path, _)| {
            let last = path.rsplit('/').next().unwrap_or_default();
            request.query.is_none() && last.contains('.')
        });
        let Some((path, query)) = joined else {
            let (path, query) = (request.path.clone(), request.query_pairs());
            return Self { signed_path: path.clone(), signed_query: query.clone(), path, query };
        };
        let query = Pairs::decode(query.as_bytes());
        // Signed in the query, the rest of the target is the path; signed elsewhere, all of it is.
        let (signed_path, signed_query) = if query.0.iter().any(|(name, _)| name == "oauth_signature") {
            (path.to_owned(), query.clone())
        } else {
            (request.path.clone(), Pairs::default())
        };
        Self { path: path.to_owned(), query, signed_path, signed_query }
    }
}
