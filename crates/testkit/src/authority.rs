//! An authority of our own and the certificate of a server, made by `openssl` when a test needs them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::done;

/// The files of an authority that nobody else trusts, and of a certificate that it signed for `localhost`, and for no address.
pub(crate) struct Authority(PathBuf);

impl Authority {
    /// Makes them in a folder.
    pub(crate) fn make(folder: &Path) -> io::Result<Self> {
        let made = Self(folder.to_owned());
        let openssl = |arguments: &[&str]| done(Command::new("openssl").args(arguments).current_dir(folder));
        let key = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let root = ["-x509", "-days", "2", "-subj", "/CN=Authority of a test", "-keyout", "authority.key"];
        let uses = ["-addext", "keyUsage=critical,keyCertSign", "-out", "authority.pem"];
        openssl(&[&key[..], &root, &uses].concat())?;
        openssl(
            &[&key[..], &["-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr"]].concat(),
        )?;
        fs::write(folder.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")?;
        let sign =
            ["x509", "-req", "-days", "2", "-in", "server.csr", "-extfile", "names", "-out", "server.pem"];
        openssl(
            &[&sign[..], &["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"]].concat(),
        )?;
        Ok(made)
    }

    /// The authority's certificate.
    pub(crate) fn root(&self) -> PathBuf {
        self.0.join("authority.pem")
    }

    /// The server's certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.0.join("server.pem")
    }

    /// The server's key.
    pub(crate) fn key(&self) -> PathBuf {
        self.0.join("server.key")
    }
}
