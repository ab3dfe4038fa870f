//! What the sandbox says of a call.

use std::collections::BTreeMap;

use segno_sandbox::{Host, Sandbox};
use segno_testkit::Class;

/// What the sandbox counted: kinds of things, with how often one was created, changed and deleted.
pub(super) type Effects = BTreeMap<String, [u64; 3]>;

/// The counts of a sandbox.
pub(super) fn effects(sandbox: &Sandbox) -> Effects {
    let all = serde_json::to_value(sandbox.effects()).unwrap_or_default();
    let mut counts = Effects::new();
    for (service, kinds) in all.as_object().into_iter().flatten() {
        for (kind, count) in kinds.as_object().into_iter().flatten() {
            let count = ["created", "changed", "deleted"].map(|name| count[name].as_u64().unwrap_or(0));
            counts.insert(format!("{service}.{kind}"), count);
        }
    }
    counts
}

/// What came on top of what there was.
pub(super) fn since(before: &Effects, after: &Effects) -> Effects {
    let mut more = after.clone();
    for (kind, counts) in &mut more {
        let before = before.get(kind).copied().unwrap_or_default();
        for (count, before) in counts.iter_mut().zip(before) {
            *count = count.saturating_sub(before);
        }
    }
    more.retain(|_, counts| counts.iter().any(|count| *count > 0));
    more
}

/// Whether nothing of `less` is missing in `more`.
pub(super) fn has(more: &Effects, less: &Effects) -> bool {
    less.iter().all(|(kind, less)| {
        let more = more.get(kind).copied().unwrap_or_default();
        less.iter().zip(more).all(|(less, more)| *less <= more)
    })
}

/// The counts times so much.
pub(super) fn times(counts: &Effects, factor: u64) -> Effects {
    counts.iter().map(|(kind, counts)| (kind.clone(), counts.map(|count| count * factor))).collect()
}

/// A call without a fault.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// As it is kept: `resource/case`.
    pub(super) name: String,
    pub(super) endpoint: &'static str,
    pub(super) class: Class,
    pub(super) effects: Effects,
    pub(super) value: String,
    /// Where its request goes.
    pub(super) host: Host,
    pub(super) method: String,
    pub(super) path: String,
}
