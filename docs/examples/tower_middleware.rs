//! Middleware of tower around a client: everything that works on a `Service` of requests can stand between the client and the network, such as
//! a limit of concurrency, metrics, a circuit breaker. Retries and deadlines stay with the client, which knows what may be repeated.
//!
//! ```text
//! SOUNDSLICE_APP_ID=… SOUNDSLICE_PASSWORD=… cargo run -p snippets --example tower_middleware
//! ```
//!
//! Against the sandbox: `cargo xtask example tower_middleware`.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use segno_core::http::{Request, Response};
use segno_core::request::RequestBody;
use segno_core::transport::hyper::Hyper;
use segno_core::transport::{ResponseBody, Transport, TransportError};
use segno_core::{BoxFuture, Timeouts};
use segno_soundslice::{Client, slices};
use tower::{Service, ServiceBuilder, ServiceExt as _};

/// The network as a service.
#[derive(Clone)]
struct Network(Arc<Hyper>);

type Responding = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, TransportError>> + Send>>;

impl Service<Request<RequestBody>> for Network {
    type Response = Response<ResponseBody>;
    type Error = TransportError;
    type Future = Responding;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Responding {
        let network = Arc::clone(&self.0);
        Box::pin(async move { network.send(request).await })
    }
}

/// A stack of services as what a client sends through.
struct Stack<S>(S);

impl<S> Transport for Stack<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>, Error = TransportError>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
{
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(self.0.clone().oneshot(request))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sent = Arc::new(AtomicU32::new(0));
    let counting = Arc::clone(&sent);
    let stack = ServiceBuilder::new()
        .concurrency_limit(4)
        .map_request(move |request: Request<RequestBody>| {
            counting.fetch_add(1, Ordering::Relaxed);
            request
        })
        .service(Network(Arc::new(Hyper::new(Timeouts::default()))));
    let client = Client::builder_from_env()?.settings(|core| core.transport(Stack(stack))).build()?;
    let slices = client.send(&slices::List::new()).await?;
    println!("{} slices, {} request", slices.len(), sent.load(Ordering::Relaxed));
    Ok(())
}
