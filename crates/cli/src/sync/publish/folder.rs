//! The folder of a new slice, which is made once.

use segno_soundslice::{FolderId, folders};

use super::Job;
use crate::failure::Failure;
use crate::sync::journal::{Folder, Journal};

impl Job<'_> {
    /// The folder of this name at the top, or of this ID anywhere; `None` if one of this name can be made.
    pub(super) async fn folder_named(&self, asked: &str) -> Result<Option<FolderId>, Failure> {
        let all = self.client.send(&folders::List::new()).await?;
        if let Some(found) = all.iter().find(|known| known.id.as_str() == asked || known.name == asked) {
            return Ok(Some(found.id.clone()));
        }
        if asked.is_empty() || !asked.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        // An ID that was mistyped makes no folder.
        match self.folder_with(asked).await? {
            Some(id) => Ok(Some(id)),
            None => Err(Failure::new(format!("there is no folder {asked} in this account"))
                .lasting(true)
                .advice(format_args!(
                    "`segno soundslice folder list` shows those at the top; if this is to be its name, make it with \
                     `segno soundslice folder new {asked}`"
                ))),
        }
    }

    /// The folder of this ID, if it is there.
    async fn folder_with(&self, id: &str) -> Result<Option<FolderId>, Failure> {
        let Ok(id) = id.parse::<FolderId>() else { return Ok(None) };
        match self.client.send(&folders::Get::new(&id)).await {
            Ok(_) => Ok(Some(id)),
            Err(error) if error.is_not_found() || error.status().is_some_and(|status| status == 403) => {
                // The service refuses a wrong key and a missing folder alike; a key that is accepted elsewhere is right.
                self.client.send(&folders::List::new()).await?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The folder of this name or ID: the one that an earlier run took, the first that there is, or a new one.
    pub(super) async fn folder(&self, asked: &str, journal: &mut Journal) -> Result<FolderId, Failure> {
        let known = journal.made.folder.as_ref().filter(|known| known.asked == asked);
        if let Some(known) = known
            && let Some(id) = self.folder_with(&known.id).await?
        {
            return Ok(id);
        }
        let id = match self.folder_named(asked).await? {
            Some(id) => id,
            None => {
                journal.keep().close(asked).await?;
                let made = self.made_folder(asked).await;
                journal.keep().opened(asked).await?;
                made?
            }
        };
        let folder = Folder { asked: asked.to_owned(), id: id.to_string() };
        journal.note(|journal| journal.folder = Some(folder)).await?;
        Ok(id)
    }

    /// The folder, which another run may have made while this one waited for its turn.
    async fn made_folder(&self, folder: &str) -> Result<FolderId, Failure> {
        if let Some(id) = self.folder_named(folder).await? {
            return Ok(id);
        }
        // The next run takes the folder of this name.
        let create = folders::Create::new(folder);
        let id = self.client.send(&create).await.map_err(|error| Failure::from(error).finds())?;
        self.session.made(format_args!("the folder {id}"));
        self.session.tell(format_args!("folder     {id} {folder}"));
        Ok(id)
    }
}
