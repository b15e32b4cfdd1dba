//! How wide columns of text begin, by their heading.

/// Headings whose columns are wider or narrower than most, in CSS pixels.
const WIDTHS: &[(&str, u16)] = &[
    ("annotations", 240),
    ("bound", 72),
    ("capacity", 88),
    ("class", 120),
    ("cluster-ip", 120),
    ("containers", 170),
    ("description", 300),
    ("holder", 240),
    ("hosts", 220),
    ("images", 280),
    ("labels", 240),
    ("message", 320),
    ("role", 220),
    ("selector", 220),
    ("status", 120),
    ("suspend", 84),
];
/// The first column: most often the name.
const FIRST: u16 = 260;
const USUAL: u16 = 130;

/// The width a column of text begins with.
pub(crate) fn width(title: &str, first: bool) -> u16 {
    if first {
        return FIRST;
    }
    WIDTHS
        .iter()
        .find(|(heading, _)| title.eq_ignore_ascii_case(heading))
        .map_or(USUAL, |(_, width)| *width)
}
