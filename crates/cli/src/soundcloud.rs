//! x
use crate::{failure::Failure, output::Output, session::Session};
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// x
    X,
}
pub(crate) async fn run(_: Command, _: &Session) -> Result<Output, Failure> {
    Ok(Output::Nothing)
}
