//! The readers from the outside.

mod bars;
mod encodings;
mod hostile;
mod midi;
mod mxl;
mod neutral;
mod onsets;
mod random;
mod repeats;
mod score;
mod signs;
mod tempo;
