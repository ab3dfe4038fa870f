//! The seeded scores: three pieces in full and variations of their uploads, so that lists have pages.

use std::sync::Arc;

use super::accounts::{FIRST, SECOND};
use super::rendering::{Renderer, Rendering};
use super::store::{Score, Store};

/// When the first score was posted: 1 May 2014, noon.
const START: u64 = 1_398_945_600;
const DAY: u64 = 86_400;

/// The words of a score.
struct Words<'a> {
    title: &'a str,
    description: &'a str,
    tags: &'a str,
    license: &'static str,
    language: Option<&'static str>,
}

/// Occasions that an edition may be for; with an ensemble each gives a title.
const OCCASIONS: [&str; 15] = [
    "the evening class",
    "the autumn concert",
    "sight reading",
    "two desks",
    "beginners",
    "the silver lake festival",
    "a quiet Sunday",
    "the county exam",
    "slow practice",
    "the school choir",
    "a short encore",
    "the Dvořák hall",
    "open strings & first fingers",
    "memory",
    "the last lesson",
];

const LICENSES: [&str; 9] = [
    "cc-by",
    "publicdomain",
    "all-rights-reserved",
    "cc-by-nc",
    "cc-zero",
    "cc-by-sa",
    "cc-by-nd",
    "cc-by-nc-sa",
    "cc-by-nc-nd",
];

/// Puts everything in place.
pub(super) fn fill(renderer: &Renderer, store: &mut Store) {
    let mut number = 0;
    let mut add = |store: &mut Store, owner, private, rendering: &Arc<Rendering>, words: &Words<'_>| {
        let posted = START + number * DAY + store.rng.u64(..DAY / 2);
        number += 1;
        let views = store.rng.u64(5..5_000);
        let score = Score {
            id: store.new_score_id(),
            vid: store.new_version(),
            owner,
            secret: store.new_secret(),
            posted,
            updated: posted + store.rng.u64(..30 * DAY),
            private,
            license: words.license,
            language: words.language,
            title: words.title.to_owned(),
            description: words.description.to_owned(),
            tags: words.tags.to_owned(),
            revision_log: None,
            featured: number % 9 == 1,
            comments: store.rng.u64(..12),
            favorites: store.rng.u64(..=views / 5),
            views,
            plays: store.rng.u64(..=views),
            downloads: store.rng.u64(..=views / 2),
            rendering: Arc::clone(rendering),
            audio: None,
        };
        store.scores.insert(score.id, score);
    };
    let minuet = Words {
        title: "Minuet in G",
        description: "From the notebook of 1725, for harpsichord",
        tags: "baroque,dance,keyboard",
        license: "publicdomain",
        language: None,
    };
    let ode = Words {
        title: "Ode to Joy",
        description: "The theme, with words and chords",
        tags: "hymn,choral,easy",
        license: "cc-by-sa",
        language: Some("de"),
    };
    let air = Words {
        title: "Ah ! vous dirai-je, maman",
        description: "A duo for flute and oboe",
        tags: "duo,folk song,woodwind",
        license: "cc-by-nc",
        language: None,
    };
    let draft = |title| Words {
        title,
        description: "Not finished",
        tags: "draft",
        license: "all-rights-reserved",
        language: None,
    };
    add(store, FIRST, false, &renderer.minuet, &minuet);
    add(store, SECOND, false, &renderer.ode, &ode);
    add(store, FIRST, false, &renderer.air, &air);
    add(store, FIRST, true, &renderer.minuet, &draft("Minuet with my fingering"));
    add(store, SECOND, true, &renderer.ode, &draft("Ode in another key"));
    for (round, (name, rendering, tags, language)) in [
        ("Minuet", &renderer.minuet, "baroque,keyboard", None),
        ("Ode", &renderer.ode, "hymn,voice", Some("de")),
        ("Air", &renderer.air, "duo,woodwind", Some("fr")),
    ]
    .into_iter()
    .enumerate()
    {
        for (index, occasion) in OCCASIONS.iter().enumerate() {
            let title = format!("{name} for {occasion}");
            let words = Words {
                title: &title,
                description: "",
                tags,
                license: LICENSES[(round + index) % LICENSES.len()],
                language,
            };
            let owner = if (round + index) % 3 == 0 { FIRST } else { SECOND };
            add(store, owner, false, rendering, &words);
        }
    }
}
