//! Licences and what they permit.

/// Every licence there is.
const ALL: [&str; 9] = [
    DEFAULT,
    "publicdomain",
    "cc-zero",
    "cc-by",
    "cc-by-sa",
    "cc-by-nd",
    "cc-by-nc",
    "cc-by-nc-sa",
    "cc-by-nc-nd",
];

pub(super) const DEFAULT: &str = "all-rights-reserved";

/// The licence of this name.
pub(super) fn named(name: &str) -> Option<&'static str> {
    ALL.into_iter().find(|license| *license == name)
}

/// What a search may ask of a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permits {
    Play,
    Share,
    UseCommercially,
    ModifyCommercially,
}

impl Permits {
    /// The parameter of a search; what is unknown counts as `to_play`.
    pub(super) fn read(text: &str) -> Self {
        match text {
            "to_share" => Self::Share,
            "to_use_commercially" => Self::UseCommercially,
            "to_modify_commercially" => Self::ModifyCommercially,
            _ => Self::Play,
        }
    }

    pub(super) fn pass(self, license: &str) -> bool {
        let reserved = license == DEFAULT;
        let noncommercial = license.contains("-nc");
        let no_derivatives = license.ends_with("-nd");
        match self {
            Self::Play => true,
            Self::Share => !reserved,
            Self::UseCommercially => !reserved && !noncommercial,
            Self::ModifyCommercially => !reserved && !noncommercial && !no_derivatives,
        }
    }
}
