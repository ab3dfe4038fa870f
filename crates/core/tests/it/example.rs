//! A small service and the clients that the tests drive against it.

use std::sync::Arc;

use segno_core::testing::ManualClock;
use segno_core::{BaseUrl, Timestamp};

pub(crate) fn base() -> BaseUrl {
    "https://api.example/v1/".parse().unwrap()
}

pub(crate) fn clock() -> Arc<ManualClock> {
    ManualClock::new(moment())
}

pub(crate) fn moment() -> Timestamp {
    "2026-11-21T20:00:00Z".parse().unwrap()
}
