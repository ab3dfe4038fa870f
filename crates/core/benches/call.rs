//! What a call costs beside the network: `cargo bench -p segno-core --bench call`.
//!
//! `memory` is a call to a function in place of the network, `loopback` one over a connection that is kept, `hyper` the same request with
//! hyper alone. One argument runs one part, a second one says how many calls, so that instructions can be counted, too:
//! `valgrind --tool=callgrind PROGRAM memory 2000`.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::TokioIo;
use segno_core::auth::Basic;
use segno_core::endpoint::PlainApiError;
use segno_core::testing::FnTransport;
use segno_core::url::BaseUrl;
use segno_core::{
    BuildError, Client, ClientBuilder, DecodeError, Endpoint, Method, Replay, RequestWriter, Response,
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const SONG: &str = r#"{"id":7,"name":"Étude","artist":"R. Okafor","tags":["calm","piano"],"bars":88}"#;

/// `GET /songs/7?include=artists`
struct Get(u32);

#[derive(serde::Deserialize)]
struct Song {
    bars: u32,
}

impl Endpoint for Get {
    type Output = Song;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.songs.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.query("include", "artists");
        request.path("songs/{id}", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<Song, DecodeError> {
        segno_core::decode::read_json(&response)
    }
}

fn main() -> Outcome {
    // `cargo bench` itself passes `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let part = arguments.first().map(String::as_str);
    let calls = arguments.get(1).map_or(Ok(20_000), |calls| calls.parse())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rounds = if part.is_some() { 1 } else { 3 };
    for _ in 0..rounds {
        for name in
            ["memory", "loopback", "hyper"].into_iter().filter(|name| part.is_none_or(|part| part == *name))
        {
            let began = Instant::now();
            let bars = match name {
                "memory" => runtime.block_on(memory(calls))?,
                "loopback" => runtime.block_on(loopback(calls))?,
                _ => runtime.block_on(plain_hyper(calls))?,
            };
            assert_eq!(bars, 88 * calls, "every response was read");
            println!("{name}: {:.2} µs a call", began.elapsed().as_secs_f64() * 1e6 / calls as f64);
        }
    }
    Ok(())
}

fn client(base: &str) -> Outcome<ClientBuilder> {
    let credentials = Basic::new("demoApp7", &"s3cret-pass".into())?;
    Ok(Client::builder(base.parse::<BaseUrl>()?).authorize(credentials))
}

async fn send(client: &Client, calls: u64) -> Outcome<u64> {
    let mut bars = 0;
    for _ in 0..calls {
        bars += u64::from(client.send(&Get(7)).await?.bars);
    }
    Ok(bars)
}

async fn memory(calls: u64) -> Outcome<u64> {
    let respond = |_| {
        Ok(Response::builder()
            .header("content-type", "application/json")
            .body(SONG.into())
            .unwrap_or_default())
    };
    send(&client("https://api.example.com/v1/")?.transport(FnTransport::new(respond)).build()?, calls).await
}

async fn loopback(calls: u64) -> Outcome<u64> {
    send(&client(&format!("http://{}/v1/", server()?))?.build()?, calls).await
}

async fn plain_hyper(calls: u64) -> Outcome<u64> {
    let host = server()?;
    let stream = tokio::net::TcpStream::connect(&host).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut bars = 0;
    for _ in 0..calls {
        let request = http::Request::get("/v1/songs/7?include=artists")
            .header("host", &host)
            .header("authorization", "Basic ZGVtb0FwcDc6czNjcmV0LXBhc3M=")
            .body(Empty::<Bytes>::new())?;
        let body = sender.send_request(request).await?.into_body().collect().await?.to_bytes();
        bars += u64::from(serde_json::from_slice::<Song>(&body)?.bars);
    }
    Ok(bars)
}

/// A server on a thread of its own that responds with the song.
fn server() -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let host = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || serve(stream));
        }
    });
    Ok(host)
}

fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let response = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{SONG}",
        SONG.len()
    );
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        head.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if head.ends_with(b"\r\n\r\n") {
            stream.write_all(response.as_bytes())?;
            head.clear();
        }
    }
}
