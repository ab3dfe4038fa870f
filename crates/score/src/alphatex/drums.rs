//! Drums by their names, and the numbers that alphaTab gives those that General MIDI does not know.

/// The General MIDI key of each drum, by its name without blanks, in order.
const NAMES: &[(&str, i32)] = &[
    ("agogohighhit", 67),
    ("agogolowhit", 68),
    ("belltreehit", 84),
    ("belltreereturn", 84),
    ("bongohighhit", 60),
    ("bongohighmute", 60),
    ("bongohighslap", 60),
    ("bongolowhit", 61),
    ("bongolowmute", 61),
    ("bongolowslap", 61),
    ("cabasahit", 69),
    ("cabasareturn", 69),
    ("castanetshit", 85),
    ("chinachoke", 52),
    ("chinahit", 52),
    ("claveshit", 75),
    ("congahighhit", 63),
    ("congahighmute", 62),
    ("congahighslap", 63),
    ("congalowhit", 64),
    ("congalowmute", 64),
    ("congalowslap", 64),
    ("cowbellhighhit", 56),
    ("cowbellhightip", 56),
    ("cowbelllowhit", 56),
    ("cowbelllowtip", 56),
    ("cowbellmediumhit", 56),
    ("cowbellmediumtip", 56),
    ("crashhighchoke", 49),
    ("crashhighhit", 49),
    ("crashmediumchoke", 57),
    ("crashmediumhit", 57),
    ("cuicamute", 78),
    ("cuicaopen", 79),
    ("electricsnarehit", 40),
    ("golpefinger", 62),
    ("golpethumb", 62),
    ("grancassahit", 43),
    ("guirohit", 73),
    ("guiroscrapreturn", 74),
    ("handclaphit", 39),
    ("highfloortomhit", 50),
    ("hightomhit", 48),
    ("hihatclosed", 42),
    ("hihathalf", 46),
    ("hihatopen", 46),
    ("jinglebellhit", 83),
    ("kickhit", 35),
    ("kickhit2", 36),
    ("leftmaracahit", 70),
    ("leftmaracareturn", 70),
    ("lowfloortomhit", 41),
    ("lowtomhit", 45),
    ("metronomebell", 34),
    ("metronomehit", 33),
    ("midtomhit", 47),
    ("pedalhihathit", 44),
    ("piattihand", 49),
    ("piattihit", 49),
    ("reversecymbalhit", 49),
    ("ridebell", 53),
    ("ridebell2", 59),
    ("ridechoke", 51),
    ("ridechoke2", 59),
    ("rideedge", 51),
    ("rideedge2", 59),
    ("ridemiddle", 51),
    ("ridemiddle2", 59),
    ("rightmaracahit", 70),
    ("rightmaracareturn", 70),
    ("shakerhit", 82),
    ("shakerreturn", 82),
    ("snarehit", 38),
    ("snarerimshot", 38),
    ("snaresidestick", 37),
    ("snaresidestick2", 37),
    ("splashchoke", 55),
    ("splashhit", 55),
    ("surdohit", 86),
    ("surdomute", 87),
    ("tambourinehand", 54),
    ("tambourinehit", 54),
    ("tambourinereturn", 54),
    ("tambourineroll", 54),
    ("timbalehighhit", 65),
    ("timbalelowhit", 66),
    ("tinklebellhit", 83),
    ("trianglehit", 81),
    ("trianglemute", 80),
    ("verylowtomhit", 43),
    ("vibraslaphit", 58),
    ("whistlehighhit", 71),
    ("whistlelowhit", 72),
    ("woodblockhighhit", 76),
    ("woodblocklowhit", 77),
];

/// The key of a drum's name: `Snare (hit)`, `KickHit`.
pub(super) fn named(name: &str) -> Option<i32> {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let at = NAMES.binary_search_by(|(known, _)| (*known).cmp(plain.as_str())).ok()?;
    NAMES.get(at).map(|(_, key)| *key)
}

/// The General MIDI key of a number.
pub(super) fn numbered(number: i32) -> i32 {
    match number {
        29 | 126 | 127 => 59,
        30 | 97 | 115 | 116 => 49,
        31 => 37,
        91 => 38,
        92 => 46,
        93 | 94 => 51,
        95 => 55,
        96 => 52,
        98 => 57,
        99..=103 => 56,
        104 | 105 => 60,
        106 | 107 => 61,
        108 | 109 => 64,
        110 => 63,
        111..=113 => 54,
        114 => 43,
        117 => 69,
        118..=120 => 70,
        122 => 82,
        123 => 84,
        124 | 125 => 62,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_each_spelling() {
        assert!(NAMES.is_sorted());
        for (name, key) in [("Snare (hit)", 38), ("kickhit", 35), ("Hi-Hat (open)", 46), ("Ride (bell)", 53)]
        {
            assert_eq!(named(name), Some(key), "{name}");
        }
        assert_eq!(named("Snare"), None);
        assert_eq!((numbered(42), numbered(91)), (42, 38));
    }
}
