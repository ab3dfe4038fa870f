//! Guitar Pro 3 to 8: `.gp3`, `.gp4`, `.gp5`, `.gpx`, `.gp`.
//!
//! | function | reads |
//! | --- | --- |
//! | [`read_archive`] | Guitar Pro 7 and 8: a ZIP archive |
//! | [`read_gpif`] | the score file (`score.gpif`) out of one |
//! | [`read_gpx`] | Guitar Pro 6: a container of its own, packed or not |
//! | [`read_binary`] | Guitar Pro 3, 4 and 5, also excerpts out of the clipboard |
//!
//! The order that comes out under [`Policy::GUITAR_PRO`](segno_syncpoint::Policy::GUITAR_PRO) is Guitar Pro's own as far as
//! it is known. A linear tempo of versions 6 to 8 goes evenly over what is written up to the next one, in steps of a quarter
//! that keep its time; in versions 3 to 5 every tempo takes effect at once, as other programs play it. Fermatas and triplet
//! feel move no bar line. Keys are sounding ones: tuning, capo and harmonics included; drums have the key that is struck.

mod binary;
mod gpif;
mod gpx;

use crate::archive::Archive;
use crate::error::Error;
use crate::options::Options;
use crate::score::{Format, Score};
use crate::xml::{Encoding, SliceSource, StreamSource};

/// What errors call the format.
const NAME: &str = "Guitar Pro";

/// Where the score is in an archive.
const SCORE: &str = "Content/score.gpif";

/// Reads a file of Guitar Pro 7 or 8 (`.gp`).
///
/// The audio track of Guitar Pro 8 is the score's [recording](crate::Recording), and its sync points become a map with
/// [`Score::recording_map`].
///
/// # Errors
/// [`Error::Archive`] if it is not a ZIP archive or holds no score; [`Error::Member`] for what is wrong with the score, as for
/// [`read_gpif`].
pub fn read_archive(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    let mut archive = Archive::open(bytes, options)?;
    if !archive.names.iter().any(|name| name == SCORE) {
        return Err(Error::Archive { what: format!("expected a file named {SCORE}, found no such file") });
    }
    archive.read(SCORE, &options.limits, |text| {
        gpif::read(StreamSource::new(text, &options.limits)?, options, Format::GuitarPro)
    })
}

/// Reads the score file (`score.gpif`) of Guitar Pro 6, 7 or 8.
///
/// ```
/// use segno_score::{Options, guitar_pro};
///
/// let score = guitar_pro::read_gpif(
///     b"<GPIF><MasterTrack><Tracks>0</Tracks></MasterTrack><MasterBars>
///         <MasterBar><Time>3/4</Time><Repeat start='true' end='true' count='2'/><Bars>-1</Bars></MasterBar>
///       </MasterBars></GPIF>",
///     &Options::new(),
/// )?;
/// let play = score.structure.unroll(&score.format.policy())?;
/// assert_eq!(score.bar_times(play.order()), [0.0, 1.5, 3.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error`] if the text is not well-formed XML, is of another root, or exceeds a limit.
pub fn read_gpif(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    let head = bytes.get(..bytes.len().min(256)).unwrap_or_default();
    if Encoding::detect(head)? == Encoding::Utf8 {
        gpif::read(SliceSource::new(bytes, &options.limits)?, options, Format::GuitarPro)
    } else {
        gpif::read(StreamSource::new(bytes, &options.limits)?, options, Format::GuitarPro)
    }
}

/// Reads a file of Guitar Pro 6 (`.gpx`).
///
/// # Errors
/// [`Error::Broken`] if the container cannot be read or holds no score; [`Error::Member`] for what is wrong with the score, as for
/// [`read_gpif`].
pub fn read_gpx(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    let files = gpx::unpack(bytes, &options.limits)?;
    let score = files.file("score.gpif", &options.limits)?;
    let read = SliceSource::new(&score, &options.limits)
        .and_then(|source| gpif::read(source, options, Format::GuitarPro6));
    read.map_err(|error| crate::archive::member("score.gpif", error))
}

/// Reads a file of Guitar Pro 3, 4 or 5 (`.gp3`, `.gp4`, `.gp5`).
///
/// ```
/// use segno_score::{Error, Options, guitar_pro};
///
/// let error = guitar_pro::read_binary(b"\x18FICHIER GUITAR PRO v2.21", &Options::new()).unwrap_err();
/// assert!(matches!(error, Error::Broken { .. }));
/// ```
///
/// # Errors
/// [`Error::Version`] for other versions, [`Error::Broken`] with the byte, bar and track for a file that ends early or holds
/// a count that cannot be; [`Error::Limit`].
pub fn read_binary(bytes: &[u8], options: &Options) -> Result<Score, Error> {
    binary::read(bytes, options)
}
