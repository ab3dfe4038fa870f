//! Signals and the troubles of networks: what is said of them, and what is there afterwards.

use segno_sandbox::{Fault, FaultKind, Host};

use crate::shell::{Scratch, done, wait_for};
use crate::sync::{SYNC, made, once, scratch};

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn interrupted_it_says_what_was_made_and_how_to_go_on() {
    use std::process::{Command, Stdio};
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let scratch = scratch().await;
        // The second file that is sent is the recording.
        scratch.sandbox.fault(Fault::new(FaultKind::stall(0)).on(Host::STORAGE).method("PUT").nth(2));
        let mut command = scratch.command(&SYNC);
        let child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        wait_for("the upload", || scratch.sandbox.requests().iter().any(|request| request.fault.is_some()));
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        let told = String::from_utf8(output.stderr).unwrap();
        let slices = scratch.run(&["soundslice", "slice", "list", "--json"]).good().json();
        let slice =
            slices.as_array().unwrap().iter().find(|slice| slice["name"] == "Minuet in G major").unwrap();
        let slice = slice["scorehash"].as_str().unwrap();
        let recordings = scratch.run(&["soundslice", "recording", "list", slice, "--json"]).good().json();
        let recording = recordings[0]["recording"].as_str().unwrap();
        assert_eq!(
            told,
            format!(
                "segno: interrupted; made so far: the slice {slice}, its notation, the recording {recording}; run the same command \
                 again to go on where it stopped\n"
            )
        );
        scratch.sandbox.clear_faults();
        scratch.run(&SYNC).good();
        assert_eq!(made(&scratch.sandbox), once());
    }
}

