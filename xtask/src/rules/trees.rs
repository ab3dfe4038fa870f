//! Which crates a package pulls in with which features: what `cargo tree -e normal` says, for any number of questions from one run of
//! `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{list, word};
use crate::shell::{cargo, output};

/// All packages that are locked, for this system.
pub(super) struct Trees {
    packages: BTreeMap<String, Package>,
}

#[derive(Debug, Default)]
struct Package {
    name: String,
    /// What each feature turns on, as manifests say it.
    features: BTreeMap<String, Vec<String>>,
    dependencies: Vec<Dependency>,
}

/// A dependency at run time.
#[derive(Debug)]
struct Dependency {
    /// What the manifest calls it.
    called: String,
    id: String,
    is_optional: bool,
    features: Vec<String>,
}

/// What is turned on of a package.
#[derive(Debug, Default)]
struct On {
    features: BTreeSet<String>,
    /// Optional dependencies.
    dependencies: BTreeSet<String>,
}

impl Trees {
    pub(super) fn read() -> Result<Self, String> {
        let version = output(std::process::Command::new("rustc").arg("-vV"))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        let text = output(&mut cargo(&format!(
            "metadata --format-version 1 --all-features --filter-platform {host}"
        )))?;
        let metadata = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
        Ok(Self::of(&metadata))
    }

    fn of(metadata: &Value) -> Self {
        let packages = list(metadata, "packages");
        let name = |id: &str| {
            packages
                .iter()
                .find(|package| word(package, "id") == id)
                .map_or("", |package| word(package, "name"))
        };
        let mut found = BTreeMap::new();
        for node in list(&metadata["resolve"], "nodes") {
            let id = word(node, "id");
            let Some(package) = packages.iter().find(|package| word(package, "id") == id) else { continue };
            let at_run_time =
                |dependency: &&Value| list(dependency, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
            let resolved: Vec<(&str, &str, &str)> = list(node, "deps")
                .iter()
                .filter(at_run_time)
                .map(|dependency| {
                    (word(dependency, "pkg"), name(word(dependency, "pkg")), word(dependency, "name"))
                })
                .collect();
            let declared = list(package, "dependencies").iter().filter(|one| one["kind"].is_null());
            let dependencies = declared.filter_map(|one| {
                let (name, renamed) = (word(one, "name"), word(one, "rename"));
                let is_it = |(_, found, library): &&(&str, &str, &str)| {
                    *found == name && (renamed.is_empty() || renamed.replace('-', "_") == *library)
                };
                let (id, ..) = resolved.iter().find(is_it)?;
                let mut features = words(&one["features"]);
                features.extend((one["uses_default_features"] == true).then(|| "default".to_owned()));
                let called = if renamed.is_empty() { name } else { renamed }.to_owned();
                Some(Dependency {
                    called,
                    id: (*id).to_owned(),
                    is_optional: one["optional"] == true,
                    features,
                })
            });
            let features = package["features"].as_object().into_iter().flatten();
            let features = features.map(|(name, on)| (name.clone(), words(on))).collect();
            let name = word(package, "name").to_owned();
            found.insert(id.to_owned(), Package { name, features, dependencies: dependencies.collect() });
        }
        Self { packages: found }
    }

    /// The names of the crates that a package needs at run time with these features, its own among them.
    pub(super) fn crates(&self, package: &str, features: &[&str]) -> BTreeSet<String> {
        let mut on: BTreeMap<&str, On> = BTreeMap::new();
        let mut open: Vec<(&str, Vec<String>)> = Vec::new();
        if let Some((id, _)) = self.packages.iter().find(|(_, found)| found.name == package) {
            open.push((id, features.iter().map(|feature| (*feature).to_owned()).collect()));
        }
        while let Some((id, asked)) = open.pop() {
            let Some(package) = self.packages.get(id) else { continue };
            let is_new = !on.contains_key(id);
            let state = on.entry(id).or_default();
            let before = (state.features.len(), state.dependencies.len());
            package.turn_on(state, asked);
            // Whatever changed may reach every dependency, by features that wait for it too.
            if is_new || before != (state.features.len(), state.dependencies.len()) {
                open.extend(package.dependencies.iter().filter(|one| state.has(one)).map(|dependency| {
                    let passed = package.passed_on(state, &dependency.called);
                    (dependency.id.as_str(), dependency.features.iter().cloned().chain(passed).collect())
                }));
            }
        }
        on.keys().filter_map(|id| self.packages.get(*id)).map(|package| package.name.clone()).collect()
    }
}

impl On {
    fn has(&self, dependency: &Dependency) -> bool {
        !dependency.is_optional || self.dependencies.contains(&dependency.called)
    }
}

impl Package {
    /// Turns features on, and those that they turn on.
    fn turn_on(&self, on: &mut On, features: Vec<String>) {
        let mut open = features;
        while let Some(feature) = open.pop() {
            let Some(others) = self.features.get(&feature) else { continue };
            if !on.features.insert(feature) {
                continue;
            }
            for other in others {
                if let Some(dependency) = other.strip_prefix("dep:") {
                    on.dependencies.insert(dependency.to_owned());
                } else if let Some((dependency, _)) = other.split_once('/') {
                    // `name?/feature` waits until something else turns the dependency on.
                    if !dependency.ends_with('?') {
                        on.dependencies.insert(dependency.to_owned());
                        open.push(dependency.to_owned());
                    }
                } else {
                    open.push(other.clone());
                }
            }
        }
    }

