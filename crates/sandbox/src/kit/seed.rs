//! Everything random comes from one seed, so that a run can be repeated to the byte.

use fastrand::Rng;

/// The number that all random identifiers, secrets and catalogues are drawn from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// A generator for one purpose; generators for different purposes do not disturb each other.
    pub(crate) fn rng(self, purpose: &str) -> Rng {
        // FNV-1a, to spread the names.
        let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Rng::with_seed(self.0 ^ hash)
    }
}

/// Text of ASCII letters and digits.
pub(crate) fn alphanumeric(rng: &mut Rng, length: usize) -> String {
    (0..length).map(|_| rng.alphanumeric()).collect()
}

/// Text of lower-case hexadecimal digits.
pub(crate) fn hexadecimal(rng: &mut Rng, length: usize) -> String {
    (0..length).map(|_| char::from(b"0123456789abcdef"[rng.usize(..16)])).collect()
}
