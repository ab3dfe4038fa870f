//! The OpenAPI document says what the control port does.

use serde_json::Value;

use super::Control;
use crate::wire::Request;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];

#[tokio::test]
async fn every_path_takes_the_documented_methods_and_no_other() {
    let control = Control::start().await;
    let document = control.get("/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    let index = Request::new("GET", &control.url("/")).send().await.text().to_owned();
    for (path, operations) in paths {
        let refused = Request::new("PATCH", &control.url(path)).send().await;
        assert_eq!(refused.status, 405, "{path}");
        let allowed: Vec<&str> = refused.header("allow").expect("Allow").split(", ").collect();
        for method in METHODS {
            let documented = operations.get(method.to_lowercase()).is_some();
            assert_eq!(allowed.contains(&method), documented, "{method} {path}");
        }
        assert!(index.contains(path.as_str()), "{path} in the text");
    }
    for line in index.lines().filter(|line| METHODS.iter().any(|method| line.starts_with(method))) {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().expect("a method"), words.next().expect("a path"));
        assert!(
            document["paths"][path][method.to_lowercase()].is_object(),
            "{method} {path} is not documented"
        );
    }
}

#[tokio::test]
async fn the_schemas_name_every_host_fault_and_switch() {
    let control = Control::start().await;
    let document = control.get("/openapi.json").await;
    let schemas = &document["components"]["schemas"];
    let names = |list: &Value| -> Vec<String> {
        list.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let hosts: Vec<&str> = segno_sandbox::Host::ALL.iter().map(|host| host.name()).collect();
    assert_eq!(names(&schemas["Host"]["enum"]), hosts[1..]);
    let refused = control.send("POST", "/faults", &serde_json::json!({"kind": "none"})).await.json();
    let refused = refused["error"].as_str().expect("a sentence").to_owned();
    let kinds: Vec<&str> =
        refused.split_once("expected one of").expect("the kinds").1.split('`').skip(1).step_by(2).collect();
    let mut documented = names(&schemas["Fault"]["properties"]["kind"]["enum"]);
    documented.sort();
    let mut existing: Vec<&str> = kinds;
    existing.sort_unstable();
    assert_eq!(documented, existing);
    let switches = control.get("/switches").await;
    for (service, group) in switches.as_object().expect("services") {
        for switch in group.as_object().expect("switches").keys() {
            assert!(
                schemas["Switches"]["properties"][service]["properties"][switch].is_object(),
                "{service}.{switch}"
            );
        }
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().expect("a name");
        assert!(schemas[name].is_object(), "{name}");
    }
}

/// JSON Schema (2020-12, validation, 6.1.1): the types of a list are unique.
#[tokio::test]
async fn no_schema_names_a_type_twice() {
    fn check(value: &Value, place: &str) {
        if let Some(types) = value["type"].as_array() {
            for (index, one) in types.iter().enumerate() {
                assert!(!types[..index].contains(one), "{place}: {types:?}");
            }
        }
        let members = value.as_object().into_iter().flatten();
        for (name, member) in members {
            check(member, &format!("{place}/{name}"));
        }
    }
    let control = Control::start().await;
    check(&control.get("/openapi.json").await, "");
}

#[tokio::test]
async fn a_browser_gets_a_page_and_everything_else_a_text() {
    let control = Control::start().await;
    let page = Request::new("GET", &control.url("/")).header("Accept", "text/html,*/*;q=0.8").send().await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.text().starts_with("<!doctype html>"));
    let document = control.get("/openapi.json").await;
    for kind in
        document["components"]["schemas"]["Fault"]["properties"]["kind"]["enum"].as_array().expect("kinds")
    {
        let kind = kind.as_str().expect("a name");
        assert!(page.text().contains(&format!("kind: \"{kind}\"")), "the page offers no {kind}");
    }
    let text = Request::new("GET", &control.url("/")).header("Accept", "*/*").send().await;
    assert_eq!(text.header("content-type"), Some("text/plain; charset=utf-8"));
}
