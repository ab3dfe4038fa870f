//! Compressed MusicXML: a ZIP archive with the score and a table of contents.

use crate::archive::{Archive, CONTAINER, container_limits, member};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::error::Error;
use crate::musicxml;
use crate::options::{Limits, Options};
use crate::score::{Format, Score};
use crate::xml::{Cursor, Element, StreamSource, Token};

/// Reads a compressed MusicXML file.
///
/// The score is decompressed while it is read and never held whole. [`Limits::bytes`] holds for the decompressed
/// text, whatever size the archive claims.
///
/// ```
/// use segno_score::{Error, Options, mxl};
///
/// let error = mxl::read_slice(b"PK, but no archive", &Options::new()).unwrap_err();
/// assert!(matches!(error, Error::Archive { .. }));
/// ```
///
/// # Errors
/// [`Error::Archive`] if it is not a ZIP archive or holds no score; [`Error::Member`] if a file in it cannot be read, for
/// the reasons of [`musicxml::read`].
pub fn read_slice(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    let mut archive = Archive::open(bytes, options)?;
    let (name, diagnostic) = score_name(&mut archive, &options.limits)?;
    let mut score = archive.read(&name, &options.limits, |text| musicxml::read(text, options))?;
    score.format = Format::Mxl;
    if let Some(message) = diagnostic {
        let kind = DiagnosticKind::Inferred;
        score.diagnostics.push(Diagnostic { kind, bar: None, measure: String::new(), offset: 0, message });
    }
    Ok(score)
}

/// Which file is the score, and what there is to say about the choice.
fn score_name(archive: &mut Archive<'_>, limits: &Limits) -> Result<(String, Option<String>), Error> {
    let names = &archive.names.clone();
    // Somebody may have packed the folder that the archive was unpacked into.
    let container = names.iter().find(|name| *name == CONTAINER).or_else(|| {
        names.iter().find(|name| name.strip_suffix(CONTAINER).is_some_and(|folder| folder.ends_with('/')))
    });
    let scores: Vec<&String> = names.iter().filter(|name| is_score(name)).collect();
    let only = || scores.first().map(|&only| only.clone());
    let Some(container) = container else {
        let name = only().ok_or_else(|| Error::Archive {
            what: "expected a file named *.musicxml or *.xml, found no such file".to_owned(),
        })?;
        let diagnostic = format!("the archive has no {CONTAINER}; {name:?} is taken for the score");
        return Ok((name, Some(diagnostic)));
    };
    let path = match (root_file(archive, container, limits), scores.as_slice()) {
        (Ok(Some(path)), _) => path,
        (Ok(None), _) => {
            let what = format!(
                "{container} names no score, and the archive holds no file named *.musicxml or *.xml"
            );
            let name = only().ok_or(Error::Archive { what })?;
            return Ok((name.clone(), Some(format!("{container} names no score; {name:?} is taken for it"))));
        }
        (Err(error), &[only]) => {
            let diagnostic =
                format!("{container} cannot be read ({error}); {only:?}, the only score, is taken");
            return Ok((only.clone(), Some(diagnostic)));
        }
        (Err(error), _) => return Err(member(container, error)),
    };
    let folder = container.strip_suffix(CONTAINER).unwrap_or_default();
    if let Some(exact) = names.iter().find(|name| name.strip_prefix(folder) == Some(path.as_str())) {
        let diagnostic =
            (!folder.is_empty()).then(|| format!("{container} is not where it belongs but counts"));
        return Ok((exact.clone(), diagnostic));
    }
    let meant = names.iter().find(|name| same_path(name.strip_prefix(folder).unwrap_or(name), &path));
    if let Some(meant) = meant {
        return Ok((meant.clone(), Some(format!("{container} names {path:?}; {meant:?} is meant"))));
    }
    match scores.as_slice() {
        &[only] => {
            let diagnostic =
                format!("{container} names {path:?}, which is not there; {only:?}, the only score, is taken");
            Ok((only.clone(), Some(diagnostic)))
        }
        _ => Err(Error::Archive { what: format!("{container} names {path:?}, which is not in the archive") }),
    }
}

/// The score that the table of contents names; `None` if it names none.
fn root_file(archive: &mut Archive<'_>, container: &str, limits: &Limits) -> Result<Option<String>, Error> {
    let limits = container_limits(limits);
    let mut cursor =
        Cursor::new(StreamSource::new(archive.container(container, &limits)?, &limits)?, &limits);
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

/// Whether a file is called like a score. What macOS adds to each file is called like it, too, but is not a score.
fn is_score(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit('/').next().unwrap_or_default();
    (last.ends_with(".musicxml") || last.ends_with(".xml"))
        && !last.starts_with("._")
        && !lower.split('/').any(|folder| folder == "__macosx" || folder == "meta-inf")
}

/// Whether a table of contents means the file `name` by `path`: with `./` or `/` before it, with backslashes, in the
/// escapes of a URL, in another case, or with accents as letters of their own.
fn same_path(name: &str, path: &str) -> bool {
    let plain = |path: &str| -> String {
        let path = path.replace('\\', "/");
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        parts.join("/").chars().flat_map(char::to_lowercase).collect()
    };
    let composed = |path: &str| -> String { decompose(&plain(path)) };
    let unescaped = unescape(path);
    [path, unescaped.as_str()].iter().any(|path| composed(name) == composed(path))
}

/// The text with `%20` and the like as characters; as it is if that makes no text.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|_| first == b'%').and_then(|code| core::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// The text with each accented Latin letter as a letter and its accent.
fn decompose(text: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfd(text).collect()
}
