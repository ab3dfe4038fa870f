//! The control port.

use segno_sandbox::{Fault, Host, RetryAfter, Sandbox};
use serde_json::{Value, json};

use crate::wire::{Request, Response};

mod openapi;
mod recording;

struct Control(Sandbox);

impl Control {
    async fn start() -> Self {
        Self(Sandbox::builder().frozen_at(1_900_000_000).start().await.expect("starts"))
    }

    fn url(&self, path: &str) -> String {
        self.0.origin(Host::CONTROL) + path
    }

    async fn get(&self, path: &str) -> Value {
        Request::new("GET", &self.url(path)).send().await.json()
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Response {
        Request::new(method, &self.url(path)).json(body).send().await
    }
}

#[tokio::test]
async fn the_index_names_every_page() {
    let control = Control::start().await;
    let index = Request::new("GET", &control.url("/")).send().await;
    for page in
        ["/reset", "/clock", "/switches", "/faults", "/requests", "/effects", "/callbacks", "/accounts"]
    {
        assert!(index.text().contains(page), "{page}");
        let wrong = Request::new("PATCH", &control.url(page)).send().await;
        assert_eq!(wrong.status, 405, "{page}");
    }
    assert_eq!(Request::new("GET", &control.url("/nothing")).send().await.status, 404);
}

#[tokio::test]
async fn the_clock_moves_by_whole_and_broken_seconds() {
    let control = Control::start().await;
    assert_eq!(
        control.get("/clock").await,
        json!({"now": 1_900_000_000.0, "date": "Sun, 17 Mar 2030 17:46:40 GMT", "waiting": 0})
    );
    let moved = control.send("POST", "/clock", &json!({"advance_s": 3600})).await;
    assert_eq!(moved.json()["now"], json!(1_900_003_600.0));
    let moved = control.send("POST", "/clock", &json!({"advance_s": 0.25})).await;
    assert_eq!(moved.json()["now"], json!(1_900_003_600.25));
    assert_eq!(moved.header("date"), Some("Sun, 17 Mar 2030 18:46:40 GMT"));
    for wrong in [json!({"advance_s": -1}), json!({"advance": 1}), json!([]), json!({})] {
        assert_eq!(control.send("POST", "/clock", &wrong).await.status, 422, "{wrong}");
    }
    Request::new("POST", &control.url("/reset")).send().await;
    assert_eq!(control.get("/clock").await["now"], json!(1_900_000_000.0));
}

/// Dates of HTTP end with the year 9999.
#[tokio::test]
async fn time_has_an_end() {
    let start = Sandbox::builder().frozen_at(u64::MAX).start().await.expect("starts");
    let control = Control(start);
    assert_eq!(control.get("/clock").await["date"], "Fri, 31 Dec 9999 23:59:59 GMT");
    let further = control.send("POST", "/clock", &json!({"advance_s": 10})).await;
    assert_eq!(further.status, 422);
    assert!(further.text().contains("from 0 to 0, where the year 9999 ends"), "{}", further.text());
    control.0.advance(std::time::Duration::MAX);
    control.0.fault(Fault::status(503).retry_after(RetryAfter::DateIn(10)).on(Host::STORAGE));
    let response = Request::new("GET", &(control.0.origin(Host::STORAGE) + "/b/k")).send().await;
    assert_eq!(response.header("retry-after"), Some("Fri, 31 Dec 9999 23:59:59 GMT"));
}

/// A page that somebody has open beside the sandbox's own could send these without asking.
#[tokio::test]
async fn other_pages_may_not_use_it() {
    let control = Control::start().await;
    let send = async |origin: &str| {
        let request = Request::new("POST", &control.url("/clock")).header("Origin", origin);
        request.json(&json!({"advance_s": 1})).send().await.status
    };
    assert_eq!(send("https://elsewhere.example").await, 403);
    assert_eq!(send("null").await, 403);
    assert_eq!(control.get("/clock").await["now"], 1_900_000_000.0);
    assert_eq!(send(&control.url("")).await, 200);
}

#[tokio::test]
async fn the_log_holds_what_arrived() {
    let control = Control::start().await;
    let url = control.0.origin(Host::STORAGE) + "/bucket/k%20ey?a=1&a=%C3%A9";
    let response =
        Request::new("POST", &url).header("X-Twice", "1").header("X-Twice", "2").body("abc").send().await;
    assert_eq!(response.status, 405);
    let log = control.get("/requests").await;
    let entry = &log["requests"][0];
    assert_eq!(entry["id"], 1);
    assert_eq!(entry["at"], 1_900_000_000.0);
    assert_eq!(entry["host"], "storage");
    assert_eq!(entry["method"], "POST");
    assert_eq!(entry["path"], "/bucket/k%20ey?a=1&a=%C3%A9");
    assert_eq!(entry["status"], 405);
    assert_eq!(entry["fault"], Value::Null);
    // sha256sum of "abc", also the first example of FIPS 180-2.
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(entry["body"], json!({"length": 3, "sha256": sha256, "complete": true}));
    let headers = entry["headers"].as_array().expect("a list");
    assert!(
        headers.contains(&json!(["x-twice", "1"])) && headers.contains(&json!(["x-twice", "2"])),
        "{headers:?}"
    );

    assert_eq!(control.get("/requests?since=1").await, json!({"requests": []}));
    assert_eq!(Request::new("DELETE", &control.url("/requests")).send().await.status, 204);
    assert_eq!(control.get("/requests").await, json!({"requests": []}));
    Request::new("GET", &url).send().await;
    assert_eq!(control.0.requests()[0].id, 2, "numbers go on after clearing");
    Request::new("POST", &control.url("/reset")).send().await;
    Request::new("GET", &url).send().await;
    assert_eq!(control.0.requests()[0].id, 1, "and start again after a reset");
}

#[tokio::test]
async fn faults_are_listed_until_used_and_refused_with_a_sentence() {
    let control = Control::start().await;
    let fault = json!({"kind": "status", "status": 503, "host": "storage", "nth": 2, "retry_after": 3});
    let added = control.send("POST", "/faults", &json!([fault])).await;
    assert_eq!(added.status, 200);
    let full =
        json!({"kind": "status", "status": 503, "host": "storage", "nth": 2, "times": 1, "retry_after": 3});
    assert_eq!(added.json(), json!({"unused": [{"fault": full, "seen": 0, "left": 1}]}));
    let url = control.0.origin(Host::STORAGE) + "/";
    assert_eq!(Request::new("GET", &url).send().await.status, 403);
    assert_eq!(control.get("/faults").await["unused"][0]["seen"], 1);
    let hit = Request::new("GET", &url).send().await;
    assert_eq!((hit.status, hit.header("retry-after")), (503, Some("3")));
    assert_eq!(control.get("/faults").await, json!({"unused": []}));
    assert_eq!(control.get("/requests?since=1").await["requests"][0]["fault"], "status");

    let sentence = async |fault: Value| {
        let refused = control.send("POST", "/faults", &fault).await;
        assert_eq!(refused.status, 422, "{fault}");
        refused.json()["error"].as_str().expect("a sentence").to_owned()
    };
    let unknown = sentence(json!({"kind": "explode"})).await;
    assert!(unknown.contains("explode") && unknown.contains("drop_response"), "{unknown}");
    assert!(sentence(json!({"kind": "reset", "bytes": 1})).await.contains("after_bytes"));
    assert!(sentence(json!({"kind": "reset", "status": 1})).await.contains("takes no `status`"));
    assert!(sentence(json!({"kind": "refuse"})).await.contains("needs `host`"));
    assert!(sentence(json!({"kind": "status"})).await.contains("needs `status`"));
    assert!(sentence(json!({"kind": "html", "nth": 0})).await.contains("at least 1"));
    assert!(sentence(json!({"kind": "status", "status": 99})).await.contains("200 to 599"));
    assert!(sentence(json!({"kind": "html", "host": "nowhere"})).await.contains("musescore_static"));
    let switches = json!({"kind": "switches", "host": "soundcloud", "path": "/me", "times": 2, "switches": {"pages": "repeated"}});
    let added = control.send("POST", "/faults", &switches).await.json();
    assert_eq!(added["unused"][0]["fault"]["switches"], json!({"pages": "repeated"}));
    Request::new("DELETE", &control.url("/faults")).send().await;
    let with = |member: &str, value: Value| {
        let mut fault = switches.clone();
        fault[member] = value;
        fault
    };
    assert!(sentence(with("host", json!("storage"))).await.contains("`storage` has no switches"));
    assert!(sentence(with("host", Value::Null)).await.contains("needs `host` and `switches`"));
    assert!(sentence(with("switches", Value::Null)).await.contains("needs `host` and `switches`"));
    assert!(sentence(with("switches", json!({"page": 1}))).await.contains("no switch `page`"));
    assert!(
        sentence(with("switches", json!({"pages": "odd"}))).await.contains("`soundcloud.pages` cannot be")
    );
    assert!(sentence(with("work", json!(false))).await.contains("cannot be chosen"));
    assert!(sentence(with("status", json!(500))).await.contains("takes no `status`"));
    // All or none.
    sentence(json!([{"kind": "html"}, {"kind": "explode"}])).await;
    assert_eq!(control.get("/faults").await, json!({"unused": []}));
}

#[tokio::test]
async fn unknown_services_and_switches_are_refused_with_what_exists() {
    let control = Control::start().await;
    let refused = control.send("PUT", "/switches", &json!({"soundslide": {}})).await;
    assert_eq!(refused.status, 422);
    for service in ["soundslide", "soundslice", "soundstripe", "soundcloud", "musescore"] {
        assert!(refused.text().contains(service), "{service}");
    }
    let refused = control.send("PUT", "/switches", &json!({"soundslice": {"bad_creds": 1}})).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("bad_creds"));
}

