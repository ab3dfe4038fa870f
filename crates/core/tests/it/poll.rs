//! Waiting for work that goes on at a service.

use std::time::Duration;

use segno_core::client::{Pace, Unfinished};
use segno_core::decode::read_json;
use segno_core::endpoint::PlainApiError;
use segno_core::time::Clock as _;
use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Error, Method, Replay, RequestWriter, Response, Retry,
};

use crate::example::{Reply, Service, lost};

/// `GET job`: whether it is done.
struct Job;

impl Endpoint for Job {
    type Output = bool;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.jobs.get";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("job", &[])
    }

    fn read(response: Response<Bytes>) -> Result<bool, DecodeError> {
        read_json(&response)
    }
}

const S: Duration = Duration::from_secs(1);
const PACE: Pace = Pace::new(S, Duration::from_secs(5));

type Ended = Result<&'static str, Unfinished<PlainApiError>>;

async fn wait(client: &segno_core::Client, at_most: Duration) -> Ended {
    let look = |limit| async move {
        let call = client.call(&Job).deadline(limit);
        Ok(call.send().await?.then_some("done"))
    };
    client.poll(PACE, at_most, look).await
}

#[tokio::test]
async fn looks_come_ever_more_seldom_and_the_last_one_at_the_very_end() {
    let service = Service::new(|_, _| Ok(Reply::ok().body("false")));
    let (builder, clock) = service.client();
    let client = builder.build().unwrap();
    let error = wait(&client, 20 * S).await.unwrap_err();
    assert_eq!(error.to_string(), "not done after 20 s");
    assert_eq!(format!("{error:?}"), "Unfinished(not done after 20 s)", "what unwrap() prints");
    assert!(error.error().is_none());
    assert_eq!(clock.slept(), [S, 2 * S, 4 * S, 5 * S, 5 * S, 3 * S]);
    assert_eq!(service.seen().len(), 7);
}

#[tokio::test]
async fn an_outage_that_is_shorter_than_the_waiting_is_survived() {
    for outage in [408, 425, 429, 500, 502, 503, 504, 520, 522, 524] {
        let service = Service::new(move |_, number| {
            Ok(if number < 9 { Reply::new(outage) } else { Reply::ok().body("true") })
        });
        let client = service.client().0.build().unwrap();
        assert_eq!(wait(&client, 600 * S).await.unwrap(), "done", "{outage}");
    }
    for page in ["<!DOCTYPE html><title>Down</title>", "", "tru"] {
        let service =
            Service::new(move |_, number| Ok(Reply::ok().body(if number < 3 { page } else { "true" })));
        let client = service.client().0.retry(Retry::never()).build().unwrap();
        assert_eq!(wait(&client, 600 * S).await.unwrap(), "done", "{page}");
    }
    let service = Service::new(|_, number| match number {
        0..9 => Err(lost(segno_core::transport::Phase::MaybeSent)),
        _ => Ok(Reply::ok().body("true")),
    });
    let client = service.client().0.build().unwrap();
    assert_eq!(wait(&client, 600 * S).await.unwrap(), "done");
}

#[tokio::test]
async fn an_outage_that_is_longer_is_named() {
    let service = Service::new(|_, _| Ok(Reply::new(503).body("down")));
    let client = service.client().0.retry(Retry::never()).build().unwrap();
    let error = wait(&client, 20 * S).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "not done after 20 s; the last look failed: example.jobs.get: 503 Service Unavailable: down"
    );
}

#[tokio::test]
async fn what_no_later_look_would_mend_ends_the_waiting() {
    for status in [400, 401, 403, 404, 410, 422, 501] {
        let service = Service::new(move |_, _| Ok(Reply::new(status)));
        let (builder, clock) = service.client();
        let client = builder.build().unwrap();
        let error = wait(&client, 600 * S).await.unwrap_err();
        assert!(matches!(error, Unfinished::Failed(_)), "{error}");
        assert_eq!((service.seen().len(), clock.slept().len()), (1, 0), "{status}");
    }
    let service = Service::new(|_, _| Ok(Reply::ok().body("{}")));
    let client = service.client().0.build().unwrap();
    assert!(matches!(wait(&client, 600 * S).await, Err(Unfinished::Failed(error)) if error.is_decode()));
}

#[tokio::test]
async fn nobody_comes_back_before_the_service_said() {
    let service = Service::new(|_, number| {
        Ok(if number == 0 { Reply::new(503).header("retry-after", 90) } else { Reply::ok().body("true") })
    });
    let (builder, clock) = service.client();
    let client = builder.build().unwrap();
    assert_eq!(wait(&client, 600 * S).await.unwrap(), "done");
    assert_eq!(clock.slept(), [90 * S], "longer than a call has patience, not longer than the waiting");

    let (builder, clock) = service_down_for(90).client();
    let error = wait(&builder.build().unwrap(), 60 * S).await.unwrap_err();
    assert!(matches!(error, Unfinished::Late { .. }), "{error}");
    assert!(error.error().is_some_and(|error| error.retry_after() == Some(90 * S)), "{error}");
    assert_eq!(clock.slept(), [], "there is nothing to wait for");
}

fn service_down_for(seconds: u64) -> Service {
    Service::new(move |_, _| Ok(Reply::new(503).header("retry-after", seconds)))
}

#[tokio::test]
async fn any_length_of_waiting_can_be_asked_for() {
    for at_most in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::ZERO] {
        let service = Service::new(move |_, number| {
            let done = number >= 2 || at_most.is_zero();
            Ok(Reply::ok().body(if done { "true" } else { "false" }))
        });
        let client = service.client().0.build().unwrap();
        assert_eq!(wait(&client, at_most).await.unwrap(), "done");
    }
    let (builder, _) = Service::new(|_, _| Ok(Reply::ok().body("false"))).client();
    let error = wait(&builder.build().unwrap(), Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, Unfinished::Late { waited: Duration::ZERO, last: None }), "{error}");
}

#[tokio::test]
async fn a_service_that_falls_silent_does_not_make_it_longer() {
    let service = Service::new(|_, number| {
        Ok(if number == 0 { Reply::ok().body("false") } else { Reply::ok().stalls() })
    });
    let (builder, clock) = service.client();
    let started = clock.now();
    let error = wait(&builder.build().unwrap(), 5 * S).await.unwrap_err();
    assert!(error.error().is_some_and(Error::is_timeout), "{error}");
    let waited = clock.now() - started;
    assert!(waited <= 26 * S, "{waited:?}: the last look has ten seconds, like the one before");
}

/// Compiles only if waiting can be spawned on a multi-threaded runtime.
#[allow(dead_code)]
fn waiting_is_send(client: &'static segno_core::Client) {
    fn send(_: impl Send) {}
    send(wait(client, S));
}
