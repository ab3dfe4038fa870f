//! The upstream hosts that the sandbox plays.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One upstream host. Each has a loopback listener of its own; the order is the order of the ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Host {
    /// The control port: clock, switches, faults, request log, effects.
    Control,
    /// `www.soundslice.com`, the data API.
    Soundslice,
    /// Object storage behind presigned URLs.
    Storage,
    /// `api.soundstripe.com`.
    Soundstripe,
    /// `api.soundcloud.com`.
    Soundcloud,
    /// `secure.soundcloud.com`: authorization and tokens.
    SoundcloudAuth,
    /// `api.musescore.com`: REST and OAuth.
    Musescore,
    /// `musescore.com`: the pages.
    MusescoreWeb,
    /// `static.musescore.com`: score files.
    MusescoreStatic,
}

impl Host {
    /// Every host, in the order of the ports.
    pub const ALL: [Self; 9] = [
        Self::Control,
        Self::Soundslice,
        Self::Storage,
        Self::Soundstripe,
        Self::Soundcloud,
        Self::SoundcloudAuth,
        Self::Musescore,
        Self::MusescoreWeb,
        Self::MusescoreStatic,
    ];

    /// The name used in the control port's JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Soundslice => "soundslice",
            Self::Storage => "storage",
            Self::Soundstripe => "soundstripe",
            Self::Soundcloud => "soundcloud",
            Self::SoundcloudAuth => "soundcloud_auth",
            Self::Musescore => "musescore",
            Self::MusescoreWeb => "musescore_web",
            Self::MusescoreStatic => "musescore_static",
        }
    }

    /// The service whose switches decide how this host answers, by its name among the switches.
    pub(crate) fn service(self) -> Option<&'static str> {
        match self {
            Self::Control | Self::Storage => None,
            Self::Soundslice => Some("soundslice"),
            Self::Soundstripe => Some("soundstripe"),
            Self::Soundcloud | Self::SoundcloudAuth => Some("soundcloud"),
            Self::Musescore | Self::MusescoreWeb | Self::MusescoreStatic => Some("musescore"),
        }
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
