//! Credentials that sign every attempt anew.

use std::fmt;

use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Uri};

use super::clock_offset::ClockOffset;
use super::signature::{Key, base_string_with};
use super::{AccessToken, Consumer, percent_encode};
use crate::auth::{AuthError, AuthRequest, Authorize, CredentialVersion, Rejection};
use crate::request::body::Body;
use crate::time::Clock;
use crate::url::Origin;
use crate::{BoxFuture, Secret};

/// How a request is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureMethod {
    /// Proves both secrets without revealing them, so it may travel over plain http.
    #[default]
    HmacSha1,
    /// Sends both secrets themselves: over https, or to this machine, and nowhere else (RFC 5849, section 3.4.4).
    Plaintext,
}

impl SignatureMethod {
    fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::Plaintext => "PLAINTEXT",
        }
    }
}

/// Where the protocol parameters travel (RFC 5849, section 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// In `Authorization`: what the RFC prefers.
    #[default]
    Header,
    /// Behind the pairs of a form body. A POST without a body gets one; requests with another kind of body, or
    /// with another method, carry them in the header.
    Body,
    /// Behind the pairs of the query. Queries stand in the logs of servers and proxies: use it only where a service
    /// takes nothing else.
    Query,
}

/// OAuth 1.0a credentials: a consumer, and a token where a user gave consent.
///
/// Each attempt carries a new nonce of 128 random bits and the time of the clock.
#[derive(Clone)]
pub struct OAuth1 {
    // Keys and tokens are kept encoded: they stand in every signature and every header.
    consumer: String,
    token: Option<Secret>,
    key: Key,
    consumer_secret: Secret,
    method: SignatureMethod,
    placement: Placement,
    realm: Option<String>,
    version: bool,
    extra: Option<(&'static str, Secret)>,
    clock_offset: ClockOffset,
}

impl OAuth1 {
    /// Signs as the client alone.
    #[must_use]
    pub fn new(consumer: &Consumer) -> Self {
        Self {
            consumer: percent_encode(&consumer.key),
            token: None,
            key: Key::new(&consumer.secret, &Secret::default()),
            consumer_secret: consumer.secret.clone(),
            method: SignatureMethod::default(),
            placement: Placement::default(),
            realm: None,
            version: true,
            extra: None,
            clock_offset: consumer.clock_offset.clone(),
        }
    }

    /// Signs for the user who gave this token.
    #[must_use]
    pub fn token(mut self, token: &AccessToken) -> Self {
        self.key = Key::new(&self.consumer_secret, &token.secret);
        self.token = Some(percent_encode(token.token.expose()).into());
        self
    }

    /// Another signature method than HMAC-SHA1.
    #[must_use]
    pub fn method(mut self, method: SignatureMethod) -> Self {
        self.method = method;
        self
    }

    /// Another place than the header.
    #[must_use]
    pub fn placement(mut self, placement: Placement) -> Self {
        self.placement = placement;
        self
    }

    /// Names a realm in the header; it is not signed.
    ///
    /// # Errors
    /// [`AuthError::Unusable`] for a realm with other than visible ASCII characters and spaces.
    pub fn realm(mut self, realm: impl Into<String>) -> Result<Self, AuthError> {
        let realm = realm.into();
        if !realm.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(AuthError::Unusable("realm"));
        }
        self.realm = Some(realm);
        Ok(self)
    }

    /// Leaves out `oauth_version`, which is optional (section 3.1).
    #[must_use]
    pub fn without_version(mut self) -> Self {
        self.version = false;
        self
    }

    pub(super) fn with(mut self, name: &'static str, value: Secret) -> Self {
        self.extra = Some((name, percent_encode(value.expose()).into()));
        self
    }