/// The last line of a run in which every request to this host with this method meets a fault.
fn line(scratch: &Scratch, host: Host, method: &str, fault: Fault) -> String {
    scratch.sandbox.fault(fault.on(host).method(method).times(100).work(false));
    let line = done(&mut scratch.command(&SYNC)).failed(1);
    scratch.sandbox.clear_faults();
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn troubles_of_service_and_network_end_with_what_to_do() {
    let page = "something else than the service responds: log in to this network in a browser, or correct the base URL, \
                then run the command again";
    let down = "the service is down or overloaded; wait some minutes, then run the command again";
    let network = "look at the network, then run the command again";
    for (fault, words) in [
        (Fault::status(503), down),
        (Fault::new(FaultKind::html(502)), down),
        (Fault::new(FaultKind::html(200)), page),
        (Fault::new(FaultKind::html(511)), page),
        (Fault::new(FaultKind::reset(0)), network),
        (Fault::new(FaultKind::refuse()), network),
    ] {
        let scratch = scratch().await;
        let line = line(&scratch, Host::SOUNDSLICE, "GET", fault);
        assert!(line.ends_with(words), "{line}");
    }
    // What comes is printed as it is, but for a page of somebody else.
    let scratch = scratch().await;
    scratch.sandbox.fault(Fault::new(FaultKind::html(200)).on(Host::SOUNDSLICE));
    let line = scratch.run(&["api", "soundslice", "GET", "slices/"]).failed(1);
    assert!(line.ends_with(page), "{line}");
    // Behind the slice, with its name.
    for fault in [Fault::status(503), Fault::new(FaultKind::reset(0)), Fault::new(FaultKind::html(200))] {
        let scratch = crate::sync::scratch().await;
        let line = self::line(&scratch, Host::STORAGE, "PUT", fault);
        assert!(
            line.contains("; the slice is ") && line.ends_with("; run the same command again to go on"),
            "{line}"
        );
        scratch.run(&SYNC).good();
        assert_eq!(made(&scratch.sandbox), once());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_failed_goes_on_behind_what_is_there() {
    let scratch = Scratch::new().await;
    let upload = |free| {
        let up = scratch.run(&[
            "soundcloud",
            "track",
            "upload",
            "minuet-in-g.mp3",
            "--downloadable",
            free,
            "--json",
        ]);
        up.good().json()[0]["track"].as_str().unwrap().to_owned()
    };
    let whole = std::fs::read(scratch.path("minuet-in-g.mp3")).unwrap();
    // The original breaks off four times and is gone then; of the stream come the list of pieces and three of them.
    for (free, breaks) in [("true", 4), ("false", 0)] {
        let track = upload(free);
        let download = ["soundcloud", "track", "download", &track, "-o", "got.mp3"];
        let storage = |fault: Fault| fault.on(Host::STORAGE).method("GET");
        if breaks > 0 {
            scratch.sandbox.fault(storage(Fault::new(FaultKind::reset(60_000))).times(breaks));
        }
        scratch.sandbox.fault(storage(Fault::status(404)).nth(5).times(20));
        scratch.run(&download).failed(1);
        assert!(!scratch.path("got.mp3").exists(), "what is not whole does not have its name");
        scratch.sandbox.clear_faults();
        scratch.sandbox.clear_requests();
        scratch.run(&download).good();
        assert!(std::fs::read(scratch.path("got.mp3")).unwrap() == whole, "{track}");
        let storage = scratch.sandbox.requests().into_iter().filter(|request| request.host == Host::STORAGE);
        for request in storage {
            let range = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("range"));
            let from_the_start = request.path.contains("/0.mp3") || breaks > 0 && !range;
            assert!(!from_the_start, "{}", request.path);
        }
        std::fs::remove_file(scratch.path("got.mp3")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_folder_is_in_the_journal() {
    let scratch = scratch().await;
    let filed = |folder| [&SYNC[..], &["--folder", folder, "--json"]].concat();
    let slice = scratch.run(&filed("Autumn")).good().json();
    // Meanwhile the folder gets another name, and another folder its name.
    let folders = scratch.run(&["soundslice", "folder", "list", "--json"]).good().json();
    let autumn = folders.as_array().unwrap().iter().find(|folder| folder["name"] == "Autumn").unwrap();
    let autumn = autumn["folder"].as_str().unwrap();
    scratch.run(&["soundslice", "folder", "rename", autumn, "Old"]).good();
    let before = scratch.sandbox.effects();
    for again in ["Autumn", autumn] {
        assert_eq!(scratch.run(&filed(again)).good().json()["slice"], slice["slice"]);
    }
    let line = scratch.run(&filed("Winter")).failed(1);
    assert!(line.contains("in the folder Autumn") && line.contains("segno soundslice slice move"), "{line}");
    assert_eq!(scratch.sandbox.effects(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_an_interrupted_run_made_is_taken_by_its_id() {
    let scratch = scratch().await;
    let filed = [&SYNC[..], &["--folder", "Autumn", "--json"]].concat();
    // The folder is made, the slice is not.
    scratch
        .sandbox
        .fault(Fault::status(503).on(Host::SOUNDSLICE).method("POST").path("/api/v1/slices/").work(false));
    scratch.run(&filed).failed(1);
    scratch.sandbox.clear_faults();
    let folders = scratch.run(&["soundslice", "folder", "list", "--json"]).good().json();
    let autumn = folders.as_array().unwrap().iter().find(|folder| folder["name"] == "Autumn").unwrap();
    let autumn = autumn["folder"].as_str().unwrap().to_owned();
    scratch.run(&["soundslice", "folder", "rename", &autumn, "Old"]).good();
    scratch.run(&filed).good();
    assert_eq!(scratch.sandbox.effects().of("soundslice", "folders").created, 1);
    assert!(scratch.run(&["soundslice", "folder", "get", &autumn]).good().out.contains("Minuet in G major"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_the_id_of_a_folder_and_makes_none() {
    let scratch = scratch().await;
    let before = scratch.sandbox.effects();
    for dry in [&["--dry-run"][..], &[]] {
        let line = scratch.run(&[&SYNC[..], &["--folder", "77777"], dry].concat()).failed(1);
        assert!(
            line.contains("there is no folder 77777 in this account")
                && line.contains("segno soundslice folder new 77777"),
            "{line}"
        );
    }
    assert_eq!(scratch.sandbox.effects(), before);
    // A folder inside of another, as the list of slices tells it.
    let slices = scratch.run(&["soundslice", "slice", "list", "--json"]).good().json();
    let inside = slices[0]["folder"].as_str().unwrap();
    let top = scratch.run(&["soundslice", "folder", "list"]).good().out;
    assert!(!top.contains(inside), "{top}");
    let slice = scratch.run(&[&SYNC[..], &["--folder", inside, "--json"]].concat()).good().json();
    let slice = slice["slice"].as_str().unwrap();
    assert!(scratch.run(&["soundslice", "folder", "get", inside]).good().out.contains(slice));
    assert_eq!(made(&scratch.sandbox), once());
    // A number that is the name of a folder.
    scratch.run(&["soundslice", "folder", "new", "2026"]).good();
    scratch.run(&[&SYNC[..], &["--folder", "2026", "--again"]].concat()).good();
    assert_eq!(made(&scratch.sandbox)["folders"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_made_is_looked_for_before_the_command_is_run_again() {
    let scratch = Scratch::new().await;
    let slices = scratch.run(&["soundslice", "slice", "list", "--json"]).good().json();
    let slice = slices[0]["scorehash"].as_str().unwrap();
    let songs = scratch.run(&["soundstripe", "song", "search", "--limit", "1", "--json"]).good().json();
    let song = songs[0]["song"].as_str().unwrap();
    let mine = scratch.run(&["soundcloud", "track", "mine", "--limit", "1", "--json"]).good().json();
    let track = mine[0]["track"].as_str().unwrap();
    scratch.write("score.mscz", std::fs::read(scratch.path("minuet-in-g.mxl")).unwrap());
    let commands: [(&[&str], &str); 9] = [
        (&["soundslice", "slice", "new", "A"], "`segno soundslice slice list --all`"),
        (&["soundslice", "slice", "duplicate", slice], "`segno soundslice slice list --all`"),
        (&["soundslice", "recording", "new", slice, "--youtube", "dQw4w9WgXcQ"], "recording list"),
        (&["soundslice", "folder", "new", "A"], "`segno soundslice folder list`"),
        (&["soundstripe", "song", "usage", song], "the account on the site"),
        (&["soundcloud", "playlist", "new", "A"], "`segno soundcloud playlist mine`"),
        (&["soundcloud", "track", "comment", track, "A"], "`segno soundcloud track comments TRACK`"),
        (
            &["musescore", "score", "upload", "score.mscz", "--title", "A"],
            "`segno musescore user scores USER`",
        ),
        (&["api", "soundslice", "POST", "folders/", "-f", "name=A"], "look whether it took effect, and run"),
    ];
    for (command, place) in commands {
        // The work is done, and its response is lost.
        scratch.sandbox.fault(Fault::new(FaultKind::reset(0)).method("POST"));
        let line = scratch.run(command).failed(1);
        scratch.sandbox.clear_faults();
        assert!(line.contains(", then look whether it ") && line.contains(place), "{line}");
        assert!(
            line.contains(", and run the command again only if it ") && !line.contains("raw: "),
            "{line}"
        );
    }
    // What never arrived can be sent again: nobody listens there.
    let mut command = scratch.command(&["soundslice", "folder", "new", "A"]);
    let line = done(command.env("SOUNDSLICE_BASE_URL", "http://127.0.0.1:1/api/v1/")).failed(1);
    assert!(line.ends_with("look at the network, then run the command again"), "{line}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn interrupted_while_something_is_made_it_says_where_to_look() {
    let scratch = Scratch::new().await;
    scratch.sandbox.fault(Fault::new(FaultKind::stall(0)).method("POST"));
    let mut command = scratch.command(&["soundcloud", "track", "upload", "minuet-in-g.mp3"]);
    let child =
        command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
    wait_for("the upload", || scratch.sandbox.requests().iter().any(|request| request.fault.is_some()));
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{line}");
    assert!(
        line.starts_with("segno: interrupted; a request was under way that may have been carried out; look whether it is there")
            && line.contains("`segno soundcloud track mine`"),
        "{line}"
    );
}
