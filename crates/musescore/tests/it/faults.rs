//! Every endpoint meets every fault of the sandbox.

use std::fmt::Debug;

use segno_core::Endpoint;

use crate::every::{Visit, every_endpoint};
use crate::fixtures::drive;
use crate::matrix::{Endpoints, meets_every_fault};

impl Visit for Endpoints {
    fn visit<E: Endpoint>(&mut self, _: &E)
    where
        E::Output: Debug,
    {
        self.add::<E>();
    }
}

#[test]
fn every_endpoint_meets_every_fault() {
    let mut endpoints = Endpoints::default();
    every_endpoint(&mut endpoints);
    meets_every_fault("musescore", &endpoints, async |sandbox, recording| drive(sandbox, recording).await);
}
