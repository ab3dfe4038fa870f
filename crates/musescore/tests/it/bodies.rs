//! Responses in the shapes that docs/services/musescore.md names.

/// The parts of a score as JSON writes them: each wrapped.
pub(crate) const PARTS: &str =
    r#"[{"part":{"name":"Violin","program":"40"}},{"part":{"name":"Percussion","program":"128"}}]"#;

/// A score with every field, numbers in both dresses.
pub(crate) fn score(id: u64) -> String {
    format!(
        r#"{{"id":"{id}","vid":"55120",
        "dates":{{"posted":"1390000000","lastupdate":"1390086400"}},
        "secret":"5f6e7d8c9b",
        "uri":"http:\/\/api.musescore.com\/services\/rest\/score\/{id}",
        "permalink":"http:\/\/musescore.com\/score\/{id}",
        "user":{{"uid":"412","username":"Zdena","custom_url":"http:\/\/musescore.com\/zdena"}},
        "status":"ready","sharing":"public",
        "comment_count":"4","favoriting_count":2,"view_count":"120","playback_count":"31","download_count":7,
        "genre":"","format":"","license":"cc-by-nc","language":"cs",
        "title":"Ml\u00fdnsk\u00e1 <polka> & co","description":"First\nsecond","tags":"polka, trio ,",
        "metadata":{{"title":"Ml\u00fdnsk\u00e1 polka","subtitle":null,"composer":"trad.","poet":null,
          "pages":"3","measures":"48","lyrics":"1","chordnames":"0","keysig":"-3","duration":"95",
          "dimensions":"210x297","parts":{PARTS}}}}}"#
    )
}

/// The same score in XML.
pub(crate) fn score_xml(id: u64) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
        score_element(
            id,
            "<parts is_array=\"true\"><part><name>Violin</name><program>40</program></part>\
            <part><name>Percussion</name><program>128</program></part></parts>"
        )
    )
}

pub(crate) fn score_element(id: u64, parts: &str) -> String {
    format!(
        "<score>
  <id>{id}</id><vid>55120</vid>
  <dates><posted>1390000000</posted><lastupdate>1390086400</lastupdate></dates>
  <secret>5f6e7d8c9b</secret>
  <uri>http://api.musescore.com/services/rest/score/{id}</uri>
  <permalink>http://musescore.com/score/{id}</permalink>
  <user><uid>412</uid><username>Zdena</username><custom_url>http://musescore.com/zdena</custom_url></user>
  <status>ready</status><sharing>public</sharing>
  <comment_count>4</comment_count><favoriting_count>2</favoriting_count><view_count>120</view_count>
  <playback_count>31</playback_count><download_count>7</download_count>
  <genre/><format></format><license>cc-by-nc</license><language>cs</language>
  <title>Ml\u{fd}nsk&#225; &lt;polka&gt; <![CDATA[& co]]></title><description>First&#10;second</description>
  <tags>polka, trio ,</tags>
  <metadata>
    <title>Ml\u{fd}nsk\u{e1} polka</title><subtitle/><composer>trad.</composer><poet> </poet>
    <pages>3</pages><measures>48</measures><lyrics>1</lyrics><chordnames>0</chordnames>
    <keysig>-3</keysig><duration>95</duration><dimensions>210x297</dimensions>
    {parts}
  </metadata>
</score>
"
    )
}

pub(crate) const USER: &str = r#"{"id":"412","name":"Zdena","permalink":"http:\/\/musescore.com\/zdena",
    "uri":"http:\/\/api.musescore.com\/services\/rest\/user\/412"}"#;

pub(crate) const USER_XML: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<user><id>412</id><name>Zdena</name><permalink>http://musescore.com/zdena</permalink>
<uri>http://api.musescore.com/services/rest/user/412</uri></user>";

pub(crate) const TIMES: &str =
    r#"[{"elid":0,"position":0},{"elid":"1","position":"1250.25"},{"elid":"0","position":2500.5}]"#;

pub(crate) const TIMES_XML: &str = "<?xml version='1.0' encoding='UTF-8'?><events is_array=\"true\">
<event><elid>0</elid><position>0</position></event><event><elid>1</elid><position>1250.25</position></event>
<event><elid>0</elid><position>2500.5</position></event></events>";

pub(crate) const BOXES: &str = r#"[{"id":"0","x":600,"y":"1200.5","sx":2400,"sy":900.75,"page":"0"},
    {"id":1,"x":"600","y":1200.5,"sx":"2400","sy":"900.75","page":1}]"#;

pub(crate) const BOXES_XML: &str = "<elements>
<element><id>0</id><x>600</x><y>1200.5</y><sx>2400</sx><sy>900.75</sy><page>0</page></element>
<element><id>1</id><x>600</x><y>1200.5</y><sx>2400</sx><sy>900.75</sy><page>1</page></element></elements>";

const PLAYER_HTML: &str = "<iframe width='100%' height='394' src='http://musescore.com/node/7/embed?a=1&amp;b=2' \
    frameborder='0'></iframe><span><a href='http://musescore.com/score/7'>Mill</a></span>";

pub(crate) fn player(width: &str) -> String {
    format!(
        r#"{{"type":"rich","version":"1.0","provider_name":"MuseScore.com","width":{width},"height":394,
        "provider_url":"http:\/\/musescore.com","html":"{PLAYER_HTML} ","title":"Mill","author_name":"Zdena",
        "author_url":"http:\/\/musescore.com\/zdena","original_url":"http:\/\/musescore.com\/score\/7"}}"#
    )
}

/// The same in XML, with the HTML nested, escaped, or as CDATA.
pub(crate) fn player_xml(how: &str) -> String {
    let html = match how {
        "escaped" => PLAYER_HTML.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") + " ",
        "CDATA" => format!("<![CDATA[{PLAYER_HTML} ]]>"),
        _ => PLAYER_HTML.to_owned(),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><oembed><type>rich</type><version>1.0</version>\
        <provider_name>MuseScore.com</provider_name><width>100%</width><height>394</height>\
        <provider_url>http://musescore.com</provider_url><html>{html}</html><title>Mill</title>\
        <author_name>Zdena</author_name><author_url>http://musescore.com/zdena</author_url>\
        <original_url>http://musescore.com/score/7</original_url></oembed>"
    )
}
