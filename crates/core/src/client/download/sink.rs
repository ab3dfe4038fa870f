//! Where a download goes.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use tokio::io::AsyncWrite;

use super::resumption::Resumption;
use crate::BoxFuture;

/// Where a download goes. Unlike a writer it can forget what it has, so that a download can begin again.
pub trait Sink: Send {
    /// Puts `bytes` behind those that are there.
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, io::Result<()>>;

    /// Forgets everything; false if that is not possible, and then nothing may have changed.
    fn restart(&mut self) -> BoxFuture<'_, io::Result<bool>>;

    /// The download is complete.
    fn finish(&mut self) -> BoxFuture<'_, io::Result<()>>;

    /// What there is of a download from this source that another process began and did not finish; the sink goes on behind it.
    /// Nothing, unless overridden.
    fn resume<'a>(&'a mut self, source: &'a str) -> BoxFuture<'a, io::Result<Option<Resumption>>> {
        let _ = source;
        Box::pin(std::future::ready(Ok(None)))
    }

    /// The download began and could go on in another process: this is what has to be known for it.
    fn describe(&mut self, resumption: Resumption) {
        let _ = resumption;
    }

    /// The download failed: keeps what is there, if another process could go on with it.
    fn suspend(&mut self) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// In memory.
impl Sink for Vec<u8> {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, io::Result<()>> {
        self.extend_from_slice(&bytes);
        Box::pin(std::future::ready(Ok(())))
    }

    fn restart(&mut self) -> BoxFuture<'_, io::Result<bool>> {
        self.clear();
        Box::pin(std::future::ready(Ok(true)))
    }

    fn finish(&mut self) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// A writer, of which nothing can be taken back.
#[derive(Debug)]
pub struct Writer<'w, W: ?Sized>(pub &'w mut W);

impl<W: AsyncWrite + Unpin + Send + ?Sized> Sink for Writer<'_, W> {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(write_all(self.0, bytes))
    }

    fn restart(&mut self) -> BoxFuture<'_, io::Result<bool>> {
        Box::pin(std::future::ready(Ok(false)))
    }

    fn finish(&mut self) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(flush(self.0))
    }
}

/// Writes all of `bytes`.
pub(super) async fn write_all<W: AsyncWrite + Unpin + ?Sized>(
    writer: &mut W,
    mut bytes: Bytes,
) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = poll_fn(|cx| Pin::new(&mut *writer).poll_write(cx, &bytes)).await?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        let _ = bytes.split_to(count.min(bytes.len()));
    }
    Ok(())
}

pub(super) fn flush<W: AsyncWrite + Unpin + ?Sized>(writer: &mut W) -> impl Future<Output = io::Result<()>> {
    poll_fn(|cx| Pin::new(&mut *writer).poll_flush(cx))
}
