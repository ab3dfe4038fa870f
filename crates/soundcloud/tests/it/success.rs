//! A success is what the endpoint documents, and nothing else.

use std::fmt::Debug;

use segno_core::Endpoint;
use segno_soundcloud::Diagnosable;
use segno_testkit::accepted_undocumented;

use crate::legacy;
use crate::sample::{self, Visit};

/// Pages of captive portals, errors with status 200, texts of gateways: no endpoint takes them for its success.
#[test]
fn nothing_but_the_documented_is_a_success() {
    #[derive(Default)]
    struct Taken(Vec<String>);

    impl Visit for Taken {
        fn visit<E: Endpoint>(&mut self, _: &E, _: u16, _: &str, _: &[u16])
        where
            E::Output: Debug,
            E::ApiError: Diagnosable,
        {
            self.0.extend(accepted_undocumented::<E>());
        }
    }

    let mut taken = Taken::default();
    sample::every_endpoint(&mut taken);
    sample::every_token_request(&mut taken);
    legacy::sample::every_endpoint(&mut taken);
    assert!(taken.0.is_empty(), "{}", taken.0.join("\n"));
}
