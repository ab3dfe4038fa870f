//! Values as `Debug` prints them, taken apart: what differs between two of them, by its path.

use std::collections::BTreeSet;

/// Paths into a value, such as `[3].user.name`.
pub(super) type Paths = BTreeSet<String>;

/// Lists with more members to be compared with each other than this are taken as different as a whole.
const MAX_PAIRS: usize = 10_000;

/// How much it costs to say that a member of a list is gone, in fields that differ.
const GONE: usize = 4;

/// A value that was printed with `{:#?}`, without what it says of things that were passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Printed {
    /// The name of the field, if it is one.
    label: Option<String>,
    /// The name of the type with the bracket behind it, or the value of what holds nothing.
    head: String,
    children: Vec<Printed>,
}

impl Printed {
    /// Takes apart what `{:#?}` printed.
    pub(super) fn parse(text: &str) -> Self {
        let mut lines = text.lines().map(str::trim).peekable();
        Self::value(&mut lines).simple()
    }

    fn value<'t>(lines: &mut std::iter::Peekable<impl Iterator<Item = &'t str>>) -> Self {
        let Some(line) = lines.next() else { return Self::default() };
        let line = line.strip_suffix(',').unwrap_or(line);
        let (label, head) = labelled(line);
        let mut value = Self { label: label.map(str::to_owned), head: head.to_owned(), children: Vec::new() };
        if let Some(empty) = ["[]", "{}"].into_iter().find(|empty| head.ends_with(empty)) {
            value.head.truncate(head.len() + 1 - empty.len());
        } else if head.ends_with(['{', '[', '(']) {
            while let Some(next) = lines.peek() {
                if next.starts_with(['}', ']', ')']) {
                    lines.next();
                    break;
                }
                let child = Self::value(lines);
                if child.label.as_deref() != Some("passed_over") {
                    value.children.push(child);
                }
            }
        }
        value
    }

    /// `Some(x)` is `x`, and a list that passed something over is a list.
    fn simple(mut self) -> Self {
        self.children = self.children.into_iter().map(Self::simple).collect();
        let is_wrapper = self.children.len() == 1 && matches!(self.head.as_str(), "Some(" | "List {");
        if is_wrapper && let Some(inner) = self.children.pop() {
            return Self { label: self.label, ..inner };
        }
        self
    }

    /// The paths at which another value differs from this one. What a map has more than this one is no difference.
    pub(super) fn differences(&self, other: &Self) -> Paths {
        let mut paths = Paths::new();
        self.compare(other, "", &mut paths);
        paths
    }

    fn compare(&self, other: &Self, path: &str, paths: &mut Paths) {
        if self.head == other.head && self.children == other.children {
            return;
        }
        let is_leaf = |value: &Self| !value.head.ends_with(['{', '[', '(']);
        if self.head != other.head || is_leaf(self) || is_leaf(other) {
            paths.insert(path.to_owned());
        } else if self.head.ends_with('[') {
            self.compare_lists(other, path, paths);
        } else if self.head.ends_with('(') {
            if self.children.len() != other.children.len() {
                paths.insert(path.to_owned());
            }
            for (child, others) in self.children.iter().zip(&other.children) {
                child.compare(others, path, paths);
            }
        } else {
            for child in &self.children {
                let label = child.label.as_deref().unwrap_or_default();
                let inner = if path.is_empty() { label.to_owned() } else { format!("{path}.{label}") };
                match other.children.iter().find(|others| others.label == child.label) {
                    Some(others) => child.compare(others, &inner, paths),
                    None => drop(paths.insert(inner)),
                }
            }
        }
    }

    /// Of all ways in which members of one list may be those of the other, the one with the fewest differences.
    fn compare_lists(&self, other: &Self, path: &str, paths: &mut Paths) {
        let (mut ours, mut theirs) = (&self.children[..], &other.children[..]);
        let mut first = 0;
        while let ([a, left @ ..], [b, rest @ ..]) = (ours, theirs)
            && a == b
        {
            (ours, theirs, first) = (left, rest, first + 1);
        }
        while let ([left @ .., a], [rest @ .., b]) = (ours, theirs)
            && a == b
        {
            (ours, theirs) = (left, rest);
        }
        let at = |index: usize| format!("{path}[{}]", first + index);
        if ours.len() == theirs.len() {
            for (index, (a, b)) in ours.iter().zip(theirs).enumerate() {
                a.compare(b, &at(index), paths);
            }
            return;
        }
        if ours.len() * theirs.len() > MAX_PAIRS {
            paths.insert(path.to_owned());
            return;
        }
        let differing = |i: usize, j: usize| {
            let mut paths = Paths::new();
            ours[i].compare(&theirs[j], &at(i), &mut paths);
            paths
        };
        // The least cost from members i and j to the ends.
        let (n, m) = (ours.len(), theirs.len());
        let mut least = vec![vec![0; m + 1]; n + 1];
        for (i, j) in (0..=n).rev().flat_map(|i| (0..=m).rev().map(move |j| (i, j))) {
            least[i][j] = match (i < n, j < m) {
                (true, true) => {
                    let pair = differing(i, j).len() + least[i + 1][j + 1];
                    pair.min(GONE + least[i + 1][j].min(least[i][j + 1]))
                }
                (true, false) => GONE + least[i + 1][j],
                (false, true) => GONE + least[i][j + 1],
                (false, false) => 0,
            };
        }
        let (mut i, mut j) = (0, 0);
        while i < n || j < m {
            if i < n && least[i][j] == GONE + least[i + 1][j] {
                paths.insert(at(i));
                i += 1;
            } else if j < m && least[i][j] == GONE + least[i][j + 1] {
                // The names of members that a model does not know.
                if self.label.as_deref() != Some("other") {
                    paths.insert(format!("{path}[new]"));
                }
                j += 1;
            } else {
                paths.extend(differing(i, j));
                (i, j) = (i + 1, j + 1);
            }
        }
    }
}

