//! One listener per host: accepts, refuses, closes its port for a while.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::exchange::exchange;
use super::gate::{Gate, Gated, reset_on_close};
use crate::guarded::Guarded;
use crate::host::Host;
use crate::house::House;

const BACKLOG: i32 = 1024;

/// How long after a failed accept the next one is tried, unless a connection ends before.
const PAUSE: Duration = Duration::from_millis(100);

/// The listeners of all hosts.
pub(crate) struct Doors(Vec<Door>);

struct Door {
    address: SocketAddr,
    state: Guarded<State>,
    /// Counts how often idle connections were asked to close.
    closings: watch::Sender<u64>,
}

struct State {
    socket: Port,
    acceptor: Option<Waker>,
}

enum Port {
    Open(TcpListener),
    /// Bound but not listening: connecting is refused, and nobody else takes the port.
    Shut(Option<Socket>),
}

impl Doors {
    /// Opens one listener; port 0 means a free one.
    pub(crate) fn bind(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
        let listener = listen(bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    /// The listeners, in the order of the hosts.
    pub(crate) fn new(listeners: Vec<(TcpListener, SocketAddr)>) -> Self {
        let door = |(listener, address)| Door {
            address,
            state: Guarded::new(State { socket: Port::Open(listener), acceptor: None }),
            closings: watch::Sender::new(0),
        };
        Self(listeners.into_iter().map(door).collect())
    }

    /// Where a host listens.
    pub(crate) fn address(&self, host: Host) -> SocketAddr {
        self.0[host.index()].address
    }

    /// Closes the port until [`open`](Self::open).
    pub(crate) fn shut(&self, host: Host) {
        let door = &self.0[host.index()];
        let mut state = door.state.lock();
        if matches!(state.socket, Port::Open(_)) {
            // In this order: a port cannot be bound while another socket listens on it.
            state.socket = Port::Shut(None);
            state.socket = Port::Shut(bind(door.address).ok());
        }
        drop(state);
        self.close_idle(host);
    }

    /// Opens the port. Called inside the runtime.
    pub(crate) fn open(&self, host: Host) {
        let door = &self.0[host.index()];
        let mut state = door.state.lock();
        if let Port::Shut(held) = &mut state.socket {
            let socket = held.take().map_or_else(|| bind(door.address), Ok);
            if let Ok(listener) = socket.and_then(listen) {
                state.socket = Port::Open(listener);
            }
        }
        if let Some(acceptor) = state.acceptor.take() {
            acceptor.wake();
        }
    }

    /// Closes the host's connections, each as soon as it has no request under way.
    pub(crate) fn close_idle(&self, host: Host) {
        self.0[host.index()].closings.send_modify(|closings| *closings += 1);
    }

    async fn accept(&self, host: Host) -> io::Result<TcpStream> {
        poll_fn(|context| {
            let mut state = self.0[host.index()].state.lock();
            state.acceptor = Some(context.waker().clone());
            match &state.socket {
                Port::Open(listener) => listener.poll_accept(context).map_ok(|(stream, _)| stream),
                Port::Shut(_) => Poll::Pending,
            }
        })
        .await
    }
}

fn bind(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    // On Windows this option means something else: there, ports can be had again at once without it.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

fn listen(socket: Socket) -> io::Result<TcpListener> {
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

/// Accepts connections to one host; ends only by being dropped, and its connections with it.
pub(crate) async fn serve(house: Arc<House>, host: Host) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            stream = accepted(house.doors.accept(host)) => match stream {
                Some(stream) if house.faults.refuses(host) => reset_on_close(&stream),
                Some(stream) => drop(connections.spawn(connection(Arc::clone(&house), host, stream))),
                None => {}
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// The result of an accept. Out of descriptors it fails at once, again and again: `None` comes after a pause.
async fn accepted<T>(accept: impl Future<Output = io::Result<T>>) -> Option<T> {
    match accept.await {
        Ok(stream) => Some(stream),
        Err(_) => {
            // By real time, as descriptors are.
            tokio::time::sleep_until(tokio::time::Instant::now() + PAUSE).await;
            None
        }
    }
}

async fn connection(house: Arc<House>, host: Host, stream: TcpStream) {
    // Without it answers are slower, not wrong.
    let _ = stream.set_nodelay(true);
    let gate = Arc::new(Gate::default());
    let mut closings = house.doors.0[host.index()].closings.subscribe();
    let io = TokioIo::new(Gated::new(stream, Arc::clone(&gate)));
    let service = service_fn(|request| exchange(Arc::clone(&house), host, Arc::clone(&gate), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(house.header_timeout)
        .auto_date_header(false)
        .title_case_headers(true)
        .serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    loop {
        tokio::select! {
            // How a connection ends is the client's business or a fault's.
            _ = connection.as_mut() => return,
            () = gate.killed() => return,
            Ok(()) = closings.changed() => connection.as_mut().graceful_shutdown(),
        }
    }
}

/// A number of seconds; what is too long for a `Duration` is its maximum.
pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{PAUSE, accepted};

    #[tokio::test(start_paused = true)]
    async fn a_failing_accept_is_not_tried_without_pause() {
        let start = tokio::time::Instant::now();
        for _ in 0..10 {
            assert_eq!(accepted(async { Err::<(), _>(io::Error::other("too many open files")) }).await, None);
        }
        assert!(start.elapsed() >= 10 * PAUSE);
        assert_eq!(accepted(async { Ok(7) }).await, Some(7));
    }
}
