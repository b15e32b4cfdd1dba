//! Values in order of time, each of which holds until the next.

use jiff::Timestamp;

/// Values in order of time.
#[derive(Clone, Debug)]
pub(crate) struct Line<T> {
    points: Vec<(Timestamp, T)>,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self { points: Vec::new() }
    }
}

impl<T> Line<T> {
    /// Adds a value behind those of the same moment; `false` if it repeats one of them.
    pub(crate) fn add(&mut self, at: Timestamp, value: T) -> bool
    where
        T: PartialEq,
    {
        let index = self.up_to(at);
        let same = self.points[..index].iter().rev();
        let mut same = same.take_while(|(other, _)| *other == at);
        if same.any(|(_, other)| *other == value) {
            return false;
        }
        self.points.insert(index, (at, value));
        true
    }

    /// How many points lie at or before a moment. Most facts are the newest, so the end is looked at first.
    fn up_to(&self, at: Timestamp) -> usize {
        match self.points.last() {
            Some((last, _)) if *last > at => self.points.partition_point(|(other, _)| *other <= at),
            Some(_) | None => self.points.len(),
        }
    }

    /// What holds at a moment, with since when.
    pub(crate) fn at(&self, at: Timestamp) -> Option<&(Timestamp, T)> {
        self.points.get(self.up_to(at).checked_sub(1)?)
    }

    /// What held right before a moment, with since when.
    pub(crate) fn before(&self, at: Timestamp) -> Option<&(Timestamp, T)> {
        let index = self.points.partition_point(|(other, _)| *other < at);
        self.points.get(index.checked_sub(1)?)
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[(Timestamp, T)] {
        &self.points
    }

    /// Those after the first moment, up to and with the second.
    pub(crate) fn within(&self, after: Timestamp, to: Timestamp) -> &[(Timestamp, T)] {
        let first = self.points.partition_point(|(at, _)| *at <= after);
        let end = self.points.partition_point(|(at, _)| *at <= to);
        &self.points[first..end.max(first)]
    }

    /// Forgets what no longer held at a moment.
    pub(crate) fn forget_before(&mut self, at: Timestamp) {
        let kept = self.up_to(at).saturating_sub(1);
        self.points.drain(..kept);
    }
}
