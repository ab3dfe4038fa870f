//! tower's layers below a client, and above one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use segno_core::transport::tower::{ServiceTransport, TransportService};
use segno_core::{Client, Retry};
use tower::{Service as _, ServiceBuilder, ServiceExt as _};

use crate::example::{Get, Post, Reply, Service, base, lost};

#[tokio::test]
async fn a_client_sends_through_layers() {
    let service = Service::new(|seen, _| Ok(Reply::ok().body(seen.header("x-layer").unwrap())));
    let layered = ServiceBuilder::new()
        .concurrency_limit(2)
        .map_request(|mut request: http::Request<_>| {
            request.headers_mut().insert("x-layer", "tower".parse().unwrap());
            request
        })
        .service(TransportService::new(service.clone()));
    let client = Client::builder(base()).transport(ServiceTransport::new(layered)).build().unwrap();
    assert_eq!(client.send(&Get).await.unwrap(), "tower");
    assert_eq!(format!("{:?}", ServiceTransport::new(())), "ServiceTransport");
}

/// How far a request got survives the layers: what was not sent goes again, also a request that must not arrive twice.
#[tokio::test]
async fn errors_of_the_transport_come_through_layers() {
    let service = Service::new(|_, number| match number {
        0 => Err(lost(segno_core::transport::Phase::NotSent)),
        _ => Ok(Reply::ok().body("ok")),
    });
    let layered = ServiceBuilder::new().concurrency_limit(1).service(TransportService::new(service.clone()));
    let transport = ServiceTransport::new(layered);
    let client = service.client().0.transport(transport).retry(Retry::default()).build().unwrap();
    assert_eq!(client.send(&Post).await.unwrap(), "ok");
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn an_error_of_a_layer_may_have_arrived() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let layered = ServiceBuilder::new()
        .map_result(|_: Result<http::Response<segno_core::transport::ResponseBody>, _>| {
            Err::<http::Response<segno_core::transport::ResponseBody>, tower::BoxError>(
                "a layer broke".into(),
            )
        })
        .service(TransportService::new(service.clone()));
    let client = service.client().0.transport(ServiceTransport::new(layered)).build().unwrap();
    let error = client.send(&Post).await.unwrap_err();
    assert!(error.may_have_taken_effect() && error.to_string().contains("a layer broke"), "{error}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_client_stands_under_layers() {
    let service = Service::new(|_, number| Ok(Reply::new(if number == 0 { 503 } else { 200 }).body("ok")));
    let client = service.client().0.build().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let mut layered = ServiceBuilder::new()
        .timeout(Duration::from_secs(30))
        .map_request(move |endpoint: Get| {
            counted.fetch_add(1, Ordering::Relaxed);
            endpoint
        })
        .service(client.service());
    let ready = layered.ready().await.unwrap();
    assert_eq!(ready.call(Get).await.unwrap(), "ok");
    assert_eq!((calls.load(Ordering::Relaxed), service.seen().len()), (1, 2), "one call of two attempts");
}
