//! TLS by rustls: which certificates are trusted, and the cryptography provider, which is always passed explicitly.
//!
//! A process-wide default provider is neither used nor set, so it does not matter what other crates turn on.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use zeroize::Zeroizing;

use super::error::TlsError;

/// Whose certificates a connection trusts. Certificates are given in PEM, any number in one text, or in DER, one each.
///
/// ```no_run
/// use segno_core::transport::tls::Roots;
///
/// // The authority of a company, beside those of the system.
/// let roots = Roots::also([std::fs::read("company-ca.pem")?]);
/// let client = segno_core::Client::builder("https://api.example.com/")
///     .connector(|hyper| hyper.roots(roots))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Roots {
    usual: bool,
    own: Vec<Vec<u8>>,
}

impl Roots {
    /// What the operating system trusts (feature `platform-verifier`). Without that feature, or where the system has no
    /// certificates, as in a bare container, Mozilla's list as compiled in (feature `webpki-roots`).
    #[must_use]
    pub fn usual() -> Self {
        Self { usual: true, own: Vec::new() }
    }

    /// What is trusted [usually](Roots::usual), and what these certificates have signed: the authority of a company whose proxy
    /// reads TLS, or of a test.
    #[must_use]
    pub fn also(certificates: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Self { usual: true, ..Self::only(certificates) }
    }

    /// Only what these certificates have signed.
    #[must_use]
    pub fn only(certificates: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Self { usual: false, own: certificates.into_iter().map(Into::into).collect() }
    }

    /// The certificates of the user's own, of which each must be readable.
    fn read(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let mut read = Vec::new();
        for text in &self.own {
            read.extend(certificates(text)?);
        }
        Ok(read)
    }
}

impl Default for Roots {
    fn default() -> Self {
        Self::usual()
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.usual, self.own.len()) {
            (true, 0) => f.write_str("Roots(usual)"),
            (true, own) => write!(f, "Roots(usual and {own} certificates)"),
            (false, own) => write!(f, "Roots({own} certificates)"),
        }
    }
}

/// The certificate by which this client proves who it is, where a server asks for one (mutual TLS), and its private key.
#[derive(Clone)]
pub struct Identity {
    certificates: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Identity {
    /// A certificate, in PEM with those that it was signed by behind it or in DER, and its private key in PEM or DER (PKCS #8,
    /// PKCS #1 or SEC 1), not encrypted. What cannot be read is an error when the client is built for an https URL.
    #[must_use]
    pub fn new(certificates: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        Self { certificates: certificates.into(), key: Zeroizing::new(key.into()) }
    }

    fn key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let unreadable = || {
            TlsError::new(
                "invalid private key of the client: expected PEM or DER (PKCS #8, PKCS #1 or SEC 1) without a password",
            )
        };
        if is_pem(&self.key) {
            return PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| unreadable());
        }
        PrivateKeyDer::try_from(self.key.to_vec()).map_err(|_| unreadable())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity([redacted])")
    }
}

fn is_pem(text: &[u8]) -> bool {
    text.windows(11).any(|window| window == b"-----BEGIN ")
}

/// The certificates in a text: PEM, or one in DER.
fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    if !is_pem(text) {
        return Ok(vec![CertificateDer::from(text.to_vec())]);
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(TlsError::new("invalid certificate: expected PEM (-----BEGIN CERTIFICATE-----) or DER")),
    }
}

/// What TLS is set up from.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) roots: Roots,
    pub(super) identity: Option<Identity>,
    /// Not even offering HTTP/2.
    pub(super) http1_only: bool,
}

/// A configuration that is made when the first https connection needs it: reading the system's certificates takes
/// milliseconds that a client on plain loopback http should not pay.
#[derive(Default)]
pub(super) struct Lazy {
    settings: Settings,
    made: OnceLock<Result<Arc<ClientConfig>, TlsError>>,
}

impl Lazy {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, made: OnceLock::new() }
    }

    pub(super) fn get(&self) -> Result<Arc<ClientConfig>, TlsError> {
        self.made.get_or_init(|| config(&self.settings).map(Arc::new)).clone()
    }

    /// For a proxy, to which every request is one of HTTP/1.1.
    pub(super) fn for_proxy(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let mut config = ClientConfig::clone(&*self.get()?);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// See [`refusal`].
    pub(super) fn refusal(&self, error: &std::io::Error) -> Option<String> {
        refusal(error, self.settings.identity.is_some())
    }

    /// What a server says against the certificate of this client.
    pub(super) fn rejection(&self, error: &std::io::Error) -> Option<String> {
        match error.get_ref()?.downcast_ref::<rustls::Error>()? {
            rustls::Error::AlertReceived(alert) if is_about_client(*alert) => self.refusal(error),
            _ => None,
        }
    }
}

