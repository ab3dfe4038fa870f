use serde_json::{Map, json};

use super::*;
use crate::SecretUrl;
use crate::decode::{from_json, from_value};

/// A model with everything that models have.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Song {
    id: u64,
    #[serde(default)]
    title: String,
    bpm: Option<f64>,
    explicit: Option<bool>,
    #[serde(default, deserialize_with = "filled")]
    genre: Option<String>,
    #[serde(default, deserialize_with = "list")]
    moods: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    files: Vec<File>,
    artist: Option<Artist>,
    #[serde(default)]
    passed_over: PassedOver,
    #[serde(default)]
    other: Map<String, Value>,
}

/// Is read whole or not at all.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct File {
    length: u32,
}

/// A model in a model.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Artist {
    name: String,
    city: Option<String>,
    #[serde(default)]
    passed_over: PassedOver,
}

fn song(body: &str) -> Song {
    from_json(body.as_bytes()).unwrap()
}

fn kept(passed_over: &PassedOver) -> Value {
    passed_over.iter().map(|(path, value)| json!([path, value])).collect()
}

#[test]
fn one_odd_value_costs_one_field() {
    let good = json!({
        "id": 7, "title": "Low Tide", "bpm": 96.5, "explicit": true, "genre": "Folk", "moods": ["calm"],
        "files": [{"length": 3}], "artist": {"name": "Ana", "city": "Porto"},
    });
    let whole = song(&good.to_string());
    assert!(whole.passed_over.is_empty() && whole.other.is_empty());
    for key in ["title", "bpm", "explicit", "genre", "moods", "files", "artist"] {
        for odd in [json!([1]), json!({"x": [{}]}), json!(true), json!("text"), json!(0.5)] {
            let mut body = good.clone();
            body[key] = odd.clone();
            let read = song(&body.to_string());
            let mut expected = whole.clone();
            match (key, &odd) {
                ("title", Value::String(_)) | ("genre", Value::String(_)) => continue,
                ("bpm", Value::Number(_)) | ("explicit", Value::Bool(_)) => continue,
                ("title", Value::Number(_)) => expected.title = "0.5".into(),
                ("genre", Value::Number(_)) => expected.genre = Some("0.5".into()),
                ("moods", Value::Array(_)) => expected.moods = vec!["1".into()],
                _ => {
                    // Of a list with an odd member, the member is lost.
                    let path = if key == "files" && odd.is_array() { "files[0]" } else { key };
                    let odd = if path == key { odd.clone() } else { odd[0].clone() };
                    match key {
                        "title" => expected.title.clear(),
                        "bpm" => expected.bpm = None,
                        "explicit" => expected.explicit = None,
                        "genre" => expected.genre = None,
                        "moods" => expected.moods.clear(),
                        "files" => expected.files.clear(),
                        _ => expected.artist = None,
                    }
                    expected.passed_over.add(path, odd);
                }
            }
            assert_eq!(read, expected, "{key}: {odd}");
        }
        let mut body = good.clone();
        body[key] = Value::Null;
        assert!(song(&body.to_string()).passed_over.is_empty(), "{key}: null is nothing");
    }
}

#[test]
fn other_forms_are_understood() {
    let read = song(
        r#"{"id": "7", "title": 1999, "bpm": "+96", "explicit": "No", "genre": " ", "moods": {"0": "a", "2": 5},
            "files": {"3": {"length": "4"}, "11": {"length": 5.0}}, "artist": []}"#,
    );
    let expected = Song {
        id: 7,
        title: "1999".into(),
        bpm: Some(96.0),
        explicit: Some(false),
        moods: vec!["a".into(), "5".into()],
        files: vec![File { length: 4 }, File { length: 5 }],
        ..Song::default()
    };
    assert_eq!(read, expected);
    let read = song(r#"{"id": 7, "moods": null, "files": null, "title": null, "title": "b", "id": 8}"#);
    assert_eq!((read.id, read.title.as_str()), (8, "b"), "the last of a name counts");
    assert_eq!(kept(&read.passed_over), json!([["title", null], ["id", 7]]));
}

#[test]
fn what_is_cut_out_belongs_to_the_nearest_model() {
    let read = song(
        r#"{"id": 7, "artist": {"name": "Ana", "city": ["Porto"]}, "files": [{"length": 1}, {}, {"length": [2]}, 3],
            "moods": ["a", {}, []], "bpm": {}, "new": [1]}"#,
    );
    let artist = read.artist.unwrap();
    assert_eq!(kept(&artist.passed_over), json!([["city", ["Porto"]]]));
    assert_eq!(read.files, [File { length: 1 }]);
    assert_eq!(read.moods, ["a"]);
    assert_eq!(
        kept(&read.passed_over),
        json!([
            ["files[1]", {}],
            ["files[2]", {"length": [2]}],
            ["files[3]", 3],
            ["moods[1]", {}],
            ["moods[2]", []],
            ["bpm", {}],
        ])
    );
    assert_eq!(read.other["new"], json!([1]));
    // Without its name an artist is unusable, whatever was odd in it.
    let read = song(r#"{"id": 7, "artist": {"name": {}, "city": {}}}"#);
    assert_eq!(read.artist, None);
    assert_eq!(kept(&read.passed_over), json!([["artist", {"name": {}, "city": {}}]]));
}

