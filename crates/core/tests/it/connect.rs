//! How connections are made: IP addresses of one's own, dead ones among them, idle connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use segno_core::{Client, Retry};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use crate::example::Get;
use crate::peer::{self, read_head, soon};

/// A server that counts its connections.
async fn server() -> (SocketAddr, Arc<AtomicUsize>) {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let base = peer::listen(move |mut stream| {
        counted.fetch_add(1, Ordering::Relaxed);
        async move {
            let mut rest = Vec::new();
            loop {
                read_head(&mut stream, &mut rest).await?;
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await?;
            }
        }
    })
    .await;
    (base.trim_start_matches("http://").trim_end_matches('/').parse().unwrap(), connections)
}

/// An IP address and port from which nothing ever comes, not even a refusal: its queue of connections is full.
struct Dead {
    address: SocketAddr,
    _listener: tokio::net::TcpListener,
    _queue: Vec<TcpStream>,
}

impl Dead {
    async fn at(host: &str) -> Option<Self> {
        let address: SocketAddr = format!("{host}:0").parse().unwrap();
        let socket = if address.is_ipv6() { TcpSocket::new_v6() } else { TcpSocket::new_v4() }.ok()?;
        socket.bind(address).ok()?;
        let listener = socket.listen(1).ok()?;
        let address = listener.local_addr().ok()?;
        let mut queue = Vec::new();
        while let Ok(Ok(stream)) =
            tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await
        {
            queue.push(stream);
        }
        Some(Self { address, _listener: listener, _queue: queue })
    }
}

fn client(limit: Duration, addresses: Vec<SocketAddr>) -> Client {
    Client::builder("http://api.example/")
        .retry(Retry::never())
        .connector(|hyper| hyper.connect_timeout(limit).resolve("API.example", addresses))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_name_leads_where_the_setting_says() {
    let (address, _) = server().await;
    assert_eq!(soon(client(Duration::from_secs(10), vec![address]).send(&Get)).await.unwrap(), "ok");
}

/// Happy eyeballs (RFC 8305): the other family is tried long before the deadline.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_dead_address_of_the_other_family_costs_a_moment() {
    let (address, _) = server().await;
    let Some(dead) = Dead::at("[::1]").await else { return };
    let began = std::time::Instant::now();
    let client = client(Duration::from_secs(20), vec![dead.address, address]);
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "ok");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_dead_address_of_the_same_family_costs_its_share_of_the_deadline() {
    let (address, _) = server().await;
    let dead = Dead::at("127.0.0.1").await.unwrap();
    let client = client(Duration::from_secs(2), vec![dead.address, address]);
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "ok");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn where_all_are_dead_the_deadline_is_told() {
    let dead = Dead::at("127.0.0.1").await.unwrap();
    let client = client(Duration::from_secs(1), vec![dead.address, dead.address]);
    let error = soon(client.send(&Get)).await.unwrap_err();
    assert_eq!(error.to_string(), "example.get: no connection to http://api.example:80 within 1 s");
    assert!(error.is_timeout() && error.is_connect());
}

#[tokio::test]
async fn no_idle_connection_is_kept_that_nobody_wants() {
    for (kept, expected) in [(0, 3), (1, 1)] {
        let (address, connections) = server().await;
        let client = Client::builder(format!("http://{address}/"))
            .connector(|hyper| hyper.max_idle_per_host(kept).tcp_keep_alive(Duration::from_secs(60)))
            .build()
            .unwrap();
        for _ in 0..3 {
            soon(client.send(&Get)).await.unwrap();
        }
        assert_eq!(connections.load(Ordering::Relaxed), expected, "{kept} kept");
    }
}

/// Every address of 127.0.0.0/8 is this computer, on Linux.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn connections_leave_from_the_address_that_is_set() {
    let base = peer::listen(|mut stream| async move {
        let from = stream.peer_addr()?.ip().to_string();
        read_head(&mut stream, &mut Vec::new()).await?;
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{from}", from.len());
        stream.write_all(response.as_bytes()).await
    })
    .await;
    let address = "127.0.0.7".parse().unwrap();
    let client = Client::builder(base).connector(|hyper| hyper.local_address(address)).build().unwrap();
    assert_eq!(soon(client.send(&Get)).await.unwrap(), "127.0.0.7");
}
