//! The kinds of faults, and what each of them takes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::edit::{Edit, Headers};
use crate::kit::coding::{AcceptEncoding, Coding};
use crate::kit::switches::SwitchChange;

/// What goes wrong with the request that is hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// No connection. With `for_s` the host's port is closed for that many seconds of the sandbox's clock (or until faults
    /// are cleared), so that connecting fails; without, the next `times` connections are reset as soon as they are open.
    /// Idle connections to the host are closed in both cases. Needs `host`; takes neither `method` nor `path`.
    #[non_exhaustive]
    Refuse {
        /// Seconds for which the port is closed.
        #[serde(skip_serializing_if = "Option::is_none")]
        for_s: Option<f64>,
    },
    /// The connection ends when a request arrives on it that is not its first: a client's pool kept it for too long. Does no
    /// work, ever.
    #[non_exhaustive]
    Stale {
        /// Whether it ends with a TCP reset instead of an ordinary close.
        #[serde(default)]
        reset: bool,
    },
    /// A TCP reset after this many bytes of the response (head included). Does the work.
    #[non_exhaustive]
    Reset {
        /// Bytes that still get through.
        #[serde(default)]
        after_bytes: u64,
    },
    /// A TCP reset after this many bytes of the request's body were read. Does no work, ever.
    #[non_exhaustive]
    ResetUpload {
        /// Bytes that are read.
        #[serde(default)]
        after_bytes: u64,
    },
    /// Silence after this many bytes of the response (head included): for `for_s` seconds of the sandbox's clock, else until
    /// the client gives up. Does the work.
    #[non_exhaustive]
    Stall {
        /// Bytes that still get through.
        #[serde(default)]
        after_bytes: u64,
        /// Seconds of silence; `None`: for ever.
        #[serde(skip_serializing_if = "Option::is_none")]
        for_s: Option<f64>,
    },
    /// So many bytes of the response (head included), then one byte every `every_s` seconds of the sandbox's clock. Does the
    /// work.
    #[non_exhaustive]
    Drip {
        /// Bytes that get through at once.
        #[serde(default)]
        after_bytes: u64,
        /// Seconds from one byte to the next.
        every_s: f64,
    },
    /// The whole head, then this many bytes of the body, then an ordinary close. Does the work.
    #[non_exhaustive]
    Truncate {
        /// Bytes of the body (as framed on the wire) that still get through.
        #[serde(default)]
        after_bytes: u64,
    },
    /// The response is sent when so many bytes of the request's body were read, and the connection closed behind it. What the
    /// client still sends then meets a reset, or (`linger`) is read and thrown away. A host that wants the body has read it
    /// before it responds: meant for refusals, and for [`Fault::also`](super::Fault::also) behind [`FaultKind::Status`]. Does
    /// the work.
    #[non_exhaustive]
    Early {
        /// Bytes of the request's body that are read.
        #[serde(default)]
        after_bytes: u64,
        /// Whether what still comes is read.
        #[serde(default)]
        linger: bool,
    },
    /// This response. Does no work.
    #[non_exhaustive]
    Status {
        /// The status of the response.
        status: u16,
        /// Further headers; they replace the ones that the body brings.
        #[serde(default, skip_serializing_if = "Headers::is_empty")]
        headers: Headers,
        /// A string is sent as it is, as `text/plain`; anything else as JSON.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// A `Retry-After` header, in seconds or as a date.
        #[serde(flatten)]
        retry_after: Option<RetryAfter>,
    },
    /// The right response with its JSON cut in the middle (a body that has none becomes `{"`). Does the work.
    MalformedJson,
    /// The right response, changed on its way. Does the work.
    Edit(Edit),
    /// The right response with its body coded. Does the work.
    #[non_exhaustive]
    Coded {
        /// The coding that the header claims.
        coding: Coding,
        /// Whether the request has a say in it.
        #[serde(default = "ignored")]
        accept_encoding: AcceptEncoding,
    },
    /// A gateway's HTML page. Does no work.
    #[non_exhaustive]
    Html {
        /// The status of the page; 502 unless set.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// The request is delivered twice; the client sees the second response. Does the work, twice.
    Duplicate,
    /// The work is done, then the connection is closed without a byte of a response.
    DropResponse,
    /// The response that the host gives while these switches stand otherwise. Does the work.
    #[serde(skip_deserializing)]
    Switches(SwitchChange),
}

fn bad_gateway() -> u16 {
    502
}

fn ignored() -> AcceptEncoding {
    AcceptEncoding::Ignored
}

/// The two forms of a `Retry-After` header (RFC 9110 section 10.2.3). Others are made with `headers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RetryAfter {
    /// A delay in whole seconds: `Retry-After: 3`.
    #[serde(rename = "retry_after")]
    Seconds(u64),
    /// HTTP date this many seconds after the response, by the sandbox's clock.
    #[serde(rename = "retry_after_date")]
    DateIn(u64),
}

