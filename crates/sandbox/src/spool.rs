//! Bytes of any size: small ones in memory, large ones in a temporary file that vanishes with them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use bytes::Bytes;

use crate::guarded::Guarded;

/// Up to this size bytes stay in memory.
const IN_MEMORY: usize = 256 * 1024;

/// Stored bytes; a clone shares them.
#[derive(Clone, Debug)]
pub(crate) struct Spool(Arc<Store>);

#[derive(Debug)]
enum Store {
    Memory(Bytes),
    File { file: Guarded<File>, len: u64 },
}

impl Spool {
    pub(crate) fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Arc::new(Store::Memory(bytes.into())))
    }

    pub(crate) fn len(&self) -> u64 {
        match &*self.0 {
            Store::Memory(bytes) => bytes.len() as u64,
            Store::File { len, .. } => *len,
        }
    }

    /// At most `max` bytes from `offset`; fewer only at the end.
    pub(crate) fn read_at(&self, offset: u64, max: usize) -> io::Result<Bytes> {
        match &*self.0 {
            Store::Memory(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let end = start.saturating_add(max).min(bytes.len());
                Ok(bytes.slice(start..end))
            }
            Store::File { file, .. } => {
                let mut file = file.lock();
                file.seek(SeekFrom::Start(offset))?;
                let mut bytes = Vec::with_capacity(max);
                (&mut *file).take(max as u64).read_to_end(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }

    /// All bytes, if there are at most `limit`.
    pub(crate) fn bytes(&self, limit: usize) -> io::Result<Option<Bytes>> {
        if self.len() > limit as u64 { Ok(None) } else { self.read_at(0, limit).map(Some) }
    }

    /// A reader over the bytes with a position of its own.
    pub(crate) fn reader(&self) -> SpoolReader {
        SpoolReader { spool: self.clone(), position: 0 }
    }
}

/// Reads a spool from any position.
pub(crate) struct SpoolReader {
    spool: Spool,
    position: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.spool.read_at(self.position, buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }
}

impl Seek for SpoolReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.spool.len().checked_add_signed(by),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

/// Takes bytes as they arrive.
#[derive(Default)]
pub(crate) struct SpoolWriter {
    memory: Vec<u8>,
    file: Option<File>,
    len: u64,
}

impl SpoolWriter {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        self.memory.extend_from_slice(bytes);
        if self.memory.len() > IN_MEMORY {
            let mut file = tempfile::tempfile()?;
            file.write_all(&self.memory)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Spool {
        Spool(Arc::new(match self.file {
            None => Store::Memory(self.memory.into()),
            Some(file) => Store::File { file: Guarded::new(file), len: self.len },
        }))
    }
}
