//! What to call recordings that are not read: people know the name of a format, not the error of a decoder.

use symphonia::core::codecs::audio::AudioCodecId;
use symphonia::core::codecs::audio::well_known::*;

/// What a codec is called.
pub(crate) fn codec(id: AudioCodecId) -> Option<&'static str> {
    Some(match id {
        CODEC_ID_OPUS => "Opus",
        CODEC_ID_SPEEX => "Speex",
        CODEC_ID_AAC => "AAC",
        CODEC_ID_ALAC => "ALAC",
        CODEC_ID_AC3 => "AC-3",
        CODEC_ID_EAC3 => "E-AC-3",
        CODEC_ID_AC4 => "AC-4",
        CODEC_ID_DCA => "DTS",
        CODEC_ID_TRUEHD => "TrueHD",
        CODEC_ID_MP1 => "MP1",
        CODEC_ID_MP2 => "MP2",
        CODEC_ID_MP3 => "MP3",
        CODEC_ID_FLAC => "FLAC",
        CODEC_ID_VORBIS => "Vorbis",
        CODEC_ID_WMA => "Windows Media Audio",
        CODEC_ID_MUSEPACK => "Musepack",
        CODEC_ID_WAVPACK => "WavPack",
        CODEC_ID_MONKEYS_AUDIO => "Monkey's Audio",
        CODEC_ID_TTA => "True Audio",
        CODEC_ID_ADPCM_G722 => "G.722",
        CODEC_ID_ADPCM_G726 | CODEC_ID_ADPCM_G726LE => "G.726",
        CODEC_ID_ADPCM_MS | CODEC_ID_ADPCM_IMA_WAV | CODEC_ID_ADPCM_IMA_QT => "ADPCM",
        _ => return None,
    })
}

/// The first bytes of formats that are known but not read, and where they stand.
const SIGNS: [(usize, &[u8], &str); 18] = [
    (0, b"\x1a\x45\xdf\xa3", "Matroska or WebM"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media (WMA or ASF)"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"TTA1", "True Audio"),
    (0, b"caff", "Core Audio (CAF)"),
    (0, b"DSD ", "DSD"),
    (0, b"FRM8", "DSD"),
    (0, b"#!AMR", "AMR"),
    (0, b".snd", "Sun AU"),
    (0, b"FLV", "Flash video"),
    (0, b"\x0b\x77", "AC-3"),
    (0, b"MThd", "MIDI, which holds notes and no sound"),
    (8, b"AVI ", "AVI"),
    (28, b"Speex   ", "Speex in Ogg"),
    (28, b"OpusHead", "Opus in Ogg"),
];

/// What a file is, by its first bytes.
pub(crate) fn container(head: &[u8]) -> Option<&'static str> {
    let found = SIGNS.iter().find(|(at, sign, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(sign)));
    found.map(|(_, _, name)| *name)
}
