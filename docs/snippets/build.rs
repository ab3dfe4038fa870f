//! Takes the Rust blocks out of the guides: each becomes a module with the whole program that the page shows.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let guides = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../guide");
    let others = ["../network.md", "../fleet.md"].map(|page| guides.join(page));
    println!("cargo::rerun-if-changed={}", guides.display());
    for page in &others {
        println!("cargo::rerun-if-changed={}", page.display());
    }
    let mut pages: Vec<PathBuf> =
        fs::read_dir(&guides)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    pages.extend(others);
    pages.sort();
    let (mut modules, mut arms) = (String::new(), String::new());
    for page in pages.into_iter().filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        let stem = page.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        for (line, block) in blocks(&fs::read_to_string(&page)?) {
            let module = format!("{}_{line}", stem.replace('-', "_"));
            let run =
                "pub(super) fn run() -> std::process::ExitCode { std::process::Termination::report(main()) }";
            let _ = writeln!(modules, "mod {module} {{\n{block}\n{run}\n}}");
            let _ = writeln!(arms, "        \"{stem}:{line}\" => Some({module}::run()),");
        }
    }
    let run = format!(
        "/// Runs the program that stands at this line of a page; `None` if none stands there.\n\
         fn run(name: &str) -> Option<ExitCode> {{\n    match name {{\n{arms}        _ => None,\n    }}\n}}\n"
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("snippets.rs"), modules + &run)
}

/// The blocks of Rust with the line of their fence, from 1.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(page.lines()) {
        match &mut open {
            Some(_) if line == "```" => found.extend(open.take()),
            Some((_, block)) => {
                block.push_str(line);
                block.push('\n');
            }
            None if line == "```rust" || line.starts_with("```rust,") => open = Some((number, String::new())),
            None => {}
        }
    }
    found
}
