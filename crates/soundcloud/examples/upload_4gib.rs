//! How much memory an upload of 4 GiB takes, and how fast it is beside hyper alone: `cargo run --release --example upload_4gib`.
//!
//! Three rounds against a sink on loopback, in each the same `POST /tracks` by this crate and by hyper with nothing else,
//! in turns; then one whole upload job against the sandbox. Every part is a process of its own, so that the peaks are
//! its own. Reads `/proc`, so it runs on Linux; needs 8 GiB of disk for temporary files.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use hyper_util::rt::TokioIo;
use segno_soundcloud::Client;
use segno_soundcloud::core::http::Request;
use segno_soundcloud::core::{Bytes, Endpoint as _};
use segno_soundcloud::tracks::{Asset, Upload};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// More than the 4 GB that the service documents, so both sides are told to take it.
const LENGTH: u64 = 4 << 30;
const ROUNDS: usize = 3;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    let arguments: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match arguments.as_slice() {
        [] => compare(),
        ["sink"] => runtime.block_on(sink()),
        ["sandbox"] => runtime.block_on(sandbox()),
        ["request", url, file] => runtime.block_on(request(url, Path::new(file))),
        ["hyper", url, file] => runtime.block_on(plain_hyper(url, Path::new(file))),
        ["job", url, token, file] => runtime.block_on(job(url, token, Path::new(file))),
        other => Err(format!(
            "invalid arguments: expected none, sink, sandbox, request, hyper or job, found {other:?}"
        )
        .into()),
    }
}

/// Runs the parts.
fn compare() -> Outcome {
    let file = Recording::new()?;
    let path = file.0.to_str().ok_or("no such path")?;
    let (mut sink, url) = Serving::start("sink")?;
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        println!("round {round}, sink:");
        let [ours, theirs] =
            [["request", &url, path], ["hyper", &url, path]].map(|arguments| seconds(&arguments));
        ratios.push(theirs? / ours?);
    }
    sink.stop()?;
    ratios.sort_by(f64::total_cmp);
    println!("throughput, this crate to hyper: {ratios:.2?}, median {:.2}", ratios[ROUNDS / 2]);

    let (mut sandbox, line) = Serving::start("sandbox")?;
    let (url, token) = line.split_once(' ').ok_or("no description")?;
    let idle = sandbox.status("VmRSS:")?;
    println!("sandbox:");
    seconds(&["job", url, token, path])?;
    println!("  the sandbox itself: peak {:.1} MiB above idle", (sandbox.status("VmHWM:")? - idle) / 1024.0);
    sandbox.stop()
}

/// Runs one part, shows what it prints, and gives the seconds that it took.
fn seconds(arguments: &[&str]) -> Outcome<f64> {
    let output = Command::new(std::env::current_exe()?).args(arguments).stderr(Stdio::inherit()).output()?;
    let said = String::from_utf8(output.stdout)?;
    if !output.status.success() {
        return Err(format!("{} failed", arguments[0]).into());
    }
    let (seconds, rest) = said.trim().split_once(' ').ok_or("no figures")?;
    println!("  {rest}");
    Ok(seconds.parse()?)
}

/// A part that serves until it is stopped; its first line says where.
struct Serving(Child);

impl Serving {
    fn start(name: &str) -> Outcome<(Self, String)> {
        let mut child = Command::new(std::env::current_exe()?).arg(name).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok((Self(child), line.trim().to_owned()))
    }

    /// A line of its `/proc/…/status`, in KiB.
    fn status(&self, name: &str) -> Outcome<f64> {
        status(&self.0.id().to_string(), name)
    }

