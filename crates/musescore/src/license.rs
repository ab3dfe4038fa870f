//! Licences, and what each of them permits.

use std::fmt;

segno_core::open_enum! {
    /// The licence of a score.
    pub enum License: text {
        /// `all-rights-reserved`
        AllRightsReserved = "all-rights-reserved",
        /// `publicdomain`
        PublicDomain = "publicdomain",
        /// `cc-zero`
        CcZero = "cc-zero",
        /// `cc-by`
        CcBy = "cc-by",
        /// `cc-by-sa`
        CcBySa = "cc-by-sa",
        /// `cc-by-nd`
        CcByNd = "cc-by-nd",
        /// `cc-by-nc`
        CcByNc = "cc-by-nc",
        /// `cc-by-nc-sa`
        CcByNcSa = "cc-by-nc-sa",
        /// `cc-by-nc-nd`
        CcByNcNd = "cc-by-nc-nd",
    }
}

impl License {
    /// The nine that the service documents.
    pub const ALL: [Self; 9] = [
        Self::AllRightsReserved,
        Self::PublicDomain,
        Self::CcZero,
        Self::CcBy,
        Self::CcBySa,
        Self::CcByNd,
        Self::CcByNc,
        Self::CcByNcSa,
        Self::CcByNcNd,
    ];

    /// Whether the licence permits it, by the terms of the licences. One that is not known permits to play, as all do, and
    /// no more.
    #[must_use]
    pub fn permits(&self, permission: Permission) -> bool {
        use Permission::{ModifyCommercially, Play, Share, UseCommercially};
        match self {
            Self::AllRightsReserved | Self::Other(_) => permission == Play,
            Self::PublicDomain | Self::CcZero | Self::CcBy | Self::CcBySa => true,
            Self::CcByNd => matches!(permission, Play | Share | UseCommercially),
            Self::CcByNc | Self::CcByNcSa | Self::CcByNcNd => {
                permission != UseCommercially && permission != ModifyCommercially
            }
        }
    }
}

/// What a search asks the licences of its results to permit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Permission {
    /// To play it: every licence does.
    #[default]
    Play,
    /// To share the work: copy it and pass it on.
    Share,
    /// To earn money with it, unchanged.
    UseCommercially,
    /// To change it and use that commercially.
    ModifyCommercially,
}

impl Permission {
    /// The value as it goes over the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Play => "to_play",
            Self::Share => "to_share",
            Self::UseCommercially => "to_use_commercially",
            Self::ModifyCommercially => "to_modify_commercially",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_licence_permits() {
        let table = [
            ("all-rights-reserved", "1000"),
            ("publicdomain", "1111"),
            ("cc-zero", "1111"),
            ("cc-by", "1111"),
            ("cc-by-sa", "1111"),
            ("cc-by-nd", "1110"),
            ("cc-by-nc", "1100"),
            ("cc-by-nc-sa", "1100"),
            ("cc-by-nc-nd", "1100"),
            ("gpl", "1000"),
        ];
        use Permission::{ModifyCommercially, Play, Share, UseCommercially};
        for (word, expected) in table {
            let license = License::from(word);
            assert_eq!(license.as_str(), word);
            let permits: String = [Play, Share, UseCommercially, ModifyCommercially]
                .map(|permission| if license.permits(permission) { '1' } else { '0' })
                .into_iter()
                .collect();
            assert_eq!(permits, expected, "{word}");
        }
        assert_eq!(License::from("gpl"), License::Other("gpl".into()));
    }
}
