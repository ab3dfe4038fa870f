//! Ledgers that are lost or cannot be written while they are worked on.

#![cfg(unix)]

use std::process::{Command, Stdio};

use segno_sandbox::{Fault, FaultKind, Host};

use super::{all_made, pieces};
use crate::shell::{Scratch, done, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_removed_ends_the_workers_and_nothing_is_lost() {
    let scratch = pieces(6).await;
    scratch.sandbox.fault(Fault::new(FaultKind::stall_for(0, 0.5)).on(Host::STORAGE).method("PUT").nth(2));
    let mut command = scratch.command(&["batch", "pieces.csv", "--jobs", "2", "--ledger", "ledger.sqlite"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("the upload", || scratch.sandbox.requests().iter().any(|request| request.fault.is_some()));
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
        std::fs::remove_file(scratch.path(name)).unwrap();
    }
    let saved = scratch.path(&format!("ledger.sqlite.saved-{}", child.id()));
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    let line = err.lines().last().unwrap();
    assert!(
        line.contains("ledger.sqlite: the ledger was removed or replaced while it was worked on"),
        "{err}"
    );
    assert!(line.contains(saved.to_str().unwrap()), "{err}");
    assert!(!err.contains("failed  "), "{err}");
    std::fs::rename(saved, scratch.path("ledger.sqlite")).unwrap();
    scratch.run(&["batch", "pieces.csv", "--lease", "3", "--ledger", "ledger.sqlite"]).good();
    all_made(&scratch, 6, &["Piece 1", "Piece 6"]);
}

/// The command with files of at most so many blocks of 512 bytes, as on a disk that is nearly full.
fn on_a_small_disk(scratch: &Scratch, blocks: u32, arguments: &str) -> Command {
    let mut command = scratch.command(&[]);
    let segno = command.get_program().to_owned();
    let mut shell = Command::new("sh");
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(command.get_current_dir().unwrap());
    // Without the signal, writing fails as it does on a full disk.
    shell
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec {} {arguments}", segno.to_str().unwrap()));
    command.stdin(Stdio::null());
    shell
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_ends_the_workers_with_one_line_and_nothing_lost() {
    let scratch = pieces(12).await;
    scratch.run(&["batch", "pieces.csv", "--only-add"]).good();
    let output = done(&mut on_a_small_disk(&scratch, 800, "batch work --jobs 3"));
    let line = output.failed(1);
    assert!(line.contains("the ledger cannot be written, so the work ends"), "{line}");
    assert!(line.contains("make room on the disk, then run the same command again"), "{line}");
    let status = scratch.run(&["batch", "status", "--json"]).good().json();
    let of = |state: &str| status[state].as_u64().unwrap();
    assert!(of("done") < 12 && of("failed") == 0, "{status}");
    scratch.run(&["batch", "work", "--lease", "3"]).good();
    all_made(&scratch, 12, &["Piece 1", "Piece 12"]);
    let jobs = scratch.run(&["batch", "export", "--json"]).good().out;
    assert!(jobs.lines().all(|job| job.contains("\"attempts\":0")), "{jobs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_program_is_no_ledger() {
    let scratch = pieces(1).await;
    let notes = rusqlite::Connection::open(scratch.path("notes.sqlite")).unwrap();
    notes.execute_batch("CREATE TABLE jobs (id INTEGER PRIMARY KEY, title TEXT)").unwrap();
    drop(notes);
    let before = std::fs::read(scratch.path("notes.sqlite")).unwrap();
    for arguments in [
        &["status"][..],
        &["export"],
        &["work"],
        &["cancel", "1"],
        &["retry", "1"],
        &["pieces.csv", "--only-add"],
    ] {
        let line = scratch.run(&[&["batch"], arguments, &["--ledger", "notes.sqlite"]].concat()).failed(1);
        assert!(line.contains("notes.sqlite: this is a database of another program and no ledger"), "{line}");
        assert!(std::fs::read(scratch.path("notes.sqlite")).unwrap() == before, "{arguments:?}");
    }
    let line = scratch.run(&["batch", "status", "--ledger", ""]).failed(2);
    assert!(line.contains("invalid --ledger: expected a file"), "{line}");
}
