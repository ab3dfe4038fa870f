//! Every call and what is done with deliveries, dropped at every point at which it waits: the client works on, and no delivery is
//! lost. Jobs stand with the sandbox.

use std::fmt::Debug;
use std::marker::PhantomData;

use segno_core::decode::Content;
use segno_core::testing::FnTransport;
use segno_core::{
    BoxFuture, BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response,
};
use segno_soundstripe::Client;
use segno_soundstripe::webhooks::{Delivery, MemorySeen, Seen, SeenError, Verifier, WebhookError};
use segno_testkit::{Hesitant, drop_calls, drop_everywhere};
use tokio::task::yield_now;

use crate::decode::{self, Visit};
use crate::webhooks::{BODY, HEX, SECRET, TIMESTAMP, at};

/// A plain request whose response is read as an endpoint reads its own.
struct As<E>(PhantomData<fn() -> E>);

impl<E: Endpoint> Endpoint for As<E> {
    type Output = E::Output;
    type ApiError = E::ApiError;
    const NAME: &'static str = E::NAME;
    const METHOD: Method = E::METHOD;
    const REPLAY: Replay = E::REPLAY;
    const CONTENT: Content = E::CONTENT;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("any", &[])
    }

    fn read(response: Response<Bytes>) -> Result<E::Output, DecodeError> {
        E::read(response)
    }
}

#[test]
fn every_call() {
    #[derive(Default)]
    struct Dropped(usize);

    impl Visit for Dropped {
        fn visit<E: Endpoint<Output: Debug>>(&mut self, status: u16, body: &'static str) {
            let transport = Hesitant(FnTransport::new(move |_| {
                let mut response = crate::response(status, body);
                if E::CONTENT == Content::Binary {
                    response.headers_mut().remove("content-type");
                }
                Ok(response)
            }));
            let builder = Client::builder("sk_demo_0001");
            let client =
                builder.settings(|core| core.transport(transport).clock(crate::clock()).connections(1));
            let client = client.build().unwrap();
            let dropped = drop_calls(async || client.send(&As::<E>(PhantomData)).await);
            assert!(dropped >= 3, "{}: {dropped}", E::NAME);
            self.0 += dropped;
        }
    }

    let mut dropped = Dropped::default();
    decode::every_endpoint(&mut dropped);
    assert!(dropped.0 >= 27 * 3, "{}", dropped.0);
}

/// A memory that is asked and told over a wire.
struct Remote(MemorySeen);

impl Seen for Remote {
    fn was_accepted<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<bool, SeenError>> {
        Box::pin(async move {
            yield_now().await;
            let was_accepted = self.0.was_accepted(delivery).await;
            yield_now().await;
            was_accepted
        })
    }

    fn accept<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), SeenError>> {
        Box::pin(async move {
            yield_now().await;
            self.0.accept(delivery).await?;
            yield_now().await;
            Ok(())
        })
    }
}

/// A delivery is there until somebody said that the work is done, whatever was dropped before.
#[tokio::test]
async fn deliveries() {
    let verifier = Verifier::new(SECRET).unwrap().seen(Remote(MemorySeen::new()));
    let verify = async || verifier.verify_parts(Some(HEX), Some(TIMESTAMP), BODY, at(0)).await;
    let checked = async || drop(verify().await.unwrap());
    let dropped = drop_everywhere(checked, async |_| drop(verify().await.unwrap())).await;
    assert_eq!(dropped, 3);
    let event = verify().await.unwrap();
    let mut is_over = false;
    let accepted = async || event.accept().await.unwrap();
    let dropped = drop_everywhere(accepted, async |done| match verify().await {
        Ok(_) => assert!(done.is_none() && !is_over, "what was accepted is there again"),
        Err(error) => {
            assert_eq!(error, WebhookError::Replayed);
            is_over = true;
        }
    })
    .await;
    assert_eq!((dropped, is_over), (3, true));
}
