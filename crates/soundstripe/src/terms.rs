//! The grammar of list filters: tags of songs, categories of sound effects.

use std::fmt;
use std::str::FromStr;

use crate::categories::Category;
use crate::ids::{CategoryId, TagId};
use crate::tags::Tag;

/// The value of a list filter: terms to include and to exclude, each an id or a name, in the order given.
///
/// ```
/// use segno_soundstripe::Terms;
///
/// let mood = Terms::new().include("hopeful")?.exclude("Scary")?;
/// assert_eq!(mood.to_string(), "hopeful,-Scary");
/// // Only the first character of a term can be the sign of exclusion.
/// assert_eq!(Terms::new().exclude("8-bit")?.to_string(), "-8-bit");
/// // A text that would be read as two terms, or as an exclusion, is an error.
/// assert!(Terms::new().include("Rock, Pop").is_err());
/// assert!(Terms::new().include("-Rock").is_err());
/// # Ok::<(), segno_soundstripe::TermError>(())
/// ```
///
/// Whether several included terms must all match or any of them is not documented.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[doc(alias("filter", "tag"))]
pub struct Terms(Vec<(Kind, String)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Include,
    Exclude,
}

/// A text that cannot be a term.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermError {
    /// The text is empty or white space.
    #[error("the term must not be empty")]
    Empty,
    /// A comma would make two terms of it.
    #[error("the term {0:?} must have no comma, which separates terms")]
    Comma(String),
    /// A hyphen in front would exclude it; use [`Terms::exclude`].
    #[error("the term {0:?} must not begin with a hyphen, which excludes; use exclude")]
    Hyphen(String),
    /// A control character, such as a line break.
    #[error("the term {0:?} must have no control characters")]
    Control(String),
}

impl Terms {
    /// No terms, which is no condition.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Only items with this tag or category. Space around the name is dropped.
    ///
    /// # Errors
    /// [`TermError`] for a text that would be read as something else.
    pub fn include(self, term: impl AsRef<str>) -> Result<Self, TermError> {
        self.with(Kind::Include, term.as_ref())
    }

    /// Only items without this tag or category. Space around the name is dropped.
    ///
    /// # Errors
    /// [`TermError`] for a text that would be read as something else.
    pub fn exclude(self, term: impl AsRef<str>) -> Result<Self, TermError> {
        self.with(Kind::Exclude, term.as_ref())
    }

    /// True if it has no terms, and so is no condition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The terms to include, as they are sent.
    pub fn included(&self) -> impl Iterator<Item = &str> {
        self.of_kind(Kind::Include)
    }

    /// The terms to exclude, without their hyphen.
    pub fn excluded(&self) -> impl Iterator<Item = &str> {
        self.of_kind(Kind::Exclude)
    }

    fn of_kind(&self, wanted: Kind) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(kind, _)| *kind == wanted).map(|(_, term)| term.as_str())
    }

    fn with(mut self, kind: Kind, term: &str) -> Result<Self, TermError> {
        let term = term.trim();
        if term.is_empty() {
            return Err(TermError::Empty);
        }
        if term.contains(',') {
            return Err(TermError::Comma(term.into()));
        }
        if term.starts_with('-') {
            return Err(TermError::Hyphen(term.into()));
        }
        if term.contains(char::is_control) {
            return Err(TermError::Control(term.into()));
        }
        self.0.push((kind, term.into()));
        Ok(self)
    }

    /// As a filter value; `None` without terms.
    pub(crate) fn value(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.to_string())
    }
}

/// The terms as the service reads them: `hopeful,-Scary`.
impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, term)) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let hyphen = if *kind == Kind::Exclude { "-" } else { "" };
            write!(f, "{comma}{hyphen}{term}")?;
        }
        Ok(())
    }
}

/// Reads the service's own grammar: terms between commas, a hyphen in front excludes. Empty terms are dropped.
impl FromStr for Terms {
    type Err = TermError;

    fn from_str(text: &str) -> Result<Self, TermError> {
        let mut terms = text.split(',').map(str::trim).filter(|term| !term.is_empty());
        terms.try_fold(Self::new(), |terms, term| match term.strip_prefix('-') {
            Some(excluded) => terms.exclude(excluded),
            None => terms.include(term),
        })
    }
}

/// Its id, for [`Terms`].
impl AsRef<str> for Tag {
    fn as_ref(&self) -> &str {
        self.id.as_str()
    }
}

/// Its id, for [`Terms`].
impl AsRef<str> for Category {
    fn as_ref(&self) -> &str {
        self.id.as_str()
    }
}

impl AsRef<str> for TagId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for CategoryId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_and_names_may_be_mixed() {
        let terms = Terms::new().include("8_bit").unwrap().include(" Acoustic Guitar ").unwrap();
        let terms = terms.exclude("Soundtrack / Cinematic").unwrap();
        assert_eq!(terms.to_string(), "8_bit,Acoustic Guitar,-Soundtrack / Cinematic");
        assert_eq!(terms.included().collect::<Vec<_>>(), ["8_bit", "Acoustic Guitar"]);
        assert_eq!(terms.excluded().collect::<Vec<_>>(), ["Soundtrack / Cinematic"]);
    }

    #[test]
    fn what_cannot_be_one_term_is_refused() {
        let refused = |term: &str| Terms::new().include(term).unwrap_err();
        assert_eq!(refused("  "), TermError::Empty);
        assert_eq!(refused("a,b"), TermError::Comma("a,b".into()));
        assert_eq!(refused(" -a"), TermError::Hyphen("-a".into()));
        assert_eq!(refused("a\nb"), TermError::Control("a\nb".into()));
        assert_eq!(Terms::new().exclude("-a"), Err(TermError::Hyphen("-a".into())));
        assert_eq!("a,--b".parse::<Terms>(), Err(TermError::Hyphen("-b".into())));
    }

    proptest! {
        /// The documented reading of a value gives back exactly the terms that were put in.
        #[test]
        fn never_malformed(given in prop::collection::vec((any::<bool>(), "[ -~é]{0,12}"), 0..6)) {
            let mut terms = Terms::new();
            let mut kept = Vec::new();
            for (include, term) in &given {
                let next =
                    if *include { terms.clone().include(term) } else { terms.clone().exclude(term) };
                if let Ok(next) = next {
                    terms = next;
                    kept.push((*include, term.trim().to_owned()));
                }
            }
            let value = terms.to_string();
            let read: Vec<(bool, String)> = value
                .split(',')
                .filter(|term| !term.is_empty())
                .map(|term| match term.strip_prefix('-') {
                    Some(term) => (false, term.to_owned()),
                    None => (true, term.to_owned()),
                })
                .collect();
            prop_assert_eq!(read, kept);
            prop_assert_eq!(value.parse::<Terms>().unwrap(), terms);
        }

        #[test]
        fn reading_never_panics(text in ".*") {
            if let Ok(terms) = text.parse::<Terms>() {
                prop_assert_eq!(terms.to_string().parse::<Terms>(), Ok(terms));
            }
        }
    }
}
