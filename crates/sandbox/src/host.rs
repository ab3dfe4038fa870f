//! The upstream hosts that the sandbox plays.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};

/// One upstream host. Each has a loopback listener of its own; the order of [`Host::ALL`] is the order of the ports.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Host(&'static str);

impl Host {
    /// The control port: clock, switches, faults, request log, effects.
    pub const CONTROL: Self = Self("control");
    /// `www.soundslice.com`, the data API.
    pub const SOUNDSLICE: Self = Self("soundslice");
    /// Object storage behind presigned URLs.
    pub const STORAGE: Self = Self("storage");
    /// `api.soundstripe.com`.
    pub const SOUNDSTRIPE: Self = Self("soundstripe");
    /// `api.soundcloud.com`.
    pub const SOUNDCLOUD: Self = Self("soundcloud");
    /// `secure.soundcloud.com`: authorization and tokens.
    pub const SOUNDCLOUD_AUTH: Self = Self("soundcloud_auth");
    /// `api.musescore.com`: REST and OAuth.
    pub const MUSESCORE: Self = Self("musescore");
    /// `musescore.com`: the pages.
    pub const MUSESCORE_WEB: Self = Self("musescore_web");
    /// `static.musescore.com`: score files.
    pub const MUSESCORE_STATIC: Self = Self("musescore_static");

    /// Every host, in the order of the ports.
    pub const ALL: &'static [Self] = &[
        Self::CONTROL,
        Self::SOUNDSLICE,
        Self::STORAGE,
        Self::SOUNDSTRIPE,
        Self::SOUNDCLOUD,
        Self::SOUNDCLOUD_AUTH,
        Self::MUSESCORE,
        Self::MUSESCORE_WEB,
        Self::MUSESCORE_STATIC,
    ];

    /// The name used in the control port's JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }

    /// The service whose switches decide how this host responds, by its name among the switches.
    pub(crate) fn service(self) -> Option<&'static str> {
        let service = self.0.split('_').next().unwrap_or_default();
        (!matches!(self, Self::CONTROL | Self::STORAGE)).then_some(service)
    }

    pub(crate) fn index(self) -> usize {
        Self::ALL.iter().position(|host| *host == self).unwrap_or_default()
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

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::ALL.iter().copied().find(|host| host.0 == name).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|host| host.0).collect();
            D::Error::custom(format!("unknown host `{name}`, expected one of {}", names.join(", ")))
        })
    }
}
