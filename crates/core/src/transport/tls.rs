//! TLS by rustls: which certificates are trusted, and the cryptography provider, which is always passed explicitly.
//!
//! A process-wide default provider is neither used nor set, so it does not matter what other crates turn on.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::error::TlsError;

/// Whose certificates a connection trusts.
#[derive(Clone, Default)]
pub struct Roots(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    Usual,
    Only(Vec<Vec<u8>>),
}

impl Roots {
    /// What the operating system trusts (feature `platform-verifier`). Without that feature, or where the system has no
    /// certificates, as in a bare container, Mozilla's list as compiled in (feature `webpki-roots`).
    #[must_use]
    pub fn usual() -> Self {
        Self::default()
    }

    /// Only what these certificates, in DER, have signed.
    #[must_use]
    pub fn only(certificates: Vec<Vec<u8>>) -> Self {
        Self(Source::Only(certificates))
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Usual => f.write_str("Roots(usual)"),
            Source::Only(certificates) => write!(f, "Roots({} certificates)", certificates.len()),
        }
    }
}

/// A configuration that is made when the first https connection needs it: reading the system's certificates takes
/// milliseconds that a client on plain loopback http should not pay.
#[derive(Default)]
pub(super) struct Lazy {
    roots: Roots,
    made: OnceLock<Result<Arc<ClientConfig>, TlsError>>,
}

impl Lazy {
    pub(super) fn new(roots: Roots) -> Self {
        Self { roots, made: OnceLock::new() }
    }

    pub(super) fn get(&self) -> Result<Arc<ClientConfig>, TlsError> {
        self.made.get_or_init(|| config(&self.roots).map(Arc::new)).clone()
    }
}

/// aws-lc-rs where that feature is on: whoever turned it on did so on purpose, while ring is a default.
fn provider() -> CryptoProvider {
    #[cfg(feature = "rustls-aws-lc-rs")]
    return rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "rustls-aws-lc-rs"))]
    return rustls::crypto::ring::default_provider();
}

fn unusable(error: rustls::Error) -> TlsError {
    TlsError::from_rustls(error.to_string(), error)
}

fn config(roots: &Roots) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let mut config = match &roots.0 {
        Source::Only(certificates) => {
            let mut store = RootCertStore::empty();
            for certificate in certificates {
                store.add(CertificateDer::from(certificate.clone())).map_err(unusable)?;
            }
            builder.with_root_certificates(store).with_no_client_auth()
        }
        Source::Usual => match platform(provider) {
            Ok(verifier) => {
                builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
            }
            Err(reason) => builder.with_root_certificates(compiled_in(reason)?).with_no_client_auth(),
        },
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Why a handshake came to nothing, in plain words and with the way out; `None` if the connection just broke and another
/// attempt may well succeed.
pub(super) fn refusal(error: &std::io::Error) -> Option<String> {
    use rustls::{AlertDescription as Alert, Error};
    let error = error.get_ref()?.downcast_ref::<Error>()?;
    let text = match error {
        Error::InvalidCertificate(error) => {
            return Some(format!("the certificate of the service {}", flaw(error)));
        }
        Error::AlertReceived(Alert::InternalError) => return None,
        Error::AlertReceived(
            Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity,
        )
        | Error::PeerIncompatible(_) => {
            "the service and this client have no TLS version and cipher in common; it needs TLS 1.2 or 1.3"
        }
        Error::AlertReceived(Alert::UnrecognisedName) => "the service has no certificate for this host name",
        Error::AlertReceived(Alert::CertificateRequired | Alert::BadCertificate) => {
            "the service asks for a certificate of the client, which is not supported"
        }
        Error::InvalidMessage(_) => "what is listening there does not speak TLS; is it an http port?",
        _ => return Some(format!("the TLS handshake failed: {error}")),
    };
    Some(text.into())
}

/// The error of a handshake itself where an I/O error is only its envelope: the chain of causes passes over it otherwise.
pub(super) fn inner(error: std::io::Error) -> Box<dyn std::error::Error + Send + Sync> {
    if !error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
        return error.into();
    }
    let kind = error.kind();
    error.into_inner().unwrap_or_else(|| std::io::Error::from(kind).into())
}

