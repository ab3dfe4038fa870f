//! The error line of every documented failure.

use std::fmt::Debug;

use segno_core::{Endpoint, StatusCode};

use super::{client, sample};
use crate::peer::response;
use crate::sample::Visit;

/// The document of a refusal.
fn refusal(status: u16) -> String {
    let reason = StatusCode::from_u16(status).unwrap().canonical_reason().unwrap();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<errors><error>{status} - {reason}</error></errors>\n"
    )
}

#[test]
fn every_documented_failure() {
    struct Snapshot;

    impl Visit for Snapshot {
        fn visit<E: Endpoint>(&mut self, endpoint: &E, _: u16, _: &str, errors: &[u16])
        where
            E::Output: Debug,
        {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let lines = errors.iter().map(|status| {
                let (client, _) = client(response(*status, refusal(*status)));
                match runtime.block_on(client.send(endpoint)) {
                    Ok(_) => panic!("{} took a {status} for a success", E::NAME),
                    Err(error) => error.to_string(),
                }
            });
            let lines = lines.collect::<Vec<_>>().join("\n");
            insta::with_settings!({ snapshot_path => "../snapshots" }, {
                insta::assert_snapshot!(E::NAME, lines);
            });
        }
    }

    sample::every_endpoint(&mut Snapshot);
}
