use proptest::prelude::*;

use super::*;

#[test]
fn a_document_with_and_without_types() {
    let text = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<track>\n  <id type=\"integer\">58</id>\n\
        <bpm type='float'>118.5</bpm><downloadable type=\"boolean\">true</downloadable>\
        <created-at type=\"datetime\">2008-02-20T18:44:35+01:00</created-at>\
        <description nil=\"true\"></description><shared_to/>\
        <title>Ebb &amp; flow &#233;&#x41; <![CDATA[<b>]]></title></track>\n";
    let track = Element::parse(text.as_bytes()).unwrap();
    assert_eq!(track.name(), "track");
    assert_eq!(track.number("id"), Some(58));
    assert_eq!(track.child("id").unwrap().kind(), Some("integer"));
    assert_eq!(track.float("bpm"), Some(118.5));
    assert_eq!(track.truth("downloadable"), Some(true));
    assert_eq!(track.timestamp("created-at"), Some("2008-02-20T17:44:35Z".parse().unwrap()));
    assert_eq!(track.child_text("description"), None);
    assert!(track.child("shared-to").is_some(), "underscores are dashes");
    assert_eq!(track.child_text("title").unwrap(), "Ebb & flow éA <b>");
}

/// What is marked as nothing is nothing, whatever stands in it.
#[test]
fn nil_has_no_text() {
    let track = Element::parse(b"<track><a nil=\"true\">x</a><b nil=\"false\">y</b></track>").unwrap();
    assert_eq!((track.child_text("a"), track.child_text("b")), (None, Some("y".into())));
}

#[test]
fn nothing_is_expanded_and_nothing_grows() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">]><x>&a;</x>";
    assert_eq!(Element::parse(bomb.as_bytes()), Err(XmlError::DocumentType));
    assert_eq!(Element::parse(b"<x>&a;</x>"), Err(XmlError::Entity));
    let deep = "<a>".repeat(40);
    assert_eq!(Element::parse(deep.as_bytes()), Err(XmlError::TooLarge));
    let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
    assert_eq!(Element::parse(wide.as_bytes()), Err(XmlError::TooLarge));
}

#[test]
fn what_is_no_document_says_why() {
    assert_eq!(Element::parse(b""), Err(XmlError::Empty));
    assert_eq!(Element::parse(b"<a><b>"), Err(XmlError::Truncated));
    assert_eq!(Element::parse(b"<a/><b/>"), Err(XmlError::Trailing));
    assert_eq!(Element::parse(b"<a/>text"), Err(XmlError::Trailing));
    for broken in [&b"<a></b>"[..], b"text", b"<a", b"\xff", b"<a>&#xFFFFFFF;</a>", b"<a x=1 x=2/>"] {
        assert!(matches!(Element::parse(broken), Err(XmlError::Syntax(_))), "{broken:?}");
    }
    let secret = Element::parse(b"<a><CANARY></a>").unwrap_err().to_string();
    assert!(!secret.contains("CANARY"), "{secret}");
}

#[test]
fn the_text_of_an_error_is_that_of_any_leaf() {
    let text = |document: &str| error_text(document.as_bytes());
    assert_eq!(text("<errors><error>404 - Not Found</error></errors>").unwrap(), "404 - Not Found");
    assert_eq!(text("<error>no</error>").unwrap(), "no");
    assert_eq!(text("<hash><a/><errors><error>deep</error></errors></hash>").unwrap(), "deep");
    assert_eq!(text("<errors/>"), None);
}

#[test]
fn what_cannot_be_written_does_not_build() {
    assert_eq!(
        XmlFields::new().document("a").unwrap_err().to_string(),
        "fields: must not be empty: there is nothing to change"
    );
    let fields = XmlFields::new().text("b", "line\nand \r \t 'end' \u{1f3b5}");
    assert_eq!(fields.document("a").unwrap(), "<a><b>line\nand &#13; \t &apos;end&apos; \u{1f3b5}</b></a>");
    for letter in ['\0', '\x08', '\x0b', '\x1f', '\u{fffe}', '\u{ffff}'] {
        let error = XmlFields::new().text("b", letter).document("a").unwrap_err().to_string();
        assert_eq!(error, "b: must not hold control characters, which XML cannot carry");
    }
}

#[test]
fn a_list_holds_what_it_should() {
    struct Track;
    impl From<&Element> for Track {
        fn from(_: &Element) -> Self {
            Self
        }
    }
    impl XmlRecord for Track {
        const NAME: &'static str = "track";
    }

    let count = |text: &str| {
        let list = records::<Track>(&Element::parse(text.as_bytes()).unwrap());
        list.map(|list| list.len()).map_err(|error| error.to_string())
    };
    assert_eq!(count("<tracks type=\"array\"><track/><track/></tracks>"), Ok(2));
    assert_eq!(count("<favorites><track/></favorites>"), Ok(1));
    assert_eq!(count("<tracks/>"), Ok(0));
    assert_eq!(count("<nil-classes type=\"array\"/>"), Ok(0));
    assert_eq!(count("<hash/>"), Err("expected <tracks>, found <hash>".into()));
    assert_eq!(count("<track><id>7</id></track>"), Err("expected <track>, found <id>".into()));
    assert_eq!(count("<errors><error>no</error></errors>"), Err("expected <track>, found <error>".into()));
}

proptest! {
    #[test]
    fn what_is_written_reads_back(text in "\\PC{0,40}") {
        let fields = XmlFields::new().text("a", &text);
        let read = Element::parse(fields.document("b").unwrap().as_bytes()).unwrap();
        prop_assert_eq!(read.child_text("a").unwrap_or_default(), text.trim());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Element::parse(&bytes);
    }

    #[test]
    fn no_markup_panics(text in "(<[a-c]( type=\"[a-z]*\")?/?>|</[a-c]>|&[a-z#0-9]{0,4};|[a-z ]|<!--|-->|<!\\[CDATA\\[|\\]\\]>){0,20}") {
        let _ = Element::parse(text.as_bytes());
    }
}
