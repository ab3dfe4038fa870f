//! Calls without async, outside and inside of Tokio.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use segno_core::blocking::{self, Runtime};
use segno_core::client::{Cursor, Paged};
use segno_core::endpoint::PlainApiError;
use segno_core::{
    BuildError, Bytes, Client, DecodeError, Endpoint, Method, Page, Replay, RequestWriter, Response,
};

use crate::example::Get;

/// A server on a thread of its own, which responds with the first line of a request; a list of ten pages.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || serve(stream));
        }
    });
    base
}

fn serve(mut stream: std::net::TcpStream) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while let Ok(1) = stream.read(&mut byte) {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&head);
            let line = text.lines().next().unwrap_or_default();
            let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{line}", line.len());
            if stream.write_all(response.as_bytes()).is_err() {
                return;
            }
            head.clear();
        }
    }
}

fn client(base: &str) -> blocking::Client<Client> {
    blocking::Client::new(Client::builder(base).build().unwrap()).unwrap()
}

/// `GET /list?page=…`: the numbers from 0 to 9, one a page.
#[derive(Clone)]
struct Numbers(u32);

impl Endpoint for Numbers {
    type Output = Bytes;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.numbers";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.query("page", self.0);
        request.path("list", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Bytes, DecodeError> {
        Ok(response.into_body())
    }
}

impl Paged for Numbers {
    type Item = String;

    fn at(&self, cursor: &Cursor) -> Result<Self, BuildError> {
        Ok(Self(cursor.number()?))
    }

    fn page(&self, output: Bytes) -> Result<Page<String>, DecodeError> {
        let next = (self.0 < 9).then(|| Cursor::from_number(self.0 + 1));
        Ok(Page::new(vec![String::from_utf8_lossy(&output).into_owned()]).next(next))
    }
}

fn all(client: &blocking::Client<Client>) {
    assert_eq!(client.send(&Get).unwrap(), "GET /thing HTTP/1.1");
    let items: Vec<_> = client.items(Numbers(0)).map(Result::unwrap).collect();
    assert_eq!((items.len(), items[9].as_str()), (10, "GET /list?page=9 HTTP/1.1"));
    assert_eq!(client.pages(Numbers(7)).count(), 3);
    assert_eq!(client.collect(Numbers(0), 3).unwrap().len(), 3);
    let folder = segno_testkit::Folder::new();
    let path = folder.file("thing");
    assert_eq!(client.download_to(&Get, &path).unwrap().bytes, 19);
    assert_eq!(std::fs::read(&path).unwrap(), b"GET /thing HTTP/1.1");
    let raw = client.run(|client| async move { client.raw::<PlainApiError>(Method::PUT, "x").send().await });
    assert_eq!(raw.unwrap().body(), "PUT /x HTTP/1.1");
}

#[test]
fn without_a_runtime_in_the_callers_code() {
    all(&client(&server()));
}

#[tokio::test]
async fn inside_of_a_runtime_with_one_thread() {
    all(&client(&server()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inside_of_a_runtime_with_threads() {
    let client = client(&server());
    let other = client.clone();
    let task = tokio::spawn(async move { all(&other) });
    all(&client);
    task.await.unwrap();
}

/// A task of Tokio may do so much work at a time and then has to give way; a call that waits cannot.
#[tokio::test]
async fn many_calls_in_one_task() {
    let client = client(&server());
    for _ in 0..300 {
        client.send(&Get).unwrap();
    }
}

#[test]
fn threads_share_a_client() {
    let client = client(&server());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..20).for_each(|_| assert!(client.send(&Get).is_ok())));
        }
    });
}

#[test]
fn a_call_within_a_call_does_not_wait_for_itself() {
    let (runtime, client) = (Runtime::shared().unwrap(), client(&server()));
    assert_eq!(runtime.run(async { client.send(&Get).unwrap() }), "GET /thing HTTP/1.1");
}
