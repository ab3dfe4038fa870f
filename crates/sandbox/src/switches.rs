//! Switches: how each service behaves where its documents are silent or disagree.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::coding::ResponseSwitches;
use crate::host::Host;
use crate::{musescore, soundcloud, soundslice, soundstripe, storage};

/// Every switch, grouped by service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Switches {
    /// Every response of every service.
    pub responses: ResponseSwitches,
    /// Object storage.
    pub storage: storage::Switches,
    /// Soundslice.
    pub soundslice: soundslice::Switches,
    /// Soundstripe.
    pub soundstripe: soundstripe::Switches,
    /// SoundCloud.
    pub soundcloud: soundcloud::Switches,
    /// MuseScore.
    pub musescore: musescore::Switches,
}

/// A change of switches that names something unknown or gives a value that a switch does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SwitchError(String);

impl Switches {
    /// The switches after a change that names only some of them: `{"soundslice": {"bad_credentials": "401"}}`.
    ///
    /// # Errors
    ///
    /// A sentence that says what exists, if the change names an unknown service or switch or an impossible value.
    pub fn with(&self, change: &Value) -> Result<Self, SwitchError> {
        let mut all = as_object(self);
        let Value::Object(change) = change else {
            return Err(SwitchError("switches are an object of services, each an object of switches".into()));
        };
        for (service, switches) in change {
            let Some(Value::Object(current)) = all.get_mut(service) else {
                return Err(SwitchError(format!(
                    "there is no service `{service}`; there are: {}",
                    names(&all)
                )));
            };
            let Value::Object(switches) = switches else {
                return Err(SwitchError(format!("the switches of `{service}` are an object")));
            };
            for (switch, value) in switches {
                if !current.contains_key(switch) {
                    let there_are = if current.is_empty() { "none".to_owned() } else { names(current) };
                    return Err(SwitchError(format!(
                        "`{service}` has no switch `{switch}`; there are: {there_are}"
                    )));
                }
                current.insert(switch.clone(), value.clone());
                // One at a time, so that the sentence names the switch at fault.
                serde_json::from_value::<Self>(Value::Object(with(self, service, switch, value))).map_err(
                    |error| SwitchError(format!("`{service}.{switch}` cannot be {value}: {error}")),
                )?;
            }
        }
        serde_json::from_value(Value::Object(all)).map_err(|error| SwitchError(error.to_string()))
    }
}

/// A change of one service's switches that was found good: what a fault puts in force for single requests.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SwitchChange {
    #[serde(skip)]
    service: &'static str,
    switches: Value,
}

impl SwitchChange {
    /// A change of the switches of the service that this host belongs to: an object with some of them.
    ///
    /// # Errors
    ///
    /// A sentence that says what exists, if the change names an unknown switch or an impossible value, or if the host has no
    /// switches.
    pub fn new(host: Host, switches: &Value) -> Result<Self, SwitchError> {
        let service = host.service().ok_or_else(|| SwitchError(format!("`{host}` has no switches")))?;
        let change = Self { service, switches: switches.clone() };
        Switches::default().with(&change.grouped())?;
        Ok(change)
    }

    /// The switches and their values, by name.
    #[must_use]
    pub fn switches(&self) -> &Value {
        &self.switches
    }

    fn grouped(&self) -> Value {
        Value::Object(Map::from_iter([(self.service.to_owned(), self.switches.clone())]))
    }

    /// The standing switches with the change made.
    pub(crate) fn apply(&self, standing: &Switches) -> Switches {
        // No switch depends on another: what was good by the defaults is good now.
        standing.with(&self.grouped()).unwrap_or_else(|_| standing.clone())
    }
}

fn with(switches: &Switches, service: &str, switch: &str, value: &Value) -> Map<String, Value> {
    let mut all = as_object(switches);
    if let Some(Value::Object(group)) = all.get_mut(service) {
        group.insert(switch.to_owned(), value.clone());
    }
    all
}

fn as_object(switches: &Switches) -> Map<String, Value> {
    match serde_json::to_value(switches) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn names(object: &Map<String, Value>) -> String {
    object.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}
