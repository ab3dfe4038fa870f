//! Faults as JSON: one flat object, refused with a sentence when a member does not belong to its kind.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::ser::{Error as _, Serializer};
use serde_json::{Map, Value};

use super::kind::{KINDS, Rules, Work};
use super::{Fault, FaultKind};
use crate::kit::host::Host;
use crate::kit::switches::{SwitchChange, SwitchError};

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut flat = object(&self.kind).map_err(S::Error::custom)?;
        let mut set = |name: &str, value: Option<Value>| {
            flat.extend(value.map(|value| (name.to_owned(), value)));
        };
        set("host", self.host.map(|host| host.name().into()));
        set("method", self.method.clone().map(Value::from));
        set("path", self.path.clone().map(Value::from));
        set("nth", Some(self.nth.into()));
        set("times", Some(self.times.into()));
        set("work", self.work.map(Value::from));
        if !self.also.is_empty() {
            let also = self.also.iter().map(|kind| object(kind).map(Value::Object));
            set("also", Some(Value::Array(also.collect::<Result<_, _>>().map_err(S::Error::custom)?)));
        }
        flat.serialize(serializer)
    }
}

fn object(kind: &FaultKind) -> Result<Map<String, Value>, serde_json::Error> {
    let value = serde_json::to_value(kind)?;
    serde_json::from_value(value)
}

/// Checks a change of the switches that decide for a host.
type Check<'a> = &'a dyn Fn(Host, &Value) -> Result<SwitchChange, SwitchError>;

impl Fault {
    /// Reads a fault; what it changes of switches is checked by those who know them.
    pub(crate) fn from_json(flat: Map<String, Value>, check: Check<'_>) -> Result<Self, String> {
        read(flat, check)
    }
}

fn read(mut flat: Map<String, Value>, check: Check<'_>) -> Result<Fault, String> {
    let host: Option<Host> = take(&mut flat, "host")?;
    let method: Option<String> = take(&mut flat, "method")?;
    let path: Option<String> = take(&mut flat, "path")?;
    let nth: u32 = take(&mut flat, "nth")?.unwrap_or(1);
    let times: u32 = take(&mut flat, "times")?.unwrap_or(1);
    let work: Option<bool> = take(&mut flat, "work")?;
    let also: Vec<Map<String, Value>> = take(&mut flat, "also")?.unwrap_or_default();
    let kind = read_kind(flat, host, check)?;
    let also = also.into_iter().map(|flat| {
        let kind = read_kind(flat, host, check)?;
        if kind.rules().follows {
            return Ok(kind);
        }
        let follow = KINDS.iter().filter(|rules| rules.follows).map(|rules| rules.name).collect::<Vec<_>>();
        Err(format!("`also` takes no `{}`; it takes {}", kind.name(), follow.join(", ")))
    });
    let also = also.collect::<Result<_, String>>()?;
    let name = kind.name();
    if nth == 0 || times == 0 {
        return Err("`nth` and `times` must be at least 1".to_owned());
    }
    if work.is_some() && matches!(kind.rules().work, Work::Always | Work::Never) {
        return Err(format!("whether a fault of kind `{name}` does the work cannot be chosen"));
    }
    if let FaultKind::Refuse { for_s } = kind {
        if host.is_none() || method.is_some() || path.is_some() {
            let sentence = "a fault of kind `refuse` is about connections: it needs `host` and takes neither `method` nor `path`";
            return Err(sentence.to_owned());
        }
        if for_s.is_some() && (nth, times) != (1, 1) {
            let sentence =
                "a port that is closed with `for_s` counts no connections: leave out `nth` and `times`";
            return Err(sentence.to_owned());
        }
    }
    Ok(Fault { host, method, path, nth, times, work, also, kind })
}

/// Takes a member out; `null` is as good as none.
fn take<T: DeserializeOwned>(flat: &mut Map<String, Value>, name: &str) -> Result<Option<T>, String> {
    let value = flat.remove(name).unwrap_or_default();
    serde_json::from_value(value).map_err(|error| format!("invalid `{name}`: {error}"))
}

