//! Names made to look like others: letters of several scripts, or a host name in its ASCII disguise.

/// Scripts whose letters are easily taken for another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Cherokee,
    /// Letters that only exist to look like plain ones: full width, mathematical, letter-like.
    Styled,
}

impl Script {
    fn of(c: char) -> Option<Self> {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
                Some(Self::Latin)
            }
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(Self::Greek),
            '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{2de0}'..='\u{2dff}' => {
                Some(Self::Cyrillic)
            }
            '\u{530}'..='\u{58f}' => Some(Self::Armenian),
            '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => Some(Self::Cherokee),
            '\u{2100}'..='\u{214f}' | '\u{ff00}'..='\u{ff5e}' | '\u{1d400}'..='\u{1d7ff}' => {
                Some(Self::Styled)
            }
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Latin => "Latin",
            Self::Greek => "Greek",
            Self::Cyrillic => "Cyrillic",
            Self::Armenian => "Armenian",
            Self::Cherokee => "Cherokee",
            Self::Styled => "styled",
        }
    }
}

/// How a name could be taken for another, as the end of a sentence about it.
pub(super) fn lookalike(name: &str) -> Option<String> {
    let mut found: Vec<Script> = Vec::new();
    for script in name.chars().filter_map(Script::of) {
        if !found.contains(&script) {
            found.push(script);
        }
    }
    match found.as_slice() {
        []
        | [
            Script::Latin | Script::Greek | Script::Cyrillic | Script::Armenian | Script::Cherokee,
        ] => None,
        [Script::Styled] => {
            Some("is made of styled letters that only look like plain ones".to_owned())
        }
        several => {
            let words: Vec<&str> = several.iter().map(|script| script.word()).collect();
            Some(format!("mixes {} letters", words.join(" with ")))
        }
    }
}

/// Whether a host name has a label that stands for letters beyond ASCII.
pub(super) fn is_punycode(host: &str) -> bool {
    host.to_ascii_lowercase()
        .split('.')
        .any(|label| label.starts_with("xn--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_several_scripts() {
        for name in ["prоd", "Αdmin", "ｐrod", "𝐩𝐫𝐨𝐝", "Ꭺdmin"] {
            assert!(lookalike(name).is_some(), "{name}");
        }
        for name in ["prod-1", "прод-1", "naïve", "日本prod", "прод", "42"] {
            assert_eq!(lookalike(name), None, "{name}");
        }
        assert!(is_punycode("a.XN--80ak6aa92e.com") && !is_punycode("xn.example"));
    }
}
