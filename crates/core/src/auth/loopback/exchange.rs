//! One connection of the loopback listener: one request, one page.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Ending, Redirected};

/// The longest request head that is read, and the longest form behind it, in bytes. Verifiers and codes are far shorter.
const HEAD: usize = 16 * 1024;
/// How long a connection may take for its request, and again for taking its page.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// A request as far as it was read.
pub(super) struct Request {
    /// Up to the empty line, or as much of it as is allowed.
    head: Vec<u8>,
    /// The form behind it: servers may answer with a page that posts itself (OAuth 2.0 Form Post Response Mode).
    form: Option<Vec<u8>>,
}

impl Request {
    /// Whether it asks for the head of the response alone.
    pub(super) fn is_head(&self) -> bool {
        self.head.starts_with(b"HEAD ")
    }
}

/// Reads a request; `None` if it breaks off.
pub(super) async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut head = Vec::with_capacity(1024);
    let mut searched = 0;
    let end = loop {
        if stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = end(&head[searched..]) {
            break searched + end;
        }
        if head.len() > HEAD {
            return Some(Request { head, form: None });
        }
        searched = head.len().saturating_sub(3);
    };
    let mut form = head.split_off(end);
    let Some(length) = form_length(&head) else { return Some(Request { head, form: None }) };
    while form.len() < length {
        if stream.read_buf(&mut form).await.ok()? == 0 {
            return None;
        }
    }
    form.truncate(length);
    Some(Request { head, form: Some(form) })
}

/// Where the empty line ends.
fn end(bytes: &[u8]) -> Option<usize> {
    let crlf = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    let lf = bytes.windows(2).position(|two| two == b"\n\n").map(|at| at + 2);
    crlf.into_iter().chain(lf).min()
}

/// The length of a form that is posted, if it is one and not too long.
fn form_length(head: &[u8]) -> Option<usize> {
    let head = std::str::from_utf8(head).ok().filter(|head| head.starts_with("POST "))?;
    let header = |wanted: &str| {
        let mut headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    let media_type = header("content-type")?.split(';').next().unwrap_or_default().trim_end();
    let length: usize = header("content-length")?.parse().ok()?;
    (media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") && length <= HEAD).then_some(length)
}

/// What to show for a request, and the redirect if this is it.
pub(super) fn answer(
    request: &Request,
    path: &str,
    judge: &dyn Fn(&Redirected) -> Ending,
) -> (Page, Option<Redirected>) {
    let head = request.head.as_slice();
    if head.len() > HEAD {
        return (Page::TooLarge, None);
    }
    let line = head.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let Some((method, target)) = request_line(line) else { return (Page::Malformed, None) };
    let (asked, query) = target.split_once('?').unwrap_or((target, ""));
    if asked == "/favicon.ico" {
        return (Page::NoIcon, None);
    }
    if asked != path {
        return (Page::NotFound, None);
    }
    let redirected = match (method, &request.form) {
        ("GET" | "HEAD", _) => Redirected::parse(query),
        ("POST", Some(form)) => Redirected::parse(&String::from_utf8_lossy(form)),
        _ => return (Page::WrongMethod, None),
    };
    let ending = judge(&redirected);
    let page = match ending {
        Ending::Granted => Page::Granted,
        Ending::Denied => Page::Denied,
        Ending::Foreign => Page::Foreign,
    };
    // A HEAD looks without acting: link checkers and some browsers send one first.
    let ends = method != "HEAD" && ending != Ending::Foreign;
    (page, ends.then_some(redirected))
}

fn request_line(line: &[u8]) -> Option<(&str, &str)> {
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let fits = words.next().is_none() && version.starts_with("HTTP/1.") && target.starts_with('/');
    fits.then_some((method, target))
}

pub(super) async fn write(stream: &mut TcpStream, page: Page, bare: bool) -> std::io::Result<()> {
    stream.write_all(&page.render(bare)).await?;
    stream.shutdown().await?;
    if !matches!(page, Page::WrongMethod | Page::Malformed | Page::TooLarge) {
        return Ok(());
    }
    // Closing with unread bytes would reset the connection, and the peer would lose the page.
    let mut rest = [0; 1024];
    let mut drained = 0;
    while drained < 8 * HEAD {
        match stream.read(&mut rest).await? {
            0 => break,
            count => drained += count,
        }
    }
    Ok(())
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Granted,
    Denied,
    Foreign,
    NotFound,
    NoIcon,
    WrongMethod,
    Malformed,
    TooLarge,
}

impl Page {
    fn text(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Granted => {
                ("200 OK", "You are connected", "The login is done. You can close this window and go back.")
            }
            Self::Denied => (
                "200 OK",
                "Not connected",
                "Access was not granted, and nothing was changed. You can close this window.",
            ),
            Self::Foreign => (
                "400 Bad Request",
                "This is another login",
                "This link does not belong to the login that the program is waiting for. Start again from the program.",
            ),
            Self::NotFound => (
                "404 Not Found",
                "Nothing here",
                "This address only receives the end of a login. You can close this window.",
            ),
            Self::NoIcon => ("404 Not Found", "No icon", "There is no icon."),
            Self::WrongMethod => {
                ("405 Method Not Allowed", "Not like this", "A login ends with a GET request or a form.")
            }
            Self::Malformed => ("400 Bad Request", "Not understood", "This is not an HTTP request."),
            Self::TooLarge => {
                ("431 Request Header Fields Too Large", "Too long", "The request is too long for a login.")
            }
        }
    }

    fn render(self, bare: bool) -> Vec<u8> {
        let (status, title, words) = self.text();
        let page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title>\
             <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}}</style>\
             </head><body><h1>{title}</h1><p>{words}</p></body></html>\n"
        );
        let allow = if matches!(self, Self::WrongMethod) { "Allow: GET, HEAD, POST\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
             Content-Security-Policy: default-src 'none'; img-src data:; style-src 'unsafe-inline'\r\n\
             {allow}Connection: close\r\n\r\n",
            page.len()
        );
        if bare { head.into_bytes() } else { (head + &page).into_bytes() }
    }
}
