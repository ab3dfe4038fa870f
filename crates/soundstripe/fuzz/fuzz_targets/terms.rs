#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_soundstripe::Terms;

fuzz_target!(|text: &str| {
    if let Ok(terms) = text.parse::<Terms>() {
        assert_eq!(terms.to_string().parse::<Terms>(), Ok(terms));
    }
    // Whatever is taken as one term is read back as one term.
    for (terms, sign) in [(Terms::new().include(text), ""), (Terms::new().exclude(text), "-")] {
        if let Ok(terms) = terms {
            let value = terms.to_string();
            assert_eq!(value, format!("{sign}{}", text.trim()));
            assert_eq!(value.split(',').count(), 1);
            assert_eq!(value.strip_prefix('-').is_some(), sign == "-");
        }
    }
});
