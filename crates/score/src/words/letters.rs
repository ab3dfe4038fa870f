//! Letters, accents and the signs of music fonts.

use std::borrow::Cow;

/// What becomes of a character.
pub(super) enum Folded {
    Letter(char),
    /// The sharp s, which is two letters.
    Sharp,
    /// A word of its own.
    Sign(char),
    /// The space between two words.
    Gap,
    /// Part of the letter before.
    Nothing,
}

pub(super) fn fold(character: char) -> Folded {
    let letter = match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => 'a',
        'ç' | 'č' | 'ć' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ß' => return Folded::Sharp,
        // The section sign replaces a segno where there is no other.
        '𝄋' | '§' => return Folded::Sign('𝄋'),
        '𝄌' | '⊕' | '⌖' | '⨁' => return Folded::Sign('𝄌'),
        // Combining accents and variation selectors.
        '\u{300}'..='\u{36F}' | '\u{FE0E}' | '\u{FE0F}' => return Folded::Nothing,
        '.' | ',' | ';' | ':' | '!' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '\\' | '|' | '_' | '*'
        | '…' | '·' | '•' | '・' | '"' | '\'' | '’' | '‘' | '‛' | '´' | '`' | '“' | '”' | '„' | '«' | '»'
        | '-' | '‐' | '‑' | '–' | '—' | '~' => return Folded::Gap,
        character if character.is_whitespace() || character.is_control() => return Folded::Gap,
        character if character.is_alphanumeric() => character,
        character => return Folded::Sign(character),
    };
    Folded::Letter(letter)
}

/// What stands for a letter of the private use area that means something else in its font.
const UNKNOWN: char = '\u{FFFD}';

/// A part of a direction's words with the letters of music fonts as signs, and without the markup that MuseScore
/// leaves in the text (`<font face="ScoreText"/>`, `<sym>coda</sym>`).
///
/// The private use area belongs to nobody. A letter of it is read by the standard for music fonts (SMuFL) if the text
/// is in a font of that standard, or names no font.
pub(crate) fn plain<'a>(text: &'a str, font: Option<&str>) -> Cow<'a, str> {
    let private = |character: char| ('\u{E000}'..='\u{F8FF}').contains(&character);
    if !text.contains(|character| character == '<' || private(character)) {
        return Cow::Borrowed(text);
    }
    let standard = font.is_none_or(is_smufl);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some((name, after)) = symbol(rest) {
            out.push_str(glyph(name));
            rest = after;
        } else if let Some(after) = markup(rest) {
            rest = after;
        } else {
            match next {
                '\u{E045}' if standard => out.push_str("D.S."),
                '\u{E046}' if standard => out.push_str("D.C."),
                '\u{E047}' | '\u{E04A}' | '\u{E04B}' if standard => out.push('𝄋'),
                '\u{E048}' | '\u{E049}' if standard => out.push('𝄌'),
                next if private(next) => out.push(UNKNOWN),
                next => out.push(next),
            }
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
    }
    Cow::Owned(out)
}

/// The sign that a SMuFL glyph name means; nothing for other glyphs.
pub(crate) fn glyph(name: &str) -> &'static str {
    match name {
        "coda" | "codaSquare" => "𝄌",
        "segno" | "segnoSerpent1" | "segnoSerpent2" => "𝄋",
        "dalSegno" => "D.S.",
        "daCapo" => "D.C.",
        _ => "",
    }
}

/// `<sym>name</sym>` at the beginning: the name and what follows.
fn symbol(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("<sym>")?.split_once("</sym>")
}

/// What follows a tag of MuseScore's markup at the beginning.
fn markup(text: &str) -> Option<&str> {
    let (tag, after) = text.strip_prefix('<')?.split_once('>')?;
    let name = tag.trim_matches('/').split_whitespace().next()?;
    matches!(name, "font" | "b" | "i" | "u" | "s" | "sub" | "sup").then_some(after)
}

/// Whether a font keeps to SMuFL, by its name. "MScore Text" and its kin held other signs at these places for years.
fn is_smufl(names: &str) -> bool {
    const FAMILIES: [&str; 16] = [
        "smufl",
        "bravura",
        "leland",
        "petaluma",
        "sebastian",
        "leipzig",
        "gootville",
        "musejazz",
        "ekmelos",
        "november2",
        "golden age",
        "finale maestro",
        "finale ash",
        "finale broadway",
        "finale jazz",
        "finale engraver",
    ];
    let names = names.to_ascii_lowercase();
    names.split(',').any(|name| FAMILIES.iter().any(|family| name.trim().contains(family)))
}
