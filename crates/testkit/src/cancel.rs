//! Futures that are dropped before they are done, at every point at which they wait.

use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use segno_core::BoxFuture;
use segno_core::request::RequestBody;
use segno_core::transport::{ResponseBody, Transport, TransportError};

use crate::Folder;

/// A future that was polled so often is never done.
const MOST: usize = 2_000;

/// So long a client that lost nothing never waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Polls a future so many times, whenever it asks for it, and drops it if it is not ready then.
pub async fn poll_times<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), times);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Begins something again and again and drops it before the first poll, behind the first, the second and so on, until it is
/// done before it can be dropped. After each time `after` looks whether all is well, and is told whether it was done. Says
/// how many were dropped.
///
/// # Panics
/// If it is never done, or it or the look afterwards hangs.
pub async fn drop_everywhere<T>(
    mut begin: impl AsyncFnMut() -> T,
    mut after: impl AsyncFnMut(Option<T>),
) -> usize {
    for polls in 0..MOST {
        let outcome = tokio::time::timeout(PATIENCE, poll_times(polls, begin())).await;
        let outcome = outcome.unwrap_or_else(|_| panic!("it hangs before poll {polls}"));
        let is_done = outcome.is_some();
        let look = tokio::time::timeout(PATIENCE, after(outcome)).await;
        look.unwrap_or_else(|_| panic!("what comes after it hangs: it was dropped behind poll {polls}"));
        if is_done {
            return polls;
        }
    }
    panic!("it is not done after {MOST} polls")
}

/// Makes a call and drops it at every point at which it waits, outside of a runtime; then it has to come through. Says how many
/// were dropped.
///
/// # Panics
/// If it does not come through after one of them.
pub fn drop_calls<T, E: Display>(call: impl AsyncFn() -> Result<T, E>) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let through = |outcome: Result<T, E>| {
        if let Err(error) = outcome {
            panic!("{error}");
        }
    };
    let after = async |done: Option<Result<T, E>>| {
        done.into_iter().for_each(through);
        through(call().await);
    };
    runtime.block_on(drop_everywhere(async || call().await, after))
}

/// Waits for what a task or a thread that nobody waits for any longer brings about.
///
/// # Panics
/// If it does not come true.
pub async fn comes_true(mut is_true: impl AsyncFnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_true().await {
        assert!(begun.elapsed() < PATIENCE, "it does not come true");
        // By way of the threads that files are worked on.
        let _ = tokio::task::spawn_blocking(std::thread::yield_now).await;
    }
}

/// What is in a folder into which a download was dropped, when the threads that work on its files are through: whole files, and
/// `.NAME.part` only with the `.NAME.part.json` that another download needs to go on with it.
///
/// # Panics
/// If something else is left.
pub async fn after_downloads(folder: &Folder) -> Vec<String> {
    comes_true(async || {
        let names = folder.names();
        let (marks, others): (Vec<_>, Vec<_>) =
            names.iter().filter(|name| name.starts_with('.')).partition(|name| name.ends_with(".json"));
        marks.len() == others.len() && others.iter().all(|name| names.contains(&format!("{name}.json")))
    })
    .await;
    folder.names().into_iter().filter(|name| !name.starts_with('.')).collect()
}

/// A transport that hesitates before and behind each request and each piece of a response's body: a call on it can be dropped
/// at all of these points.
pub struct Hesitant<T>(pub T);

impl<T: Transport> Transport for Hesitant<T> {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            hesitate().await;
            let response = self.0.send(request).await;
            hesitate().await;
            Ok(response?.map(|body| ResponseBody::new(Pieces { body, waits: true })))
        })
    }
}

/// Waits, and asks at once to be polled again.
fn hesitate() -> impl Future<Output = ()> {
    let mut waits = true;
    poll_fn(move |context| {
        if std::mem::take(&mut waits) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
}

struct Pieces {
    body: ResponseBody,
    waits: bool,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        if std::mem::take(&mut self.waits) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.waits = true;
        Pin::new(&mut self.body).poll_frame(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_future_is_dropped_at_each_point() {
        let (mut begun, mut done) = (0, Vec::new());
        let dropped = drop_everywhere(
            async || {
                begun += 1;
                hesitate().await;
                hesitate().await;
                7
            },
            async |outcome| done.push(outcome),
        )
        .await;
        assert_eq!((dropped, begun), (3, 3));
        assert_eq!(done, [None, None, None, Some(7)]);
    }
}