fn read_kind(
    mut flat: Map<String, Value>,
    host: Option<Host>,
    check: Check<'_>,
) -> Result<FaultKind, String> {
    flat.retain(|_, value| !value.is_null());
    let name = flat.get("kind").and_then(Value::as_str).unwrap_or_default();
    let Some(rules) = KINDS.iter().find(|rules| rules.name == name) else {
        let names: Vec<String> = KINDS.iter().map(|rules| format!("`{}`", rules.name)).collect();
        return Err(format!("unknown kind `{name}`, expected one of {}", names.join(", ")));
    };
    let Rules { name, members, .. } = *rules;
    if let Some(member) = flat.keys().find(|member| *member != "kind" && !members.contains(&member.as_str()))
    {
        return Err(match members {
            [] => format!("a fault of kind `{name}` takes no `{member}`"),
            some => format!("a fault of kind `{name}` takes no `{member}`; it takes {}", some.join(", ")),
        });
    }
    if flat.contains_key("retry_after") && flat.contains_key("retry_after_date") {
        return Err("`retry_after` and `retry_after_date` are two forms of one header: give one".to_owned());
    }
    let kind = if name == "switches" {
        let (Some(host), Some(switches)) = (host, flat.get("switches")) else {
            return Err("a fault of kind `switches` needs `host` and `switches`".to_owned());
        };
        FaultKind::Switches(check(host, switches).map_err(|error| error.to_string())?)
    } else {
        for needed in ["status", "every_s", "coding"].iter().filter(|needed| members.contains(needed)) {
            let optional = matches!(name, "html" | "edit");
            if !optional && !flat.contains_key(*needed) {
                return Err(format!("a fault of kind `{name}` needs `{needed}`"));
            }
        }
        serde_json::from_value(Value::Object(flat)).map_err(|error| error.to_string())?
    };
    problem(&kind).map_or(Ok(kind), Err)
}

/// What is wrong with the values of a kind.
fn problem(kind: &FaultKind) -> Option<String> {
    let (status, headers) = match kind {
        FaultKind::Status { status, headers, .. } => (Some(*status), Some(headers)),
        FaultKind::Edit(edit) => (edit.status, Some(&edit.headers)),
        FaultKind::Html { status } => (Some(*status), None),
        _ => (None, None),
    };
    if status.is_some_and(|status| !(200..=599).contains(&status)) {
        return Some("`status` must be 200 to 599".to_owned());
    }
    if let Some(problem) = headers.and_then(super::Headers::problem) {
        return Some(problem);
    }
    let (name, seconds) = match kind {
        FaultKind::Refuse { for_s: Some(seconds) } | FaultKind::Stall { for_s: Some(seconds), .. } => {
            ("for_s", *seconds)
        }
        FaultKind::Drip { every_s, .. } => ("every_s", *every_s),
        _ => return None,
    };
    let least = if name == "every_s" { 0.001 } else { 0.0 };
    (!(least..1e9).contains(&seconds)).then(|| format!("`{name}` must be a number of seconds from {least}"))
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::kit::faults::Fault;
    use crate::kit::faults::kind::KINDS;

    fn value() -> impl Strategy<Value = Value> {
        let odd = prop_oneof![
            Just("/x"),
            Just("storage"),
            Just("gzip"),
            Just("replace"),
            Just("honoured"),
            Just("GET")
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0_u64..700).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            odd.prop_map(Value::from),
            "[ -~]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            let names =
                prop_oneof![Just("op"), Just("path"), Just("raw"), Just("kind"), Just("latin1"), Just("X-A")];
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Value::from),
                btree_map(names.prop_map(str::to_owned), inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn members() -> impl Strategy<Value = Vec<(String, Value)>> {
        let all: Vec<&str> = KINDS.iter().flat_map(|rules| rules.members).copied().collect();
        let which = ["host", "method", "path", "nth", "times", "work", "also"];
        vec((proptest::sample::select([all, which.to_vec()].concat()).prop_map(str::to_owned), value()), 0..4)
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(kind in 0..KINDS.len(), members in members()) {
            let mut fault = json!({"kind": KINDS[kind].name});
            for (name, value) in members {
                fault[name] = value;
            }
            if let Ok(fault) = serde_json::from_value::<Fault>(fault) {
                let again = serde_json::to_value(&fault).expect("JSON");
                prop_assert_eq!(serde_json::from_value::<Fault>(again).expect("a fault"), fault);
            }
        }

        #[test]
        fn no_text_breaks_the_reader(text in "[\\[\\]{}\",:a-z0-9 -]{0,40}") {
            let _ = serde_json::from_str::<Vec<Fault>>(&text);
        }
    }
}
