//! The values of responses.

use std::fmt::Debug;

use segno_core::Endpoint;

use super::sample;
use crate::peer::{redirect, response};
use crate::sample::Visit;

#[test]
fn every_response() {
    struct Snapshot;

    impl Visit for Snapshot {
        fn visit<E: Endpoint>(&mut self, _: &E, status: u16, body: &str, _: &[u16])
        where
            E::Output: Debug,
        {
            assert!(E::accepts(status.try_into().unwrap()), "{}", E::NAME);
            let response = if status == 302 { redirect(body) } else { response(status, body.to_owned()) };
            let value = E::read(response).unwrap();
            assert!(!format!("{value:?}").contains("CANARY"), "{value:?}");
            insta::with_settings!({ snapshot_path => "../snapshots" }, {
                insta::assert_debug_snapshot!(E::NAME, value);
            });
        }
    }

    sample::every_endpoint(&mut Snapshot);
}
