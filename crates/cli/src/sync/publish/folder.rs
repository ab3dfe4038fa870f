//! The folder of a new slice, which is made once.

use segno_soundslice::{FolderId, folders};

use super::Job;
use crate::failure::Failure;
use crate::sync::journal::{Folder, Journal};

impl Job<'_> {
    pub(super) async fn folder_named(&self, folder: &str) -> Result<Option<FolderId>, Failure> {
        let all = self.client.send(&folders::List::new()).await?;
        let found = all.iter().find(|known| known.id.as_str() == folder || known.name == folder);
        Ok(found.map(|known| known.id.clone()))
    }

    /// The folder of this name or ID: the one that an earlier run took, the first that there is, or a new one.
    pub(super) async fn folder(&self, asked: &str, journal: &mut Journal) -> Result<FolderId, Failure> {
        let known = journal.made.folder.as_ref().filter(|known| known.asked == asked);
        if let Some(known) = known
            && let Some(id) = self.folder_named(&known.id).await?
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
        let id = self.client.send(&folders::Create::new(folder)).await?;
        self.session.made(format_args!("the folder {id}"));
        self.session.tell(format_args!("folder     {id} {folder}"));
        Ok(id)
    }
}
