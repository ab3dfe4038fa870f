//! Segments locked with AES-128 in CBC mode and PKCS #7 padding (RFC 8216, section 5.2).

use aes::Aes128;
use cbc::Encryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use md5::{Digest as _, Md5};

use super::store::Track;

/// The number of the first locked segment. It is not 0, so that whoever takes the index for it is found out.
pub(super) const LOCKED_SEQUENCE: u64 = 7;

/// So many segments in a row share a key.
pub(super) const KEY_SEGMENTS: u64 = 2;

/// How a segment is locked.
pub(super) struct Lock {
    number: u64,
    pub(super) key: [u8; 16],
    /// The initialization vector that the playlist names; without one it is the number of the segment.
    pub(super) iv: Option<[u8; 16]>,
}

impl Lock {
    pub(super) fn of(track: &Track, index: u64, has_iv: bool) -> Self {
        let number = index / KEY_SEGMENTS;
        let made = |what: &str, number: u64| Md5::digest(format!("{what} {} {number}", track.stream)).into();
        Self { number, key: made("key", number), iv: has_iv.then(|| made("iv", index)) }
    }

    /// Where the key is stored.
    pub(super) fn place(&self, track: &Track) -> String {
        format!("/soundcloud-media/{}/{}/{}.key", track.id, track.stream, self.number)
    }

    /// The line of a playlist before the segments that are locked so.
    pub(super) fn tag(&self, url: &str) -> String {
        let iv = self.iv.map_or_else(String::new, |iv| format!(",IV=0x{:032X}", u128::from_be_bytes(iv)));
        format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{url}\"{iv}\n")
    }

    /// A segment, locked. `sequence` is its number.
    pub(super) fn locked(&self, segment: &[u8], sequence: u64) -> Vec<u8> {
        let iv = self.iv.unwrap_or_else(|| u128::from(sequence).to_be_bytes());
        Encryptor::<Aes128>::new(&self.key.into(), &iv.into()).encrypt_padded_vec::<Pkcs7>(segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '%s' 'Minuet in G' | openssl enc -aes-128-cbc -K 000102…0f -iv 0…01 | xxd -p`
    #[test]
    fn locked_as_openssl_locks() {
        let key = std::array::from_fn(|index| index as u8);
        let locked =
            [0x3c, 0xe5, 0x98, 0xf4, 0x3e, 0x03, 0x22, 0x90, 0x02, 0x94, 0x86, 0xb8, 0xde, 0x31, 0x80, 0x08];
        let implicit = Lock { number: 0, key, iv: None };
        assert_eq!(implicit.locked(b"Minuet in G", 1), locked);
        let explicit = Lock { number: 0, key, iv: Some(1u128.to_be_bytes()) };
        assert_eq!(explicit.locked(b"Minuet in G", 7), locked);
        let tag = "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x00000000000000000000000000000001\n";
        assert_eq!(explicit.tag("k"), tag);
    }
}
