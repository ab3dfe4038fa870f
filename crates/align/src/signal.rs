//! From samples to semitone bands.

pub(crate) mod bank;
pub(crate) mod fft;
pub(crate) mod halfband;
pub(crate) mod spectrogram;
pub(crate) mod tuning;
