//! Tags, sound effects, categories, curated playlists: docs/services/soundstripe.md#tags and what follows there.

use serde_json::Value;

use super::{Api, ids, included, refusal, total};

#[tokio::test]
async fn tags_by_either_name_of_the_filter() {
    let api = Api::start().await;
    let document = api.document("/tags?filter[tag_category]=Genre&page[size]=100").await;
    assert_eq!(document["data"], api.document("/tags?filter[category]=genre&page[size]=100").await["data"]);
    assert!(document["links"]["self"].as_str().unwrap().contains("filter%5Btag_category%5D=Genre"));
    let tag = &document["data"][0];
    assert_eq!((tag["id"].as_str(), tag["attributes"]["name"].as_str()), (Some("8_bit"), Some("8-bit")));
    assert!(document.get("included").is_none() && tag.get("relationships").is_none());
    assert_eq!(refusal(&api.get("/tags?filter[category]=colour").await).0, 400);
    api.switch("unknown_tag_category", "empty");
    assert_eq!(total(&api.document("/tags?filter[category]=colour").await), 0);
}

#[tokio::test]
async fn sound_effects_by_words_and_categories() {
    let api = Api::start().await;
    let all = total(&api.document("/sound_effects").await);
    let doors = api.document("/sound_effects?filter[categories]=doors&page[size]=100").await;
    assert!(total(&doors) > 0);
    for effect in doors["data"].as_array().unwrap() {
        let attributes = &effect["attributes"];
        assert_eq!(attributes["primary_category"], "foley");
        assert_eq!(attributes["subcategories"][0], "doors");
        assert!(attributes["duration"].is_number() && attributes["versions"]["mp3"].is_string());
    }
    // 10 is Foley by its id.
    let foley = total(&api.document("/sound_effects?filter[categories]=10").await);
    let others = total(&api.document("/sound_effects?filter[categories]=-Foley").await);
    assert_eq!(foley + others, all);
    let slow = api.document("/sound_effects?filter[q]=SLOW%20doors").await;
    assert!(total(&slow) > 0 && total(&slow) < total(&doors));
    let one = api.document("/sound_effects/501").await;
    assert_eq!(one["data"]["id"], "501");
    let (status, detail) = refusal(&api.get("/sound_effects/9").await);
    assert_eq!((status, detail.as_str()), (404, "Couldn't find SoundEffect with 'id'=9"));
}

#[tokio::test]
async fn categories_and_what_is_below_them() {
    let api = Api::start().await;
    let plain = api.document("/categories?page[size]=100").await;
    assert_eq!(total(&plain), 8);
    assert!(plain.get("included").is_none());
    let document = api.document("/categories?include=subcategories&page[size]=100").await;
    let foley = &document["data"][0];
    assert_eq!((foley["id"].as_str(), &foley["attributes"]["parent_id"]), (Some("10"), &Value::Null));
    for child in foley["relationships"]["subcategories"]["data"].as_array().unwrap() {
        // A number that refers to a string id.
        assert_eq!(included(&document, "categories", &child["id"])["attributes"]["parent_id"], 10);
    }
    let one = api.document("/categories/10?include=subcategories").await;
    assert_eq!(one["included"].as_array().unwrap().len(), 4);
    assert_eq!(refusal(&api.get("/categories?include=parents").await).0, 400);
    assert_eq!(refusal(&api.get("/categories/9999").await).0, 404);
    api.switch("categories_list", "all");
    let all = api.document("/categories?include=subcategories&page[size]=100").await;
    assert!(total(&all) > 20);
    assert_eq!(all["included"], serde_json::json!([]), "what is in data is not repeated");
}

#[tokio::test]
async fn playlists_page_their_contents() {
    let api = Api::start().await;
    let list = api.document("/playlists?page[size]=100").await;
    assert_eq!(total(&list), 28);
    assert!(list.get("included").is_none());
    let long = list["data"].as_array().unwrap();
    let id = long[0]["id"].as_str().unwrap();
    assert_eq!(long[0]["relationships"]["songs"]["data"].as_array().unwrap().len(), 10);
    let include = "include=songs,songs.artists,songs.audio_files,playlist_categories";
    let mut songs = Vec::new();
    let mut count = 0;
    for page in 1.. {
        let path = format!("/playlists/{id}?{include}&page[size]=7&page[number]={page}");
        let document = api.document(&path).await;
        for song in document["data"]["relationships"]["songs"]["data"].as_array().unwrap() {
            let resource = included(&document, "songs", &song["id"]);
            let artist = &resource["relationships"]["artists"]["data"][0]["id"];
            included(&document, "artists", artist);
            songs.push(song["id"].clone());
        }
        count = total(&document);
        if document["links"]["next"].is_null() {
            break;
        }
    }
    assert_eq!(songs.len() as u64, count);
    api.switch("playlist_linkage", "all");
    let document = api.document(&format!("/playlists/{id}")).await;
    assert_eq!(document["data"]["relationships"]["songs"]["data"].as_array().unwrap().len() as u64, count);
    assert_eq!(refusal(&api.get(&format!("/playlists/{id}?include=tags")).await).0, 400);
}

