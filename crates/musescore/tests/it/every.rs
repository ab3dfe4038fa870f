//! Every endpoint under its own name: the exact request, the decoded response of its fixture, the error lines.

use std::fmt::Debug;

use segno_core::{Body, Endpoint, testing};
use segno_musescore::scores::{self, Filters, Visibility};
use segno_musescore::{
    ScoreId, UserId, VersionId, files, oauth, oembed, resolve, signed_url, space, time, users,
};
use segno_testkit::{Fixtures, recorded_response};

use crate::clients::{client, ok, responding, user};

pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
const ID: ScoreId = ScoreId::new(7301);

pub(crate) trait Visit {
    fn visit<E: Endpoint>(&mut self, endpoint: &E)
    where
        E::Output: Debug;
}

pub(crate) fn every_endpoint(visitor: &mut impl Visit) {
    let page = "http://musescore.com/score/7301";
    visitor.visit(&scores::Search::new(Filters::new().phrase("silver lake")).page(1));
    visitor.visit(&scores::Get::new(ID));
    visitor.visit(&scores::Create::new("Mill", "mill.mscz", Body::from("PK\u{3}\u{4}"), Visibility::Private));
    visitor.visit(&scores::Update::new(ID).title("Mill"));
    visitor.visit(&scores::Delete::new(ID));
    visitor.visit(&time::Get::new(ID));
    visitor.visit(&space::Get::new(ID));
    visitor.visit(&users::Me::new());
    visitor.visit(&users::Get::new(UserId::new(412)));
    visitor.visit(&users::Scores::new(UserId::new(412)));
    visitor.visit(&resolve::Resolve::new(page));
    visitor.visit(&oembed::Get::new(page));
    visitor.visit(&files::Get::new(ID, "0a1b2c3d4e", files::File::Pdf));
    visitor.visit(&signed_url::Get::new(ID, VersionId::new(90412)));
    let url = "https://uploads.example.net/7301.mp3?Signature=abc".parse().unwrap();
    visitor.visit(&signed_url::Put::new(url, "ID3"));
    visitor.visit(&oauth::RequestToken::new());
    visitor.visit(&oauth::AccessToken::new());
    visitor.visit(&oauth::XAuth::new("ada", "pass & word"));
}

mod wire {
    use super::*;

    #[test]
    fn every_request() {
        struct Snapshot;

        impl Visit for Snapshot {
            fn visit<E: Endpoint>(&mut self, endpoint: &E)
            where
                E::Output: Debug,
            {
                let (client, _) = client(user(), |_| ok(""));
                insta::assert_snapshot!(E::NAME, testing::wire(client.core(), endpoint).unwrap());
            }
        }

        every_endpoint(&mut Snapshot);
    }
}

mod decode {
    use super::*;

    #[test]
    fn every_response() {
        struct Snapshot;

        impl Visit for Snapshot {
            fn visit<E: Endpoint>(&mut self, _: &E)
            where
                E::Output: Debug,
            {
                let case = E::NAME.strip_prefix("musescore.").unwrap().replacen('.', "/", 1);
                let value = E::read(recorded_response(&Fixtures::read(FOLDER, &case))).unwrap();
                insta::assert_debug_snapshot!(E::NAME, value);
            }
        }

        every_endpoint(&mut Snapshot);
    }
}

mod errors {
    use super::*;

    /// The statuses and bodies that docs/services/musescore.md lists, and what a gateway may add.
    const FAILURES: [(u16, &str); 8] = [
        (400, r#"["Unsupported signature method"]"#),
        (401, r#"["Invalid signature"]"#),
        (403, "<result is_array=\"true\"><item>Access denied</item></result>"),
        (404, r#"["Not found"]"#),
        (405, r#"["Method not allowed"]"#),
        (406, r#"["page is not a number"]"#),
        (500, ""),
        (502, "<html><head><title>502 Bad Gateway</title></head></html>"),
    ];

    #[test]
    fn every_error_line() {
        struct Lines;

        impl Visit for Lines {
            fn visit<E: Endpoint>(&mut self, endpoint: &E)
            where
                E::Output: Debug,
            {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                let mut lines = String::new();
                for (status, body) in FAILURES {
                    let outcome = runtime.block_on(responding(status, body).send(endpoint));
                    let line = outcome
                        .map_or_else(|error| error.to_string(), |value| format!("no error: {value:?}"));
                    lines.push_str(&format!("{status} {line}\n"));
                }
                insta::assert_snapshot!(E::NAME, lines);
            }
        }

        every_endpoint(&mut Lines);
    }
}

mod success {
    use super::*;

    /// Pages of captive portals, errors with status 200, texts of gateways: no endpoint takes them for its success.
    #[test]
    fn nothing_but_the_documented_is_a_success() {
        #[derive(Default)]
        struct Taken(Vec<String>);

        impl Visit for Taken {
            fn visit<E: Endpoint>(&mut self, _: &E)
            where
                E::Output: Debug,
            {
                self.0.extend(segno_testkit::accepted_undocumented::<E>());
            }
        }

        let mut taken = Taken::default();
        every_endpoint(&mut taken);
        assert!(taken.0.is_empty(), "{}", taken.0.join("\n"));
    }
}
