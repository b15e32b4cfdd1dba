//! Time series behind a graph: values that hold until the next one, where time was seen.

use std::collections::VecDeque;

/// First bytes of an encoded window.
pub(crate) const MAGIC: [u8; 4] = *b"SGR1";

/// Points that remain of a pixel column at most.
const PER_COLUMN: usize = 4;

/// The lanes of one graph, each a step function, with the time in which they were watched.
///
/// A value holds until the next point, also over time not seen: who comes back after a gap
/// pushes what every lane is by then (NaN for a lane that has no value) and marks time seen
/// from there on. Time not seen is drawn empty.
#[derive(Debug)]
pub(crate) struct SeriesSet {
    lanes: Vec<(String, Series)>,
    seen: Intervals,
    cap: usize,
}

/// One lane.
#[derive(Debug, Default)]
struct Series {
    /// By time, one point a millisecond at most; of a run of equal values its ends are kept.
    points: VecDeque<(i64, f64)>,
    /// Time known for this lane alone, as told by history.
    seen: Intervals,
}

/// Closed intervals of Unix ms, apart and in order.
#[derive(Clone, Debug, Default)]
struct Intervals(VecDeque<(i64, i64)>);

impl SeriesSet {
    /// No lanes yet. Each keeps at most `cap` points (at least 2), the newest, and as many
    /// intervals of seen time.
    pub(crate) fn new(cap: usize) -> Self {
        Self {
            lanes: Vec::new(),
            seen: Intervals::default(),
            cap: cap.max(2),
        }
    }

    /// From `at_ms` (Unix ms) on, `lane` has `value`; NaN for none. Points may come out of
    /// order; of two at the same time the later push counts.
    pub(crate) fn push(&mut self, lane: &str, at_ms: i64, value: f64) {
        let cap = self.cap;
        self.lane_mut(lane).push(at_ms, value, cap);
    }

    /// `lane` is these points, in order of time, and nothing else.
    pub(crate) fn replace(&mut self, lane: &str, points: &[(i64, f64)]) {
        let cap = self.cap;
        let lane = self.lane_mut(lane);
        lane.points.clear();
        for (at_ms, value) in points {
            lane.push(*at_ms, *value, cap);
        }
    }

    /// Where any of `lanes` changes in `from_ms..=to_ms`, with the value of each from there on; NaN for none.
    pub(crate) fn changes(&self, from_ms: i64, to_ms: i64, lanes: &[&str]) -> Vec<(i64, Vec<f64>)> {
        if from_ms >= to_ms {
            return Vec::new();
        }
        let steps: Vec<_> = lanes
            .iter()
            .map(|lane| self.steps(lane, from_ms, to_ms))
            .collect();
        let mut times: Vec<i64> = steps.iter().flatten().map(|(at, _)| *at).collect();
        times.sort_unstable();
        times.dedup();
        let values = |at: i64| steps.iter().map(|steps| held(steps, at)).collect();
        times.into_iter().map(|at| (at, values(at))).collect()
    }

    /// Every lane was watched in `from_ms..=to_ms`.
    pub(crate) fn mark_seen(&mut self, from_ms: i64, to_ms: i64) {
        self.seen.add(from_ms, to_ms, self.cap);
    }

    /// `lane` alone is known in `from_ms..=to_ms`, as by events from before the graph opened.
    pub(crate) fn mark_lane_seen(&mut self, lane: &str, from_ms: i64, to_ms: i64) {
        let cap = self.cap;
        self.lane_mut(lane).seen.add(from_ms, to_ms, cap);
    }

    /// Names of the lanes, in the order of their first mention.
    #[cfg(test)]
    pub(crate) fn lanes(&self) -> impl Iterator<Item = &str> {
        self.lanes.iter().map(|(name, _)| name.as_str())
    }

