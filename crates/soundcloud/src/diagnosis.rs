//! Why a write was refused: the service responds with a bare 401 for four different reasons, and with a bare 500 to too many
//! reposts.

use std::fmt;

use segno_core::auth::oauth2::{TokenError, TokenKind};
use segno_core::endpoint::PlainApiError;
use segno_core::{Endpoint as _, Secret, StatusCode};

use crate::client::Client;
use crate::error::ApiError;
use crate::me::{self, Me};
use crate::reposts;
use crate::tracks::Upload;

/// Why a write was refused without a reason: with 401, found out by looking at the account, or a repost with 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Diagnosis {
    /// The token is the application's own (client credentials); writing needs a user's login.
    TokenKind,
    /// The token does not work at all: it expired or was revoked.
    TokenBad,
    /// The token had expired when the upload was refused, and is renewed by now: send it again.
    TokenRenewed,
    /// The user has not confirmed the e-mail address, without which uploads are refused.
    EmailUnconfirmed,
    /// The user has no upload time left.
    QuotaGone,
    /// The token reads, and the account has nothing against an upload, so it is the application that may not write: its
    /// credentials were revoked or blocked.
    AppNotAllowed,
    /// The account could not be looked at.
    Unknown,
    /// There may have been too many reposts: besides 429 the service was seen to send 500 then.
    PerhapsLimited,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TokenKind => "the access token is the application's own, and this call needs a user's login",
            Self::TokenBad => "the access token does not work; log in again",
            Self::TokenRenewed => "the access token had expired and is renewed by now; send it again",
            Self::EmailUnconfirmed => "the account's e-mail address must be confirmed before an upload",
            Self::QuotaGone => "the account has no upload time left",
            Self::AppNotAllowed => {
                "the access token can read, so the application itself may not write: its credentials were revoked or \
                 blocked"
            }
            Self::PerhapsLimited => "there may have been too many reposts; wait before the next one",
            Self::Unknown => "no reason given, and the account could not be looked at to find one",
        })
    }
}

/// A service's error that can take a [`Diagnosis`]. For an error type of one's own, an empty implementation is enough: its
/// calls are then not looked into.
pub trait Diagnosable {
    /// Whether the service gave no reason.
    fn lacks_reason(&self) -> bool {
        false
    }

    /// Takes what was found out.
    fn set_diagnosis(&mut self, diagnosis: Diagnosis) {
        let _ = diagnosis;
    }
}

impl Diagnosable for ApiError {
    fn lacks_reason(&self) -> bool {
        Self::lacks_reason(self)
    }

    fn set_diagnosis(&mut self, diagnosis: Diagnosis) {
        self.diagnosis = Some(diagnosis);
    }
}

impl Diagnosable for PlainApiError {}

impl Diagnosable for TokenError {}

impl Client {
    /// Adds a diagnosis to the error of a write that was refused without a reason. `used` is the token of the request, if
    /// it is not renewed and tried again by itself.
    pub(crate) async fn explained<A: Diagnosable>(
        &self,
        error: segno_core::Error<A>,
        used: Option<Secret>,
    ) -> segno_core::Error<A> {
        if !error.api().is_some_and(A::lacks_reason) {
            return error;
        }
        let diagnosis = match error.status() {
            Some(StatusCode::UNAUTHORIZED) => self.diagnose(error.endpoint(), used).await,
            Some(StatusCode::INTERNAL_SERVER_ERROR) if error.endpoint().starts_with(reposts::NAMES) => {
                Diagnosis::PerhapsLimited
            }
            _ => return error,
        };
        error.map_api(|mut api| {
            api.set_diagnosis(diagnosis);
            api
        })
    }

    /// Looks at the account to find out why a write was refused with 401.
    async fn diagnose(&self, endpoint: &str, used: Option<Secret>) -> Diagnosis {
        if self.token_kind() == Some(TokenKind::App) {
            return Diagnosis::TokenKind;
        }
        let me = match self.core().send(&me::Get::new()).await {
            Ok(me) => me,
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => return Diagnosis::TokenBad,
            Err(_) => return Diagnosis::Unknown,
        };
        let against = if endpoint == Upload::NAME { against_upload(&me) } else { None };
        match (against, used, self.held_token().await) {
            (Some(against), ..) => against,
            (None, Some(used), Some(now)) if used != now => Diagnosis::TokenRenewed,
            _ => Diagnosis::AppNotAllowed,
        }
    }
}

/// What an account has against an upload. It says nothing about other writes.
pub(crate) fn against_upload(me: &Me) -> Option<Diagnosis> {
    if me.primary_email_confirmed == Some(false) {
        Some(Diagnosis::EmailUnconfirmed)
    } else if me.upload_seconds_left() == Some(0) {
        Some(Diagnosis::QuotaGone)
    } else {
        None
    }
}
