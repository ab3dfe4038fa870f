//! `segno sync`: the whole job, interrupted anywhere, and begun again.

use std::collections::BTreeMap;

use segno_sandbox::{Fault, FaultKind, Host, Sandbox};

use crate::shell::{Done, Scratch, done, wait_for};

pub(crate) const SYNC: [&str; 6] =
    ["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--beats", "bars.txt", "--quiet"];

/// The seconds of the bar lines by the tempo of the piece, as a user would tap them.
fn beats(scratch: &Scratch) {
    let order = scratch.run(&["score", "order", "minuet-in-g.mxl", "--json"]).good().json();
    let bars = order.as_array().unwrap();
    let mut text: String = bars.iter().map(|bar| format!("{}\n", bar["starts_s"])).collect();
    text.push_str("98.7\n");
    scratch.write("bars.txt", text);
}

pub(crate) async fn scratch() -> Scratch {
    let scratch = Scratch::new().await;
    beats(&scratch);
    scratch
}

/// How often each kind of thing was made.
pub(crate) fn made(sandbox: &Sandbox) -> BTreeMap<&'static str, u64> {
    let kinds = ["slices", "recordings", "notations", "media", "folders"];
    kinds.into_iter().map(|kind| (kind, sandbox.effects().of("soundslice", kind).created)).collect()
}

