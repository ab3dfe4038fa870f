//! TLS to a database.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use segno_core::transport::in_one_line;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::PostgresError;

fn authority() -> PostgresError {
    let wanted = "expected the certificate of an authority in PEM (-----BEGIN CERTIFICATE-----)";
    PostgresError::Tls(format!("{wanted}, found something else"))
}

/// What makes TLS connections whose certificates are signed by the authority in PEM, or by one that the operating system trusts.
pub(crate) fn connector(pem: Option<&[u8]>) -> Result<MakeRustlsConnect, PostgresError> {
    let tls = |error: &(dyn std::error::Error + 'static)| PostgresError::Tls(in_one_line(error));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match pem {
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|_| authority())?;
                roots.add(certificate).map_err(|_| authority())?;
            }
            if roots.is_empty() {
                return Err(authority());
            }
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|error| tls(&error))?
        }
        None => Arc::new(Verifier::new(Arc::clone(&provider)).map_err(|error| tls(&error))?),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| tls(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
