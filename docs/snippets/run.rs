//! Everything that a guide shows is run as its reader would, against a sandbox of the page's own: Rust, Python and JavaScript. What
//! stands under `no_run` (a browser is needed, or an account) is compiled. Python and JavaScript are passed over, and told, where they are not installed.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use segno_sandbox::Sandbox;

const SANDBOX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/sandbox");

/// An example of this package, where `cargo test -p snippets` builds it: beside the folder that this test is in.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a program");
    let folder = test.parent().and_then(Path::parent).expect("a build folder").join("examples");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "{} is not built: cargo build -p snippets --examples", program.display());
    program
}

/// What a fence says of its block.
#[derive(Debug)]
struct Block {
    line: usize,
    language: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in (1..).zip(page.lines()) {
        match &mut open {
            Some(_) if line == "```" => found.extend(open.take()),
            Some(block) => block.text = format!("{}{line}\n", block.text),
            None => {
                if let Some(language) = line.strip_prefix("```") {
                    open = Some(Block { line: number, language: language.to_owned(), text: String::new() });
                }
            }
        }
    }
    assert!(open.is_none(), "a block is not closed: {open:?}");
    found
}

/// How a block is run; `None` if it is shown only.
fn command(page: &str, block: &Block) -> Option<Command> {
    let mut command = match block.language.as_str() {
        "rust" => {
            let mut command = Command::new(example("snippets"));
            command.arg(format!("{page}:{}", block.line));
            command
        }
        "python" => {
            let mut command = Command::new("python3");
            command.args(["-c", &block.text]);
            command
        }
        "js" => {
            let mut command = Command::new("node");
            command.args(["--input-type=module", "--eval", &block.text]);
            command
        }
        // Compiled with the others; to run it takes a browser.
        "rust,no_run" => return None,
        "sh" | "console" | "text" | "json" | "toml" | "yaml" | "csv" | "http" => return None,
        other => panic!("{page}.md:{}: a block of {other:?} would not be checked", block.line),
    };
    command.stdin(Stdio::null());
    Some(command)
}

/// The files that the guides work with.
fn lay_out(folder: &Path) {
    for file in ["minuet-in-g.musicxml", "minuet-in-g.mp3", "ode-to-joy.mp3", "ode-to-joy.mscz"] {
        fs::copy(PathBuf::from(SANDBOX).join("assets").join(file), folder.join(file))
            .expect("a file of the sandbox");
    }
}

async fn run(page: &str) {
    let docs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let folder = if page == "network" { docs } else { docs.join("guide") };
    let text = fs::read_to_string(folder.join(format!("{page}.md"))).expect("the page");
    let folder = tempfile::tempdir().expect("a folder");
    lay_out(folder.path());
    let sandbox = Sandbox::start().await.expect("the sandbox starts");
    let environment = sandbox.environment();
    let (mut ran, mut passed_over) = (0, 0);
    for block in blocks(&text) {
        let Some(mut command) = command(page, &block) else { continue };
        command.current_dir(folder.path()).envs(environment.iter().map(|(name, value)| (name, value)));
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("runs");
        let output = match output {
            // The workspace needs Rust alone; where the interpreter is, the block runs.
            Err(error) if error.kind() == ErrorKind::NotFound && block.language != "rust" => {
                let line = format!(
                    "{page}.md:{}: passed over, as nothing here runs {}\n",
                    block.line, block.language
                );
                let _ = std::io::stderr().write_all(line.as_bytes());
                passed_over += 1;
                continue;
            }
            other => {
                other.unwrap_or_else(|error| panic!("{page}.md:{}: {}: {error}", block.line, block.language))
            }
        };
        let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{page}.md:{}: {}\n{said}{told}", block.line, output.status);
        // What the page says that comes out, in the block behind it.
        if let Some(expected) = shown_output(&text, block.line) {
            assert_eq!(said.trim_end(), expected.trim_end(), "{page}.md:{}", block.line);
        }
        ran += 1;
    }
    assert!(ran + passed_over > 0, "{page}.md shows nothing that runs");
}

/// The text of a block of `text` that follows the block at this line with nothing but "prints" between them.
fn shown_output(page: &str, line: usize) -> Option<String> {
    let all = blocks(page);
    let place = all.iter().position(|block| block.line == line)?;
    let (block, next) = (&all[place], all.get(place + 1)?);
    let after = block.line + block.text.lines().count() + 2;
    let between: Vec<&str> =
        page.lines().skip(after - 1).take(next.line - after).filter(|line| !line.is_empty()).collect();
    (next.language == "text" && between == ["prints"]).then(|| next.text.clone())
}

/// The names of the guides, and of the page about networks.
fn pages() -> Vec<String> {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../guide")).expect("the guides").flatten();
    let mut pages: Vec<String> =
        files.filter_map(|file| Some(file.file_name().to_str()?.strip_suffix(".md")?.to_owned())).collect();
    pages.push("network".to_owned());
    pages.sort();
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guides_show_runs() {
    let pages = pages();
    assert!(pages.len() > 8, "{pages:?}");
    let running: Vec<_> =
        pages.into_iter().map(|page| tokio::spawn(async move { run(&page).await })).collect();
    let mut failed = 0;
    for page in running {
        // A page that failed has said so.
        failed += usize::from(page.await.is_err());
    }
    assert_eq!(failed, 0, "pages failed");
}
