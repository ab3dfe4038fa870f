//! Names and values of queries and forms, written pair by pair in the documented order.

use std::fmt::{self, Display, Write as _};

use percent_encoding::utf8_percent_encode;

use super::error::BuildError;
use crate::secret::{REDACTED, wire_text};
use crate::url::RESERVED;

/// Name-value pairs in the order in which they are sent. Names may repeat.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FormPairs {
    pairs: Vec<(String, String)>,
    /// The name of a pair whose value is a secret that was not exposed.
    secret: Option<String>,
}

impl FormPairs {
    /// No pairs.
    #[must_use]
    pub const fn new() -> Self {
        Self { pairs: Vec::new(), secret: None }
    }

    /// Adds a pair. A request with a [`Secret`](crate::Secret) that was not exposed does not build ([`BuildError::Secret`]).
    pub fn push(&mut self, name: impl Into<String>, value: impl Display) {
        let name = name.into();
        let text = wire_text(&value).unwrap_or_else(|| {
            self.secret = Some(name.clone());
            REDACTED.to_owned()
        });
        self.pairs.push((name, text));
    }

    /// Adds a pair if there is a value.
    pub fn push_some(&mut self, name: impl Into<String>, value: Option<impl Display>) {
        if let Some(value) = value {
            self.push(name, value);
        }
    }

    /// Adds the pairs of another list behind these.
    pub(crate) fn append(&mut self, other: &Self) {
        self.pairs.extend_from_slice(&other.pairs);
        self.secret = self.secret.take().or_else(|| other.secret.clone());
    }

    /// The pairs, first to last.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// True if there are no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Refuses a secret that was not exposed.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        check(self.secret.as_ref())
    }

    /// As a query: all but the unreserved characters of RFC 3986 are percent-encoded, a space is `%20`.
    #[must_use]
    pub fn to_query(&self) -> String {
        let mut query = String::new();
        for (name, value) in self.iter() {
            if !query.is_empty() {
                query.push('&');
            }
            let _ = write!(
                query,
                "{}={}",
                utf8_percent_encode(name, RESERVED),
                utf8_percent_encode(value, RESERVED)
            );
        }
        query
    }

    /// As an `application/x-www-form-urlencoded` body: a space is `+`.
    #[must_use]
    pub fn to_form(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }
}

/// Refuses a secret under this name, if there is one.
pub(super) fn check(secret: Option<&String>) -> Result<(), BuildError> {
    secret.map_or(Ok(()), |name| Err(BuildError::Secret { name: name.clone() }))
}

impl fmt::Debug for FormPairs {
    // Values carry passwords and tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_and_queries_differ_in_the_space() {
        let mut pairs = FormPairs::new();
        pairs.push("name", "Morning Étude");
        pairs.push_some("artist", Some("R. Okafor"));
        pairs.push_some("folder_id", None::<&str>);
        pairs.push("status", 3);
        assert_eq!(pairs.to_form(), "name=Morning+%C3%89tude&artist=R.+Okafor&status=3");
        assert_eq!(pairs.to_query(), "name=Morning%20%C3%89tude&artist=R.%20Okafor&status=3");
    }

    #[test]
    fn values_are_never_printed() {
        let mut pairs = FormPairs::new();
        pairs.push("client_secret", "CANARY");
        assert_eq!(format!("{pairs:?}"), r#"["client_secret"]"#);
    }

    proptest! {
        #[test]
        fn both_forms_read_back_as_they_were(given in prop::collection::vec((".*", ".*"), 0..6)) {
            let mut pairs = FormPairs::new();
            for (name, value) in &given {
                pairs.push(name, value);
            }
            for text in [pairs.to_query(), pairs.to_form()] {
                let back: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
                prop_assert_eq!(&back, &given);
            }
        }
    }
}
