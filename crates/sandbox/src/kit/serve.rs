//! Serving one host: one accept loop, one task per connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::connection_fault::{ConnectionFault, FaultyStream, reset_on_close};
use super::exchange::exchange;
use super::host::Host;
use super::service::Service;
use super::state::SandboxState;

/// How long after a failed accept the next one is tried, unless a connection ends before.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections to one host; ends only by being dropped, and its connections with it.
pub(crate) async fn serve(sandbox: Arc<SandboxState>, host: Host, service: Arc<dyn Service>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            stream = accepted(sandbox.listeners.accept(host)) => match stream {
                Some(stream) if sandbox.faults.refuses(host) => reset_on_close(&stream),
                Some(stream) => {
                    let (sandbox, service) = (Arc::clone(&sandbox), Arc::clone(&service));
                    drop(connections.spawn(connection(sandbox, host, service, stream)));
                }
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

async fn connection(sandbox: Arc<SandboxState>, host: Host, service: Arc<dyn Service>, stream: TcpStream) {
    // Without it responses are slower, not wrong.
    let _ = stream.set_nodelay(true);
    let fault = Arc::new(ConnectionFault::default());
    let mut closings = sandbox.listeners.closings(host);
    let io = TokioIo::new(FaultyStream::new(stream, Arc::clone(&fault)));
    let exchange = service_fn(|request| {
        exchange(Arc::clone(&sandbox), host, Arc::clone(&service), Arc::clone(&fault), request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(sandbox.header_timeout)
        .auto_date_header(false)
        .title_case_headers(true)
        .serve_connection(io, exchange);
    let mut connection = std::pin::pin!(connection);
    loop {
        tokio::select! {
            // How a connection ends is the client's business or a fault's.
            _ = connection.as_mut() => return,
            () = fault.killed() => return,
            Ok(()) = closings.changed() => connection.as_mut().graceful_shutdown(),
        }
    }
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
