//! Responses that are changed on their way.

use segno_sandbox::{Edit, Fault, FaultKind, Host, Sandbox};
use serde_json::{Value, json};

use super::{add, create, made, probe, soundslice, start};
use crate::wire::{Request, Response};

/// The list of folders, as it comes when a fault edits it.
async fn edited(sandbox: &Sandbox, edit: Value) -> Response {
    let mut fault = edit;
    fault["kind"] = "edit".into();
    add(sandbox, &fault).await;
    soundslice(sandbox, "GET", "folders/").send().await
}

async fn folders(sandbox: &Sandbox) -> Response {
    soundslice(sandbox, "GET", "folders/").send().await
}

#[tokio::test]
async fn a_value_gives_way_to_any_text() {
    let sandbox = start().await;
    let plain = folders(&sandbox).await;
    let name = plain.json()[0]["name"].to_string();
    for raw in ["NaN", "-Infinity", r#""\ud83c""#, "null", "[1]", "\"1\"", "{}", "\"a\tb\"", "007"] {
        let odd = edited(&sandbox, json!({"body": [{"op": "replace", "path": "/0/name", "raw": raw}]})).await;
        assert_eq!(odd.status, 200);
        assert_eq!(odd.header("content-length"), Some(odd.body.len().to_string().as_str()));
        let compact = plain.json().to_string();
        let mut expected: Value = plain.json();
        expected[0]["name"] = "HERE".into();
        assert_eq!(
            sorted(&odd),
            sorted_text(&expected.to_string().replace("\"HERE\"", raw)),
            "{compact} {name}"
        );
    }
    let latin1 = json!({"body": [{"op": "replace", "path": "/0/name", "raw": {"latin1": "\"caf\u{e9}\""}}]});
    let odd = edited(&sandbox, latin1).await;
    assert!(odd.body.windows(6).any(|window| window == b"\"caf\xe9\""));
    let value = json!({"body": [{"op": "replace", "path": "/0/id", "value": "team/7"}]});
    assert_eq!(edited(&sandbox, value).await.json()[0]["id"], "team/7");
    let null = json!({"body": [{"op": "replace", "path": "/0/id", "value": null}]});
    assert_eq!(edited(&sandbox, null).await.json()[0]["id"], Value::Null);
    let all = json!({"body": [{"op": "replace", "path": "/*/name", "value": "x"}]});
    assert!(
        edited(&sandbox, all).await.json().as_array().expect("a list").iter().all(|it| it["name"] == "x")
    );
    let whole = json!({"body": [{"op": "replace", "path": "", "raw": "null"}]});
    assert_eq!(edited(&sandbox, whole).await.text(), "null");
    assert_eq!(folders(&sandbox).await.body, plain.body, "one request each");
}

/// The members of a body in an order of their own: objects keep theirs on the wire, `Value` does not.
fn sorted(response: &Response) -> Vec<u8> {
    let mut bytes = response.body.clone();
    bytes.sort_unstable();
    bytes
}

fn sorted_text(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.sort_unstable();
    bytes
}

#[tokio::test]
async fn members_come_go_double_and_change_places() {
    let sandbox = start().await;
    let plain = folders(&sandbox).await.json();
    let names = |response: &Response| -> Vec<String> {
        let first = response.text().split('}').next().expect("an object").to_owned();
        first.split("\":").filter_map(|part| part.rsplit('"').next().map(str::to_owned)).collect()
    };
    let added =
        edited(&sandbox, json!({"body": [{"op": "add", "path": "/0/surprise", "value": {"a": 1}}]})).await;
    assert_eq!(added.json()[0]["surprise"], json!({"a": 1}));
    let doubled = edited(&sandbox, json!({"body": [{"op": "add", "path": "/0/name", "raw": "7"}]})).await;
    assert_eq!(doubled.text().split('}').next().expect("an object").matches("\"name\":").count(), 2);
    let removed = edited(&sandbox, json!({"body": [{"op": "remove", "path": "/0/name"}]})).await;
    assert_eq!(removed.json()[0].get("name"), None);
    assert_eq!(removed.json()[1], plain[1]);
    let item = edited(
        &sandbox,
        json!({"body": [{"op": "add", "path": "/-", "raw": "\"text\""}, {"op": "remove", "path": "/0"}]}),
    );
    let item = item.await.json();
    assert_eq!(
        (item[0].clone(), item.as_array().and_then(|it| it.last())),
        (plain[1].clone(), Some(&json!("text")))
    );
    let first = edited(&sandbox, json!({"body": [{"op": "add", "path": "/0", "value": null}]})).await.json();
    assert_eq!((first[0].clone(), first[1].clone()), (Value::Null, plain[0].clone()));
    let order = json!({"body": [{"op": "reorder", "path": "/0", "order": ["name"]}]});
    assert_eq!(names(&edited(&sandbox, order).await)[0], "name");
    let php = json!({"body": [{"op": "list_to_object", "path": ""}, {"op": "remove", "path": "/1"}]});
    let php = edited(&sandbox, php).await;
    assert!(php.text().starts_with("{\"0\":{"), "{}", php.text());
    assert_eq!(php.json()["0"], plain[0]);
    assert_eq!(php.json()["2"], plain[2]);
    assert_eq!(php.json().get("1"), None);
}

