//! Compressed MusicXML: a ZIP archive with the score and a table of contents.

use std::io::{BufReader, Cursor as Bytes};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::error::{Error, Limit};
use crate::musicxml;
use crate::options::{Limits, Options};
use crate::score::{Format, Score};
use crate::xml::{Cursor, Element, StreamSource, Token};

/// Where the table of contents stands (MusicXML 4.0, "Compressed .mxl files").
const CONTAINER: &str = "META-INF/container.xml";

/// The table of contents is at most this long.
const LONGEST_CONTAINER: u64 = 1 << 20;

/// How much of the decompressed score is held at a time.
const BUFFER: usize = 64 << 10;

/// Reads a compressed MusicXML file.
///
/// The score is decompressed while it is read and never held whole. [`Limits::bytes`] holds for the decompressed
/// text, whatever size the archive claims.
///
/// # Errors
/// [`Error::Archive`] if it is no ZIP archive or holds no score; otherwise as for [`musicxml::read`].
pub fn read_slice(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    let mut archive = ZipArchive::new(Bytes::new(bytes)).map_err(refused)?;
    if archive.len() > options.limits.entries {
        return Err(Error::Limit { at: None, limit: Limit::Entries, allowed: options.limits.entries as u64 });
    }
    let named = root_file(&mut archive, &options.limits)?;
    let (name, inferred) = match named {
        Some(name) => (name, false),
        None => (likely_score(&archive)?, true),
    };
    let file = archive.by_name(&name).map_err(|error| match error {
        ZipError::FileNotFound => Error::Archive { what: format!("it names {name:?}, which is not in it") },
        error => refused(error),
    })?;
    let text = BufReader::with_capacity(BUFFER, file);
    let mut score = musicxml::read(text, options).map_err(|error| match error {
        Error::Io(error) => Error::Archive { what: error.to_string() },
        error => error,
    })?;
    score.format = Format::Mxl;
    if inferred {
        let message = format!("the archive has no usable {CONTAINER}; {name:?} is taken for the score");
        let kind = DiagnosticKind::Inferred;
        score.diagnostics.push(Diagnostic { kind, bar: None, measure: String::new(), offset: 0, message });
    }
    Ok(score)
}

/// The score that the table of contents names; `None` if there is no table, or no score in it.
fn root_file(archive: &mut ZipArchive<Bytes<&[u8]>>, limits: &Limits) -> Result<Option<String>, Error> {
    let file = match archive.by_name(CONTAINER) {
        Ok(file) => file,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(refused(error)),
    };
    let limits = Limits { bytes: limits.bytes.min(LONGEST_CONTAINER), ..limits.clone() };
    let mut cursor = Cursor::new(StreamSource::new(BufReader::new(file), &limits)?, &limits);
    loop {
        match cursor.next()? {
            Token::Open(Element::Rootfile) => {
                let path = cursor.attribute("full-path")?.filter(|path| !path.is_empty());
                let kind = cursor.attribute("media-type")?.unwrap_or_default();
                // Older programs wrote no type, or that of plain XML.
                let score = kind.is_empty() || kind.contains("musicxml") || kind.ends_with("/xml");
                if score && path.is_some() {
                    return Ok(path);
                }
            }
            Token::Open(_) | Token::Close => {}
            Token::End => return Ok(None),
        }
    }
}

/// The first file that is called like a score.
fn likely_score(archive: &ZipArchive<Bytes<&[u8]>>) -> Result<String, Error> {
    let score = |name: &str| {
        let lower = name.to_ascii_lowercase();
        (lower.ends_with(".musicxml") || lower.ends_with(".xml")) && !lower.starts_with("meta-inf/")
    };
    let found =
        archive.file_names().filter_map(Result::ok).find(|name| score(name)).map(|name| name.into_owned());
    found.ok_or_else(|| Error::Archive { what: "there is no score in it".to_owned() })
}

fn refused(error: ZipError) -> Error {
    Error::Archive { what: error.to_string() }
}
