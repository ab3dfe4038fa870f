//! Recording what arrives and letting it arrive again; adding to the catalogues.

use segno_sandbox::{Fault, FaultKind, Host, RecordedRequest, RecordingError, Sandbox};
use serde_json::{Value, json};

use super::Control;
use crate::wire::Request;

fn basic(control: &Control) -> String {
    use base64::Engine as _;
    let access = control.0.soundslice();
    let pair = format!("{}:{}", access.app_id, access.password);
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

async fn create(control: &Control, name: &str) -> crate::wire::Response {
    let url = control.0.origin(Host::SOUNDSLICE) + "/api/v1/slices/";
    let request = Request::new("POST", &url).header("Authorization", &basic(control));
    request.form(&format!("name={name}")).send().await
}

#[tokio::test]
async fn what_was_recorded_arrives_again() {
    let control = Control::start().await;
    create(&control, "Before").await;
    assert_eq!(control.get("/recording").await, json!({"requests": []}));
    assert_eq!(control.send("POST", "/recording", &json!(null)).await.status, 204);
    let first = create(&control, "One").await;
    control.0.advance(std::time::Duration::from_secs(90));
    let second = create(&control, "%C3%89tude").await;
    assert_eq!((first.status, second.status), (201, 201));
    // A host that did no work, one that did it twice.
    control.0.fault(Fault::status(503).on(Host::SOUNDSLICE));
    assert_eq!(create(&control, "Never").await.status, 503);
    control.0.fault(Fault::new(FaultKind::Duplicate).on(Host::SOUNDSLICE));
    create(&control, "Twice").await;
    assert_eq!(control.0.effects().of("soundslice", "slices").created, 5);

    let recording = control.get("/recording").await;
    let requests = recording["requests"].as_array().expect("requests");
    let bodies: Vec<&Value> = requests.iter().map(|it| &it["body"]).collect();
    assert_eq!(bodies, ["name=One", "name=%C3%89tude", "name=Twice", "name=Twice"]);
    assert_eq!(requests[1]["at"], 1_900_000_090.0);
    assert_eq!(requests[0]["status"], 201);

    control.0.reset();
    let replayed = control.send("POST", "/replay", &recording).await;
    let expected = json!({"method": "POST", "path": "/api/v1/slices/", "recorded": 201, "status": 201});
    assert_eq!(replayed.json()["replayed"], json!([expected, expected, expected, expected]));
    assert_eq!(control.0.effects().of("soundslice", "slices").created, 4);
    assert_eq!(control.get("/clock").await["now"], 1_900_000_090.0);
    assert_eq!(control.0.requests().len(), 4);

    assert_eq!(control.send("DELETE", "/recording", &json!(null)).await.status, 204);
    assert_eq!(control.get("/recording").await, json!({"requests": []}));
}

/// The same state in another process: the same seed gives the same identifiers.
#[tokio::test]
async fn a_recording_brings_back_the_state_of_another_sandbox() {
    let control = Control::start().await;
    control.0.record();
    let created = create(&control, "Kept").await.json();
    let recorded = control.0.recording().expect("kept");
    drop(control);

    let second = Control::start().await;
    let replayed = second.0.replay(&recorded).await.expect("HTTP");
    assert_eq!((replayed.len(), replayed[0].status), (1, 201));
    let hash = created["scorehash"].as_str().expect("a scorehash");
    let url = format!("{}/api/v1/slices/{hash}/", second.0.origin(Host::SOUNDSLICE));
    let read = Request::new("GET", &url).header("Authorization", &basic(&second)).send().await;
    assert_eq!(read.json()["name"], "Kept");
}

#[tokio::test]
async fn recorded_requests_that_are_not_http_are_told_by_their_number() {
    let control = Control::start().await;
    let good =
        json!({"at": 0.0, "host": "storage", "method": "GET", "path": "/a", "headers": [], "status": 403});
    let with = |member: &str, value: Value| {
        let mut odd = good.clone();
        odd[member] = value;
        odd
    };
    for (odd, says) in [
        (with("method", json!("G T")), "invalid request 2 of the recording"),
        (with("headers", json!([["a b", "1"]])), "invalid request 2 of the recording"),
        (with("headers", json!([["a", "1\n2"]])), "invalid request 2 of the recording"),
        (with("host", json!("control")), "requests to `control` are not recorded"),
        (with("host", json!("nowhere")), "unknown host `nowhere`"),
        (with("mehtod", json!("GET")), "unknown field `mehtod`"),
    ] {
        let refused = control.send("POST", "/replay", &json!({"requests": [good, odd]})).await;
        assert_eq!(refused.status, 422, "{odd}");
        assert!(refused.text().contains(says), "{}", refused.text());
    }
    assert_eq!(control.0.requests(), [], "none of them arrived");
    let text = r#"{"at": 1e300, "host": "storage", "method": "GET", "path": "/a?b=\u0000", "headers": [], "status": null}"#;
    let odd: RecordedRequest = serde_json::from_str(text).expect("reads");
    assert_eq!(control.0.replay(&[odd]).await.expect("arrives")[0].status, 403);
}

#[tokio::test]
async fn a_recording_is_bounded() {
    let control = Control::start().await;
    control.0.record();
    let url = control.0.origin(Host::STORAGE) + "/bucket/key";
    let body = vec![b'x'; 64 * 1024 * 1024 + 1];
    Request::new("PUT", &url).body(body).send().await;
    let full = control.0.recording();
    assert!(matches!(full, Err(RecordingError::Full)), "{full:?}");
    assert!(control.send("GET", "/recording", &json!(null)).await.text().contains("the recording is full"));
    control.0.record();
    assert_eq!(control.0.recording().expect("a new one").len(), 0);
}

#[tokio::test]
async fn a_catalogue_is_added_and_stays_after_a_reset() {
    let control = Control::start().await;
    let catalogue = json!({
        "soundslice": {
            "folders": [{"name": "Lessons"}, {"name": "Week 1", "parent": "Lessons"}],
            "slices": [{"name": "Étude in E", "artist": "R. Okafor", "folder": "Week 1", "status": 3, "musicxml": "<score-partwise/>",
                        "recordings": [{"youtube": "aB3-dE5_gH7", "syncpoints": [[0, 0.5], [4, 9.25, 240]]}]}],
        },
        "soundcloud": {
            "tracks": [{"title": "Night Train", "genre": "Jazz", "bpm": 132.5}, {"title": "Not mine", "own": false}],
            "playlists": [{"title": "Set one", "tracks": ["Night Train"]}],
        },
        "musescore": {"scores": [{"title": "Sonatina", "piece": "ode"}]},
    });
    let before = control.get("/accounts").await;
    let added = control.send("POST", "/catalogue", &catalogue).await;
    assert_eq!((added.status, added.text()), (204, ""));
    let count = |accounts: &Value, pointer: &str| {
        accounts.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len)
    };
    for round in ["added", "after a reset"] {
        let after = control.get("/accounts").await;
        for (pointer, more) in [
            ("/soundslice/0/folders", 2),
            ("/soundslice/0/slices", 1),
            ("/soundcloud/users/0/tracks", 1),
            ("/soundcloud/users/1/tracks", 1),
        ] {
            assert_eq!(count(&after, pointer), count(&before, pointer) + more, "{pointer} {round}");
        }
        let url = control.0.origin(Host::SOUNDSLICE) + "/api/v1/slices/";
        let slices = Request::new("GET", &url).header("Authorization", &basic(&control)).send().await.json();
        let slices = slices.as_array().expect("a list");
        let slice = slices.iter().find(|slice| slice["name"] == "Étude in E").expect("is listed");
        assert_eq!((&slice["artist"], &slice["has_notation"]), (&json!("R. Okafor"), &json!(true)));
        let url = format!("{url}{}/recordings/", slice["scorehash"].as_str().expect("a hash"));
        let recordings =
            Request::new("GET", &url).header("Authorization", &basic(&control)).send().await.json();
        assert_eq!(recordings[0]["source_data"], "aB3-dE5_gH7");
        let url = format!(
            "{}/api/v1/recordings/{}/syncpoints/",
            control.0.origin(Host::SOUNDSLICE),
            recordings[0]["id"]
        );
        let points = Request::new("GET", &url).header("Authorization", &basic(&control)).send().await;
        assert!(points.text().contains("[[0, 0.5], [4, 9.25, 240]]"), "{}", points.text());
        control.0.reset();
    }
    assert_eq!(control.0.effects(), Default::default(), "the catalogue does not count");
}

