//! What may come of a call that meets a fault: it follows from the replay class of its endpoint and from what the fault leaves
//! of an attempt. Written down a second time here, apart from the client.

use std::fmt;
use std::time::Duration;

use segno_core::{Replay, StatusCode};
use segno_sandbox::{AcceptEncoding, Fault, FaultKind, RetryAfter};
use segno_testkit::Class;

use super::Known;
use super::seen::Case;

/// How often a call is tried if nothing is said of it.
const ATTEMPTS: u32 = 3;

/// The longest that a call waits because the service named a time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is left of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Everything: the fault touched nothing that matters.
    AsUsual,
    /// What comes of a request that arrives twice.
    Twice,
    /// Nothing went out.
    Unsent,
    /// The connection ended when the request came, which the client may know of.
    Stale,
    /// Something went out, and no whole response came back.
    Lost,
    Status(u16),
    Unreadable,
    Redirected(u16),
}

/// What a fault does to an attempt.
struct Meeting {
    /// What may be left of it.
    ends: Vec<End>,
    /// How long it asks to wait.
    wait: Option<Duration>,
    /// Whether it takes so long that the call may run out of time.
    is_slow: bool,
    /// Whether it is over before the next attempt.
    ends_by_itself: bool,
    /// Whether its requests arrive.
    is_of_requests: bool,
    /// Whether it may make another value of a value, which nobody can tell.
    alters: bool,
}

fn meeting(fault: &Fault) -> Meeting {
    let is_slow = matches!(fault.kind, FaultKind::Stall { .. } | FaultKind::Drip { .. });
    let mut wait = None;
    let mut ends_by_itself = true;
    let ends = match &fault.kind {
        FaultKind::Refuse { for_s, .. } => {
            ends_by_itself = for_s.is_none();
            vec![End::Unsent, End::Stale, End::Lost]
        }
        FaultKind::Stale { .. } => vec![End::Stale, End::AsUsual],
        // On a kept connection it looks like one that had been closed.
        FaultKind::ResetUpload { .. } | FaultKind::DropResponse | FaultKind::Reset { after_bytes: 0, .. } => {
            vec![End::Stale, End::Lost]
        }
        FaultKind::Stall { after_bytes: 0, for_s: None, .. } => vec![End::Lost],
        FaultKind::Stall { after_bytes: 0, for_s: Some(_), .. } => vec![End::AsUsual],
        FaultKind::Reset { .. } => vec![End::Stale, End::Lost, End::AsUsual],
        FaultKind::Stall { .. } | FaultKind::Drip { .. } | FaultKind::Truncate { .. } => {
            vec![End::Lost, End::AsUsual]
        }
        FaultKind::Status { status, retry_after, .. } => {
            wait = retry_after.map(|after| match after {
                RetryAfter::Seconds(seconds) | RetryAfter::DateIn(seconds) => Duration::from_secs(seconds),
                other => panic!("how long does {other:?} ask to wait?"),
            });
            let is_early = fault.also.iter().any(|kind| matches!(kind, FaultKind::Early { .. }));
            let end =
                if (300..400).contains(status) { End::Redirected(*status) } else { End::Status(*status) };
            if is_early { vec![end, End::Lost] } else { vec![end] }
        }
        FaultKind::Html { status: 200, .. } => vec![End::Unreadable],
        FaultKind::Html { status, .. } => vec![End::Status(*status)],
        FaultKind::Coded { accept_encoding: AcceptEncoding::Honoured, .. } => {
            vec![End::AsUsual]
        }
        FaultKind::MalformedJson | FaultKind::Edit(_) | FaultKind::Coded { .. } => {
            vec![End::Unreadable, End::AsUsual]
        }
        FaultKind::Duplicate => vec![End::Twice],
        // Of a kind that is not known here, whatever is possible.
        _ => vec![End::AsUsual, End::Unsent, End::Stale, End::Lost, End::Unreadable],
    };
    let is_of_requests = !matches!(fault.kind, FaultKind::Refuse { .. });
    let alters = alters(fault);
    Meeting { ends, wait, is_slow, ends_by_itself, is_of_requests, alters }
}

/// Whether a fault may make another value of a value: a half of what is no JSON may be a document, too.
pub(super) fn alters(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Edit(_) | FaultKind::MalformedJson)
}

/// Which classes of outcome are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Is(Class),
    /// This one, or a refusal: the work may have been done before, and be impossible now.
    IsOrRefused(Class),
    /// Wherever a redirect leads, if it may lead there.
    Elsewhere,
}

/// What may come of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) class: Wanted,
    /// How many requests arrive.
    pub(super) requests: u32,
    /// What an error says of its effect; `None` if nobody can know.
    pub(super) may_have_taken_effect: Option<bool>,
    /// Whether its value is that of a call without a fault.
    pub(super) has_usual_value: bool,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class {
            Wanted::Is(class) => write!(f, "{class:?}")?,
            Wanted::IsOrRefused(class) => write!(f, "{class:?} or refused")?,
            Wanted::Elsewhere => f.write_str("Elsewhere")?,
        }
        write!(f, " after {}", self.requests)?;
        match self.may_have_taken_effect {
            Some(true) => f.write_str(" with effect"),
            Some(false) => f.write_str(" without effect"),
            None => Ok(()),
        }
    }
}

impl Outcome {
    pub(super) fn allows(&self, class: Class, requests: u32, may_have_taken_effect: bool) -> bool {
        let refused = matches!(class, Class::Status(400..=499));
        let fits = match self.class {
            Wanted::Is(wanted) => class == wanted,
            Wanted::IsOrRefused(wanted) => class == wanted || refused,
            Wanted::Elsewhere => {
                refused || matches!(class, Class::Done | Class::Redirected | Class::Unreadable)
            }
        };
        let knows = class == Class::Done
            || self.may_have_taken_effect.is_none_or(|wanted| wanted == may_have_taken_effect);
        fits && knows && requests == self.requests
    }
}

