//! Calls over a connection: ours, hyper by hand, reqwest, ureq. All send the same headers and read the same struct.

use std::hint::black_box;
use std::path::Path;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Empty, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use segno_core::request::Body;
use segno_soundslice::slices::{Get, List, Slice};
use tokio::task::JoinSet;
use tokio_util::io::ReaderStream;

use crate::{Outcome, data};

const AGENT: &str = "segno/0.1.0";
const AUTHORIZATION: &str = "Basic ZGVtb0FwcDc6czNjcmV0LXBhc3M=";

/// As much as is sent to the socket at a time.
const PIECE: usize = 128 * 1024;

fn segno(address: &str) -> Outcome<segno_soundslice::Client> {
    let builder = segno_soundslice::Client::builder("demoApp7", "s3cret-pass");
    let builder = builder.base_url(&format!("http://{address}/api/v1/"));
    Ok(builder.settings(|core| core.no_limit().user_agent("bench").body_cap(1 << 30)).build()?)
}

type Hyper = Pool<HttpConnector, UnsyncBoxBody<Bytes, std::io::Error>>;

fn hyper() -> Hyper {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    Pool::builder(TokioExecutor::new()).build(tcp)
}

fn request(method: Method, url: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(url)
        .header("user-agent", AGENT)
        .header("accept-encoding", "gzip")
        .header("authorization", AUTHORIZATION)
}

fn empty() -> UnsyncBoxBody<Bytes, std::io::Error> {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

fn reqwest() -> Outcome<reqwest::Client> {
    use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION as NAME, HeaderMap, HeaderValue};
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(NAME, HeaderValue::from_static(AUTHORIZATION));
    Ok(reqwest::Client::builder().user_agent(AGENT).default_headers(headers).build()?)
}

fn url(address: &str, path: &str) -> String {
    format!("http://{address}/api/v1/{path}")
}

/// `count` small responses, `flight` of them on the way at a time.
pub(crate) async fn get(subject: &str, address: &str, count: usize, flight: usize) -> Outcome {
    if subject == "ureq" {
        return ureq(address, count, flight);
    }
    let mut tasks = JoinSet::new();
    let (ours, pool, reqwest) = (segno(address)?, hyper(), reqwest()?);
    let each = count / flight;
    let url = url(address, "slices/hTM3h/");
    for _ in 0..flight {
        let (ours, pool, reqwest, url) = (ours.clone(), pool.clone(), reqwest.clone(), url.clone());
        match subject {
            "segno" => tasks.spawn(async move {
                let get = Get::new("hTM3h".parse::<segno_soundslice::Scorehash>()?);
                for _ in 0..each {
                    check(&ours.send(&get).await?)?;
                }
                Ok(())
            }),
            "hyper" => tasks.spawn(async move {
                for _ in 0..each {
                    let response = pool.request(request(Method::GET, &url).body(empty())?).await?;
                    let body = response.into_body().collect().await?.to_bytes();
                    check(&serde_json::from_slice(&body)?)?;
                }
                Ok(())
            }),
            "reqwest" => tasks.spawn(async move {
                for _ in 0..each {
                    check(&reqwest.get(&url).send().await?.json().await?)?;
                }
                Ok(())
            }),
            other => return Err(format!("no subject {other}").into()),
        };
    }
    while let Some(done) = tasks.join_next().await {
        let done: Outcome = done?;
        done?;
    }
    Ok(())
}

fn check(slice: &Slice) -> Outcome {
    if black_box(slice).recording_count == Some(2) { Ok(()) } else { Err("another slice".into()) }
}

fn ureq(address: &str, count: usize, flight: usize) -> Outcome {
    let agent: ureq::Agent = ureq::Agent::config_builder().user_agent(AGENT).build().into();
    let url = url(address, "slices/hTM3h/");
    let work = move |each: usize| -> Outcome {
        for _ in 0..each {
            let request =
                agent.get(&url).header("accept-encoding", "gzip").header("authorization", AUTHORIZATION);
            check(&request.call()?.body_mut().read_json()?)?;
        }
        Ok(())
    };
    if flight == 1 {
        return work(count);
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..flight)
            .map(|_| scope.spawn(|| work(count / flight).map_err(|error| error.to_string())))
            .collect();
        threads.into_iter().try_for_each(|thread| Ok(thread.join().map_err(|_| "a thread failed")??))
    })
}

/// The long list, as a value or member by member.
pub(crate) async fn list(subject: &str, address: &str) -> Outcome {
    let count = match subject {
        "segno" => segno(address)?.send(&List::new()).await?.len(),
        "segno, streamed" => {
            let client = segno(address)?;
            let (list, mut count) = (List::new(), 0);
            let mut stream = client.stream(&list).await?;
            while let Some(slice) = stream.next().await {
                check(&slice?)?;
                count += 1;
            }
            count
        }
        "hyper" => {
            let response =
                hyper().request(request(Method::GET, &url(address, "slices/")).body(empty())?).await?;
            let body = response.into_body().collect().await?.to_bytes();
            serde_json::from_slice::<Vec<Slice>>(&body)?.len()
        }
        "reqwest" => reqwest()?.get(url(address, "slices/")).send().await?.json::<Vec<Slice>>().await?.len(),
        other => return Err(format!("no subject {other}").into()),
    };
    if count == data::SLICES { Ok(()) } else { Err(format!("{count} slices").into()) }
}

/// A file, sent.
pub(crate) async fn put(subject: &str, address: &str, file: &Path) -> Outcome {
    let length = std::fs::metadata(file)?.len();
    let url = url(address, "put");
    let said = match subject {
        "segno" => {
            let client = segno(address)?;
            let body = Body::file(file).await?;
            let response = client
                .core()
                .raw::<segno_core::endpoint::PlainApiError>(Method::PUT, "put")
                .deadline(std::time::Duration::from_secs(600));
            response.with(|raw| raw.body(body.clone())).send().await?.into_body()
        }
        "hyper" => {
            let stream = ReaderStream::with_capacity(tokio::fs::File::open(file).await?, PIECE);
            let body = StreamBody::new(stream.map_ok(Frame::data)).boxed_unsync();
            let request = request(Method::PUT, &url).header("content-length", length).body(body)?;
            hyper().request(request).await?.into_body().collect().await?.to_bytes()
        }
        "reqwest" => {
            let file = tokio::fs::File::open(file).await?;
            let request =
                reqwest()?.put(url).header("content-length", length).body(reqwest::Body::from(file));
            request.send().await?.bytes().await?
        }
        other => return Err(format!("no subject {other}").into()),
    };
    if *said == *length.to_string().as_bytes() {
        Ok(())
    } else {
        Err(format!("{said:?} of {length} bytes").into())
    }
}