#[tokio::test]
async fn a_catalogue_with_a_mistake_is_refused_whole() {
    let control = Control::start().await;
    let before = control.get("/accounts").await;
    for (catalogue, says) in [
        (json!([]), "an object of services"),
        (json!({"soundslide": {}}), "there is no service `soundslide`; there are: storage, soundslice"),
        (json!({"storage": {}}), "storage: its catalogue cannot be added to"),
        (json!({"soundslice": {"slices": [{"nam": "x"}]}}), "soundslice: unknown field `nam`"),
        (
            json!({"soundslice": {"slices": [{"name": "x", "folder": "Nowhere"}]}}),
            "there is no folder \"Nowhere\"",
        ),
        (json!({"soundslice": {"slices": [{"name": "x", "status": 2}]}}), "expected status 1 or 3"),
        (json!({"soundslice": {"slices": [{"name": "x", "recordings": [{}]}]}}), "exactly one of youtube"),
        (json!({"soundcloud": {"playlists": [{"title": "x", "tracks": ["y"]}]}}), "there is no track \"y\""),
        (json!({"musescore": {"scores": [{"title": "x", "piece": "fugue"}]}}), "unknown variant `fugue`"),
        (
            json!({"soundstripe": {"songs": [{"title": "x", "bpm": 0}]}}),
            "invalid bpm: expected a number above 0, found 0",
        ),
        (
            json!({"soundstripe": {"songs": [{"title": "x", "key": {"name": "H"}}]}}),
            "invalid key: expected a note such as C, F or Bb/A#, found \"H\"",
        ),
        (
            json!({"soundstripe": {"songs": [{"title": "x", "energy": "huge"}]}}),
            "invalid energy: expected very_low, low, medium, high, found \"huge\"",
        ),
        (json!({"soundstripe": {"sound_effects": [{"title": "x"}]}}), "missing field `category`"),
        (json!({"soundstripe": {"playlists": [{"name": "x", "songs": ["y"]}]}}), "there is no song \"y\""),
    ] {
        let mut whole = json!({"musescore": {"scores": [{"title": "fine"}]}});
        match catalogue.as_object() {
            Some(services) => whole.as_object_mut().expect("an object").extend(services.clone()),
            None => whole = catalogue.clone(),
        }
        let refused = control.send("POST", "/catalogue", &whole).await;
        assert_eq!(refused.status, 422, "{catalogue}");
        assert!(refused.text().contains(&says.replace('"', "\\\"")), "{}", refused.text());
    }
    assert_eq!(control.get("/accounts").await, before);
    let started = Sandbox::builder().catalogue(json!({"musescore": 7})).start().await;
    let error = started.err().expect("refused").to_string();
    assert!(error.starts_with("invalid catalogue: musescore: "), "{error}");
}
