//! A success is what the endpoint documents, and nothing else.

use std::fmt::Debug;

use segno_core::Endpoint;
use segno_testkit::accepted_undocumented;

use crate::decode::{self, Visit};

/// Pages of captive portals, errors with status 200, the pages of gateways: no endpoint takes them for its success.
#[test]
fn nothing_but_the_documented_is_a_success() {
    #[derive(Default)]
    struct Taken(Vec<String>);

    impl Visit for Taken {
        fn visit<E: Endpoint<Output: Debug>>(&mut self, _: u16, _: &'static str) {
            self.0.extend(accepted_undocumented::<E>());
        }
    }

    let mut taken = Taken::default();
    decode::every_endpoint(&mut taken);
    assert!(taken.0.is_empty(), "{}", taken.0.join("\n"));
}
