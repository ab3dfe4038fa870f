//! The folders of the command, by the XDG rules: what is set up, and what is kept between runs.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::failure::Failure;

/// `$XDG_CONFIG_HOME/segno`: what the user chose; no secret.
pub(crate) fn config() -> Result<PathBuf, Failure> {
    Ok(base()?.config_dir().join("segno"))
}

/// `$XDG_STATE_HOME/segno`: journals, and secrets where there is no keyring.
pub(crate) fn state() -> Result<PathBuf, Failure> {
    let base = base()?;
    Ok(base.state_dir().unwrap_or_else(|| base.data_dir()).join("segno"))
}

fn base() -> Result<etcetera::base_strategy::Xdg, Failure> {
    etcetera::base_strategy::Xdg::new()
        .map_err(|_| Failure::new("there is no home folder; set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME"))
}

/// Makes a folder that its owner alone can look into.
pub(crate) fn private_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| Failure::file(path, error))
}

/// Puts a file in place whole, readable by its owner alone: whoever reads it meanwhile sees the old one or the new one.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    private_folder(folder_of(path))?;
    replace(path, bytes, 0o600).map_err(|error| Failure::file(path, error))
}

/// Puts a file of the user in place whole, with the permissions that new files have.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, bytes, 0o666).map_err(|error| Failure::file(path, error))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes beside the file and renames: a full disk leaves the old file, and nothing half-made.
fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".segno-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    let _ = mode;
    let mut file = builder.tempfile_in(folder_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
