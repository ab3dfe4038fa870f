//! The words that titles, names and tags are made of.

use fastrand::Rng;

use super::tags::TagCategory;

/// The tags of a category.
pub(super) fn tags(category: TagCategory) -> impl Iterator<Item = &'static str> {
    let names = match category {
        TagCategory::Characteristic => {
            "Building, Bouncy, Driving, Glitchy, Minimal, Percussive, Pulsing, Retro, Sparse, \
             Swelling, Vocal Chops"
        }
        TagCategory::Genre => {
            "8-bit, Ambient, Blues, Children's Music, Classical, Corporate, Country, Drum & Bass, \
             Electronic, Folk, Funk, Hip Hop, Holiday, House, Jazz, Latin, Lo-Fi, Pop, R&B / Soul, \
             Rock, Soundtrack / Cinematic, World"
        }
        TagCategory::Instrument => {
            "Accordion, Acoustic Guitar, Banjo, Bass, Bells, Cello, Clarinet, Drum Machine, Drums, \
             Electric Guitar, Flute, Harp, Mandolin, Marimba, Organ, Pads, Percussion, Piano, \
             Saxophone, Strings, Synth, Trumpet, Ukulele, Violin, Whistling"
        }
        TagCategory::Mood => {
            "Adventurous, Angry, Calm, Dark, Dreamy, Epic, Happy, Hopeful, Inspirational, Mysterious, \
             Playful, Sad, Scary"
        }
    };
    names.split(", ")
}

/// One of the words of a list.
pub(super) fn pick(rng: &mut Rng, list: &'static str) -> &'static str {
    let count = list.split(' ').count();
    list.split(' ').nth(rng.usize(..count)).unwrap_or_default()
}

pub(super) const ADJECTIVES: &str = "Paper Amber Borrowed Brass Broken Burning Cedar Clear Cobalt Copper Crooked Daylight Distant \
     Drifting Early Electric Empty Endless Fading Faithful First Floating Frozen Gentle Gilded Golden \
     Granite Half Hidden Hollow Honest Indigo Iron Last Late Little Lonely Long Midnight Morning Neon \
     Northern Open Pale Patient Quiet Restless Rising Salt Scarlet Second Secret Silver Slow Southern \
     Spare Stolen Sudden Summer Tender Velvet Wandering Wild Winter";

pub(super) const NOUNS: &str = "Lanterns Anchor Arcade Avenue Balcony Beacon Bicycle Bridges Cartographers Cathedral Coastline \
     Compass Corners Current Departures Echoes Embers Engine Ferry Fields Fireflies Garden Ghosts Glass \
     Gravity Harbour Headlights Hearts Highway Horizon Horses Islands Kites Ladder Letters Lights Machine \
     Maps Mirror Mountains Ocean Orchard Parade Passengers Pilots Postcards Promises Railway River \
     Rooftops Sails Satellite Shadows Signal Skyline Sparrows Stairs Stations Stories Tides Tomorrow \
     Valley Windows Wolves";

pub(super) const GIVEN: &str = "Nora Adaeze Bruno Cleo Dario Edda Farid Greta Hiro Ines Jonas Kaja Lior Mila Nils Odile Pavel Rosa \
     Soren Tove Uma Viktor Wren Yara";

pub(super) const FAMILY: &str = "Quill Abara Castellan Dovetail Eklund Farrow Grieve Haldane Ibarra Jansen Kestrel Lindqvist Marlowe \
     Nakata Okafor Pereira Rasmus Sandoval Thorne Ueda Vance Whitlock Yilmaz Zoric";

/// Keys: enharmonic pairs are written with a slash.
pub(super) const NOTES: &str = "C Db/C# D Eb/D# E F Gb/F# G Ab/G# A Bb/A# B";