/// What became of a call so far.
#[derive(Clone, Copy, Default)]
struct So {
    /// Attempts that count.
    tries: u32,
    /// Requests that met the fault.
    met: u32,
    /// Requests that arrived.
    requests: u32,
    /// Whether one of them may have taken effect.
    arrived: bool,
    waited: Duration,
}

/// Everything that may come of the call of an endpoint of this replay class when the fault strikes so often.
pub(super) fn outcomes(case: &Case, known: Known, fault: &Fault) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let law = Law { case, known, meeting: meeting(fault), times: fault.times };
    law.follow(So::default(), &mut outcomes);
    outcomes
}

struct Law<'a> {
    case: &'a Case,
    known: Known,
    meeting: Meeting,
    times: u32,
}

enum Again {
    No,
    /// As one of the attempts.
    Counts,
    Free,
}

impl Law<'_> {
    fn follow(&self, so: So, outcomes: &mut Vec<Outcome>) {
        let meets = so.met < self.times || !self.meeting.ends_by_itself;
        let ends: &[End] = if meets { &self.meeting.ends } else { &[End::AsUsual] };
        // The connection after one that ended is new.
        for &end in ends.iter().filter(|end| **end != End::Stale || so.met == 0) {
            let mut now = So { tries: so.tries + 1, met: so.met + u32::from(meets), ..so };
            now.requests += u32::from(end != End::Unsent && (!meets || self.meeting.is_of_requests));
            let before = so.arrived;
            now.arrived |= arrives(end);
            let again = self.again(end, so.waited);
            if self.meeting.is_slow && meets {
                // There may be no time left.
                outcomes.extend(self.last(end, before, now));
            }
            match again {
                Again::Free => {
                    now.tries -= 1;
                    now.waited += self.meeting.wait.unwrap_or_default();
                    if now.met <= self.times {
                        self.follow(now, outcomes);
                    }
                }
                Again::Counts if now.tries < ATTEMPTS => self.follow(now, outcomes),
                Again::Counts | Again::No => outcomes.extend(self.last(end, before, now)),
            }
        }
    }

    /// Whether an attempt that ended so is followed by another.
    fn again(&self, end: End, waited: Duration) -> Again {
        let Known { replay, .. } = self.known;
        let harmless = matches!(replay, Replay::Safe | Replay::Idempotent);
        let named = |wait: Option<Duration>| match wait {
            Some(wait) if waited + wait > PATIENCE => Again::No,
            Some(_) => Again::Free,
            None => Again::Counts,
        };
        match end {
            End::Unsent => Again::Counts,
            End::Stale if harmless => Again::Free,
            End::Lost if harmless => Again::Counts,
            End::Status(429) if replay != Replay::Once => named(self.meeting.wait),
            End::Status(503) if harmless => named(self.meeting.wait),
            End::Status(408 | 425 | 500 | 502 | 504 | 520..=524) if harmless => Again::Counts,
            _ => Again::No,
        }
    }

    /// Whether the endpoint documents this status as a result.
    fn accepts(&self, status: u16) -> bool {
        StatusCode::from_u16(status).is_ok_and(self.known.accepts)
    }

    /// What the call comes to whose last attempt ended so.
    fn last(&self, end: End, before: bool, so: So) -> Vec<Outcome> {
        let outcome = |class, may_have_taken_effect| Outcome {
            class,
            requests: so.requests,
            may_have_taken_effect,
            has_usual_value: false,
        };
        let usual = self.case.class;
        // What is not there when a request is repeated may have been deleted by the first one, and that is what was asked for.
        let is_gone = self.case.method == "DELETE" && matches!(usual, Class::Status(404 | 410));
        let one = match end {
            End::AsUsual if before && is_gone => {
                let told = outcome(Wanted::Is(usual), Some(true));
                return vec![told, Outcome { class: Wanted::Is(Class::Done), ..told }];
            }
            End::AsUsual if before => outcome(Wanted::IsOrRefused(usual), Some(true)),
            End::AsUsual => {
                let has_usual_value = !self.meeting.alters;
                Outcome { has_usual_value, ..outcome(Wanted::Is(usual), Some(false)) }
            }
            End::Twice => outcome(Wanted::IsOrRefused(usual), None),
            End::Unsent => outcome(Wanted::Is(Class::Unsent), Some(before)),
            End::Stale | End::Lost => outcome(Wanted::Is(Class::Lost), Some(true)),
            End::Status(status) if self.accepts(status) => {
                let told = outcome(Wanted::Is(Class::Done), Some(true));
                return vec![told, Outcome { class: Wanted::Is(Class::Unreadable), ..told }];
            }
            End::Status(status) => outcome(Wanted::Is(Class::Status(status)), Some(so.arrived)),
            End::Unreadable => outcome(Wanted::Is(Class::Unreadable), Some(true)),
            // What is redirected is read elsewhere if it only reads, and else may be done.
            End::Redirected(_) if self.case.method == "GET" => outcome(Wanted::Elsewhere, None),
            End::Redirected(status) => {
                let told = outcome(Wanted::Is(Class::Status(status)), Some(true));
                return vec![told, Outcome { class: Wanted::Is(Class::Redirected), ..told }];
            }
        };
        vec![one]
    }
}

/// Whether an attempt that ended so may have taken effect, as far as a client can know.
fn arrives(end: End) -> bool {
    match end {
        End::Stale | End::Lost | End::Unreadable | End::Redirected(_) => true,
        End::Status(status) => status >= 500 || status == 408,
        End::AsUsual | End::Twice | End::Unsent => false,
    }
}
