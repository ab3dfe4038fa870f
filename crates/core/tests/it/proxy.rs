//! Proxies: forwarding, tunnels, SOCKS, credentials, and what is told when a proxy refuses.

use std::io;
use std::sync::{Arc, Mutex};

use segno_core::transport::proxy::Proxies;
use segno_core::{Client, ClientBuilder};
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use crate::example::Get;
use crate::peer::{self, read_head, soon};
use crate::tls;

/// The heads of the requests that a proxy saw.
type Seen = Arc<Mutex<Vec<String>>>;

/// A proxy as RFC 9110, section 9.3.6, and RFC 9112, section 3.2.2, have it. Every host is 127.0.0.1, with the port of `target`
/// where a request names none. `credentials` is what it wants after `Basic`.
async fn proxy(credentials: Option<&'static str>, target: &str) -> (String, Seen) {
    let seen = Seen::default();
    let port = target.trim_end_matches('/').rsplit_once(':').unwrap().1.to_owned();
    let all = Arc::clone(&seen);
    let base = peer::listen(move |stream| serve(stream, credentials, port.clone(), Arc::clone(&all))).await;
    (base, seen)
}

/// A proxy to which TLS is spoken, and which would speak HTTP/2, too.
async fn tls_proxy(credentials: Option<&'static str>, target: &str) -> (String, Seen) {
    let (plain, seen) = proxy(credentials, target).await;
    let plain = plain.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let acceptor = tls::acceptor(&["h2", "http/1.1"]);
    let base = peer::listen(move |stream| {
        let (acceptor, plain) = (acceptor.clone(), plain.clone());
        async move {
            let mut client = acceptor.accept(stream).await?;
            copy_bidirectional(&mut client, &mut TcpStream::connect(plain).await?).await.map(drop)
        }
    })
    .await;
    (base.replace("http://127.0.0.1", "https://localhost"), seen)
}

async fn serve(
    mut client: TcpStream,
    credentials: Option<&'static str>,
    port: String,
    seen: Seen,
) -> io::Result<()> {
    let mut rest = Vec::new();
    let head = String::from_utf8(read_head(&mut client, &mut rest).await?).unwrap();
    seen.lock().unwrap().push(head.clone());
    let wanted = credentials.map(|credentials| format!("proxy-authorization: basic {credentials}\r\n"));
    if wanted.is_some_and(|wanted| !head.to_ascii_lowercase().contains(&wanted.to_ascii_lowercase())) {
        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\n\
                       Content-Length: 13\r\n\r\n<h1>407</h1>\r\n";
        return client.write_all(refusal.as_bytes()).await;
    }
    let mut line = head.split(' ');
    let (method, target) = (line.next().unwrap(), line.next().unwrap());
    if target.contains("forbidden") {
        return client.write_all(b"HTTP/1.1 403 Filtered\r\nContent-Length: 0\r\n\r\n").await;
    }
    let authority = target.strip_prefix("http://").unwrap_or(target).split('/').next().unwrap();
    let to = authority.rsplit_once(':').map_or(port.as_str(), |(_, port)| port);
    let mut upstream = TcpStream::connect(format!("127.0.0.1:{to}")).await?;
    if method == "CONNECT" {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    } else {
        let path = target.strip_prefix("http://").unwrap().split_once('/').unwrap().1;
        upstream.write_all(head.replacen(target, &format!("/{path}"), 1).as_bytes()).await?;
    }
    copy_bidirectional(&mut client, &mut upstream).await.map(drop)
}

/// A server that responds with the first line of the request.
pub(crate) async fn echo() -> String {
    peer::listen(|mut stream| async move {
        let mut rest = Vec::new();
        loop {
            let head = String::from_utf8(read_head(&mut stream, &mut rest).await?).unwrap();
            let line = head.lines().next().unwrap();
            let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{line}", line.len());
            stream.write_all(response.as_bytes()).await?;
        }
    })
    .await
}

pub(crate) fn through(base: &str, proxy: &str) -> ClientBuilder {
    let proxies = Proxies::all(proxy).unwrap();
    Client::builder(base).transport(tls::trusting().proxies(proxies).build())
}

