//! Medians, percentiles and how figures are written.

use std::time::Duration;

/// The value below which `share` (0 to 1) of the values lie; 0 of none.
pub(crate) fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    // An index of a list that fits in memory.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let at = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or_default()
}

/// The middle one, of an even number the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        length if length % 2 == 1 => sorted[half],
        _ => f64::midpoint(sorted[half - 1], sorted[half]),
    }
}

/// `83 ms`, `1.42 s`.
pub(crate) fn time(seconds: f64) -> String {
    if seconds < 0.010 {
        format!("{:.1} ms", seconds * 1e3)
    } else if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

/// `3.2 MB`, decimal.
pub(crate) fn bytes(bytes: f64) -> String {
    if bytes.abs() < 1e6 {
        format!("{:.0} kB", bytes / 1e3)
    } else {
        format!("{:.1} MB", bytes / 1e6)
    }
}

/// Seconds of each.
pub(crate) fn seconds(durations: &[Duration]) -> Vec<f64> {
    durations.iter().map(Duration::as_secs_f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles_and_percentiles() {
        assert!((median(&[]) - 0.0).abs() < f64::EPSILON);
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        let hundred: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert!((percentile(&hundred, 0.95) - 95.0).abs() < f64::EPSILON);
        assert!((percentile(&[7.0], 0.95) - 7.0).abs() < f64::EPSILON);
    }

    #[test]
    fn words() {
        assert_eq!(time(0.0034), "3.4 ms");
        assert_eq!(time(0.0834), "83 ms");
        assert_eq!(time(1.418), "1.42 s");
        assert_eq!(bytes(51_500_000.0), "51.5 MB");
        assert_eq!(bytes(150_400.0), "150 kB");
    }
}
