//! Requests as the credentials leave them, and the login.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response};

use crate::auth::Authorize as _;
use crate::auth::oauth1::*;
use crate::endpoint::PlainApiError;
use crate::request::{FormPairs, Multipart};
use crate::testing::{FnTransport, ManualClock, wire};
use crate::{BuildError, Client, DecodeError, Endpoint, Replay, RequestWriter, Secret, Timestamp};

#[derive(Clone, Copy)]
enum Send {
    Form,
    Multipart,
    Nothing,
}

struct Post(Send);

impl Endpoint for Post {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.post";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.query("q", "a b");
        match self.0 {
            Send::Form => {
                let mut pairs = FormPairs::new();
                pairs.push("status", "Hello & more");
                request.form(pairs);
            }
            Send::Multipart => {
                let mut parts = Multipart::new();
                parts.text("status", "Hello");
                request.multipart(parts);
            }
            Send::Nothing => {}
        }
        request.path("statuses", &[])
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

fn consumer() -> Consumer {
    Consumer::new("emu-app-key", "emu app&secret=1")
}

fn user() -> OAuth1 {
    OAuth1::new(&consumer()).token(&AccessToken::new("tok-7f3a", "tok+secret/%"))
}

fn client(base: &str, credentials: OAuth1) -> Client {
    let clock = ManualClock::new(Timestamp::from_unix_seconds(1_400_000_000).unwrap());
    Client::builder(base)
        .clock(clock)
        .transport(FnTransport::new(|_| Ok(Response::new(Bytes::new()))))
        .authorize(credentials)
        .build()
        .unwrap()
}

fn sent(credentials: OAuth1, what: Send) -> String {
    wire(&client("http://api.example/", credentials), &Post(what)).unwrap()
}

#[test]
fn the_header_of_vector_m1() {
    let uri = "http://api.musescore.com/services/rest/score.json?text=%22silver%20lake%22&part=0%2C73&page=0";
    let header = user().header(&Method::GET, &uri.parse().unwrap(), [], "n-0001", 1_400_000_000);
    assert_eq!(
        header,
        "OAuth oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n-0001\", oauth_signature_method=\"HMAC-SHA1\", \
         oauth_timestamp=\"1400000000\", oauth_token=\"tok-7f3a\", oauth_version=\"1.0\", \
         oauth_signature=\"QkTQ5zsVAij1wE2soQygxRVlXTA%3D\""
    );
}

/// RFC 5849, section 1.2: the three requests of the printing service, in the order of our header.
#[test]
fn the_example_of_the_rfc() {
    let consumer = Consumer::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44");
    let callback = Callback::Url("http://printer.example.com/ready".into());
    let begin = Begin::new(consumer, callback);
    let header = |credentials: OAuth1, url: &str, nonce: &str, time: i64| {
        let header =
            credentials.without_version().header(&Method::POST, &url.parse().unwrap(), [], nonce, time);
        header.split("oauth_signature=").nth(1).unwrap().trim_matches('"').to_owned()
    };
    let initiate = "https://photos.example.net/initiate";
    assert_eq!(
        header(begin.credentials(), initiate, "wIjqoS", 137_131_200),
        "74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D"
    );
    let body =
        "oauth_token=hh5s93j4hdidpola&oauth_token_secret=hdhd0244k9j7ao03&oauth_callback_confirmed=true";
    let pending = begin.pending(TokenResponse::read(&body.into()).unwrap(), now());
    assert!(pending.callback_confirmed());
    assert_eq!(
        pending.authorize_url("https://photos.example.net/authorize"),
        "https://photos.example.net/authorize?oauth_token=hh5s93j4hdidpola"
    );
    let back =
        "http://printer.example.com/ready?oauth_token=hh5s93j4hdidpola&oauth_verifier=hfdp7dh39dks9884";
    let verified = pending.redirected(back).unwrap();
    assert_eq!(
        header(
            verified.credentials(now()).unwrap(),
            "https://photos.example.net/token",
            "walatlh",
            137_131_201
        ),
        "gKgrFCywp7rO0OXSjdot%2FIHF7IU%3D"
    );
    let body = "oauth_token=nnch734d00sl2jdk&oauth_token_secret=pfkkdhi9sl3r4s00";
    let token = TokenResponse::read(&body.into()).unwrap().into_access_token();
    assert_eq!(token, AccessToken::new("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"));
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_795_292_100).unwrap()
}

