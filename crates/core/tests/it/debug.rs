//! What `Debug` shows: which thing it is and what is public about it, for a log or a failed assertion. That it shows no
//! secret, `canary` sees to.

use std::fmt::Debug;

use segno_core::auth::{Basic, StaticToken};
use segno_core::client::{Cursor, Downloaded, StreamEndpoint};
use segno_core::decode::read_json;
use segno_core::endpoint::PlainApiError;
use segno_core::request::FormPairs;
use segno_core::testing::ManualClock;
use segno_core::time::Clock;
use segno_core::transport::ResponseBody;
use segno_core::url::{BaseUrl, Origin};
use segno_core::{
    Body, BuildError, Bytes, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Secret,
    SecretUrl, Timestamp,
};

use crate::example::{self, Reply, Service};

/// `POST /songs`
struct Songs;

impl Endpoint for Songs {
    type Output = Vec<u32>;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.songs.search";
    const METHOD: Method = Method::POST;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("songs", &[])?;
        let mut pairs = FormPairs::new();
        pairs.push("mood", "calm");
        request.form(pairs);
        shows(request, &["RequestWriter", "songs", "9 bytes"]);
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<Vec<u32>, DecodeError> {
        read_json(&response)
    }
}

impl StreamEndpoint for Songs {
    type Item = u32;
}

#[track_caller]
fn shows(value: &dyn Debug, words: &[&str]) {
    let shown = format!("{value:?}");
    for word in words {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn values() {
    let url: SecretUrl = "https://files.example/a.wav?Signature=CANARY".parse().unwrap();
    let mut pairs = FormPairs::new();
    pairs.push("password", "CANARY");
    let base: BaseUrl = example::base();
    let moment: Timestamp = example::moment();
    let clock = ManualClock::new(moment);
    let secret = Secret::from("CANARY");
    let origin: Origin = base.origin();
    shows(&origin, &["https://api.example"]);
    shows(&base, &["https://api.example/v1/"]);
    shows(&url, &["https://files.example/a.wav"]);
    shows(&secret, &["[redacted]"]);
    shows(&Basic::new("app", &secret).unwrap(), &["Basic"]);
    shows(&StaticToken::new("Bearer", &secret).unwrap(), &["Token"]);
    shows(&pairs, &["password"]);
    shows(&Body::from("four"), &["Body", "4 bytes"]);
    shows(&ResponseBody::from_bytes("four"), &["ResponseBody"]);
    shows(&Cursor::new("page-2"), &["Cursor"]);
    shows(&moment, &["2026-11-21T20:00:00Z"]);
    shows(&*clock, &["ManualClock"]);
    shows(&(&*clock as &dyn Clock), &["Clock"]);
}

#[cfg(feature = "rustls-ring")]
#[test]
fn roots() {
    use segno_core::transport::tls::Roots;
    shows(&Roots::usual(), &["Roots", "usual"]);
    shows(&Roots::only(vec![b"a".to_vec(), b"b".to_vec()]), &["Roots", "2 certificates"]);
}

#[tokio::test]
async fn clients_and_calls() {
    let service = Service::new(|_, _| Ok(Reply::ok().header("set-cookie", "CANARY").body("[7]")));
    let (builder, _) = service.client();
    shows(&builder, &["ClientBuilder", "api.example"]);
    let client: Client = builder.build().unwrap();
    shows(&client, &["Client", "api.example"]);
    shows(&client.call(&Songs), &["Call", "example.songs.search"]);
    shows(&client.prepare(&Songs).unwrap(), &["Prepared", "example.songs.search", "POST", "9 bytes"]);
    shows(&client.stream(&Songs).await.unwrap(), &["JsonArrayStream", "example.songs.search"]);
    let done: Downloaded = client.call(&Songs).download_into(&mut Vec::new()).await.unwrap();
    shows(&done, &["Downloaded", "bytes: 3"]);
}
