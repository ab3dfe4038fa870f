//! What users of the crate notice, by concern.

mod algebra;
mod arbitrary;
mod beat_places;
mod bounds;
mod diagnosed;
mod edges;
mod endings;
mod exact;
mod formats;
mod jump_forms;
mod long_maps;
mod map;
mod maps;
mod performances;
mod provenance;
mod random;
mod random_structure;
mod renumbering;
mod repeats;
mod rivals;
mod simplifying;
mod skeleton;
mod small_maps;
mod suggestions;
#[cfg(feature = "svg")]
mod svg;
mod tempo_maps;
mod texts;
mod unrolling;
mod validation;
mod whole_maps;
