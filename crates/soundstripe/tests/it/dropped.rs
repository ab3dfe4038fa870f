//! Every call dropped at every point at which it waits: the client works on. Jobs stand with the sandbox.

use std::fmt::Debug;
use std::marker::PhantomData;

use segno_core::decode::Content;
use segno_core::testing::FnTransport;
use segno_core::{BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response};
use segno_soundstripe::Client;
use segno_testkit::{Hesitant, drop_calls};

use crate::decode::{self, Visit};

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
