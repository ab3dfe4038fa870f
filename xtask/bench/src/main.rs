//! `cargo xtask bench`: what Segno costs, each row beside a named rival in the same run.
//!
//! Every measurement is a process of its own, and the subjects of a row take turns. Instructions are those of callgrind, the
//! difference of two lengths of a run, so that start-up is in neither.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

mod data;
mod http;
mod local;
mod measure;
mod report;
mod rows;
mod server;
mod weigh;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["serve"] => server::run(),
        ["one", row, subject, count, address @ ..] => {
            one(row, subject, count, address.first().unwrap_or(&""))
        }
        rest => report::run(rest),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// One subject of one row, in this process.
fn one(row: &str, subject: &str, count: &str, address: &str) -> Outcome {
    let seconds = rows::run(row, subject, count.parse()?, address)?;
    println!("{}", serde_json::to_string(&measure::Own { seconds, peak: measure::peak() })?);
    Ok(())
}

/// A file of so many MiB, in the page cache.
pub(crate) fn file(mebibytes: usize) -> Outcome<PathBuf> {
    let path = std::env::temp_dir().join(format!("segno-bench-{mebibytes}.bin"));
    let length = mebibytes as u64 * 1024 * 1024;
    if std::fs::metadata(&path).map_or(0, |file| file.len()) != length {
        std::fs::write(&path, vec![7; mebibytes * 1024 * 1024])?;
    }
    Ok(path)
}
