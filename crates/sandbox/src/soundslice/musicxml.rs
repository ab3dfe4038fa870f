//! MusicXML export: made from the current notation, not the uploaded file.

use std::io::{Cursor, Read};

use http::StatusCode;
use quick_xml::events::{BytesDecl, Event};
use quick_xml::{Reader, Writer};

use super::context::RequestContext;
use super::error::{self, Result};
use super::tune;
use crate::kit::Response;
use crate::storage::Object;

/// Notation larger than this, packed or not, is not read.
const LIMIT: usize = 64 * 1024 * 1024;

/// GET `/slices/SCOREHASH/musicxml/`
pub(super) fn export(context: &mut RequestContext<'_>, name: &str) -> Result {
    // Here a slice that does not exist is 404, not 403.
    if context.store.slice_number(name).is_none() {
        return Err(error::page_not_found());
    }
    let slice = context.slice(name)?;
    let notation = slice.notation.as_ref().ok_or_else(error::page_not_found)?;
    let document = stored(notation)
        .and_then(|text| rewrite(&text))
        .unwrap_or_else(|| tune::empty_score(&slice.name, &slice.artist));
    Ok(Response::new(StatusCode::OK, "application/xml; charset=utf-8", document))
}

/// The MusicXML text in the stored bytes, if there is any.
fn stored(notation: &Object) -> Option<String> {
    let bytes = notation.content.bytes(LIMIT).ok()??;
    if bytes.starts_with(b"PK") { unpack(&bytes).and_then(|bytes| decode(&bytes)) } else { decode(&bytes) }
}

/// The score in an MXL file: the first root file that its container names.
fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut read = |name: &str| {
        let mut content = Vec::new();
        archive.by_name(name).ok()?.take(LIMIT as u64).read_to_end(&mut content).ok()?;
        Some(content)
    };
    let container = decode(&read("META-INF/container.xml")?)?;
    let mut reader = Reader::from_str(&container);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) if element.local_name().as_ref() == "rootfile" => {
                let path = element.try_get_attribute("full-path").ok()??;
                return read(&path.value);
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// Text from UTF-8, or from UTF-16 with a byte order mark, or from Latin-1 if the declaration says so.
fn decode(bytes: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], join: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| join([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok()
    };
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return wide(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return wide(rest, u16::from_be_bytes);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let declaration = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).to_ascii_lowercase();
    if declaration.starts_with("<?xml") && declaration.contains("iso-8859-1") {
        return Some(bytes.iter().map(|byte| char::from(*byte)).collect());
    }
    String::from_utf8(bytes.to_vec()).ok()
}

/// Writes a score anew: one declaration, no document type, comments or white space between elements.
fn rewrite(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None))).ok()?;
    writer.get_mut().push(b'\n');
    let (mut depth, mut root) = (0_u32, false);
    loop {
        let event = reader.read_event().ok()?;
        match &event {
            Event::Start(element) | Event::Empty(element) if depth == 0 => {
                if root || !matches!(element.name().as_ref(), "score-partwise" | "score-timewise") {
                    return None;
                }
                root = true;
                depth += u32::from(matches!(event, Event::Start(_)));
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Decl(_) | Event::DocType(_) | Event::Comment(_) | Event::PI(_) => continue,
            Event::Text(text) if text.trim().is_empty() => continue,
            Event::Eof => break,
            _ => {}
        }
        writer.write_event(event).ok()?;
    }
    if !root || depth != 0 {
        return None;
    }
    String::from_utf8(writer.into_inner()).ok()
}
