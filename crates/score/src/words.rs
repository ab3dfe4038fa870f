//! What performers read as jumps and signs in the text above the staff, in the usual languages and spellings.

mod expressions;

use expressions::{
    BEGINNING, CODA, FINE, SEGNO, SEGNO_SIGN, THEN_CODA, TO_CODA, UNTIL_CODA, UNTIL_FINE, UNTIL_SEGNO,
    WITH_REPEATS, WITHOUT_REPEATS,
};

/// The meaning of a direction's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// A da capo or dal segno.
    pub(crate) jump: Option<Leap>,
    /// How far one plays after the jump.
    pub(crate) until: Option<Until>,
    /// After the end of the jump one goes on at the coda.
    pub(crate) then_coda: bool,
    /// Whether repeats are played after the jump.
    pub(crate) repeats: Option<bool>,
    /// A sign in words.
    pub(crate) sign: Option<Sign>,
}

/// Where a jump goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leap {
    Beginning,
    Segno,
}

/// Where what follows a jump ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    Fine,
    ToCoda,
    Segno,
}

/// A sign that is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Segno,
    Coda,
    ToCoda,
    Fine,
}

/// Texts that are longer than any jump are not searched.
const LONGEST: usize = 120;

/// Reads the words of one direction; `None` if they are something else.
pub(crate) fn read(words: &str) -> Option<Phrase> {
    if words.len() > 2 * LONGEST {
        return None;
    }
    let text = fold(words);
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '𝄋' | '𝄌' | '⊕')).to_owned();
    if bare.is_empty() {
        return None;
    }
    let jump = if matches!(bare.as_str(), "dc" | "d c" | "d.c") || any(&text, BEGINNING) {
        Some(Leap::Beginning)
    } else if matches!(bare.as_str(), "ds" | "d s" | "d.s" | "d.s.s") || any(&text, SEGNO) {
        Some(Leap::Segno)
    } else {
        None
    };
    if jump.is_none() {
        let is = |list: &[&str]| list.contains(&bare.as_str());
        let sign = if is(TO_CODA) {
            Sign::ToCoda
        } else if is(CODA) {
            Sign::Coda
        } else if is(SEGNO_SIGN) {
            Sign::Segno
        } else if is(FINE) {
            Sign::Fine
        } else {
            return None;
        };
        return Some(Phrase { sign: Some(sign), ..Phrase::default() });
    }
    let until = if any(&text, UNTIL_FINE) {
        Some(Until::Fine)
    } else if any(&text, UNTIL_CODA) {
        Some(Until::ToCoda)
    } else if jump == Some(Leap::Beginning) && any(&text, UNTIL_SEGNO) {
        Some(Until::Segno)
    } else {
        None
    };
    let repeats = if starts(&text, WITHOUT_REPEATS) {
        Some(false)
    } else if starts(&text, WITH_REPEATS) {
        Some(true)
    } else {
        None
    };
    let then_coda = until == Some(Until::ToCoda) || any(&text, THEN_CODA);
    Some(Phrase { jump, until, then_coda, repeats, sign: None })
}

/// Whether one of the expressions stands in the text as whole words.
fn any(text: &str, expressions: &[&str]) -> bool {
    expressions.iter().any(|expression| found(text, expression, true))
}

/// Whether one of the expressions stands in the text as the beginning of words.
fn starts(text: &str, expressions: &[&str]) -> bool {
    expressions.iter().any(|expression| found(text, expression, false))
}

fn found(text: &str, expression: &str, whole: bool) -> bool {
    text.match_indices(expression).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + expression.len()..).and_then(|after| after.chars().next());
        let ends_in_word = expression.chars().next_back().is_some_and(char::is_alphanumeric);
        !before.is_some_and(char::is_alphanumeric)
            && (!whole || !ends_in_word || !after.is_some_and(char::is_alphanumeric))
    })
}

