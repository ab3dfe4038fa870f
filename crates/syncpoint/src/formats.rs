//! The formats of other software: text or plain values in, text or plain values out.
//!
//! A room of its own: nothing of the mathematics depends on it. Readers name line and column of an error ([`ParseError`]).
//! Writers lose nothing that the format can hold; what it cannot hold is said where the format is described. None of them
//! does I/O. The JSON of Soundslice, which holds everything that a map does, is [`wire`](crate::wire).
//!
//! | module | format | holds |
//! | --- | --- | --- |
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
//! | `svg` | a drawing of a map (feature `svg`), written only | what is seen |

pub mod alphatab;
pub mod audacity;
pub mod beats;
mod clock;
mod decimal;
pub(crate) mod json;
mod line;
pub mod lrc;
pub mod measure_map;
pub mod musescore;
mod name;
mod parse_error;
pub mod smf;
pub mod sonic;
pub mod srt;
#[cfg(feature = "svg")]
pub mod svg;
pub mod timemap;
pub mod vtt;

pub use name::{name_of, point_named};
pub use parse_error::{ParseError, ParseErrorKind};

#[cfg(test)]
mod tests;
