//! Quantities in the words of `kubectl top`.

pub use scaling::quantity::{Format, Quantity};

/// CPU as `kubectl top` prints it: millicores, rounded up.
pub fn cpu_text(nano: i64) -> String {
    format!(
        "{}m",
        Quantity::from_nano(nano.into(), Format::DecimalSi).milli_value()
    )
}

/// Memory as `kubectl top` prints it: whole mebibytes, rounded down.
pub fn memory_text(bytes: i64) -> String {
    format!("{}Mi", bytes / (1024 * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_cells() {
        assert_eq!(cpu_text(249_000_001), "250m");
        assert_eq!(cpu_text(0), "0m");
        assert_eq!(memory_text(134_217_727), "127Mi");
    }
}
