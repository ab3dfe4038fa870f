//! Identifiers, one type each, so that one cannot stand in another's place.

use segno_core::id;
use serde_json::Value;

id! {
    /// Identifies a song; a number in every example.
    pub struct SongId(text or number);
    kind: "song ID",
}
id! {
    /// The identifier of an artist: a number, often as text.
    pub struct ArtistId(text or number);
    kind: "artist ID",
}
id! {
    /// Identifies an audio file of a song.
    pub struct AudioFileId(text or number);
    kind: "audio file ID",
}
id! {
    /// Identifies a tag: a slug such as `8_bit`.
    pub struct TagId(text or number);
    kind: "tag ID",
}
id! {
    /// Identifies a recorded YouTube use.
    pub struct DigitalUsageId(text or number);
    kind: "digital usage ID",
}
id! {
    /// Identifies a sound effect.
    pub struct SoundEffectId(text or number);
    kind: "sound effect ID",
}
id! {
    /// Identifies a category of sound effects.
    pub struct CategoryId(text or number);
    kind: "category ID",
}
id! {
    /// Identifies a curated playlist.
    pub struct PlaylistId(text or number);
    kind: "playlist ID",
}
id! {
    /// Identifies a category of curated playlists.
    pub struct PlaylistCategoryId(text or number);
    kind: "playlist category ID",
}
id! {
    /// Identifies a private playlist.
    pub struct PrivatePlaylistId(text or number);
    kind: "private playlist ID",
}
id! {
    /// Identifies a Supe search; opaque.
    pub struct SupeSearchId(text or number);
    kind: "search ID",
}
id! {
    /// Identifies an uploaded reference image or video; opaque.
    pub struct SupeAssetId(text or number);
    kind: "asset ID",
}

/// An identifier as a number where it is one: the form of `song_ids` and `sound_effect_ids`.
pub(crate) fn as_number(id: &str) -> Value {
    match id.parse::<u64>() {
        Ok(number) if number.to_string() == id => Value::from(number),
        _ => Value::from(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_only_where_nothing_is_lost() {
        assert_eq!(as_number("4711"), Value::from(4711));
        for kept in ["007", "+1", "srch_1", "18446744073709551616"] {
            assert_eq!(as_number(kept), Value::from(kept));
        }
    }
}
