//! The field's words: names, docs, comments and messages use those that everybody in the field uses. The words are in a file of
//! their own, so that a search for them finds no list of them.

use super::text::Text;

/// Texts of others that are quoted as they are: file, and the word that it may have.
const QUOTED: [(&str, &str); 0] = [];

/// Every place with a word that the field does not use.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    let words = words();
    for text in texts {
        for (line, content) in text.lines() {
            let found = words.iter().filter(|word| word.is_in(content));
            faults.extend(
                found
                    .filter(|word| !QUOTED.contains(&(text.path.as_str(), word.found)))
                    .map(|word| format!("{}:{line}: not `{}`: {}", text.path, word.found, word.instead)),
            );
        }
    }
}

/// A word, how it is found, and what to write in its place.
struct Word {
    how: &'static str,
    found: &'static str,
    instead: &'static str,
}

fn words() -> Vec<Word> {
    let lines = include_str!("words.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut parts = line.splitn(3, " | ");
            Some(Word { how: parts.next()?, found: parts.next()?, instead: parts.next()? })
        })
        .collect()
}

impl Word {
    fn is_in(&self, line: &str) -> bool {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        match self.how {
            "part" => line.to_ascii_lowercase().contains(self.found),
            "prefix" => line.match_indices(self.found).any(|(at, found)| {
                let behind = line.get(at + found.len()..).and_then(|text| text.chars().next());
                behind.is_some_and(|c| c.is_ascii_uppercase())
            }),
            _ => line.to_ascii_lowercase().match_indices(self.found).any(|(at, found)| {
                let (before, behind) = (line.get(..at), line.get(at + found.len()..));
                !is_letter(before.and_then(|text| text.chars().next_back()))
                    && !is_letter(behind.and_then(|text| text.chars().next()))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{QUOTED, check, words};
    use crate::rules::text::Text;

    #[test]
    fn every_word_has_a_way_to_be_found_and_a_substitute() {
        let words = words();
        assert_eq!(
            words.len(),
            include_str!("words.txt").lines().filter(|line| !line.starts_with('#')).count()
        );
        for word in &words {
            assert!(["part", "whole", "prefix"].contains(&word.how), "{}", word.found);
            assert!(!word.found.is_empty() && !word.instead.is_empty());
        }
        assert!(QUOTED.iter().all(|(file, _)| !file.is_empty()));
    }

    /// Words are found in prose and names; longer words are left alone.
    #[test]
    fn words_are_found_where_they_are_meant() {
        for case in include_str!("words_found.txt").lines() {
            let (line, expected) = case.split_once(" |").expect("a line and its words");
            let found: Vec<_> =
                words().into_iter().filter(|word| word.is_in(line)).map(|word| word.found).collect();
            assert_eq!(found.join(", "), expected.trim(), "{line}");
        }
    }

    #[test]
    fn a_finding_names_file_line_and_the_word_to_use() {
        let word = words().pop().expect("a word");
        let mut faults = Vec::new();
        let text = Text { path: "docs/page.md".into(), text: format!("Fine.\n{}BYTES\n", word.found) };
        check(&[text], &mut faults);
        assert_eq!(faults, [format!("docs/page.md:2: not `{}`: {}", word.found, word.instead)]);
    }
}
