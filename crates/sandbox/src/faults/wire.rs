//! Faults as JSON: one flat object, refused with a sentence when a member does not belong to its kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FaultKind, RetryAfter};
use crate::host::Host;
use crate::switches::SwitchChange;

/// The flat form.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<Host>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default = "one")]
    nth: u32,
    #[serde(default = "one")]
    times: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    work: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    for_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    headers: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_date: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    switches: Option<Value>,
}

fn one() -> u32 {
    1
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Refuse,
    Reset,
    ResetUpload,
    Stall,
    Truncate,
    #[default]
    Status,
    MalformedJson,
    Html,
    Duplicate,
    DropResponse,
    Switches,
}

impl Kind {
    /// The members that mean something for this kind, besides those that say which request.
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::Refuse => &["for_s"],
            Self::Reset | Self::ResetUpload | Self::Truncate => &["after_bytes"],
            Self::Stall => &["after_bytes", "for_s"],
            Self::Status => &["status", "headers", "body", "retry_after", "retry_after_date"],
            Self::Html => &["status"],
            Self::Switches => &["switches"],
            Self::MalformedJson | Self::Duplicate | Self::DropResponse => &[],
        }
    }

    fn takes_work(self) -> bool {
        !matches!(
            self,
            Self::Refuse | Self::ResetUpload | Self::Duplicate | Self::MalformedJson | Self::Switches
        )
    }
}

impl Fault {
    fn check(&self, name: &str) -> Result<(), String> {
        let given = [
            ("after_bytes", self.after_bytes.is_some()),
            ("for_s", self.for_s.is_some()),
            ("status", self.status.is_some()),
            ("headers", self.headers.is_some()),
            ("body", self.body.is_some()),
            ("retry_after", self.retry_after.is_some()),
            ("retry_after_date", self.retry_after_date.is_some()),
            ("switches", self.switches.is_some()),
        ];
        let allowed = self.kind.members();
        if let Some((member, _)) = given.iter().find(|(member, given)| *given && !allowed.contains(member)) {
            return Err(match allowed {
                [] => format!("a fault of kind `{name}` takes no `{member}`"),
                some => format!("a fault of kind `{name}` takes no `{member}`; it takes {}", some.join(", ")),
            });
        }
        if self.nth == 0 || self.times == 0 {
            return Err("`nth` and `times` count from 1".to_owned());
        }
        if self.work.is_some() && !self.kind.takes_work() {
            return Err(format!("whether a fault of kind `{name}` does the work cannot be chosen"));
        }
        if self.kind == Kind::Refuse && (self.host.is_none() || self.method.is_some() || self.path.is_some())
        {
            return Err("a fault of kind `refuse` is about connections: it needs `host` and takes neither \
                        `method` nor `path`"
                .to_owned());
        }
        if self.for_s.is_some() && self.kind == Kind::Refuse && (self.nth, self.times) != (1, 1) {
            return Err(
                "a port that is closed with `for_s` counts no connections: leave out `nth` and `times`"
                    .to_owned(),
            );
        }
        if self.for_s.is_some_and(|seconds| !(0.0..1e9).contains(&seconds)) {
            return Err("`for_s` is a number of seconds from 0".to_owned());
        }
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err("`status` goes from 200 to 599".to_owned());
        }
        if self.retry_after.is_some() && self.retry_after_date.is_some() {
            return Err(
                "`retry_after` and `retry_after_date` are two forms of one header: give one".to_owned()
            );
        }
        for (header, value) in self.headers.iter().flatten() {
            let valid = http::HeaderName::try_from(header.as_str()).is_ok()
                && http::HeaderValue::try_from(value.as_str()).is_ok();
            if !valid {
                return Err(format!("`{header}: {value}` is not a header"));
            }
        }
        Ok(())
    }
}

impl TryFrom<Fault> for super::Fault {
    type Error = String;

    fn try_from(wire: Fault) -> Result<Self, String> {
        let after_bytes = wire.after_bytes.unwrap_or(0);
        let kind = match wire.kind {
            Kind::Refuse => FaultKind::Refuse { for_s: wire.for_s },
            Kind::Reset => FaultKind::Reset { after_bytes },
            Kind::ResetUpload => FaultKind::ResetUpload { after_bytes },
            Kind::Stall => FaultKind::Stall { after_bytes, for_s: wire.for_s },
            Kind::Truncate => FaultKind::Truncate { after_bytes },
            Kind::Status => FaultKind::Status {
                status: wire.status.ok_or("a fault of kind `status` needs `status`")?,
                headers: wire.headers.clone().unwrap_or_default(),
                body: wire.body.clone(),
                retry_after: (wire.retry_after.map(RetryAfter::Seconds))
                    .or(wire.retry_after_date.map(RetryAfter::DateIn)),
            },
            Kind::MalformedJson => FaultKind::MalformedJson,
            Kind::Html => FaultKind::Html { status: wire.status.unwrap_or(502) },
            Kind::Duplicate => FaultKind::Duplicate,
            Kind::DropResponse => FaultKind::DropResponse,
            Kind::Switches => {
                let (Some(host), Some(switches)) = (wire.host, &wire.switches) else {
                    return Err("a fault of kind `switches` needs `host` and `switches`".to_owned());
                };
                FaultKind::Switches(SwitchChange::new(host, switches).map_err(|error| error.to_string())?)
            }
        };
        wire.check(kind.name())?;
        let Fault { host, method, path, nth, times, work, .. } = wire;
        Ok(Self { host, method, path, nth, times, work, kind })
    }
}

impl From<super::Fault> for Fault {
    fn from(fault: super::Fault) -> Self {
        let super::Fault { host, method, path, nth, times, work, kind } = fault;
        let mut wire = Self { host, method, path, nth, times, work, ..Self::default() };
        wire.kind = match kind {
            FaultKind::Refuse { for_s } => {
                wire.for_s = for_s;
                Kind::Refuse
            }
            FaultKind::Reset { after_bytes } => {
                wire.after_bytes = Some(after_bytes);
                Kind::Reset
            }
            FaultKind::ResetUpload { after_bytes } => {
                wire.after_bytes = Some(after_bytes);
                Kind::ResetUpload
            }
            FaultKind::Stall { after_bytes, for_s } => {
                wire.after_bytes = Some(after_bytes);
                wire.for_s = for_s;
                Kind::Stall
            }
            FaultKind::Truncate { after_bytes } => {
                wire.after_bytes = Some(after_bytes);
                Kind::Truncate
            }
            FaultKind::Status { status, headers, body, retry_after } => {
                wire.status = Some(status);
                wire.headers = (!headers.is_empty()).then_some(headers);
                wire.body = body;
                match retry_after {
                    Some(RetryAfter::Seconds(seconds)) => wire.retry_after = Some(seconds),
                    Some(RetryAfter::DateIn(seconds)) => wire.retry_after_date = Some(seconds),
                    None => {}
                }
                Kind::Status
            }
            FaultKind::MalformedJson => Kind::MalformedJson,
            FaultKind::Html { status } => {
                wire.status = Some(status);
                Kind::Html
            }
            FaultKind::Duplicate => Kind::Duplicate,
            FaultKind::DropResponse => Kind::DropResponse,
            FaultKind::Switches(change) => {
                wire.switches = Some(change.switches().clone());
                Kind::Switches
            }
        };
        wire
    }
}
