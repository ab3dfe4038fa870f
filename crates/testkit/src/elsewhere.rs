//! Work on a runtime of its own.

use std::sync::mpsc;

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
