use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::time::SystemClock;

const LONG: Duration = Duration::from_secs(60);

fn judge(query: &Redirected) -> Ending {
    match (query.get("state"), query.get("error")) {
        (Some("s1"), None) => Ending::Granted,
        (Some("s1"), Some(_)) => Ending::Denied,
        _ => Ending::Foreign,
    }
}

async fn start() -> (SocketAddr, tokio::task::JoinHandle<Result<Redirected, LoopbackError>>) {
    let loopback = Loopback::bind(0, "callback").await.unwrap();
    let addr = loopback.addr;
    assert_eq!(loopback.redirect_uri(), format!("http://127.0.0.1:{}/callback", addr.port()));
    (addr, tokio::spawn(loopback.receive(Arc::new(SystemClock), LONG, judge)))
}

async fn ask(addr: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    String::from_utf8(response).unwrap()
}

fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn receives_one_redirect_and_closes() {
    let (addr, waiting) = start().await;
    let page = ask(addr, &get("/callback?state=s1&code=a%2Fb+c")).await;
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    assert!(page.contains("Access was granted"), "{page}");
    let redirected = waiting.await.unwrap().unwrap();
    assert_eq!(redirected.get("code"), Some("a/b c"));
    assert!(TcpStream::connect(addr).await.is_err(), "the listener is still open");
}

#[tokio::test]
async fn a_denial_is_told_to_the_user_and_to_the_application() {
    let (addr, waiting) = start().await;
    let page = ask(addr, &get("/callback?error=access_denied&state=s1")).await;
    assert!(page.contains("Not connected"), "{page}");
    assert_eq!(waiting.await.unwrap().unwrap().get("error"), Some("access_denied"));
}

