//! Filters, sorting and paging of lists of scores.

use std::cmp::Reverse;

use super::error::{self, Result};
use super::license::Permits;
use super::store::Score;

const PAGE: usize = 20;
/// Pages behind this one are empty.
const LAST_PAGE: usize = 100;

/// What a list is asked for.
pub(super) struct Filter {
    /// Phrases to search for, in lower case.
    phrases: Vec<String>,
    programs: Vec<i16>,
    parts: Option<usize>,
    language: Option<String>,
    license: Permits,
    featured: bool,
    sort: Sort,
    page: usize,
}

#[derive(Clone, Copy)]
enum Sort {
    Relevance,
    Views,
    Newest,
    Comments,
}

impl Filter {
    /// Reads parameters, of which `value` gives those that are not empty.
    pub(super) fn read<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Self> {
        let number = |name: &str| value(name).map(|text| number(name, text)).transpose();
        let programs = value("part").unwrap_or_default();
        let programs = programs.split(',').filter(|program| !program.trim().is_empty()).map(|program| {
            let program = program.trim().parse().ok().filter(|program| (-1..=128).contains(program));
            program.ok_or_else(|| error::unusable("part must be a list of numbers from -1 to 128"))
        });
        let parts = number("parts")?;
        if parts == Some(0) {
            return Err(error::unusable("parts must be a number from 1"));
        }
        Ok(Self {
            phrases: phrases(value("text").unwrap_or_default()),
            programs: programs.collect::<Result<_>>()?,
            parts,
            language: value("language").map(str::to_lowercase),
            license: Permits::read(value("license").unwrap_or_default()),
            featured: value("featured") == Some("1"),
            sort: match value("sort").unwrap_or_default() {
                "view_count" => Sort::Views,
                "date_uploaded" => Sort::Newest,
                "comment_count" => Sort::Comments,
                _ => Sort::Relevance,
            },
            page: number("page")?.unwrap_or_default(),
        })
    }

    /// The asked-for page of those that pass.
    pub(super) fn page<'a>(&self, scores: impl Iterator<Item = &'a Score>) -> Vec<&'a Score> {
        if self.page > LAST_PAGE {
            return Vec::new();
        }
        let mut found: Vec<_> = scores.filter(|score| self.passes(score)).collect();
        found.sort_by_cached_key(|score| (self.rank(score), Reverse(score.id)));
        found.into_iter().skip(self.page * PAGE).take(PAGE).collect()
    }

    /// The smaller, the earlier in the list.
    fn rank(&self, score: &Score) -> (Reverse<u64>, Reverse<u64>) {
        let none = Reverse(0);
        match self.sort {
            Sort::Views => (Reverse(score.views), none),
            Sort::Newest => (Reverse(score.posted), none),
            Sort::Comments => (Reverse(score.comments), none),
            Sort::Relevance => (Reverse(self.matches_in_titles(score)), Reverse(score.posted)),
        }
    }

    fn matches_in_titles(&self, score: &Score) -> u64 {
        let titles = [score.title.to_lowercase(), lower(score.rendering.metadata.title.as_deref())];
        self.phrases.iter().filter(|phrase| titles.iter().any(|title| title.contains(*phrase))).count() as u64
    }

    fn passes(&self, score: &Score) -> bool {
        let metadata = &score.rendering.metadata;
        let plays = |program: &i16| metadata.parts.iter().any(|part| part.program == *program);
        let language = score.language.map(str::to_lowercase);
        self.license.pass(score.license)
            && self.parts.is_none_or(|parts| parts == metadata.parts.len())
            && self.programs.iter().all(plays)
            && (self.language.is_none() || self.language == language)
            && (!self.featured || score.featured)
            && self.has_words(score)
    }

    fn has_words(&self, score: &Score) -> bool {
        if self.phrases.is_empty() {
            return true;
        }
        let metadata = &score.rendering.metadata;
        let fields = [
            score.title.to_lowercase(),
            score.description.to_lowercase(),
            score.tags.to_lowercase(),
            lower(metadata.title.as_deref()),
            lower(metadata.subtitle.as_deref()),
            lower(metadata.composer.as_deref()),
            lower(metadata.poet.as_deref()),
        ];
        self.phrases.iter().all(|phrase| fields.iter().any(|field| field.contains(phrase)))
    }
}

fn lower(text: Option<&str>) -> String {
    text.unwrap_or_default().to_lowercase()
}

fn number(name: &str, text: &str) -> Result<usize> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than fit are a page or a number of parts that no score has.
    let number = digits.then(|| text.parse().unwrap_or(usize::MAX));
    number.ok_or_else(|| error::unusable(format!("{name} is a number from 0")))
}

/// Words, and what stands between double quotes as one; an open quote lasts to the end.
fn phrases(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let mut phrases = Vec::new();
    for (index, run) in text.split('"').enumerate() {
        if index % 2 == 1 {
            phrases.push(run.trim().to_owned());
        } else {
            phrases.extend(run.split_whitespace().map(str::to_owned));
        }
    }
    phrases.retain(|phrase| !phrase.is_empty());
    phrases
}

#[cfg(test)]
mod tests {
    use super::phrases;

    #[test]
    fn quotes_hold_words_together() {
        assert_eq!(phrases("Silver LAKE"), ["silver", "lake"]);
        assert_eq!(phrases("\"silver lake\" duo"), ["silver lake", "duo"]);
        assert_eq!(phrases("duo \"silver lake"), ["duo", "silver lake"]);
        assert_eq!(phrases(" \"\" "), Vec::<String>::new());
    }
}
