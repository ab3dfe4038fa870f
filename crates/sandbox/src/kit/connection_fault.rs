//! What stands between a connection and its socket: lets a response through up to a limit, then resets, closes or is silent.

use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::mutex::Mutex;

/// Where a response is cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Bytes that still get through.
    pub(crate) after: u64,
    /// Whether they are counted from the end of the head.
    pub(crate) body_only: bool,
    /// What becomes of the connection when these bytes were sent.
    pub(crate) then: Then,
}

/// What happens at the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Reset,
    Close,
    Stall,
}

/// What faults do to one connection, beside its requests.
#[derive(Default)]
pub(crate) struct ConnectionFault {
    state: Mutex<State>,
    killed: Notify,
}

#[derive(Default)]
struct State {
    /// Whether a request has come on this connection.
    used: bool,
    armed: u64,
    cut: Option<Cut>,
    passed: u64,
    /// How much of the blank line after the head was seen, 0 to 4.
    head: usize,
    reset: bool,
    stalled: Option<Waker>,
}

impl ConnectionFault {
    /// Cuts the response that is sent next; the number of this cut.
    pub(crate) fn arm(&self, cut: Cut) -> u64 {
        let mut state = self.state.lock();
        state.cut = Some(cut);
        state.passed = 0;
        state.head = 0;
        state.armed += 1;
        state.armed
    }

    /// Lets one more byte through; `false` if the cut of this number stands no more.
    pub(crate) fn widen(&self, armed: u64) -> bool {
        let mut state = self.state.lock();
        if state.armed != armed {
            return false;
        }
        if let Some(cut) = &mut state.cut {
            cut.after += 1;
        }
        if let Some(waker) = state.stalled.take() {
            waker.wake();
        }
        state.cut.is_some()
    }

    /// A request has arrived: its response is not cut. Whether it is not the first one on this connection.
    pub(crate) fn next_request(&self) -> bool {
        self.open();
        std::mem::replace(&mut self.state.lock().used, true)
    }

    /// Lets everything through again.
    pub(crate) fn open(&self) {
        let mut state = self.state.lock();
        state.cut = None;
        if let Some(waker) = state.stalled.take() {
            waker.wake();
        }
    }

    /// Ends the connection with a TCP reset.
    pub(crate) fn reset_now(&self) {
        self.state.lock().reset = true;
        self.killed.notify_one();
    }

    /// Returns when the connection is to end.
    pub(crate) async fn killed(&self) {
        self.killed.notified().await;
    }
}

impl State {
    /// How much of `bytes` may go out now; `None` when the cut is reached.
    fn allowance(&self, bytes: &[u8]) -> Option<usize> {
        let Some(cut) = self.cut else { return Some(bytes.len()) };
        let mut head = self.head;
        let free = if cut.body_only {
            bytes.iter().take_while(|byte| advance_head(&mut head, **byte)).count()
        } else {
            0
        };
        // The byte that completes the head belongs to it.
        let free = if cut.body_only && self.head < 4 && head == 4 { free + 1 } else { free };
        let left = usize::try_from(cut.after.saturating_sub(self.passed)).unwrap_or(usize::MAX);
        let counted = bytes.len().saturating_sub(free);
        match free + counted.min(left) {
            0 if !bytes.is_empty() => None,
            allowed => Some(allowed),
        }
    }

    fn sent(&mut self, bytes: &[u8]) {
        let Some(cut) = self.cut else { return };
        for byte in bytes {
            if cut.body_only && self.head < 4 {
                advance_head(&mut self.head, *byte);
            } else {
                self.passed += 1;
            }
        }
    }
}

/// Follows the search for the blank line; `true` while the head goes on after this byte.
fn advance_head(seen: &mut usize, byte: u8) -> bool {
    if *seen < 4 {
        *seen = match (*seen, byte) {
            (0 | 2, b'\r') | (1 | 3, b'\n') => *seen + 1,
            (_, b'\r') => 1,
            _ => 0,
        };
        return *seen < 4;
    }
    false
}

/// A socket behind it.
pub(crate) struct FaultyStream {
    stream: TcpStream,
    fault: Arc<ConnectionFault>,
}

impl FaultyStream {
    pub(crate) fn new(stream: TcpStream, fault: Arc<ConnectionFault>) -> Self {
        Self { stream, fault }
    }
}

/// Makes the coming close of a socket a reset.
pub(crate) fn reset_on_close(stream: &TcpStream) {
    // A socket that is already gone needs no reset.
    let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

impl Drop for FaultyStream {
    fn drop(&mut self) {
        if self.fault.state.lock().reset {
            reset_on_close(&self.stream);
        } else {
            // A close while unread bytes wait would be a reset: say goodbye first.
            let _ = socket2::SockRef::from(&self.stream).shutdown(Shutdown::Write);
        }
    }
}

impl AsyncRead for FaultyStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for FaultyStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let fault = Arc::clone(&self.fault);
        let mut state = fault.state.lock();
        let Some(allowed) = state.allowance(bytes) else {
            return match state.cut.map(|cut| cut.then) {
                Some(Then::Stall) => {
                    state.stalled = Some(context.waker().clone());
                    Poll::Pending
                }
                Some(Then::Reset) => {
                    state.reset = true;
                    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
                }
                _ => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            };
        };
        let result = Pin::new(&mut self.stream).poll_write(context, &bytes[..allowed]);
        if let Poll::Ready(Ok(written)) = &result {
            state.sent(&bytes[..*written]);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
