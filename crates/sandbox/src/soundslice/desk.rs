//! Where a request is worked on: who asks, and what there is.

use std::sync::Arc;

use super::accounts::Accounts;
use super::refusal;
use super::switches::{SuccessCodes, Switches};
use super::world::{Folder, Recording, Slice, World};
use crate::house::House;
use crate::reply::Reply;
use http::StatusCode;

/// The service's name among the effects.
pub(super) const SERVICE: &str = "soundslice";

pub(super) struct Desk<'a> {
    pub(super) house: &'a Arc<House>,
    pub(super) accounts: &'a Accounts,
    pub(super) world: &'a mut World,
    pub(super) switches: Switches,
    /// The account that asks.
    pub(super) user: u64,
}

impl Desk<'_> {
    /// Whether the asking account may touch what this one owns.
    pub(super) fn may_touch(&self, owner: u64) -> bool {
        owner == self.user || self.accounts.belongs(self.user, owner)
    }

    /// The slice of this scorehash or slug, if the account may touch it; else 403.
    pub(super) fn slice(&mut self, name: &str) -> Result<&mut Slice, Reply> {
        let number = self.world.slice_number(name).ok_or_else(refusal::forbidden)?;
        let owner = self.world.slices.get(&number).map(|slice| slice.owner);
        match owner {
            Some(owner) if self.may_touch(owner) => {
                self.world.slices.get_mut(&number).ok_or_else(refusal::forbidden)
            }
            _ => Err(refusal::forbidden()),
        }
    }

    /// The recording, if the account may touch its slice; else 403.
    pub(super) fn recording(&mut self, id: u64) -> Result<&mut Recording, Reply> {
        let slice = self.world.recordings.get(&id).map(|recording| recording.slice);
        let owner = slice.and_then(|slice| self.world.slices.get(&slice)).map(|slice| slice.owner);
        match owner {
            Some(owner) if self.may_touch(owner) => {
                self.world.recordings.get_mut(&id).ok_or_else(refusal::forbidden)
            }
            _ => Err(refusal::forbidden()),
        }
    }

    /// The folder; 404 if there is none, 403 if the account may not touch it.
    pub(super) fn folder(&mut self, id: u64) -> Result<&mut Folder, Reply> {
        let owner =
            self.world.folders.get(&id).map(|folder| folder.owner).ok_or_else(refusal::page_not_found)?;
        if !self.may_touch(owner) {
            return Err(refusal::forbidden());
        }
        self.world.folders.get_mut(&id).ok_or_else(refusal::page_not_found)
    }

    /// A folder ID in a parameter: `0` is the root, anything else a folder of this owner.
    pub(super) fn folder_parameter(&self, value: &str, owner: u64) -> Option<Option<u64>> {
        let id: u64 = value.trim().parse().ok()?;
        if id == 0 {
            return Some(None);
        }
        self.world.folders.get(&id).filter(|folder| folder.owner == owner).map(|folder| Some(folder.id))
    }

    /// The status of calls whose documents say 201 and whose answers were seen with 200.
    pub(super) fn disputed_status(&self) -> StatusCode {
        match self.switches.success_codes {
            SuccessCodes::Observed => StatusCode::OK,
            SuccessCodes::Documented => StatusCode::CREATED,
        }
    }

    pub(super) fn created(&self, kind: &str) {
        self.house.effects.created(SERVICE, kind);
    }

    pub(super) fn changed(&self, kind: &str) {
        self.house.effects.changed(SERVICE, kind);
    }

    pub(super) fn deleted(&self, kind: &str) {
        self.house.effects.deleted(SERVICE, kind);
    }
}
