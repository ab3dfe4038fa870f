//! The layers of core: what is lower names nothing that is higher, and no files import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::text::Text;

const ROOT: &str = "crates/core/src/";

/// Folders and files at the root of core, lowest first.
const LAYERS: [&str; 15] = [
    "secret",
    "one_line",
    "time",
    "url",
    "lenient",
    "decode",
    "environment",
    "webhook",
    "request",
    "endpoint",
    "transport",
    "client",
    "auth",
    "vocabulary",
    "testing",
];

/// The most files that may import each other in a circle.
const LIMIT: usize = 3;

type Arrows = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    let arrows = arrows(texts);
    let layer =
        |module: &[String]| LAYERS.iter().position(|layer| module.first().is_some_and(|at| at == layer));
    for (from, targets) in &arrows {
        for to in targets {
            match (layer(from), layer(to)) {
                (Some(low), Some(high)) if low < high => {
                    faults.push(format!(
                        "core: {} imports {}, which is above it",
                        from.join("::"),
                        to.join("::")
                    ));
                }
                (None, _) | (_, None) => faults.push(format!("core: {} is in no layer", from.join("::"))),
                _ => {}
            }
        }
    }
    let circle = arrows.keys().map(|module| circle(module, &arrows)).max_by_key(Vec::len).unwrap_or_default();
    if circle.len() > LIMIT {
        faults.push(format!("core: {} files import each other: {}", circle.len(), circle.join(", ")));
    }
}

/// Which module names which; a module's own re-exports of what is below it do not count, nor do tests.
fn arrows(texts: &[Text]) -> Arrows {
    let mut modules = BTreeMap::new();
    for text in texts {
        let Some(path) = text.path.strip_prefix(ROOT).and_then(|path| path.strip_suffix(".rs")) else {
            continue;
        };
        if path != "lib" && !path.split('/').any(|part| part == "tests") {
            modules.insert(path.split('/').map(str::to_owned).collect::<Vec<_>>(), text);
        }
    }
    let mut arrows: Arrows = BTreeMap::new();
    for (module, text) in &modules {
        let source = text.text.split("\nmod tests").next().unwrap_or_default();
        let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let targets = arrows.entry(module.clone()).or_default();
        for statement in code.join(" ").split(';') {
            let reexports = statement.contains("pub use ") || statement.contains("pub(crate) use ");
            for path in paths(statement, module) {
                let length = (1..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]));
                let Some(target) = length.map(|length| path[..length].to_vec()) else { continue };
                if target != *module && !(reexports && target.starts_with(module)) {
                    targets.insert(target);
                }
            }
        }
    }
    arrows
}

/// The paths from the crate's root that a statement names.
fn paths(statement: &str, module: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in statement.match_indices(start) {
            let before = statement[..at].chars().next_back();
            if !before.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$' | ':')) {
                expand(&statement[at..], &[], &mut found);
            }
        }
    }
    let own = statement.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
    let tree = own.strip_prefix("use ").unwrap_or_default();
    if !tree.is_empty() && !["crate::", "super::", "self::"].iter().any(|start| tree.starts_with(start)) {
        expand(&format!("self::{tree}"), &[], &mut found);
    }
    found.into_iter().map(|path| absolute(&path, module)).collect()
}

fn absolute(path: &[String], module: &[String]) -> Vec<String> {
    let (mut base, mut rest) = (Vec::new(), path);
    if path.first().is_some_and(|first| first != "crate") {
        base = module.to_vec();
    }
    while let [first, behind @ ..] = rest {
        match first.as_str() {
            "super" => drop(base.pop()),
            "crate" | "self" => {}
            _ => break,
        }
        rest = behind;
    }
    base.extend_from_slice(rest);
    base
}

/// Takes a path, or a tree of them in braces, apart; gives what stands behind it.
fn expand<'t>(text: &'t str, above: &[String], found: &mut Vec<Vec<String>>) -> &'t str {
    let mut path = above.to_vec();
    let mut rest = text.trim_start();
    loop {
        if let Some(mut inner) = rest.strip_prefix('{') {
            loop {
                inner = inner.trim_start();
                if let Some(behind) = inner.strip_prefix('}') {
                    return behind;
                }
                let behind = expand(inner, &path, found);
                let next = behind.find([',', '}']).map_or("", |at| &behind[at..]);
                if next.is_empty() {
                    return next;
                }
                inner = next.strip_prefix(',').unwrap_or(next);
            }
        }
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        path.push(rest[..end].to_owned());
        match rest[end..].strip_prefix("::") {
            Some(behind) if end > 0 => rest = behind,
            _ => {
                found.push(path);
                return &rest[end..];
            }
        }
    }
}

/// The files from which one comes back to `module`, itself included.
fn circle(module: &Vec<String>, arrows: &Arrows) -> Vec<String> {
    let reached = |from: &Vec<String>| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(next) = open.pop() {
            for target in arrows.get(next).into_iter().flatten() {
                if seen.insert(target) {
                    open.push(target);
                }
            }
        }
        seen
    };
    let ahead = reached(module);
    ahead.iter().filter(|other| reached(other).contains(module)).map(|other| other.join("::")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crate_of(files: &[(&str, &str)]) -> Vec<Text> {
        let text =
            |(path, text): &(&str, &str)| Text { path: format!("{ROOT}{path}"), text: (*text).to_owned() };
        files.iter().map(text).collect()
    }

    fn faults(files: &[(&str, &str)]) -> Vec<String> {
        let mut faults = Vec::new();
        check(&crate_of(files), &mut faults);
        faults
    }

    #[test]
    fn what_is_lower_names_nothing_higher() {
        assert_eq!(
            faults(&[
                ("url.rs", "use crate::request::Body;"),
                ("request.rs", "use crate::url::{self, Origin};")
            ]),
            ["core: url imports request, which is above it"]
        );
        let inline = [
            ("time.rs", "fn f() -> crate::client::retry::Retry;"),
            ("client/retry.rs", "// crate::auth\n"),
            ("client.rs", ""),
        ];
        assert_eq!(faults(&inline), ["core: time imports client::retry, which is above it"]);
        assert!(
            faults(&[("url.rs", "#[cfg(test)]\nmod tests { use crate::client::X; }"), ("client.rs", "")])
                .is_empty()
        );
    }

    #[test]
    fn circles_are_of_three_at_most() {
        let three = [
            ("client.rs", "pub use a::A;\nuse crate::{url, client::{b::B, c}};"),
            ("client/a.rs", "use super::b::{B, self as other};"),
            ("client/b.rs", "use super::c;"),
            ("client/c.rs", "use super::a;"),
            ("url.rs", ""),
        ];
        assert_eq!(faults(&three), [""; 0]);
        let four = [
            &three[..3],
            &[("client/c.rs", "use super::{d::D};"), ("client/d.rs", "use crate::client::a::A;")],
        ]
        .concat();
        assert_eq!(
            faults(&four),
            ["core: 4 files import each other: client::a, client::b, client::c, client::d"]
        );
    }
}