#[tokio::test]
async fn accounts_of_every_service_are_listed() {
    let control = Control::start().await;
    let accounts = control.get("/accounts").await;
    for service in ["soundslice", "soundstripe", "musescore"] {
        assert!(accounts[service].as_array().is_some_and(|accounts| accounts.len() > 1), "{service}");
    }
    let description = control.0.description().soundcloud;
    let soundcloud = &accounts["soundcloud"];
    assert_eq!(soundcloud["apps"][0]["client_id"], description.client_id);
    assert_eq!(soundcloud["apps"][0]["redirect_uris"], json!([description.redirect_uri]));
    assert_eq!(soundcloud["apps"][1]["client_secret"], Value::Null);
    assert_eq!(soundcloud["users"][0]["username"], description.username);
    assert_eq!(soundcloud["users"][0]["tracks"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn the_readme_describes_every_switch_and_kind_of_fault() {
    let control = Control::start().await;
    let readme = include_str!("../../README.md");
    let switches = control.get("/switches").await;
    for (service, switches) in switches.as_object().expect("services") {
        for switch in switches.as_object().expect("switches").keys() {
            assert!(readme.contains(&format!("`{switch}`")), "{service}.{switch}");
        }
    }
    let refused = control.send("POST", "/faults", &json!({"kind": "none"})).await.json();
    let refused = refused["error"].as_str().expect("a sentence").to_owned();
    let kinds = refused.split_once("expected one of").expect("the kinds").1;
    let index = Request::new("GET", &control.url("/")).send().await.text().to_owned();
    for kind in kinds.split('`').skip(1).step_by(2) {
        assert!(readme.contains(&format!("| `{kind}` |")), "{kind} in the README");
        assert!(index.contains(&format!("\"kind\": \"{kind}\"")), "{kind} in the index");
    }
}
