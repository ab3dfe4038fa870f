//! Credentials, encodings, paths, methods, limits: docs/services/soundslice.md#requests, docs/services/soundslice.md#legacy-paths.

use segno_sandbox::{BadCredentials, RateLimit};

use super::{Api, FORBIDDEN, is_html_404};

#[tokio::test]
async fn bad_credentials_are_403_and_by_switch_401() {
    let api = Api::start().await;
    let wrong = "Basic ZGVtb0FwcDc6czNjcmV0LXBhc3M="; // demoApp7:s3cret-pass
    for header in [None, Some(wrong), Some("Basic ???"), Some("Bearer x"), Some("Basic")] {
        let request = api.anonymous("GET", "/slices/");
        let request =
            if let Some(header) = header { request.header("Authorization", header) } else { request };
        let response = request.send().await;
        assert_eq!(response.summary(), FORBIDDEN, "{header:?}");
        assert_eq!(response.header("content-type"), Some("application/json"));
    }
    api.sandbox.switches(|switches| switches.soundslice.bad_credentials = BadCredentials::Unauthorized);
    let response = api.anonymous("GET", "/slices/").send().await;
    assert_eq!(response.status, 401);
    assert_eq!(response.header("www-authenticate"), Some("Basic realm=\"api\""));
}

#[tokio::test]
async fn an_account_has_several_keys() {
    let mut api = Api::start().await;
    let slices = api.get("/slices/").await.text().to_owned();
    api.key = api.sandbox.soundslice_accounts()[0].keys[1].clone();
    assert_eq!(api.get("/slices/").await.text(), slices);
    api.key.password = api.sandbox.soundslice_accounts()[0].keys[0].password.clone();
    assert_eq!(api.get("/slices/").await.summary(), FORBIDDEN, "a password belongs to its key");
}

#[tokio::test]
async fn a_missing_final_slash_is_301_for_every_method() {
    let api = Api::start().await;
    for method in ["GET", "POST", "DELETE", "PUT"] {
        let response = api.anonymous(method, "/folders?parent_id=5120&x=%20").send().await;
        let location = response.header("location");
        assert_eq!(
            (response.status, location),
            (301, Some("/api/v1/folders/?parent_id=5120&x=%20")),
            "{method}"
        );
    }
    assert!(is_html_404(&api.get("/nothing").await));
    assert!(is_html_404(&api.get("/nothing/").await));
    assert!(is_html_404(&api.get("/recordings/abc/").await));
    let response = api.get("/slices//").await;
    assert!(is_html_404(&response));
    assert_eq!(response.header("content-type"), Some("text/html; charset=utf-8"));
}

