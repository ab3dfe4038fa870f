//! Downloads that resume, and how far transfers are.
//!
//! A download that breaks off goes on where it was (`Range`) if the service gave a validator that is strong enough to say
//! that it is still the same file (`If-Range`, RFC 9110, sections 8.8, 13.1.5 and 14). Otherwise it begins again, if what
//! was written can be taken back. It never mixes two states of a file, and never calls a short one done.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use http::response::Parts;
use http::{Method, Response, StatusCode};
use http_body::Body as _;
use tokio::io::AsyncWrite;

use crate::client::Client;
use crate::client::call::{Call, checked, unsent};
use crate::client::deadline::with_deadline;
use crate::client::error::{Cause, Error};
use crate::client::exchange::Streamed;
use crate::client::retry_loop::RetryLoop;
use crate::decode::DecodeError;
use crate::endpoint::Endpoint;
use crate::request::Prepared;
use crate::request::progress::Meter;
use crate::transport::body::ResponseBody;
use crate::transport::coding::Coded;
use crate::transport::{Phase, TransportError, TransportErrorKind};
use range::{ContentRange, Validator};

mod file;
mod range;
mod renewal;
mod resumption;
mod sink;

pub use file::FileSink;
pub use resumption::Resumption;
pub use sink::{Sink, Writer};

use renewal::{Fixed, Renewal};

/// A download that is complete.
#[derive(Clone)]
#[non_exhaustive]
pub struct Downloaded {
    /// How many bytes the file has.
    pub bytes: u64,
    /// Whether the service told the length beforehand, so that it could be checked. Without that only the end of a
    /// chunked response is proof of completeness.
    pub length_known: bool,
    /// How many requests it took.
    pub attempts: u32,
    /// The headers of the last response: media type, file name, validators.
    pub headers: HeaderMap,
}

impl fmt::Debug for Downloaded {
    // Without the headers: there may be a cookie among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Downloaded").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// A connection that carried this much before it broke was worth its attempt: the count of failures begins anew.
const WORTH: u64 = 1024 * 1024;

impl Client {
    /// A sink for a file, as [`Call::download_to`] uses it, for jobs that put a file together.
    #[must_use]
    pub fn file_sink(&self, path: impl AsRef<Path>) -> FileSink {
        FileSink::new(path.as_ref(), self.clock().random())
    }
}

impl<E: Endpoint> Call<'_, E> {
    /// Sends it and writes the body of the response to `writer`, resuming where it can.
    ///
    /// What a writer has cannot be taken back: if the file changes on the server in the middle, or the download can
    /// neither be resumed nor had the service given a validator, it fails with part of the file written. Use
    /// [`download_to`](Call::download_to) or a [`Sink`] of your own where that matters.
    ///
    /// The call has no deadline unless one is [set](Call::deadline); silence ends it. What is not the
    /// [`Content`](crate::decode::Content) of the endpoint is refused before the first byte is written: a web page always, unless
    /// the endpoint gives pages.
    ///
    /// # Errors
    /// See [`Error`]; [`Cause::Decode`] if it is not the content of the endpoint, [`Cause::Changed`] if the file became another one, [`Cause::Sink`] if the writer failed.
    pub async fn download<W>(self, writer: &mut W) -> Result<Downloaded, Error<E::ApiError>>
    where
        W: AsyncWrite + Unpin + Send + ?Sized,
    {
        self.download_into(&mut Writer(writer)).await
    }

    /// Sends it and writes the body of the response to a file, resuming where it can.
    ///
    /// The file appears under its name when it is complete and safe on the disk, and not before: until then it is a
    /// hidden one beside it (`.NAME.part`). A file that was there is replaced.
    ///
    /// If the download fails or its process ends, the hidden file is removed, unless the service gave a validator that is strong
    /// enough: then it stays, with what has to be known of it (`.NAME.part.json`: `ETag`, length, how much is there), and the next
    /// download of the same file to the same name goes on with it, in any process. A file that has changed begins anew. A process that
    /// was killed loses at most the last 8 MiB.
    ///
    /// # Errors
    /// See [`Error`]; [`Cause::Sink`] if the file cannot be written.
    pub async fn download_to(self, path: impl AsRef<Path>) -> Result<Downloaded, Error<E::ApiError>> {
        let mut sink = FileSink::new(path.as_ref(), self.client.clock().random());
        self.download_into(&mut sink).await
    }

