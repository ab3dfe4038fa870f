//! What an observer is told, and what tracing is.

use std::sync::{Arc, Mutex};

use segno_core::auth::{AuthError, AuthRequest, Authorize, CredentialVersion};
use segno_core::client::{Event, EventKind, Observer, RateLimiter, Wait};
use segno_core::{BoxFuture, Retry};
use segno_testkit::Canary;

use crate::example::{Get, Reply, Service, lost};

/// Writes down what it is told, without times.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Observer for Log {
    fn observe(&self, event: &Event<'_>) {
        let Event { endpoint, method, template, host, attempt, kind, .. } = event;
        let kind = match kind {
            EventKind::Ended { status, error, .. } => format!("Ended {status:?} {error:?}"),
            EventKind::Waiting { wait, reason } => {
                assert!(!wait.is_zero() || *reason == Wait::Retry);
                format!("Waiting {reason:?}")
            }
            kind => format!("{kind:?}"),
        };
        let line = format!("{endpoint} {method} {host}/{template} {attempt}: {kind}");
        self.0.lock().unwrap().push(line.replace("example.get GET api.example/thing ", ""));
    }
}

impl Log {
    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[tokio::test]
async fn attempts_pauses_and_repetitions_are_told() {
    let service = Service::new(|_, number| match number {
        0 => Err(lost(segno_core::transport::Phase::MaybeSent)),
        1 => Ok(Reply::new(503)),
        _ => Ok(Reply::ok()),
    });
    let log = Log::default();
    let (builder, _) = service.client();
    builder.observer(log.clone()).retry(Retry::default()).build().unwrap().send(&Get).await.unwrap();
    let expected = [
        "1: Started",
        "1: Ended None Some(\"broken\")",
        "1: Retried",
        "1: Waiting Retry",
        "2: Started",
        "2: Ended Some(503) Some(\"server_error\")",
        "2: Retried",
        "2: Waiting Retry",
        "3: Started",
        "3: Ended Some(200) None",
    ];
    assert_eq!(log.lines(), expected);
}

#[tokio::test]
async fn the_rate_limiter_is_told_from_a_failure() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let log = Log::default();
    let limit = Arc::new(RateLimiter::per(1, std::time::Duration::from_secs(1)));
    let client = service.client().0.observer(log.clone()).limit(limit).build().unwrap();
    client.send(&Get).await.unwrap();
    log.lines();
    client.send(&Get).await.unwrap();
    assert_eq!(log.lines(), ["0: Waiting RateLimiter", "1: Started", "1: Ended Some(200) None"]);
}

struct Renewed;

impl Authorize for Renewed {
    fn authorize<'a>(&'a self, _: AuthRequest<'a>) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        Box::pin(std::future::ready(Ok(CredentialVersion(1))))
    }

    fn rejected(&self, _: CredentialVersion) -> BoxFuture<'_, Result<bool, AuthError>> {
        Box::pin(std::future::ready(Ok(true)))
    }
}

#[tokio::test]
async fn better_credentials_are_told() {
    let service = Service::new(|_, number| Ok(Reply::new(if number == 0 { 401 } else { 200 })));
    let log = Log::default();
    let client = service.client().0.observer(log.clone()).authorize(Renewed).build().unwrap();
    client.send(&Get).await.unwrap();
    let expected = [
        "1: Started",
        "1: Ended Some(401) Some(\"refused\")",
        "1: Refreshed",
        "2: Started",
        "2: Ended Some(200) None",
    ];
    assert_eq!(log.lines(), expected);
}

/// The attributes of OpenTelemetry's semantic conventions for HTTP client spans, version 1.23 and later.
#[tokio::test]
async fn spans_have_the_names_of_opentelemetry() {
    let service = Service::new(|_, number| Ok(Reply::new(if number == 0 { 503 } else { 200 })));
    let canary = Canary::listen();
    service.client().0.build().unwrap().send(&Get).await.unwrap();
    let logged = canary.silent();
    for attribute in [
        "otel.name=GET thing",
        "otel.kind=\"client\"",
        "http.request.method=GET",
        "url.template=\"thing\"",
        "server.address=\"api.example\"",
        "server.port=443",
        "http.request.resend_count=1",
        "http.response.status_code=503",
        "http.response.status_code=200",
        "error.type=\"server_error\"",
    ] {
        assert!(logged.contains(attribute), "{attribute} is not in {logged}");
    }
}