fn pending() -> Pending {
    let body = Bytes::from("oauth_token=req-11&oauth_token_secret=s\n");
    Begin::new(consumer(), Callback::OutOfBand).pending(TokenResponse::read(&body).unwrap(), now())
}

#[test]
fn what_a_redirect_means() {
    let back = |query: &str| pending().redirected(&format!("http://127.0.0.1:1/cb?{query}"));
    assert!(back("x=1&oauth_token=req-11&oauth_verifier=v").is_ok());
    assert!(back("oauth_token=req-11").is_ok(), "the first 1.0 has no verifier");
    assert_eq!(back("oauth_token=req-12&oauth_verifier=v").unwrap_err(), LoginError::Foreign);
    assert_eq!(back("oauth_verifier=v").unwrap_err(), LoginError::Foreign);
    assert_eq!(back("oauth_token=req-11&oauth_token=req-11").unwrap_err(), LoginError::Foreign);
    assert_eq!(back("denied=req-11").unwrap_err(), LoginError::Denied("denied".into()));
    assert_eq!(
        back("oauth_problem=permission_denied&oauth_token=req-11").unwrap_err().to_string(),
        "access was not granted (permission_denied)"
    );
    assert_eq!(pending().verifier(" \n").unwrap_err(), LoginError::Verifier);
    assert!(!pending().callback_confirmed());
}

#[test]
fn responses_without_a_token_say_so() {
    let error = |body: &'static str| TokenResponse::read(&Bytes::from(body)).unwrap_err().to_string();
    assert_eq!(error(" "), "the body is empty");
    assert_eq!(error("oauth_problem=x"), "missing field `oauth_token`");
    assert_eq!(error("oauth_token=&oauth_token_secret=x"), "missing field `oauth_token`");
    assert_eq!(error("oauth_token=CANARY"), "missing field `oauth_token_secret`");
}