#[tokio::test]
async fn bytes_stand_around_the_document() {
    let sandbox = start().await;
    let plain = folders(&sandbox).await;
    let notice = "<br />\n<b>Warning</b>:  Undefined index in <b>/srv/x.php</b> on line <b>7</b><br />\n";
    let odd = edited(&sandbox, json!({"prepend": notice, "append": "\n<!-- 0.2 s -->"})).await;
    assert_eq!(odd.text(), format!("{notice}{}\n<!-- 0.2 s -->", plain.text()));
    let marked = edited(&sandbox, json!({"prepend": "\u{feff}"})).await;
    assert_eq!(marked.body, [b"\xef\xbb\xbf", plain.body.as_slice()].concat());
    let utf16 = Edit::new().prepend(b"\xff\xfe");
    sandbox.fault(Fault::edit(utf16));
    assert_eq!(folders(&sandbox).await.body[..2], *b"\xff\xfe");
}

/// A text is found wherever it stands: the storage's error is XML.
#[tokio::test]
async fn text_of_any_kind_is_substituted() {
    let sandbox = start().await;
    let edit = Edit::new().substitute("<Message>Access Denied</Message>", "<Message>a &lt; b &#0;</Message>");
    sandbox.fault(Fault::edit(edit.header("Content-Type", "text/xml; charset=latin1")));
    let odd = probe(&sandbox).send().await;
    assert_eq!((odd.status, odd.header("content-type")), (403, Some("text/xml; charset=latin1")));
    assert!(odd.text().contains("<Message>a &lt; b &#0;</Message>"));
}

#[tokio::test]
async fn an_edit_that_finds_nothing_is_told() {
    let sandbox = start().await;
    for (body, says) in [
        (json!({"op": "replace", "path": "/9/name", "raw": "1"}), "there is no `/9/name`"),
        (json!({"op": "remove", "path": "/0/nme"}), "there is no `/0/nme`"),
        (json!({"op": "substitute", "find": "nowhere", "raw": "1"}), "is not in the body"),
        (json!({"op": "list_to_object", "path": "/0"}), "there is no `/0`"),
        (json!({"op": "remove", "path": "0"}), "starts with `/`"),
    ] {
        let told = edited(&sandbox, json!({"body": [body]})).await;
        assert_eq!(told.status, 500);
        assert!(told.text().contains(says), "{}", told.text());
    }
    sandbox.fault(Fault::edit(Edit::new().remove("/x")));
    let xml = probe(&sandbox).send().await;
    assert_eq!(xml.status, 500);
    assert!(xml.text().contains("is not JSON"), "{}", xml.text());
}

#[tokio::test]
async fn odd_edits_are_refused() {
    let sandbox = start().await;
    for (fault, says) in [
        (json!({"kind": "edit", "body": [{"op": "replace", "path": "/a"}]}), "`raw` or `value`"),
        (json!({"kind": "edit", "body": [{"op": "explode", "path": "/a"}]}), "list_to_object"),
        (json!({"kind": "edit", "body": [{"op": "remove", "path": "/a", "raw": "1"}]}), "expected `path`"),
        (json!({"kind": "edit", "bodies": []}), "it takes status, headers, body"),
        (json!({"kind": "edit", "prepend": {"latin1": "\u{100}"}}), "U+00FF"),
        (json!({"kind": "edit", "headers": {"Content-Length": "1"}}), "`Content-Length`"),
        (json!({"kind": "edit", "headers": {"A": "1\n2"}}), "`A`"),
        (json!({"kind": "edit", "work": false}), "cannot be chosen"),
        (json!({"kind": "drip"}), "needs `every_s`"),
        (json!({"kind": "drip", "every_s": 0}), "seconds from"),
        (json!({"kind": "coded"}), "needs `coding`"),
        (
            json!({"kind": "html", "also": [{"kind": "duplicate"}]}),
            "`also` takes no `duplicate`; it takes reset",
        ),
    ] {
        let url = sandbox.origin(Host::CONTROL) + "/faults";
        let refused = Request::new("POST", &url).json(&fault).send().await;
        assert_eq!(refused.status, 422, "{fault}");
        assert!(refused.text().replace("\\\"", "\"").contains(says), "{}", refused.text());
    }
}

