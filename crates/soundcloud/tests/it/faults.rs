//! Every endpoint meets every fault of the sandbox.

use std::fmt::Debug;

use segno_core::Endpoint;
use segno_soundcloud::Diagnosable;

use crate::fixtures::drive_all;
use crate::legacy;
use crate::matrix::{Endpoints, meets_every_fault};
use crate::sample::{self, Visit};

impl Visit for Endpoints {
    fn visit<E: Endpoint>(&mut self, _: &E, _: u16, _: &str, _: &[u16])
    where
        E::Output: Debug,
        E::ApiError: Diagnosable,
    {
        self.add::<E>();
    }
}

#[test]
fn every_endpoint_meets_every_fault() {
    let mut endpoints = Endpoints::default();
    sample::every_endpoint(&mut endpoints);
    sample::every_token_request(&mut endpoints);
    legacy::sample::every_endpoint(&mut endpoints);
    meets_every_fault("soundcloud", &endpoints, async |sandbox, recording| {
        drive_all(sandbox, recording).await;
    });
}
