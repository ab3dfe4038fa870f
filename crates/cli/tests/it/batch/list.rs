//! Lists: every line is looked into before anything is made.

use super::pieces;
use crate::shell::frames;

#[tokio::test(flavor = "multi_thread")]
async fn every_line_is_looked_into_and_the_first_twenty_are_told() {
    let scratch = pieces(1).await;
    let mut text = std::fs::read_to_string(scratch.path("pieces.csv")).unwrap();
    // By its first bytes this is a score.
    scratch.write("broken.musicxml", "<?xml version=\"1.0\"?><score-partwise>");
    scratch.write("empty", "");
    scratch.write("few.txt", "0\n1\n2\n");
    scratch.write("other.txt", "this is no list of points");
    scratch.write("sound.mp3", b"RIFF\x24\0\0\0WAVEfmt ");
    let whole = std::fs::read(scratch.path("recording-0.mp3")).unwrap();
    scratch.write("cut.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isomiso2\0\x01\0\0moov");
    scratch.write("noise.mp3", vec![0x55; whole.len()]);
    let wrong = [
        ("broken.musicxml,recording-0.mp3,A,bars.txt", "line 3: ", "broken.musicxml: "),
        ("minuet-in-g.mid,recording-0.mp3,B,bars.txt", "line 4: ", "Soundslice takes no MIDI files"),
        (
            "minuet-in-g.mxl,sound.mp3,C,bars.txt",
            "line 5: ",
            "this is a WAV recording; Soundslice takes MP3 files",
        ),
        ("minuet-in-g.mxl,noise.mp3,D,bars.txt", "line 6: ", "not a recording; give an MP3"),
        ("minuet-in-g.mxl,cut.mp4,E,bars.txt", "line 7: ", "cut.mp4: "),
        ("minuet-in-g.mxl,recording-0.mp3,F,few.txt", "line 8: ", "62 bars before the score does"),
        (
            "minuet-in-g.mxl,recording-0.mp3,G,other.txt",
            "line 9: ",
            "the format of these points is not known",
        ),
        (".,recording-0.mp3,H,bars.txt", "line 10: ", "this is a folder"),
        ("minuet-in-g.mxl,empty,I,bars.txt", "line 11: ", "empty: the file is empty; give a recording"),
    ];
    for (line, ..) in wrong {
        text.push_str(line);
        text.push('\n');
    }
    for number in 0..20 {
        text.push_str(&format!("missing-{number}.mxl,recording-0.mp3,,\n"));
    }
    scratch.write("pieces.csv", &text);
    let done = scratch.run(&["batch", "pieces.csv"]);
    for (line, begins, words) in wrong {
        let told = done.err.lines().find(|told| told.starts_with(begins)).unwrap_or_default();
        assert!(told.contains(words), "{line}: {told}; {}", done.err);
        assert!(!told.contains("--slice") && !told.contains("run the command"), "{told}");
    }
    assert!(done.err.contains("\nand 9 more\n"), "{}", done.err);
    let line = done.failed(1);
    assert!(line.contains("nothing was done, because of 29 of its lines; line 3: "), "{line}");
    assert!(scratch.sandbox.requests().is_empty());
    assert!(!scratch.path("state/segno/batch").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_without_the_folder_of_the_list_fails_no_piece() {
    let scratch = pieces(2).await;
    let there = scratch.path("there");
    std::fs::create_dir(&there).unwrap();
    for name in ["minuet-in-g.mxl", "recording-0.mp3", "recording-1.mp3", "bars.txt", "pieces.csv"] {
        std::fs::copy(scratch.path(name), there.join(name)).unwrap();
    }
    scratch.run(&["batch", "there/pieces.csv", "--only-add"]).good();
    std::fs::rename(&there, scratch.path("here")).unwrap();
    let line = scratch.run(&["batch", "work", "--quiet", "--lease", "3"]).failed(1);
    assert!(line.contains("there: the folder of the list is not on this machine; --files FOLDER"), "{line}");
    let status = scratch.run(&["batch", "status", "--json"]).good().json();
    assert_eq!((&status["waiting"], &status["failed"]), (&2.into(), &0.into()));
    let summary = scratch.run(&["batch", "work", "--files", "here", "--json"]).good().json();
    assert_eq!(summary["done"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_breaks_off_is_sent_if_it_is_said_so() {
    let scratch = pieces(1).await;
    let mp3 = std::fs::read(scratch.path("minuet-in-g.mp3")).unwrap();
    let bare = frames(&mp3)[1..].concat();
    scratch.write("bare.mp3", &bare[..bare.len() - 100]);
    scratch.write("pieces.csv", "score,recording,points\nminuet-in-g.mxl,bare.mp3,bars.txt\n");
    let line = scratch.run(&["batch", "pieces.csv"]).failed(1);
    assert!(line.contains("the file is not whole") && line.contains("add --allow-truncated"), "{line}");
    scratch.run(&["batch", "pieces.csv", "--allow-truncated", "--only-add"]).good();
    let summary = scratch.run(&["batch", "work", "--json"]).good().json();
    assert_eq!(summary["done"], 1);
}
