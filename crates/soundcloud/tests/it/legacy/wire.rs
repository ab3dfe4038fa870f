//! The exact bytes of every request.

use std::collections::BTreeSet;
use std::fmt::Debug;

use segno_core::{Endpoint, Method, Replay, testing};
use segno_soundcloud::legacy::tracks;

use super::{client, sample};
use crate::peer::response;
use crate::sample::Visit;

fn wire<E: Endpoint>(endpoint: &E) -> String {
    testing::wire(client(response(200, "")).0.core(), endpoint).unwrap()
}

#[test]
fn every_request() {
    struct Snapshot;

    impl Visit for Snapshot {
        fn visit<E: Endpoint>(&mut self, endpoint: &E, _: u16, _: &str, _: &[u16])
        where
            E::Output: Debug,
        {
            insta::with_settings!({ snapshot_path => "../snapshots" }, {
                insta::assert_snapshot!(E::NAME, wire(endpoint));
            });
        }
    }

    sample::every_endpoint(&mut Snapshot);
}

#[test]
fn ranges_of_a_search_have_two_ends() {
    let time = |text: &str| Some(text.parse::<segno_core::Timestamp>().unwrap());
    let search = tracks::List::new()
        .bpm(118, 120)
        .duration(60_000, 90_000)
        .created_at(time("2008-02-20T18:44:35Z"), time("2008-02-21T18:44:35Z"));
    let text = wire(&search);
    for pair in [
        "bpm%5Bfrom%5D=118",
        "bpm%5Bto%5D=120",
        "duration%5Bfrom%5D=60000",
        "duration%5Bto%5D=90000",
        "created_at%5Bfrom%5D=2008-02-20",
        "created_at%5Bto%5D=2008-02-21",
    ] {
        assert!(text.lines().next().unwrap().contains(pair), "{pair}: {text}");
    }
}

#[test]
fn the_documented_operations_and_no_name_twice() {
    struct Lines(Vec<String>, BTreeSet<&'static str>);

    impl Visit for Lines {
        fn visit<E: Endpoint>(&mut self, endpoint: &E, _: u16, _: &str, _: &[u16])
        where
            E::Output: Debug,
        {
            let wire = wire(endpoint);
            let target =
                wire.lines().next().unwrap().trim_end_matches(" HTTP/1.1").split('?').next().unwrap();
            self.0.push(target.to_owned());
            assert!(self.1.insert(E::NAME), "{}", E::NAME);
            let is_login = E::NAME.contains(".oauth.");
            assert!(is_login || wire.contains("\naccept: application/xml\n"), "{wire}");
            let replay = match E::METHOD {
                Method::GET => Replay::Safe,
                // A file is so large that nobody should send it twice unasked.
                Method::POST if E::NAME.ends_with(".upload") => Replay::Once,
                // One that nobody received is never authorized.
                Method::POST if E::NAME.ends_with(".request_token") => Replay::Idempotent,
                Method::POST => Replay::Unsafe,
                _ => Replay::Idempotent,
            };
            assert_eq!(E::REPLAY, replay, "{}", E::NAME);
        }
    }

    let mut lines = Lines(Vec::new(), BTreeSet::new());
    sample::every_endpoint(&mut lines);
    assert_eq!(lines.0, sample::TABLE.split('|').map(str::trim).collect::<Vec<_>>());
}
