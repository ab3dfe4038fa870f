//! Where a request is worked on: who calls, and what there is.

use std::sync::Arc;

use http::StatusCode;

use super::error::{self, Result};
use super::state::{SERVICE, Soundslice};
use super::store::{Folder, Recording, Slice, Store};
use super::switches::{SuccessCodes, Switches};

pub(super) struct RequestContext<'a> {
    pub(super) service: &'a Arc<Soundslice>,
    pub(super) store: &'a mut Store,
    pub(super) switches: Arc<Switches>,
    /// The account that calls.
    pub(super) user: u64,
}

impl RequestContext<'_> {
    /// Whether the calling account may touch what this one owns.
    pub(super) fn may_touch(&self, owner: u64) -> bool {
        owner == self.user || self.service.accounts.belongs(self.user, owner)
    }

    /// The slice of this scorehash or slug, if the account may touch it; else 403.
    pub(super) fn slice(&mut self, name: &str) -> Result<&mut Slice> {
        let number = self.store.slice_number(name).ok_or_else(error::forbidden)?;
        let owner = self.store.slices.get(&number).map(|slice| slice.owner);
        match owner {
            Some(owner) if self.may_touch(owner) => {
                self.store.slices.get_mut(&number).ok_or_else(error::forbidden)
            }
            _ => Err(error::forbidden()),
        }
    }

    /// The recording, if the account may touch its slice; else 403.
    pub(super) fn recording(&mut self, id: u64) -> Result<&mut Recording> {
        let slice = self.store.recordings.get(&id).map(|recording| recording.slice);
        let owner = slice.and_then(|slice| self.store.slices.get(&slice)).map(|slice| slice.owner);
        match owner {
            Some(owner) if self.may_touch(owner) => {
                self.store.recordings.get_mut(&id).ok_or_else(error::forbidden)
            }
            _ => Err(error::forbidden()),
        }
    }

    /// The folder; 404 if it does not exist, 403 if the account may not touch it.
    pub(super) fn folder(&mut self, id: u64) -> Result<&mut Folder> {
        let owner =
            self.store.folders.get(&id).map(|folder| folder.owner).ok_or_else(error::page_not_found)?;
        if !self.may_touch(owner) {
            return Err(error::forbidden());
        }
        self.store.folders.get_mut(&id).ok_or_else(error::page_not_found)
    }

    /// A folder ID in a parameter: `0` is the root, anything else a folder of this owner.
    pub(super) fn folder_parameter(&self, value: &str, owner: u64) -> Option<Option<u64>> {
        let id: u64 = value.trim().parse().ok()?;
        if id == 0 {
            return Some(None);
        }
        self.store.folders.get(&id).filter(|folder| folder.owner == owner).map(|folder| Some(folder.id))
    }

    /// The status of calls whose documents say 201 and whose responses were seen with 200.
    pub(super) fn disputed_status(&self) -> StatusCode {
        match self.switches.success_codes {
            SuccessCodes::Observed => StatusCode::OK,
            SuccessCodes::Documented => StatusCode::CREATED,
        }
    }

    pub(super) fn created(&self, kind: &str) {
        self.service.sandbox.effects.created(SERVICE, kind);
    }

    pub(super) fn written(&self, kind: &str, is_different: bool) {
        self.service.sandbox.effects.written(SERVICE, kind, is_different);
    }

    pub(super) fn deleted(&self, kind: &str) {
        self.service.sandbox.effects.deleted(SERVICE, kind);
    }
}
