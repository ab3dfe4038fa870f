//! Switches: how a service behaves where its documents are silent or disagree.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::mutex::Mutex;

/// A change of switches that names something unknown or gives a value that a switch does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SwitchError(pub(crate) String);

/// A change of one service's switches that was found good: what a fault puts in force for single requests.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SwitchChange {
    switches: Value,
}

impl SwitchChange {
    /// A change that was checked against the switches of the service.
    pub(crate) fn checked(switches: &Value) -> Self {
        Self { switches: switches.clone() }
    }

    /// The switches and their values, by name.
    #[must_use]
    pub fn switches(&self) -> &Value {
        &self.switches
    }
}

/// The switches of one service as they stand, and as they stood at the start.
pub(crate) struct Switchboard<T> {
    standing: Mutex<Arc<T>>,
    first: Arc<T>,
}

impl<T: Clone + Serialize + DeserializeOwned> Switchboard<T> {
    pub(crate) fn new(first: T) -> Self {
        let first = Arc::new(first);
        Self { standing: Mutex::new(Arc::clone(&first)), first }
    }

    pub(crate) fn standing(&self) -> Arc<T> {
        Arc::clone(&self.standing.lock())
    }

    /// The switches for a request whose fault changes some.
    pub(crate) fn with(&self, change: Option<&SwitchChange>) -> Arc<T> {
        let standing = self.standing();
        match change {
            None => standing,
            // No switch depends on another: what was good by the defaults is good now.
            Some(change) => changed("", &*standing, &change.switches).map_or(standing, Arc::new),
        }
    }

    pub(crate) fn set(&self, switches: T) {
        *self.standing.lock() = Arc::new(switches);
    }

    pub(crate) fn reset(&self) {
        *self.standing.lock() = Arc::clone(&self.first);
    }
}

/// The switches of a service after a change that names only some of them.
pub(crate) fn changed<T: Serialize + DeserializeOwned>(
    service: &str,
    standing: &T,
    change: &Value,
) -> Result<T, SwitchError> {
    let Value::Object(change) = change else {
        return Err(SwitchError(format!("the switches of `{service}` must be an object")));
    };
    let mut all = match serde_json::to_value(standing) {
        Ok(Value::Object(all)) => all,
        _ => Map::new(),
    };
    for (switch, value) in change {
        if !all.contains_key(switch) {
            let names: Vec<&str> = all.keys().map(String::as_str).collect();
            let there_are = names.join(", ");
            return Err(SwitchError(format!("`{service}` has no switch `{switch}`; there are: {there_are}")));
        }
        // One at a time, so that the sentence names the switch at fault.
        all.insert(switch.clone(), value.clone());
        serde_json::from_value::<T>(Value::Object(all.clone()))
            .map_err(|error| SwitchError(format!("`{service}.{switch}` cannot be {value}: {error}")))?;
    }
    serde_json::from_value(Value::Object(all)).map_err(|error| SwitchError(error.to_string()))
}
