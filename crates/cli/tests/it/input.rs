//! What users give `segno sync` that is cut short, endless or no file at all.

use std::process::{Command, Stdio};

use crate::shell::{Scratch, done, frames};
use crate::sync::{SYNC, made, once, refused, scratch};

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_without_its_end_is_told_before_anything_is_made() {
    let scratch = scratch().await;
    let mp3 = std::fs::read(scratch.path("minuet-in-g.mp3")).unwrap();
    let frames = frames(&mp3);
    // The file breaks off in the middle; at the end of a frame; and, with the header gone, in the middle of a frame.
    scratch.write("half.mp3", &mp3[..mp3.len() / 2]);
    scratch.write("frames.mp3", frames[..frames.len() / 2].concat());
    scratch.write("tag.mp3", b"ID3\x04\0\0\0\0\0\0");
    let bare = frames[1..].concat();
    scratch.write("bare.mp3", &bare[..bare.len() - 100]);
    // 1925 of 3851 frames.
    let there = "its header tells of 100.6 s, and 50.3 s are there";
    for (file, words) in [
        ("half.mp3", "its header tells of 100.6 s"),
        ("frames.mp3", there),
        ("bare.mp3", "100 bytes of its last frame are missing"),
        ("tag.mp3", "there is no sound in it"),
    ] {
        let mut arguments = SYNC;
        arguments[2] = file;
        let line = refused(&scratch, &arguments, 1);
        assert!(line.contains("the file is not whole") && line.contains(words), "{line}");
        assert!(line.ends_with("get all of it, or add --allow-truncated"), "{line}");
    }
    // The same of every command that sends a recording.
    let slice = scratch.sandbox.soundslice_accounts()[0].slices[0].clone();
    let line =
        scratch.run(&["soundslice", "recording", "new", slice.as_str(), "--file", "half.mp3"]).failed(1);
    assert!(line.contains("the file is not whole"), "{line}");
    let line = scratch.run(&["soundcloud", "track", "upload", "half.mp3"]).failed(1);
    assert!(line.contains("the file is not whole"), "{line}");
    assert_eq!(scratch.sandbox.effects().of("soundcloud", "tracks").created, 0);
    let mut arguments = SYNC.to_vec();
    arguments[2] = "bare.mp3";
    arguments.push("--allow-truncated");
    scratch.run(&arguments).good();
    assert_eq!(made(&scratch.sandbox), once());
}

/// A command with this on its standard input.
fn fed(scratch: &Scratch, arguments: &[&str], input: &str) -> crate::shell::Done {
    done(scratch.command(arguments).stdin(std::fs::File::open(scratch.path(input)).unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn points_come_from_standard_input_and_pipes() {
    let scratch = scratch().await;
    let mut arguments = SYNC;
    arguments[4] = "-";
    fed(&scratch, &arguments, "bars.txt").good();
    assert_eq!(made(&scratch.sandbox), once());
    let shown = fed(&scratch, &["score", "show", "-"], "minuet-in-g.mxl").good().out;
    assert!(shown.contains("played bars   64"), "{shown}");
    let line = fed(&scratch, &["sync", "-", "minuet-in-g.mp3", "--beats", "-"], "minuet-in-g.mxl").failed(2);
    assert!(line.contains("standard input was read already"), "{line}");
    let line = fed(&scratch, &["sync", "minuet-in-g.mxl", "-"], "minuet-in-g.mp3").failed(2);
    assert!(line.contains("a recording must be a file"), "{line}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_or_has_no_end_is_one_line() {
    let scratch = scratch().await;
    let sync = |score, audio, beats| ["sync", score, audio, "--beats", beats];
    let fifo = scratch.path("pipe");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for (arguments, words) in [
        (sync("minuet-in-g.mxl", "minuet-in-g.mp3", "state"), "this is a folder; give a file"),
        (sync("state", "minuet-in-g.mp3", "bars.txt"), "this is a folder; give a file"),
        (sync("minuet-in-g.mxl", "state", "bars.txt"), "this is a folder; give a file"),
        (sync("minuet-in-g.mxl", "pipe", "bars.txt"), "this is a pipe or a device"),
        (sync("minuet-in-g.mxl", "/dev/zero", "bars.txt"), "this is a pipe or a device"),
        (sync("minuet-in-g.mxl", "minuet-in-g.mp3", "/dev/zero"), "this goes on after 268435456 bytes"),
        (sync("/dev/zero", "minuet-in-g.mp3", "bars.txt"), "this goes on after 268435456 bytes"),
        (sync("minuet-in-g.mxl", "minuet-in-g.mp3", "/dev/null"), "the file is empty; give a list of points"),
    ] {
        std::fs::create_dir_all(scratch.path("state")).unwrap();
        let line = refused(&scratch, &arguments, 1);
        assert!(line.contains(words), "{line}");
    }
    // A pipe is read once, to its end.
    let writer = scratch.path("bars.txt");
    let copy = std::thread::spawn(move || std::fs::copy(writer, fifo).unwrap());
    let mut arguments = SYNC;
    arguments[4] = "pipe";
    scratch.run(&arguments).good();
    copy.join().unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_command_that_waits_for_a_pipe() {
    let scratch = scratch().await;
    assert!(Command::new("mkfifo").arg(scratch.path("pipe")).status().unwrap().success());
    let mut command = scratch.command(&["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--beats", "pipe"]);
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    // The line about the score is the last before the pipe is read.
    let mut told = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    assert!(told.next().unwrap().unwrap().starts_with("read "));
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let told = told.map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(told, ["segno: interrupted; run the same command again to go on where it stopped"]);
}
