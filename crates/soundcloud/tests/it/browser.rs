//! A user's browser, as far as a login needs one.

use segno_core::endpoint::PlainApiError;
use segno_core::transport::hyper::Hyper;
use segno_core::{
    BuildError, Bytes, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, SecretUrl,
    StatusCode,
};

/// Opens a page that redirects, and says where to.
struct Open(SecretUrl);

impl Endpoint for Open {
    type Output = String;
    type ApiError = PlainApiError;
    const NAME: &'static str = "browser.open";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.url("{page}", self.0.clone());
        request.keep_redirects();
        Ok(())
    }

    fn read(response: Response<Bytes>) -> Result<String, DecodeError> {
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        Ok(location.unwrap_or_default().to_owned())
    }

    fn accepts(status: StatusCode) -> bool {
        status.is_redirection()
    }
}

/// Has the user on a consent page of the sandbox decide (`approve` or `deny`), and returns the URL with the outcome.
pub(crate) async fn decide(page: &str, decision: &str) -> String {
    let page: SecretUrl = format!("{page}&auto={decision}").parse().unwrap();
    let client = Client::builder("http://127.0.0.1/").transport(Hyper::builder().build());
    client.build().unwrap().send(&Open(page)).await.unwrap()
}