    /// The time in which every lane was watched: closed intervals of Unix ms, in order.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (i64, i64)> {
        self.seen.0.iter().copied()
    }

    /// The value of `lane` at `at_ms`: none before its first point, in time not seen, or where
    /// NaN was pushed.
    #[cfg(test)]
    pub(crate) fn value_at(&self, lane: &str, at_ms: i64) -> Option<f64> {
        let steps = self.steps(lane, at_ms, at_ms);
        steps
            .last()
            .map(|(_, value)| *value)
            .filter(|value| !value.is_nan())
    }

    /// The window `from_ms..=to_ms` of `lanes`, for a graph `width_px` wide.
    ///
    /// Little-endian: `SGR1`, then as u32 the number of series k, of points n, and 0; then n f64
    /// of Unix time in seconds, then k times n f64 of values in the order of `lanes`; NaN is a
    /// gap. A value holds until the next x. Points stand only where a lane changes or a gap
    /// begins or ends, and at the window's edges. A pixel column with more than four is reduced to its value on
    /// entry, its extremes in their order, and its value on exit. A window without extent has no points.
    pub(crate) fn encode(
        &self,
        from_ms: i64,
        to_ms: i64,
        width_px: u32,
        lanes: &[&str],
    ) -> Vec<u8> {
        let (xs, values) = if from_ms < to_ms {
            let steps: Vec<_> = lanes
                .iter()
                .map(|lane| self.steps(lane, from_ms, to_ms))
                .collect();
            Columns {
                from_ms,
                to_ms,
                count: width_px.max(1),
            }
            .align(&steps)
        } else {
            (Vec::new(), vec![Vec::new(); lanes.len()])
        };
        let mut out = Vec::with_capacity(16 + 8 * xs.len() * (1 + lanes.len()));
        out.extend(MAGIC);
        for count in [lanes.len(), xs.len(), 0] {
            out.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
        }
        out.extend(xs.iter().flat_map(|ms| (*ms as f64 / 1000.0).to_le_bytes()));
        out.extend(
            values
                .iter()
                .flatten()
                .flat_map(|value| value.to_le_bytes()),
        );
        out
    }

    fn lane_mut(&mut self, lane: &str) -> &mut Series {
        let at = self
            .lanes
            .iter()
            .position(|(name, _)| name == lane)
            .unwrap_or_else(|| {
                self.lanes.push((lane.to_owned(), Series::default()));
                self.lanes.len() - 1
            });
        &mut self.lanes[at].1
    }

    /// The lane as a function on the window: where it changes and to what, beginning with its
    /// value at `from_ms`. A lane nobody pushed is one gap.
    fn steps(&self, lane: &str, from_ms: i64, to_ms: i64) -> Vec<(i64, f64)> {
        let nothing = Series::default();
        let series = self
            .lanes
            .iter()
            .find(|(name, _)| name == lane)
            .map_or(&nothing, |(_, series)| series);
        let mut steps = vec![(from_ms, f64::NAN)];
        let mut set = |at: i64, value: f64| {
            let last = steps.last_mut().expect("begins with one step");
            if last.0 == at {
                last.1 = value;
            } else if !same(last.1, value) {
                steps.push((at, value));
            }
        };
        for (start, end) in self.seen.union(&series.seen).within(from_ms, to_ms) {
            let mut next = series.points.partition_point(|(at, _)| *at <= start);
            set(
                start,
                next.checked_sub(1)
                    .map_or(f64::NAN, |held| series.points[held].1),
            );
            while let Some((at, value)) = series.points.get(next).filter(|(at, _)| *at <= end) {
                set(*at, *value);
                next += 1;
            }
            if end < to_ms {
                set(end + 1, f64::NAN);
            }
        }
        steps
    }
}

impl Series {
    fn push(&mut self, at_ms: i64, value: f64, cap: usize) {
        let at = self.points.partition_point(|(at, _)| *at < at_ms);
        match self.points.get_mut(at) {
            Some(point) if point.0 == at_ms => point.1 = value,
            _ => self.points.insert(at, (at_ms, value)),
        }
        // From the back: removing one must not move the others still to be looked at.
        for middle in [at + 1, at, at.saturating_sub(1)] {
            let value = |n: usize| self.points.get(n).map(|point| point.1);
            if let (Some(before), Some(this), Some(after)) = (
                middle.checked_sub(1).and_then(value),
                value(middle),
                value(middle + 1),
            ) && same(before, this)
                && same(this, after)
            {
                self.points.remove(middle);
            }
        }
        while self.points.len() > cap {
            self.points.pop_front();
        }
    }
}

