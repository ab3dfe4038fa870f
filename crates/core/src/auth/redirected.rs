//! The parameters that a service adds to the redirect URI at the end of a login.

use std::fmt;

use crate::Secret;

/// The query of the redirect that ends a login, or the form in its place. Its values are secrets (a code, a verifier), so it
/// prints the names only.
#[derive(Clone, PartialEq, Eq)]
pub struct Redirected(Vec<(String, Secret)>);

impl Redirected {
    /// Reads a query or a form: `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), Secret::new(value))).collect())
    }

    /// Reads the query of a URL. A text without `?` is taken for a query.
    #[must_use]
    pub fn parse_url(url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default();
        Self::parse(url.split_once('?').map_or(url, |(_, query)| query))
    }

    /// The value of a name; `None` if it is missing or there twice, because then it is not known which one is meant.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.pairs().filter(|(known, _)| *known == name).map(|(_, value)| value);
        values.next().filter(|_| values.next().is_none())
    }

    /// Whether a name is there more than once.
    #[must_use]
    pub fn has_twice(&self, name: &str) -> bool {
        self.pairs().filter(|(known, _)| *known == name).nth(1).is_some()
    }

    /// All pairs in the order in which they came.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose()))
    }
}

impl fmt::Debug for Redirected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pairs().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Redirected;

    #[test]
    fn values_are_never_printed() {
        let redirected = Redirected::parse("oauth_verifier=CANARY&oauth_token=t");
        assert_eq!(format!("{redirected:?}"), r#"{"oauth_verifier", "oauth_token"}"#);
    }

    #[test]
    fn a_value_that_is_there_twice_is_not_known() {
        let redirected = Redirected::parse_url("http://127.0.0.1/callback?a=1&b=2+3&a=4#c=5");
        assert_eq!(
            (redirected.get("a"), redirected.get("b"), redirected.get("c")),
            (None, Some("2 3"), None)
        );
        assert!(redirected.has_twice("a") && !redirected.has_twice("b") && !redirected.has_twice("c"));
        assert_eq!(Redirected::parse_url("a=1"), Redirected::parse("a=1"));
    }
}
