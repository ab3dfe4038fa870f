//! Where results go: standard output, devices, FIFOs, links, and files that keep their permissions.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::shell::Scratch;

/// The commands that write a file, of all services, with the name of the file last.
fn writers(scratch: &Scratch) -> Vec<Vec<String>> {
    let slices = scratch.run(&["soundslice", "slice", "list", "--json"]).good().json();
    let slice = slices[0]["scorehash"].as_str().unwrap();
    let id =
        |list: &[&str], name: &str| scratch.run(list).good().json()[0][name].as_str().unwrap().to_owned();
    let song = id(&["soundstripe", "song", "search", "--limit", "1", "--json"], "song");
    let track = id(&["soundcloud", "track", "search", "--limit", "1", "--json"], "track");
    let score = id(&["musescore", "score", "search", "--limit", "1", "--json"], "score");
    scratch.write("bars.txt", "0\n2\n4\n");
    let commands: [&[&str]; 6] = [
        &["soundslice", "notation", "musicxml", slice, "-o"],
        &["soundstripe", "song", "download", &song, "-o"],
        &["soundcloud", "track", "download", &track, "-o"],
        &["musescore", "score", "download", &score, "-o"],
        &["points", "convert", "bars.txt", "--as", "audacity", "-o"],
        &["score", "show", "minuet-in-g.mxl", "--svg"],
    ];
    commands.iter().map(|command| command.iter().map(|word| (*word).to_owned()).collect()).collect()
}

fn run_to(scratch: &Scratch, writer: &[String], to: &str) -> crate::shell::Done {
    let mut arguments: Vec<&str> = writer.iter().map(String::as_str).collect();
    arguments.push(to);
    scratch.run(&arguments)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_followed_and_a_file_keeps_its_permissions() {
    let scratch = Scratch::new().await;
    fs::create_dir(scratch.path("kept")).unwrap();
    for writer in writers(&scratch) {
        let (file, link) = (scratch.path("kept/file"), scratch.path("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        symlink("kept/file", &link).unwrap();
        run_to(&scratch, &writer, "link").good();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "{writer:?}");
        assert_ne!(fs::read(&file).unwrap(), b"old", "{writer:?}");
        assert_eq!(mode(&file), 0o600, "{writer:?}");
        // A link to what is not there yet is where it is to be.
        fs::remove_file(&file).unwrap();
        run_to(&scratch, &writer, "link").good();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink() && file.is_file(), "{writer:?}");
        let left: Vec<_> = fs::read_dir(scratch.path("kept")).unwrap().map(|entry| entry.unwrap()).collect();
        assert_eq!(left.len(), 1, "{writer:?}: {left:?}");
        fs::remove_file(&file).unwrap();
        fs::remove_file(&link).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_written_into_and_stays_what_it_is() {
    let scratch = Scratch::new().await;
    for writer in writers(&scratch) {
        run_to(&scratch, &writer, "file").good();
        let whole = fs::read(scratch.path("file")).unwrap();
        let fifo = scratch.path("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let read = fs::File::create(scratch.path("read")).unwrap();
        let mut reader = Command::new("cat").arg(&fifo).stdout(Stdio::from(read)).spawn().unwrap();
        run_to(&scratch, &writer, "fifo").good();
        assert!(fs::symlink_metadata(&fifo).unwrap().file_type().is_fifo(), "{writer:?}");
        assert!(reader.wait().unwrap().success());
        let read = fs::read(scratch.path("read")).unwrap();
        assert!(read == whole, "{writer:?}: {} of {} bytes", read.len(), whole.len());
        fs::remove_file(&fifo).unwrap();
        fs::remove_file(scratch.path("file")).unwrap();
        // A link, so that a mistake replaces no device of this machine.
        symlink("/dev/full", scratch.path("full")).unwrap();
        let line = run_to(&scratch, &writer, "full").failed(1);
        assert!(line.contains("No space left on device"), "{writer:?}: {line}");
        assert!(fs::symlink_metadata(scratch.path("full")).unwrap().is_symlink(), "{writer:?}");
        fs::remove_file(scratch.path("full")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hyphen_is_standard_output() {
    let scratch = Scratch::new().await;
    for writer in writers(&scratch) {
        if writer.contains(&"--svg".to_owned()) {
            let line = run_to(&scratch, &writer, "-").failed(2);
            assert!(line.contains("--svg needs the name of a file"), "{line}");
            continue;
        }
        run_to(&scratch, &writer, "file").good();
        let whole = fs::read(scratch.path("file")).unwrap();
        for name in ["-", "/dev/stdout"] {
            let mut command = scratch.command(&[]);
            let output = command.args(&writer).arg(name).output().unwrap();
            assert!(output.status.success(), "{writer:?}: {output:?}");
            // Behind /dev/stdout comes what is said of the file, as of any other.
            assert!(output.stdout.starts_with(&whole), "{writer:?} {name}");
            assert!(name != "-" || output.stdout.len() == whole.len(), "{writer:?}");
        }
        assert!(!scratch.path("-").exists(), "{writer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_not_exported_over_its_ledger() {
    let scratch = crate::batch::pieces(1).await;
    let ledger = ["--ledger", "ledger.sqlite"];
    scratch.run(&[&["batch", "pieces.csv", "--only-add"][..], &ledger].concat()).good();
    symlink("ledger.sqlite", scratch.path("link")).unwrap();
    for name in ["ledger.sqlite", "./ledger.sqlite", "link"] {
        let line = scratch.run(&[&["batch", "export", "-o", name][..], &ledger].concat()).failed(1);
        assert!(line.contains("this is the ledger; give another name"), "{line}");
    }
    let written = scratch.run(&[&["batch", "export", "-o", "-"][..], &ledger].concat()).good().out;
    scratch.run(&[&["batch", "export", "-o", "made.csv"][..], &ledger].concat()).good();
    assert_eq!(written, fs::read_to_string(scratch.path("made.csv")).unwrap());
    assert_eq!(written.lines().count(), 2);
}