impl Intervals {
    /// Adds `from..=to`, joined with what it touches. An interval that ends before it begins is none.
    fn add(&mut self, from: i64, to: i64, cap: usize) {
        if from > to {
            return;
        }
        let first = self
            .0
            .partition_point(|(_, end)| end.saturating_add(1) < from);
        let behind = self
            .0
            .partition_point(|(start, _)| *start <= to.saturating_add(1));
        let joined = self
            .0
            .drain(first..behind.max(first))
            .fold((from, to), |(from, to), (start, end)| {
                (from.min(start), to.max(end))
            });
        self.0.insert(first, joined);
        while self.0.len() > cap {
            self.0.pop_front();
        }
    }

    fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (from, to) in &other.0 {
            all.add(*from, *to, usize::MAX);
        }
        all
    }

    fn within(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> {
        let cut = self
            .0
            .iter()
            .map(move |(start, end)| (*start.max(&from), *end.min(&to)));
        cut.filter(|(start, end)| start <= end)
    }
}

/// The pixel columns of a window.
struct Columns {
    from_ms: i64,
    to_ms: i64,
    count: u32,
}

impl Columns {
    /// One x axis for all lanes, and each lane's values on it.
    fn align(&self, lanes: &[Vec<(i64, f64)>]) -> (Vec<i64>, Vec<Vec<f64>>) {
        // Before a gap the held value is set once more where it ends: a gap in the drawing
        // reaches from the last point that has a value.
        let ends = |pair: &[(i64, f64)]| (pair[1].1.is_nan()).then_some(pair[1].0 - 1);
        let mut changes: Vec<i64> = lanes
            .iter()
            .flat_map(|steps| {
                steps
                    .iter()
                    .map(|(at, _)| *at)
                    .chain(steps.windows(2).filter_map(ends))
            })
            .chain([self.from_ms, self.to_ms])
            .collect();
        changes.sort_unstable();
        changes.dedup();

        let mut xs = Vec::new();
        let mut values = vec![Vec::new(); lanes.len()];
        let mut rest = changes.as_slice();
        while let Some(first) = rest.first() {
            let column = self.column(*first);
            let (here, after) = rest.split_at(rest.partition_point(|x| self.column(*x) == column));
            rest = after;
            if here.len() <= PER_COLUMN {
                xs.extend(here);
                for (steps, values) in lanes.iter().zip(&mut values) {
                    values.extend(here.iter().map(|x| held(steps, *x)));
                }
            } else {
                let (start, end) = (self.start(column), self.start(column + 1));
                xs.extend((0..4).map(|n| start + (end - start) * n / 4));
                for (steps, values) in lanes.iter().zip(&mut values) {
                    values.extend(reduce(steps, start, end - 1));
                }
            }
        }
        (xs, values)
    }

    fn span(&self) -> i128 {
        i128::from(self.to_ms) - i128::from(self.from_ms) + 1
    }

    /// The column in which `at` lies.
    fn column(&self, at: i64) -> i128 {
        (i128::from(at) - i128::from(self.from_ms)) * i128::from(self.count) / self.span()
    }

    /// The first millisecond of `column`.
    fn start(&self, column: i128) -> i64 {
        let offset = (column * self.span() + i128::from(self.count) - 1) / i128::from(self.count);
        i64::try_from(i128::from(self.from_ms) + offset).unwrap_or(i64::MAX)
    }
}

/// The value of `steps` at `at`, which is not before the first of them.
fn held(steps: &[(i64, f64)], at: i64) -> f64 {
    steps[steps.partition_point(|(start, _)| *start <= at) - 1].1
}