/// The name of a field in front of a value, or the key of a map.
fn labelled(line: &str) -> (Option<&str>, &str) {
    let end = if line.starts_with('"') {
        let mut escaped = false;
        line.char_indices().skip(1).find_map(|(at, letter)| {
            let ends = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends.then_some(at + 1)
        })
    } else {
        line.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
    };
    match end.and_then(|end| Some((&line[..end], line[end..].strip_prefix(": ")?))) {
        Some((label, value)) => (Some(label), value),
        None => (None, line),
    }
}

/// Whether a path is another one or leads to something in it.
pub(super) fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug)]
    #[allow(dead_code, reason = "it is printed")]
    struct Song {
        id: u32,
        title: Option<&'static str>,
        tags: Vec<&'static str>,
        passed_over: Vec<u8>,
    }

    fn songs() -> Vec<Song> {
        let song = |id, title| Song { id, title, tags: vec!["a: b", "c{", "[]"], passed_over: Vec::new() };
        vec![song(1, Some("A")), song(2, Some("B, \"quoted\n")), song(3, None)]
    }

    fn differences(change: impl Fn(&mut Vec<Song>)) -> Vec<String> {
        let (before, mut after) = (songs(), songs());
        change(&mut after);
        let parse = |songs: &Vec<Song>| Printed::parse(&format!("{songs:#?}"));
        parse(&before).differences(&parse(&after)).into_iter().collect()
    }

    #[test]
    fn what_differs_has_a_path() {
        assert!(differences(|_| ()).is_empty());
        assert!(differences(|songs| songs[1].passed_over.push(1)).is_empty());
        assert_eq!(differences(|songs| songs[1].title = Some("x")), ["[1].title"]);
        assert_eq!(differences(|songs| songs[1].title = None), ["[1].title"]);
        assert_eq!(differences(|songs| songs[2].title = Some("x")), ["[2].title"]);
        assert_eq!(differences(|songs| songs[0].tags[2] = "[2]"), ["[0].tags[2]"]);
        assert_eq!(differences(|songs| _ = songs[0].tags.remove(0)), ["[0].tags[0]"]);
        assert_eq!(differences(|songs| songs[0].tags.clear()), ["[0].tags[0]", "[0].tags[1]", "[0].tags[2]"]);
        assert_eq!(differences(|songs| drop(songs.remove(1))), ["[1]"]);
        assert_eq!(differences(|songs| songs.push(songs[0].clone())), ["[new]"]);
        let both = differences(|songs| {
            songs.remove(0);
            songs[1].id = 7;
        });
        assert_eq!(both, ["[0]", "[2].id"]);
    }

    #[test]
    fn a_list_that_passed_something_over_is_a_list() {
        let list = Printed::parse("List {\n    items: [\n        1,\n    ],\n    passed_over: [[1]],\n}");
        assert!(Printed::parse("[\n    1,\n    2,\n]").differences(&list).contains("[1]"));
        assert!(Printed::parse("[\n    1,\n]").differences(&list).is_empty());
    }

    #[test]
    fn paths_lead_into_others() {
        assert!(is_within("[1].user.name", "[1].user") && is_within("[1]", "") && is_within("a", "a"));
        assert!(!is_within("[10]", "[1]") && !is_within("names", "name") && !is_within("a", "a.b"));
    }
}
