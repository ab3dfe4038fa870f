//! The field's words: names, docs, comments and messages use those that everybody in the field uses.

use super::text::Text;

/// Where the words of before are still being replaced. Whoever finishes a folder takes it off; nothing is ever added.
const UNFINISHED: [&str; 5] =
    ["crates/core/", "crates/musescore/", "crates/soundcloud/", "crates/soundslice/", "crates/soundstripe/"];

/// Texts of others that are quoted as they are: file, and the word that it may have.
const QUOTED: [(&str, &str); 0] = [];

/// A word, how it is found, and what to write in its place.
struct Word {
    found: &'static str,
    how: How,
    instead: &'static str,
}

#[derive(Clone, Copy)]
enum How {
    /// Anywhere, also inside of a longer word or name; letters of either case.
    Part,
    /// With no letter before or behind it; letters of either case.
    Whole,
    /// The start of a name, in just these letters, with a capital letter behind.
    Prefix,
}

const WORDS: [Word; 14] = [
    Word { found: "answer", how: How::Part, instead: "response, return, respond, result" },
    Word { found: "verb", how: How::Whole, instead: "method" },
    Word { found: "verbs", how: How::Whole, instead: "methods" },
    Word { found: "person", how: How::Whole, instead: "user" },
    Word { found: "persons", how: How::Whole, instead: "users" },
    Word { found: "lest", how: How::Whole, instead: "so that ... not" },
    Word { found: "is none", how: How::Whole, instead: "is missing, is invalid, has no" },
    Word { found: "that is no", how: How::Whole, instead: "that is not a" },
    Word { found: "there is none", how: How::Whole, instead: "is missing, if any" },
    Word { found: "without more ado", how: How::Whole, instead: "directly" },
    Word { found: "garbled", how: How::Whole, instead: "malformed" },
    Word { found: "the sheet", how: How::Whole, instead: "the fact itself, or docs/services/NAME.md" },
    Word { found: "fact sheet", how: How::Part, instead: "the fact itself, or docs/services/NAME.md" },
    Word { found: "MOST_", how: How::Prefix, instead: "MAX_" },
];

/// Every place with a word that the field does not use.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    for text in texts {
        let unfinished = UNFINISHED.iter().any(|folder| text.path.starts_with(folder));
        if unfinished || text.path == file!() {
            continue;
        }
        for (line, words) in text.lines().map(|(number, line)| (number, found_in(line))) {
            faults.extend(
                words
                    .into_iter()
                    .filter(|word| !QUOTED.contains(&(text.path.as_str(), word.found)))
                    .map(|word| format!("{}:{line}: not `{}`: {}", text.path, word.found, word.instead)),
            );
        }
    }
}

fn found_in(line: &str) -> Vec<&'static Word> {
    WORDS.iter().filter(|word| word.is_in(line)).collect()
}

impl Word {
    fn is_in(&self, line: &str) -> bool {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        match self.how {
            How::Part => line.to_ascii_lowercase().contains(self.found),
            How::Whole => line.to_ascii_lowercase().match_indices(self.found).any(|(at, found)| {
                let (before, behind) = (line.get(..at), line.get(at + found.len()..));
                !is_letter(before.and_then(|text| text.chars().next_back()))
                    && !is_letter(behind.and_then(|text| text.chars().next()))
            }),
            How::Prefix => line.match_indices(self.found).any(|(at, found)| {
                let behind = line.get(at + found.len()..).and_then(|text| text.chars().next());
                behind.is_some_and(|c| c.is_ascii_uppercase())
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{QUOTED, check, found_in};
    use crate::rules::text::Text;

    fn words(line: &str) -> Vec<&'static str> {
        found_in(line).into_iter().map(|word| word.found).collect()
    }

    #[test]
    fn words_are_found_in_prose_and_names() {
        assert_eq!(words("/// The Answer of the verb."), ["answer", "verb"]);
        assert_eq!(words("fn is_unanswered(verb: Method)"), ["answer", "verb"]);
        assert_eq!(words("const MOST_BYTES: usize = 1;"), ["MOST_"]);
        assert_eq!(words("É lest they vanish; that is none of it"), ["lest", "is none"]);
        assert_eq!(words("section 7 of the sheet"), ["the sheet"]);
    }

    #[test]
    fn longer_words_are_left_alone() {
        for line in [
            "a reverb, a proverb",
            "in personal matters",
            "the request never reaches the sheets",
            "celestial",
        ] {
            assert_eq!(words(line), [""; 0], "{line}");
        }
        assert_eq!(words("that is not a token; MOST_ bars"), [""; 0]);
    }

    #[test]
    fn a_finding_names_file_line_and_the_word_to_use() {
        let mut faults = Vec::new();
        let text = Text { path: "docs/page.md".into(), text: "Fine.\nGarbled.\n".into() };
        check(&[text], &mut faults);
        assert_eq!(faults, ["docs/page.md:2: not `garbled`: malformed"]);
        assert!(QUOTED.iter().all(|(file, _)| !file.is_empty()));
    }
}