#[tokio::test]
async fn playlists_by_category_and_media_type() {
    let api = Api::start().await;
    let effects = api.document("/playlists?filter[media_type]=sound_effects").await;
    assert_eq!(total(&effects), 4);
    let id = ids(&effects)[0].clone();
    assert_eq!(refusal(&api.get(&format!("/playlists/{id}")).await).0, 404);
    let one = api.document(&format!("/playlists/{id}?filter[media_type]=sound_effects")).await;
    assert_eq!(one["data"]["relationships"]["sound_effects"]["data"].as_array().unwrap().len(), 10);
    let seasonal = api.document("/playlists?filter[playlist_category_ids]=3&page[size]=100").await;
    let more = api.document("/playlists?filter[playlist_category_ids]=3,4&page[size]=100").await;
    assert!(total(&seasonal) > 0 && total(&seasonal) < total(&more));
    assert_eq!(refusal(&api.get("/playlists?filter[media_type]=videos").await).0, 400);
    let categories = api.document("/playlist_categories").await;
    assert_eq!(total(&categories), 6);
    assert_eq!(api.document("/playlist_categories/3").await["data"]["attributes"]["name"], "Seasonal");
    assert_eq!(refusal(&api.get("/playlist_categories/77").await).0, 404);
}

#[tokio::test]
async fn songs_effects_and_playlists_of_ones_own_stand_behind_the_seeded_ones() {
    let catalogue = serde_json::json!({"soundstripe": {
        "songs": [
            {"title": "Low Tide", "artists": ["R. Okafor"], "bpm": 96.5, "key": {"name": "Bb", "mode": "minor"}, "energy": "low",
             "tags": {"mood": ["calm"], "genre": ["Sea Shanty"]},
             "audio_files": [{"description": "Full Mix [Primary]", "duration": 125.5, "instrumental": false},
                             {"description": "Loop", "duration": 15.5}]},
            {"title": "Only a title"},
        ],
        "sound_effects": [{"title": "Garden gate", "category": "foley", "subcategory": "Gates", "duration": 3.5}],
        "playlists": [
            {"name": "By the sea", "categories": ["New", "Coast"], "songs": ["Low Tide"]},
            {"name": "Gates", "sound_effects": ["Garden gate"]},
        ],
    }});
    let mut api = Api::start().await;
    let before = total(&api.document("/songs").await);
    let builder = segno_sandbox::Sandbox::builder().frozen_at(1_900_000_000).catalogue(catalogue);
    api.sandbox = builder.start().await.expect("starts");
    for round in ["at the start", "after a reset"] {
        assert_eq!(total(&api.document("/songs").await), before + 2, "{round}");
        let found = api.document("/songs?filter[q]=okafor%20low%20tide&filter[tags][genre]=sea_shanty").await;
        assert_eq!(total(&found), 1, "{round}");
        let song = &found["data"][0];
        assert_eq!(song["attributes"]["key"], serde_json::json!({"name": "Bb/A#", "mode": "minor"}));
        // A tag that is known is that one, whatever its case.
        assert_eq!(song["attributes"]["tags"]["mood"], serde_json::json!(["Calm"]));
        let song = api.document(&format!("/songs/{}", song["id"].as_str().unwrap())).await;
        let files = song["data"]["relationships"]["audio_files"]["data"].as_array().unwrap();
        assert_eq!(files.len(), 2);
        let file = included(&song, "audio_files", &files[0]["id"]);
        assert_eq!(
            (&file["attributes"]["duration"], &file["attributes"]["instrumental"]),
            (&125.5.into(), &false.into())
        );
        assert!(file["attributes"]["versions"]["mp3"].is_string());
        let plain = api.document("/songs?filter[q]=only%20a%20title").await;
        let artist = &plain["data"][0]["relationships"]["artists"]["data"][0]["id"];
        assert_eq!(included(&plain, "artists", artist)["attributes"]["name"], "Various Artists");

        let effect = &api.document("/sound_effects?filter[q]=garden%20gate").await["data"][0];
        assert_eq!(effect["attributes"]["primary_category"], "foley");
        assert_eq!(effect["attributes"]["subcategories"], serde_json::json!(["gates"]));
        let foley = api.document("/categories/10?include=subcategories").await;
        assert_eq!(foley["included"].as_array().unwrap().len(), 5);

        let lists = api.document("/playlists?page[size]=100&include=songs").await;
        let list = lists["data"].as_array().unwrap().last().unwrap();
        assert_eq!(list["attributes"]["name"], "By the sea");
        let id = &list["relationships"]["songs"]["data"][0]["id"];
        assert_eq!(included(&lists, "songs", id)["attributes"]["title"], "Low Tide");
        assert_eq!(total(&api.document("/playlists?filter[media_type]=sound_effects").await), 5);
        api.sandbox.reset();
    }
}
