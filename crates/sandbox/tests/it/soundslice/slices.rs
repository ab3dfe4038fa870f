//! Slices: docs/services/soundslice.md#the-slice.

use std::time::Duration;

use segno_sandbox::SuccessCodes;
use serde_json::{Value, json};

use super::{Api, FORBIDDEN, put, text};

#[tokio::test]
async fn create_get_and_list_write_the_documented_bytes() {
    let api = Api::start().await;
    let folder = api.post("/folders/", "name=Studies").await.json()["id"].as_u64().expect("an id");
    let body = format!(
        "name=Morning+%C3%89tude&artist=R.+Okafor&status=3&embed_status=4&print_status=1&folder_id={folder}"
    );
    let created = api.post("/slices/", &body).await;
    let (hash, slug) = (text(&created.json(), "scorehash"), text(&created.json(), "slug"));
    assert_eq!(
        created.summary(),
        (201, format!(r#"{{"scorehash": "{hash}", "slug": "{slug}", "url": "/slices/{hash}/", "embed_url": "/slices/{hash}/embed/"}}"#).as_str())
    );
    assert_eq!(created.header("content-type"), Some("application/json"));
    assert_eq!(created.reason, "Created");
    let first = format!(
        r#"{{"scorehash": "{hash}", "slug": "{slug}", "url": "/slices/{hash}/", "name": "Morning \u00c9tude", "artist": "R. Okafor", "status": 3, "embed_status": 4, "print_status": 1, "can_print": false, "has_notation": false, "show_notation": true, "recording_count": 0, "folder_id": "{folder}", "embed_url": "/slices/{hash}/embed/"}}"#
    );
    assert_eq!(api.get(&format!("/slices/{hash}/")).await.summary(), (200, first.as_str()));

    let created = api.request("POST", "/slices/").body("").send().await;
    let (hash, slug) = (text(&created.json(), "scorehash"), text(&created.json(), "slug"));
    assert_eq!(
        created.summary(),
        (201, format!(r#"{{"scorehash": "{hash}", "slug": "{slug}", "url": "/slices/{hash}/"}}"#).as_str())
    );
    let second = format!(
        r#"{{"scorehash": "{hash}", "slug": "{slug}", "url": "/slices/{hash}/", "name": "Untitled", "artist": "", "status": 1, "embed_status": 1, "print_status": 1, "can_print": false, "has_notation": false, "show_notation": true, "recording_count": 0, "folder_id": null}}"#
    );
    assert_eq!(api.get(&format!("/slices/{hash}/")).await.text(), second);
    let list = api.get("/slices/").await;
    assert_eq!(list.status, 200);
    assert!(
        list.text().starts_with('[') && list.text().ends_with(&format!("{first}, {second}]")),
        "{}",
        list.text()
    );
    assert_eq!(hash.len(), 5);
    assert!(hash.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(slug.parse::<u64>().is_ok());
}

#[tokio::test]
async fn scorehashes_are_case_sensitive() {
    let api = Api::start().await;
    let hash = loop {
        let hash = api.slice("").await;
        if hash.to_lowercase() != hash {
            break hash;
        }
    };
    assert_eq!(api.get(&format!("/slices/{}/", hash.to_lowercase())).await.summary(), FORBIDDEN);
}

#[tokio::test]
async fn create_refuses_in_the_errors_shape() {
    let api = Api::start().await;
    let refused = api.post("/slices/", "folder_id=1").await;
    assert_eq!(refused.summary(), (422, r#"{"errors": {"folder_id": ["This folder ID is invalid."]}}"#));
    assert_eq!(refused.reason, "Unprocessable Entity");
    let foreign = api.sandbox.soundslice_accounts()[1].folders[0];
    assert_eq!(api.post("/slices/", &format!("folder_id={foreign}")).await.status, 422);
    let long = "é".repeat(256);
    let refused = api
        .request("POST", "/slices/")
        .form(&format!("name={long}&status=2&embed_status=3&print_status=x"))
        .send()
        .await;
    assert_eq!(
        refused.text(),
        r#"{"errors": {"name": ["Ensure this value has at most 255 characters (it has 256)."], "status": ["Select a valid choice. 2 is not one of the available choices."], "embed_status": ["Select a valid choice. 3 is not one of the available choices."], "print_status": ["Select a valid choice. x is not one of the available choices."]}}"#
    );
    assert_eq!(api.post("/slices/", &format!("name={}", "é".repeat(255))).await.status, 201);
    assert_eq!(
        api.post("/slices/", "name=&artist=&folder_id=").await.status,
        201,
        "empty counts as not sent"
    );

    assert_eq!(api.post("/slices/", "embed_status=2").await.status, 201);
    api.sandbox.switches(|switches| switches.soundslice.embed_status_2 = false);
    let refused = api.post("/slices/", "embed_status=2").await;
    assert_eq!(
        refused.summary(),
        (
            422,
            r#"{"errors": {"embed_status": ["Select a valid choice. 2 is not one of the available choices."]}}"#
        )
    );
    let made = api.sandbox.effects().of("soundslice", "slices").created;
    assert_eq!(made, 3, "refused calls make nothing");
}

#[tokio::test]
async fn can_print_follows_print_status() {
    let api = Api::start().await;
    let hash = api.slice("print_status=3").await;
    let slice = api.get(&format!("/slices/{hash}/")).await.json();
    assert_eq!((&slice["print_status"], &slice["can_print"]), (&json!(3), &json!(true)));
}

#[tokio::test]
async fn delete_takes_the_recordings_with_it() {
    let api = Api::start().await;
    let (hash, recording) = api.recording("source=2").await;
    let deleted = api.delete(&format!("/slices/{hash}/")).await;
    assert_eq!(deleted.summary(), (201, r#"{"name": "Untitled", "artist": ""}"#));
    assert_eq!(api.delete(&format!("/slices/{hash}/")).await.summary(), FORBIDDEN);
    assert_eq!(api.get(&format!("/recordings/{recording}/syncpoints/")).await.summary(), FORBIDDEN);
    let effects = api.sandbox.effects();
    assert_eq!(
        (effects.of("soundslice", "slices").deleted, effects.of("soundslice", "recordings").deleted),
        (1, 1)
    );
}

#[tokio::test]
async fn what_others_own_is_403_and_stays_as_it_is() {
    let api = Api::start().await;
    let foreign = &api.sandbox.soundslice_accounts()[1].slices;
    for slice in [foreign[0].as_str(), "zzzzz"] {
        for (method, path) in [
            ("GET", ""),
            ("DELETE", ""),
            ("POST", "move/"),
            ("POST", "duplicate/"),
            ("GET", "notation-file/"),
            ("POST", "notation-file/"),
            ("GET", "recordings/"),
            ("POST", "recordings/"),
            ("POST", "recordings/order/"),
        ] {
            let response = api.request(method, &format!("/slices/{slice}/{path}")).body("").send().await;
            assert_eq!(response.summary(), FORBIDDEN, "{method} {slice} {path}");
        }
    }
    assert_eq!(api.get(&format!("/slices/{}/musicxml/", foreign[0])).await.summary(), FORBIDDEN);
    assert_eq!(api.sandbox.effects(), segno_sandbox::Effects::default());
}

#[tokio::test]
async fn move_goes_to_own_folders_to_the_root_and_to_organisations() {
    let api = Api::start().await;
    let accounts = api.sandbox.soundslice_accounts();
    let (own, foreign, shared) = (accounts[0].folders[0], accounts[1].folders[0], accounts[2].folders[0]);
    let hash = api.slice("").await;
    let path = format!("/slices/{hash}/move/");
    assert_eq!(
        api.post(&path, &format!("folder_id={own}")).await.summary(),
        (201, format!("{{\"id\": {own}}}").as_str())
    );
    assert_eq!(api.get(&format!("/slices/{hash}/")).await.json()["folder_id"], own.to_string());
    assert_eq!(api.post(&path, "folder_id=0").await.summary(), (201, "{\"id\": 0}"));
    assert_eq!(api.get(&format!("/slices/{hash}/")).await.json()["folder_id"], Value::Null);
    let invalid = (422, r#"{"error": "Invalid folder ID."}"#);
    for form in
        [String::new(), "folder_id=abc".into(), format!("folder_id={foreign}"), format!("folder_id={shared}")]
    {
        assert_eq!(api.post(&path, &form).await.summary(), invalid, "{form}");
    }
    let elsewhere = format!("folder_id=0&user_id={}", accounts[1].user_id);
    assert_eq!(api.post(&path, &elsewhere).await.summary(), (422, r#"{"error": "Invalid user ID."}"#));
    let into = format!("folder_id={shared}&user_id={}", accounts[2].user_id);
    assert_eq!(api.post(&path, &into).await.summary(), (201, format!("{{\"id\": {shared}}}").as_str()));
    let mine = api.get("/slices/").await.json();
    assert!(mine.as_array().expect("a list").iter().all(|slice| slice["scorehash"] != hash.as_str()));
}

#[tokio::test]
async fn duplicate_copies_everything_to_the_root_with_new_ids() {
    let api = Api::start().await;
    let original = api
        .get("/slices/")
        .await
        .json()
        .as_array()
        .expect("a list")
        .iter()
        .find(|slice| slice["recording_count"] == 2)
        .expect("a slice with recordings")
        .clone();
    let hash = text(&original, "scorehash");
    let copied = api.request("POST", &format!("/slices/{hash}/duplicate/")).body("").send().await;
    let (copy, slug) = (text(&copied.json(), "scorehash"), text(&copied.json(), "slug"));
    assert_eq!(
        copied.summary(),
        (201, format!(r#"{{"scorehash": "{copy}", "slug": "{slug}", "url": "/slices/{copy}/"}}"#).as_str())
    );
    let got = api.get(&format!("/slices/{copy}/")).await.json();
    for key in ["name", "artist", "status", "embed_status", "print_status", "has_notation", "recording_count"]
    {
        assert_eq!(got[key], original[key], "{key}");
    }
    assert_ne!(original["folder_id"], Value::Null);
    assert_eq!(got["folder_id"], Value::Null);
    let recordings = async |hash: &str| api.get(&format!("/slices/{hash}/recordings/")).await.json();
    let (old, new) = (recordings(&hash).await, recordings(&copy).await);
    for index in 0..2 {
        assert_ne!(old[index]["id"], new[index]["id"]);
        assert_eq!(old[index]["name"], new[index]["name"]);
        let points =
            async |id: &Value| api.get(&format!("/recordings/{id}/syncpoints/")).await.text().to_owned();
        assert_eq!(points(&old[index]["id"]).await, points(&new[index]["id"]).await);
    }
    let notation = async |hash: &str| {
        let url = text(&api.get(&format!("/slices/{hash}/notation-file/")).await.json(), "url");
        crate::wire::Request::new("GET", &url).send().await.body
    };
    assert_eq!(notation(&hash).await, notation(&copy).await);
}

#[tokio::test]
async fn a_delayed_duplicate_is_empty_at_first() {
    let api = Api::start().await;
    api.sandbox.switches(|switches| switches.soundslice.duplicate_delay_s = 3.0);
    let hash = api.slice("embed_status=4").await;
    let url = api.upload_url(&format!("/slices/{hash}/notation-file/"), "").await;
    put(&url, b"<?xml version=\"1.0\"?><score-partwise/>").await;
    api.post(&format!("/slices/{hash}/recordings/"), "source=1&source_data=aB3-dE5_gH7").await;
    let copied = api.post(&format!("/slices/{hash}/duplicate/"), "").await.json();
    let copy = text(&copied, "scorehash");
    assert_eq!(copied["embed_url"], format!("/slices/{copy}/embed/"));
    let state = async || {
        let slice = api.get(&format!("/slices/{copy}/")).await.json();
        (slice["has_notation"].clone(), slice["recording_count"].clone())
    };
    assert_eq!(state().await, (json!(false), json!(0)));
    api.sandbox.advance(Duration::from_millis(2_999));
    assert_eq!(state().await, (json!(false), json!(0)));
    api.sandbox.advance(Duration::from_millis(1));
    assert_eq!(state().await, (json!(true), json!(1)));
}

#[tokio::test]
async fn duplicating_may_be_forbidden() {
    let api = Api::start().await;
    api.sandbox.switches(|switches| switches.soundslice.duplicate = false);
    let hash = api.slice("").await;
    let refused = api.post(&format!("/slices/{hash}/duplicate/"), "").await;
    assert_eq!(refused.summary(), (422, r#"{"error": "Your account may not set the slug."}"#));
}

#[tokio::test]
async fn documented_success_codes_by_switch() {
    let api = Api::start().await;
    api.sandbox.switches(|switches| switches.soundslice.success_codes = SuccessCodes::Documented);
    let (hash, recording) = api.recording("source=2").await;
    assert_eq!(api.get(&format!("/slices/{hash}/")).await.status, 201);
    assert_eq!(api.get(&format!("/slices/{hash}/recordings/")).await.status, 201);
    assert_eq!(api.delete(&format!("/recordings/{recording}/")).await.status, 201);
    assert_eq!(api.get("/slices/").await.status, 200);
}

#[tokio::test]
async fn extra_slices_lengthen_the_list() {
    let api = Api::start().await;
    let own = api.get("/slices/").await.json().as_array().expect("a list").len();
    api.sandbox.switches(|switches| switches.soundslice.extra_slices = 5_000);
    let list = api.get("/slices/").await;
    assert_eq!(list.header("transfer-encoding"), Some("chunked"));
    let list = list.json();
    let list = list.as_array().expect("a list");
    assert_eq!(list.len(), own + 5_000);
    let last = list.last().expect("a slice");
    assert_eq!(&api.get(&format!("/slices/{}/", text(last, "scorehash"))).await.json(), last);
    assert_eq!(api.delete(&format!("/slices/{}/", text(last, "scorehash"))).await.summary(), FORBIDDEN);
    let hashes: std::collections::HashSet<_> = list.iter().map(|slice| text(slice, "scorehash")).collect();
    assert_eq!(hashes.len(), list.len());
}
