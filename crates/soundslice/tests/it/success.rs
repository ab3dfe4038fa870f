//! A success is what the endpoint documents, and nothing else.

use segno_core::Endpoint;
use segno_testkit::accepted_undocumented;

use crate::sample::{self, Visit};

/// What their objects hold is documented nowhere, so that one of another kind cannot be told from theirs.
const OBJECTS_OF_ANY_KIND: [(&str, &str); 3] = [
    ("soundslice.folders.get", "with {"),
    ("soundslice.lists.add_slices", "with {\"status\""),
    ("soundslice.lists.remove_slice", "with {\"status\""),
];

/// Pages of captive portals, errors with status 200, the pages of gateways: no endpoint takes them for its success.
#[test]
fn nothing_but_the_documented_is_a_success() {
    #[derive(Default)]
    struct Taken(Vec<String>);

    impl Visit for Taken {
        fn visit<E: Endpoint<Output: std::fmt::Debug>>(&mut self, _: &E) {
            let mut taken = accepted_undocumented::<E>();
            for (_, object) in OBJECTS_OF_ANY_KIND.iter().filter(|(name, _)| *name == E::NAME) {
                taken.retain(|line| !line.contains(object));
            }
            self.0.extend(taken);
        }
    }

    let mut taken = Taken::default();
    sample::every_endpoint(&mut taken);
    assert!(taken.0.is_empty(), "{}", taken.0.join("\n"));
}