    /// The features of a dependency that features of this package turn on.
    fn passed_on(&self, on: &On, dependency: &str) -> Vec<String> {
        let others = on.features.iter().filter_map(|feature| self.features.get(feature)).flatten();
        let pairs = others.filter_map(|other| other.split_once('/'));
        pairs
            .filter(|(name, _)| name.trim_end_matches('?') == dependency)
            .map(|(_, feature)| feature.to_owned())
            .collect()
    }
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn dependency(name: &str, optional: bool, features: &[&str]) -> Value {
        json!({"name": name, "rename": null, "kind": null, "optional": optional, "features": features,
            "uses_default_features": false})
    }

    /// The rules of the Cargo book, "Features": `dep:`, `name/feature`, `name?/feature`, and features of dependencies.
    #[test]
    fn features_turn_dependencies_on() {
        let package = |name: &str, features: Value, dependencies: Vec<Value>| json!({"id": name, "name": name, "features": features, "dependencies": dependencies});
        let node = |name: &str, on: &[&str]| {
            let deps = on.iter().map(|one| json!({"name": one, "pkg": one, "dep_kinds": [{"kind": null}]}));
            json!({"id": name, "deps": deps.collect::<Vec<_>>()})
        };
        let metadata = json!({
            "packages": [
                package("own", json!({"default": ["tls"], "tls": ["dep:tls"], "fast": ["io/fast"], "roots": ["tls?/roots"],
                    "wide": ["wide/all"], "opt": ["dep:wide"]}),
                    vec![dependency("io", false, &[]), dependency("tls", true, &["std"]), dependency("wide", true, &[])]),
                package("io", json!({"fast": ["dep:simd"]}), vec![dependency("simd", true, &[])]),
                package("tls", json!({"roots": ["dep:certs"], "std": []}), vec![dependency("certs", true, &[])]),
                package("simd", json!({}), vec![]),
                package("certs", json!({}), vec![]),
                package("wide", json!({"all": []}), vec![]),
            ],
            "resolve": {"nodes": [node("own", &["io", "tls", "wide"]), node("io", &["simd"]), node("tls", &["certs"]),
                node("simd", &[]), node("certs", &[]), node("wide", &[])]},
        });
        let trees = Trees::of(&metadata);
        let crates =
            |features: &[&str]| trees.crates("own", features).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(crates(&[]), "io own");
        assert_eq!(crates(&["default"]), "io own tls");
        assert_eq!(crates(&["fast"]), "io own simd");
        assert_eq!(crates(&["roots"]), "io own");
        assert_eq!(crates(&["roots", "tls"]), "certs io own tls");
        assert_eq!(crates(&["tls", "roots"]), "certs io own tls");
        assert_eq!(crates(&["wide"]), "io own wide");
    }
}