/// The URL of a proxy with a user.
pub(crate) fn with_user(proxy: &str, user: &str) -> String {
    proxy.replace("http://", &format!("http://{user}@"))
}

#[tokio::test]
async fn a_request_without_tls_is_forwarded_and_names_the_whole_url() {
    let target = echo().await;
    let (proxy, seen) = proxy(None, &target).await;
    let client = through("http://api.example/v1/", &proxy).build().unwrap();
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "GET /v1/thing HTTP/1.1");
    let seen = seen.lock().unwrap();
    assert!(seen[0].starts_with("GET http://api.example/v1/thing HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[0].contains("host: api.example\r\n"), "{}", seen[0]);
}

#[tokio::test]
async fn https_goes_through_a_tunnel_in_which_the_proxy_sees_the_host_alone() {
    let target = tls::server().await;
    let (proxy, seen) = proxy(None, &target).await;
    let base = target.replace("127.0.0.1", "localhost");
    let client = through(&base, &proxy).build().unwrap();
    soon(client.send(&Get)).await.unwrap();
    let seen = seen.lock().unwrap();
    let host = base.trim_start_matches("https://").trim_end_matches('/');
    assert_eq!(*seen, [format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n")]);
}

/// `dTpwQHNz` is `u:p@ss` (RFC 7617).
#[tokio::test]
async fn credentials_go_to_the_proxy_and_not_to_the_service() {
    let (plain, secure) = (echo().await, tls::server().await.replace("127.0.0.1", "localhost"));
    for (base, target) in [("http://api.example/", &plain), (secure.as_str(), &secure)] {
        let (proxy, seen) = proxy(Some("dTpwQHNz"), target).await;
        let client = through(base, &with_user(&proxy, "u:p%40ss")).build().unwrap();
        soon(client.send(&Get)).await.unwrap();
        assert_eq!(seen.lock().unwrap().len(), 1, "{base}");
    }
}

#[tokio::test]
async fn a_proxy_that_wants_credentials_is_asked_once_and_says_what_to_do() {
    let (plain, secure) = (echo().await, tls::server().await.replace("127.0.0.1", "localhost"));
    for (base, target) in [("http://api.example/", &plain), (secure.as_str(), &secure)] {
        let (proxy, seen) = proxy(Some("dTpwQHNz"), target).await;
        let shown = proxy.trim_end_matches('/');
        let cases = [
            (proxy.clone(), "asks for a user name and password; put them into its URL"),
            (with_user(&proxy, "u:CANARY"), "does not accept the user name and password in its URL"),
        ];
        for (number, (url, words)) in cases.into_iter().enumerate() {
            let error = soon(through(base, &url).build().unwrap().send(&Get)).await.unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(&format!("through the proxy {shown}: {words}")), "{text}");
            assert!(!text.contains("CANARY"), "{text}");
            assert!(error.is_connect() && !error.is_transient() && !error.may_have_taken_effect(), "{text}");
            assert_eq!((error.attempts(), seen.lock().unwrap().len()), (1, number + 1), "{text}");
        }
    }
}

/// The proxy speaks HTTP/2 to those that ask for it, and is asked for HTTP/1.1 alone: only that has `CONNECT` as it is sent here.
#[tokio::test]
async fn a_proxy_may_be_spoken_to_with_tls() {
    let (plain, secure) = (echo().await, tls::server().await.replace("127.0.0.1", "localhost"));
    for (base, target) in [("http://api.example/", &plain), (secure.as_str(), &secure)] {
        let (proxy, seen) = tls_proxy(Some("dTpwQHNz"), target).await;
        let user = proxy.replace("https://", "https://u:p%40ss@");
        soon(through(base, &user).build().unwrap().send(&Get)).await.unwrap();
        assert_eq!(seen.lock().unwrap().len(), 1, "{base}");
        let error = soon(through(base, &proxy).build().unwrap().send(&Get)).await.unwrap_err();
        let shown = proxy.trim_end_matches('/');
        let words = format!("through the proxy {shown}: asks for a user name and password");
        assert!(error.to_string().contains(&words) && error.attempts() == 1, "{error}");
        // Whose certificate it is that nobody has signed.
        let proxies = Proxies::all(&user).unwrap();
        let hyper = segno_core::transport::hyper::Hyper::builder().proxies(proxies).build();
        let client = Client::builder(base).transport(hyper).build().unwrap();
        let error = soon(client.send(&Get)).await.unwrap_err();
        let words = format!(
            "through the proxy {shown}: cannot be reached: the certificate of the proxy is signed by"
        );
        assert!(error.to_string().contains(&words) && error.attempts() == 1, "{error}");
    }
}

/// What a proxy may do instead of connecting: close, speak something else, or nothing.
#[tokio::test]
async fn a_proxy_that_misbehaves_is_named() {
    for (says, words) in [
        ("", "closed the connection without a response"),
        ("HTTP/1.1 200", "closed the connection without a response"),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not connect to api.example:443"),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nlost", "does not connect to api.example:443"),
    ] {
        let count = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&count);
        let proxy = peer::listen(move |mut stream| {
            *counted.lock().unwrap() += 1;
            async move {
                read_head(&mut stream, &mut Vec::new()).await?;
                stream.write_all(says.as_bytes()).await
            }
        })
        .await;
        let clock = crate::example::clock();
        let client = through("https://api.example/", &proxy).clock(clock).build().unwrap();
        let error = soon(client.send(&Get)).await.unwrap_err();
        let expected = format!("through the proxy {}: {words}", proxy.trim_end_matches('/'));
        assert!(error.to_string().contains(&expected), "{says:?}: {error}");
        assert!(error.is_connect() && !error.may_have_taken_effect(), "{error}");
        assert_eq!(u32::try_from(*count.lock().unwrap()).unwrap(), error.attempts(), "{says:?}");
        assert!(error.attempts() > 1, "another attempt may succeed: {error}");
    }
}