pub(crate) fn once() -> BTreeMap<&'static str, u64> {
    BTreeMap::from([("slices", 1), ("recordings", 1), ("notations", 1), ("media", 1), ("folders", 0)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_and_a_recording_are_on_soundslice() {
    let scratch = scratch().await;
    let done = scratch
        .run(&[&SYNC[..], &["--new", "Morning", "--report", "out.html", "--json"]].concat())
        .good()
        .json();
    assert_eq!(done["played_bars"], 64);
    assert_eq!(done["points_from"], "bars.txt");
    let slice = done["slice"].as_str().unwrap();
    let found = scratch.run(&["soundslice", "slice", "get", slice, "--json"]).good().json();
    assert_eq!((&found["name"], &found["has_notation"]), (&"Morning".into(), &true.into()));
    assert_eq!(made(&scratch.sandbox), once());
    let page = std::fs::read_to_string(scratch.path("out.html")).unwrap();
    assert!(page.contains("<audio") && page.contains("data:audio/mpeg;base64,"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_makes_nothing() {
    let scratch = scratch().await;
    let first = scratch.run(&[&SYNC[..], &["--json"]].concat()).good().json();
    let before = scratch.sandbox.effects();
    let second = scratch.run(&[&SYNC[..], &["--json"]].concat()).good().json();
    assert_eq!(first["slice"], second["slice"]);
    assert_eq!(first["recording"], second["recording"]);
    assert_eq!(scratch.sandbox.effects(), before);
    // Asked for, it is made once more.
    let third = scratch.run(&[&SYNC[..], &["--again", "--json"]].concat()).good().json();
    assert_ne!(third["slice"], first["slice"]);
}

/// Kills the command at its `nth` request, whose work is done or not, and gives the request; `None` if there are fewer.
fn killed(scratch: &Scratch, nth: usize, work: bool) -> Option<(String, String)> {
    for host in [Host::SOUNDSLICE, Host::STORAGE] {
        scratch.sandbox.fault(Fault::new(FaultKind::stall(0)).on(host).nth(nth as u32).work(work));
    }
    scratch.sandbox.clear_requests();
    let mut child = scratch.begin(&SYNC);
    let mut ended = false;
    let stalled = || scratch.sandbox.requests().into_iter().find(|request| request.fault.is_some());
    wait_for("the request", || {
        ended = child.try_wait().unwrap().is_some();
        ended || stalled().is_some_and(|request| request.body.complete)
    });
    // SIGKILL: the process can do nothing more about it.
    child.kill().unwrap();
    child.wait().unwrap();
    let request = stalled().map(|request| (request.method, request.path));
    scratch.sandbox.clear_faults();
    request.filter(|_| !ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_it_goes_on_and_makes_nothing_twice() {
    // The nth request of each host, its response lost in the kill.
    let mut places = 0;
    for nth in 1.. {
        let scratch = scratch().await;
        let Some((method, path)) = killed(&scratch, nth, true) else { break };
        places += 1;
        let done = scratch.run(&[&SYNC[..], &["--json"]].concat());
        assert_eq!(done.code, Some(0), "{method} {path}: {done:?}");
        assert_eq!(made(&scratch.sandbox), once(), "{method} {path}");
    }
    assert!(places >= 10, "{places} places");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_arrived_is_made_good() {
    // Those that create: making the slice, sending the notation, making the recording, sending the media.
    for (method, prefix) in [("POST", "/api/v1/slices/"), ("PUT", "/"), ("POST", "/api/v1/recordings/")] {
        let scratch = scratch().await;
        scratch.sandbox.fault(Fault::new(FaultKind::stall(0)).method(method).path(prefix).work(false));
        let mut child = scratch.begin(&SYNC);
        let stalled = || {
            scratch
                .sandbox
                .requests()
                .into_iter()
                .any(|request| request.fault.is_some() && request.body.complete)
        };
        wait_for("the request", stalled);
        child.kill().unwrap();
        child.wait().unwrap();
        scratch.sandbox.clear_faults();
        scratch.run(&SYNC).good();
        assert_eq!(made(&scratch.sandbox), once(), "{method} {prefix}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_changes_nothing() {
    let scratch = scratch().await;
    let steps =
        scratch.run(&[&SYNC[..], &["--dry-run", "--folder", "New folder", "--json"]].concat()).good().json();
    let would: Vec<&str> =
        steps.as_array().unwrap().iter().map(|step| step["would"].as_str().unwrap()).collect();
    assert_eq!(would, ["make folder", "make slice", "upload notation", "add recording", "set points"]);
    assert!(scratch.sandbox.requests().iter().all(|request| request.method == "GET"));
    assert!(!scratch.path("state/segno/sync").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_a_sandbox_inside_does_it_and_says_so() {
    let scratch = scratch().await;
    let done = done(&mut scratch.bare(&[
        "sync",
        "minuet-in-g.mxl",
        "minuet-in-g.mp3",
        "--beats",
        "bars.txt",
        "--json",
    ]))
    .good();
    assert!(
        done.err.contains("a sandbox inside of this command, because there are no credentials"),
        "{done:?}"
    );
    assert_eq!(done.json()["sandbox"], true);
    assert!(scratch.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tempo_of_the_score_is_said_to_be_a_guess() {
    let scratch = scratch().await;
    let done = scratch.run(&["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--guess"]).good();
    assert!(done.err.contains("A GUESS"), "{done:?}");
}

#[cfg(feature = "align")]
#[tokio::test(flavor = "multi_thread")]
async fn the_recording_is_listened_to() {
    let scratch = scratch().await;
    let done =
        scratch.run(&["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--report", "out.html", "--json"]).good();
    let slice = done.json();
    assert_eq!(slice["points_from"], "listening to the recording");
    let recording = slice["recording"].as_str().unwrap();
    let points = scratch.run(&["soundslice", "points", "get", recording]).good().out;
    scratch.write("found.json", points);
    // The recording was made from the score at the tempo that `bars.txt` has: no bar line is further off than a tenth of a second.
    let fit = scratch.run(&["points", "fit", "found.json", "--like", "bars.txt", "--json"]).good().json();
    assert!(fit["largest_s"].as_f64().unwrap() < 0.1, "{fit}");
    let page = std::fs::read_to_string(scratch.path("out.html")).unwrap();
    assert!(page.contains("Doubtful bars"));
}

#[track_caller]
pub(crate) fn refused(scratch: &Scratch, arguments: &[&str], code: i32) -> String {
    let line = scratch.run(arguments).failed(code);
    assert_eq!(made(&scratch.sandbox).values().sum::<u64>(), 0, "{line}");
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_files_end_with_one_line_and_nothing_made() {
    let scratch = scratch().await;
    scratch.write("empty", "");
    scratch.write("few.txt", "0\n1\n2\n");
    scratch.write("long.txt", (0..65).map(|bar| format!("{}\n", bar * 10)).collect::<String>());
    let sync = |score, audio| [&["sync", score, audio], &SYNC[3..]].concat();
    for (score, audio, words) in [
        (
            "minuet-in-g.mp3",
            "minuet-in-g.mp3",
            "this is an MP3 recording, not a score; give MusicXML, MXL or Guitar Pro, which Soundslice takes",
        ),
        ("minuet-in-g.pdf", "minuet-in-g.mp3", "this is a PDF, not a score"),
        ("empty", "minuet-in-g.mp3", "the file is empty; give a score"),
        ("missing", "minuet-in-g.mp3", "missing: No such file"),
        (
            "minuet-in-g.mid",
            "minuet-in-g.mp3",
            "Soundslice takes no MIDI files; open it in a notation program, export MusicXML and give that",
        ),
        ("minuet-in-g.mxl", "minuet-in-g.pdf", "this is a PDF, not a recording; give an MP3"),
        ("minuet-in-g.mxl", "empty", "the file is empty; give a recording"),
        ("minuet-in-g.mxl", "minuet-in-g.mxl", "not a recording"),
    ] {
        let line = refused(&scratch, &sync(score, audio), 1);
        assert!(line.contains(words), "{line}");
    }
    let points = |file| ["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--beats", file];
    let line = refused(&scratch, &points("few.txt"), 1);
    assert!(
        line.contains("62 bars before the score does; give the seconds of all 64 bars")
            && !line.contains("--policy"),
        "{line}"
    );
    // As many as the score has without its repeats.
    scratch.write("written.txt", (0..33).map(|bar| format!("{bar}\n")).collect::<String>());
    let line = refused(&scratch, &points("written.txt"), 1);
    assert!(line.contains("32 bars before the score does; with --policy "), "{line}");
    for name in ["A\nB", "\u{7}", " "] {
        let line = refused(&scratch, &["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--new", name], 2);
        assert!(line.contains("--new") && line.contains("expected"), "{line}");
    }
    let line = refused(&scratch, &points("empty"), 1);
    assert!(line.contains("the file is empty; give a list of points"), "{line}");
    let line = refused(&scratch, &points("long.txt"), 1);
    assert!(line.contains("second 640.0 (from long.txt)") && line.contains("lasts 100.6 s"), "{line}");
    scratch.write("early.txt", (0..65).map(|bar| format!("{}\n", bar - 1)).collect::<String>());
    let line = refused(&scratch, &points("early.txt"), 1);
    assert!(line.contains("the time is negative"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_asks_for_a_login_and_a_slice_of_others_is_told() {
    let scratch = scratch().await;
    let mut wrong = scratch.command(&SYNC);
    let line = done(wrong.env("SOUNDSLICE_PASSWORD", "wrong")).failed(4);
    assert!(line.ends_with("log in with `segno auth login soundslice`"), "{line}");
    let accounts = scratch.sandbox.soundslice_accounts();
    let other = accounts[1].slices[0].as_str();
    let line = refused(&scratch, &[&SYNC[..], &["--slice", other]].concat(), 1);
    assert!(line.contains("there is no slice") && line.contains("`segno soundslice slice list`"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_network_is_told_with_what_to_do() {
    let scratch = scratch().await;
    let mut command = scratch.command(&SYNC);
    // A port of this machine at which nobody listens.
    let line = done(command.env("SOUNDSLICE_BASE_URL", "http://127.0.0.1:9/api/v1/")).failed(1);
    assert!(line.contains("look at the network, then run the command again"), "{line}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_nothing_half_made() {
    let scratch = scratch().await;
    // The report goes to a device that is always full.
    std::os::unix::fs::symlink("/dev/full", scratch.path("full")).unwrap();
    let line = scratch.run(&[&SYNC[..], &["--report", "/dev/full/out.html"]].concat()).failed(1);
    assert!(line.contains("/dev/full/out.html"), "{line}");
    let left: Vec<_> =
        std::fs::read_dir(scratch.path(".")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".segno-")), "{left:?}");
    // A journal that cannot be kept ends the run before anything is made.
    let mut command = scratch.command(&[&SYNC[..], &["--new", "Other"]].concat());
    let before = made(&scratch.sandbox);
    let done: Done = done(command.env("XDG_STATE_HOME", "/dev/full"));
    assert!(done.failed(1).contains("/dev/full"));
    assert_eq!(made(&scratch.sandbox), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_notation_is_not_replaced_unasked() {
    let scratch = scratch().await;
    let accounts = scratch.sandbox.soundslice_accounts();
    let own = accounts[0].slices[0].as_str();
    let line = refused(&scratch, &[&SYNC[..], &["--slice", own]].concat(), 1);
    assert!(line.contains("--replace-notation") && line.contains("--keep-notation"), "{line}");
    scratch.run(&[&SYNC[..], &["--slice", own, "--keep-notation"]].concat()).good();
    assert_eq!(scratch.sandbox.effects().of("soundslice", "notations").created, 0);
    assert_eq!(scratch.sandbox.effects().of("soundslice", "recordings").created, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_written_or_would_replace_a_file_of_the_job_is_refused_at_once() {
    let scratch = scratch().await;
    let score = std::fs::read(scratch.path("minuet-in-g.mxl")).unwrap();
    for (report, words) in [
        ("minuet-in-g.mxl", "--report would replace the score"),
        ("minuet-in-g.mp3", "--report would replace the recording"),
        ("bars.txt", "--report would replace the points"),
        ("missing/out.html", "there is no folder missing"),
        ("state", "this is a folder"),
    ] {
        std::fs::create_dir_all(scratch.path("state")).unwrap();
        let line = refused(&scratch, &[&SYNC[..], &["--report", report]].concat(), 1);
        assert!(line.contains(words), "{line}");
    }
    assert_eq!(std::fs::read(scratch.path("minuet-in-g.mxl")).unwrap(), score);
    let line = refused(&scratch, &[&SYNC[..], &["--report", "out.html", "--pages", "nowhere"]].concat(), 1);
    assert!(line.contains("boxes.json"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn decimal_commas_and_odd_tolerances_are_refused() {
    let scratch = scratch().await;
    let text = std::fs::read_to_string(scratch.path("bars.txt")).unwrap();
    let commas: String = text.lines().map(|line| format!("{:.1}\n", line.parse::<f64>().unwrap())).collect();
    scratch.write("commas.txt", commas.replace('.', ","));
    let line = refused(&scratch, &["sync", "minuet-in-g.mxl", "minuet-in-g.mp3", "--beats", "commas.txt"], 1);
    assert!(line.contains("line 1: expected seconds with a decimal point"), "{line}");
    for tolerance in ["-1", "nan", "inf"] {
        let line = refused(&scratch, &[&SYNC[..], &["--tolerance", tolerance]].concat(), 2);
        assert!(line.contains("seconds"), "{line}");
    }
}

fn journals(scratch: &Scratch) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(scratch.path("state/segno/sync")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_of_another_shape_is_no_empty_journal() {
    let scratch = scratch().await;
    scratch.run(&SYNC).good();
    let before = scratch.sandbox.effects();
    let [journal] = journals(&scratch).try_into().unwrap();
    for text in ["{}", "[]", "{\"version\": 99}"] {
        std::fs::write(&journal, text).unwrap();
        let line = scratch.run(&SYNC).failed(1);
        assert!(
            line.contains("the journal cannot be read") && line.contains("--again begins anew"),
            "{line}"
        );
    }
    assert_eq!(scratch.sandbox.effects(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_job_made_is_not_taken_for_ones_own() {
    // Two recordings of one name and of other sounds; the request of the first does not arrive.
    // Of the requests that create below a slice, the first makes the slice and the third the recording.
    for nth in [1, 3] {
        let scratch = scratch().await;
        let mut other = std::fs::read(scratch.path("minuet-in-g.mp3")).unwrap();
        other.push(0);
        scratch.write("other.mp3", other);
        let with = |audio| {
            let mut arguments = SYNC;
            arguments[2] = audio;
            [&arguments[..], &["--recording", "Take", "--new", "Morning"]].concat()
        };
        scratch.sandbox.fault(
            Fault::new(FaultKind::html(502)).method("POST").path("/api/v1/slices/").nth(nth).work(false),
        );
        scratch.run(&with("minuet-in-g.mp3")).failed(1);
        scratch.sandbox.clear_faults();
        let slices = scratch.run(&["soundslice", "slice", "list", "--json"]).good().json();
        let made = slices.as_array().unwrap().iter().find(|slice| slice["name"] == "Morning");
        let mut other = with("other.mp3");
        if let Some(slice) = made {
            // The slice is there, its recording is not: the other recording goes onto the same slice.
            other.truncate(other.len() - 2);
            other.extend(["--slice", slice["scorehash"].as_str().unwrap()]);
        }
        scratch.run(&other).good();
        scratch.run(&with("minuet-in-g.mp3")).good();
        assert_eq!(scratch.sandbox.effects().of("soundslice", "media").created, 2, "{nth}");
        let slices = if made.is_some() { 1 } else { 2 };
        assert_eq!(scratch.sandbox.effects().of("soundslice", "slices").created, slices, "{nth}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_with_a_wrong_key_asks_for_a_login_and_a_dry_run_knows_what_is_made() {
    let scratch = scratch().await;
    scratch.run(&SYNC).good();
    let mut wrong = scratch.command(&SYNC);
    let line = done(wrong.env("SOUNDSLICE_PASSWORD", "wrong")).failed(4);
    assert!(!line.contains("--again"), "{line}");
    let steps = scratch.run(&[&SYNC[..], &["--dry-run", "--json"]].concat()).good().json();
    let would: Vec<&str> =
        steps.as_array().unwrap().iter().map(|step| step["would"].as_str().unwrap()).collect();
    assert_eq!(would, ["use slice", "use recording", "set points"]);
}
