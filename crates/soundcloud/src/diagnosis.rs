//! Why a write was refused: the service answers with a bare 401 for four different reasons, and with a bare 500 to too many
//! reposts.

use std::any::Any;
use std::fmt;

use segno_core::auth::TokenKind;
use segno_core::{Secret, StatusCode};

use crate::client::Client;
use crate::error::ApiError;
use crate::{me, reposts};

/// Why a write was refused without a reason: with 401, found out by looking at the account, or a repost with 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Diagnosis {
    /// The token is one of the program alone (client credentials); writing needs a person's login.
    TokenKind,
    /// The token does not work at all: it is over or was revoked.
    TokenBad,
    /// The token was over when the upload was refused, and is renewed by now: send it again.
    TokenRenewed,
    /// The person has not confirmed the e-mail address.
    EmailUnconfirmed,
    /// The person has no upload time left.
    QuotaGone,
    /// The token reads and the account is in order, so it is the program that may not write: its credentials were
    /// revoked or blocked.
    AppNotAllowed,
    /// The account could not be looked at.
    Unknown,
    /// There may have been too many reposts: besides 429 the service was seen to answer 500 then.
    PerhapsLimited,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TokenKind => "the token is one of the program alone, and this needs a person's login",
            Self::TokenBad => "the token does not work; log in again",
            Self::TokenRenewed => "the token was over and is renewed by now; send it again",
            Self::EmailUnconfirmed => "the account's e-mail address is not confirmed, which uploads need",
            Self::QuotaGone => "the account has no upload time left",
            Self::AppNotAllowed => {
                "the token can read and the account is in order, so the program itself may not write: its credentials \
                 were revoked or blocked"
            }
            Self::PerhapsLimited => "there may have been too many reposts; wait before the next one",
            Self::Unknown => "the account could not be looked at to find out why",
        })
    }
}

impl Client {
    /// Looks at the account to find out why a write was refused with 401.
    ///
    /// [`send`](Client::send) does this by itself.
    pub async fn diagnose(&self) -> Diagnosis {
        if self.token_kind() == Some(TokenKind::App) {
            return Diagnosis::TokenKind;
        }
        match self.core().send(&me::Get).await {
            Ok(me) => of_account(&me),
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => Diagnosis::TokenBad,
            Err(_) => Diagnosis::Unknown,
        }
    }

    /// Adds the diagnosis to the error of a write that was refused without a reason, if the error is of this crate's type.
    /// `used` is the token of the request, where it is not renewed and tried again by itself.
    pub(crate) async fn explained<A: 'static>(
        &self,
        error: segno_core::Error<A>,
        used: Option<Secret>,
    ) -> segno_core::Error<A> {
        if !error.api().is_some_and(|api| (api as &dyn Any).is::<ApiError>()) {
            return error;
        }
        let diagnosis = match error.status() {
            Some(StatusCode::UNAUTHORIZED) => match (self.diagnose().await, used, self.held_token().await) {
                (Diagnosis::AppNotAllowed, Some(used), Some(now)) if used != now => Diagnosis::TokenRenewed,
                (diagnosis, ..) => diagnosis,
            },
            Some(StatusCode::INTERNAL_SERVER_ERROR) if error.endpoint().starts_with(reposts::NAMES) => {
                Diagnosis::PerhapsLimited
            }
            _ => return error,
        };
        error.map_api(|mut api| {
            if let Some(api) = (&mut api as &mut dyn Any).downcast_mut::<ApiError>() {
                api.diagnosis = Some(diagnosis);
            }
            api
        })
    }
}

/// What an account that can be read has against a write.
pub(crate) fn of_account(me: &me::Me) -> Diagnosis {
    if me.primary_email_confirmed == Some(false) {
        Diagnosis::EmailUnconfirmed
    } else if me.upload_seconds_left() == Some(0) {
        Diagnosis::QuotaGone
    } else {
        Diagnosis::AppNotAllowed
    }
}
