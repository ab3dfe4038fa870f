//! Faults: what goes wrong with an upcoming request.

mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::guarded::Guarded;
use crate::host::Host;
use crate::switches::{SwitchChange, SwitchError};

/// A fault for upcoming requests.
///
/// It applies to the requests that match `host`, `method` and `path`, from the `nth` match on, `times` times. One request
/// meets at most one fault: of those that are due, the one that was added first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "wire::Fault", into = "wire::Fault")]
pub struct Fault {
    /// Only requests to this host.
    pub host: Option<Host>,
    /// Only requests with this method.
    pub method: Option<String>,
    /// Only requests whose path starts with this.
    pub path: Option<String>,
    /// Which matching request is the first to be hit, counted from 1.
    pub nth: u32,
    /// How many requests are hit.
    pub times: u32,
    /// Whether the host does the work of a request that is hit; `None`: as [`FaultKind`] says.
    pub work: Option<bool>,
    /// What happens.
    pub kind: FaultKind,
}

impl Fault {
    /// A fault that hits the next request to any host, once.
    #[must_use]
    pub fn new(kind: FaultKind) -> Self {
        Self { host: None, method: None, path: None, nth: 1, times: 1, work: None, kind }
    }

    /// A status answer without body or further headers, instead of doing the work.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(FaultKind::Status { status, headers: BTreeMap::new(), body: None, retry_after: None })
    }

    /// Other switches of the host's service for the request that is hit: `Fault::switches(Host::Soundcloud, &json!({"pages":
    /// "repeated"}))`.
    ///
    /// # Errors
    ///
    /// See [`SwitchChange::new`].
    pub fn switches(host: Host, switches: &Value) -> Result<Self, SwitchError> {
        Ok(Self::new(FaultKind::Switches(SwitchChange::new(host, switches)?)).on(host))
    }

    /// Only requests to this host.
    #[must_use]
    pub fn on(mut self, host: Host) -> Self {
        self.host = Some(host);
        self
    }

    /// Only requests with this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only requests whose path starts with this.
    #[must_use]
    pub fn path(mut self, prefix: &str) -> Self {
        self.path = Some(prefix.to_owned());
        self
    }

    /// The first matching request that is hit, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u32) -> Self {
        self.nth = nth;
        self
    }

    /// How many requests are hit.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Whether the host does the work of a request that is hit.
    #[must_use]
    pub fn work(mut self, work: bool) -> Self {
        self.work = Some(work);
        self
    }

    /// Adds a `Retry-After` header to a [`FaultKind::Status`]; other kinds stay as they are.
    #[must_use]
    pub fn retry_after(mut self, after: RetryAfter) -> Self {
        if let FaultKind::Status { retry_after, .. } = &mut self.kind {
            *retry_after = Some(after);
        }
        self
    }

    pub(crate) fn does_work(&self) -> bool {
        self.work.unwrap_or(match self.kind {
            FaultKind::Reset { .. }
            | FaultKind::Stall { .. }
            | FaultKind::Truncate { .. }
            | FaultKind::MalformedJson
            | FaultKind::Duplicate
            | FaultKind::DropResponse
            | FaultKind::Switches(_) => true,
            FaultKind::Refuse { .. }
            | FaultKind::ResetUpload { .. }
            | FaultKind::Status { .. }
            | FaultKind::Html { .. } => false,
        })
    }

    fn matches(&self, host: Host, method: &str, path: &str) -> bool {
        self.host.is_none_or(|wanted| wanted == host)
            && self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.path.as_deref().is_none_or(|prefix| path.starts_with(prefix))
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// No connection. With `for_s` the host's port is closed for that many seconds of the sandbox's clock (or until faults
    /// are cleared), so that connecting fails; without, the next `times` connections are reset as soon as they are open.
    /// Idle connections to the host are closed in both cases. Needs `host`; takes neither `method` nor `path`.
    Refuse {
        /// Seconds for which the port is closed.
        for_s: Option<f64>,
    },
    /// A TCP reset after this many bytes of the response (head included). Does the work.
    Reset {
        /// Bytes that still get through.
        after_bytes: u64,
    },
    /// A TCP reset after this many bytes of the request's body were read. Does no work, ever.
    ResetUpload {
        /// Bytes that are read.
        after_bytes: u64,
    },
    /// Silence after this many bytes of the response (head included): for `for_s` seconds of the sandbox's clock, else until
    /// the client gives up. Does the work.
    Stall {
        /// Bytes that still get through.
        after_bytes: u64,
        /// Seconds of silence; `None`: for ever.
        for_s: Option<f64>,
    },
    /// The whole head, then this many bytes of the body, then an ordinary close. Does the work.
    Truncate {
        /// Bytes of the body (as framed on the wire) that still get through.
        after_bytes: u64,
    },
    /// This answer. Does no work.
    Status {
        /// The status.
        status: u16,
        /// Further headers; they replace the ones that the body brings.
        headers: BTreeMap<String, String>,
        /// A string is sent as it is, as `text/plain`; anything else as JSON.
        body: Option<Value>,
        /// A `Retry-After` header.
        retry_after: Option<RetryAfter>,
    },
    /// The right answer with its JSON cut in the middle (a body that has none becomes `{"`). Does the work.
    MalformedJson,
    /// A gateway's HTML page. Does no work.
    Html {
        /// Its status.
        status: u16,
    },
    /// The request is delivered twice; the client sees the second answer. Does the work, twice.
    Duplicate,
    /// The work is done, then the connection is closed without a byte of an answer.
    DropResponse,
    /// The answer that the host gives while these switches stand otherwise. Does the work.
    Switches(SwitchChange),
}

