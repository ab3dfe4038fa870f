//! Sound effects: `GET /v1/sound_effects`, `GET /v1/sound_effects/{sound_effect_id}`.

use serde_json::{Value, json};

use super::catalogue::{Category, Effect};
use super::context::{RequestContext, ok};
use super::document::{document, resource};
use super::error::{self, Result};
use super::paging::Paging;
use super::songs::words;
use super::terms::Terms;
use crate::kit::number;

pub(super) fn list(context: &RequestContext<'_>) -> Result {
    let paging = Paging::read(context)?;
    let wanted = words(context.query.filled("filter[q]").unwrap_or_default());
    let terms = Terms::read(context.query.filled("filter[categories]").unwrap_or_default());
    let passes = |effect: &&Effect| {
        let text = format!("{}\n{}", effect.title, effect.description).to_lowercase();
        let labels: Vec<(String, &str)> =
            categories(context, effect).map(|category| (category.id.to_string(), &*category.name)).collect();
        let labels: Vec<(&str, &str)> = labels.iter().map(|(id, name)| (id.as_str(), *name)).collect();
        wanted.iter().all(|word| text.contains(word)) && terms.pass(context.switches.tag_match, &labels)
    };
    let effects: Vec<&Effect> = context.catalogue.effects.iter().filter(passes).collect();
    let data: Vec<Value> =
        effects[paging.range(effects.len())].iter().map(|effect| to_resource(context, effect)).collect();
    Ok(ok(&document(data.into(), None, Some(paging.links(context, effects.len())))))
}

pub(super) fn get(context: &RequestContext<'_>, id: &str) -> Result {
    let effect = number(id).and_then(|id| context.catalogue.effect(id));
    let effect = effect.ok_or_else(|| error::not_found("SoundEffect", id))?;
    Ok(ok(&document(to_resource(context, effect), None, None)))
}

/// The category and the subcategory of an effect.
fn categories<'a>(context: &'a RequestContext<'_>, effect: &'a Effect) -> impl Iterator<Item = &'a Category> {
    let is_its =
        |category: &&Category| category.id == effect.category || Some(category.id) == effect.subcategory;
    context.catalogue.categories.iter().filter(is_its)
}

pub(super) fn to_resource(context: &RequestContext<'_>, effect: &Effect) -> Value {
    // Names are in lower case here, as the documentation's sample has them.
    let names = |parents: bool| -> Vec<String> {
        categories(context, effect)
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
        "versions": context.versions("sound_effects", effect.id, context.lifetime()),
    });
    resource("sound_effects", effect.id, attributes)
}