#[test]
fn one_odd_member_costs_one_member() {
    let songs: List<Song> = from_json(
        br#"[{"id": 1}, "CANARY", {"title": "x"}, null, {"id": [2], "bpm": []}, [3], {"id": 4, "bpm": []}]"#,
    )
    .unwrap();
    assert_eq!(songs.iter().map(|song| song.id).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(songs.passed_over.to_string(), "[1], [2], [3], [4], [5]");
    assert_eq!(songs.passed_over.get("[4]").unwrap(), &json!({"id": [2], "bpm": []}));
    assert_eq!(songs[1].passed_over.get("bpm"), Some(&json!([])));
    assert_eq!(songs.given(), 7);
    assert!(!format!("{songs:?}").contains("CANARY"), "{songs:?}");
    for empty in ["null", "[]", "{}"] {
        assert_eq!(from_json::<List<Song>>(empty.as_bytes()).unwrap().given(), 0, "{empty}");
    }
    assert!(
        from_json::<List<Song>>(br#"["Access denied", null]"#).is_err(),
        "an error as some services send it"
    );
    assert_eq!(from_json::<List<Song>>(b"[{}, 7]").unwrap().given(), 2);
    assert!(from_json::<List<Song>>(br#"{"error": "x"}"#).is_err());
    assert!(from_json::<List<Song>>(b"7").is_err());
}

/// A list may be a row of values each of which has a meaning by its place.
#[test]
fn what_has_a_meaning_by_its_place_is_not_moved() {
    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Points {
        first: (u32, Option<f64>, String),
        #[serde(deserialize_with = "list")]
        all: Vec<Vec<f64>>,
        passed_over: PassedOver,
    }
    let points: Points =
        from_json(br#"{"first": [1, "x", "y"], "all": [[1, 2], [1, null, 3], ["x", 2], {"1": 7}]}"#).unwrap();
    assert_eq!(points.first, (0, None, String::new()));
    assert_eq!(points.all, [vec![1.0, 2.0], vec![7.0]]);
    assert_eq!(
        kept(&points.passed_over),
        json!([["first", [1, "x", "y"]], ["all[1]", [1, null, 3]], ["all[2]", ["x", 2]]])
    );
}

/// A whole number may be written with a fraction of zero; one that was rounded, or that a float cannot count, is not guessed.
#[test]
fn whole_numbers_are_whole() {
    assert_eq!(song(r#"{"id": 7.0}"#).id, 7);
    assert_eq!(song(r#"{"id": "9007199254740992.0"}"#).id, 1 << 53);
    for odd in ["7.5", "\"7.5\"", "1e300", "9007199254740994.0", "-7.0"] {
        assert!(from_json::<Song>(format!(r#"{{"id": {odd}}}"#).as_bytes()).is_err(), "{odd}");
    }
}

/// A letter of a name may be escaped (RFC 8259, section 7); the name is the same.
#[test]
fn names_may_be_escaped() {
    let read = song(r#"{"\u0069d": 7, "t\u0069tle": "Low Tide", "artist": {"n\u0061me": "Ana"}}"#);
    assert_eq!((read.id, read.title.as_str(), read.artist.unwrap().name.as_str()), (7, "Low Tide", "Ana"));
}

/// Servers in PHP write an empty object as an empty list.
#[test]
fn an_empty_list_is_an_empty_object() {
    assert!(from_json::<Map<String, Value>>(b"[]").unwrap().is_empty());
    assert!(from_json::<Map<String, Value>>(b"[7]").is_err());
    let kept = song(r#"{"id": 7, "artist": {"name": "Ana", "city": "Faro", "city": "Porto"}}"#);
    let artist = kept.artist.unwrap();
    assert_eq!(artist.city.as_deref(), Some("Porto"));
    assert_eq!(artist.passed_over.paths().collect::<Vec<_>>(), ["city"], "counted from its own model");
    assert!(kept.passed_over.is_empty());
}

#[test]
fn a_list_equals_what_it_holds() {
    let list: List<u64> = from_json(b"[1, 2]").unwrap();
    assert!(list == [1, 2] && list == vec![1, 2]);
    assert!(list != [1, 3] && list != [1] && list != vec![1, 3] && list != vec![1, 2, 3]);
}

#[test]
fn without_a_place_nothing_is_cut_out() {
    #[derive(Debug, Deserialize)]
    struct Plain {
        #[serde(deserialize_with = "list")]
        files: Vec<File>,
        #[serde(default)]
        name: Option<String>,
    }
    let error = |body: &str| from_json::<Plain>(body.as_bytes()).unwrap_err().to_string();
    assert_eq!(error(r#"{"files": [{"length": 1}, {}]}"#), "files[1]: missing field `length`");
    assert_eq!(error(r#"{"files": [], "name": []}"#), "name: expected a string, found a list");
    assert_eq!(error(r#"{"files": 7}"#), "files: expected a sequence, found a number");
    let read: Plain = from_json(br#"{"files": 7, "files": null, "name": [], "name": 7, "name": 8}"#).unwrap();
    assert_eq!(song(r#"{"id": 1, "files": [{}], "files": [{"length": 2}]}"#).files, [File { length: 2 }]);
    assert_eq!((read.files.len(), read.name.as_deref()), (0, Some("8")));
}

#[test]
fn a_member_that_must_be_there_is_blamed_for_what_it_was() {
    let error = |body: &str| from_json::<Song>(body.as_bytes()).unwrap_err().to_string();
    assert_eq!(error(r#"{"id": ["CANARY"], "bpm": {}}"#), "id: expected u64, found a list");
    assert_eq!(error(r#"{"id": "CANARY"}"#), "id: expected u64, found a text");
    assert_eq!(error("{}"), "missing field `id`");
    assert_eq!(error("[7]"), "expected Song, found a list");
    assert_eq!(error("[]"), "expected Song, found an empty list");
}

#[test]
fn members_of_the_reserved_names_are_members_like_others() {
    let read = song(r#"{"id": 7, "passed_over": "x", "other": [1], "bpm": []}"#);
    assert_eq!(read.passed_over.to_string(), "bpm");
    assert_eq!(Value::Object(read.other), json!({"passed_over": "x", "other": [1]}));
}

#[test]
fn links_are_resolved() {
    #[derive(Deserialize)]
    struct Linked {
        #[serde(deserialize_with = "link")]
        link: String,
        url: Option<SecretUrl>,
        #[serde(default)]
        passed_over: PassedOver,
    }
    let base: SecretUrl = "https://api.example/v1/songs?page=1".parse().unwrap();
    let read = |link: &str, base| {
        let linked: Linked = from_value(&json!({"link": link, "url": link}), base).unwrap();
        (linked.link, linked.url.map(|url| url.expose()), linked.passed_over.len())
    };
    for (link, absolute) in [
        ("80001.mp3?a=1", "https://api.example/v1/80001.mp3?a=1"),
        ("/80001.mp3", "https://api.example/80001.mp3"),
        ("//cdn.example/1.mp3", "https://cdn.example/1.mp3"),
        ("https://cdn.example/1.mp3", "https://cdn.example/1.mp3"),
    ] {
        assert_eq!(read(link, Some(&base)), (absolute.into(), Some(absolute.into()), 0), "{link}");
    }
    assert_eq!(read("80001.mp3", None), ("80001.mp3".into(), None, 1));
    assert_eq!(read("mailto:x", Some(&base)), ("mailto:x".into(), None, 1));
}

/// The time grows as the document does: nothing that is odd is looked at again and again.
#[test]
fn the_cost_of_oddities_is_linear() {
    let passes = |count: usize| {
        let member =
            r#"{"id": 1, "bpm": {}, "artist": {"name": "a", "city": {}}, "files": [{}, {"length": 1}]}"#;
        let body = format!("[{}]", vec![member; count].join(","));
        let counter = counted(|| {
            let songs: List<Song> = from_json(body.as_bytes()).unwrap();
            assert_eq!(songs.len(), count);
            assert!(songs.iter().all(|song| song.passed_over.len() == 2));
        });
        let member = format!(r#"{{"id": 1, "files": [{}]}}"#, vec!["{}"; count].join(","));
        counter
            + counted(|| {
                let song: Song = from_json(member.as_bytes()).unwrap();
                assert_eq!(song.passed_over.len(), count);
            })
    };
    let (few, many) = (passes(200), passes(2000));
    assert!(many < few * 12, "{few} steps for 200, {many} for 2000");
}

/// How many values were gone to.
fn counted(work: impl FnOnce()) -> usize {
    read::STEPS.with(|steps| steps.set(0));
    work();
    read::STEPS.with(std::cell::Cell::get)
}

mod random {
    use proptest::prelude::*;

    use super::*;

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a-z0-9 ]{0,4}".prop_map(Value::from),
        ];
        let name = prop::sample::select(vec![
            "id",
            "title",
            "bpm",
            "explicit",
            "genre",
            "moods",
            "files",
            "artist",
            "length",
            "name",
            "city",
            "other",
            "passed_over",
            "0",
            "1",
            "x",
        ]);
        leaf.prop_recursive(5, 60, 8, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..8).prop_map(|members| Value::Object(
                    members.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()
                )),
            ]
        })
    }

    proptest! {
        /// Whatever comes, every member of a list is read or kept.
        #[test]
        fn nothing_is_lost(members in prop::collection::vec(json(), 0..5)) {
            // A list without one object would be no list of songs.
            let members: Vec<Value> = members.into_iter().chain([json!({"id": 1})]).collect();
            let text = Value::from(members).to_string();
            let members: Vec<Value> = serde_json::from_str(&text).unwrap();
            let list: List<Song> = from_json(text.as_bytes()).unwrap();
            prop_assert_eq!(list.given(), members.len());
            for (path, value) in list.passed_over.iter() {
                let index: usize = path[1..path.len() - 1].parse().unwrap();
                prop_assert_eq!(value, &members[index]);
            }
            for song in &list {
                let as_they_came = members.iter().any(|member| {
                    song.passed_over.iter().all(|(path, value)| member.pointer(&pointer(path)) == Some(value))
                });
                prop_assert!(as_they_came, "{song:?}");
            }
        }

        #[test]
        fn nothing_panics(value in json()) {
            let text = value.to_string();
            let _ = from_json::<Song>(text.as_bytes());
            let _ = from_json::<List<Artist>>(text.as_bytes());
            let _ = from_json::<Value>(text.as_bytes());
        }

        #[test]
        fn good_models_are_read_as_serde_reads_them(id: u64, title in ".{0,8}", bpm in prop::option::of(-1e9..1e9f64)) {
            let body = json!({"id": id, "title": title, "bpm": bpm}).to_string();
            let strict: Song = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(song(&body), strict);
        }
    }

    /// A path as a JSON pointer (RFC 6901).
    fn pointer(path: &str) -> String {
        format!("/{}", path.replace('[', ".").replace(']', "").replace('.', "/"))
    }
}

/// Structs of users who know nothing of the hooks.
#[test]
fn members_that_only_happen_to_have_the_names_of_hooks_are_read() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Choice {
        mood: String,
        other: String,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Exam {
        passed_over: bool,
        #[serde(default)]
        other: Map<String, Value>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Kept {
        #[serde(default)]
        id: u64,
        #[serde(default)]
        other: String,
        #[serde(default)]
        passed_over: PassedOver,
    }

    #[derive(Debug, serde::Deserialize)]
    struct All {
        choice: Choice,
        exams: Vec<Exam>,
        kept: List<Kept>,
        none: Kept,
        passed_over: PassedOver,
    }

    let body = json!({
        "choice": {"mood": "calm", "other": "rainy"},
        "exams": [{"passed_over": true}, {"passed_over": false, "other": {"a": 1}, "b": 2}],
        "kept": [{"id": 7, "other": "x"}, {"id": [], "other": "y", "new": 1}, 3],
        "none": {"id": "CANARY"},
    });
    let all: All = from_json(body.to_string().as_bytes()).unwrap();
    assert_eq!(all.choice, Choice { mood: "calm".into(), other: "rainy".into() });
    assert!(all.exams[0].passed_over && all.exams[0].other.is_empty());
    assert_eq!(Value::Object(all.exams[1].other.clone()), json!({"a": 1}));
    assert_eq!((all.kept[0].id, all.kept[0].other.as_str()), (7, "x"));
    assert_eq!((all.kept[1].id, all.kept[1].other.as_str()), (0, "y"));
    assert_eq!(all.kept[1].passed_over.paths().collect::<Vec<_>>(), ["id"]);
    assert_eq!(all.kept.passed_over.paths().collect::<Vec<_>>(), ["[2]"]);
    assert_eq!((all.none.id, all.none.other.as_str()), (0, ""));
    assert_eq!(all.none.passed_over.paths().collect::<Vec<_>>(), ["id"]);
    assert!(all.passed_over.is_empty(), "{:?}", all.passed_over);
}

/// What is an error for serde is one here: nothing is passed over where nobody keeps it.
#[test]
fn a_struct_with_an_ordinary_member_of_that_name_keeps_nothing() {
    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code)]
    struct Exam {
        #[serde(default)]
        passed_over: bool,
        #[serde(default)]
        marks: u8,
    }

    let error = from_json::<Vec<Exam>>(br#"[{"marks": 1}, {"marks": "CANARY"}]"#).unwrap_err();
    assert_eq!(error.to_string(), "[1].marks: expected u8, found a text");
}
