//! The upstream hosts that a sandbox plays.

use std::fmt;

use serde::{Serialize, Serializer};

/// One upstream host. Each has a loopback listener of its own; the order of [`Host::ALL`] is the order of the ports.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Host(&'static str);

impl Host {
    /// The control port: clock, switches, faults, request log, effects.
    pub const CONTROL: Self = Self("control");

    pub(crate) const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name used in the control port's JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Host {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}