    /// Sends it and writes the body of the response to a sink, resuming where it can.
    ///
    /// # Errors
    /// See [`Error`]; [`Cause::Sink`] if the sink failed.
    pub async fn download_into<S: Sink + ?Sized>(
        self,
        sink: &mut S,
    ) -> Result<Downloaded, Error<E::ApiError>> {
        self.download_with(sink, &Fixed).await
    }

    async fn download_with<S: Sink + ?Sized, R: Renewal<E>>(
        mut self,
        sink: &mut S,
        renewal: &R,
    ) -> Result<Downloaded, Error<E::ApiError>> {
        let mut prepared = self.client.prepare(self.endpoint).map_err(unsent::<E>)?;
        prepared.as_file();
        let meter = Meter::new(self.options.progress.take(), None, 1);
        let fresh = prepared.headers.clone();
        let retry = self.retry_loop(&prepared);
        let (deadline, clock) = (retry.deadline, Arc::clone(self.client.clock()));
        let source = resumption::source(&prepared);
        let resumed = match prepared.method {
            Method::GET => sink.resume(&source).await.map_err(|error| retry.error(Cause::Sink(error)))?,
            _ => None,
        };
        let written = resumed.as_ref().map_or(0, |resumed| resumed.range);
        let known = resumed.map(|resumed| Known { validator: resumed.validator(), total: resumed.length });
        let mut download = Download {
            call: &self,
            renewal,
            renewed: false,
            source,
            prepared,
            fresh,
            retry,
            sink,
            meter,
            known,
            written,
            failures: 0,
        };
        let ended = match with_deadline(download.run(), deadline, &*clock).await {
            Ok(ended) => ended,
            Err(limit) => Err(download.retry.error(Cause::Deadline(limit))),
        };
        if ended.is_err() {
            // What cannot be kept is asked for again; the error that matters is the one that is there.
            let _ = download.sink.suspend().await;
        }
        ended
    }
}

/// One download under way.
struct Download<'a, 'c, E: Endpoint, S: Sink + ?Sized, R> {
    call: &'a Call<'c, E>,
    /// Where another URL comes from should this one expire, and whether that is done since the last byte arrived.
    renewal: &'a R,
    renewed: bool,
    /// A number for where it comes from.
    source: String,
    prepared: Prepared,
    /// The headers of a request from the first byte.
    fresh: HeaderMap,
    retry: RetryLoop<'a>,
    sink: &'a mut S,
    meter: Meter,
    /// What is known of the file, since the first response.
    known: Option<Known>,
    written: u64,
    /// How often it broke off since it last got on.
    failures: u32,
}

struct Known {
    validator: Option<Validator>,
    total: Option<u64>,
}

/// How a stretch of the download ended when it did not fail for good.
enum End {
    Complete(HeaderMap),
    Broken(TransportError),
}

impl<E: Endpoint, S: Sink + ?Sized, R: Renewal<E>> Download<'_, '_, E, S, R> {
    async fn run(&mut self) -> Result<Downloaded, Error<E::ApiError>> {
        loop {
            let before = self.written;
            let response = match self.ask().await {
                Ok(response) => response,
                Err(refused) => {
                    self.renew(refused).await?;
                    continue;
                }
            };
            let broken = match self.take(response).await.map_err(|cause| self.error(cause))? {
                End::Complete(headers) => {
                    self.sink.finish().await.map_err(|error| self.error(Cause::Sink(error)))?;
                    let length_known = self.known.as_ref().is_some_and(|known| known.total.is_some());
                    let attempts = self.retry.attempts;
                    return Ok(Downloaded { bytes: self.written, length_known, attempts, headers });
                }
                End::Broken(error) => error,
            };
            if self.written > before {
                self.renewed = false;
            }
            if self.written.saturating_sub(before) >= WORTH {
                self.failures = 0;
            }
            self.retry.restart(self.failures);
            self.failures += 1;
            let (pause, broken) = self.retry.next_pause(self.error(Cause::Transport(broken)))?;
            if !self.can_resume() && self.written > 0 && !self.restart().await? {
                return Err(broken);
            }
            self.call.client.clock().sleep(pause.unwrap_or_default()).await;
        }
    }

