//! The replicas of the last hour, in a few characters.

use std::collections::VecDeque;

/// Characters; each stands for this many minutes.
const CHARACTERS: i64 = 20;
const MINUTES: i64 = 3;
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The most replicas of each span, by its number since 1970; what was not seen is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spark {
    spans: VecDeque<(i64, i32)>,
}

fn span(at_ms: i64) -> i64 {
    at_ms.div_euclid(MINUTES * 60_000)
}

impl Spark {
    /// So many replicas are there.
    pub(crate) fn note(&mut self, at_ms: i64, replicas: i32) {
        let span = span(at_ms);
        match self.spans.back_mut() {
            Some((last, most)) if *last == span => *most = (*most).max(replicas),
            // A clock that was put back, or another instant of the demo's day.
            Some((last, _)) if *last > span => self.spans = [(span, replicas)].into(),
            Some(_) | None => self.spans.push_back((span, replicas)),
        }
        while self
            .spans
            .front()
            .is_some_and(|(first, _)| first + CHARACTERS <= span)
        {
            self.spans.pop_front();
        }
    }

    /// What was there last still is.
    pub(crate) fn stay(&mut self, at_ms: i64) {
        if let Some((_, replicas)) = self.spans.back().copied() {
            self.note(at_ms, replicas);
        }
    }

    /// Whether there is nothing of it now, as far as was seen.
    pub(crate) fn is_at_zero(&self) -> bool {
        self.spans.back().is_some_and(|(_, now)| *now == 0)
    }

    /// How often the replicas differ from one span to the next.
    pub(crate) fn steps(&self) -> u32 {
        let pairs = self.spans.iter().zip(self.spans.iter().skip(1));
        let steps = pairs
            .filter(|((_, before), (_, after))| before != after)
            .count();
        u32::try_from(steps).unwrap_or(u32::MAX)
    }

    /// The hour up to a moment, from the least replicas seen in it to the most; a space is a time that was not seen.
    pub(crate) fn text(&self, now_ms: i64) -> String {
        let seen = self.spans.iter().map(|(_, replicas)| *replicas);
        let (Some(least), Some(most)) = (seen.clone().min(), seen.max()) else {
            return String::new();
        };
        let present = span(now_ms);
        let of = |number: i64| self.spans.iter().find(|(span, _)| *span == number);
        let all = (present + 1 - CHARACTERS..=present).map(|number| match of(number) {
            Some((_, replicas)) => step(*replicas, least, most),
            None => ' ',
        });
        all.collect()
    }
}

/// One that never changed stands low; nobody takes it for growth.
fn step(replicas: i32, least: i32, most: i32) -> char {
    let reach = i64::from(most) - i64::from(least);
    if reach == 0 {
        return STEPS[1];
    }
    let above = i64::from(replicas) - i64::from(least);
    let index = usize::try_from(above * 7 / reach).unwrap_or(0);
    STEPS[index.min(7)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: i64 = MINUTES * 60_000;

    #[test]
    fn an_hour_is_drawn_from_least_to_most() {
        let mut spark = Spark::default();
        assert_eq!(spark.text(0), "");
        for (at, replicas) in [(100, 2), (100, 4), (101, 3), (103, 9)] {
            spark.note(at * SPAN + 5, replicas);
        }
        let text = spark.text(103 * SPAN + 9);
        assert_eq!(text.chars().count(), 20);
        assert!(text.ends_with("▂▁ █"), "{text}");
        // An hour later nothing of it is left to be seen.
        spark.note(123 * SPAN, 5);
        assert!(spark.text(123 * SPAN).ends_with(" ▂"));
    }

    #[test]
    fn a_clock_put_back_begins_anew() {
        let mut spark = Spark::default();
        spark.note(100 * SPAN, 2);
        spark.note(50 * SPAN, 3);
        assert_eq!(spark.text(50 * SPAN).trim(), "▂");
    }
}