/// What the JSON form of a kind may have, and what it means for the host.
pub(super) struct Rules {
    pub(super) name: &'static str,
    pub(super) members: &'static [&'static str],
    pub(super) work: Work,
    /// Whether it changes a response or its delivery, so that it can follow another fault.
    pub(super) follows: bool,
}

/// Whether the host does the work of the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Yes, unless the fault says otherwise.
    Done,
    /// No, unless the fault says otherwise.
    Left,
    /// Yes; the fault cannot say otherwise.
    Always,
    /// No; the fault cannot say otherwise.
    Never,
}

const fn rules(name: &'static str, members: &'static [&'static str], work: Work, follows: bool) -> Rules {
    Rules { name, members, work, follows }
}

pub(super) const KINDS: [Rules; 16] = [
    rules("refuse", &["for_s"], Work::Never, false),
    rules("stale", &["reset"], Work::Never, false),
    rules("reset", &["after_bytes"], Work::Done, true),
    rules("reset_upload", &["after_bytes"], Work::Never, false),
    rules("stall", &["after_bytes", "for_s"], Work::Done, true),
    rules("drip", &["after_bytes", "every_s"], Work::Done, true),
    rules("truncate", &["after_bytes"], Work::Done, true),
    rules("early", &["after_bytes", "linger"], Work::Done, true),
    rules("status", &["status", "headers", "body", "retry_after", "retry_after_date"], Work::Left, false),
    rules("malformed_json", &[], Work::Always, true),
    rules("edit", &["status", "headers", "body", "form_encoded", "prepend", "append"], Work::Always, true),
    rules("coded", &["coding", "accept_encoding"], Work::Always, true),
    rules("html", &["status"], Work::Left, false),
    rules("duplicate", &[], Work::Always, false),
    rules("drop_response", &[], Work::Done, true),
    rules("switches", &["switches"], Work::Always, false),
];

impl FaultKind {
    /// The next connection is reset as soon as it is open.
    #[must_use]
    pub fn refuse() -> Self {
        Self::Refuse { for_s: None }
    }

    /// The host's port is closed for so many seconds of the sandbox's clock.
    #[must_use]
    pub fn refuse_for(seconds: f64) -> Self {
        Self::Refuse { for_s: Some(seconds) }
    }

    /// A kept connection ends when the next request arrives on it: with an ordinary close, or with a TCP reset.
    #[must_use]
    pub fn stale(reset: bool) -> Self {
        Self::Stale { reset }
    }

    /// A TCP reset after so many bytes of the response, head included.
    #[must_use]
    pub fn reset(after_bytes: u64) -> Self {
        Self::Reset { after_bytes }
    }

    /// A TCP reset after so many bytes of the request's body were read.
    #[must_use]
    pub fn reset_upload(after_bytes: u64) -> Self {
        Self::ResetUpload { after_bytes }
    }

    /// Silence after so many bytes of the response (head included), until the client gives up.
    #[must_use]
    pub fn stall(after_bytes: u64) -> Self {
        Self::Stall { after_bytes, for_s: None }
    }

    /// Silence after so many bytes of the response (head included), for so many seconds of the sandbox's clock.
    #[must_use]
    pub fn stall_for(after_bytes: u64, seconds: f64) -> Self {
        Self::Stall { after_bytes, for_s: Some(seconds) }
    }

    /// So many bytes of the response (head included), then one byte every `every_s` seconds of the sandbox's clock.
    #[must_use]
    pub fn drip(after_bytes: u64, every_s: f64) -> Self {
        Self::Drip { after_bytes, every_s }
    }

    /// The head and so many bytes of the body, then an ordinary close.
    #[must_use]
    pub fn truncate(after_bytes: u64) -> Self {
        Self::Truncate { after_bytes }
    }

    /// The response when so many bytes of the request's body were read, then the end of the connection; what still comes meets a
    /// reset, or is read (`linger`).
    #[must_use]
    pub fn early(after_bytes: u64, linger: bool) -> Self {
        Self::Early { after_bytes, linger }
    }

    /// The right response in a content coding; whether the request has a say in it.
    #[must_use]
    pub fn coded(coding: Coding, accept_encoding: AcceptEncoding) -> Self {
        Self::Coded { coding, accept_encoding }
    }

    /// A gateway's HTML page with this status.
    #[must_use]
    pub fn html(status: u16) -> Self {
        Self::Html { status }
    }

    pub(super) fn rules(&self) -> &'static Rules {
        &KINDS[match self {
            Self::Refuse { .. } => 0,
            Self::Stale { .. } => 1,
            Self::Reset { .. } => 2,
            Self::ResetUpload { .. } => 3,
            Self::Stall { .. } => 4,
            Self::Drip { .. } => 5,
            Self::Truncate { .. } => 6,
            Self::Early { .. } => 7,
            Self::Status { .. } => 8,
            Self::MalformedJson => 9,
            Self::Edit(_) => 10,
            Self::Coded { .. } => 11,
            Self::Html { .. } => 12,
            Self::Duplicate => 13,
            Self::DropResponse => 14,
            Self::Switches(_) => 15,
        }]
    }

    /// The name used in the control port's JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.rules().name
    }
}
