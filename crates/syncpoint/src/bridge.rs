//! Other programs' formats: text or plain values in, text or plain values out.
//!
//! Readers name line and column of a fault. Writers lose nothing that the format can hold; what it cannot hold is said
//! where the format is described. None of them does I/O.
//!
//! | module | format | holds |
//! | --- | --- | --- |
//! | [`soundslice`] | Soundslice JSON | everything |
//! | [`musescore`] | MuseScore time events (JSON) | bar lines, no end |
//! | [`beats`] | ASAP and other beat lists (TSV) | bar lines and beats |
//! | [`audacity`] | Audacity label tracks | everything, with places as text |
//! | [`sonic`] | Sonic Visualiser CSV | everything, with places as text |
//! | [`alphatab`] | alphaTex `\sync` lines | everything but the hide flag |
//! | [`smf`] | Standard MIDI File tempo events | bar lines and beats, to the microsecond |
//! | [`lrc`] | LRC lyrics | times to the millisecond, with places as text |
//! | [`srt`], [`vtt`] | SubRip and WebVTT subtitles | times to the millisecond, with places as text |
//! | [`measure_map`] | Measure Map JSON | bar lengths and successors, no times |
//! | [`timemap`] | verovio timemap JSON, MEI `when` values | bar lines |

pub mod alphatab;
pub mod audacity;
pub mod beats;
mod clock;
mod decimal;
mod line;
pub mod lrc;
pub mod measure_map;
pub mod musescore;
mod name;
pub mod smf;
pub mod sonic;
pub mod srt;
pub mod timemap;
pub mod vtt;

pub use name::{name_of, point_named};

/// Soundslice JSON: the wire form of the service, as in [`wire`](crate::wire).
pub mod soundslice {
    pub use crate::wire::{read, read_raw, write, write_to};
}
