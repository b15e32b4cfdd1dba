//! How many tests passed and failed, from the lines that cargo's test harness and vitest print.

/// Tests that ended one way or the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    /// Adds what one line tells; most tell nothing.
    pub(crate) fn add_line(&mut self, line: &str) {
        let line = without_escapes(line);
        let line = line.trim();
        let told = if let Some(rest) = line.strip_prefix("test result: ") {
            // "ok. 9 passed; 0 failed; 1 ignored; …": the word before the first figure is the verdict.
            rest.split_once(". ").map(|(_, figures)| read(figures, ';'))
        } else {
            // vitest: "Tests  1 failed | 12 passed (13)"; "Test Files" counts files, not tests.
            line.strip_prefix("Tests ")
                .map(|figures| read(figures, '|'))
        };
        if let Some(told) = told {
            self.passed += told.passed;
            self.failed += told.failed;
        }
    }
}

fn read(figures: &str, separator: char) -> Count {
    let figure = |name: &str| {
        figures
            .split(separator)
            .filter_map(|part| {
                let mut words = part.split_whitespace();
                let number: u64 = words.next()?.parse().ok()?;
                (words.next()? == name).then_some(number)
            })
            .sum()
    };
    Count {
        passed: figure("passed"),
        failed: figure("failed"),
    }
}

/// The line without terminal escape sequences (`ESC [ … letter`).
fn without_escapes(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(letter);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted() {
        for (line, passed, failed) in [
            (
                "test result: ok. 9 passed; 0 failed; 2 ignored; 0 measured; 1 filtered out; finished in 0.01s",
                9,
                0,
            ),
            (
                "test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
                7,
                2,
            ),
            (
                "test result: \u{1b}[32mok\u{1b}[0m. 3 passed; 0 failed; 0 ignored",
                3,
                0,
            ),
            ("      Tests  12 passed (12)", 12, 0),
            ("      Tests  1 failed | 12 passed | 3 skipped (16)", 12, 1),
            (
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m4 passed\u{1b}[39m\u{1b}[22m (4)",
                4,
                0,
            ),
            (" Test Files  2 failed | 1 passed (3)", 0, 0),
            ("test a::b ... ok", 0, 0),
            ("Tests are good", 0, 0),
            ("", 0, 0),
        ] {
            let mut count = Count::default();
            count.add_line(line);
            assert_eq!(count, Count { passed, failed }, "{line}");
        }
    }
}
