//! Directions under a new model, before any list is made with it: what is near is looked for among records whose
//! directions come from the same model, and the first lists would find nobody else there.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Desk, Inner, load, side_of};
use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::matching::engine::Ready;
use crate::matching::model::Answering;
use crate::matching::store::{self, Profile};

/// Records whose directions are reckoned and written at once.
const SLICE: usize = 100;

impl Inner {
    /// Gives every known profile its direction by the model in use; what is on its way out is left to its mark.
    pub(super) fn aim(&self, db: &Db, desk: &mut Desk) -> Result<(), Refusal> {
        let Some((number, model)) = desk.model.clone() else { return Ok(()) };
        if desk.aimed == Some(number) {
            return Ok(());
        }
        let behind = desk.profiles.values().filter(|profile| profile.model != number);
        let mut behind: Vec<String> = behind.map(|profile| profile.subject.clone()).collect();
        behind.sort_unstable();
        for subjects in behind.chunks(SLICE) {
            if self.stopping.load(Ordering::Acquire) {
                return Ok(());
            }
            let (sources, subjects) = (self.sources.clone(), subjects.to_vec());
            let found = db.read_blocking(move |snapshot| load(snapshot, &sources, &subjects))?;
            let aimed: Vec<Profile> = found
                .into_iter()
                .filter_map(|document| side_of(&document.subject).map(|side| (side, document)))
                .map(|(side, document)| profile(&model.ready(side, document, Answering::default()), number))
                .collect();
            let aimed = Arc::new(aimed);
            let written = Arc::clone(&aimed);
            db.write_background_blocking("matching.aim", move |tx| {
                let stamp = tx.now().micros();
                written.iter().try_for_each(|profile| store::aim(tx, profile, stamp))
            })?;
            aimed.iter().for_each(|profile| desk.know(profile.clone()));
        }
        desk.aimed = Some(number);
        Ok(())
    }
}

/// A record as candidates are found by it.
pub(super) fn profile(ready: &Ready, model: i64) -> Profile {
    let document = &ready.document;
    Profile {
        subject: document.subject.clone(),
        side: ready.side,
        holder: document.holder.urn.clone(),
        field: document.field.first().cloned().unwrap_or_default(),
        industry: document.industry.last().cloned().unwrap_or_default(),
        published_at: document.published_at,
        direction: ready.direction.iter().map(|step| step.to_le_bytes()[0]).collect(),
        model,
        live: true,
        stamp: 0,
    }
}
