//! Where an item is: in the sources, the fixtures and the snapshots.

use std::path::Path;

use super::texts;
use crate::rules::SERVICES;

/// Where an item is; `None` is a gap, and a dash where there is no side.
pub(super) struct Found {
    pub(super) client: Option<String>,
    pub(super) sandbox: Option<String>,
    pub(super) test: Option<String>,
}

impl Found {
    /// What is missing.
    pub(super) fn gap(&self) -> Option<&'static str> {
        match (&self.client, &self.sandbox, &self.test) {
            (None, ..) => Some("client"),
            (_, None, _) => Some("sandbox"),
            (.., None) => Some("test"),
            _ => None,
        }
    }
}

/// Files by their path below `crates`.
type Texts = Vec<(String, String)>;

/// What was read.
pub(super) struct Evidence {
    /// The sources of the clients and of the crates below them.
    sources: Texts,
    /// The sources of the sandbox, below its `src`.
    sandbox: Texts,
    /// Tests, their snapshots and fixtures.
    tests: Texts,
}

impl Evidence {
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let crates = root.join("crates");
        let below = |folder: &Path, keep: &dyn Fn(&str) -> bool| -> Texts {
            let start = format!("{}/", crates.to_string_lossy().replace('\\', "/"));
            let short = |path: String| path.strip_prefix(&start).map(str::to_owned).unwrap_or(path);
            texts(folder, keep).into_iter().map(|(path, text)| (short(path), text)).collect()
        };
        let rust = |name: &str| name.ends_with(".rs");
        let (mut sources, mut tests) = (Texts::new(), Texts::new());
        for name in SERVICES.into_iter().chain(["core", "syncpoint"]) {
            sources.extend(below(&crates.join(name).join("src"), &rust));
            let kept = |name: &str| rust(name) || name.ends_with(".snap") || name.ends_with(".http");
            tests.extend(below(&crates.join(name).join("tests"), &kept));
        }
        tests.extend(below(&crates.join("sandbox/tests"), &rust));
        let sandbox = below(&crates.join("sandbox/src"), &|name| rust(name) || name.ends_with(".js"));
        let sandbox: Texts = sandbox
            .into_iter()
            .map(|(path, text)| (path.trim_start_matches("sandbox/src/").to_owned(), text))
            .collect();
        if sources.is_empty() || sandbox.is_empty() || tests.is_empty() {
            return Err("the sources were not found".into());
        }
        Ok(Self { sources, sandbox, tests })
    }

    /// An endpoint: where it is declared, the sandbox's file, its fixture.
    pub(super) fn endpoint(&self, name: &str, sandbox: &str) -> Found {
        // The one without a case in its name is the response as it should be.
        let fixture = self.fixtures(name).min_by_key(|(path, _)| path.len());
        let test = fixture.map(|(path, _)| format!("`{path}`"));
        Found { client: self.declared(name), sandbox: self.in_sandbox(sandbox, &[]), test }
    }

    /// A parameter: in a request of the endpoint.
    pub(super) fn parameter(&self, name: &str, sandbox: &str, word: &str) -> Found {
        let escaped = word.replace('[', "%5B").replace(']', "%5D");
        let sends = |text: &str| has_word(text, word) || has_word(text, &escaped);
        let wire = self.snapshots(name, "wire").find(|(_, text)| sends(text));
        let sent = |text: &str| text.lines().filter(|line| line.starts_with('>')).any(sends);
        let fixture = || self.fixtures(name).find(|(_, text)| sent(text));
        let own = format!("{}/tests/", service(name));
        let anywhere = || self.tests.iter().find(|(path, text)| path.starts_with(&own) && sends(text));
        let test = wire.or_else(fixture).or_else(anywhere).map(|(path, _)| format!("`{path}`"));
        Found { client: self.declared(name), sandbox: self.in_sandbox(sandbox, &tokens(word)), test }
    }

    /// A member: in a response of the sandbox to the endpoint, and known to the client.
    pub(super) fn member(&self, name: &str, sandbox: &str, word: &str) -> Found {
        let known = word.replace('-', "_");
        let folder = format!("{}/src/", service(name));
        let own: Vec<_> = self.sources.iter().filter(|(path, _)| path.starts_with(&folder)).collect();
        let home = self.declaration(name).map(|(path, _)| path);
        let marks = [format!("pub {known}:"), format!("\"{word}\""), format!(" {known}: ")];
        let is_field = |text: &str| marks.iter().any(|mark| text.contains(mark));
        let at_home = own.iter().find(|(path, text)| Some(path.as_str()) == home && is_field(text));
        let public = || own.iter().find(|(_, text)| text.contains(&marks[0]));
        let named = || own.iter().find(|(_, text)| is_field(text));
        let anywhere = || own.iter().find(|(_, text)| has_word(text, &known) || has_word(text, word));
        let client = at_home.or_else(public).or_else(named).or_else(anywhere);
        let given =
            |text: &str| text.lines().filter(|line| line.starts_with('<')).any(|line| has_word(line, word));
        let fixture = self.fixtures(name).find(|(_, text)| given(text));
        Found {
            client: client.map(|(path, _)| format!("`{path}`")),
            sandbox: fixture.and_then(|_| self.in_sandbox(sandbox, &[])),
            test: fixture.map(|(path, _)| format!("`{path}`")),
        }
    }

    /// A status: a response that is a fixture, or an error line.
    pub(super) fn status(&self, name: &str, sandbox: &str, word: &str) -> Found {
        let line = format!("< HTTP/1.1 {word} ");
        let fixture = self.fixtures(name).find(|(_, text)| text.contains(&line));
        let errors = || self.snapshots(name, "errors").find(|(_, text)| text.contains(&format!(": {word} ")));
        let test = fixture.or_else(errors).map(|(path, _)| format!("`{path}`"));
        Found { client: self.declared(name), sandbox: self.in_sandbox(sandbox, &[]), test }
    }

    /// A value of an enumeration, or a kind of file.
    pub(super) fn value(&self, name: &str, sandbox: &str, word: &str) -> Found {
        let service = service(name);
        let holds = |text: &str| {
            has_word(text, word)
                || text.contains(&format!("\"{word}"))
                || has_word(text, &word.to_lowercase())
        };
        let client = self
            .sources
            .iter()
            .find(|(path, text)| path.starts_with(&format!("{service}/src/")) && holds(text));
        let played = self.sandbox.iter().find(|(path, text)| path.starts_with(service) && holds(text));
        let test = self.tests.iter().find(|(path, text)| {
            (path.starts_with(&format!("{service}/"))
                || path.starts_with(&format!("sandbox/tests/it/{service}")))
                && holds(text)
        });
        // Something that only the client tells apart is taken by the sandbox as it comes.
        let played = played.map(|(path, _)| format!("`{path}`")).or_else(|| self.in_sandbox(sandbox, &[]));
        let own = || {
            let tested = |text: &str| text.contains("#[cfg(test)]") && holds(text);
            self.sources.iter().find(|(path, text)| path.starts_with(service) && tested(text))
        };
        Found {
            client: client.map(|(path, _)| format!("`{path}`")),
            sandbox: played,
            test: test.or_else(own).map(|(path, _)| format!("`{path}`")),
        }
    }

    /// A rule: each side by file, and a word or the name of a test in it.
    pub(super) fn rule(&self, client: &str, sandbox: &str, test: &str) -> Found {
        let (file, word) = client.split_once(' ').unwrap_or((client, ""));
        let declared = self.sources.iter().find(|(path, text)| path == file && has_word(text, word));
        let client = if client == "-" {
            Some("-".to_owned())
        } else {
            declared.map(|(path, _)| format!("`{path}`, `{word}`"))
        };
        let sandbox = if sandbox == "-" { Some("-".to_owned()) } else { self.in_sandbox(sandbox, &[]) };
        let (file, name) = test.split_once(' ').unwrap_or((test, ""));
        let mut all = self.tests.iter().chain(&self.sources);
        let test = all.find(|(path, text)| path == file && text.contains(&format!("fn {name}(")));
        Found { client, sandbox, test: test.map(|(path, _)| format!("`{path}`, `{name}`")) }
    }

    /// Where an endpoint is declared: the file and the type.
    fn declaration(&self, name: &str) -> Option<(&str, &str)> {
        let declares = |mark: &str| {
            let quoted = format!("{mark}\"{name}\"");
            self.sources
                .iter()
                .find_map(|(path, text)| Some((path.as_str(), text.as_str(), text.find(&quoted)?)))
        };
        let (path, text, at) = declares("name: ").or_else(|| declares(""))?;
        let start = text[..at].rfind("pub struct ").map_or(at, |start| start + "pub struct ".len());
        Some((path, text[start..].split([' ', '{', '(', '<']).next()?))
    }

    fn declared(&self, name: &str) -> Option<String> {
        self.declaration(name).map(|(path, item)| format!("`{path}`, `{item}`"))
    }

    /// A file of the sandbox, if every one of the words is in its service's sources.
    fn in_sandbox(&self, file: &str, words: &[&str]) -> Option<String> {
        let folder = file.split(['/', '.']).next()?;
        let shared = ["kit", "storage", "oauth1"];
        let is_there = |word: &&str| {
            self.sandbox.iter().any(|(path, text)| {
                let place = path.split(['/', '.']).next().unwrap_or_default();
                let known = word.replace('-', "_");
                (place == folder || shared.contains(&place)) && has_word(text, &known)
            })
        };
        let known = self.sandbox.iter().any(|(path, _)| path == file);
        (known && words.iter().all(is_there)).then(|| format!("`{file}`"))
    }

    fn fixtures<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a (String, String)> {
        let (service, case) = name.split_once('.').unwrap_or((name, ""));
        let start = format!("{service}/tests/fixtures/{}", case.replacen('.', "/", 1));
        self.tests.iter().filter(move |(path, _)| {
            path.strip_prefix(&start).is_some_and(|rest| rest == ".http" || rest.starts_with('-'))
        })
    }

    fn snapshots<'a>(&'a self, name: &str, family: &str) -> impl Iterator<Item = &'a (String, String)> {
        let start = format!("__{family}__{name}");
        self.tests.iter().filter(move |(path, _)| {
            let rest = path.split_once(&start).map(|(_, rest)| rest);
            rest.is_some_and(|rest| rest == ".snap" || rest.starts_with(['-', '@']))
        })
    }
}

fn service(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

/// The words of a parameter such as `filter[bpm][min]`.
fn tokens(parameter: &str) -> Vec<&str> {
    parameter.split(['[', ']']).filter(|word| !word.is_empty()).collect()
}

/// Whether a word stands in a text, not as a part of another.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text.as_bytes()[..at], &text.as_bytes()[at + word.len()..]);
        let (first, last) = (word.as_bytes().first(), word.as_bytes().last());
        let goes_on = is_part(first) && is_part(before.last());
        !(goes_on || is_part(last) && is_part(after.first()))
    })
}

#[test]
fn a_word_is_not_a_part_of_another() {
    assert!(
        has_word("a=1&name=x", "name") && has_word("\"name\":", "name") && has_word("filter[q]", "filter[q]")
    );
    assert!(!has_word("username=x", "name") && !has_word("name_of", "name"));
    assert_eq!(tokens("filter[bpm][min]"), ["filter", "bpm", "min"]);
}
