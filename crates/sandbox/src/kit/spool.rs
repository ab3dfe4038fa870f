//! Bytes of any size: small ones in memory, large ones in a temporary file that vanishes with them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::mutex::Mutex;

/// Up to this size bytes stay in memory.
const IN_MEMORY: usize = 256 * 1024;

/// Stored bytes, or a part of them; a clone shares them.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    store: Arc<Store>,
    part: Range<u64>,
}

#[derive(Debug)]
enum Store {
    Memory(Bytes),
    File(Mutex<File>),
}

/// Equal are clones, without a look at their bytes.
impl PartialEq for Spool {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.store, &other.store) && self.part == other.part
    }
}

impl Spool {
    pub(crate) fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let part = 0..bytes.len() as u64;
        Self { store: Arc::new(Store::Memory(bytes)), part }
    }

    pub(crate) fn len(&self) -> u64 {
        self.part.end - self.part.start
    }

    /// A part of the bytes, without copying; what lies past the end is left out.
    pub(crate) fn slice(&self, range: Range<u64>) -> Self {
        let at = |offset: u64| self.part.start.saturating_add(offset).min(self.part.end);
        let (start, end) = (at(range.start), at(range.end));
        Self { store: Arc::clone(&self.store), part: start..end.max(start) }
    }

    /// At most `max` bytes from `offset`; fewer only at the end.
    pub(crate) fn read_at(&self, offset: u64, max: usize) -> io::Result<Bytes> {
        let Self { store, part } = self.slice(offset..offset.saturating_add(max as u64));
        match &*store {
            Store::Memory(bytes) => {
                let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                Ok(bytes.slice(place(part.start)..place(part.end)))
            }
            Store::File(file) => {
                let mut file = file.lock();
                file.seek(SeekFrom::Start(part.start))?;
                let length = part.end - part.start;
                let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(max));
                (&mut *file).take(length).read_to_end(&mut bytes)?;
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
        match self.file {
            None => Spool::from_bytes(self.memory),
            Some(file) => Spool { store: Arc::new(Store::File(Mutex::new(file))), part: 0..self.len },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IN_MEMORY, Spool, SpoolWriter};

    #[test]
    fn parts_are_the_same_in_memory_and_in_a_file() {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(IN_MEMORY + 1000).collect();
        let mut writer = SpoolWriter::default();
        writer.write(&bytes).expect("room");
        for spool in [Spool::from_bytes(bytes.clone()), writer.finish()] {
            let part = spool.slice(1000..300_000);
            let end = bytes.len().min(300_000);
            assert_eq!(part.len(), end as u64 - 1000);
            assert_eq!(part.bytes(usize::MAX).expect("readable").expect("all"), bytes[1000..end]);
            assert_eq!(part.slice(7..17).read_at(2, 100).expect("readable"), bytes[1009..1017]);
            assert_eq!(part.slice(400_000..500_000).len(), 0);
            assert_eq!(part.read_at(u64::MAX, 1).expect("readable"), b""[..]);
        }
    }
}