    /// Asks for another URL, once; the error if this one did not expire, or there is no other.
    async fn renew(&mut self, refused: Error<E::ApiError>) -> Result<(), Error<E::ApiError>> {
        if self.renewed || !refused.api().is_some_and(|error| self.renewal.is_expired(error)) {
            return Err(refused);
        }
        let Some(endpoint) = self.renewal.fresh().await? else { return Err(refused) };
        self.renewed = true;
        self.prepared = self.call.client.prepare(&endpoint).map_err(unsent::<E>)?;
        self.prepared.as_file();
        self.fresh = self.prepared.headers.clone();
        Ok(())
    }

    /// Asks for the file, or for the rest of it.
    async fn ask(&mut self) -> Result<Response<ResponseBody>, Error<E::ApiError>> {
        self.prepared.headers = self.fresh.clone();
        let resumed = match self.known.as_ref().and_then(|known| known.validator.as_ref()) {
            Some(validator) if self.written > 0 => {
                let range = HeaderValue::try_from(format!("bytes={}-", self.written));
                if let Ok(range) = range {
                    self.prepared.headers.insert(RANGE, range);
                    self.prepared.headers.insert(IF_RANGE, validator.value().clone());
                }
                true
            }
            _ => false,
        };
        // 416 is for `take` to judge: the file has become shorter than what is here.
        let mut attempt = self.call.attempt(&self.prepared, Streamed);
        if resumed {
            attempt.accepts = accepts_and_416::<E>;
        }
        self.retry.restart(0);
        attempt.run(&mut self.retry).await
    }

    /// Writes what arrives, after a look at whether it is what was asked for.
    async fn take(&mut self, response: Response<ResponseBody>) -> Result<End, Cause<E::ApiError>> {
        let (parts, mut body) = checked::<E>(response).await?.into_parts();
        let asked = self.prepared.headers.contains_key(IF_RANGE);
        let length = content_length(&parts.headers).or(body.size_hint().exact());
        let mut skip = 0;
        if !asked {
            // A part that nobody asked for is not the file.
            if parts.status == StatusCode::PARTIAL_CONTENT {
                return Err(wrong(
                    parts.status,
                    &parts.headers,
                    "a part of the file came, though the whole was asked for",
                ));
            }
            self.begin(&parts, length);
        } else if parts.status == StatusCode::PARTIAL_CONTENT {
            // A coded part is a part of the coded file, which nobody has.
            if is_coded(&parts) {
                return Err(wrong(
                    parts.status,
                    &parts.headers,
                    "a part of the file came compressed, which was not asked for",
                ));
            }
            match self.objection(&parts.headers) {
                None => {}
                Some(Cause::Changed { .. }) if self.sink.restart().await.map_err(Cause::Sink)? => {
                    return Ok(self.forget("the file changed in the meantime"));
                }
                Some(objection) => return Err(objection),
            }
        } else if self.is_same(&parts) && parts.status == StatusCode::OK {
            // The service knows no ranges, but it is still the same file: the part that is here is passed over.
            skip = self.written;
        } else {
            if self.written > 0 && !self.sink.restart().await.map_err(Cause::Sink)? {
                return Err(Cause::Changed { written: self.written });
            }
            if parts.status == StatusCode::RANGE_NOT_SATISFIABLE {
                return Ok(self.forget("the file became shorter in the meantime"));
            }
            self.written = 0;
            self.begin(&parts, length);
        }
        let total = self.known.as_ref().and_then(|known| known.total);
        self.meter.restart(self.written, total, self.retry.attempts);
        while let Some(chunk) = body.chunk().await {
            let mut chunk = match chunk {
                Ok(chunk) => chunk,
                Err(error) => {
                    return match error.coding() {
                        Some(error) => {
                            let (status, headers) = (parts.status, parts.headers);
                            Err(Cause::Decode { status, headers, error, body: Bytes::new() })
                        }
                        None => Ok(End::Broken(error)),
                    };
                }
            };
            let passed = usize::try_from(skip).unwrap_or(usize::MAX).min(chunk.len());
            skip -= passed as u64;
            let _ = chunk.split_to(passed);
            if chunk.is_empty() {
                continue;
            }
            let length = chunk.len() as u64;
            if total.is_some_and(|total| self.written + length > total) {
                return Err(wrong(parts.status, &parts.headers, "it is longer than its announced length"));
            }
            self.write(chunk).await?;
            self.written += length;
            self.meter.add(length);
        }
        match total {
            Some(total) if self.written < total => {
                let missing = total - self.written;
                Ok(End::Broken(broken(&format!("{missing} of {total} bytes are missing at the end"))))
            }
            _ => Ok(End::Complete(parts.headers)),
        }
    }

