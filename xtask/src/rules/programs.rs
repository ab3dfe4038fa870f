//! A program that a page shows is whole, and the page says which crates to add for it: who pastes it builds it.

use std::collections::BTreeSet;

use super::text::Text;

/// What it shows is taken out of the sources, to be compared with that of others.
const EXCERPTS: &str = "docs/beside.md";

/// READMEs and every page of `docs`.
pub(super) fn check(texts: &[Text], faults: &mut Vec<String>) {
    let manifest = texts.iter().find(|text| text.path == "Cargo.toml").map_or("", |text| &text.text);
    let known = crates(manifest);
    for page in texts.iter().filter(|text| text.is("md") && text.path != EXCERPTS) {
        let folder = page.path.split('/').next().unwrap_or_default();
        if page.path == "README.md" || folder == "docs" || folder == "crates" {
            faults.extend(missing(&page.text, &known).into_iter().map(|it| format!("{}:{it}", page.path)));
        }
    }
}

/// The names that programs use of the crates in the table of the workspace.
fn crates(manifest: &str) -> BTreeSet<String> {
    let table = manifest.split("[workspace.dependencies]\n").nth(1).unwrap_or_default();
    let table = table.split("\n[").next().unwrap_or_default();
    table.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.replace('-', "_")).collect()
}

/// What the programs of a page lack, with the lines of their fences.
fn missing(page: &str, known: &BTreeSet<String>) -> Vec<String> {
    let added: BTreeSet<String> =
        page.lines().flat_map(|line| line.split("cargo add ").skip(1)).flat_map(added).collect();
    let mut faults = Vec::new();
    let mut program: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(page.lines()) {
        match &mut program {
            Some((fence, text)) if line == "```" => {
                if !text.contains("fn main()") {
                    faults.push(format!("{fence}: a program without `main`"));
                }
                let lacking = known.iter().filter(|name| uses(text, name) && !added.contains(*name));
                faults.extend(lacking.map(|name| {
                    format!("{fence}: the page must say `cargo add {}`", name.replace('_', "-"))
                }));
                program = None;
            }
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line == "```rust" || line.starts_with("```rust,") => {
                program = Some((number, String::new()))
            }
            None => {}
        }
    }
    faults
}

/// The crates behind a `cargo add`, up to the end of the code.
fn added(command: &str) -> BTreeSet<String> {
    let command = command.split(['`', '#']).next().unwrap_or_default();
    let mut words = command.split(' ');
    let mut names = BTreeSet::new();
    while let Some(word) = words.next() {
        match word {
            "--features" | "-F" | "--path" => {
                let _ = words.next();
            }
            option if option.starts_with('-') => {}
            name => {
                names.insert(name.replace('-', "_"));
            }
        }
    }
    names
}

/// Whether a program names a crate: `tokio::` where a path begins, unless the name was imported from another crate.
fn uses(program: &str, name: &str) -> bool {
    let path = format!("{name}::");
    let imported = program.lines().any(|line| {
        let from_another = line.trim_start().starts_with("use ") && !line.contains(&format!("use {path}"));
        from_another && line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
    });
    let begins = |at: usize| !program[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    !imported && program.match_indices(&path).any(|(at, _)| begins(at))
}

#[cfg(test)]
mod tests {
    use super::{crates, missing};

    const MANIFEST: &str = "[workspace.dependencies]\n# Ours.\nsegno-x = { path = \"x\" }\nserde = \"1\"\n\nhttp = \"1\"\n\n[profile.dev]\ntokio = \"1\"\n";

    fn faults(page: &str) -> Vec<String> {
        missing(page, &crates(MANIFEST))
    }

    #[test]
    fn a_program_says_what_to_add() {
        let page = |add: &str| {
            format!(
                "{add}\n\n```rust\nuse segno_x::http;\n\n#[derive(serde::Deserialize)]\nstruct S;\n\nfn main() {{\n    http::get();\n    x::serde::y();\n}}\n```\n"
            )
        };
        assert_eq!(faults(&page("cargo add segno-x serde --features derive")), [""; 0]);
        assert_eq!(faults(&page("`cargo add segno-x`, then `cargo add --dev serde`.")), [""; 0]);
        assert_eq!(
            faults(&page("cargo add --path ../segno-x # serde")),
            ["3: the page must say `cargo add segno-x`", "3: the page must say `cargo add serde`"]
        );
    }

    #[test]
    fn a_program_has_a_main() {
        assert_eq!(
            faults("```rust,no_run\nlet x = 1;\n```\n```sh\nlet\n```\n"),
            ["1: a program without `main`"]
        );
    }
}
