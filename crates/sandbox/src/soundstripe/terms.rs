//! The grammar of list filters: terms between commas, each an id or a name, a hyphen in front excludes.

use super::switches::TagMatch;

/// A filter's value, taken apart.
pub(super) struct Terms {
    included: Vec<String>,
    excluded: Vec<String>,
}

impl Terms {
    /// Splits at commas, trims, drops what is empty. Only the first character can be the sign of exclusion.
    pub(super) fn read(value: &str) -> Self {
        let mut terms = Self { included: Vec::new(), excluded: Vec::new() };
        for term in value.split(',').map(str::trim).filter(|term| !term.is_empty()) {
            match term.strip_prefix('-') {
                Some(term) => terms.excluded.push(term.trim().to_owned()),
                None => terms.included.push(term.to_owned()),
            }
        }
        terms
    }

    /// Whether something with these labels passes. A label is an id and a name; ids match exactly, names in any case.
    pub(super) fn pass(&self, how: TagMatch, labels: &[(&str, &str)]) -> bool {
        let has = |term: &String| {
            labels.iter().any(|(id, name)| id == term || name.to_lowercase() == term.to_lowercase())
        };
        let included = match how {
            TagMatch::All => self.included.iter().all(has),
            TagMatch::Any => self.included.is_empty() || self.included.iter().any(has),
        };
        included && !self.excluded.iter().any(has)
    }
}
