//! Sound effects: `GET /v1/sound_effects`, `GET /v1/sound_effects/{sound_effect_id}`.

use serde_json::{Value, json};

use super::catalogue::{Category, Effect};
use super::desk::{Desk, number, ok};
use super::document::{document, resource};
use super::paging::Paging;
use super::refusal;
use super::songs::words;
use super::terms::Terms;
use crate::reply::Reply;

pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Reply> {
    let paging = Paging::read(desk)?;
    let wanted = words(desk.query.filled("filter[q]").unwrap_or_default());
    let terms = Terms::read(desk.query.filled("filter[categories]").unwrap_or_default());
    let passes = |effect: &&Effect| {
        let text = format!("{}\n{}", effect.title, effect.description).to_lowercase();
        let labels: Vec<(String, &str)> =
            categories(desk, effect).map(|category| (category.id.to_string(), category.name)).collect();
        let labels: Vec<(&str, &str)> = labels.iter().map(|(id, name)| (id.as_str(), *name)).collect();
        wanted.iter().all(|word| text.contains(word)) && terms.pass(desk.switches.tag_match, &labels)
    };
    let effects: Vec<&Effect> = desk.catalogue.effects.iter().filter(passes).collect();
    let data: Vec<Value> =
        effects[paging.range(effects.len())].iter().map(|effect| to_resource(desk, effect)).collect();
    Ok(ok(&document(data.into(), None, Some(paging.links(desk, effects.len())))))
}

pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Reply> {
    let effect = number(id).and_then(|id| desk.catalogue.effect(id));
    let effect = effect.ok_or_else(|| refusal::not_found("SoundEffect", id))?;
    Ok(ok(&document(to_resource(desk, effect), None, None)))
}

/// The category and the subcategory of an effect.
fn categories<'a>(desk: &'a Desk<'_>, effect: &'a Effect) -> impl Iterator<Item = &'a Category> {
    let is_its =
        |category: &&Category| category.id == effect.category || Some(category.id) == effect.subcategory;
    desk.catalogue.categories.iter().filter(is_its)
}

pub(super) fn to_resource(desk: &Desk<'_>, effect: &Effect) -> Value {
    // Names are in lower case here, as the documentation's sample has them.
    let names = |parents: bool| -> Vec<String> {
        categories(desk, effect)
            .filter(|category| category.parent.is_none() == parents)
            .map(|category| category.name.to_lowercase())
            .collect()
    };
    let (tops, subs) = (names(true), names(false));
    let attributes = json!({
        "title": effect.title,
        "description": effect.description,
        "primary_category": tops.first(),
        "primary_subcategory": subs.first(),
        "categories": tops,
        "subcategories": subs,
        "duration": effect.duration,
        "versions": desk.versions("sound_effects", effect.id, desk.lifetime()),
    });
    resource("sound_effects", effect.id, attributes)
}
