//! Sound effects and their categories.

use std::borrow::Cow;

use fastrand::Rng;

const EFFECTS: u64 = 240;

/// A category; with a parent it is a subcategory.
#[derive(Clone)]
pub(in crate::soundstripe) struct Category {
    pub(in crate::soundstripe) id: u64,
    pub(in crate::soundstripe) name: Cow<'static, str>,
    pub(in crate::soundstripe) parent: Option<u64>,
}

#[derive(Clone)]
pub(in crate::soundstripe) struct Effect {
    pub(in crate::soundstripe) id: u64,
    pub(in crate::soundstripe) title: String,
    pub(in crate::soundstripe) description: String,
    /// Category and subcategory, the primary ones.
    pub(in crate::soundstripe) category: u64,
    pub(in crate::soundstripe) subcategory: Option<u64>,
    /// Its length in seconds.
    pub(in crate::soundstripe) duration: f64,
}

const TREE: [(&str, &[&str]); 8] = [
    ("Foley", &["Footsteps", "Cloth", "Doors", "Dishes"]),
    ("Ambience", &["Forest", "City", "Seaside"]),
    ("Weather", &["Rain", "Thunder", "Wind"]),
    ("Vehicles", &["Cars", "Trains", "Boats"]),
    ("Animals", &["Birds", "Dogs", "Insects"]),
    ("Transitions", &["Whooshes", "Risers", "Impacts"]),
    ("Interface", &["Clicks", "Alerts"]),
    ("Crowds", &[]),
];

pub(super) fn categories() -> Vec<Category> {
    let mut categories = Vec::new();
    for (place, (name, subcategories)) in (1u64..).zip(TREE) {
        let parent = place * 10;
        categories.push(Category { id: parent, name: name.into(), parent: None });
        for (place, &name) in (1u64..).zip(subcategories) {
            categories.push(Category { id: parent + place, name: name.into(), parent: Some(parent) });
        }
    }
    categories
}

pub(super) fn effects(rng: &mut Rng, categories: &[Category]) -> Vec<Effect> {
    const HOW: [&str; 8] = ["Slow", "Heavy", "Distant", "Soft", "Sudden", "Wooden", "Metallic", "Muffled"];
    let tops: Vec<&Category> = categories.iter().filter(|category| category.parent.is_none()).collect();
    (0..EFFECTS)
        .map(|number| {
            let top = tops[rng.usize(..tops.len())];
            let below: Vec<&Category> =
                categories.iter().filter(|category| category.parent == Some(top.id)).collect();
            let sub = (!below.is_empty() && rng.u32(..10) > 0).then(|| below[rng.usize(..below.len())]);
            let what = sub.map_or(&*top.name, |sub| &*sub.name);
            let how = HOW[rng.usize(..HOW.len())];
            Effect {
                id: 501 + number,
                title: format!("{how} {what} {:02}", rng.u32(1..20)),
                description: format!("{how} {}, recorded up close.", what.to_lowercase()),
                category: top.id,
                subcategory: sub.map(|sub| sub.id),
                duration: f64::from(rng.u32(1..60)) / 2.0,
            }
        })
        .collect()
}
