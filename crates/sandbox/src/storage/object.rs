//! A stored object.

use std::time::SystemTime;

use crate::kit::Spool;

/// Bytes with their tag and date; a clone shares the bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Object {
    pub(crate) content: Spool,
    /// MD5 of the bytes in lower-case hexadecimal: the `ETag` without its quotes.
    pub(crate) md5: String,
    pub(crate) modified: SystemTime,
    /// `None` is sent as `binary/octet-stream`.
    pub(crate) content_type: Option<String>,
}

impl Object {
    /// An object from bytes in memory.
    pub(crate) fn from_bytes(bytes: impl Into<bytes::Bytes>, modified: SystemTime) -> Self {
        let bytes = bytes.into();
        let mut md5 = Md5Hex::default();
        md5.update(&bytes);
        Self { md5: md5.finish(), content: Spool::from_bytes(bytes), modified, content_type: None }
    }

    /// An object from stored bytes of any size.
    pub(crate) fn from_spool(content: Spool, modified: SystemTime) -> std::io::Result<Self> {
        let mut md5 = Md5Hex::default();
        let mut position = 0;
        while position < content.len() {
            let piece = content.read_at(position, 64 * 1024)?;
            if piece.is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            position += piece.len() as u64;
            md5.update(&piece);
        }
        Ok(Self { md5: md5.finish(), content, modified, content_type: None })
    }
}

/// MD5 while bytes arrive.
#[derive(Default)]
pub(super) struct Md5Hex(md5::Md5);

impl Md5Hex {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        use md5::Digest as _;
        self.0.update(bytes);
    }

    pub(super) fn finish(self) -> String {
        use md5::Digest as _;
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