/// What `steps` does in `start..=end`: value on entry, the extremes as they come, value on
/// exit. A gap within counts where there are no two extremes to show.
fn reduce(steps: &[(i64, f64)], start: i64, end: i64) -> [f64; 4] {
    let first = steps.partition_point(|(at, _)| *at <= start) - 1;
    let behind = steps.partition_point(|(at, _)| *at <= end);
    let inside = &steps[first..behind];
    let mut extremes: Option<[(usize, f64); 2]> = None;
    for (n, (_, value)) in inside
        .iter()
        .enumerate()
        .filter(|(_, (_, value))| !value.is_nan())
    {
        let [low, high] = extremes.get_or_insert([(n, *value); 2]);
        if *value < low.1 {
            *low = (n, *value);
        }
        if *value > high.1 {
            *high = (n, *value);
        }
    }
    let gap = inside.iter().any(|(_, value)| value.is_nan());
    let [a, b] = match extremes {
        None => [f64::NAN; 2],
        Some([low, high]) if low.0 == high.0 && gap => [low.1, f64::NAN],
        Some([low, high]) if low.0 <= high.0 => [low.1, high.1],
        Some([low, high]) => [high.1, low.1],
    };
    [inside[0].1, a, b, inside[inside.len() - 1].1]
}

/// Equal, where NaN equals NaN.
#[allow(clippy::float_cmp)]
fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp)]
    use super::*;

    const GAP: f64 = f64::NAN;

    /// Reads an encoded window back: xs in ms, then the lanes.
    fn decode(bytes: &[u8]) -> (Vec<f64>, Vec<Vec<f64>>) {
        assert_eq!(&bytes[..4], b"SGR1");
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let (k, n) = (word(4), word(8));
        assert_eq!(word(12), 0);
        assert_eq!(bytes.len(), 16 + 8 * n * (k + 1));
        let all: Vec<f64> = bytes[16..]
            .chunks_exact(8)
            .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
            .collect();
        let lanes = (1..=k)
            .map(|lane| all[lane * n..(lane + 1) * n].to_vec())
            .collect();
        (
            all[..n].iter().map(|s| (s * 1000.0).round()).collect(),
            lanes,
        )
    }

    fn one(seen: &[(i64, i64)], points: &[(i64, f64)], from: i64, to: i64) -> Vec<(i64, f64)> {
        let mut set = SeriesSet::new(100);
        for (at, value) in points {
            set.push("a", *at, *value);
        }
        for (from, to) in seen {
            set.mark_seen(*from, *to);
        }
        let (xs, lanes) = decode(&set.encode(from, to, 1000, &["a"]));
        #[allow(clippy::cast_possible_truncation)]
        xs.iter().map(|x| *x as i64).zip(lanes[0].clone()).collect()
    }

    fn assert_same(got: &[(i64, f64)], expected: &[(i64, f64)], what: &str) {
        // Debug prints NaN alike, and comparing it finds NaN unlike.
        assert_eq!(format!("{got:?}"), format!("{expected:?}"), "{what}");
    }

    type Case<'a> = (
        &'a str,
        &'a [(i64, i64)],
        &'a [(i64, f64)],
        (i64, i64),
        &'a [(i64, f64)],
    );

    #[test]
    #[allow(clippy::too_many_lines)] // one case is one line of thought
    fn windows() {
        let cases: [Case<'_>; 13] = [
            (
                "steps",
                &[(0, 100)],
                &[(0, 1.0), (50, 2.0)],
                (0, 100),
                &[(0, 1.0), (50, 2.0), (100, 2.0)],
            ),
            (
                "held into the window",
                &[(0, 100)],
                &[(0, 1.0)],
                (40, 60),
                &[(40, 1.0), (60, 1.0)],
            ),
            (
                "before the first point",
                &[(0, 100)],
                &[(50, 1.0)],
                (0, 100),
                &[(0, GAP), (50, 1.0), (100, 1.0)],
            ),
            (
                "nothing seen",
                &[],
                &[(50, 1.0)],
                (0, 100),
                &[(0, GAP), (100, GAP)],
            ),
            (
                "window before the data",
                &[(50, 90)],
                &[(50, 1.0)],
                (0, 40),
                &[(0, GAP), (40, GAP)],
            ),
            (
                "window after the data",
                &[(50, 90)],
                &[(50, 1.0)],
                (91, 99),
                &[(91, GAP), (99, GAP)],
            ),
            (
                "ends with what was seen",
                &[(0, 60)],
                &[(0, 1.0)],
                (0, 100),
                &[(0, 1.0), (60, 1.0), (61, GAP), (100, GAP)],
            ),
            (
                "a gap",
                &[(0, 20), (60, 100)],
                &[(0, 1.0), (60, 3.0), (80, 4.0)],
                (0, 100),
                &[
                    (0, 1.0),
                    (20, 1.0),
                    (21, GAP),
                    (60, 3.0),
                    (80, 4.0),
                    (100, 4.0),
                ],
            ),
            (
                "unchanged behind a gap",
                &[(0, 20), (60, 100)],
                &[(0, 1.0), (60, 1.0)],
                (0, 100),
                &[(0, 1.0), (20, 1.0), (21, GAP), (60, 1.0), (100, 1.0)],
            ),
            (
                "a change not seen",
                &[(0, 20), (60, 100)],
                &[(0, 1.0), (40, 2.0)],
                (0, 100),
                &[(0, 1.0), (20, 1.0), (21, GAP), (60, 2.0), (100, 2.0)],
            ),
            (
                "touching intervals are no gap",
                &[(0, 20), (21, 50), (45, 100)],
                &[(0, 1.0)],
                (0, 100),
                &[(0, 1.0), (100, 1.0)],
            ),
            (
                "out of order, and the same time twice",
                &[(0, 100)],
                &[(50, 2.0), (0, 1.0), (70, 3.0), (60, 9.0), (60, 5.0)],
                (0, 100),
                &[(0, 1.0), (50, 2.0), (60, 5.0), (70, 3.0), (100, 3.0)],
            ),
            (
                "a lane that ends",
                &[(0, 100)],
                &[(0, 1.0), (30, GAP)],
                (0, 100),
                &[(0, 1.0), (29, 1.0), (30, GAP), (100, GAP)],
            ),
        ];
        for (what, seen, points, (from, to), expected) in cases {
            assert_same(&one(seen, points, from, to), expected, what);
        }
    }

    #[test]
    fn lanes_share_one_axis() {
        let mut set = SeriesSet::new(10);
        set.push("ready", 0, 1.0);
        set.push("desired", 0, 1.0);
        set.push("desired", 10, 4.0);
        set.push("ready", 20, 4.0);
        set.mark_seen(0, 30);
        set.mark_lane_seen("desired", -20, 0);
        set.push("desired", -15, 2.0);
        let (xs, lanes) = decode(&set.encode(-20, 30, 800, &["desired", "ready", "none"]));
        assert_eq!(xs, [-20.0, -15.0, 0.0, 10.0, 20.0, 30.0]);
        let text = format!("{lanes:?}");
        assert_eq!(
            text,
            "[[NaN, 2.0, 1.0, 4.0, 4.0, 4.0], [NaN, NaN, 1.0, 1.0, 4.0, 4.0], \
            [NaN, NaN, NaN, NaN, NaN, NaN]]"
        );
        assert_eq!(set.lanes().collect::<Vec<_>>(), ["ready", "desired"]);
        assert_eq!(set.value_at("desired", 15), Some(4.0));
        assert_eq!(set.value_at("desired", -16), None);
        assert_eq!(set.value_at("ready", 31), None);
        assert_eq!(set.seen().collect::<Vec<_>>(), [(0, 30)]);
    }

    #[test]
    fn windows_without_extent() {
        let mut set = SeriesSet::new(10);
        set.push("a", 0, 1.0);
        set.mark_seen(i64::MIN, i64::MAX);
        for (from, to, width) in [(5, 5, 100), (9, 5, 100), (i64::MAX, i64::MIN, 0)] {
            assert_eq!(
                decode(&set.encode(from, to, width, &["a"])),
                (vec![], vec![vec![]])
            );
        }
        for (from, to, width) in [(i64::MIN, i64::MAX, 100), (0, 5, 0), (0, 5, u32::MAX)] {
            let (xs, lanes) = decode(&set.encode(from, to, width, &["a"]));
            assert_eq!(
                (xs.len(), lanes[0].last()),
                (if from < 0 { 3 } else { 2 }, Some(&1.0))
            );
        }
    }

    #[test]
    fn equal_values_keep_their_ends() {
        let mut set = SeriesSet::new(1000);
        for at in 0..500 {
            set.push("a", at, 3.0);
        }
        set.push("a", 500, 4.0);
        for at in [250, 750, 600] {
            set.push("a", at, if at < 500 { 3.0 } else { 4.0 });
        }
        let kept: Vec<_> = set.lanes[0].1.points.iter().copied().collect();
        assert_eq!(kept, [(0, 3.0), (499, 3.0), (500, 4.0), (750, 4.0)]);
        set.push("a", 100, 9.0);
        assert_eq!(set.lanes[0].1.points.len(), 5);
        assert_eq!(
            set.lanes[0].1.points[2],
            (499, 3.0),
            "what was observed comes back"
        );
    }

    #[test]
    fn memory_is_bounded() {
        let mut set = SeriesSet::new(50);
        for n in 0..10_000 {
            set.push("a", n * 10, (n % 7) as f64);
            set.mark_seen(n * 10, n * 10 + 3);
        }
        set.push("a", -5, 1.0);
        let points = &set.lanes[0].1.points;
        assert_eq!((points.len(), set.seen.0.len()), (50, 50));
        assert_eq!((points[0].0, points[49].0), (99_500, 99_990));
    }

    #[test]
    fn downsampling_keeps_extremes_and_gaps() {
        let mut set = SeriesSet::new(1_000_000);
        let (mut low, mut high) = (Vec::new(), Vec::new());
        // 100 columns of 1,000 points; each with one spike either way at changing places.
        for column in 0..100_i64 {
            for n in 0..1000 {
                let value = match n {
                    _ if n == 100 + column * 7 => 1000.0 + column as f64,
                    _ if n == 900 - column * 8 => -1000.0 - column as f64,
                    _ => (n % 5) as f64,
                };
                set.push("a", column * 1000 + n, value);
            }
            low.push(-1000.0 - column as f64);
            high.push(1000.0 + column as f64);
        }
        set.push("b", 0, 7.0);
        set.mark_seen(0, 39_999);
        set.mark_seen(60_000, 99_999);
        let (xs, lanes) = decode(&set.encode(0, 99_999, 100, &["a", "b"]));
        assert!(xs.len() <= 100 * PER_COLUMN, "{}", xs.len());
        assert!(xs.is_sorted_by(|a, b| a < b), "one x, one point");
        for column in (0..40).chain(60..100) {
            let here: Vec<f64> = xs
                .iter()
                .zip(&lanes[0])
                .filter(|(x, _)| (**x / 1000.0).floor() == f64::from(column))
                .map(|(_, value)| *value)
                .collect();
            let extreme = |f: fn(f64, f64) -> f64| here.iter().copied().reduce(f).unwrap();
            let n = usize::try_from(column).unwrap();
            assert_eq!(
                (extreme(f64::min), extreme(f64::max)),
                (low[n], high[n]),
                "column {column}"
            );
        }
        for (x, (a, b)) in xs.iter().zip(lanes[0].iter().zip(&lanes[1])) {
            let seen = !(40_000.0..60_000.0).contains(x);
            assert_eq!((!a.is_nan(), !b.is_nan()), (seen, seen), "at {x}");
            assert!(!seen || *b == 7.0);
        }
    }

    #[test]
    fn a_column_reduced() {
        type Steps<'a> = &'a [(i64, f64)];
        let cases: [(Steps<'_>, [f64; 4]); 5] = [
            (
                &[(0, 1.0), (10, 9.0), (20, 3.0), (30, 2.0)],
                [1.0, 1.0, 9.0, 2.0],
            ),
            (
                &[(0, 5.0), (10, 9.0), (20, 3.0), (30, 4.0)],
                [5.0, 9.0, 3.0, 4.0],
            ),
            (&[(0, 5.0), (10, GAP), (20, 5.0)], [5.0, 5.0, GAP, 5.0]),
            (&[(0, GAP), (10, 5.0), (20, GAP)], [GAP, 5.0, GAP, GAP]),
            (&[(0, GAP)], [GAP; 4]),
        ];
        for (steps, expected) in cases {
            assert_eq!(
                format!("{:?}", reduce(steps, 0, 99)),
                format!("{expected:?}"),
                "{steps:?}"
            );
        }
    }
}
