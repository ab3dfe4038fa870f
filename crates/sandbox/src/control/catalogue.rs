//! What a user adds to the seeded catalogues.

use serde_json::Value;

use super::Control;
use crate::kit::Import;

/// Something in a catalogue that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CatalogueError(String);

impl Control {
    /// Adds to the catalogues of the services that an object names: all of it or nothing. A reset adds it again.
    pub(crate) fn import(&self, catalogue: Value) -> Result<(), CatalogueError> {
        self.add(&catalogue).map_err(CatalogueError)?;
        self.catalogues.lock().push(catalogue);
        Ok(())
    }

    /// After a reset: what was added before. It was read before, so it can be read again.
    pub(super) fn import_again(&self) {
        for catalogue in self.catalogues.lock().iter() {
            let _ = self.add(catalogue);
        }
    }

    fn add(&self, catalogue: &Value) -> Result<(), String> {
        let Value::Object(catalogue) = catalogue else {
            return Err("a catalogue must be an object of services".to_owned());
        };
        let all = self.services.all();
        let mut imports: Vec<Import<'_>> = Vec::new();
        for (name, things) in catalogue {
            let Some((_, service)) = all.iter().find(|(known, _)| known == name) else {
                let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
                return Err(format!("there is no service `{name}`; there are: {}", names.join(", ")));
            };
            imports.push(service.import(things).map_err(|sentence| format!("{name}: {sentence}"))?);
        }
        imports.into_iter().for_each(|import| import());
        Ok(())
    }
}
