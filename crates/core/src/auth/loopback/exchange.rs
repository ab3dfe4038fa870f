//! One connection of the loopback listener: one request, one page.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Ending, Judge, Redirected};
use crate::time::Clock;
use crate::transport::deadline::within;

/// The longest request head that is read, in bytes. Verifiers and codes are far shorter.
const HEAD: usize = 16 * 1024;
/// How long a connection may take for its request, and again for taking its page.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves one connection; `Some` if it brought the redirect that ends the wait.
pub(super) async fn serve(
    mut stream: TcpStream,
    path: &str,
    judge: &Judge,
    clock: &dyn Clock,
) -> Option<Redirected> {
    let head = within(head(&mut stream), clock.sleep(PATIENCE)).await??;
    let (page, redirected) = answer(&head, path, judge);
    let bare = head.starts_with(b"HEAD ");
    // The redirect counts even if the browser does not take its page.
    let _ = within(write(&mut stream, page, bare), clock.sleep(PATIENCE)).await;
    redirected
}

/// The request up to the empty line, or as much of it as is allowed; `None` if it breaks off.
async fn head(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = Vec::with_capacity(1024);
    let mut searched = 0;
    loop {
        if stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
        if contains_end(&head[searched..]) || head.len() > HEAD {
            return Some(head);
        }
        searched = head.len().saturating_sub(3);
    }
}

fn contains_end(bytes: &[u8]) -> bool {
    bytes.windows(4).any(|four| four == b"\r\n\r\n") || bytes.windows(2).any(|two| two == b"\n\n")
}

/// What to show for a request, and the redirect if this is it.
fn answer(head: &[u8], path: &str, judge: &Judge) -> (Page, Option<Redirected>) {
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
    if method != "GET" && method != "HEAD" {
        return (Page::WrongMethod, None);
    }
    let redirected = Redirected::parse(query);
    let ending = judge(&redirected);
    let page = match ending {
        Ending::Granted => Page::Granted,
        Ending::Denied => Page::Denied,
        Ending::Foreign => Page::Foreign,
    };
    // A HEAD looks without acting: link checkers and some browsers send one first.
    let ends = method == "GET" && ending != Ending::Foreign;
    (page, ends.then_some(redirected))
}

fn request_line(line: &[u8]) -> Option<(&str, &str)> {
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let fits = words.next().is_none() && version.starts_with("HTTP/1.") && target.starts_with('/');
    fits.then_some((method, target))
}

async fn write(stream: &mut TcpStream, page: Page, bare: bool) -> std::io::Result<()> {
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

#[derive(Clone, Copy)]
enum Page {
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
                ("405 Method Not Allowed", "Not like this", "A login ends with a GET request.")
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
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}}</style>\
             </head><body><h1>{title}</h1><p>{words}</p></body></html>\n"
        );
        let allow = if matches!(self, Self::WrongMethod) { "Allow: GET, HEAD\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
             {allow}Connection: close\r\n\r\n",
            page.len()
        );
        if bare { head.into_bytes() } else { (head + &page).into_bytes() }
    }
}
