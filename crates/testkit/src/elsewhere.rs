//! Work on a runtime of its own.

use std::sync::{Arc, mpsc};

/// Runs a future on a runtime of its own, on a thread of its own, and gives its output. The runtime lives on, with all that the future
/// started there, such as a server: calls that wait can then be tried with and without a runtime around them.
///
/// # Panics
/// If there is no runtime to be had.
pub fn elsewhere<F: Future<Output: Send + 'static>>(work: impl FnOnce() -> F + Send + 'static) -> F::Output {
    let (done, output) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let _ = done.send(work().await);
            std::future::pending::<()>().await;
        });
    });
    output.recv().expect("the work ends")
}

/// Runs code that waits without a runtime, on the only thread of one, and in two tasks at once on one with more threads, each time against a
/// server of its own.
///
/// # Panics
/// If the code does, or there is no runtime to be had.
pub fn inside_and_outside_of_runtimes<S: Send + Sync + 'static>(start: fn() -> S, code: fn(&S)) {
    code(&start());

    let one = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    one.block_on(async { code(&start()) });

    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    many.expect("a runtime").block_on(async {
        let server = Arc::new(start());
        let theirs = Arc::clone(&server);
        let task = tokio::spawn(async move { code(&theirs) });
        code(&server);
        task.await.expect("the task ends");
    });
}
