//! Private playlists: docs/services/soundstripe.md#playlists.

use serde_json::{Value, json};

use super::{Api, ids, refusal};

const LIST: &str = "/my_media/playlists";

fn create(attributes: Value) -> Value {
    json!({"data": {"type": "private_playlists", "attributes": attributes}})
}

#[tokio::test]
async fn from_making_to_deleting() {
    let api = Api::start().await;
    let before = ids(&api.document(LIST).await);
    let made =
        api.send("POST", LIST, &create(json!({"name": "Launch trailer", "song_ids": [1001, "1002"]}))).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let attributes = &made["data"]["attributes"];
    assert_eq!(attributes["song_ids"], json!([1001, 1002]));
    assert_eq!(attributes["sound_effect_ids"], json!([]));
    assert_eq!(attributes["media_type"], "songs");
    assert_eq!((&attributes["image"], &attributes["shareable"]), (&Value::Null, &json!(false)));
    let primary = |song: &Value| {
        let id = song["data"]["relationships"]["audio_files"]["data"][0]["id"].clone();
        super::included(song, "audio_files", &id)["attributes"]["duration"].as_f64().unwrap()
    };
    let (one, two) = (api.document("/songs/1001").await, api.document("/songs/1002").await);
    let seconds = primary(&one) + primary(&two);
    assert!((attributes["duration"].as_f64().unwrap() - seconds).abs() < 0.001);

    let id = made["data"]["id"].as_str().unwrap();
    let path = format!("{LIST}/{id}");
    assert_eq!(ids(&api.document(LIST).await)[0], id, "newest first");
    let change = json!({"data": {"id": id, "type": "private_playlists",
        "attributes": {"name": "Trailer", "description": "x", "shareable": true}}});
    let changed = api.send("PATCH", &path, &change).await.json();
    assert_eq!(api.send("PATCH", &path, &change).await.json(), changed, "and nothing is another");
    assert_eq!(changed["data"]["attributes"]["name"], "Trailer");
    assert_eq!(changed["data"]["attributes"]["song_ids"], json!([1001, 1002]));

    // The three forms of a body; what is there already is left where it is.
    let items = format!("{path}/songs");
    let added = api.send("POST", &items, &json!({"data": [{"type": "songs", "id": "1003"}]})).await;
    assert_eq!(
        (added.status, &added.json()["data"]["attributes"]["song_ids"]),
        (200, &json!([1001, 1002, 1003]))
    );
    api.send("POST", &items, &json!({"data": {"attributes": {"song_ids": [1002, 1004]}}})).await;
    let added = api.send("POST", &items, &json!({"song_ids": ["1005"]})).await;
    assert_eq!(added.json()["data"]["attributes"]["song_ids"], json!([1001, 1002, 1003, 1004, 1005]));
    let removed = api.send("DELETE", &items, &json!({"data": [{"type": "songs", "id": "1001"}]})).await;
    assert_eq!((removed.status, removed.body.len()), (204, 0));
    let again = api.send("DELETE", &items, &json!({"data": [{"type": "songs", "id": "1001"}]})).await;
    assert_eq!(again.status, 204, "what is not there is not taken out");
    assert_eq!(api.send("DELETE", &items, &json!({"song_ids": [1001, 1004]})).await.status, 204);
    let now = api.document(&path).await;
    assert_eq!(now["data"]["attributes"]["song_ids"], json!([1002, 1003, 1005]));

    assert_eq!(api.request("DELETE", &path).send().await.status, 204);
    assert_eq!(refusal(&api.get(&path).await), (404, format!("Couldn't find Playlist with 'id'={id}")));
    assert_eq!(ids(&api.document(LIST).await), before);
    let effects = api.sandbox.effects();
    let count = effects.of("soundstripe", "private_playlists");
    assert_eq!((count.created, count.changed, count.deleted), (1, 1, 1));
    assert_eq!(effects.of("soundstripe", "private_playlist_items").changed, 5);
}

#[tokio::test]
async fn what_is_refused() {
    let api = Api::start().await;
    let post = |body: Value| async move { refusal(&Api::start().await.send("POST", LIST, &body).await).0 };
    assert_eq!(post(json!({"data": {"type": "songs", "attributes": {"name": "a"}}})).await, 400);
    assert_eq!(post(create(json!({"name": " "}))).await, 400);
    assert_eq!(post(create(json!({"name": "a", "media_type": "videos"}))).await, 400);
    assert_eq!(
        post(create(json!({"name": "a", "media_type": "songs", "sound_effect_ids": [501]}))).await,
        400
    );
    assert_eq!(post(create(json!({"name": "a", "song_ids": [1]}))).await, 404);

    let effects =
        api.send("POST", LIST, &create(json!({"name": "a", "sound_effect_ids": [501]}))).await.json();
    assert_eq!(effects["data"]["attributes"]["media_type"], "sound_effects");
    let id = effects["data"]["id"].as_str().unwrap();
    let mismatch = json!({"data": [{"type": "songs", "id": "1001"}]});
    assert_eq!(refusal(&api.send("POST", &format!("{LIST}/{id}/songs"), &mismatch).await).0, 400);
    let wrong = json!({"data": [{"type": "sound_effects", "id": "1001"}]});
    assert_eq!(refusal(&api.send("POST", &format!("{LIST}/{id}/songs"), &wrong).await).0, 400);
    // One unknown id, and nothing changes.
    let half = json!({"sound_effect_ids": [502, 9]});
    let (status, detail) = refusal(&api.send("POST", &format!("{LIST}/{id}/sound_effects"), &half).await);
    assert_eq!((status, detail.as_str()), (404, "Couldn't find SoundEffect with 'id'=9"));
    let change = |id: &str, attributes: Value| json!({"data": {"id": id, "type": "private_playlists", "attributes": attributes}});
    let path = format!("{LIST}/{id}");
    assert_eq!(refusal(&api.send("PATCH", &path, &change("1", json!({"name": "b"}))).await).0, 400);
    assert_eq!(refusal(&api.send("PATCH", &path, &change(id, json!({"media_type": "songs"}))).await).0, 400);
    assert_eq!(api.document(&path).await["data"], effects["data"]);
}

#[tokio::test]
async fn nobody_sees_or_touches_what_belongs_to_another_key() {
    let mut api = Api::start().await;
    let accounts = api.sandbox.soundstripe_accounts();
    assert!(accounts[0].private_playlists.len() > 1 && !accounts[1].private_playlists.is_empty());
    let foreign = format!("{LIST}/{}", accounts[0].private_playlists[0]);
    api.account = 1;
    let own: Vec<String> = accounts[1].private_playlists.iter().map(ToString::to_string).collect();
    assert_eq!(ids(&api.document(LIST).await), own);
    let change = json!({"data": {"type": "private_playlists", "attributes": {"name": "mine"}}});
    assert_eq!(refusal(&api.get(&foreign).await).0, 404);
    assert_eq!(refusal(&api.send("PATCH", &foreign, &change).await).0, 404);
    assert_eq!(refusal(&api.request("DELETE", &foreign).send().await).0, 404);
    let items = format!("{foreign}/songs");
    assert_eq!(refusal(&api.send("POST", &items, &json!({"song_ids": [1001]})).await).0, 404);
    assert_eq!(refusal(&api.send("DELETE", &items, &json!({"song_ids": [1001]})).await).0, 404);
}
