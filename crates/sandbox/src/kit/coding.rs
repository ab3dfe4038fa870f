//! Content codings of responses (RFC 9110 section 8.4).

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use http::header::{ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, ETAG, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::response::{Response, ResponseBody};
use super::spool::SpoolWriter;

/// Bodies are coded in pieces of this size.
const PIECE: usize = 64 * 1024;

/// How the body of a response is coded, as `Content-Encoding` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Coding {
    /// The gzip format of RFC 1952.
    Gzip,
    /// Deflate in the zlib format, as RFC 9110 has it.
    Deflate,
    /// Deflate without the zlib format, announced as `deflate`, as some servers send it.
    RawDeflate,
    /// Brotli, RFC 7932: a valid stream that does not compress.
    Br,
}

/// How far a service heeds `Accept-Encoding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AcceptEncoding {
    /// A response is coded if the request names the coding.
    #[default]
    Honoured,
    /// Every response is coded.
    Ignored,
}

/// How responses of every host but the control port are sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ResponseSwitches {
    /// The coding of every body: documents, errors, tokens and files.
    pub coding: Option<Coding>,
    /// Whether the request has a say in it.
    pub accept_encoding: AcceptEncoding,
}

impl Coding {
    /// The name in headers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate | Self::RawDeflate => "deflate",
            Self::Br => "br",
        }
    }

    /// Whether a request asks for this coding.
    fn is_accepted(self, request: &HeaderMap) -> bool {
        let mut any = false;
        for value in request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()) {
            for item in value.split(',') {
                let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
                let weight = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f64>);
                let wanted = weight.is_ok_and(|weight| weight > 0.0);
                match name.trim() {
                    "*" => any = wanted,
                    name if name.trim_start_matches("x-").eq_ignore_ascii_case(self.name()) => return wanted,
                    _ => {}
                }
            }
        }
        any
    }

    /// Codes a response that has a body, is not coded yet and is not a part of something.
    pub(crate) fn apply(
        self,
        accept: AcceptEncoding,
        request: &HeaderMap,
        mut response: Response,
    ) -> Response {
        let wanted = accept == AcceptEncoding::Ignored || self.is_accepted(request);
        let bodiless = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED, StatusCode::PARTIAL_CONTENT];
        if !wanted
            || response.body.is_empty()
            || response.headers.contains_key(CONTENT_ENCODING)
            || bodiless.contains(&response.status)
        {
            return response;
        }
        response.body = match self.coded(response.body) {
            Ok(body) => body,
            Err(error) => {
                return Response::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.to_string());
            }
        };
        // The coded bytes are another representation: another tag, and no ranges of it.
        let tag = response
            .headers
            .get(ETAG)
            .and_then(|tag| tag.to_str().ok()?.strip_suffix('"').map(str::to_owned));
        if let Some(tag) = tag {
            response = response.header(ETAG, &format!("{tag}-{}\"", self.name()));
        }
        response.headers.remove(ACCEPT_RANGES);
        response.headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
        response.header(CONTENT_ENCODING, self.name())
    }

    fn coded(self, body: ResponseBody) -> io::Result<ResponseBody> {
        let mut encoder = Encoder::new(self);
        match body {
            ResponseBody::Bytes(bytes) => {
                let mut coded = encoder.push(&bytes)?;
                coded.extend(encoder.finish()?);
                Ok(ResponseBody::Bytes(coded.into()))
            }
            ResponseBody::Stored(spool, mut range) => {
                let mut writer = SpoolWriter::default();
                while !range.is_empty() {
                    let max = usize::try_from(range.end - range.start).unwrap_or(PIECE).min(PIECE);
                    let piece = spool.read_at(range.start, max)?;
                    if piece.is_empty() {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    range.start += piece.len() as u64;
                    writer.write(&encoder.push(&piece)?)?;
                }
                writer.write(&encoder.finish()?)?;
                let spool = writer.finish();
                let all = 0..spool.len();
                Ok(ResponseBody::Stored(spool, all))
            }
            ResponseBody::Pieces(mut pieces) => {
                let mut encoder = Some(encoder);
                // Writing to memory does not fail.
                let next = move || loop {
                    let coded = match pieces.next() {
                        Some(piece) => encoder.as_mut()?.push(&piece).ok()?,
                        None => encoder.take()?.finish().ok()?,
                    };
                    if !coded.is_empty() {
                        return Some(Bytes::from(coded));
                    }
                };
                Ok(ResponseBody::Pieces(Box::new(std::iter::from_fn(next))))
            }
        }
    }
}

enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
    RawDeflate(DeflateEncoder<Vec<u8>>),
    /// Uncompressed meta-blocks only (RFC 7932 section 9.2); whether the first was written.
    Br(bool),
}

impl Encoder {
    fn new(coding: Coding) -> Self {
        let level = Compression::default();
        match coding {
            Coding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), level)),
            Coding::Deflate => Self::Deflate(ZlibEncoder::new(Vec::new(), level)),
            Coding::RawDeflate => Self::RawDeflate(DeflateEncoder::new(Vec::new(), level)),
            Coding::Br => Self::Br(false),
        }
    }

    /// Codes a piece; what is ready to be sent.
    fn push(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(encoder) => encoder.write_all(bytes).map(|()| std::mem::take(encoder.get_mut())),
            Self::Deflate(encoder) => encoder.write_all(bytes).map(|()| std::mem::take(encoder.get_mut())),
            Self::RawDeflate(encoder) => encoder.write_all(bytes).map(|()| std::mem::take(encoder.get_mut())),
            Self::Br(begun) => {
                let mut coded = Vec::with_capacity(bytes.len() + 8);
                for block in bytes.chunks(PIECE) {
                    // From the lowest bit: the window size (once, one 0: 16 bits), not the last block (0), four nibbles (00)
                    // of length less one, uncompressed (1); the rest of the last byte is not used.
                    let length = (block.len() as u32 - 1) << 3 | 1 << 19;
                    let head = if std::mem::replace(begun, true) { length } else { length << 1 };
                    coded.extend_from_slice(&head.to_le_bytes()[..3]);
                    coded.extend_from_slice(block);
                }
                Ok(coded)
            }
        }
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Deflate(encoder) => encoder.finish(),
            Self::RawDeflate(encoder) => encoder.finish(),
            // The last block, which is empty: 11.
            Self::Br(true) => Ok(vec![3]),
            Self::Br(false) => Ok(vec![6]),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::ACCEPT_ENCODING;

    use super::{Coding, Encoder};

    #[test]
    fn a_request_has_its_say() {
        let accepts = |value: &'static str| {
            let headers: HeaderMap =
                [(ACCEPT_ENCODING, value.parse().expect("a value"))].into_iter().collect();
            Coding::Gzip.is_accepted(&headers)
        };
        for yes in ["gzip", "br, gzip", "GZIP;q=0.5", "x-gzip", "*", "deflate, *;q=0.1"] {
            assert!(accepts(yes), "{yes}");
        }
        for no in ["identity", "br", "gzip;q=0", "*, gzip;q=0.0", "*;q=0", ""] {
            assert!(!accepts(no), "{no}");
        }
        assert!(!Coding::Gzip.is_accepted(&HeaderMap::new()));
    }

    /// Read back as `hello` by the reference decoder, `brotli -d`.
    #[test]
    fn brotli_by_hand() {
        let mut encoder = Encoder::new(Coding::Br);
        let mut coded = encoder.push(b"hello").expect("memory");
        coded.extend(encoder.finish().expect("memory"));
        assert_eq!(coded, b"\x40\x00\x10hello\x03");
    }
}
