//! Transfers of files: how far they are, and downloads that resume.

pub(crate) mod progress;
