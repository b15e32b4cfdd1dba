//! A graph's series, decoded from their bytes as the page decodes them.

/// Points of several lanes on one axis.
#[derive(Clone, Debug)]
pub struct Series {
    /// Unix seconds, ascending.
    pub at: Vec<f64>,
    /// Values of each lane; NaN where nothing was seen.
    pub lanes: Vec<Vec<f64>>,
}

impl Series {
    /// Reads the layout described in wire's module `graph`.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(word(0), 0x3152_4753, "magic");
        let (lanes, points) = (word(4), word(8));
        assert_eq!(
            bytes.len(),
            16 + 8 * points * (lanes + 1),
            "{lanes} lanes of {points} points"
        );
        let mut values = bytes[16..]
            .chunks_exact(8)
            .map(|b| f64::from_le_bytes(b.try_into().unwrap()));
        let mut take = || values.by_ref().take(points).collect::<Vec<f64>>();
        Self {
            at: take(),
            lanes: (0..lanes).map(|_| take()).collect(),
        }
    }

    /// The value of a lane at a time, which holds until the next point; NaN where nothing was seen.
    pub fn value(&self, lane: usize, at: f64) -> f64 {
        let next = self.at.partition_point(|x| *x <= at);
        if next == 0 {
            f64::NAN
        } else {
            self.lanes[lane][next - 1]
        }
    }

    /// The different values of a lane in their order, without what was not seen.
    #[allow(clippy::cast_possible_truncation)] // replicas and percentages
    pub fn steps(&self, lane: usize) -> Vec<i64> {
        let mut steps: Vec<i64> = self.lanes[lane]
            .iter()
            .filter(|v| !v.is_nan())
            .map(|v| *v as i64)
            .collect();
        steps.dedup();
        steps
    }
}