    fn stop(&mut self) -> Outcome {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// A WAV file whose silence takes no room; read once, so that no part is the first to read it. It goes away at the end.
struct Recording(PathBuf);

impl Recording {
    fn new() -> Outcome<Self> {
        let recording = Self(std::env::temp_dir().join(format!("segno-upload-{}.wav", std::process::id())));
        let mut file = std::fs::File::create(&recording.0)?;
        let data = u32::try_from(LENGTH - 44)?;
        file.write_all(b"RIFF")?;
        file.write_all(&(data + 36).to_le_bytes())?;
        // PCM, two channels, 44,100 frames of 4 bytes a second.
        file.write_all(b"WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data")?;
        file.write_all(&data.to_le_bytes())?;
        file.set_len(LENGTH)?;
        let mut file = std::fs::File::open(&recording.0)?;
        let mut buffer = vec![0; 1 << 20];
        while file.read(&mut buffer)? > 0 {}
        Ok(recording)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Swallows what is posted and responds with a track.
async fn sink() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(swallow(stream));
    }
}

async fn swallow(mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = vec![0; 256 * 1024];
    let read = stream.read(&mut buffer).await?;
    let head = String::from_utf8_lossy(&buffer[..read]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    let begun = head.find("\r\n\r\n").map_or(0, |end| read - end - 4);
    let mut left = length.unwrap_or_default().saturating_sub(begun);
    while left > 0 {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            read => left = left.saturating_sub(read),
        }
    }
    let track = r#"{"urn":"soundcloud:tracks:70071"}"#;
    let head =
        format!("HTTP/1.1 201 Created\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", track.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(track.as_bytes()).await
}

/// The sandbox, told to take more than 4 GB and to count no minutes.
async fn sandbox() -> Outcome {
    let builder = segno_sandbox::Sandbox::builder().switches(|switches| {
        switches.soundcloud.max_upload_bytes = LENGTH;
        switches.soundcloud.quota_s = None;
    });
    let sandbox = builder.start().await?;
    let access = sandbox.description().soundcloud;
    println!("{} {}", access.base_url, access.access_token);
    std::future::pending().await
}

async fn upload(path: &Path) -> Outcome<Upload> {
    Ok(Upload::new("Silence", Asset::file(path).await?).max_bytes(LENGTH))
}

/// The one request by this crate.
async fn request(url: &str, path: &Path) -> Outcome {
    let client = Client::builder().base_url(url).token("t1").build()?;
    let upload = upload(path).await?;
    let measure = Measure::begin()?;
    let track = client.send(&upload).await?;
    if track.urn.is_none() {
        return Err("no track".into());
    }
    measure.end("segno-soundcloud")
}

/// The same bytes by hyper and nothing else.
async fn plain_hyper(url: &str, path: &Path) -> Outcome {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let head = "--b7d1\r\nContent-Disposition: form-data; name=\"track[title]\"\r\n\r\nSilence\r\n\
                --b7d1\r\nContent-Disposition: form-data; name=\"track[asset_data]\"; filename=\"silence.wav\"\r\n\
                Content-Type: audio/wav\r\n\r\n";
    let tail = "\r\n--b7d1--\r\n";
    let length = head.len() as u64 + LENGTH + tail.len() as u64;
    let measure = Measure::begin()?;
    let file = tokio::fs::File::open(path).await?;
    let body = Plain { head: Some(head.into()), file: (file, LENGTH), tail: Some(tail.into()), left: length };
    let request = Request::post("/tracks")
        .header("host", host)
        .header("authorization", "OAuth t1")
        .header("content-type", "multipart/form-data; boundary=b7d1")
        .header("content-length", length)
        .body(body)?;
    let response = sender.send_request(request).await?;
    if !response.status().is_success() {
        return Err(response.status().to_string().into());
    }
    measure.end("hyper alone     ")
}

struct Plain {
    head: Option<Bytes>,
    file: (tokio::fs::File, u64),
    tail: Option<Bytes>,
    left: u64,
}

impl http_body::Body for Plain {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<http_body::Frame<Bytes>>>> {
        let piece = if let Some(head) = self.head.take() {
            head
        } else if self.file.1 > 0 {
            let mut buffer = vec![0; 128 * 1024];
            let mut target = ReadBuf::new(&mut buffer);
            ready!(Pin::new(&mut self.file.0).poll_read(cx, &mut target))?;
            let read = target.filled().len();
            buffer.truncate(read);
            self.file.1 = self.file.1.saturating_sub(read as u64);
            buffer.into()
        } else {
            match self.tail.take() {
                Some(tail) => tail,
                None => return Poll::Ready(None),
            }
        };
        self.left = self.left.saturating_sub(piece.len() as u64);
        Poll::Ready(Some(Ok(http_body::Frame::data(piece))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}

/// The whole job: account, request, waiting until the track can be heard.
async fn job(url: &str, token: &str, path: &Path) -> Outcome {
    let client = Client::builder().base_url(url).token(token).build()?;
    let upload = upload(path).await?;
    let announced = client.core().prepare(&upload)?.body.len();
    let told = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let telling = std::sync::Arc::clone(&told);
    let measure = Measure::begin()?;
    let job = client.upload(upload).wait_until_ready(std::time::Duration::from_secs(60));
    let job = job.progress(move |step| telling.store(step.bytes, std::sync::atomic::Ordering::Relaxed));
    let uploaded = job.send().await?;
    let told = told.load(std::sync::atomic::Ordering::Relaxed);
    if told != announced || uploaded.found_afterwards || uploaded.track.duration.unwrap_or(0) == 0 {
        return Err(format!("{}: told {told} of {announced} bytes", Upload::NAME).into());
    }
    measure.end("segno-soundcloud, the job")
}

/// Memory and time of one part.
struct Measure {
    idle: f64,
    began: Instant,
}

impl Measure {
    fn begin() -> Outcome<Self> {
        Ok(Self { idle: status("self", "VmRSS:")?, began: Instant::now() })
    }

    fn end(self, what: &str) -> Outcome {
        let seconds = self.began.elapsed().as_secs_f64();
        let peak = (status("self", "VmHWM:")? - self.idle) / 1024.0;
        let rate = LENGTH as f64 / 1_048_576.0 / seconds;
        println!("{seconds} {what}: 4 GiB, peak {peak:.1} MiB above idle, {seconds:.2} s, {rate:.0} MiB/s");
        Ok(())
    }
}

/// A line of a process's status, in KiB.
fn status(process: &str, name: &str) -> Outcome<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
