//! What to read and how much of it to accept.

/// What to read and how much of it to accept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Collect the note onsets into [`Score::onsets`](crate::Score::onsets).
    pub onsets: bool,
    /// How large a file may be.
    pub limits: Limits,
}

impl Options {
    /// The defaults: no onsets, the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Collects the note onsets too.
    #[must_use]
    pub fn with_onsets(mut self) -> Self {
        self.onsets = true;
        self
    }

    /// Replaces the limits on how large a file may be.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// How large a file may be before it is refused. The defaults let through every real score that was seen and
/// keep hostile ones from using up memory or time.
///
/// ```
/// use segno_score::{Error, Limit, Limits, Options, read_any};
///
/// let mut limits = Limits::default();
/// limits.bars = 1;
/// let xml = b"<score-partwise><part id='P1'><measure/><measure/></part></score-partwise>";
/// let refused = read_any(xml, &Options::new().with_limits(limits));
/// assert!(matches!(refused, Err(Error::Limit { limit: Limit::Bars, allowed: 1, .. })));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of text, after decompression. Default 512 MiB.
    pub bytes: u64,
    /// Bytes of one tag, text, comment or document type declaration. Default 1 MiB.
    pub token: usize,
    /// Elements inside each other. Default 64; MusicXML itself needs fewer than 20.
    pub depth: usize,
    /// Elements in all. Default 20,000,000; a page of an orchestral score has some 10,000.
    pub elements: usize,
    /// Bytes of text for each byte of the archive that it is compressed in, where the text has more than 16 MiB.
    /// Default 100; real scores have fewer than 60.
    pub ratio: u64,
    /// Written bars. Default 100,000.
    pub bars: usize,
    /// Parts of the score. Default 2,000.
    pub parts: usize,
    /// Segnos, codas, fines and jumps together. Default 5,000.
    pub signs: usize,
    /// Tempo marks and rehearsal marks together. Default 500,000.
    pub marks: usize,
    /// Note onsets. Default 10,000,000.
    pub onsets: usize,
    /// Files in an archive. Default 10,000.
    pub entries: usize,
    /// Diagnostics that are kept; further ones are only counted. Default 1,000.
    pub diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            token: 1 << 20,
            depth: 64,
            elements: 20_000_000,
            ratio: 100,
            bars: 100_000,
            parts: 2_000,
            signs: 5_000,
            marks: 500_000,
            onsets: 10_000_000,
            entries: 10_000,
            diagnostics: 1_000,
        }
    }
}
