//! Faults: what goes wrong with an upcoming request.

mod edit;
mod json;
mod kind;
mod samples;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::edit::form_type;
pub use self::edit::{BodyEdit, Edit, Headers};
use self::kind::Work;
pub use self::kind::{FaultKind, RetryAfter};
use super::host::Host;
use super::mutex::Mutex;
use super::raw::Raw;

/// A fault for upcoming requests.
///
/// It applies to the requests that match `host`, `method` and `path`, from the `nth` match on, `times` times. One request
/// meets at most one fault: of those that are due, the one that was added first.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[doc(alias("chaos", "failure injection"))]
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
    /// What happens to the request or its response.
    pub kind: FaultKind,
    /// What happens to the response after that: kinds that change a response or its delivery, in this order.
    pub also: Vec<FaultKind>,
}

impl Fault {
    /// A fault that hits the next request to any host, once.
    #[must_use]
    pub fn new(kind: FaultKind) -> Self {
        Self { host: None, method: None, path: None, nth: 1, times: 1, work: None, kind, also: Vec::new() }
    }

    /// A status without body or further headers, instead of doing the work.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(FaultKind::Status { status, headers: Headers::new(), body: None, retry_after: None })
    }

    /// The right response, changed on its way.
    #[must_use]
    pub fn edit(edit: Edit) -> Self {
        Self::new(FaultKind::Edit(edit))
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

    /// Adds a header to a [`FaultKind::Status`], a second one of a name that it already has; other kinds stay as they are.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Raw>) -> Self {
        if let FaultKind::Status { headers, .. } = &mut self.kind {
            headers.add(name, value.into());
        }
        self
    }

    /// The body of a [`FaultKind::Status`]; other kinds stay as they are.
    #[must_use]
    pub fn body(mut self, value: impl Into<Value>) -> Self {
        if let FaultKind::Status { body, .. } = &mut self.kind {
            *body = Some(value.into());
        }
        self
    }

    /// What happens to the response after that. Kinds that do not change a response or its delivery have no effect here.
    #[must_use]
    pub fn also(mut self, kind: FaultKind) -> Self {
        self.also.push(kind);
        self
    }

    pub(crate) fn does_work(&self) -> bool {
        self.work.unwrap_or(matches!(self.kind.rules().work, Work::Done | Work::Always))
    }

    fn matches(&self, host: Host, method: &str, path: &str) -> bool {
        self.host.is_none_or(|wanted| wanted == host)
            && self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.path.as_deref().is_none_or(|prefix| path.starts_with(prefix))
    }
}

/// Faults that are still to come.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Pending>>);

struct Pending {
    fault: Fault,
    seen: u32,
    left: u32,
}

/// A fault that is still to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
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

    /// The fault that this request meets; `kept` if it is not the first one on its connection.
    pub(crate) fn take_matching(&self, host: Host, method: &str, path: &str, kept: bool) -> Option<Fault> {
        self.take(|fault| {
            let possible = match fault.kind {
                FaultKind::Refuse { .. } => false,
                FaultKind::Stale { .. } => kept,
                _ => true,
            };
            possible && fault.matches(host, method, path)
        })
    }

    /// Whether this new connection is to be refused.
    pub(crate) fn refuses(&self, host: Host) -> bool {
        self.take(|fault| matches!(fault.kind, FaultKind::Refuse { .. }) && fault.host == Some(host))
            .is_some()
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