/// OAuth 2.0 Form Post Response Mode: what the query would say is posted as a form.
#[tokio::test]
async fn a_form_that_is_posted_is_a_redirect_too() {
    let (addr, waiting) = start().await;
    let post = |media_type: &str, length: usize, form: &str| {
        let head = format!("Content-Type: {media_type}\r\ncontent-length: {length}\r\n");
        format!("POST /callback?state=s1&code=query HTTP/1.1\r\n{head}\r\n{form}").into_bytes()
    };
    let form = "application/x-www-form-urlencoded";
    for (request, status) in [
        (post(form, 18, "state=other&code=x"), "400 Bad Request"),
        (post(form, 100_000, ""), "405 Method Not Allowed"),
        (post("text/plain", 15, "state=s1&code=x"), "405 Method Not Allowed"),
        (post(form, 0, ""), "400 Bad Request"),
    ] {
        let response = ask(addr, &request).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{response}");
    }
    assert!(!waiting.is_finished());
    // In pieces, and with bytes behind its end.
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request = post("application/x-www-form-urlencoded; charset=utf-8", 15, "state=s1&code=x&code=y");
    for piece in request.chunks(request.len() - 20) {
        stream.write_all(piece).await.unwrap();
        stream.flush().await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    assert!(page.contains("Access was granted"), "{page}");
    assert_eq!(waiting.await.unwrap().unwrap().get("code"), Some("x"));
}

#[tokio::test]
async fn whatever_else_arrives_gets_a_response_and_the_wait_goes_on() {
    let (addr, waiting) = start().await;
    let cases: [(&[u8], &str); 9] = [
        (&get("/favicon.ico"), "404 Not Found"),
        (&get("/"), "404 Not Found"),
        (&get("/callback/x"), "404 Not Found"),
        (&get("/callback?state=other&code=x"), "400 Bad Request"),
        (&get("/callback?state=s1&state=s1&code=x"), "400 Bad Request"),
        (b"POST /callback?state=s1 HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b", "405 Method Not Allowed"),
        (b"HEAD /callback?state=s1&code=x HTTP/1.1\r\n\r\n", "200 OK"),
        (b"\x16\x03\x01\xff\xfe\n\n", "400 Bad Request"),
        (&[b'a'; HEAD_AND_MORE], "431 Request Header Fields Too Large"),
    ];
    for (request, status) in cases {
        let response = ask(addr, request).await;
        let shown = String::from_utf8_lossy(&request[..request.len().min(60)]);
        assert!(response.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{shown}: {response}");
    }
    assert!(!waiting.is_finished());
    ask(addr, &get("/callback?state=s1&code=x")).await;
    assert_eq!(waiting.await.unwrap().unwrap().get("code"), Some("x"));
}

const HEAD_AND_MORE: usize = 20 * 1024;

#[tokio::test]
async fn silent_and_broken_connections_do_not_stand_in_the_way() {
    let (addr, waiting) = start().await;
    let silent = TcpStream::connect(addr).await.unwrap();
    let mut half = TcpStream::connect(addr).await.unwrap();
    half.write_all(b"GET /callback?state=s1").await.unwrap();
    drop(half);
    // A request may come in pieces.
    let mut slow = TcpStream::connect(addr).await.unwrap();
    for piece in [&b"GET /callback?st"[..], b"ate=s1&code=x HTTP/1.1\r", b"\n\r\n"] {
        slow.write_all(piece).await.unwrap();
        slow.flush().await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut page = String::new();
    slow.read_to_string(&mut page).await.unwrap();
    assert!(page.contains("Access was granted"), "{page}");
    assert_eq!(waiting.await.unwrap().unwrap().get("code"), Some("x"));
    drop(silent);
}

/// Whoever else is on this machine opens connections and says nothing.
#[tokio::test]
async fn a_crowd_of_silent_connections_keeps_nobody_out() {
    for crowd in [32, 3 * MAX_CONNECTIONS] {
        let (addr, waiting) = start().await;
        let mut silent = Vec::new();
        for number in 0..crowd {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            if number % 2 == 0 {
                stream.write_all(b"GET /callback?state=s1&code=x HTTP/1.1\r\n").await.unwrap();
            }
            silent.push(stream);
        }
        let start = std::time::Instant::now();
        let page = ask(addr, &get("/callback?state=s1&code=x")).await;
        assert!(page.contains("Access was granted"), "{page}");
        assert!(start.elapsed() < CONNECTION_TIMEOUT, "{:?}", start.elapsed());
        assert_eq!(waiting.await.unwrap().unwrap().get("code"), Some("x"));
        drop(silent);
    }
}

#[tokio::test]
async fn of_too_many_connections_the_oldest_is_let_go() {
    let (addr, waiting) = start().await;
    let mut oldest = TcpStream::connect(addr).await.unwrap();
    let mut others = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        others.push(TcpStream::connect(addr).await.unwrap());
    }
    let start = std::time::Instant::now();
    let closed = oldest.read(&mut [0]).await;
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
    assert!(start.elapsed() < CONNECTION_TIMEOUT / 2, "{:?}", start.elapsed());
    waiting.abort();
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = Loopback::bind(0, "callback").await.unwrap();
    let port = taken.addr.port();
    let error = Loopback::bind(port, "callback").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    let text = error.to_string();
    assert!(text.starts_with(&format!("port {port} of 127.0.0.1: ")), "{text}");
    assert!(
        text.ends_with("; end the process that listens there, or register a redirect URI with another port"),
        "{text}"
    );
}

mod reading {
    //! Whatever a connection sends: no panic, and the redirect is the one that was asked for.

    use proptest::prelude::*;

    use super::*;

    /// What a connection brings that ends behind these bytes.
    fn read(bytes: &[u8]) -> Option<Redirected> {
        let mut reading = pin!(received(bytes, "/callback", judge));
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..1000 {
            if let Poll::Ready(redirected) = reading.as_mut().poll(&mut cx) {
                return redirected;
            }
        }
        panic!("the bytes are there, and nothing is waited for");
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            prop::sample::select(vec![
                "GET /callback",
                "POST /callback",
                "HEAD /callback",
                "?state=s1",
                "&code=x",
                " HTTP/1.1",
                "\r\n",
                "\n",
                "\r",
                "Content-Length: 10",
                "Content-Type: application/x-www-form-urlencoded",
                "state=s1&code=x",
                "%",
                "+",
                " ",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 0..6),
        ]
    }

    proptest! {
        #[test]
        fn only_a_redirect_with_the_state_ends_the_wait(pieces in prop::collection::vec(piece(), 0..14)) {
            let bytes = pieces.concat();
            if let Some(redirected) = read(&bytes) {
                prop_assert_eq!(redirected.get("state"), Some("s1"));
                // HTTP allows empty lines before a request (RFC 9112, section 2.2).
                let request = bytes.trim_ascii_start();
                prop_assert!(request.starts_with(b"GET /callback") || request.starts_with(b"POST /callback"));
            }
        }
    }
}

#[cfg(feature = "testing")]
#[tokio::test]
async fn the_wait_ends_at_its_deadline() {
    let clock = crate::testing::ManualClock::new(crate::Timestamp::from_unix_seconds(0).unwrap());
    let loopback = Loopback::bind(0, "callback").await.unwrap();
    let error = loopback.receive(clock, LONG, judge).await.unwrap_err();
    assert_eq!(error.to_string(), "nobody finished the login in the browser within 60 s; begin a new one");
}

#[tokio::test]
async fn a_path_that_no_url_carries_is_refused() {
    for path in ["a b", "a?b", "é", "a\r\nb"] {
        assert_eq!(Loopback::bind(0, path).await.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