#[tokio::test]
async fn wrong_methods_are_405_with_allow_and_an_empty_body() {
    let api = Api::start().await;
    for (method, path, allow) in [
        ("PUT", "/slices/", "GET, POST"),
        ("POST", "/slices/Qm4Zt/", "GET, DELETE"),
        ("GET", "/slices/Qm4Zt/move/", "POST"),
        ("GET", "/slices/Qm4Zt/duplicate/", "POST"),
        ("DELETE", "/slices/Qm4Zt/notation-file/", "GET, POST"),
        ("POST", "/slices/Qm4Zt/musicxml/", "GET"),
        ("DELETE", "/slices/Qm4Zt/recordings/", "GET, POST"),
        ("GET", "/slices/Qm4Zt/recordings/order/", "POST"),
        ("GET", "/recordings/70213/", "POST, DELETE"),
        ("GET", "/recordings/70213/media/", "POST"),
        ("PUT", "/recordings/70213/syncpoints/", "GET, POST"),
        ("DELETE", "/folders/", "GET, POST"),
        ("PATCH", "/folders/5120/", "GET, POST, DELETE"),
        ("GET", "/lists/", "POST"),
        ("DELETE", "/lists/2abc9/", "POST"),
        ("GET", "/lists/2abc9/slices/", "POST"),
        ("POST", "/lists/2abc9/slices/Qm4Zt/", "DELETE"),
    ] {
        let response = api.request(method, path).send().await;
        assert_eq!(
            (response.status, response.header("allow"), response.text()),
            (405, Some(allow), ""),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn forms_come_urlencoded_or_multipart_and_json_is_no_parameters() {
    let api = Api::start().await;
    let name_of = async |response: crate::wire::Response| {
        let hash = super::text(&response.json(), "scorehash");
        super::text(&api.get(&format!("/slices/{hash}/")).await.json(), "name")
    };
    let urlencoded = api.post("/slices/", "name=Morning+%C3%89tude").await;
    assert_eq!(name_of(urlencoded).await, "Morning Étude");

    let body = "--b0\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nMorning Étude\r\n\
                --b0\r\nContent-Disposition: form-data; name=\"artist\"; filename=\"a.txt\"\r\n\r\na file is no parameter\r\n--b0--\r\n";
    let multipart = api
        .request("POST", "/slices/")
        .header("Content-Type", "multipart/form-data; boundary=b0")
        .body(body)
        .send()
        .await;
    assert_eq!(name_of(multipart).await, "Morning Étude");

    let json =
        api.request("POST", "/slices/").json(&serde_json::json!({"name": "Morning Étude"})).send().await;
    assert_eq!(json.status, 201);
    assert_eq!(name_of(json).await, "Untitled");

    let unknown = api.post("/slices/", "name=A&colour=blue&name=B").await;
    assert_eq!(name_of(unknown).await, "B", "of a name that comes twice the last counts");

    let broken = api
        .request("POST", "/slices/")
        .header("Content-Type", "multipart/form-data; boundary=b0")
        .body("--b1\r\nnothing")
        .send()
        .await;
    assert_eq!(broken.status, 400);
}

#[tokio::test]
async fn the_rate_limit_is_a_window_per_application_id() {
    let mut api = Api::start().await;
    let first = api.key.clone();
    api.sandbox.switches(|switches| {
        switches.soundslice.rate_limit = Some(RateLimit::new(2, 60.0));
    });
    assert_eq!(api.get("/folders/").await.status, 200);
    api.sandbox.advance(std::time::Duration::from_secs(20));
    assert_eq!(api.get("/folders/").await.status, 200);
    let limited = api.get("/slices/nope/").await;
    assert_eq!(
        (limited.summary(), limited.header("retry-after")),
        ((429, "{}"), Some("40")),
        "before the look-up"
    );
    api.key = api.sandbox.soundslice_accounts()[0].keys[1].clone();
    assert_eq!(api.get("/folders/").await.status, 200, "another application ID has a window of its own");
    api.key = first;
    api.sandbox.switches(|switches| switches.soundslice.rate_limit_retry_after = false);
    assert_eq!(api.get("/folders/").await.header("retry-after"), None);
    api.sandbox.advance(std::time::Duration::from_secs(40));
    assert_eq!(api.get("/folders/").await.status, 200);
    assert_eq!(
        api.anonymous("GET", "/folders/").send().await.status,
        403,
        "credentials come before the limit"
    );
}

#[tokio::test]
async fn switches_are_set_over_http_and_refused_with_what_exists() {
    let api = Api::start().await;
    let url = api.sandbox.origin(segno_sandbox::Host::CONTROL) + "/switches";
    let put =
        async |change: serde_json::Value| crate::wire::Request::new("PUT", &url).json(&change).send().await;
    let set = put(serde_json::json!({"soundslice": {"bad_credentials": "401", "rate_limit": {"calls": 1, "window_s": 2}}})).await;
    assert_eq!(set.status, 200);
    assert_eq!(set.json()["soundslice"]["bad_credentials"], "401");
    assert_eq!(set.json()["soundslice"]["upload_life_s"], 300.0);
    assert_eq!(set.json()["soundslice"]["download_life_s"], 900.0);
    assert_eq!(set.json()["soundslice"]["callback_key"], "both");
    assert_eq!(api.anonymous("GET", "/slices/").send().await.status, 401);
    for (change, words) in [
        (serde_json::json!({"soundslice": {"bad_credentials": "402"}}), ["`403`", "`401`"]),
        (
            serde_json::json!({"soundslice": {"bad_credential": "403"}}),
            ["bad_credentials", "media_duration_s"],
        ),
        (serde_json::json!({"soundslice": {"upload_life_s": -1}}), ["upload_life_s", "from 0"]),
        (serde_json::json!({"soundslice": {"rate_limit": {"calls": 1}}}), ["rate_limit", "window_s"]),
    ] {
        let refused = put(change.clone()).await;
        assert_eq!(refused.status, 422, "{change}");
        for word in words {
            assert!(refused.text().contains(word), "{word} in {}", refused.text());
        }
    }
    assert_eq!(api.anonymous("GET", "/slices/").send().await.status, 401, "a refused change changes nothing");
}

#[tokio::test]
async fn old_scores_paths_take_slug_or_scorehash_and_respond_alike() {
    let api = Api::start().await;
    let created = api.post("/scores/", "name=Old").await.json();
    let (hash, slug) = (super::text(&created, "scorehash"), super::text(&created, "slug"));
    assert_eq!(created["url"], format!("/slices/{hash}/"));
    let now = api.get(&format!("/slices/{hash}/")).await;
    for path in [format!("/scores/{slug}/"), format!("/scores/{hash}/"), format!("/slices/{slug}/")] {
        assert_eq!(api.get(&path).await.text(), now.text());
    }
    assert_eq!(api.get("/scores/").await.text(), api.get("/slices/").await.text());
    assert_eq!(
        api.post(&format!("/scores/{slug}/move/"), "folder_id=0").await.summary(),
        (201, "{\"id\": 0}")
    );
    assert_eq!(api.get(&format!("/scores/{slug}/recordings/")).await.summary(), (200, "[]"));
    assert_eq!(api.get(&format!("/scores/{slug}/notation/")).await.summary(), (200, "{\"url\": \"\"}"));
    assert_eq!(api.post(&format!("/scores/{slug}/notation/"), "").await.status, 201);
    assert_eq!(api.post(&format!("/slices/{slug}/notation-file/"), "").await.status, 200);
    for unknown in ["notation-file", "duplicate", "musicxml"] {
        assert!(is_html_404(&api.post(&format!("/scores/{slug}/{unknown}/"), "").await), "{unknown}");
    }
    assert!(is_html_404(&api.get(&format!("/slices/{slug}/notation/")).await));
    assert_eq!(api.post(&format!("/scores/{slug}/"), "embed_status=4").await.status, 405);
    assert_eq!(api.get("/scores/etude-op-10-no-3/").await.json()["name"], "Étude Op. 10 No. 3");
    assert_eq!(api.delete(&format!("/scores/{slug}/")).await.status, 201);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let api = Api::start().await;
    let get = api.get("/slices/").await;
    let head = api.request("HEAD", "/slices/").send().await;
    assert_eq!((head.status, head.text()), (200, ""));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}

#[tokio::test]
async fn one_seed_gives_one_world_also_after_a_reset() {
    let run = async |api: &Api| {
        let list = api.get("/slices/").await.text().to_owned();
        let slice = api.slice("name=A").await;
        let id = api.post(&format!("/slices/{slice}/recordings/"), "source=2").await.text().to_owned();
        let url = api.upload_url(&format!("/slices/{slice}/notation-file/"), "").await;
        let url = url.strip_prefix(&api.sandbox.origin(segno_sandbox::Host::STORAGE)).map(str::to_owned);
        (list, slice, id, url)
    };
    let (one, two) = (Api::start().await, Api::start().await);
    let first = run(&one).await;
    assert_eq!(first, run(&two).await);
    assert_ne!(first, run(&one).await);
    one.sandbox.reset();
    assert_eq!(first, run(&one).await);
}
