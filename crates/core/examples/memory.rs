//! How much memory large transfers take: `cargo run --release --example memory`.
//!
//! Uploads a sparse file of 1 GiB to a sink on loopback, does the same with hyper alone, and streams a JSON array of
//! 200,000 items. Each runs in a process of its own, the sink in another one, so that the peak is that of the client.
//! Reads `/proc`, so it runs on Linux.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use hyper_util::rt::TokioIo;
use segno_core::client::StreamEndpoint;
use segno_core::endpoint::PlainApiError;
use segno_core::url::BaseUrl;
use segno_core::{Body, BuildError, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const GIB: u64 = 1 << 30;
const ITEMS: usize = 200_000;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match arguments.get(1).map(String::as_str) {
        None => compare(),
        Some("sink") => runtime.block_on(sink()),
        Some("upload") => runtime.block_on(upload(&arguments[2], Path::new(&arguments[3]))),
        Some("hyper") => runtime.block_on(plain_hyper(&arguments[2], Path::new(&arguments[3]))),
        Some("stream") => runtime.block_on(stream(&arguments[2])),
        Some(other) => Err(format!("there is no part {other:?}").into()),
    }
}

/// Runs the parts one after the other.
fn compare() -> Outcome {
    let path = SparseFile::new()?;
    let mut sink = part(&["sink"])?;
    let mut address = String::new();
    BufReader::new(sink.stdout.take().ok_or("no output")?).read_line(&mut address)?;
    let (address, file) = (address.trim(), path.0.to_str().ok_or("no such path")?);
    let outcome = [["upload", address, file], ["hyper", address, file], ["stream", address, ""]]
        .iter()
        .try_for_each(|arguments| {
            let output = part(arguments)?.wait_with_output()?;
            std::io::stdout().write_all(&output.stdout)?;
            if output.status.success() { Ok(()) } else { Err(format!("{} failed", arguments[0]).into()) }
        });
    sink.kill()?;
    sink.wait()?;
    outcome
}

fn part(arguments: &[&str]) -> Outcome<Child> {
    Ok(Command::new(std::env::current_exe()?).args(arguments).stdout(Stdio::piped()).spawn()?)
}

/// A file of 1 GiB that takes no room, and goes away. Read once, so that no part is the first to read it.
struct SparseFile(PathBuf);

impl SparseFile {
    fn new() -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("segno-memory-{}", std::process::id()));
        std::fs::File::create(&path)?.set_len(GIB)?;
        let file = Self(path);
        std::io::copy(&mut std::fs::File::open(&file.0)?, &mut std::io::sink())?;
        Ok(file)
    }
}

impl Drop for SparseFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Swallows what is put, and responds to a `GET` with the array.
async fn sink() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let mut buffer = vec![0; 256 * 1024];
            while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                let head = String::from_utf8_lossy(&buffer[..read]).into_owned();
                let received = if head.starts_with("GET") {
                    list(&mut stream).await
                } else {
                    swallow(&mut stream, &head, &mut buffer).await
                };
                if received.is_err() {
                    break;
                }
            }
        });
    }
}

async fn swallow(stream: &mut TcpStream, head: &str, buffer: &mut [u8]) -> std::io::Result<()> {
    let length = |head: &str| {
        head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())
    };
    let begun = head.find("\r\n\r\n").map_or(0, |end| head.len() - end - 4);
    let mut left = length(head).unwrap_or_default().saturating_sub(begun);
    while left > 0 {
        left = left.saturating_sub(stream.read(buffer).await?);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await
}

async fn list(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n[").await?;
    for index in 0..ITEMS {
        let comma = if index == 0 { "" } else { "," };
        let item = format!(
            "{comma}{{\"scorehash\":\"{index:05x}\",\"name\":\"Étude {index}\",\"artist\":\"R. Okafor\",\"embed_status\":3,\"url\":\"/slices/{index:05x}/\",\"recording_count\":2}}"
        );
        stream.write_all(item.as_bytes()).await?;
    }
    stream.write_all(b"]").await?;
    stream.shutdown().await
}

/// `PUT /file`
struct Put(Body);

impl Endpoint for Put {
    type Output = ();
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.file.put";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.body(self.0.clone());
        request.transfer();
        request.path("file", &[])
    }

    fn read(_: Response<Bytes>) -> Result<(), DecodeError> {
        Ok(())
    }
}

fn client(address: &str) -> Outcome<Client> {
    Ok(Client::builder(format!("http://{address}/").parse::<BaseUrl>()?).build()?)
}

async fn upload(address: &str, path: &Path) -> Outcome {
    let client = client(address)?;
    client.send(&Put("warm".into())).await?;
    let measure = Measure::begin()?;
    client.send(&Put(Body::file(path).await?)).await?;
    measure.end("segno: PUT of 1 GiB", GIB)
}

/// `GET /list`
struct List;

#[derive(serde::Deserialize)]
struct Item {
    scorehash: String,
}

impl Endpoint for List {
    type Output = Vec<Item>;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.list";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("list", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<Item>, DecodeError> {
        segno_core::decode::read_json(&response)
    }
}

impl StreamEndpoint for List {
    type Item = Item;
}

async fn stream(address: &str) -> Outcome {
    let client = client(address)?;
    client.send(&Put("warm".into())).await?;
    let measure = Measure::begin()?;
    let (mut count, mut bytes) = (0, 0);
    let mut items = client.stream(&List).await?;
    while let Some(item) = items.next().await {
        bytes += item?.scorehash.len();
        count += 1;
    }
    if (count, bytes) != (ITEMS, ITEMS * 5) {
        return Err(format!("{count} items with {bytes} bytes").into());
    }
    measure.end("segno: array of 200,000 items", 0)
}

/// The same upload with hyper and nothing else.
async fn plain_hyper(address: &str, path: &Path) -> Outcome {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let measure = Measure::begin()?;
    let body = Plain { file: tokio::fs::File::open(path).await?, left: GIB };
    let request =
        http::Request::put("/file").header("host", address).header("content-length", GIB).body(body)?;
    let response = sender.send_request(request).await?;
    if !response.status().is_success() {
        return Err(response.status().to_string().into());
    }
    measure.end("hyper: PUT of 1 GiB", GIB)
}

struct Plain {
    file: tokio::fs::File,
    left: u64,
}

impl http_body::Body for Plain {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<http_body::Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut buffer = vec![0; 128 * 1024];
        let mut target = ReadBuf::new(&mut buffer);
        ready!(Pin::new(&mut self.file).poll_read(cx, &mut target))?;
        let read = target.filled().len();
        buffer.truncate(read);
        self.left = self.left.saturating_sub(read as u64);
        Poll::Ready(Some(Ok(http_body::Frame::data(buffer.into()))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}

/// Memory and time of one part.
struct Measure {
    idle: u64,
    began: Instant,
}

impl Measure {
    fn begin() -> Outcome<Self> {
        Ok(Self { idle: status("VmRSS:")?, began: Instant::now() })
    }

    fn end(self, what: &str, bytes: u64) -> Outcome {
        let seconds = self.began.elapsed().as_secs_f64();
        let (idle, peak) = (self.idle as f64 / 1024.0, status("VmHWM:")? as f64 / 1024.0);
        let rate = if bytes == 0 {
            String::new()
        } else {
            format!(", {:.0} MiB/s", bytes as f64 / 1048576.0 / seconds)
        };
        println!("{what}: idle {idle:.1} MiB, peak {:.1} MiB above it, {seconds:.2} s{rate}", peak - idle);
        Ok(())
    }
}

/// A line of `/proc/self/status`, in KiB.
fn status(name: &str) -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
