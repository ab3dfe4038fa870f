//! The readers from the outside.

mod alphatex;
mod bars;
mod brackets;
mod cases;
mod encodings;
mod endings;
mod form;
mod gp5;
mod gpif;
mod hostile;
mod midi;
mod midi_bytes;
mod midi_chunks;
mod midi_damage;
mod midi_time;
mod movements;
mod musescore;
mod mxl;
mod neutral;
mod onsets;
mod random;
mod repeats;
mod score;
mod signs;
mod small_scores;
mod tempo;
