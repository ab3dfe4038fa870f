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
