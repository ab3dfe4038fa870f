//! The server of the benchmarks: a process of its own, so that its work is in nobody's figures.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::{Outcome, data};

/// Serves until its standard input ends, and prints its address first.
pub(crate) fn run() -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    runtime.block_on(serve())
}

async fn serve() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let list = Arc::new(std::sync::OnceLock::new());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let list = Arc::clone(&list);
        tokio::spawn(async move {
            let service = service_fn(move |request| respond(request, Arc::clone(&list)));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type List = Arc<std::sync::OnceLock<Bytes>>;

async fn respond(request: Request<Incoming>, list: List) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = match request.uri().path() {
        "/api/v1/slices/" => list.get_or_init(|| data::slices(data::SLICES).into()).clone(),
        "/api/v1/put" => {
            let mut body = request.into_body();
            let mut length = 0;
            while let Some(Ok(frame)) = body.frame().await {
                length += frame.data_ref().map_or(0, Bytes::len);
            }
            length.to_string().into()
        }
        _ => Bytes::from_static(data::SLICE.as_bytes()),
    };
    let response = Response::builder().header("content-type", "application/json");
    Ok(response.body(Full::new(body)).unwrap_or_default())
}