#[tokio::test]
async fn a_proxy_that_says_nothing_is_named() {
    let proxy = peer::listen(|stream| async move {
        let _held = stream;
        std::future::pending().await
    })
    .await;
    let clock = crate::example::clock();
    let hyper = tls::trusting().proxies(Proxies::all(&proxy).unwrap()).clock(clock.clone()).build();
    let builder = Client::builder("https://api.example/").transport(hyper).clock(clock);
    let error =
        soon(builder.retry(segno_core::Retry::never()).build().unwrap().send(&Get)).await.unwrap_err();
    let shown = proxy.trim_end_matches('/');
    assert_eq!(
        error.to_string(),
        format!(
            "example.get: no connection to https://api.example:443 within 10 s through the proxy {shown}"
        )
    );
}

#[tokio::test]
async fn a_proxy_that_is_down_or_forbids_is_named() {
    let (proxy, _) = proxy(None, "https://127.0.0.1:9").await;
    let client = |proxy: &str| {
        through("https://forbidden.example/", proxy).retry(segno_core::Retry::never()).build().unwrap()
    };
    let text = soon(client(&proxy).send(&Get)).await.unwrap_err().to_string();
    let shown = proxy.trim_end_matches('/');
    let expected = format!(
        "example.get: no connection to https://forbidden.example:443: through the proxy {shown}: does not connect to \
         forbidden.example:443: it cannot reach it, or its rules forbid it"
    );
    assert_eq!(text, expected);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let text = soon(client(&closed).send(&Get)).await.unwrap_err().to_string();
    let expected = format!("through the proxy {closed}: cannot be reached: tcp connect error: ");
    assert!(text.contains(&expected), "{text}");
}

/// Where the process of the next test sends its request.
const BASE: &str = "SEGNO_TEST_BASE";

