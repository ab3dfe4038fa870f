//! What is done with single jobs: tried again, begun anew, cancelled, looked at.

use segno_sandbox::{Fault, Host};

use super::{all_made, made, pieces};
use crate::shell::done;

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_whose_slice_was_deleted_is_published_anew_when_asked_for() {
    let scratch = pieces(2).await;
    // One piece breaks off behind its slice.
    scratch.sandbox.fault(Fault::status(400).on(Host::STORAGE).method("PUT").times(1));
    scratch.run(&["batch", "pieces.csv", "--quiet", "--jobs", "1"]).failed(1);
    let slice = |job: usize| {
        let json = scratch.run(&["batch", "export", "--json"]).good().out;
        let job: serde_json::Value = serde_json::from_str(json.lines().nth(job - 1).unwrap()).unwrap();
        job["slice"].as_str().unwrap().to_owned()
    };
    scratch.run(&["soundslice", "slice", "delete", &slice(1)]).good();
    assert_eq!(scratch.run(&["batch", "retry", "1"]).good().out, "waiting\t1\n");
    // No attempt is made twice: this does not mend itself.
    scratch.run(&["batch", "work", "--quiet"]).failed(1);
    let failed = scratch.run(&["batch", "status", "--failed", "--json"]).good().json();
    let line = failed[0]["error"].as_str().unwrap();
    assert!(
        line.ends_with("an earlier run made it; `segno batch retry 1 --again` makes a new one")
            && line.starts_with(&format!("there is no slice {} in this account", slice(1))),
        "{line}"
    );
    assert_eq!(failed[0]["attempts"], 1);
    scratch.run(&["batch", "retry", "1", "--again"]).good();
    scratch.run(&["batch", "work"]).good();
    let after = made(&scratch.sandbox);
    assert_eq!((after["slices"], after["recordings"]), (3, 2));

    // A piece that is done is done, unless it is said otherwise.
    scratch.run(&["soundslice", "slice", "delete", &slice(2)]).good();
    let line = scratch.run(&["batch", "retry", "2"]).failed(1);
    assert!(line.contains("job 2 is done") && line.contains("`segno batch retry JOB --again`"), "{line}");
    scratch.run(&["batch", "retry", "2", "--again"]).good();
    scratch.run(&["batch", "work"]).good();
    assert_eq!(made(&scratch.sandbox)["slices"], 4);
    scratch.run(&["soundslice", "slice", "get", &slice(2)]).good();
    let line = scratch.run(&["batch", "retry", "--all", "--again"]).failed(2);
    assert!(line.contains("cannot be used with"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_cancelled_those_that_failed_too_and_tried_again() {
    let scratch = pieces(3).await;
    scratch.sandbox.fault(Fault::status(422).method("POST").path("/api/v1/slices/").times(1));
    scratch.run(&["batch", "pieces.csv", "--quiet"]).failed(1);
    super::manifest(&scratch, (0..3).map(|number| format!("Other {number}")));
    scratch.run(&["batch", "pieces.csv", "--only-add"]).good();
    assert_eq!(scratch.run(&["batch", "cancel", "--all"]).good().out, "cancelled\t4\n");
    let status = scratch.run(&["batch", "status", "--json"]).good().json();
    assert_eq!((&status["cancelled"], &status["failed"], &status["done"]), (&4.into(), &0.into(), &2.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_no_job_has_are_told_and_nothing_is_done() {
    let scratch = pieces(2).await;
    scratch.run(&["batch", "pieces.csv", "--only-add"]).good();
    for arguments in [
        &["retry", "1", "999"][..],
        &["cancel", "1", "999"],
        &["status", "999"],
        &["retry", "999", "--again"],
    ] {
        let line = scratch.run(&[&["batch"], arguments].concat()).failed(2);
        assert!(line.contains("there is no job 999 in this ledger"), "{line}");
    }
    let status = scratch.run(&["batch", "status", "--json"]).good().json();
    assert_eq!((&status["waiting"], &status["cancelled"]), (&2.into(), &0.into()));
    let line = scratch.run(&["batch", "retry", "1"]).failed(1);
    assert!(line.contains("nothing was done: job 1 is waiting, and is not tried again"), "{line}");
    assert_eq!(scratch.run(&["batch", "cancel", "2"]).good().out, "cancelled\t1\n");
    let jobs = scratch.run(&["batch", "status", "2", "1", "--json"]).good().json();
    assert_eq!((&jobs[0]["state"], &jobs[1]["state"]), (&"waiting".into(), &"cancelled".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_sums_up_its_own_list() {
    let scratch = pieces(2).await;
    scratch.sandbox.fault(Fault::status(422).method("POST").path("/api/v1/slices/").times(1));
    scratch.run(&["batch", "pieces.csv", "--quiet"]).failed(1);
    super::manifest(&scratch, (0..2).map(|number| format!("Other {number}")));
    // The failure of another list is not this one's.
    let summary = scratch.run(&["batch", "pieces.csv", "--json"]).good().json();
    let of = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!((of("done"), of("failed"), of("waiting")), (2, 0, 0));
    assert_eq!((of("ledger_done"), of("ledger_failed")), (3, 1));
    // A worker sums up what it did.
    let summary = scratch.run(&["batch", "work", "--json"]).good().json();
    assert_eq!(
        (&summary["done"], &summary["failed"], &summary["ledger_failed"]),
        (&0.into(), &0.into(), &1.into())
    );
    // The list of which a piece failed says so again.
    super::manifest(&scratch, (1..=2).map(|number| format!("Piece {number}")));
    let line = scratch.run(&["batch", "pieces.csv", "--quiet"]).failed(1);
    assert!(line.contains("1 of 2 pieces failed"), "{line}");
    all_made(&scratch, 3, &["Other 0", "Other 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_needs_a_ledger_and_no_login() {
    let scratch = pieces(1).await;
    let line = scratch.run(&["batch", "status"]).failed(1);
    assert!(line.contains("there is no such ledger; `segno batch MANIFEST` makes it"), "{line}");
    assert!(!scratch.path("state/segno/batch").exists());
    scratch.run(&["batch", "pieces.csv", "--only-add"]).good();
    for command in ["status", "retry", "cancel", "export", "work"] {
        let arguments: &[&str] = if matches!(command, "retry" | "cancel") { &["1"] } else { &[] };
        let all = [&["batch", command], arguments, &["--ledger", "leger.sqlite"]].concat();
        let line = scratch.run(&all).failed(1);
        assert!(line.contains("leger.sqlite: there is no such ledger"), "{line}");
        assert!(!scratch.path("leger.sqlite").exists());
    }
    // Without credentials: the only account that has jobs is meant.
    let status = done(&mut scratch.bare(&["batch", "status", "--json"])).good().json();
    assert_eq!(status["waiting"], 1);
    assert_eq!(done(&mut scratch.bare(&["batch", "cancel", "1"])).good().out, "cancelled\t1\n");
    let exported = done(&mut scratch.bare(&["batch", "export"])).good().out;
    assert_eq!(exported.lines().count(), 2);
    // Of several it is asked which.
    let mut other = scratch.command(&["batch", "pieces.csv", "--only-add"]);
    done(other.env("SOUNDSLICE_APP_ID", "another")).good();
    let line = done(&mut scratch.bare(&["batch", "status"])).failed(2);
    assert!(line.contains("this ledger has jobs of several accounts: "), "{line}");
}
