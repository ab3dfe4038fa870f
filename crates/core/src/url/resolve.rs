//! References resolved against the URL that they stand in.

use http::Uri;

use super::{Origin, escaped};

/// A reference resolved against the URL it came from (RFC 3986, section 5.2). What no URL may contain is escaped: blanks,
/// letters of any language in UTF-8 or Latin-1. `None` if that gives no absolute http or https URL.
pub fn resolve(base: &Uri, reference: impl AsRef<[u8]>) -> Option<Uri> {
    let reference = escaped(reference.as_ref());
    let reference = reference.as_str();
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    let absolute = if reference.is_empty() {
        base.to_string()
    } else if reference.starts_with("//") {
        format!("{scheme}:{reference}")
    } else if let Some(query) = reference.strip_prefix('?') {
        format!("{scheme}://{authority}{}?{query}", base.path())
    } else if has_scheme(reference) {
        reference.to_owned()
    } else {
        let (path, query) =
            reference.split_once('?').map_or((reference, None), |(path, query)| (path, Some(query)));
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        let whole = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        format!("{scheme}://{authority}{}{query}", without_dots(&whole))
    };
    // `mailto:x` and `E:` read as URIs of a sort, but lead nowhere.
    let uri = absolute.parse().ok().filter(|uri: &Uri| Origin::of(uri).is_some())?;
    let has_dots = uri.path().split('/').any(|segment| matches!(segment, "." | ".."));
    if !has_dots || reference.is_empty() || reference.starts_with('?') {
        return Some(uri);
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}://{}{}{query}", uri.scheme_str()?, uri.authority()?, without_dots(uri.path())).parse().ok()
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_lead_nowhere_are_none() {
        let base: Uri = "http://a/b".parse().unwrap();
        for reference in ["mailto:x@a", "E:", "javascript:alert(1)", "file:///etc/passwd", "http://", "//"] {
            assert_eq!(resolve(&base, reference), None, "{reference}");
        }
    }

    #[test]
    fn references_resolve_as_rfc_3986_section_5_4_says() {
        let base: Uri = "http://a/b/c/d;p?q".parse().unwrap();
        let cases = [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("g?y/./x", "http://a/b/c/g?y/./x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g#s", "http://a/b/c/g"),
            // Behind the first slash a colon belongs to the path (section 4.2).
            ("g/1:2", "http://a/b/c/g/1:2"),
            // References with a host of their own lose their dots as well (section 5.2.2).
            ("http://h/a/../b/./c?d/../e", "http://h/b/c?d/../e"),
            ("//h/../../g/..", "http://h/"),
            ("https://h/a/..?x", "https://h/?x"),
            ("a b", "http://a/b/c/a%20b"),
            ("/Étude?t=ü", "http://a/%C3%89tude?t=%C3%BC"),
        ];
        for (reference, expected) in cases {
            assert_eq!(
                resolve(&base, reference).map(|uri| uri.to_string()).as_deref(),
                Some(expected),
                "{reference}"
            );
        }
    }
}
