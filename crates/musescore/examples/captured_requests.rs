//! Prints the requests of this crate as JSON, signed and ready to be checked by another implementation of OAuth 1.0a:
//! `cargo run -p segno-musescore --example captured_requests | python3 docs/interop/oauthlib_check.py`.

use std::error::Error;
use std::sync::{Arc, Mutex};

use segno_core::auth::oauth1::{Begin, Callback, OAuth1, Placement, SignatureMethod, TokenResponse};
use segno_core::http::{Request, Response};
use segno_core::testing::FnTransport;
use segno_core::time::{Clock as _, SystemClock};
use segno_core::{Body, Bytes, Endpoint};
use segno_musescore::scores::{self, Filters, Visibility};
use segno_musescore::{AccessToken, Consumer, Format, MidiProgram, ScoreId, oauth, resolve, time, users};
use serde_json::{Value, json};

const CONSUMER_SECRET: &str = "consumer secret & more=1";
const TOKEN_SECRET: &str = "tok+secret/% é";

/// What a request is for, which decides what the other side checks.
#[derive(Clone, Copy)]
enum Leg {
    Request,
    Access,
    Resource,
}

struct Capture {
    requests: Vec<Value>,
    base: &'static str,
}

impl Capture {
    /// Sends the endpoint to nobody and keeps what would have been sent.
    async fn take<E: Endpoint>(
        &mut self,
        name: &str,
        leg: Leg,
        credentials: OAuth1,
        endpoint: &E,
    ) -> Result<(), Box<dyn Error>> {
        let sent = Arc::new(Mutex::new(None));
        let store = Arc::clone(&sent);
        let transport = FnTransport::new(move |request: Request<Bytes>| {
            if let Ok(mut store) = store.lock() {
                *store = Some(request);
            }
            Ok(Response::new(Bytes::from("{}")))
        });
        let client = segno_core::Client::builder(format!("{}services/rest/", self.base))
            .base(segno_musescore::OAUTH, format!("{}oauth/", self.base))
            .transport(transport)
            .authorize(credentials)
            .build()?;
        // The response means nothing: the request is what counts.
        let _ = client.call(endpoint).raw().await;
        let request = sent.lock().map_err(|_| "the capture broke")?.take().ok_or("nothing was sent")?;
        let headers: Vec<[&str; 2]> = request
            .headers()
            .iter()
            .map(|(name, value)| Ok([name.as_str(), value.to_str()?]))
            .collect::<Result<_, segno_core::http::header::ToStrError>>()?;
        self.requests.push(json!({
            "name": name,
            "leg": match leg { Leg::Request => "request", Leg::Access => "access", Leg::Resource => "resource" },
            "method": request.method().as_str(),
            "url": request.uri().to_string(),
            "headers": headers,
            "body": String::from_utf8_lossy(request.body()),
        }));
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout)] // This is what the application is for.
async fn main() -> Result<(), Box<dyn Error>> {
    let consumer = Consumer::new("segnoInteropConsumer01", CONSUMER_SECRET);
    let token = AccessToken::new("segnoInteropToken00001", TOKEN_SECRET);
    let user = || OAuth1::new(&consumer).token(&token);
    let mut capture = Capture { requests: Vec::new(), base: "http://127.0.0.1:8406/" };

    let callback = Callback::Url("http://127.0.0.1:49152/callback?a=b c&d".into());
    let begin = Begin::new(consumer.clone(), callback);
    let oob = Begin::new(consumer.clone(), Callback::OutOfBand);
    capture.take("request token", Leg::Request, begin.credentials(), &oauth::RequestToken::new()).await?;
    capture
        .take("request token, out of band", Leg::Request, oob.credentials(), &oauth::RequestToken::new())
        .await?;
    let response = "oauth_token=segnoInteropRequest001&oauth_token_secret=req%26sec%20%2B";
    let now = SystemClock.wall();
    let pending = begin.pending(TokenResponse::read(&response.into())?, now);
    let verified = pending.verifier("segnoInteropVerifier01")?;
    capture.take("access token", Leg::Access, verified.credentials(now)?, &oauth::AccessToken::new()).await?;
    let in_body = verified.credentials(now)?.placement(Placement::Body);
    capture.take("access token, in the body", Leg::Access, in_body, &oauth::AccessToken::new()).await?;

    let nasty = Filters::new()
        .text("Dvořák ~*'()! a+b 100% = & ; \u{10348}")
        .phrase("silver lake")
        .part(MidiProgram::DRUMS)
        .part(MidiProgram::UNDEFINED)
        .extra("empty", "")
        .extra("empty", "")
        .extra("a", "2")
        .extra("a", "1")
        .extra("a-", "0");
    let search = scores::Search::new(nasty).page(3);
    capture.take("search", Leg::Resource, user(), &search).await?;
    let in_query = user().placement(Placement::Query);
    capture.take("search, in the query", Leg::Resource, in_query, &search).await?;
    let realm = user().realm("http://api.musescore.com/")?;
    capture.take("search, with a realm", Leg::Resource, realm, &search).await?;
    capture.take("search, without oauth_version", Leg::Resource, user().without_version(), &search).await?;
    let jsonp = users::Me::new().format(Format::Jsonp("cb".parse()?));
    capture.take("me", Leg::Resource, user(), &jsonp).await?;
    let secret = time::Get::new(ScoreId::new(7301)).secret("ab+cd");
    capture.take("time of a private score", Leg::Resource, user(), &secret).await?;
    let page = resolve::Resolve::new("http://musescore.com/ada/scores/7301?x=1&y=%20#top");
    capture.take("resolve", Leg::Resource, user(), &page).await?;
    let file = Body::reader(std::io::Cursor::new(vec![0x50; 1000]), 1000);
    let create = scores::Create::new("T", "t.mscz", file, Visibility::Private);
    capture.take("publish, streamed multipart", Leg::Resource, user(), &create).await?;
    capture.take("delete", Leg::Resource, user(), &scores::Delete::new(ScoreId::new(42))).await?;
    let xauth = oauth::XAuth::new("ada", "pass & word+%");
    capture.take("a form", Leg::Resource, user(), &xauth).await?;
    let in_form = user().placement(Placement::Body);
    capture.take("a form, in the body", Leg::Resource, in_form, &xauth).await?;

    let plain = || user().method(SignatureMethod::Plaintext);
    capture.take("PLAINTEXT", Leg::Resource, plain(), &search).await?;
    capture.base = "https://api.musescore.com:443/";
    capture.take("search over https", Leg::Resource, user(), &search).await?;
    capture.take("PLAINTEXT over https", Leg::Resource, plain(), &search).await?;
    capture.base = "HTTP://API.MuseScore.COM:80/";
    capture.take("search with capitals and a port", Leg::Resource, user(), &search).await?;

    let document = json!({
        "consumer": {"key": consumer.key, "secret": CONSUMER_SECRET},
        "access": {"token": token.token.expose(), "secret": TOKEN_SECRET},
        "request": {"token": "segnoInteropRequest001", "secret": "req&sec +", "verifier": "segnoInteropVerifier01"},
        "requests": capture.requests,
    });
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}
