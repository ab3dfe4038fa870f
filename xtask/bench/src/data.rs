//! What is read: made here, the same in every run, in the form in which the services and notation programs write it.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// One slice, as Soundslice writes it.
pub(crate) const SLICE: &str = r#"{"scorehash": "hTM3h", "slug": "880431", "url": "/slices/hTM3h/", "name": "Morning \u00c9tude", "artist": "R. Okafor", "status": 3, "embed_status": 4, "print_status": 3, "can_print": true, "has_notation": true, "show_notation": true, "recording_count": 2, "folder_id": "5123", "embed_url": "/slices/hTM3h/embed/"}"#;

/// How many slices the long list has.
pub(crate) const SLICES: usize = 200_000;

/// A list of slices, each with a name of its own.
pub(crate) fn slices(count: usize) -> String {
    let mut list = String::with_capacity(count * (SLICE.len() + 8));
    list.push('[');
    for index in 0..count {
        if index > 0 {
            list.push_str(", ");
        }
        let name = format!("Morning \\u00c9tude {index}");
        list.push_str(&SLICE.replace("Morning \\u00c9tude", &name));
    }
    list.push(']');
    list
}

/// A page of songs, as Soundstripe writes it: each song with one artist of twenty and one recording.
pub(crate) fn songs(count: usize) -> String {
    let moods = ["Hopeful", "Angry", "Dark"];
    let tags = |index: usize| {
        json!({
            "characteristic": ["Sparse", "Bouncy"], "genre": ["8-bit", "Funk"],
            "instrument": ["Piano", "Pads"], "mood": [moods[index % 3], "Happy"],
        })
    };
    let song = |index: usize| {
        let (id, artist, file) = (1000 + index, 400 + index % 20, 80_000 + index);
        json!({
            "id": id.to_string(), "type": "songs",
            "attributes": {
                "bpm": 90.0 + (index % 70) as f64, "explicit": false, "key": {"mode": "minor", "name": "C"},
                "tags": tags(index), "title": format!("Corners of the Mirror {index}"),
            },
            "relationships": {
                "artists": {"data": [{"id": artist.to_string(), "type": "artists"}]},
                "audio_files": {"data": [{"id": file.to_string(), "type": "audio_files"}]},
            },
        })
    };
    let artist = |index: usize| {
        let id = 400 + index;
        json!({
            "id": id.to_string(), "type": "artists",
            "attributes": {
                "image": format!("https://img.example.test/artists/{id}.png?w=100&h=100"),
                "name": format!("Midnight Ghosts {index}"),
            },
        })
    };
    let file = |index: usize| {
        let id = 80_000 + index;
        let link = |kind: &str| {
            format!(
                "https://storage.example.test/songs/{id}.{kind}?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=b25lJTJGdHdvJTJCdGhyZWU%3D&Expires=1900003600"
            )
        };
        json!({
            "id": id.to_string(), "type": "audio_files",
            "attributes": {
                "description": "Instrumental [Primary]", "duration": 94.9625 + index as f64, "instrumental": true,
                "versions": {"mp3": link("mp3"), "wav": link("wav")},
            },
        })
    };
    let list = |count: usize, one: &dyn Fn(usize) -> Value| (0..count).map(one).collect::<Vec<_>>();
    let mut included = list(20, &artist);
    included.extend(list(count, &file));
    let link = |number: usize| {
        format!("https://api.soundstripe.com/v1/songs?page%5Bsize%5D=100&page%5Bnumber%5D={number}")
    };
    json!({
        "data": list(count, &song), "included": included,
        "links": {
            "self": link(2), "first": link(1), "prev": link(1), "next": link(3), "last": link(60),
            "meta": {"total_count": 5_943},
        },
    })
    .to_string()
}

/// Scores in XML, as MuseScore's search writes them.
pub(crate) fn scores(count: usize) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<scores is_array=\"true\">");
    for index in 0..count {
        let id = 52_708 + index;
        let _ = write!(
            text,
            "<score><id>{id}</id><vid>611254</vid><dates><posted>1402430026</posted><lastupdate>1403632023</lastupdate>\
             </dates><secret>deb42617c3</secret><uri>http://api.musescore.com/services/rest/score/{id}</uri>\
             <permalink>http://musescore.com/score/{id}</permalink><user><uid>90377</uid><username>M. Lindqvist</username>\
             <custom_url>http://musescore.com/lindqvist</custom_url></user><status>ready</status><sharing>public</sharing>\
             <comment_count>3</comment_count><favoriting_count>12</favoriting_count><view_count>579</view_count>\
             <playback_count>409</playback_count><download_count>283</download_count><genre/><format/>\
             <license>cc-by-nc-sa</license><language>fr</language><title>Air for the silver lake festival</title>\
             <description/><tags>duo,woodwind</tags><metadata><title>Ah ! vous dirai-je, maman</title>\
             <subtitle>Duet for flute &amp; oboe</subtitle><composer>Traditional</composer><poet/><pages>1</pages>\
             <measures>16</measures><lyrics>0</lyrics><chordnames>0</chordnames><keysig>0</keysig><duration>29</duration>\
             <dimensions>210x297</dimensions><parts is_array=\"true\"><part><name>Flute</name><program>73</program></part>\
             <part><name>Oboe</name><program>68</program></part></parts></metadata></score>\n"
        );
    }
    text.push_str("</scores>");
    text
}

/// A score as notation programs write it: two parts of eighths with stems, beams and articulation.
pub(crate) fn music_xml(bars: usize) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<score-partwise version=\"4.0\">\n  <part-list>\n    \
         <score-part id=\"P1\"><part-name>Piano</part-name></score-part>\n    \
         <score-part id=\"P2\"><part-name>Bass</part-name></score-part>\n  </part-list>\n",
    );
    for part in ["P1", "P2"] {
        let _ = writeln!(text, "  <part id=\"{part}\">");
        for index in 0..bars {
            bar(&mut text, index);
        }
        text.push_str("  </part>\n");
    }
    text.push_str("</score-partwise>\n");
    text
}

fn bar(text: &mut String, index: usize) {
    let _ = writeln!(text, "    <measure number=\"{}\" width=\"210.37\">", index + 1);
    if index == 0 {
        text.push_str(
            "      <attributes><divisions>2</divisions><key><fifths>0</fifths></key>\
             <time><beats>4</beats><beat-type>4</beat-type></time></attributes>\n",
        );
    }
    for note in 0..8 {
        let step = ["C", "D", "E", "F", "G", "A", "B"][(index + note) % 7];
        let _ = write!(
            text,
            "      <note default-x=\"{}.50\" default-y=\"-15.00\">\n        <pitch>\n          <step>{step}</step>\n          \
             <octave>4</octave>\n          </pitch>\n        <duration>1</duration>\n        <voice>1</voice>\n        \
             <type>eighth</type>\n        <stem>up</stem>\n        <staff>1</staff>\n        <beam number=\"1\">continue</beam>\n        \
             <notations>\n          <articulations>\n            <staccato/>\n            </articulations>\n          \
             </notations>\n        </note>\n",
            80 + note * 20
        );
    }
    text.push_str("      </measure>\n");
}

/// A linear congruential generator (Knuth's MMIX constants), easy to write again elsewhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// At least 0 and less than 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The times of bar lines, 1.5 to 2.5 s apart.
pub(crate) fn times(size: usize) -> Vec<f64> {
    let mut random = Random(1);
    let mut time = 0.0;
    (0..size)
        .map(|_| {
            let at = time;
            time += 1.5 + random.unit();
            at
        })
        .collect()
}