#[test]
fn in_the_header() {
    let text = sent(user().realm("http://\"api\"/").unwrap(), Send::Form);
    assert!(text.contains("\nauthorization: [redacted]\n"), "{text}");
    assert!(text.ends_with("\n\nstatus=Hello+%26+more"), "{text}");
    let header = user().realm("http://\"api\"/").unwrap().header(
        &Method::GET,
        &"http://a.example/".parse().unwrap(),
        [],
        "n",
        1,
    );
    assert!(header.starts_with(r#"OAuth realm="http://\"api\"/", oauth_consumer_key="#), "{header}");
    assert!(user().realm("a\r\nb").is_err());
}

/// The signature is over the same parameters wherever they travel.
fn check(parameters: &str, form: &[(&str, &str)]) {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(parameters.as_bytes()).into_owned().collect();
    let (signature, signed): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| name == "oauth_signature");
    let oauth = signed.iter().filter(|(name, _)| name.starts_with("oauth_"));
    let all = oauth.map(|(name, value)| (name.as_str(), value.as_str())).chain(form.iter().copied());
    let base = base_string(&Method::POST, &"http://api.example/statuses?q=a%20b".parse().unwrap(), all);
    let key = Key::new(&"emu app&secret=1".into(), &"tok+secret/%".into());
    assert_eq!(signature.len(), 1);
    assert_eq!(signature[0].1, key.sign(&base));
}

#[test]
fn in_the_query() {
    let text = sent(user().placement(Placement::Query), Send::Form);
    assert!(!text.contains("authorization"), "{text}");
    let target = text.split(' ').nth(1).unwrap();
    assert!(target.starts_with("/statuses?q=a%20b&oauth_consumer_key=emu-app-key&oauth_nonce="), "{target}");
    check(target.split_once('?').unwrap().1, &[("status", "Hello & more")]);
}

#[test]
fn in_the_body() {
    let text = sent(user().placement(Placement::Body), Send::Form);
    assert!(!text.contains("authorization"), "{text}");
    let body = text.split("\n\n").nth(1).unwrap();
    assert!(body.starts_with("status=Hello+%26+more&oauth_consumer_key=emu-app-key&"), "{body}");
    assert!(text.contains(&format!("\ncontent-length: {}\n", body.len())), "{text}");
    check(body, &[("status", "Hello & more")]);

    let text = sent(user().placement(Placement::Body), Send::Nothing);
    assert!(text.contains("\ncontent-type: application/x-www-form-urlencoded\n"), "{text}");
    check(text.split("\n\n").nth(1).unwrap(), &[]);

    let text = sent(user().placement(Placement::Body), Send::Multipart);
    assert!(text.contains("\nauthorization: [redacted]\n"), "a file cannot carry them: {text}");
}

#[test]
fn plaintext_is_for_private_lines() {
    let plain = || user().method(SignatureMethod::Plaintext);
    let header = plain().header(&Method::GET, &"https://a.example/".parse().unwrap(), [], "n", 1);
    assert_eq!(
        header,
        "OAuth oauth_consumer_key=\"emu-app-key\", oauth_nonce=\"n\", oauth_signature_method=\"PLAINTEXT\", \
         oauth_timestamp=\"1\", oauth_token=\"tok-7f3a\", \
         oauth_version=\"1.0\", oauth_signature=\"emu%2520app%2526secret%253D1%26tok%252Bsecret%252F%2525\""
    );
    assert!(!plain().survives_plain_http());
    assert!(user().survives_plain_http());
    for (base, sends) in
        [("http://api.example/", false), ("https://api.example/", true), ("http://127.0.0.1:8400/", true)]
    {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(client(base, plain()).send(&Post(Send::Form)));
        assert_eq!(outcome.is_ok(), sends, "{base}: {outcome:?}");
    }
}

#[tokio::test]
async fn every_attempt_is_signed_anew() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let store = Arc::clone(&seen);
    let transport = FnTransport::new(move |request: http::Request<Bytes>| {
        let header = request.headers()["authorization"].to_str().unwrap().to_owned();
        let mut seen = store.lock().unwrap();
        seen.push(header);
        let status = if seen.len() < 3 { 503 } else { 200 };
        Ok(Response::builder().status(status).body(Bytes::new()).unwrap())
    });
    let client = Client::builder("http://api.example/")
        .clock(ManualClock::new(Timestamp::from_unix_seconds(1_400_000_000).unwrap()))
        .transport(transport)
        .authorize(user())
        .build()
        .unwrap();
    client.send(&Post(Send::Form)).await.unwrap();
    let seen = seen.lock().unwrap();
    let nonces: std::collections::BTreeSet<&str> = seen
        .iter()
        .map(|header| header.split("oauth_nonce=\"").nth(1).unwrap().split('"').next().unwrap())
        .collect();
    assert_eq!((seen.len(), nonces.len()), (3, 3));
    let plain = |nonce: &&str| nonce.len() == 22 && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(nonces.iter().all(plain), "{nonces:?}");
    // All of the clock's 128 random bits are in it; this clock counts, so the lower half follows the upper one.
    for nonce in nonces {
        let digit = |letter: char| match letter {
            '0'..='9' => u128::from(letter) - 48,
            'A'..='Z' => u128::from(letter) - 55,
            _ => u128::from(letter) - 61,
        };
        let bits = nonce.chars().rev().fold(0_u128, |bits, letter| 62 * bits + digit(letter));
        let (upper, lower) = (bits >> 64, bits & u128::from(u64::MAX));
        assert!(upper > 0 && lower == upper + 1, "{nonce}: {bits:x}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let consumer = Consumer::new("CANARY", "CANARY");
    let token = AccessToken::new("CANARY", "CANARY");
    let response = TokenResponse::read(&"oauth_token=CANARY&oauth_token_secret=CANARY".into()).unwrap();
    let begin = Begin::new(consumer.clone(), Callback::OutOfBand);
    let pending = begin.clone().pending(response.clone(), now());
    let verified = pending.clone().verifier("CANARY").unwrap();
    let credentials = OAuth1::new(&consumer).token(&token);
    let key = Key::new(&Secret::from("CANARY"), &Secret::from("CANARY"));
    let shown =
        format!("{consumer:?}{token:?}{response:?}{begin:?}{pending:?}{verified:?}{credentials:?}{key:?}");
    assert!(!shown.contains("CANARY"), "{shown}");
}