impl FaultKind {
    /// The name used in the control port's JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Refuse { .. } => "refuse",
            Self::Reset { .. } => "reset",
            Self::ResetUpload { .. } => "reset_upload",
            Self::Stall { .. } => "stall",
            Self::Truncate { .. } => "truncate",
            Self::Status { .. } => "status",
            Self::MalformedJson => "malformed_json",
            Self::Html { .. } => "html",
            Self::Duplicate => "duplicate",
            Self::DropResponse => "drop_response",
            Self::Switches(_) => "switches",
        }
    }
}

/// The two forms of a `Retry-After` header (RFC 9110 section 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Delay in seconds.
    Seconds(u64),
    /// HTTP date this many seconds after the answer, by the sandbox's clock.
    DateIn(u64),
}

/// Faults that are still to come.
#[derive(Default)]
pub(crate) struct Faults(Guarded<Vec<Pending>>);

struct Pending {
    fault: Fault,
    seen: u32,
    left: u32,
}

/// A fault that is still to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnusedFault {
    /// The fault as it was added.
    pub fault: Fault,
    /// How many requests matched so far.
    pub seen: u32,
    /// How many requests it will still hit.
    pub left: u32,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        let left = fault.times;
        self.0.lock().push(Pending { fault, seen: 0, left });
    }

    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }

    pub(crate) fn unused(&self) -> Vec<UnusedFault> {
        let unused = |it: &Pending| UnusedFault { fault: it.fault.clone(), seen: it.seen, left: it.left };
        self.0.lock().iter().map(unused).collect()
    }

    /// The fault that this request meets.
    pub(crate) fn meet(&self, host: Host, method: &str, path: &str) -> Option<Fault> {
        self.take(|fault| !is_refusal(fault) && fault.matches(host, method, path))
    }

    /// Whether this new connection is to be refused.
    pub(crate) fn refuses(&self, host: Host) -> bool {
        self.take(|fault| is_refusal(fault) && fault.host == Some(host)).is_some()
    }

    fn take(&self, matches: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut pending = self.0.lock();
        let mut met = None;
        for it in pending.iter_mut().filter(|it| matches(&it.fault)) {
            it.seen += 1;
            if met.is_none() && it.seen >= it.fault.nth {
                it.left = it.left.saturating_sub(1);
                met = Some(it.fault.clone());
            }
        }
        pending.retain(|it| it.left > 0);
        met
    }
}

fn is_refusal(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Refuse { .. })
}
