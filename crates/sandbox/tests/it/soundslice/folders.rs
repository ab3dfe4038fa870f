//! Folders and lists: docs/services/soundslice.md#folders-and-lists.

use serde_json::json;

use super::{Api, FORBIDDEN, is_html_404, text};

#[tokio::test]
async fn folders_live_and_die() {
    let api = Api::start().await;
    let create = async |form: &str| {
        let created = api.post("/folders/", form).await;
        let id = created.json()["id"].as_u64().expect("an id");
        assert_eq!(created.summary(), (201, format!("{{\"id\": {id}}}").as_str()));
        id
    };
    let outer = create("name=Studies").await;
    let inner = create(&format!("name=Warm-ups&parent_id={outer}")).await;
    let list = api.get(&format!("/folders/?parent_id={outer}")).await;
    assert_eq!(list.summary(), (200, format!(r#"[{{"id": {inner}, "name": "Warm-ups"}}]"#).as_str()));
    let top = api.get("/folders/").await.json();
    assert!(top.as_array().expect("a list").contains(&json!({"id": outer, "name": "Studies"})));
    assert!(!top.as_array().expect("a list").contains(&json!({"id": inner, "name": "Warm-ups"})));
    let contents = api.get(&format!("/folders/{outer}/")).await;
    assert_eq!(
        contents.summary(),
        (200, format!(r#"{{"slices": [], "folders": [{{"id": {inner}, "name": "Warm-ups"}}]}}"#).as_str())
    );
    let renamed = api.post(&format!("/folders/{inner}/"), "name=Warm-ups+%28old%29").await;
    assert_eq!(renamed.summary(), (201, format!("{{\"id\": {inner}}}").as_str()));
    assert_eq!(api.get(&format!("/folders/?parent_id={outer}")).await.json()[0]["name"], "Warm-ups (old)");

    let hash = api.slice(&format!("folder_id={inner}")).await;
    assert_eq!(api.get(&format!("/folders/{inner}/")).await.json()["slices"][0]["scorehash"], hash.as_str());
    assert_eq!(
        api.delete(&format!("/folders/{inner}/")).await.summary(),
        (422, r#"{"error": "Folder contains slices."}"#)
    );
    assert_eq!(
        api.delete(&format!("/folders/{outer}/")).await.summary(),
        (422, r#"{"error": "Folder contains folders."}"#)
    );
    api.delete(&format!("/slices/{hash}/")).await;
    assert_eq!(
        api.delete(&format!("/folders/{inner}/")).await.summary(),
        (200, format!("{{\"parent_id\": {outer}}}").as_str())
    );
    assert_eq!(api.delete(&format!("/folders/{outer}/")).await.summary(), (200, "{\"parent_id\": null}"));
    let effects = api.sandbox.effects().of("soundslice", "folders");
    assert_eq!((effects.created, effects.changed, effects.deleted), (2, 1, 2));
}

#[tokio::test]
async fn the_root_has_contents_too() {
    let api = Api::start().await;
    let hash = api.slice("").await;
    let contents = api.get("/folders/0/").await.json();
    assert_eq!(contents["folders"], api.get("/folders/").await.json());
    let slices = contents["slices"].as_array().expect("a list");
    assert!(slices.iter().any(|slice| slice["scorehash"] == hash.as_str()));
    assert!(slices.iter().all(|slice| slice["folder_id"].is_null()));
}

#[tokio::test]
async fn folder_refusals() {
    let api = Api::start().await;
    let foreign = api.sandbox.soundslice_accounts()[1].folders[0];
    let no_name = (422, r#"{"error": "Please provide a name."}"#);
    assert_eq!(api.post("/folders/", "").await.summary(), no_name);
    assert_eq!(api.post("/folders/", "name=").await.summary(), no_name);
    let bad_parent = (422, r#"{"error": "The parent_id was invalid or not owned by your account."}"#);
    for parent in [foreign.to_string(), "1".into(), "abc".into()] {
        assert_eq!(api.post("/folders/", &format!("name=A&parent_id={parent}")).await.summary(), bad_parent);
        assert_eq!(api.get(&format!("/folders/?parent_id={parent}")).await.summary(), bad_parent);
    }
    let own = api.sandbox.soundslice_accounts()[0].folders[0];
    assert_eq!(api.post(&format!("/folders/{own}/"), "").await.summary(), no_name);
    for method in ["GET", "POST", "DELETE"] {
        assert!(is_html_404(&api.request(method, "/folders/999999/").body("").send().await), "{method}");
        let response = api.request(method, &format!("/folders/{foreign}/")).body("").send().await;
        assert_eq!(response.summary(), FORBIDDEN, "{method}");
    }
}

#[tokio::test]
async fn lists_take_slices() {
    let mut api = Api::start().await;
    let created = api.post("/lists/", "name=Term").await;
    let list = text(&created.json(), "id");
    assert_eq!(created.summary(), (201, format!(r#"{{"id": "{list}"}}"#).as_str()));
    assert_eq!(list.len(), 5);
    assert!(list.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()), "{list}");
    assert_eq!(api.post("/lists/", &format!("name=Week+1&parent={list}")).await.status, 201);
    assert_eq!(api.post("/lists/", "name=Week+2&parent=zzzzz").await.status, 422);
    assert_eq!(api.post("/lists/", "").await.summary(), (422, r#"{"error": "Please provide a name."}"#));
    let renamed = api.post(&format!("/lists/{list}/"), "name=Autumn").await;
    assert_eq!(renamed.summary(), (201, format!(r#"{{"id": "{list}"}}"#).as_str()));

    let (a, b) = (api.slice("").await, api.slice("").await);
    let slices = format!("/lists/{list}/slices/");
    assert_eq!(api.post(&slices, &format!("slicehashes={a}%2C{b}")).await.summary(), (201, "{}"));
    assert_eq!(api.post(&slices, &format!("slicehashes={a}")).await.summary(), (201, "{}"));
    let foreign = api.sandbox.soundslice_accounts()[1].slices[0].clone();
    assert_eq!(api.post(&slices, &format!("slicehashes={a},{foreign}")).await.status, 422);
    assert_eq!(api.post(&slices, "").await.summary(), (422, r#"{"error": "This field is required."}"#));
    assert_eq!(api.delete(&format!("{slices}{a}/")).await.summary(), (200, "{}"));
    assert_eq!(
        api.delete(&format!("{slices}{a}/")).await.summary(),
        FORBIDDEN,
        "it is not in there any more"
    );
    let lists = &api.sandbox.soundslice_accounts()[0].lists;
    let by_name = |name: &str| lists.iter().find(|it| it.name == name).expect("a list");
    assert_eq!(
        (by_name("Autumn").slices.as_slice(), &by_name("Autumn").parent),
        ([b.clone()].as_slice(), &None)
    );
    assert_eq!(by_name("Week 1").parent.as_deref(), Some(list.as_str()));
    let effects = api.sandbox.effects().of("soundslice", "list_entries");
    assert_eq!((effects.created, effects.deleted), (2, 1));

    api.as_second();
    assert_eq!(api.post(&format!("/lists/{list}/"), "name=Mine").await.summary(), FORBIDDEN);
    assert_eq!(api.post(&slices, &format!("slicehashes={foreign}")).await.summary(), FORBIDDEN);
}
