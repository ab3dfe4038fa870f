//! How long a signature takes, beside the `oauth1-request` crate on the same input: from a request to the finished
//! `Authorization` header, with nonce and time given. `cargo bench -p segno-musescore --bench signing`.

use divan::{Bencher, black_box};
use segno_core::Method;
use segno_core::auth::oauth1::OAuth1;
use segno_core::http::Uri;
use segno_musescore::{AccessToken, Consumer};

const NONCE: &str = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg";
const TIME: i64 = 1_318_622_958;
const CONSUMER: [&str; 2] = ["xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"];
const TOKEN: [&str; 2] =
    ["370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"];

/// A search with every filter, as it stands in a URL.
#[derive(oauth1_request::Request)]
struct Search {
    language: &'static str,
    license: &'static str,
    page: u32,
    part: &'static str,
    parts: u32,
    sort: &'static str,
    text: &'static str,
}

const SEARCH: Search = Search {
    language: "cs",
    license: "to_share",
    page: 3,
    part: "0,73",
    parts: 2,
    sort: "view_count",
    text: "\"silver lake\" Dvořák ~*'()!",
};

const BARE: &str = "https://api.musescore.com/services/rest/score.json";

fn search_uri() -> Uri {
    let mut pairs = segno_core::request::FormPairs::new();
    pairs.push("text", SEARCH.text);
    pairs.push("part", SEARCH.part);
    pairs.push("parts", SEARCH.parts);
    pairs.push("language", SEARCH.language);
    pairs.push("license", SEARCH.license);
    pairs.push("sort", SEARCH.sort);
    pairs.push("page", SEARCH.page);
    format!("{BARE}?{}", pairs.to_query()).parse().expect("a URL")
}

/// A form of one pair, as in Twitter's example.
#[derive(oauth1_request::Request)]
struct Status {
    status: &'static str,
}

const STATUS: Status = Status { status: "Hello Ladies + Gentlemen, a signed OAuth request!" };

/// Without `oauth_version`, which the other crate does not send.
fn ours() -> OAuth1 {
    let consumer = Consumer::new(CONSUMER[0], CONSUMER[1]);
    OAuth1::new(&consumer).token(&AccessToken::new(TOKEN[0], TOKEN[1])).without_version()
}

type Theirs = oauth1_request::Builder<'static, oauth1_request::signature_method::HmacSha1, &'static str>;

fn theirs() -> Theirs {
    let client = oauth1_request::Credentials::new(CONSUMER[0], CONSUMER[1]);
    let mut builder = Theirs::new(client, oauth1_request::HMAC_SHA1);
    builder.token(oauth1_request::Credentials::new(TOKEN[0], TOKEN[1]));
    builder.nonce(NONCE).timestamp(std::num::NonZeroU64::new(TIME.unsigned_abs()));
    builder
}

/// The signature of a header, wherever it stands.
fn signature(header: &str) -> &str {
    header.split("oauth_signature=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

fn main() {
    let bare = BARE.parse().expect("a URL");
    let form = [("status", STATUS.status)];
    for (ours, theirs) in [
        (ours().header(&Method::GET, &search_uri(), [], NONCE, TIME), theirs().get(BARE, &SEARCH)),
        (ours().header(&Method::POST, &bare, form, NONCE, TIME), theirs().post(BARE, &STATUS)),
    ] {
        assert_eq!(signature(&ours), signature(&theirs), "the same input gives the same signature");
    }
    divan::main();
}

/// Seven parameters in the query.
#[divan::bench_group(sample_count = 1000, sample_size = 200)]
mod search {
    use super::*;

    #[divan::bench]
    fn segno(bencher: Bencher<'_, '_>) {
        let (credentials, uri) = (ours(), search_uri());
        bencher.bench_local(|| {
            credentials.header(
                black_box(&Method::GET),
                black_box(&uri),
                [],
                black_box(NONCE),
                black_box(TIME),
            )
        });
    }

    #[divan::bench]
    fn oauth1_request(bencher: Bencher<'_, '_>) {
        let builder = theirs();
        bencher.bench_local(|| black_box(&builder).get(black_box(BARE), black_box(&SEARCH)));
    }
}

/// One parameter in the body.
#[divan::bench_group(sample_count = 1000, sample_size = 200)]
mod form {
    use super::*;

    #[divan::bench]
    fn segno(bencher: Bencher<'_, '_>) {
        let (credentials, uri) = (ours(), BARE.parse::<Uri>().expect("a URL"));
        let form = [("status", STATUS.status)];
        bencher.bench_local(|| {
            credentials.header(
                black_box(&Method::POST),
                black_box(&uri),
                black_box(form),
                black_box(NONCE),
                TIME,
            )
        });
    }

    #[divan::bench]
    fn oauth1_request(bencher: Bencher<'_, '_>) {
        let builder = theirs();
        bencher.bench_local(|| black_box(&builder).post(black_box(BARE), black_box(&STATUS)));
    }
}
