//! A service that is away is no fault of the pieces.

use std::process::Stdio;

use segno_sandbox::{Fault, FaultKind, Host, RetryAfter};

use super::{all_made, pieces};
use crate::shell::{Scratch, done, wait_for};

/// What the ledger says of workers that wait.
fn away(scratch: &Scratch) -> Option<String> {
    let status = scratch.run(&["batch", "status", "--json"]).good().json();
    status["away"][0].as_str().map(str::to_owned)
}

/// Every request meets the fault until it is said that the service is away; then it is there again.
async fn outage(fault: Fault) -> String {
    let scratch = pieces(3).await;
    scratch.run(&["batch", "pieces.csv", "--only-add"]).good();
    scratch.sandbox.fault(fault.times(u32::MAX));
    // With one attempt a failure would be the last.
    let mut command = scratch.command(&["batch", "work", "--attempts", "1", "--lease", "3"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = None;
    wait_for("the notice", || {
        told = away(&scratch);
        told.is_some()
    });
    scratch.sandbox.clear_faults();
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(err.contains("\nback       the service responds again\n"), "{err}");
    assert!(!err.contains("failed  ") && !err.contains("again  ") && !err.contains("Retry::"), "{err}");
    all_made(&scratch, 3, &["Piece 1", "Piece 2", "Piece 3"]);
    assert_eq!(away(&scratch), None);
    told.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overloaded_service_uses_no_attempts_up() {
    let told = outage(Fault::status(503).on(Host::SOUNDSLICE)).await;
    assert!(
        told.contains("the service is away since 2")
            && told.contains("Z, trying again at 2")
            && told.contains("503"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_refuses_connections_uses_no_attempts_up() {
    let told = outage(Fault::new(FaultKind::refuse_for(600.0)).on(Host::SOUNDSLICE)).await;
    assert!(told.contains("the service is away since"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_network_that_wants_a_login_uses_no_attempts_up() {
    let told = outage(Fault::new(FaultKind::html(200)).on(Host::SOUNDSLICE)).await;
    assert!(told.contains("log in to this network in a browser"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_is_away_uses_no_attempts_up() {
    let told = outage(Fault::status(503).on(Host::STORAGE).method("PUT")).await;
    assert!(told.contains("503"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_fails_for_one_piece_alone_is_there() {
    let scratch = pieces(2).await;
    // The first slice cannot be made, whatever is tried; all else works.
    scratch.sandbox.fault(Fault::status(500).method("POST").path("/api/v1/slices/").times(1));
    let line = scratch.run(&["batch", "pieces.csv", "--attempts", "1", "--quiet"]).failed(1);
    assert!(line.contains("1 of 2 pieces failed"), "{line}");
    assert_eq!(away(&scratch), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_ends_the_worker_with_nothing_lost() {
    let scratch = pieces(2).await;
    let fault = Fault::status(503).on(Host::SOUNDSLICE).retry_after(RetryAfter::Seconds(3600));
    scratch.sandbox.fault(fault.times(u32::MAX));
    let mut command = scratch.command(&["batch", "pieces.csv", "--patience", "1", "--quiet"]);
    let line = done(&mut command).failed(1);
    assert!(line.contains("longer than --patience; nothing is lost: run the same command again"), "{line}");
    let status = scratch.run(&["batch", "status", "--json"]).good().json();
    assert_eq!((&status["waiting"], &status["failed"]), (&2.into(), &0.into()));
    let jobs = scratch.run(&["batch", "status", "1", "2", "--json"]).good().json();
    assert!(jobs.as_array().unwrap().iter().all(|job| job["attempts"] == 0), "{jobs}");
}
