//! Rows as delimited text, for spreadsheets.

/// What stands between cells, and what ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// RFC 4180: commas, lines end with CRLF.
    Comma,
    /// Tabs, lines end with LF, as spreadsheets paste it.
    Tab,
}

impl Delimiter {
    fn of(self) -> (char, &'static str) {
        match self {
            Self::Comma => (',', "\r\n"),
            Self::Tab => ('\t', "\n"),
        }
    }
}

/// Appends one line. A cell with a delimiter, a quote, a line break or blanks at its ends is
/// quoted, its quotes doubled. So is a cell that a spreadsheet would take for a formula: its text
/// is kept as it is, and quoting tells that it is text to those that heed it.
pub fn write_line<'a>(
    cells: impl IntoIterator<Item = &'a str>,
    delimiter: Delimiter,
    out: &mut String,
) {
    let (between, end) = delimiter.of();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(between);
        }
        let quoted = cell.contains([between, '"', '\n', '\r'])
            || cell.starts_with(['=', '+', '-', '@', ' '])
            || cell.ends_with(' ');
        if quoted {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        for (cells, comma, tab) in [
            (vec!["a", "b c", ""], "a,b c,\r\n", "a\tb c\t\n"),
            (vec!["a,b"], "\"a,b\"\r\n", "a,b\n"),
            (vec!["a\tb"], "a\tb\r\n", "\"a\tb\"\n"),
            (
                vec!["say \"hi\""],
                "\"say \"\"hi\"\"\"\r\n",
                "\"say \"\"hi\"\"\"\n",
            ),
            (vec!["a\nb", "x"], "\"a\nb\",x\r\n", "\"a\nb\"\tx\n"),
            (
                vec!["=1+1", "-", "@a", "+2"],
                "\"=1+1\",\"-\",\"@a\",\"+2\"\r\n",
                "\"=1+1\"\t\"-\"\t\"@a\"\t\"+2\"\n",
            ),
            (vec![" a", "b "], "\" a\",\"b \"\r\n", "\" a\"\t\"b \"\n"),
        ] {
            for (delimiter, wanted) in [(Delimiter::Comma, comma), (Delimiter::Tab, tab)] {
                let mut out = String::new();
                write_line(cells.iter().copied(), delimiter, &mut out);
                assert_eq!(out, wanted, "{cells:?} {delimiter:?}");
            }
        }
    }
}
