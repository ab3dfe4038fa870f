//! The error line of every documented failure.

use std::fmt::Debug;

use segno_core::Endpoint;
use segno_soundcloud::Diagnosable;

use crate::responses::error;
use crate::sample::{self, Visit, client_for};

#[test]
fn every_documented_failure() {
    struct Snapshot;

    impl Visit for Snapshot {
        fn visit<E: Endpoint>(&mut self, endpoint: &E, _: u16, _: &str, errors: &[u16])
        where
            E::Output: Debug,
            E::ApiError: Diagnosable,
        {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let lines = errors.iter().map(|status| {
                let client = client_for(E::NAME, *status, &error(E::NAME, *status));
                match runtime.block_on(client.send(endpoint)) {
                    Ok(_) => panic!("{} took a {status} for a success", E::NAME),
                    Err(error) => error.to_string(),
                }
            });
            let lines = lines.collect::<Vec<_>>().join("\n");
            insta::assert_snapshot!(
                E::NAME,
                if lines.is_empty() { "none is documented".into() } else { lines }
            );
        }
    }

    sample::every_endpoint(&mut Snapshot);
    sample::every_token_request(&mut Snapshot);
}
