//! What an item's documentation says is more than its name.

use std::collections::BTreeSet;

use super::text::Text;

/// Words that say nothing by themselves.
const SMALL: [&str; 19] = [
    "a", "all", "an", "and", "as", "by", "for", "from", "in", "is", "it", "its", "of", "on", "one", "or",
    "that", "the", "to",
];

/// Public items, their fields and the variants of enumerations, in the crates.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    for text in texts
        .iter()
        .filter(|text| text.path.starts_with("crates/") && text.path.contains("/src/") && text.is("rs"))
    {
        for (number, said, name) in items(&text.text) {
            if !said.contains('`') && words(&said).is_subset(&words(&name)) {
                faults.push(format!("{}:{number}: {said:?} says no more than the name {name}", text.path));
            }
            if text.path.ends_with("/error.rs") && name.starts_with("is_") && !said.contains("```") {
                faults.push(format!("{}:{number}: {name} has no example", text.path));
            }
        }
    }
}

/// Each documented item: the line where its documentation begins, the whole of it, and the item's name.
fn items(source: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(source.lines().map(str::trim)) {
        if let Some(said) = line.strip_prefix("///") {
            let (_, text) = open.get_or_insert((number, String::new()));
            text.push_str(said);
        } else if !line.starts_with("#[")
            && let (Some((begin, said)), Some(name)) = (open.take(), name(line))
        {
            found.push((begin, said.trim().to_owned(), name));
        }
    }
    found
}

/// The name of a public item, a public field or a variant.
fn name(line: &str) -> Option<String> {
    let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let first = words.next()?;
    let name = match first {
        "pub" if line.starts_with("pub ") => words.find(|word| {
            !matches!(
                *word,
                "async" | "const" | "fn" | "struct" | "enum" | "trait" | "type" | "static" | "mod"
            )
        }),
        variant => Some(variant)
            .filter(|variant| variant.starts_with(char::is_uppercase) && line.starts_with(variant)),
    };
    name.map(str::to_owned)
}

/// The words of a sentence or a name, in small letters and the singular.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if !c.is_alphanumeric() || (c.is_uppercase() && word.ends_with(char::is_lowercase)) {
            let whole = std::mem::take(&mut word).to_lowercase();
            words.insert(whole.strip_suffix('s').unwrap_or(&whole).to_owned());
        }
        if c.is_alphanumeric() {
            word.push(c);
        }
    }
    words.retain(|word| {
        !word.is_empty() && !SMALL.contains(&word.as_str()) && !SMALL.contains(&format!("{word}s").as_str())
    });
    words
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::rules::text::Text;

    #[test]
    fn a_question_to_an_error_has_an_example() {
        let source = "/// True if it is so.\npub fn is_so() {}\n\n/// True if not.\n/// ```\n/// ```\npub fn is_not() {}\n";
        let mut faults = Vec::new();
        check(&[Text { path: "crates/x/src/error.rs".into(), text: source.into() }], &mut faults);
        assert_eq!(faults, ["crates/x/src/error.rs:1: is_so has no example"]);
    }

    #[test]
    fn a_sentence_that_only_repeats_a_name_is_told() {
        let source = "/// The names of the label.\n#[must_use]\npub const fn label_name() {}\n\npub enum E {\n    /// All.\n    All,\n    /// `.json`\n    Json,\n    \
                      /// The tick, from the start.\n    Tick(u8),\n}\n\n/// A base URL.\npub struct BaseUrl {\n    /// Private.\n    private: u8,\n}\n";
        let mut faults = Vec::new();
        check(&[Text { path: "crates/x/src/lib.rs".into(), text: source.into() }], &mut faults);
        assert_eq!(
            faults,
            [
                "crates/x/src/lib.rs:1: \"The names of the label.\" says no more than the name label_name",
                "crates/x/src/lib.rs:6: \"All.\" says no more than the name All",
                "crates/x/src/lib.rs:14: \"A base URL.\" says no more than the name BaseUrl",
            ]
        );
    }
}
