//! Words as a page of text.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use scaling::words::{Clock, Words};

/// Snapshots without the text of the test in their head.
pub(crate) fn plainly() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.bind_to_scope()
}

/// A clock in UTC.
pub(crate) fn clock(now: Timestamp) -> Clock {
    Clock::new(TimeZone::UTC, now)
}

/// Situations one below the other.
#[derive(Default)]
pub(crate) struct Page(pub(crate) String);

impl Page {
    /// Adds a situation.
    pub(crate) fn add(&mut self, title: &str, words: &Words) {
        self.line(&format!("## {title}"));
        self.line(&words.headline);
        for sentence in &words.why {
            self.line(&format!("  {sentence}"));
        }
        for metric in &words.metrics {
            let decides = if metric.decides { " (decides)" } else { "" };
            self.line(&format!("  ◆ {}{decides}: {}", metric.name, metric.result));
            self.notes(&metric.note, &metric.arithmetic);
        }
        for rule in &words.rules {
            self.line(&format!(
                "  ● {}: {} → {}",
                rule.name, rule.before, rule.after
            ));
            self.notes(&rule.note, &rule.arithmetic);
        }
        self.line(&format!("  {}", words.next));
        self.line("");
    }

    fn notes(&mut self, note: &str, arithmetic: &[String]) {
        if !note.is_empty() {
            self.line(&format!("      ({note})"));
        }
        for line in arithmetic {
            self.line(&format!("      {line}"));
        }
    }

    fn line(&mut self, text: &str) {
        writeln!(self.0, "{text}").unwrap();
    }
}
