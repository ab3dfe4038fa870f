//! XML or JSON: the end of the path decides, then `Accept`, and without either it is XML.

/// The format of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Json,
}

impl Format {
    /// Decides, and takes the ending off the last segment of the path.
    pub(super) fn choose(last: Option<&mut String>, accept: Option<&str>) -> Self {
        if let Some(last) = last {
            for (ending, format) in [(".xml", Self::Xml), (".json", Self::Json)] {
                if let Some(bare) = last.strip_suffix(ending) {
                    *last = bare.to_owned();
                    return format;
                }
            }
        }
        let accept = accept.unwrap_or_default();
        // Both names of XML are one: the one that is asked for more precisely counts.
        let (_, xml) = quality(accept, "application/xml").max(quality(accept, "text/xml"));
        let (_, json) = quality(accept, "application/json");
        if json > xml { Self::Json } else { Self::Xml }
    }
}

/// How precisely a media type is asked for, and how much it is wanted in thousandths (RFC 9110, section 12.5.1): the most
/// precise range that fits decides.
fn quality(accept: &str, wanted: &str) -> (u8, u32) {
    let family = wanted.split('/').next().unwrap_or_default();
    let weights = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
        let range = parts.next()?;
        let precision = match range.as_str() {
            "*/*" => 0,
            range if range.strip_suffix("/*") == Some(family) => 1,
            range if range == wanted => 2,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        Some((precision, (weight.unwrap_or(1.0).clamp(0.0, 1.0) * 1000.0) as u32))
    });
    weights.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Format::{self, Json, Xml};

    #[test]
    fn the_ending_decides_then_accept_then_xml() {
        for (last, accept, format, left) in [
            ("tracks", None, Xml, "tracks"),
            ("tracks.json", Some("application/xml"), Json, "tracks"),
            ("58.xml", Some("application/json"), Xml, "58"),
            ("tracks", Some("*/*"), Xml, "tracks"),
            ("tracks", Some("application/json; charset=utf-8"), Json, "tracks"),
            ("tracks", Some("application/json;q=0.5, text/xml"), Xml, "tracks"),
            ("tracks", Some("application/xml;q=0.5, */*"), Json, "tracks"),
            ("tracks", Some("text/html,application/xml;q=0.9,*/*;q=0.8"), Xml, "tracks"),
            ("tracks", Some("text/plain"), Xml, "tracks"),
            ("tracks.txt", Some("q=;,;"), Xml, "tracks.txt"),
        ] {
            let mut last = last.to_owned();
            assert_eq!(
                (Format::choose(Some(&mut last), accept), last.as_str()),
                (format, left),
                "{accept:?}"
            );
        }
    }
}
