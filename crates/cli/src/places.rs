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

/// Whether a file can be made in a folder, which is made if it is missing.
pub(crate) fn writable(folder: &Path) -> Result<(), Failure> {
    private_folder(folder)?;
    tempfile::tempfile_in(folder).map(|_| ()).map_err(|error| Failure::file(folder, error))
}

/// Refuses a file with a secret that others than its owner may read.
pub(crate) fn is_private(path: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let about = fs::metadata(path).map_err(|error| Failure::file(path, error))?;
        let mode = about.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Failure::file(
                path,
                format_args!("others may read this secret (mode {mode:o}); run chmod 600 on it"),
            ));
        }
    }
    let _ = path;
    Ok(())
}

/// Puts a file in place whole, readable by its owner alone: whoever reads it meanwhile sees the old one or the new one.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    private_folder(folder_of(path))?;
    replace(path, bytes, 0o600, None).map_err(|error| Failure::file(path, error))
}

/// Puts a file of the user in place whole: with the permissions of the one that it replaces, or those that new files have.
pub(crate) fn replace_user(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(about) => replace(path, bytes, 0o600, Some(&about)),
        Err(_) => replace(path, bytes, 0o666, None),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes beside the file and renames: a full disk leaves the old file, and nothing half-made.
fn replace(path: &Path, bytes: &[u8], mode: u32, replaced: Option<&fs::Metadata>) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".segno-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    let _ = mode;
    let mut file = builder.tempfile_in(folder_of(path))?;
    file.write_all(bytes)?;
    if let Some(replaced) = replaced {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            // Only root may, and for others the file is theirs.
            let _ = std::os::unix::fs::fchown(file.as_file(), Some(replaced.uid()), Some(replaced.gid()));
        }
        file.as_file().set_permissions(replaced.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
