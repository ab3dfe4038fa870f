//! Which crates' types stand in public interfaces: a change of their major version is a break of ours.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::{nightly, nightly_target, packages};
use crate::shell::step;

/// Crates of the standard library are always there.
const STANDARD: [&str; 3] = ["std", "core", "alloc"];

/// The foreign crates whose types a crate may show, and why.
fn allowed(package: &str) -> &'static [&'static str] {
    match package {
        // The vocabulary of HTTP, what a body is read from, and the trait of tower for its feature.
        "segno-core" => &[
            "bytes",
            "futures_core",
            "http",
            "http_body",
            "serde_core",
            "serde",
            "serde_json",
            "tokio",
            "tower_service",
        ],
        "segno-soundslice" | "segno-soundstripe" | "segno-soundcloud" | "segno-musescore" => {
            &["bytes", "futures_core", "http", "segno_core", "serde_core", "serde", "serde_json", "tokio"]
        }
        // What is behind an error.
        "segno-redis" => &["redis", "segno_core"],
        "segno-postgres" => &["segno_core", "tokio_postgres"],
        "segno-syncpoint" => &["serde_core", "serde"],
        "segno-score" => &["segno_syncpoint"],
        "segno-align" => &["segno_score", "segno_syncpoint"],
        "segno-sandbox" => &["serde_core", "serde", "serde_json"],
        _ => &[],
    }
}

/// Reads the documentation of every published crate as JSON, which only nightly writes, and looks up where each named type lives.
pub(super) fn run() -> Result<(), String> {
    let mut faults = Vec::new();
    for package in packages()?.into_iter().filter(|package| package.library) {
        let name = package.name;
        let target = nightly_target();
        let arguments = format!(
            "rustdoc --quiet -p {name} --lib --all-features -- -Z unstable-options --output-format json"
        );
        step(&format!("{name}: public types"), nightly(&arguments).env("CARGO_TARGET_DIR", &target))?;
        let file = target.join("doc").join(format!("{}.json", name.replace('-', "_")));
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let document: Value =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        for (shown, example) in foreign(&document) {
            if !allowed(&name).contains(&shown.as_str()) {
                faults.push(format!("{name} shows {shown}: {example}"));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("not on the list:\n  {}", faults.join("\n  "))) }
}

/// Every foreign crate that a type or trait of the interface comes from, with one such name.
fn foreign(document: &Value) -> BTreeMap<String, String> {
    let mut ids = BTreeSet::new();
    for item in document["index"].as_object().into_iter().flatten().map(|(_, item)| item) {
        // What a crate implements for everything is no promise of its interface.
        let implementation = &item["inner"]["impl"];
        if item["crate_id"] == 0
            && implementation["is_synthetic"] != true
            && implementation["blanket_impl"].is_null()
        {
            types(&item["inner"], &mut ids);
        }
    }
    let mut found = BTreeMap::new();
    for id in ids {
        let path = &document["paths"][&id];
        let Some(number) = path["crate_id"].as_u64().filter(|number| *number != 0) else { continue };
        let name = document["external_crates"][number.to_string()]["name"].as_str().unwrap_or_default();
        if !STANDARD.contains(&name) {
            let words: Vec<&str> =
                path["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            found.entry(name.to_owned()).or_insert_with(|| words.join("::"));
        }
    }
    found
}

/// The ids of every resolved path and trait below a value.
fn types(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if members.contains_key("path") && members.contains_key("args") {
                ids.extend(members.get("id").and_then(Value::as_u64).map(|id| id.to_string()));
            }
            members.values().for_each(|member| types(member, ids));
        }
        Value::Array(items) => items.iter().for_each(|item| types(item, ids)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::foreign;

    #[test]
    fn a_type_of_another_crate_is_found_wherever_it_stands() {
        let path = |id: u64| json!({"resolved_path": {"path": "X", "id": id, "args": null}});
        let document = json!({
            "index": {
                "1": {"crate_id": 0, "inner": {"function": {"sig": {"inputs": [["x", path(7)]], "output": path(8)}}}},
                "2": {"crate_id": 3, "inner": {"function": {"sig": {"inputs": [["x", path(9)]]}}}},
                "3": {"crate_id": 0, "inner": {"impl": {"is_synthetic": true, "blanket_impl": null, "trait": {"path": "Y", "id": 9, "args": null}}}},
            },
            "paths": {
                "7": {"crate_id": 3, "path": ["bytes", "Bytes"]},
                "8": {"crate_id": 1, "path": ["std", "time", "Duration"]},
                "9": {"crate_id": 4, "path": ["other", "Thing"]},
            },
            "external_crates": {"1": {"name": "std"}, "3": {"name": "bytes"}, "4": {"name": "other"}},
        });
        assert_eq!(
            foreign(&document).into_iter().collect::<Vec<_>>(),
            [("bytes".to_owned(), "bytes::Bytes".to_owned())]
        );
    }
}
