//! ZIP archives that hold a score, within limits.

use std::io::{BufRead, BufReader, Cursor as Bytes, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::{Error, Limit};
use crate::options::{Limits, Options};

/// Where the table of contents stands (MusicXML 4.0, "Compressed .mxl files"); MuseScore has it at the same place.
pub(crate) const CONTAINER: &str = "META-INF/container.xml";

/// The table of contents is at most this long.
const MAX_CONTAINER_BYTES: u64 = 1 << 20;

/// Text of up to this many bytes may be compressed as well as it can be.
const MAX_UNSUSPECTED: u64 = 16 << 20;

/// How much of the decompressed score is held at a time.
const BUFFER: usize = 64 << 10;

/// An archive that is held whole.
pub(crate) struct Archive<'a> {
    zip: ZipArchive<Bytes<&'a [u8]>>,
    /// The files in it.
    pub(crate) names: Vec<String>,
}

impl<'a> Archive<'a> {
    pub(crate) fn open(bytes: &'a [u8], options: &Options) -> Result<Self, Error> {
        let zip = ZipArchive::new(Bytes::new(bytes)).map_err(refused)?;
        if zip.len() > options.limits.entries {
            let allowed = options.limits.entries as u64;
            return Err(Error::Limit { at: None, limit: Limit::Entries, allowed });
        }
        let names = zip.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned).collect();
        Ok(Self { zip, names })
    }

    /// Reads a file out of the archive as it is decompressed; it is never held whole.
    pub(crate) fn read<T>(
        &mut self,
        name: &str,
        limits: &Limits,
        read: impl FnOnce(&mut dyn BufRead) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let file = self.zip.by_name(name).map_err(refused)?;
        let Limits { bytes, ratio, .. } = *limits;
        let dense = file.compressed_size().saturating_mul(ratio).max(MAX_UNSUSPECTED);
        // By what the archive says of itself, before anything is decompressed; more than it says is never read from it.
        if file.size() > dense.min(bytes) {
            let (limit, allowed) = if dense < bytes { (Limit::Ratio, ratio) } else { (Limit::Bytes, bytes) };
            return Err(member(name, Error::Limit { at: None, limit, allowed }));
        }
        read(&mut BufReader::with_capacity(BUFFER, file)).map_err(|error| match error {
            Error::Io(error) => Error::Archive { what: format!("{name}: {error}") },
            error => member(name, error),
        })
    }

    /// The text of the table of contents.
    pub(crate) fn container(&mut self, name: &str, limits: &Limits) -> Result<impl BufRead, Error> {
        let file = self.zip.by_name(name).map_err(refused)?;
        Ok(BufReader::new(file.take(limits.bytes.min(MAX_CONTAINER_BYTES) + 1)))
    }
}

pub(crate) fn container_limits(limits: &Limits) -> Limits {
    Limits { bytes: limits.bytes.min(MAX_CONTAINER_BYTES), ..limits.clone() }
}

/// An error in a file of an archive.
pub(crate) fn member(file: &str, error: Error) -> Error {
    Error::Member { file: file.to_owned(), error: Box::new(error) }
}

fn refused(error: ZipError) -> Error {
    Error::Archive { what: error.to_string() }
}