/// Lower case without accents, one space between words, the signs of music fonts as the Unicode signs.
fn fold(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for character in words.chars().flat_map(char::to_lowercase) {
        let folded = match character {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => 'a',
            'ç' | 'č' | 'ć' => 'c',
            'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
            'ì' | 'í' | 'î' | 'ï' => 'i',
            'ñ' | 'ń' => 'n',
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
            'ù' | 'ú' | 'û' | 'ü' => 'u',
            '’' | '´' | '`' => '\'',
            '–' | '—' => '-',
            // The segno and coda of SMuFL fonts (U+E045..=U+E048) and the section sign that replaces a segno.
            '\u{E047}' | '§' | '\u{E04A}' => '𝄋',
            '\u{E048}' | '\u{E049}' | '⌖' | '⨁' => '𝄌',
            // A combining accent after its letter, and the variation selectors.
            '\u{300}'..='\u{36F}' | '\u{FE0E}' | '\u{FE0F}' => continue,
            character if character.is_whitespace() => {
                if !text.is_empty() && !text.ends_with(' ') {
                    text.push(' ');
                }
                continue;
            }
            character => character,
        };
        if folded == 'ß' { text.push_str("ss") } else { text.push(folded) }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jump(words: &str) -> Option<(Leap, Option<Until>)> {
        read(words).and_then(|phrase| phrase.jump.map(|jump| (jump, phrase.until)))
    }

    #[test]
    fn da_capo_in_many_spellings() {
        for words in [
            "D.C.",
            "D. C.",
            "DC",
            "D.C",
            "d.c.",
            "Da Capo",
            "DA CAPO",
            "da capo",
            "D.Capo",
            "Von vorne",
            "Du début",
            "Desde el principio",
            "Do início",
            "from the beginning",
            "С начала",
        ] {
            assert_eq!(jump(words), Some((Leap::Beginning, None)), "{words}");
        }
        for words in [
            "D.C. al Fine",
            "D.C. al \nFine",
            "DC al fine",
            "Da Capo al Fine",
            "da capo al fine senza repetizione",
            "Da capo bis Fine",
            "Da capo bis zum Schluß",
            "D.C. jusqu’à la fin",
            "Da Capo hasta el Fin",
            "D.C. al Fine.",
            "Da Capo até o Fim",
        ] {
            assert_eq!(jump(words), Some((Leap::Beginning, Some(Until::Fine))), "{words}");
        }
        for words in [
            "D.C. al Coda",
            "Da Capo alla Coda",
            "D.C. al 𝄌",
            "D.C. al \u{E048} e poi la coda",
            "D.C. to coda",
        ] {
            assert_eq!(jump(words), Some((Leap::Beginning, Some(Until::ToCoda))), "{words}");
        }
        assert_eq!(jump("D.C. al Segno"), Some((Leap::Beginning, Some(Until::Segno))));
    }

    #[test]
    fn dal_segno_in_many_spellings() {
        for words in [
            "D.S.",
            "DS",
            "Dal Segno",
            "dal segno",
            "D. S.",
            "Del segno",
            "D.\u{E047}",
            "Dal 𝄋",
            "vom Zeichen",
        ] {
            assert_eq!(jump(words), Some((Leap::Segno, None)), "{words}");
        }
        for words in ["D.S. al Fine", "Dal Segno al Fine", "D.S. alla fine"] {
            assert_eq!(jump(words), Some((Leap::Segno, Some(Until::Fine))), "{words}");
        }
        for words in ["D.S. al Coda", "D.S. al ⊕", "Dal Segno alla Coda", "D.S.S. al Double Coda"] {
            assert_eq!(jump(words), Some((Leap::Segno, Some(Until::ToCoda))), "{words}");
        }
    }

    #[test]
    fn repeats_after_the_jump() {
        let repeats = |words| read(words).and_then(|phrase| phrase.repeats);
        assert_eq!(repeats("Da capo al fine senza repetizione"), Some(false));
        assert_eq!(repeats("D.C. senza rep."), Some(false));
        assert_eq!(repeats("D.C. al Fine ohne Wiederholungen"), Some(false));
        assert_eq!(repeats("D.S. al Coda con rep."), Some(true));
        assert_eq!(repeats("D.C. with repeats"), Some(true));
        assert_eq!(repeats("D.C. al Fine"), None);
    }

    #[test]
    fn signs_stand_alone() {
        let sign = |words| read(words).and_then(|phrase| phrase.sign);
        assert_eq!(sign("Fine"), Some(Sign::Fine));
        assert_eq!(sign("FINE."), Some(Sign::Fine));
        assert_eq!(sign("To Coda"), Some(Sign::ToCoda));
        assert_eq!(sign("to Coda \u{E048}"), Some(Sign::ToCoda));
        assert_eq!(sign("Coda"), Some(Sign::Coda));
        assert_eq!(sign("\u{1D10B}"), Some(Sign::Segno));
    }

    #[test]
    fn other_words_mean_nothing() {
        for words in [
            "Allegro",
            "G D C",
            "cresc.",
            "Finely",
            "Coda of love",
            "(jump without target)",
            "dolce",
            "ad lib.",
            "repeat 8va",
            "Al fine del movimento",
            "",
            "...",
            "sul D",
            "DSC",
            "Adc",
        ] {
            assert_eq!(read(words), None, "{words}");
        }
    }
}
