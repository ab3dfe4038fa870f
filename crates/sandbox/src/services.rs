//! The services of a sandbox. One more is a module of its own and a name in the list at the end of this file.

use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Deserialize as FromJson, Serialize};
use serde_json::{Map, Value};

use crate::kit::{
    Fault, FaultKind, Host, SandboxState, Seed, Service,
    coding::ResponseSwitches,
    switches::{SwitchChange, SwitchError, changed},
};
use crate::storage::{self, Storage};
use crate::{musescore, soundcloud, soundslice, soundstripe};

/// Where a host can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[non_exhaustive]
pub struct BaseUrl {
    /// `http://127.0.0.1:PORT`, with a slash at the end where paths are appended to it.
    pub base_url: String,
}

/// From the names of the services: those whose ports come before the storage's, then those whose ports come after it.
macro_rules! services {
    ($($first:ident)*; $($rest:ident)*) => {
        /// Every switch, grouped by service.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, FromJson)]
        #[serde(deny_unknown_fields)]
        #[non_exhaustive]
        pub struct Switches {
            /// Every response of every service.
            pub responses: ResponseSwitches,
            /// How object storage hands out presigned URLs.
            pub storage: storage::Switches,
            $(
                /// The service of this name.
                pub $first: $first::Switches,
            )*
            $(
                /// The service of this name.
                pub $rest: $rest::Switches,
            )*
        }

        impl Switches {
            /// The switches after a change that names only some of them: `{"soundslice": {"bad_credentials": "401"}}`.
            ///
            /// # Errors
            ///
            /// A sentence that says what exists, if the change names an unknown service or switch or an impossible value.
            pub fn with(&self, change: &Value) -> Result<Self, SwitchError> {
                let Value::Object(change) = change else {
                    return Err(SwitchError("switches must be an object of services, each an object of switches".into()));
                };
                let mut all = self.clone();
                for (service, change) in change {
                    match service.as_str() {
                        "responses" => all.responses = changed(service, &all.responses, change)?,
                        "storage" => all.storage = changed(service, &all.storage, change)?,
                        $(stringify!($first) => all.$first = changed(service, &all.$first, change)?,)*
                        $(stringify!($rest) => all.$rest = changed(service, &all.$rest, change)?,)*
                        _ => {
                            let names = ["responses", "storage", $(stringify!($first),)* $(stringify!($rest),)*];
                            let there_are = names.join(", ");
                            return Err(SwitchError(format!("there is no service `{service}`; there are: {there_are}")));
                        }
                    }
                }
                Ok(all)
            }
        }

        /// URLs and credentials of a running sandbox; serialised, the line that `segno-sandbox --json` prints.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
        #[non_exhaustive]
        pub struct Description {
            /// Clock, switches, faults, log and effects, over HTTP.
            pub control: BaseUrl,
            $(
                /// The service of this name, first account.
                pub $first: $first::Access,
            )*
            /// Object storage behind presigned URLs.
            pub storage: BaseUrl,
            $(
                /// The service of this name, first account.
                pub $rest: $rest::Access,
            )*
        }

        /// Every service of a sandbox, with its state.
        pub(crate) struct Services {
            storage: Arc<Storage>,
            $(pub(crate) $first: Arc<$first::Service>,)*
            $(pub(crate) $rest: Arc<$rest::Service>,)*
        }

        impl Services {
            pub(crate) fn new(seed: Seed, sandbox: &Arc<SandboxState>, switches: Switches) -> Self {
                let storage = Arc::new(Storage::new(seed, sandbox, switches.storage));
                Self {
                    $($first: Arc::new($first::Service::new(seed, sandbox, &storage, switches.$first)),)*
                    $($rest: Arc::new($rest::Service::new(seed, sandbox, &storage, switches.$rest)),)*
                    storage,
                }
            }

            /// All of them, by the name that the control port has for them. Storage comes first: the others put objects there.
            pub(crate) fn all(&self) -> Vec<(&'static str, Arc<dyn Service>)> {
                vec![
                    ("storage", Arc::<Storage>::clone(&self.storage)),
                    $((stringify!($first), Arc::<$first::Service>::clone(&self.$first)),)*
                    $((stringify!($rest), Arc::<$rest::Service>::clone(&self.$rest)),)*
                ]
            }

            pub(crate) fn description(&self, sandbox: &SandboxState) -> Description {
                Description {
                    control: BaseUrl { base_url: sandbox.origin(Host::CONTROL) },
                    $($first: self.$first.access(),)*
                    storage: BaseUrl { base_url: sandbox.origin(Host::STORAGE) + "/" },
                    $($rest: self.$rest.access(),)*
                }
            }

            /// The switches as they stand.
            pub(crate) fn switches(&self, sandbox: &SandboxState) -> Switches {
                Switches {
                    responses: (*sandbox.responses.standing()).clone(),
                    storage: (*self.storage.switches.standing()).clone(),
                    $($first: (*self.$first.switches.standing()).clone(),)*
                    $($rest: (*self.$rest.switches.standing()).clone(),)*
                }
            }

            pub(crate) fn set_switches(&self, sandbox: &SandboxState, switches: Switches) {
                sandbox.responses.set(switches.responses);
                self.storage.switches.set(switches.storage);
                $(self.$first.switches.set(switches.$first);)*
                $(self.$rest.switches.set(switches.$rest);)*
            }
        }

        impl Host {
            /// Every host, in the order of the ports.
            pub const ALL: &'static [Self] = &{
                const HOSTS: &[&[Host]] =
                    &[&[Host::CONTROL], $($first::HOSTS,)* storage::HOSTS, $($rest::HOSTS),*];
                let mut all = [Self::CONTROL; 2 $(+ $first::HOSTS.len())* $(+ $rest::HOSTS.len())*];
                let (mut last, mut count) = (false, 0);
                loop {
                    let mut group = 0;
                    while group < HOSTS.len() {
                        let mut host = 0;
                        while host < HOSTS[group].len() {
                            if HOSTS[group][host].last == last {
                                all[count] = HOSTS[group][host];
                                count += 1;
                            }
                            host += 1;
                        }
                        group += 1;
                    }
                    if last {
                        break;
                    }
                    last = true;
                }
                all
            };
        }

        impl SwitchChange {
            /// A change of the switches of the service that this host belongs to: an object with some of them.
            ///
            /// # Errors
            ///
            /// A sentence that says what exists, if the change names an unknown switch or an impossible value, or if the
            /// host has no switches.
            pub fn new(host: Host, switches: &Value) -> Result<Self, SwitchError> {
                let good = match host {
                    $(host if $first::HOSTS.contains(&host) => {
                        changed(stringify!($first), &$first::Switches::default(), switches).map(drop)
                    })*
                    $(host if $rest::HOSTS.contains(&host) => {
                        changed(stringify!($rest), &$rest::Switches::default(), switches).map(drop)
                    })*
                    _ => Err(SwitchError(format!("`{host}` has no switches"))),
                };
                good.map(|()| Self::checked(switches))
            }
        }

        /// What is public of the services.
        pub(crate) mod public {
            pub use crate::storage::Switches as StorageSwitches;
            $(pub use crate::$first::public::*;)*
            $(pub use crate::$rest::public::*;)*
        }
    };
}

impl Fault {
    /// Other switches of the host's service for the request that is hit: `Fault::switches(Host::SOUNDCLOUD, &json!({"pages":
    /// "repeated"}))`.
    ///
    /// # Errors
    ///
    /// See [`SwitchChange::new`].
    pub fn switches(host: Host, switches: &Value) -> Result<Self, SwitchError> {
        Ok(Self::new(FaultKind::Switches(SwitchChange::new(host, switches)?)).on(host))
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flat = Map::deserialize(deserializer)?;
        Self::from_json(flat, &|host, switches| SwitchChange::new(host, switches)).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::ALL.iter().copied().find(|host| host.name() == name).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|host| host.name()).collect();
            D::Error::custom(format!("unknown host `{name}`, expected one of {}", names.join(", ")))
        })
    }
}

services!(soundslice; soundstripe soundcloud musescore);
