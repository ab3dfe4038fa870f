//! Who runs a job, and so what its user is told to do when it stops.

use std::fmt::Display;

use crate::failure::Failure;

/// Who runs a job: the options that its user has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `segno sync`.
    #[default]
    Sync,
    /// `segno batch`, before it has a job for the line of its list.
    Batch,
    /// `segno batch`, for the job of this number.
    Job(i64),
}

impl Runner {
    /// A slice or recording that an earlier run made is gone, or is not what it was.
    pub(super) fn anew(self) -> String {
        match self {
            Self::Sync => "--again makes a new one".to_owned(),
            Self::Batch => "`segno batch retry JOB --again` makes a new one".to_owned(),
            Self::Job(job) => format!("`segno batch retry {job} --again` makes a new one"),
        }
    }

    /// A step after the slice was made has failed.
    pub(super) fn goes_on(self, slice: impl Display) -> String {
        match self {
            Self::Sync => format!("the slice is {slice}; run the same command again to go on"),
            Self::Batch | Self::Job(_) => format!("the slice is {slice}"),
        }
    }

    /// The slice has other notation.
    pub(super) fn other_notation(self) -> String {
        match self {
            Self::Sync => {
                "--replace-notation puts this score in its place, --keep-notation leaves it".to_owned()
            }
            Self::Batch | Self::Job(_) => format!("put its own back, or {}", self.anew()),
        }
    }

    /// One of several slices may be the one that an earlier run made.
    pub(super) fn choose_slice(self, slices: &str) -> String {
        match self {
            Self::Sync => {
                format!("an earlier run may have made one of the slices {slices}; go on with --slice HASH")
            }
            Self::Batch | Self::Job(_) => format!(
                "an earlier run may have made one of the slices {slices}; delete those that are empty and not wanted, and {}",
                self.anew()
            ),
        }
    }

    /// A slice is in another folder than the one that is asked for now.
    pub(super) fn other_folder(self, slice: impl Display) -> String {
        let moved = format!("move it with `segno soundslice slice move {slice} FOLDER`");
        match self {
            Self::Sync => format!("leave --folder out and {moved}, or add --again to make another"),
            Self::Batch | Self::Job(_) => format!("leave the folder out and {moved}, or {}", self.anew()),
        }
    }

    /// The recording cannot be listened to.
    #[cfg(feature = "align")]
    pub(super) fn without_listening(self) -> &'static str {
        match self {
            Self::Sync => {
                "give the seconds of the bar lines with --beats FILE, or --guess to take the score's own tempo"
            }
            Self::Batch | Self::Job(_) => {
                "give a file with the seconds of the bar lines in the column points, or --guess to take the score's own tempo"
            }
        }
    }

    /// The score is of a format that Soundslice does not take.
    pub(super) fn other_score(self, failure: Failure) -> Failure {
        match self {
            Self::Sync => failure.advice("or, if a slice has the notation, add --slice HASH --keep-notation"),
            Self::Batch | Self::Job(_) => failure,
        }
    }
}
