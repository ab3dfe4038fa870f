//! `docs/command.md` and the cast in the README show what the command really prints. `SEGNO_WRITE=1` writes it anew.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;

use crate::shell::{Scratch, asset};

/// Checks, or writes, the blocks that begin with ```console and have lines with `$ segno`.
async fn check(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let scratch = Scratch::new().await;
    for (name, called) in [("minuet-in-g.mxl", "minuet.mxl"), ("minuet-in-g.mp3", "minuet.mp3")] {
        std::fs::copy(asset(name), scratch.path(called)).unwrap();
    }
    let order = scratch.run(&["score", "order", "minuet.mxl"]).good().out;
    let mut bars: String =
        order.lines().filter_map(|line| line.rsplit('\t').next()).map(|start| format!("{start}\n")).collect();
    bars.push_str("98.7\n");
    scratch.write("bars.txt", bars);
    scratch.write("tapped.json", "[[4,9.6],[0,0],[8,20.5]]");

    let (mut new, mut shows) = (String::new(), false);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            shows = line == "```console" && lines.peek().is_some_and(|next| next.starts_with("$ segno"));
        } else if shows {
            let Some(command) = line.strip_prefix("$ segno ") else { continue };
            writeln!(new, "{line}").unwrap();
            new.push_str(&printed(&scratch, command));
            continue;
        }
        writeln!(new, "{line}").unwrap();
    }
    if std::env::var_os("SEGNO_WRITE").is_some() {
        std::fs::write(&path, new).unwrap();
    } else {
        for (new, old) in new.lines().zip(text.lines()) {
            assert_eq!(new, old, "SEGNO_WRITE=1 cargo test -p segno guide writes {file} anew");
        }
        assert_eq!(new.lines().count(), text.lines().count(), "SEGNO_WRITE=1 writes {file} anew");
    }
}

/// What a command prints, standard error first, as on a terminal without the table.
fn printed(scratch: &Scratch, command: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for (index, part) in command.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = scratch.command(&words).stdin(Stdio::null()).output().unwrap();
    let mut text = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
    // Ports are free ones, and differ.
    for host in segno_sandbox::Host::ALL {
        text = text.replace(&scratch.sandbox.origin(*host), "http://127.0.0.1:8400");
    }
    if let Some(code) = output.status.code().filter(|code| *code != 0) {
        writeln!(text, "(exit code {code})").unwrap();
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_shows_what_is_printed() {
    check("docs/command.md").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cast_of_the_readme_is_true() {
    check("README.md").await;
    check("crates/cli/README.md").await;
}

/// The command lines of a page: in the lists of YAML, behind other commands of a shell, and in the text.
fn command_lines(page: &str) -> Vec<Vec<String>> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (mut found, mut language) = (Vec::new(), None);
    for line in page.lines() {
        if let Some(name) = line.trim_start().strip_prefix("```") {
            language = if language.is_none() { Some(name.to_owned()) } else { None };
            continue;
        }
        match language.as_deref() {
            Some("yaml") => {
                let list = line.trim().strip_prefix("command: ");
                found.extend(list.and_then(|list| serde_json::from_str::<Vec<String>>(list).ok()));
            }
            Some(_) => {
                let line = line.split(" #").next().unwrap_or_default();
                found.extend(line.split(" | ").filter_map(|part| {
                    let words = words(part);
                    let place = words.iter().position(|word| word == "segno")?;
                    Some(words[place..].to_vec())
                }));
            }
            None => {
                let spans = line.split('`').skip(1).step_by(2);
                found.extend(spans.filter(|span| span.starts_with("segno ")).map(words));
            }
        }
    }
    found.retain(|words| words.first().is_some_and(|word| word == "segno"));
    found
}

/// Asks for help behind the words: words that the command does not know are told before it is given.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_pages_are_understood() {
    let scratch = Scratch::new().await;
    for (file, least) in [("docs/batch.md", 15), ("docs/fleet.md", 4)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
        let page = std::fs::read_to_string(&path).unwrap();
        let commands = command_lines(&page);
        assert!(commands.len() >= least, "{file}: {commands:?}");
        for words in commands {
            let words = words[1..].iter().map(|word| match word.as_str() {
                "JOB" | "JOB..." => "1",
                word => word,
            });
            let words: Vec<&str> = words.chain(["--help"]).collect();
            let done = scratch.run(&words);
            assert_eq!(done.code, Some(0), "{file}: segno {}: {}", words.join(" "), done.err);
        }
    }
    // Options that are named alone.
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/batch.md");
    let page = std::fs::read_to_string(page).unwrap();
    let help: String = [&["batch"][..], &["batch", "work"], &["batch", "retry"], &["batch", "status"]]
        .map(|words| scratch.run(&[words, &["--help"]].concat()).good().out)
        .concat();
    let text = page.split("```").step_by(2).collect::<String>();
    for option in text.split('`').skip(1).step_by(2).filter(|span| span.starts_with("--")) {
        let name = option.split_whitespace().next().unwrap_or_default();
        assert!(help.split(|c: char| c.is_whitespace() || c == ',').any(|word| word == name), "{option}");
    }
}
