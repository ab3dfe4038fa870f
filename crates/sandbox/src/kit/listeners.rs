//! One listener per host, whose port can be closed for a while.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::{Poll, Waker};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::host::Host;
use super::mutex::Mutex;

const BACKLOG: i32 = 1024;

/// The listeners of all hosts.
pub(crate) struct Listeners {
    all: Vec<Listener>,
    /// The name in the URLs of the hosts, if it is another than the address.
    host_name: Option<String>,
    /// What sockets register with.
    runtime: Handle,
}

/// The listener of one host.
pub(crate) struct Listener {
    host: Host,
    addr: SocketAddr,
    state: Mutex<State>,
    /// Counts how often idle connections were asked to close.
    closings: watch::Sender<u64>,
}

struct State {
    port: Port,
    acceptor: Option<Waker>,
}

enum Port {
    Open(TcpListener),
    /// Bound but not listening: connecting is refused, and nobody else takes the port.
    Closed(Option<Socket>),
}

impl Listener {
    /// Opens a host's listener at an address; port 0 means a free one. Called inside the runtime.
    pub(crate) fn open(host: Host, address: IpAddr, port: u16) -> io::Result<Self> {
        let listener = listen(bind(SocketAddr::from((address, port)))?)?;
        let addr = listener.local_addr()?;
        let state = Mutex::new(State { port: Port::Open(listener), acceptor: None });
        Ok(Self { host, addr, state, closings: watch::Sender::new(0) })
    }
}

impl Listeners {
    pub(crate) fn new(all: Vec<Listener>, host_name: Option<String>, runtime: Handle) -> Self {
        Self { all, host_name, runtime }
    }

    fn of(&self, host: Host) -> &Listener {
        // Every host has one.
        self.all.iter().find(|listener| listener.host == host).unwrap_or(&self.all[0])
    }

    /// Name and port by which a host is reached. A listener on every address is reached by the loopback one.
    pub(crate) fn authority(&self, host: Host) -> String {
        let mut address = self.of(host).addr;
        if let Some(name) = &self.host_name {
            return format!("{name}:{}", address.port());
        }
        if address.ip().is_unspecified() {
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        address.to_string()
    }

    /// Closes the port until [`open`](Self::open).
    pub(crate) fn close(&self, host: Host) {
        let listener = self.of(host);
        let mut state = listener.state.lock();
        if matches!(state.port, Port::Open(_)) {
            // In this order: a port cannot be bound while another socket listens on it.
            state.port = Port::Closed(None);
            state.port = Port::Closed(bind(listener.addr).ok());
        }
        drop(state);
        self.close_idle(host);
    }

    pub(crate) fn open(&self, host: Host) {
        let _runtime = self.runtime.enter();
        let listener = self.of(host);
        let mut state = listener.state.lock();
        if let Port::Closed(held) = &mut state.port {
            let socket = held.take().map_or_else(|| bind(listener.addr), Ok);
            if let Ok(listener) = socket.and_then(listen) {
                state.port = Port::Open(listener);
            }
        }
        if let Some(acceptor) = state.acceptor.take() {
            acceptor.wake();
        }
    }

    pub(crate) fn open_all(&self) {
        self.all.iter().for_each(|listener| self.open(listener.host));
    }

    /// Closes the host's connections, each as soon as it has no request under way.
    pub(crate) fn close_idle(&self, host: Host) {
        self.of(host).closings.send_modify(|closings| *closings += 1);
    }

    /// Tells when idle connections to the host are to close.
    pub(crate) fn closings(&self, host: Host) -> watch::Receiver<u64> {
        self.of(host).closings.subscribe()
    }

    pub(crate) async fn accept(&self, host: Host) -> io::Result<TcpStream> {
        let listener = self.of(host);
        poll_fn(|context| {
            let mut state = listener.state.lock();
            state.acceptor = Some(context.waker().clone());
            match &state.port {
                Port::Open(listener) => listener.poll_accept(context).map_ok(|(stream, _)| stream),
                Port::Closed(_) => Poll::Pending,
            }
        })
        .await
    }
}

fn bind(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
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