/// Whether an alert is about the certificate of the client (RFC 8446, section 6.2).
fn is_about_client(alert: rustls::AlertDescription) -> bool {
    use rustls::AlertDescription as Alert;
    matches!(
        alert,
        Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
    )
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

fn config(settings: &Settings) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let own = settings.roots.read()?;
    let store = |mut store: RootCertStore| {
        for certificate in &own {
            store.add(certificate.clone()).map_err(|error| {
                TlsError::from_rustls(format!("invalid certificate of an authority: {error}"), error)
            })?;
        }
        Ok(store)
    };
    // Each is looked at here, for the system's verifier passes over those that it cannot read.
    let only = store(RootCertStore::empty())?;
    let builder = if settings.roots.usual {
        match platform(own.clone(), provider) {
            Ok(verifier) => builder.dangerous().with_custom_certificate_verifier(verifier),
            Err(reason) => match compiled_in(reason) {
                Ok(usual) => builder.with_root_certificates(store(usual)?),
                Err(_) if !own.is_empty() => builder.with_root_certificates(only),
                Err(reason) => return Err(reason),
            },
        }
    } else {
        builder.with_root_certificates(only)
    };
    let mut config = match &settings.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let chain = certificates(&identity.certificates)?;
            builder.with_client_auth_cert(chain, identity.key()?).map_err(|error| {
                TlsError::from_rustls(format!("the certificate of the client cannot be used: {error}"), error)
            })?
        }
    };
    config.alpn_protocols = if cfg!(feature = "http2") && !settings.http1_only {
        vec![b"h2".to_vec(), b"http/1.1".to_vec()]
    } else {
        vec![b"http/1.1".to_vec()]
    };
    Ok(config)
}

/// Why a handshake came to nothing, in plain words and with the way out; `None` if the connection just broke and another
/// attempt may well succeed.
fn refusal(error: &std::io::Error, has_identity: bool) -> Option<String> {
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
        Error::AlertReceived(alert) if is_about_client(*alert) && has_identity => {
            return Some(format!(
                "the service does not accept the certificate of this client ({alert:?}); ask who runs it which \
                 authority must have signed it"
            ));
        }
        Error::AlertReceived(Alert::CertificateRequired | Alert::BadCertificate) => {
            "the service asks for a certificate of the client, which has none"
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
             (or SSL_CERT_FILE), or name it with transport::tls::Roots::also"
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
fn platform(own: Vec<CertificateDer<'static>>, provider: Arc<CryptoProvider>) -> Result<Verifier, TlsError> {
    match rustls_platform_verifier::Verifier::new_with_extra_roots(own, provider) {
        Ok(verifier) => Ok(Arc::new(verifier)),
        Err(error) => {
            let reason = format!("the system's certificates cannot be used: {error}");
            Err(TlsError::from_rustls(reason, error))
        }
    }
}

#[cfg(not(feature = "platform-verifier"))]
fn platform(_: Vec<CertificateDer<'static>>, _: Arc<CryptoProvider>) -> Result<Verifier, TlsError> {
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
        let config = config(&Settings { http1_only: true, ..Settings::default() }).unwrap();
        assert_eq!(config.alpn_protocols, [b"http/1.1"]);
        assert!(CryptoProvider::get_default().is_none(), "the process default is left alone");
    }

    #[test]
    fn a_certificate_that_is_none_is_an_error_and_not_a_panic() {
        for text in [&b"no certificate"[..], b"-----BEGIN CERTIFICATE-----\nAAAA\n", b"-----BEGIN X-----"] {
            for roots in [Roots::only([text]), Roots::also([text])] {
                assert!(config(&Settings { roots, ..Settings::default() }).is_err());
            }
        }
    }

    /// Servers say it while they start or are overloaded (RFC 8446, section 6.2): the next attempt may well succeed.
    #[test]
    fn an_internal_error_of_the_peer_is_no_refusal() {
        let alert = |description| std::io::Error::other(rustls::Error::AlertReceived(description));
        assert_eq!(refusal(&alert(rustls::AlertDescription::InternalError), false), None);
        assert!(refusal(&alert(rustls::AlertDescription::AccessDenied), false).is_some());
    }
}