/// What is wrong with a certificate, and what to do.
fn flaw(error: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Flaw;
    let text = match error {
        Flaw::UnknownIssuer => {
            "is signed by nobody who is trusted here; add its issuer to the certificates of this computer \
             (or SSL_CERT_FILE), or name it with transport::tls::Roots"
        }
        Flaw::Expired | Flaw::ExpiredContext { .. } => "has expired, or the clock of this computer is ahead",
        Flaw::NotValidYet | Flaw::NotValidYetContext { .. } => {
            "is not valid yet, or the clock of this computer is behind"
        }
        Flaw::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            let names: Vec<String> = presented.iter().take(3).map(|name| shown(name)).collect();
            return format!("is for another host: {}; check the host of the base URL", names.join(", "));
        }
        Flaw::NotValidForName | Flaw::NotValidForNameContext { .. } => {
            "is for another host; check the host of the base URL"
        }
        Flaw::Revoked => "was revoked",
        Flaw::InvalidPurpose | Flaw::InvalidPurposeContext { .. } => "is not one for servers",
        Flaw::BadEncoding => "cannot be read",
        Flaw::BadSignature => "has a wrong signature",
        Flaw::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "is that of an authority and not of a server; a self-signed one for a test must not be marked as \
             an authority (basicConstraints CA:FALSE)"
        }
        other => return format!("is not accepted: {other}"),
    };
    text.into()
}

/// A name in a certificate, as rustls gives it: `DnsName("localhost")`.
fn shown(name: &str) -> String {
    name.split('"').nth(1).unwrap_or(name).chars().take(60).collect()
}

type Verifier = Arc<dyn rustls::client::danger::ServerCertVerifier>;

#[cfg(feature = "platform-verifier")]
fn platform(provider: Arc<CryptoProvider>) -> Result<Verifier, TlsError> {
    match rustls_platform_verifier::Verifier::new(provider) {
        Ok(verifier) => Ok(Arc::new(verifier)),
        Err(error) => {
            let reason = format!("the system's certificates cannot be used: {error}");
            Err(TlsError::from_rustls(reason, error))
        }
    }
}

#[cfg(not(feature = "platform-verifier"))]
fn platform(_: Arc<CryptoProvider>) -> Result<Verifier, TlsError> {
    Err(TlsError::new(
        "there are no trusted certificates: turn the feature \"platform-verifier\" or \"webpki-roots\" on",
    ))
}

#[cfg(feature = "webpki-roots")]
fn compiled_in(_: TlsError) -> Result<RootCertStore, TlsError> {
    Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
}

#[cfg(not(feature = "webpki-roots"))]
fn compiled_in(reason: TlsError) -> Result<RootCertStore, TlsError> {
    Err(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_roots_make_a_configuration_for_http_1() {
        let config = config(&Roots::usual()).unwrap();
        assert_eq!(config.alpn_protocols, [b"http/1.1"]);
        assert!(CryptoProvider::get_default().is_none(), "the process default is left alone");
    }

    #[test]
    fn a_certificate_that_is_none_is_an_error_and_not_a_panic() {
        assert!(config(&Roots::only(vec![b"no certificate".to_vec()])).is_err());
    }
    /// Servers say it while they start or are overloaded (RFC 8446, section 6.2): the next attempt may well succeed.
    #[test]
    fn an_internal_error_of_the_peer_is_no_refusal() {
        let alert = |description| std::io::Error::other(rustls::Error::AlertReceived(description));
        assert_eq!(refusal(&alert(rustls::AlertDescription::InternalError)), None);
        assert!(refusal(&alert(rustls::AlertDescription::AccessDenied)).is_some());
    }
}
