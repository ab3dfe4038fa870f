//! The same values from JSON, XML and JSONP.

use segno_core::http::Response;
use segno_core::{Bytes, Endpoint};
use segno_musescore::{oembed, scores, space, time, users};

use crate::bodies;

fn read<E: Endpoint>(body: &str) -> E::Output {
    E::read(Response::new(Bytes::copy_from_slice(body.as_bytes())))
        .unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// JSON in a call, as the service writes it and as others do.
fn jsonp(json: &str) -> [String; 3] {
    [format!("cb({json});"), format!("window.on_score$( {json} )\n"), format!("/**/cb({json}) ;\n")]
}

/// `#[track_caller]` tells which of them.
#[track_caller]
fn alike<E: Endpoint>(json: &str, xml: &[&str])
where
    E::Output: PartialEq + std::fmt::Debug,
{
    let expected = read::<E>(json);
    for text in jsonp(json).iter().map(String::as_str).chain(xml.iter().copied()) {
        assert_eq!(read::<E>(text), expected, "{text}");
    }
}

#[test]
fn a_score() {
    let xml = bodies::score_xml(7301);
    alike::<scores::Get>(&bodies::score(7301), &[&xml, xml.split_once('\n').unwrap().1]);
}

#[test]
fn lists_of_scores() {
    let json =
        |ids: &[u64]| format!("[{}]", ids.iter().map(|id| bodies::score(*id)).collect::<Vec<_>>().join(","));
    let element = |id: u64| bodies::score_xml(id).split_once('\n').unwrap().1.to_owned();
    let xml = |ids: &[u64], open: &str, close: &str| {
        format!(
            "<?xml version='1.0' encoding='Utf-8'?>\n{open}{}{close}",
            ids.iter().map(|id| element(*id)).collect::<String>()
        )
    };
    for ids in [&[1, 2, 3][..], &[1], &[]] {
        let marked = xml(ids, "<scores is_array=\"true\">", "</scores>");
        let unmarked = xml(ids, "<scores>\n", "\n</scores>");
        let items = unmarked.replace("<score>", "<item>").replace("</score>", "</item>");
        alike::<scores::Search>(&json(ids), &[&marked, &unmarked, &items]);
    }
    alike::<users::Scores>("[]", &["<scores is_array=\"true\"/>", "<scores/>"]);
    alike::<users::Scores>("null", &["<scores></scores>"]);
}

#[test]
fn members() {
    alike::<users::Get>(bodies::USER, &[bodies::USER_XML]);
    alike::<users::Me>(bodies::USER, &[bodies::USER_XML]);
}

#[test]
fn times_and_boxes() {
    alike::<time::Get>(
        bodies::TIMES,
        &[bodies::TIMES_XML, &bodies::TIMES_XML.replace(" is_array=\"true\"", "")],
    );
    alike::<space::Get>(bodies::BOXES, &[bodies::BOXES_XML]);
    let one = "<events is_array=\"true\"><event><elid>7</elid><position>0.25</position></event></events>";
    alike::<time::Get>("[{\"elid\":7,\"position\":0.25}]", &[one]);
}

#[test]
fn players() {
    let xml = ["escaped", "CDATA"].map(bodies::player_xml);
    alike::<oembed::Get>(&bodies::player("\"100%\""), &[&xml[0], &xml[1]]);
    // Nested markup: the white space around it is not part of it.
    let nested = read::<oembed::Get>(&bodies::player_xml("nested"));
    let mut plain = read::<oembed::Get>(&bodies::player("\"100%\""));
    plain.html = plain.html.trim_end().to_owned();
    assert_eq!(nested, plain);
}

#[test]
fn whatever_lies_between_the_parts() {
    let expected = read::<scores::Get>(&bodies::score(1));
    let part = |name: &str, program: &str| format!("<name>{name}</name><program>{program}</program>");
    let (violin, drums) = (part("Violin", "40"), part("Percussion", "128"));
    for parts in [
        format!("<parts><part>{violin}</part><part>{drums}</part></parts>"),
        format!(
            "<parts is_array=\"true\"><item><part>{violin}</part></item><item><part>{drums}</part></item></parts>"
        ),
        format!("<parts><item>{violin}</item><item>{drums}</item></parts>"),
        format!("<parts><part><part>{violin}</part></part><part><part>{drums}</part></part></parts>"),
    ] {
        assert_eq!(read::<scores::Get>(&bodies::score_element(1, &parts)), expected, "{parts}");
    }
    let bare = bodies::score(1)
        .replace(bodies::PARTS, r#"[{"name":"Violin","program":40},{"name":"Percussion","program":"128"}]"#);
    assert_eq!(read::<scores::Get>(&bare), expected);
}
