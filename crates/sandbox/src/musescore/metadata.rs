//! What a score says of itself.

/// The `metadata` of a score object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) title: Option<String>,
    pub(super) subtitle: Option<String>,
    pub(super) composer: Option<String>,
    pub(super) poet: Option<String>,
    pub(super) pages: u32,
    pub(super) measures: u32,
    pub(super) lyrics: bool,
    pub(super) chord_names: bool,
    /// Sharps, or flats below zero.
    pub(super) key: i8,
    /// How long the score plays, in seconds.
    pub(super) duration: u32,
    /// Width and height of a page in millimetres.
    pub(super) dimensions: (u32, u32),
    pub(super) parts: Vec<Part>,
}

/// A part and its MIDI program, from 0; 128 for a drum set, -1 without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) program: i16,
}

impl Default for Metadata {
    fn default() -> Self {
        Self {
            title: None,
            subtitle: None,
            composer: None,
            poet: None,
            pages: 1,
            measures: 0,
            lyrics: false,
            chord_names: false,
            key: 0,
            duration: 0,
            dimensions: (210, 297),
            parts: Vec::new(),
        }
    }
}
