//! Faults to try a client with.

use serde_json::json;

use super::{Edit, Fault, FaultKind, RetryAfter};
use crate::kit::coding::{AcceptEncoding, Coding};

impl Fault {
    /// A fault of every kind, in the forms that clients take for different things, each with a name: what a client should come
    /// through is tried with all of them. None names a request yet; those of the kind [`FaultKind::Refuse`] need a [`Fault::on`].
    ///
    /// Only [`FaultKind::Switches`] is not among them, as every host has its own.
    ///
    /// ```
    /// use segno_sandbox::{Fault, Host};
    ///
    /// for (name, fault) in Fault::samples() {
    ///     let fault = fault.on(Host::SOUNDSLICE).times(3);
    ///     println!("{name}: {fault:?}");
    /// }
    /// ```
    #[must_use]
    pub fn samples() -> Vec<(&'static str, Self)> {
        let of = Self::new;
        let message = || json!({"error": "later", "errors": ["later"], "message": "later"});
        let busy = |status| Self::status(status).body(message());
        vec![
            ("connection refused", of(FaultKind::refuse())),
            ("port closed", of(FaultKind::refuse_for(86_400.0))),
            ("kept connection closed", of(FaultKind::stale(false))),
            ("kept connection reset", of(FaultKind::stale(true))),
            ("reset before the response", of(FaultKind::reset(0))),
            ("reset in the head", of(FaultKind::reset(40))),
            ("reset after 400 bytes", of(FaultKind::reset(400))),
            ("reset at once", of(FaultKind::reset_upload(0))),
            ("reset in the request's body", of(FaultKind::reset_upload(9))),
            ("silence", of(FaultKind::stall(0))),
            ("silence after 400 bytes", of(FaultKind::stall(400))),
            ("silence for 4 s", of(FaultKind::stall_for(0, 4.0))),
            ("drips", of(FaultKind::drip(0, 2.0))),
            ("drips after 400 bytes", of(FaultKind::drip(400, 2.0))),
            ("no body", of(FaultKind::truncate(0))),
            ("7 bytes of the body", of(FaultKind::truncate(7))),
            ("413 before the body", Self::status(413).also(FaultKind::early(0, false))),
            ("413 while the body is read", Self::status(413).also(FaultKind::early(9, true))),
            ("429", busy(429)),
            ("429 with seconds", busy(429).retry_after(RetryAfter::Seconds(2))),
            ("429 with a date", busy(429).retry_after(RetryAfter::DateIn(3))),
            ("429 for an hour", busy(429).retry_after(RetryAfter::Seconds(3600))),
            ("503", busy(503)),
            ("503 with seconds", busy(503).retry_after(RetryAfter::Seconds(2))),
            ("503 for an hour", busy(503).retry_after(RetryAfter::Seconds(3600))),
            ("500", busy(500)),
            ("500 without a body", Self::status(500)),
            ("500 after the work", busy(500).work(true)),
            ("504 after the work", Self::status(504).work(true)),
            ("408", Self::status(408)),
            ("400", busy(400)),
            ("401", busy(401)),
            ("403", busy(403)),
            ("403 as a text", Self::status(403).body("later")),
            ("404", busy(404)),
            ("409", busy(409)),
            ("page with 200", of(FaultKind::html(200))),
            ("page with 500", of(FaultKind::html(500))),
            ("page with 502", of(FaultKind::html(502))),
            ("page with 502 after the work", of(FaultKind::html(502)).work(true)),
            ("page with 503", of(FaultKind::html(503))),
            ("302", Self::status(302).header("Location", "/elsewhere")),
            ("303 after the work", Self::status(303).header("Location", "/elsewhere").work(true)),
            ("307", Self::status(307).header("Location", "/elsewhere")),
            ("half a document", of(FaultKind::MalformedJson)),
            ("a byte order mark in front", Self::edit(Edit::new().prepend(&b"\xef\xbb\xbf"[..]))),
            ("coded as gzip", of(FaultKind::coded(Coding::Gzip, AcceptEncoding::Honoured))),
            ("coded as gzip unasked", of(FaultKind::coded(Coding::Gzip, AcceptEncoding::Ignored))),
            ("coded as deflate", of(FaultKind::coded(Coding::RawDeflate, AcceptEncoding::Ignored))),
            ("coded as brotli", of(FaultKind::coded(Coding::Br, AcceptEncoding::Ignored))),
            ("delivered twice", of(FaultKind::Duplicate)),
            ("response lost", of(FaultKind::DropResponse)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Fault;
    use crate::kit::faults::kind::KINDS;

    #[test]
    fn every_kind_is_among_the_samples() {
        let samples = Fault::samples();
        let kinds = samples.iter().flat_map(|(_, fault)| fault.also.iter().chain([&fault.kind]));
        let kinds: BTreeSet<&str> = kinds.map(|kind| kind.name()).collect();
        let missing: Vec<&str> =
            KINDS.iter().map(|rules| rules.name).filter(|name| !kinds.contains(name)).collect();
        assert_eq!(missing, ["switches"]);
        let names: BTreeSet<&str> = samples.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), samples.len(), "two samples have one name");
    }
}
