//! Every endpoint meets every fault of the sandbox.

use std::fmt::Debug;

use segno_core::Endpoint;

use crate::fixtures::{client, drive};
use crate::matrix::{Endpoints, meets_every_fault};
use crate::sample::{self, Visit};

impl Visit for Endpoints {
    fn visit<E: Endpoint<Output: Debug>>(&mut self, _: &E) {
        self.add::<E>();
    }
}

#[test]
fn every_endpoint_meets_every_fault() {
    let mut endpoints = Endpoints::default();
    sample::every_endpoint(&mut endpoints);
    meets_every_fault("soundslice", &endpoints, async |sandbox, recording| {
        let client = client(sandbox, recording);
        drive(recording, &client, false).await.unwrap();
    });
}