    /// Begins again with the next attempt; the sink has forgotten what it had.
    fn forget(&mut self, reason: &str) -> End {
        self.written = 0;
        self.known = None;
        End::Broken(broken(reason))
    }

    async fn write(&mut self, chunk: Bytes) -> Result<(), Cause<E::ApiError>> {
        self.sink.write(chunk).await.map_err(Cause::Sink)
    }

    /// Notes what the first response says of the file.
    fn begin(&mut self, parts: &Parts, total: Option<u64>) {
        let validator = validator(parts);
        if let (Some(validator), &Method::GET) = (&validator, &self.prepared.method) {
            self.sink.describe(Resumption::new(&self.source, validator, total));
        }
        self.known = Some(Known { validator, total });
    }

    /// Whether a response is about the file that was begun.
    fn is_same(&self, parts: &Parts) -> bool {
        let begun = self.known.as_ref().and_then(|known| known.validator.as_ref());
        begun.is_some() && begun == validator(parts).as_ref()
    }

    /// What is wrong with a part: it must begin where it was asked to, be of a file of the same length, and not bear
    /// another validator.
    fn objection(&mut self, headers: &HeaderMap) -> Option<Cause<E::ApiError>> {
        let status = StatusCode::PARTIAL_CONTENT;
        let Some(range) = ContentRange::of(headers) else {
            return Some(wrong(status, headers, "a part of the file came without a usable Content-Range"));
        };
        if range.first != self.written {
            return Some(wrong(
                status,
                headers,
                "a part of the file came that is not the one that was asked for",
            ));
        }
        let known = self.known.as_mut()?;
        let other_length = matches!((known.total, range.total), (Some(total), Some(now)) if total != now);
        let other_tag = match (&known.validator, Validator::of(headers)) {
            (Some(Validator::ETag(old)), Some(Validator::ETag(new))) => *old != new,
            _ => false,
        };
        known.total = known.total.or(range.total);
        (other_length || other_tag).then_some(Cause::Changed { written: self.written })
    }

    fn can_resume(&self) -> bool {
        self.prepared.method == Method::GET
            && self.known.as_ref().is_some_and(|known| known.validator.is_some())
    }

    async fn restart(&mut self) -> Result<bool, Error<E::ApiError>> {
        let restarted = self.sink.restart().await.map_err(|error| self.error(Cause::Sink(error)))?;
        if restarted {
            self.written = 0;
            self.known = None;
        }
        Ok(restarted)
    }

    fn error(&self, cause: Cause<E::ApiError>) -> Error<E::ApiError> {
        self.retry.error(cause)
    }
}

fn is_coded(parts: &Parts) -> bool {
    parts.extensions.get::<Coded>().is_some()
}

/// The strong validator of the file; that of a coded form is of that form.
fn validator(parts: &Parts) -> Option<Validator> {
    if is_coded(parts) { None } else { Validator::of(&parts.headers) }
}

fn accepts_and_416<E: Endpoint>(status: StatusCode) -> bool {
    status == StatusCode::RANGE_NOT_SATISFIABLE || E::accepts(status)
}

fn wrong<A>(status: StatusCode, headers: &HeaderMap, reason: &str) -> Cause<A> {
    let error = DecodeError::Other(reason.into());
    Cause::Decode { status, headers: headers.clone(), error, body: Bytes::new() }
}

fn broken(reason: &str) -> TransportError {
    TransportError::new(Phase::ReadingBody, TransportErrorKind::Broken, std::io::Error::other(reason))
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
