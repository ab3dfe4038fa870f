//! Every endpoint meets every fault of the sandbox.

use std::fmt::Debug;

use segno_core::Endpoint;

use crate::decode::{self, Visit};
use crate::fixtures::{client, drive};
use crate::matrix::{Endpoints, meets_every_fault};

impl Visit for Endpoints {
    fn visit<E: Endpoint<Output: Debug>>(&mut self, _: u16, _: &'static str) {
        self.add::<E>();
    }
}

#[test]
fn every_endpoint_meets_every_fault() {
    let mut endpoints = Endpoints::default();
    decode::every_endpoint(&mut endpoints);
    meets_every_fault("soundstripe", &endpoints, async |sandbox, recording| {
        let client = client(sandbox, recording);
        drive(recording, &client, false).await.unwrap();
    });
}
