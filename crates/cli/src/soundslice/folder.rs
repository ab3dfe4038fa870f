//! Folders and lists.

use super::*;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The folders at the top, or inside of another
    List(Inside),
    /// The slices and folders in a folder
    Get(One),
    /// Make a folder
    New(New),
    /// Give a folder another name
    Rename(Rename),
    /// Delete a folder, which must be empty
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct Inside {
    /// The folder to look into
    #[arg(long, value_name = "ID")]
    inside: Option<FolderId>,
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The folder
    folder: FolderId,
}

#[derive(Args, Debug)]
pub(crate) struct New {
    /// Its name
    name: String,
    /// The folder in which it lies
    #[arg(long, value_name = "ID")]
    inside: Option<FolderId>,
}

#[derive(Args, Debug)]
pub(crate) struct Rename {
    /// The folder
    folder: FolderId,
    /// The new name
    name: String,
}

fn row(folder: &folders::Folder) -> Record {
    Record::new().text("folder", &folder.id).with("name", folder.name.as_str())
}

pub(super) async fn run(command: Command, client: &Client) -> Result<Output, Failure> {
    match command {
        Command::List(Inside { inside }) => {
            let mut list = folders::List::new();
            if let Some(inside) = inside {
                list = list.parent(inside);
            }
            Ok(client.send(&list).await?.iter().map(row).collect::<Vec<_>>().into())
        }
        Command::Get(One { folder }) => {
            let contents = client.send(&folders::Get::new(&folder)).await?;
            let folders = contents.folders.iter().map(|folder| {
                Record::new().with("kind", "folder").text("id", &folder.id).with("name", folder.name.as_str())
            });
            let slices = contents.slices.iter().map(|contained| {
                let name = contained.slice.as_ref().map(|slice| slice.name.clone());
                Record::new().with("kind", "slice").text("id", &contained.scorehash).maybe("name", name)
            });
            Ok(folders.chain(slices).collect::<Vec<_>>().into())
        }
        Command::New(New { name, inside }) => {
            let mut create = folders::Create::new(name);
            if let Some(inside) = inside {
                create = create.parent(inside);
            }
            Ok(Record::new().text("folder", client.send(&create).await?).into())
        }
        Command::Rename(Rename { folder, name }) => {
            let folder = client.send(&folders::Rename::new(&folder, name)).await?;
            Ok(Record::new().text("folder", folder).into())
        }
        Command::Delete(One { folder }) => {
            let parent = client.send(&folders::Delete::new(&folder)).await?;
            Ok(Record::new().text("deleted", folder).maybe("was_inside", parent).into())
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ListCommand {
    /// Make a list; the service has no way to show or delete it
    New(NewList),
    /// Give a list another name
    Rename(RenameList),
    /// Put slices into a list
    Add(Entries),
    /// Take a slice out of a list; the slice stays
    Remove(Entry),
}

#[derive(Args, Debug)]
pub(crate) struct NewList {
    /// Its name
    name: String,
    /// The list in which it lies
    #[arg(long, value_name = "ID")]
    inside: Option<ListId>,
}

#[derive(Args, Debug)]
pub(crate) struct RenameList {
    /// The list
    list: ListId,
    /// The new name
    name: String,
}

#[derive(Args, Debug)]
pub(crate) struct Entries {
    /// The list
    list: ListId,
    /// The slices
    #[arg(required = true)]
    slices: Vec<Scorehash>,
}

#[derive(Args, Debug)]
pub(crate) struct Entry {
    /// The list
    list: ListId,
    /// The slice
    slice: Scorehash,
}

pub(super) async fn list(command: ListCommand, client: &Client) -> Result<Output, Failure> {
    let list = match command {
        ListCommand::New(NewList { name, inside }) => {
            let mut create = lists::Create::new(name);
            if let Some(inside) = inside {
                create = create.parent(inside);
            }
            client.send(&create).await?
        }
        ListCommand::Rename(RenameList { list, name }) => {
            client.send(&lists::Rename::new(&list, name)).await?
        }
        ListCommand::Add(Entries { list, slices }) => {
            client.send(&lists::AddSlices::new(&list, slices)).await?;
            list
        }
        ListCommand::Remove(Entry { list, slice }) => {
            client.send(&lists::RemoveSlice::new(&list, &slice)).await?;
            list
        }
    };
    Ok(Record::new().text("list", list).into())
}
