//! Form parameters as Django reads them: urlencoded or multipart; of a name that comes twice the last value counts; parts
//! with a file name are files, not parameters.

use multer::Multipart;

use super::body::BodyError;
use super::pairs::Pairs;
use super::request::Request;
use super::spool::{Spool, SpoolWriter};

/// Parameters other than files may have this many bytes together.
const TEXT_LIMIT: usize = 16 * 1024 * 1024;

#[derive(Default)]
pub(crate) struct Form {
    pairs: Pairs,
    files: Vec<FormFile>,
}

/// An uploaded part with a file name.
pub(crate) struct FormFile {
    /// The name of the field in the form.
    pub(crate) name: String,
    /// The name of the file, as sent.
    pub(crate) file_name: String,
    /// The part's `Content-Type`, if it had one.
    pub(crate) content_type: Option<String>,
    /// The bytes of the part, in memory or in a temporary file.
    pub(crate) content: Spool,
}

impl Form {
    /// The last value of a parameter.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.pairs.text(name)
    }

    /// The last value of a parameter, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.pairs.filled(name)
    }

    pub(crate) fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// The last file of this field.
    pub(crate) fn file(&self, name: &str) -> Option<&FormFile> {
        self.files.iter().rev().find(|file| file.name == name)
    }
}

impl Request {
    /// The media type of the body, in lower case and without parameters; empty if it has none.
    pub(crate) fn media_type(&self) -> String {
        let whole = self.header("content-type").unwrap_or_default();
        whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The body as form parameters, urlencoded or multipart; anything else is a form without parameters.
    pub(crate) async fn form(&mut self) -> Result<Form, BodyError> {
        read(self).await
    }
}

async fn read(request: &mut Request) -> Result<Form, BodyError> {
    let content_type = request.header("content-type").unwrap_or_default();
    match request.media_type().as_str() {
        "application/x-www-form-urlencoded" => {
            let bytes = request.body.bytes(TEXT_LIMIT).await?;
            Ok(Form { pairs: Pairs::decode(&bytes), files: Vec::new() })
        }
        "multipart/form-data" => {
            let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
            multipart(request, boundary).await
        }
        _ => Ok(Form::default()),
    }
}

async fn multipart(request: &mut Request, boundary: String) -> Result<Form, BodyError> {
    let mut form = Form::default();
    let mut text_bytes = 0;
    let mut parts = Multipart::new(&mut request.body, boundary);
    while let Some(mut part) = parts.next_field().await.map_err(malformed)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let content_type = part.content_type().map(ToString::to_string);
        match file_name {
            None => {
                let mut value = Vec::new();
                while let Some(piece) = part.chunk().await.map_err(malformed)? {
                    text_bytes += piece.len();
                    if text_bytes > TEXT_LIMIT {
                        return Err(BodyError::TooLong(TEXT_LIMIT as u64));
                    }
                    value.extend_from_slice(&piece);
                }
                form.pairs.0.push((name, String::from_utf8_lossy(&value).into_owned()));
            }
            Some(file_name) => {
                let mut content = SpoolWriter::default();
                while let Some(piece) = part.chunk().await.map_err(malformed)? {
                    content.write(&piece)?;
                }
                form.files.push(FormFile { name, file_name, content_type, content: content.finish() });
            }
        }
    }
    Ok(form)
}

fn malformed(error: multer::Error) -> BodyError {
    match error {
        multer::Error::StreamReadFailed(error) => match error.downcast::<BodyError>() {
            Ok(error) => *error,
            Err(_) => BodyError::Broken,
        },
        other => BodyError::Multipart(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Form, read};
    use crate::kit::body::{BodyError, RequestBody};
    use crate::kit::host::Host;
    use crate::kit::request::Request;
    use crate::kit::spool::Spool;

    fn form(content_type: &str, body: Vec<u8>) -> Result<Form, BodyError> {
        let content_type = HeaderValue::from_bytes(content_type.as_bytes()).expect("a header");
        let mut request = Request {
            host: Host::CONTROL,
            method: Method::POST,
            path: "/".to_owned(),
            query: None,
            headers: HeaderMap::from_iter([(http::header::CONTENT_TYPE, content_type)]),
            body: RequestBody::stored(Spool::from_bytes(body)),
            switches: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(read(&mut request))
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_reader(
            content_type in "(application/x-www-form-urlencoded|multipart/form-data(; ?boundary=\"?[a-z\"]{0,3})?|[ -~]{0,20})",
            body in vec(prop_oneof![
                Just(b"--a".to_vec()), Just(b"\r\n".to_vec()), Just(b"Content-Disposition: form-data; name=\"x\"".to_vec()),
                Just(b"--".to_vec()), vec(any::<u8>(), 0..20),
            ], 0..12),
        ) {
            let _ = form(&content_type, body.concat());
        }

        #[test]
        fn both_encodings_say_the_same(pairs in vec(("[a-z]{1,5}", "[^\"\r\n]{0,20}"), 0..5), file in vec(any::<u8>(), 0..200)) {
            let urlencoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let plain = form("application/x-www-form-urlencoded", urlencoded.into_bytes()).expect("a form");
            let mut body = Vec::new();
            for (name, value) in &pairs {
                let part = format!("--boundary42\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
                body.extend(part.into_bytes());
            }
            body.extend(b"--boundary42\r\nContent-Disposition: form-data; name=\"f\"; filename=\"n.bin\"\r\n\r\n");
            body.extend(&file);
            body.extend(b"\r\n--boundary42--\r\n");
            let multipart = form("multipart/form-data; boundary=boundary42", body).expect("a form");
            prop_assert_eq!(&plain.pairs().0, &pairs);
            prop_assert_eq!(&multipart.pairs().0, &pairs);
            let received = multipart.file("f").expect("a file");
            prop_assert_eq!(&received.content.bytes(usize::MAX).expect("memory").expect("all")[..], &file[..]);
        }
    }
}
