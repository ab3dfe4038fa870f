//! Songs, their filters, what belongs to them: docs/services/soundstripe.md#songs; YouTube codes: docs/services/soundstripe.md#digital-usages.

use serde_json::{Value, json};

use super::{Api, ids, included, refusal, total};

/// Every song, by pages of 100.
async fn all(api: &Api, filter: &str) -> Vec<Value> {
    let mut songs = Vec::new();
    for page in 1.. {
        let document = api.document(&format!("/songs?{filter}&page[size]=100&page[number]={page}")).await;
        songs.extend(document["data"].as_array().unwrap().iter().cloned());
        if document["links"]["next"].is_null() {
            assert_eq!(songs.len() as u64, total(&document));
            return songs;
        }
    }
    songs
}

fn tags<'a>(song: &'a Value, category: &str) -> Vec<&'a str> {
    let tags = song["attributes"]["tags"][category].as_array().unwrap();
    tags.iter().map(|tag| tag.as_str().unwrap()).collect()
}

#[tokio::test]
async fn four_and_a_half_thousand_each_once() {
    let api = Api::start().await;
    let mut ids: Vec<String> =
        all(&api, "").await.iter().map(|song| song["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 4500);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4500);
}

#[tokio::test]
async fn bounds_are_inclusive_and_crossed_bounds_are_empty() {
    let api = Api::start().await;
    let slow = all(&api, "filter[bpm][min]=80&filter[bpm][max]=81").await;
    let mut bpms: Vec<f64> = slow.iter().map(|song| song["attributes"]["bpm"].as_f64().unwrap()).collect();
    bpms.sort_by(f64::total_cmp);
    bpms.dedup();
    assert_eq!(bpms, [80.0, 81.0]);
    assert!(all(&api, "filter[bpm][min]=81&filter[bpm][max]=80").await.is_empty());
    assert_eq!(refusal(&api.get("/songs?filter[bpm][min]=fast").await).0, 400);
}

#[tokio::test]
async fn tags_by_id_by_name_mixed_excluded() {
    let api = Api::start().await;
    let of = |filter: &'static str| all(&api, filter);
    let by_id = of("filter[tags][genre]=8_bit").await;
    let by_name = of("filter[tags][genre]=8-BIT").await;
    assert_eq!(by_id, by_name);
    assert!(!by_id.is_empty());
    assert!(by_id.iter().all(|song| tags(song, "genre").contains(&"8-bit")));
    // The inner hyphen means nothing; a leading one excludes.
    let without = of("filter[tags][genre]=-8-bit").await;
    assert_eq!(by_id.len() + without.len(), 4500);
    let mixed = of("filter[tags][genre]=8_bit,%20Lo-Fi,-folk").await;
    assert!(!mixed.is_empty());
    for song in &mixed {
        let genres = tags(song, "genre");
        assert!(genres.contains(&"8-bit") && genres.contains(&"Lo-Fi") && !genres.contains(&"Folk"));
    }
    // Only tags of the parameter's own category match; unknown ones match nothing, excluded ones are ignored.
    assert!(of("filter[tags][mood]=8_bit").await.is_empty());
    assert!(of("filter[tags][mood]=no_such_tag").await.is_empty());
    assert_eq!(of("filter[tags][mood]=-no_such_tag").await.len(), 4500);
    api.switch("tag_match", "any");
    let any = all(&api, "filter[tags][genre]=8_bit,lo_fi").await;
    assert!(any.len() > by_id.len());
}

#[tokio::test]
async fn alternates_change_linkage_and_included_together() {
    let api = Api::start().await;
    for (flag, all) in [("", false), ("&filter[include_alternate_audio_files]=true", true)] {
        let document = api.document(&format!("/songs?page[size]=100{flag}")).await;
        let songs = document["data"].as_array().unwrap();
        let files: Vec<&Value> = songs
            .iter()
            .flat_map(|song| song["relationships"]["audio_files"]["data"].as_array().unwrap())
            .collect();
        assert_eq!(files.len() > 100, all);
        for file in &files {
            included(&document, "audio_files", &file["id"]);
        }
        for song in songs {
            let first = &song["relationships"]["audio_files"]["data"][0]["id"];
            let description = &included(&document, "audio_files", first)["attributes"]["description"];
            assert!(description.as_str().unwrap().ends_with("[Primary]"), "{description}");
            let artist = &song["relationships"]["artists"]["data"][0]["id"];
            assert!(included(&document, "artists", artist)["attributes"]["name"].is_string());
        }
        let kinds: Vec<&str> =
            document["included"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
        assert!(kinds.is_sorted(), "artists first, then audio files");
        let linked = kinds.iter().filter(|kind| **kind == "audio_files").count();
        assert_eq!(linked, files.len());
    }
}

#[tokio::test]
async fn durations_of_the_primary_file_or_of_any() {
    let api = Api::start().await;
    // No primary file is this short; "30 second cut" is.
    assert!(all(&api, "filter[duration][max]=31").await.is_empty());
    let any =
        all(&api, "filter[duration][max]=31&filter[duration][consider_alternate_audio_files]=true").await;
    assert!((500..4000).contains(&any.len()), "{}", any.len());
    // Alone the flag changes nothing.
    assert_eq!(all(&api, "filter[duration][consider_alternate_audio_files]=true").await.len(), 4500);
}

#[tokio::test]
async fn instrumental_and_vocals_look_at_all_files() {
    let api = Api::start().await;
    let reader = &api;
    let count =
        |filter: &'static str| async move { total(&reader.document(&format!("/songs?{filter}")).await) };
    let (some, none) = (count("filter[instrumental]=true").await, count("filter[instrumental]=false").await);
    assert_eq!(some + none, 4500);
    let (vocal, not) = (count("filter[vocals]=true").await, count("filter[vocals]=0").await);
    assert_eq!(vocal + not, 4500);
    let both = count("filter[vocals]=T&filter[instrumental]=1").await;
    assert_eq!(both, vocal - none);
    assert_eq!(refusal(&api.get("/songs?filter[vocals]=maybe").await).0, 400);
    assert_eq!(refusal(&api.get("/songs?filter[energy]=very_high").await).0, 400);
    let mut energies = 0;
    for energy in ["very_low", "low", "medium", "high"] {
        energies += total(&api.document(&format!("/songs?filter[energy]={energy}")).await);
    }
    assert_eq!(energies, 4500);
}

#[tokio::test]
async fn words_and_keys() {
    let api = Api::start().await;
    let song = api.document("/songs/1001").await;
    let title = song["data"]["attributes"]["title"].as_str().unwrap();
    let mood = tags(&song["data"], "mood")[0];
    let query = format!("{} {}", title.to_uppercase(), mood).replace(' ', "%20");
    let found = api.document(&format!("/songs?filter[q]={query}&page[size]=100")).await;
    assert!(ids(&found).contains(&"1001".to_owned()));
    let sharps = all(&api, "filter[key][name]=d%23&filter[key][mode]=Minor").await;
    assert!(!sharps.is_empty());
    for song in &sharps {
        assert_eq!(song["attributes"]["key"], json!({"name": "Eb/D#", "mode": "minor"}));
    }
}

#[tokio::test]
async fn one_song_with_everything_or_with_what_is_primary() {
    let api = Api::start().await;
    let songs = all(&api, "filter[include_alternate_audio_files]=true").await;
    let files = |song: &Value| song["relationships"]["audio_files"]["data"].as_array().unwrap().len();
    let artists = |song: &Value| song["relationships"]["artists"]["data"].as_array().unwrap().len();
    let many = songs.iter().find(|song| files(song) > 2 && artists(song) > 1).unwrap();
    let path = format!("/songs/{}", many["id"].as_str().unwrap());
    let document = api.document(&path).await;
    assert_eq!(document["data"]["relationships"], many["relationships"]);
    assert_eq!(document["included"].as_array().unwrap().len(), files(many) + artists(many));
    assert!(document.get("links").is_none());
    api.switch("retrieve_song_primary_only", true);
    assert_eq!(api.document(&path).await["included"].as_array().unwrap().len(), 2);
    for unknown in ["424242", "abc", "-1"] {
        let (status, detail) = refusal(&api.get(&format!("/songs/{unknown}")).await);
        assert_eq!((status, detail), (404, format!("Couldn't find Song with 'id'={unknown}")));
    }
}

#[tokio::test]
async fn shapes_of_keys_and_files() {
    let api = Api::start().await;
    let file = |document: &Value| {
        let id = document["data"]["relationships"]["audio_files"]["data"][0]["id"].clone();
        included(document, "audio_files", &id)["attributes"].clone()
    };
    let documented = api.document("/songs/1001").await;
    let key = documented["data"]["attributes"]["key"].clone();
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(members(&key), "mode name");
    assert_eq!(members(&file(&documented)), "description duration instrumental versions");
    api.switch("key_shape", "string");
    api.switch("audio_file_shape", "legacy");
    let older = api.document("/songs/1001").await;
    let mode = if key["mode"] == "major" { "Major" } else { "Minor" };
    assert_eq!(older["data"]["attributes"]["key"], format!("{} {mode}", key["name"].as_str().unwrap()));
    assert_eq!(
        members(&file(&older)),
        "description duration exclusions file_extension versions vocal_degree"
    );
    api.switch("audio_file_shape", "superset");
    assert_eq!(file(&api.document("/songs/1001").await).as_object().unwrap().len(), 7);
}

#[tokio::test]
async fn every_call_makes_another_code() {
    let api = Api::start().await;
    let body = json!({"data": {"type": "digital_usages"}});
    let path = "/songs/1001/digital_usages";
    let (one, two) = (api.send("POST", path, &body).await, api.send("POST", path, &body).await);
    assert_eq!((one.status, two.status), (201, 201));
    let (one, two) = (one.json(), two.json());
    assert_ne!(one["data"]["id"], two["data"]["id"]);
    assert_ne!(one["data"]["attributes"]["youtube_code"], two["data"]["attributes"]["youtube_code"]);
    assert_eq!(api.sandbox.effects().of("soundstripe", "digital_usages").created, 2);
    assert_eq!(refusal(&api.send("POST", "/songs/1/digital_usages", &body).await).0, 404);
    let more = json!({"data": {"type": "digital_usages", "attributes": {}}});
    assert_eq!(refusal(&api.send("POST", path, &more).await).0, 400);
    assert_eq!(refusal(&api.request("POST", path).body("{").send().await).0, 400);
    api.switch("digital_usage_status", 200);
    assert_eq!(api.send("POST", path, &body).await.status, 200);
}
