//! `segno completion` and `segno man`: what the shell and the manual are told.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::output::Output;

/// Which shell.
#[derive(Args, Clone, Debug)]
pub(crate) struct Completion {
    /// The shell
    shell: Shell,
}

/// Where the manual goes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Man {
    /// The folder for the pages, such as ~/.local/share/man/man1
    folder: PathBuf,
}

pub(crate) fn run(completion: Completion) -> Result<Output, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(completion.shell, &mut Arguments::command(), "segno", &mut text);
    Ok(Output::Text(String::from_utf8_lossy(&text).into_owned()))
}

pub(crate) fn man(man: &Man) -> Result<Output, Failure> {
    std::fs::create_dir_all(&man.folder).map_err(|error| Failure::file(&man.folder, error))?;
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    pages(&command, "segno", man)?;
    Ok(Output::Nothing)
}

/// The page of a command and of those below it.
fn pages(command: &clap::Command, name: &str, man: &Man) -> Result<(), Failure> {
    let path = man.folder.join(format!("{name}.1"));
    let mut page = Vec::new();
    let titled = command.clone().name(name.to_owned());
    clap_mangen::Man::new(titled).render(&mut page).map_err(|error| Failure::file(&path, error))?;
    Destination::of(&path)?.write(&page)?;
    for below in command.get_subcommands() {
        pages(below, &format!("{name}-{}", below.get_name()), man)?;
    }
    Ok(())
}
