//! `segno batch`: many pieces by many workers, killed anywhere, and nothing is made twice.

use std::collections::BTreeMap;
use std::process::Stdio;

use segno_sandbox::{Fault, FaultKind, Host, Sandbox};

use crate::shell::{Done, Scratch, done, wait_for};

mod away;
mod jobs;
mod ledger;
mod list;

/// A sandbox, and a manifest of so many pieces with the names `Piece 1` and so on.
pub(crate) async fn pieces(count: usize) -> Scratch {
    let scratch = Scratch::new().await;
    scratch.sandbox.switches(|switches| {
        switches.soundslice.notation_delay_s = 0.0;
        switches.soundslice.media_delay_s = 0.0;
    });
    let order = scratch.run(&["score", "order", "minuet-in-g.mxl", "--json"]).good().json();
    let mut beats: String =
        order.as_array().unwrap().iter().map(|bar| format!("{}\n", bar["starts_s"])).collect();
    beats.push_str("98.7\n");
    scratch.write("bars.txt", beats);
    manifest(&scratch, (1..=count).map(|number| format!("Piece {number}")));
    scratch
}

fn manifest(scratch: &Scratch, names: impl Iterator<Item = String>) {
    let mut text = String::from("score,recording,name,points\n");
    for (number, name) in names.enumerate() {
        // Recordings of other bytes, so that equal names are other pieces.
        let recording = format!("recording-{number}.mp3");
        if !scratch.path(&recording).exists() {
            let mut bytes = std::fs::read(scratch.path("minuet-in-g.mp3")).unwrap();
            bytes.extend(number.to_le_bytes());
            scratch.write(&recording, bytes);
        }
        text.push_str(&format!("minuet-in-g.mxl,{recording},{name},bars.txt\n"));
    }
    scratch.write("pieces.csv", text);
}

fn made(sandbox: &Sandbox) -> BTreeMap<&'static str, u64> {
    let kinds = ["slices", "recordings", "notations", "media", "folders"];
    kinds.into_iter().map(|kind| (kind, sandbox.effects().of("soundslice", kind).created)).collect()
}