/// One request as the environment has it, for the test after this one.
#[tokio::test]
async fn sent_with_the_environment() {
    let Ok(base) = std::env::var(BASE) else { return };
    let line = match Client::builder(base).build() {
        Ok(client) => match client.send(&Get).await {
            Ok(body) => format!("{body:?}"),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    segno_testkit::report(|| line);
}

#[tokio::test]
async fn the_environment_is_honoured_without_a_setting() {
    let target = echo().await;
    let (proxy, seen) = proxy(None, &target).await;
    let run = async |base: &str, name: &'static str, proxy: &str, except: &'static str| {
        let (base, proxy) = (base.to_owned(), proxy.to_owned());
        let none = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "NO_PROXY"].map(|name| (name, ""));
        let run = move || {
            let set = [(BASE, base.as_str()), (name, &proxy), ("no_proxy", except)];
            let variables = [&none[..], &set[..]].concat();
            segno_testkit::run_with_env("proxy::sent_with_the_environment", "SEGNO_", &variables)
        };
        soon(tokio::task::spawn_blocking(run)).await.unwrap()
    };
    let base = "http://api.example/v1/";
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        assert_eq!(run(base, name, &proxy, "").await, "b\"GET /v1/thing HTTP/1.1\"", "{name}");
    }
    assert_eq!(seen.lock().unwrap().len(), 4);
    // Directly, which finds no such host.
    let printed = run(base, "http_proxy", &proxy, ".example").await;
    assert!(printed.contains("no connection to http://api.example:80: dns error"), "{printed}");
    // This computer needs no proxy.
    assert_eq!(run(&target, "http_proxy", &proxy, "").await, "b\"GET /thing HTTP/1.1\"");
    assert_eq!(seen.lock().unwrap().len(), 4);
    let printed = run(base, "http_proxy", "ftp://u:CANARY@p", "").await;
    assert!(
        printed.starts_with("invalid proxy in the environment variable http_proxy: expected"),
        "{printed}"
    );
    assert!(!printed.contains("CANARY"), "{printed}");
}

/// RFC 1928 with the passwords of RFC 1929.
#[cfg(feature = "socks")]
#[tokio::test]
async fn socks5_with_and_without_a_password() {
    use tokio::io::AsyncReadExt as _;

    async fn serve(mut client: TcpStream, user: Option<&[u8]>, port: u16) -> io::Result<Vec<u8>> {
        let mut greeting = [0; 2];
        client.read_exact(&mut greeting).await?;
        let mut methods = vec![0; usize::from(greeting[1])];
        client.read_exact(&mut methods).await?;
        let method = if user.is_some() { 2 } else { 0 };
        let is_offered = methods.contains(&method);
        client.write_all(&[5, if is_offered { method } else { 0xFF }]).await?;
        if let Some(user) = user.filter(|_| is_offered) {
            let mut sent = vec![0; user.len()];
            client.read_exact(&mut sent).await?;
            client.write_all(&[1, u8::from(sent != user)]).await?;
        }
        let mut request = vec![0; 5];
        client.read_exact(&mut request).await?;
        assert_eq!(request[..4], [5, 1, 0, 3], "a name, which the proxy resolves");
        let mut name = vec![0; usize::from(request[4]) + 2];
        client.read_exact(&mut name).await?;
        client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await?;
        let mut upstream = TcpStream::connect(("127.0.0.1", port)).await?;
        copy_bidirectional(&mut client, &mut upstream).await?;
        Ok(name)
    }
    let (plain, secure) = (echo().await, tls::server().await.replace("127.0.0.1", "localhost"));
    let port = |url: &str| url.trim_end_matches('/').rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
    for (base, target) in [("http://api.example/", &plain), (secure.as_str(), &secure)] {
        for (user, given) in [(None, ""), (Some(&b"\x01\x01u\x04p@ss"[..]), "u:p%40ss@")] {
            let port = port(target);
            let proxy =
                peer::listen(move |stream| async move { serve(stream, user, port).await.map(drop) }).await;
            let proxy = proxy.replace("http://", &format!("socks5h://{given}"));
            soon(through(base, &proxy).build().unwrap().send(&Get)).await.unwrap();
        }
        let port = port(target);
        let user = Some(&b"\x01\x01u\x04p@ss"[..]);
        let proxy =
            peer::listen(move |stream| async move { serve(stream, user, port).await.map(drop) }).await;
        for (given, words) in [("", "asks for"), ("u:CANA@", "does not accept")] {
            let proxy = proxy.replace("http://", &format!("socks5://{given}"));
            let error = soon(through(base, &proxy).build().unwrap().send(&Get)).await.unwrap_err();
            let text = error.to_string();
            assert!(text.contains(words) && !text.contains("CANA"), "{text}");
            assert_eq!(error.attempts(), 1, "{text}");
        }
    }
}
