//! The upstream hosts that a sandbox plays.

use std::fmt;

use serde::{Serialize, Serializer};

/// One upstream host. Each has a loopback listener of its own; the order of [`Host::ALL`] is the order of the ports.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("port"))]
pub struct Host {
    name: &'static str,
    /// Whether its port comes after those of all hosts that are not last.
    pub(crate) last: bool,
}

impl Host {
    /// The control port: clock, switches, faults, request log, effects.
    pub const CONTROL: Self = Self::new("control");

    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, last: false }
    }

    /// A host that was added when others had their ports: its own is behind them, so that none of them moves.
    pub(crate) const fn last(name: &'static str) -> Self {
        Self { name, last: true }
    }

    /// The name used in the control port's JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for Host {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}