#[track_caller]
fn all_made(scratch: &Scratch, count: u64, names: &[&str]) {
    let made = made(&scratch.sandbox);
    let points = scratch.sandbox.effects().of("soundslice", "syncpoints").changed;
    assert_eq!((made["slices"], made["recordings"], points), (count, count, count), "{made:?}");
    let slices = scratch.run(&["soundslice", "slice", "list", "--limit", "1000", "--json"]).good().json();
    let slices = slices.as_array().unwrap();
    for name in names {
        let of_name: Vec<_> = slices.iter().filter(|slice| slice["name"] == *name).collect();
        assert!(!of_name.is_empty(), "{name} is left out");
        assert!(of_name.iter().all(|slice| slice["recordings"] == 1), "{of_name:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_published_and_a_second_run_makes_nothing() {
    let scratch = pieces(5).await;
    let first = scratch.run(&["batch", "pieces.csv", "--json"]).good().json();
    assert_eq!((&first["done"], &first["failed"]), (&5.into(), &0.into()));
    all_made(&scratch, 5, &["Piece 1", "Piece 5"]);
    let before = scratch.sandbox.effects();
    let second = scratch.run(&["batch", "pieces.csv", "--json"]).good();
    assert!(second.err.contains("0 pieces, and 5 that were there already"), "{second:?}");
    assert_eq!(scratch.sandbox.effects(), before);
    let status = scratch.run(&["batch", "status", "--json"]).good().json();
    assert_eq!(status["done"], 5);

    let text = scratch.run(&["batch", "export"]).good().out;
    let mut lines = text.lines();
    assert_eq!(
        lines.next().unwrap(),
        "job,score,recording,name,artist,folder,points,priority,state,slice,url,recording,attempts,error"
            .replace("url,recording", "url,recording_id")
    );
    assert_eq!(lines.count(), 5);
    let json = scratch.run(&["batch", "export", "--json"]).good().out;
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    let slice = first["slice"].as_str().unwrap();
    let found = scratch.run(&["soundslice", "slice", "get", slice, "--json"]).good().json();
    assert_eq!(found["name"], "Piece 1");
    scratch.run(&["batch", "export", "-o", "made.csv"]).good();
    assert_eq!(std::fs::read_to_string(scratch.path("made.csv")).unwrap(), text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_files_elsewhere_are_not_published_again() {
    let scratch = pieces(2).await;
    scratch.run(&["batch", "pieces.csv"]).good();
    let before = scratch.sandbox.effects();
    std::fs::create_dir(scratch.path("moved")).unwrap();
    for name in ["minuet-in-g.mxl", "recording-0.mp3", "recording-1.mp3", "bars.txt", "pieces.csv"] {
        std::fs::copy(scratch.path(name), scratch.path("moved").join(name)).unwrap();
    }
    let status = scratch.run(&["batch", "moved/pieces.csv", "--json"]).good().json();
    assert_eq!((&status["done"], &status["ledger_done"]), (&2.into(), &4.into()));
    assert_eq!(scratch.sandbox.effects(), before);
    let slices: Vec<String> =
        scratch.run(&["batch", "export"]).good().out.lines().skip(1).map(str::to_owned).collect();
    let slice = |line: &str| line.split(',').nth(9).unwrap().to_owned();
    assert_eq!(slice(&slices[0]), slice(&slices[2]));
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_wrong_are_all_told_and_nothing_is_done() {
    let scratch = pieces(2).await;
    let mut text = std::fs::read_to_string(scratch.path("pieces.csv")).unwrap();
    text.push_str("missing.xml,recording-0.mp3,X,\nminuet-in-g.mxl,minuet-in-g.pdf,Y,gone.txt\n");
    scratch.write("pieces.csv", text);
    let done: Done = scratch.run(&["batch", "pieces.csv"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    for words in
        ["line 4: ", "missing.xml: No such file", "line 5: ", "this is a PDF, not a recording", "gone.txt"]
    {
        assert!(done.err.contains(words), "{words}: {done:?}");
    }
    assert!(done.err.contains("nothing was done, because of 2 of its lines"), "{done:?}");
    assert!(scratch.sandbox.requests().is_empty());
    assert!(!scratch.path("state/segno/batch").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_cannot_be_done_is_put_aside_with_its_line_and_the_others_go_on() {
    let scratch = pieces(3).await;
    std::fs::copy(scratch.path("minuet-in-g.mxl"), scratch.path("broken.mxl")).unwrap();
    let mut text = std::fs::read_to_string(scratch.path("pieces.csv")).unwrap();
    text.push_str("broken.mxl,recording-0.mp3,Broken,bars.txt\n");
    scratch.write("pieces.csv", text);
    scratch.run(&["batch", "pieces.csv", "--only-add"]).good();
    // It breaks after it was looked at.
    scratch.write("broken.mxl", "<?xml version=\"1.0\"?><score-partwise>");
    let line = scratch.run(&["batch", "work", "--quiet"]).failed(1);
    assert!(line.contains("1 of 4 pieces failed; `segno batch status --failed` lists them"), "{line}");
    let failed = scratch.run(&["batch", "status", "--failed", "--json"]).good().json();
    assert_eq!(failed.as_array().unwrap().len(), 1);
    assert_eq!(failed[0]["name"], "Broken");
    assert!(failed[0]["error"].as_str().unwrap().contains("broken.mxl: "), "{failed}");
    let job = failed[0]["job"].to_string();
    // Mended, and tried again.
    std::fs::copy(scratch.path("minuet-in-g.mxl"), scratch.path("broken.mxl")).unwrap();
    assert_eq!(scratch.run(&["batch", "retry", &job]).good().out, "waiting\t1\n");
    scratch.run(&["batch", "cancel", &job]).good();
    assert_eq!(scratch.run(&["batch", "status", "--json"]).good().json()["cancelled"], 1);
    scratch.run(&["batch", "retry", &job]).good();

    let done = scratch.run(&["batch", "work", "--json"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    all_made(&scratch, 4, &["Broken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_ends_the_worker_and_fails_no_piece() {
    let scratch = pieces(2).await;
    let mut command = scratch.command(&["batch", "pieces.csv"]);
    let line = done(command.env("SOUNDSLICE_PASSWORD", "wrong")).failed(4);
    assert!(line.ends_with("log in with `segno auth login soundslice`"), "{line}");
    let status = scratch.run(&["batch", "status", "--json"]).good().json();
    assert_eq!((&status["waiting"], &status["failed"]), (&2.into(), &0.into()));
}

/// The service is out of order at the first call: that the key is wrong is found out when it is asked again.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_that_is_found_out_late_ends_the_worker_too() {
    let scratch = pieces(1).await;
    scratch.sandbox.fault(Fault::status(500).method("GET").path("/api/v1/slices/").times(u32::MAX));
    let mut command = scratch.command(&["batch", "pieces.csv", "--quiet", "--lease", "3"]);
    let line = done(command.env("SOUNDSLICE_PASSWORD", "wrong")).failed(4);
    assert!(line.ends_with("log in with `segno auth login soundslice`"), "{line}");
    let jobs = scratch.run(&["batch", "status", "1", "--json"]).good().json();
    assert_eq!((&jobs[0]["state"], &jobs[0]["attempts"]), (&"waiting".into(), &0.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_made_once_by_many() {
    let scratch = pieces(8).await;
    let text = std::fs::read_to_string(scratch.path("pieces.csv")).unwrap();
    let mut lines = text.lines().map(|line| format!("{line},Suite\n")).collect::<String>();
    lines = lines.replacen(",Suite", ",folder", 1);
    scratch.write("pieces.csv", lines);
    scratch.run(&["batch", "pieces.csv", "--jobs", "8"]).good();
    assert_eq!(made(&scratch.sandbox)["folders"], 1);
}

/// A worker whose `nth` request of the kind stalls, killed with SIGKILL when it has; `work`: whether the request does its work.
fn killed(scratch: &Scratch, method: &str, path: &str, nth: u32, work: bool) {
    scratch.sandbox.fault(Fault::new(FaultKind::stall(0)).method(method).path(path).nth(nth).work(work));
    scratch.sandbox.clear_requests();
    let mut child = scratch.begin(&["batch", "pieces.csv", "--lease", "3", "--jobs", "3"]);
    wait_for("the request", || {
        let all = scratch.sandbox.requests();
        all.iter().any(|request| request.fault.is_some() && request.body.complete)
    });
    child.kill().unwrap();
    child.wait().unwrap();
    scratch.sandbox.clear_faults();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_creating_request_another_goes_on_and_nothing_is_doubled() {
    for work in [true, false] {
        for (method, path) in [("POST", "/api/v1/slices/"), ("POST", "/api/v1/recordings/")] {
            let scratch = pieces(3).await;
            killed(&scratch, method, path, 2, work);
            scratch.run(&["batch", "pieces.csv", "--lease", "3"]).good();
            all_made(&scratch, 3, &["Piece 1", "Piece 2", "Piece 3"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_of_one_name_are_not_taken_for_each_other() {
    for work in [true, false] {
        let scratch = pieces(0).await;
        manifest(&scratch, (0..4).map(|_| "Étude".to_owned()));
        killed(&scratch, "POST", "/api/v1/slices/", 1, work);
        scratch.run(&["batch", "pieces.csv", "--lease", "3"]).good();
        all_made(&scratch, 4, &["Étude"]);
        let media = scratch.sandbox.effects().of("soundslice", "media").created;
        assert_eq!(media, 4);
    }
}

#[cfg(unix)]
fn signal(child: &std::process::Child, name: &str) {
    let sent = std::process::Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Lets everything through to the sandbox but the first request that makes a slice, which arrives only when it is let go.
#[cfg(unix)]
fn held_back(
    to: std::net::SocketAddr,
) -> (std::net::SocketAddr, std::sync::mpsc::Receiver<()>, std::sync::mpsc::Sender<()>) {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let (held, is_held) = std::sync::mpsc::channel();
    let (let_go, wait) = std::sync::mpsc::channel::<()>();
    let first = std::sync::Arc::new(std::sync::Mutex::new(Some((held, wait))));
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, mut server) = (client.unwrap(), std::net::TcpStream::connect(to).unwrap());
            let (mut back, mut from) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut back));
            let first = std::sync::Arc::clone(&first);
            std::thread::spawn(move || {
                let mut bytes = vec![0; 1 << 16];
                while let Ok(read @ 1..) = client.read(&mut bytes) {
                    let makes = bytes[..read].starts_with(b"POST /api/v1/slices/ ");
                    let hold = if makes { first.lock().unwrap().take() } else { None };
                    if let Some((held, wait)) = hold {
                        held.send(()).unwrap();
                        let _ = wait.recv();
                    }
                    if server.write_all(&bytes[..read]).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (at, is_held, let_go)
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_stopped_for_longer_than_its_lease_deletes_what_it_made_too_late() {
    let scratch = pieces(1).await;
    let base = scratch.sandbox.soundslice().base_url;
    let (host, path) = base.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (at, is_held, let_go) = held_back(host.parse().unwrap());
    let batch = || {
        let mut command = scratch.command(&["batch", "pieces.csv", "--lease", "3"]);
        command.env("SOUNDSLICE_BASE_URL", format!("http://{at}/{path}"));
        command
    };
    let first = batch().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    is_held.recv().unwrap();
    signal(&first, "-STOP");
    done(&mut batch()).good();
    let before = scratch.sandbox.effects().of("soundslice", "slices");
    assert_eq!((before.created, before.deleted), (1, 0));
    let_go.send(()).unwrap();
    wait_for("the late slice", || scratch.sandbox.effects().of("soundslice", "slices").created == 2);
    signal(&first, "-CONT");
    let first = first.wait_with_output().unwrap();
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    let slices = scratch.sandbox.effects().of("soundslice", "slices");
    assert_eq!((slices.created, slices.deleted), (2, 1));
    let list = scratch.run(&["soundslice", "slice", "list", "--limit", "1000", "--json"]).good().json();
    let mine: Vec<_> = list.as_array().unwrap().iter().filter(|slice| slice["name"] == "Piece 1").collect();
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0]["recordings"], 1);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn told_to_end_it_brings_its_jobs_to_a_place_where_another_goes_on() {
    let scratch = pieces(6).await;
    scratch.sandbox.fault(Fault::new(FaultKind::stall_for(0, 0.5)).on(Host::STORAGE).method("PUT").nth(1));
    let mut command = scratch.command(&["batch", "pieces.csv", "--jobs", "2"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("the upload", || scratch.sandbox.requests().iter().any(|request| request.fault.is_some()));
    signal(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("stopping   what is under way"), "{told}");
    // Put back, not left to its lease: another takes it at once.
    let status = scratch.run(&["batch", "status", "--json"]).good().json();
    assert_eq!((&status["running"], &status["failed"]), (&0.into(), &0.into()));
    scratch.run(&["batch", "work"]).good();
    all_made(&scratch, 6, &["Piece 1", "Piece 6"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_share_the_work() {
    let scratch = pieces(12).await;
    scratch.run(&["batch", "pieces.csv", "--only-add"]).good();
    let workers: Vec<_> = (0..3).map(|_| scratch.begin(&["batch", "work", "--jobs", "2"])).collect();
    for mut worker in workers {
        assert!(worker.wait().unwrap().success());
    }
    all_made(&scratch, 12, &["Piece 1", "Piece 12"]);
    let made = made(&scratch.sandbox);
    assert_eq!((made["notations"], made["media"]), (12, 12));
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_are_there_for_prometheus() {
    use std::io::{Read as _, Write as _};
    let scratch = pieces(1).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = scratch.begin(&["batch", "pieces.csv", "--only-add"]);
    child.wait().unwrap();
    let mut child = scratch.begin(&["batch", "work", "--wait", "--metrics", &port.to_string()]);
    let mut text = String::new();
    wait_for("the counter", || {
        text.clear();
        let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
        let _ = stream.read_to_string(&mut text);
        // The ledger and the counters of the worker are looked at one after the other.
        text.contains("segno_batch_done_total 1\n") && text.contains("segno_batch_jobs{state=\"done\"} 1\n")
    });
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Three workers, killed with SIGKILL after every few slices and begun anew; on the ledger of the variables.
fn killed_again_and_again(scratch: &Scratch, pieces: u64, kills: usize, ledger: &str) {
    let command = |arguments: &[&str]| {
        let mut command = scratch.command(arguments);
        command.env("SEGNO_LEDGER", ledger).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let worker = || command(&["batch", "work", "--jobs", "2", "--lease", "3"]).spawn().unwrap();
    done(&mut command(&["batch", "pieces.csv", "--only-add"])).good();
    let mut workers = [worker(), worker(), worker()];
    for kill in 0..kills {
        let made = || scratch.sandbox.effects().of("soundslice", "slices").created;
        let enough = (kill as u64 + 1) * pieces / (kills as u64 + 1);
        wait_for("the next slices", || made() >= enough);
        let victim = &mut workers[kill % 3];
        victim.kill().unwrap();
        victim.wait().unwrap();
        *victim = worker();
    }
    for mut worker in workers {
        assert!(worker.wait().unwrap().success());
    }
    all_made(scratch, pieces, &["Piece 1", "Piece 7"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_are_killed_again_and_again_and_nothing_is_doubled() {
    let scratch = pieces(18).await;
    let ledger = scratch.path("ledger.sqlite");
    killed_again_and_again(&scratch, 18, 6, ledger.to_str().unwrap());
}

#[cfg(feature = "_services")]
#[tokio::test(flavor = "multi_thread")]
async fn workers_on_postgres_are_killed_again_and_again_and_nothing_is_doubled() {
    let mut server = segno_testkit::Server::postgres().await.unwrap();
    let scratch = pieces(60).await;
    killed_again_and_again(&scratch, 60, 10, &server.url());
    // Workers wait for a database that restarts.
    manifest(&scratch, (0..8).map(|number| format!("Later {number}")));
    let url = server.url();
    let command = |arguments: &[&str]| {
        let mut command = scratch.command(arguments);
        command.env("SEGNO_LEDGER", &url).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut child = command(&["batch", "pieces.csv"]).spawn().unwrap();
    let made = |count| {
        let made = || scratch.sandbox.effects().of("soundslice", "slices").created;
        wait_for("the next slices", || made() >= count);
    };
    made(62);
    server.kill();
    server.resume_or_start().await.unwrap();
    assert!(child.wait().unwrap().success());
    all_made(&scratch, 68, &["Later 0", "Later 7"]);
    // A worker that waits for jobs may be there before the first list is; without `--wait` the ledger is missing.
    server.ask_postgres("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
    let line = done(scratch.command(&["batch", "work"]).env("SEGNO_LEDGER", &url)).failed(1);
    assert!(line.contains("there is no ledger in postgres://"), "{line}");
    let tables =
        || server.ask_postgres("SELECT count(*) FROM pg_tables WHERE tablename = 'segno_notices'").unwrap();
    let mut child = command(&["batch", "work", "--wait"]).spawn().unwrap();
    wait_for("the tables", || tables() == "1");
    manifest(&scratch, (0..2).map(|number| format!("Last {number}")));
    assert!(command(&["batch", "pieces.csv", "--only-add"]).status().unwrap().success());
    made(70);
    child.kill().unwrap();
    child.wait().unwrap();
    // A database that is not there is told, without the password.
    let mut command = scratch.command(&["batch", "status"]);
    command.env("SEGNO_LEDGER", "postgres://segno:s3cret@127.0.0.1:9/segno?sslmode=disable");
    let line = done(&mut command).failed(1);
    assert!(
        line.contains("the ledger: postgres://127.0.0.1:9/segno: no connection") && !line.contains("s3cret"),
        "{line}"
    );
}