/// What is read back is what was added.
#[tokio::test]
async fn faults_are_listed_as_they_were_added() {
    let sandbox = start().await;
    let faults = json!([
        {"kind": "edit", "nth": 1, "times": 2, "status": 200, "headers": {"A": ["1", "2"], "B": null, "C": {"latin1": "\u{e9}"}},
         "body": [{"op": "replace", "path": "/a", "raw": "NaN"}, {"op": "reorder", "path": "", "order": ["a"]}],
         "form_encoded": true, "prepend": "x"},
        {"kind": "status", "nth": 1, "times": 1, "status": 413, "body": "no", "also": [
            {"kind": "coded", "coding": "br", "accept_encoding": "honoured"}, {"kind": "early", "after_bytes": 0, "linger": true}]},
        {"kind": "stale", "host": "storage", "nth": 1, "times": 1, "reset": true},
    ]);
    add(&sandbox, &faults).await;
    let url = sandbox.origin(Host::CONTROL) + "/faults";
    let listed = Request::new("GET", &url).send().await.json();
    let listed: Vec<Value> =
        listed["unused"].as_array().expect("a list").iter().map(|it| it["fault"].clone()).collect();
    assert_eq!(Value::Array(listed), faults);
}

/// Soundstripe, and others behind a proxy, send the document of an error with status 200.
#[tokio::test]
async fn errors_come_with_status_200() {
    let sandbox = start().await;
    let token = sandbox.description().soundstripe.token;
    sandbox.fault(Fault::edit(Edit::new().status(200)).on(Host::SOUNDSTRIPE));
    let url = sandbox.origin(Host::SOUNDSTRIPE) + "/v1/songs/0";
    let odd = Request::new("GET", &url).header("Authorization", &format!("Token {token}")).send().await;
    assert_eq!(odd.status, 200);
    assert_eq!(odd.json()["errors"][0]["status"], 404);
}

/// The forms in which other providers respond to a request for a token.
#[tokio::test]
async fn tokens_come_in_odd_forms() {
    let sandbox = start().await;
    let access = sandbox.description().soundcloud;
    let ask = async |edit: Edit| {
        sandbox.fault(Fault::edit(edit).on(Host::SOUNDCLOUD_AUTH).path("/oauth/token"));
        let form = "grant_type=client_credentials";
        use base64::Engine as _;
        let pair = format!("{}:{}", access.client_id, access.client_secret);
        let pair = base64::engine::general_purpose::STANDARD.encode(pair);
        let url = sandbox.origin(Host::SOUNDCLOUD_AUTH) + "/oauth/token";
        Request::new("POST", &url).header("Authorization", &format!("Basic {pair}")).form(form).send().await
    };
    let plain = ask(Edit::new()).await.json();
    assert_eq!(plain["expires_in"], 3599);
    let edit = Edit::new();
    assert_eq!(
        ask(edit.clone().replace("/scope", json!(["a", "b"]))).await.json()["scope"],
        json!(["a", "b"])
    );
    for expires in ["\"3600\"", "3600.5", "\"soon\"", "-1", "true", "null", "1e18", "0"] {
        let token = ask(edit.clone().replace("/expires_in", expires)).await;
        assert!(token.text().contains(&format!("\"expires_in\":{expires}")), "{}", token.text());
    }
    for name in ["expires_in", "token_type", "refresh_token", "scope", "access_token"] {
        let token = ask(edit.clone().remove(&format!("/{name}"))).await;
        assert_eq!((token.status, token.json().get(name)), (200, None));
    }
    assert_eq!(ask(edit.clone().replace("/token_type", "\"DPoP\"")).await.json()["token_type"], "DPoP");
    assert_eq!(ask(edit.clone().replace("/access_token", "7")).await.json()["access_token"], 7);
    let broken = ask(edit.clone().replace("/access_token", json!("a\nb"))).await;
    assert_eq!(broken.json()["access_token"], "a\nb");
    let form = ask(edit.form_encoded()).await;
    assert_eq!(form.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert!(form.text().contains("&expires_in=3599&"), "{}", form.text());
    // Lost after the work.
    let tokens = sandbox.effects().of("soundcloud", "tokens").created;
    sandbox.fault(Fault::new(FaultKind::DropResponse).on(Host::SOUNDCLOUD_AUTH));
    let url = sandbox.origin(Host::SOUNDCLOUD_AUTH) + "/oauth/token";
    use base64::Engine as _;
    let pair = base64::engine::general_purpose::STANDARD
        .encode(format!("{}:{}", access.client_id, access.client_secret));
    let lost = Request::new("POST", &url).header("Authorization", &format!("Basic {pair}"));
    let (bytes, _) = lost.form("grant_type=client_credentials").raw().await;
    assert_eq!(bytes, b"");
    assert_eq!(sandbox.effects().of("soundcloud", "tokens").created, tokens + 1);
}

#[tokio::test]
async fn edits_follow_each_other_and_other_faults() {
    let sandbox = start().await;
    let fault = Fault::status(500).body(json!({"error": "x"})).work(true);
    let second = FaultKind::Edit(Edit::new().replace("/error", "NaN"));
    let third = FaultKind::Edit(Edit::new().append("!").header("X-Last", "yes"));
    sandbox.fault(fault.also(second).also(third));
    let odd = create(&sandbox).send().await;
    assert_eq!((odd.status, odd.text(), odd.header("x-last")), (500, r#"{"error":NaN}!"#, Some("yes")));
    assert_eq!(made(&sandbox), 1);
}