    /// The `Authorization` header for a request: the signature as a function of everything that goes into it. `form`
    /// are the decoded pairs of a form body.
    ///
    /// ```
    /// use segno_core::Method;
    /// use segno_core::auth::oauth1::{Consumer, OAuth1};
    ///
    /// let client = OAuth1::new(&Consumer::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"));
    /// let uri = "https://photos.example.net/initiate".parse().unwrap();
    /// let header = client.header(&Method::POST, &uri, [], "wIjqoS", 137131200);
    /// assert!(header.starts_with("OAuth oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_nonce=\"wIjqoS\""));
    /// ```
    #[must_use]
    pub fn header<'a>(
        &self,
        method: &Method,
        uri: &Uri,
        form: impl IntoIterator<Item = (&'a str, &'a str)>,
        nonce: &str,
        timestamp: i64,
    ) -> String {
        let (nonce, timestamp) = (percent_encode(nonce), timestamp.to_string());
        let parameters = self.parameters(&nonce, &timestamp);
        let signature = self.signature(method, uri, form, &parameters);
        self.write_header(&parameters, &signature)
    }

    /// The protocol parameters without the signature, encoded. PLAINTEXT may leave out nonce and time (section 3.1), but not every
    /// server knows that.
    fn parameters<'a>(&'a self, nonce: &'a str, timestamp: &'a str) -> Vec<(&'static str, &'a str)> {
        let mut parameters = Vec::with_capacity(9);
        if let Some((name, value)) = &self.extra {
            parameters.push((*name, value.expose()));
        }
        parameters.push(("oauth_consumer_key", self.consumer.as_str()));
        parameters.push(("oauth_nonce", nonce));
        parameters.push(("oauth_signature_method", self.method.as_str()));
        parameters.push(("oauth_timestamp", timestamp));
        if let Some(token) = &self.token {
            parameters.push(("oauth_token", token.expose()));
        }
        if self.version {
            parameters.push(("oauth_version", "1.0"));
        }
        parameters
    }

    fn signature<'p, 'f: 'p>(
        &self,
        method: &Method,
        uri: &Uri,
        form: impl IntoIterator<Item = (&'f str, &'f str)>,
        parameters: &[(&'static str, &'p str)],
    ) -> String {
        if self.method == SignatureMethod::Plaintext {
            return percent_encode(self.key.plaintext().expose());
        }
        let form = form.into_iter().map(|(name, value)| -> (&'p str, &'p str) { (name, value) });
        let protocol = parameters.iter().map(|&(name, value)| -> (&'p str, &'p str) { (name, value) });
        let base = base_string_with(method, uri, protocol, form);
        percent_encode(&self.key.sign(&base))
    }

    fn write_header(&self, parameters: &[(&'static str, &str)], signature: &str) -> String {
        let mut header = String::with_capacity(384);
        header.push_str("OAuth ");
        if let Some(realm) = &self.realm {
            header.push_str("realm=\"");
            header.push_str(&realm.replace('\\', "\\\\").replace('"', "\\\""));
            header.push_str("\", ");
        }
        for (name, value) in parameters {
            header.push_str(name);
            header.push_str("=\"");
            header.push_str(value);
            header.push_str("\", ");
        }
        header.push_str("oauth_signature=\"");
        header.push_str(signature);
        header.push('"');
        header
    }

    fn apply(&self, mut request: AuthRequest<'_>) -> Result<CredentialVersion, AuthError> {
        let (method, clock) = (request.method, request.clock);
        if self.consumer.is_empty() {
            return Err(AuthError::Unusable("consumer key"));
        }
        if self.method == SignatureMethod::Plaintext
            && let Some(origin) = Origin::of(request.uri)
            && !origin.is_secure()
            && !origin.is_loopback()
        {
            return Err(AuthError::Insecure(origin));
        }
        let signed_at = self.clock_offset.now(clock);
        let (nonce, timestamp) = (nonce(clock), signed_at.to_string());
        let parameters = self.parameters(&nonce, &timestamp);
        let form = request.body.form_pairs().cloned().unwrap_or_default();
        let signature = self.signature(method, request.uri, form.iter(), &parameters);
        let signed = parameters.iter().copied().chain([("oauth_signature", signature.as_str())]);
        let takes_form =
            request.body.form_pairs().is_some() || (*method == Method::POST && request.body.is_empty());
        match self.placement {
            Placement::Query => request.add_query(&joined(signed))?,
            Placement::Body if takes_form => {
                let mut whole = form;
                for (name, value) in form_urlencoded::parse(joined(signed).as_bytes()) {
                    whole.push(name, value);
                }
                *request.body = Body::form(whole);
                request.headers.insert(CONTENT_LENGTH, request.body.len().into());
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                request.headers.insert(CONTENT_TYPE, form);
            }
            Placement::Header | Placement::Body => {
                let mut value = HeaderValue::try_from(self.write_header(&parameters, &signature))
                    .map_err(|_| AuthError::Unusable("signature"))?;
                value.set_sensitive(true);
                request.headers.insert(AUTHORIZATION, value);
            }
        }
        Ok(CredentialVersion(signed_at.unsigned_abs()))
    }
}

/// 128 random bits as 22 letters and digits. Servers that check the form of a nonce want 20 to 30 of them.
fn nonce(clock: &dyn Clock) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = u128::from(clock.random()) << 64 | u128::from(clock.random());
    let digit = |_| {
        let digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
        char::from(digit)
    };
    (0..22).map(digit).collect()
}

/// Encoded pairs as a query or a form has them.
fn joined<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

impl Authorize for OAuth1 {
    fn authorize<'a>(
        &'a self,
        request: AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<CredentialVersion, AuthError>> {
        Box::pin(std::future::ready(self.apply(request)))
    }

    /// Learns the service's time, if that is what the request was refused for.
    fn rejected_by<'a>(&'a self, rejection: Rejection<'a>) -> BoxFuture<'a, Result<bool, AuthError>> {
        let signed_at = rejection.version.0.cast_signed();
        Box::pin(std::future::ready(Ok(self.clock_offset.learn(&rejection, signed_at))))
    }

    fn secrets(&self) -> Vec<Secret> {
        self.key.secrets()
    }

    fn survives_plain_http(&self) -> bool {
        self.method == SignatureMethod::HmacSha1
    }
}

impl fmt::Debug for OAuth1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth1")
            .field("method", &self.method)
            .field("placement", &self.placement)
            .finish_non_exhaustive()
    }
}
