//! `cargo xtask coverage`: writes `docs/coverage.md`, what the five documents ask for beside where it is.
//!
//! The items stand in `coverage/items.txt`. Where each is comes from the sources, the fixtures and the snapshots, so an item
//! that is nowhere is a gap in the table, and `--check` fails on it as on a table that is not the newest.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::say;
use crate::shell::root;

mod evidence;

use evidence::{Evidence, Found};

const ITEMS: &str = include_str!("coverage/items.txt");
const PAGE: &str = "docs/coverage.md";

/// A document with its items.
struct Document {
    name: String,
    rows: Vec<Row>,
}

/// An item, and where it is.
struct Row {
    kind: &'static str,
    item: String,
    found: Found,
}

/// The endpoint that the lines below are about.
#[derive(Clone, Default)]
struct Endpoint {
    name: String,
    sandbox: String,
}

/// Writes the page, or compares it.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode, String> {
    let check = match arguments {
        [] => false,
        ["--check"] => true,
        _ => return Err("usage: cargo xtask coverage [--check]".into()),
    };
    let documents = documents()?;
    let page = page(&documents);
    if check {
        let faults = faults(&documents, &page);
        return if faults.is_empty() {
            say(summary(&documents));
            Ok(ExitCode::SUCCESS)
        } else {
            Err(faults.join("\n"))
        };
    }
    fs::write(root().join(PAGE), page).map_err(|error| format!("{PAGE}: {error}"))?;
    say(summary(&documents));
    Ok(ExitCode::SUCCESS)
}

/// What the rules have against the page.
pub(crate) fn check(faults: &mut Vec<String>) -> Result<(), String> {
    let documents = documents()?;
    let page = page(&documents);
    faults.extend(self::faults(&documents, &page));
    Ok(())
}

fn faults(documents: &[Document], page: &str) -> Vec<String> {
    let mut faults: Vec<String> = documents
        .iter()
        .flat_map(|document| document.rows.iter().map(move |row| (document, row)))
        .filter_map(|(document, row)| {
            let gap = row.found.gap()?;
            Some(format!("{}: {} {} has no {gap}", document.name, row.kind, row.item))
        })
        .collect();
    if fs::read_to_string(root().join(PAGE)).ok().as_deref() != Some(page) {
        faults.push(format!("{PAGE} is not what cargo xtask coverage writes: run it"));
    }
    faults
}

/// The items with where they are.
fn documents() -> Result<Vec<Document>, String> {
    let evidence = Evidence::read(&root())?;
    let (mut documents, mut endpoint): (Vec<Document>, Endpoint) = Default::default();
    for (number, line) in ITEMS.lines().enumerate() {
        let wrong = || format!("coverage/items.txt:{}: {line}", number + 1);
        let Some((mark, rest)) = line.split_once(' ').filter(|(mark, _)| *mark != "#") else { continue };
        if mark == "=" {
            documents.push(Document { name: rest.to_owned(), rows: Vec::new() });
            continue;
        }
        let rows = &mut documents.last_mut().ok_or_else(wrong)?.rows;
        let parts: Vec<&str> = rest.split(" | ").collect();
        match (mark, parts.as_slice()) {
            (">", [name, sandbox, item]) => {
                endpoint = Endpoint { name: (*name).to_owned(), sandbox: (*sandbox).to_owned() };
                let found = evidence.endpoint(name, sandbox);
                rows.push(Row { kind: "endpoint", item: format!("`{item}`"), found });
            }
            ("rule", [text, client, sandbox, test]) => {
                let found = evidence.rule(client, sandbox, test);
                rows.push(Row { kind: "rule", item: (*text).to_owned(), found });
            }
            ("parameter" | "member" | "status" | "value", [words]) => {
                for word in words.split(' ') {
                    let Endpoint { name, sandbox } = &endpoint;
                    let (kind, found) = match mark {
                        "parameter" => ("parameter", evidence.parameter(name, sandbox, word)),
                        "member" => ("member", evidence.member(name, sandbox, word)),
                        "status" => ("status", evidence.status(name, sandbox, word)),
                        _ => ("value", evidence.value(name, sandbox, word)),
                    };
                    rows.push(Row { kind, item: format!("`{word}`"), found });
                }
            }
            _ => return Err(wrong()),
        }
    }
    Ok(documents)
}

fn covered(document: &Document) -> usize {
    document.rows.iter().filter(|row| row.found.gap().is_none()).count()
}

fn summary(documents: &[Document]) -> String {
    let (covered, all) = documents
        .iter()
        .fold((0, 0), |(covered, all), it| (covered + self::covered(it), all + it.rows.len()));
    format!("coverage: {covered} of {all} items")
}

/// The page.
fn page(documents: &[Document]) -> String {
    let mut page = String::from(
        "# What the five documents ask for, and where it is\n\n\
         Written by `cargo xtask coverage` from `xtask/src/coverage/items.txt`, the sources, the fixtures and the snapshots; `cargo xtask rules` fails if an item is\n\
         nowhere or this page is not the newest. Clients and tests are named below `crates/`, the sandbox below `crates/sandbox/src/`.\n\n\
         A parameter is found in the snapshot or fixture of a request, a member in a response of the sandbox that is a fixture, a status in a fixture or in the snapshot of\n\
         the error lines; a rule names its test.\n\n\
         | document | items | here |\n| --- | --- | --- |\n",
    );
    for document in documents {
        let _ = writeln!(page, "| {} | {} | {} |", document.name, document.rows.len(), covered(document));
    }
    let all: usize = documents.iter().map(|document| document.rows.len()).sum();
    let here: usize = documents.iter().map(covered).sum();
    let _ = writeln!(page, "| **sum** | **{all}** | **{here}** |");
    for document in documents {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &document.rows {
            *kinds.entry(row.kind).or_default() += 1;
        }
        let kinds: Vec<String> =
            kinds.iter().map(|(kind, count)| format!("{count} of kind {kind}")).collect();
        let _ = write!(page, "\n## {}\n\n{}.\n\n", document.name, kinds.join(", "));
        page += "| | item | client | sandbox | test |\n| --- | --- | --- | --- | --- |\n";
        for Row { kind, item, found } in &document.rows {
            let cell = |place: &Option<String>| place.clone().unwrap_or_else(|| "**gap**".to_owned());
            let (client, sandbox, test) = (cell(&found.client), cell(&found.sandbox), cell(&found.test));
            let _ = writeln!(page, "| {kind} | {item} | {client} | {sandbox} | {test} |");
        }
    }
    page
}

/// Every file below a folder, in order, with its text.
fn texts(folder: &Path, keep: &dyn Fn(&str) -> bool) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            found.extend(texts(&path, keep));
        } else if keep(&name)
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push((path.to_string_lossy().replace('\\', "/"), text));
        }
    }
    found
}
