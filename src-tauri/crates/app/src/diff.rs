//! What differs between two texts, line by line.

use std::time::{Duration, Instant};

use similar::{ChangeTag, TextDiff};
use wire::{DiffKind, DiffLine, HelmDiff};

/// Past it, what is left is told as wholly replaced: right, though not the shortest.
const PATIENCE: Duration = Duration::from_millis(500);
/// Lines told around a change.
const AROUND: usize = 3;
/// Most lines that are told.
const MOST: usize = 20_000;

/// From the first to the second.
pub(crate) fn lines(from: &str, to: &str) -> HelmDiff {
    let diff = TextDiff::configure()
        .deadline(Instant::now() + PATIENCE)
        .diff_lines(from, to);
    let (mut told, mut added, mut removed) = (Vec::new(), 0, 0);
    let number = |at: Option<usize>| at.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
    for (at, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if at > 0 {
            told.push(DiffLine {
                kind: DiffKind::Gap,
                old: None,
                new: None,
                text: String::new(),
            });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let kind = match change.tag() {
                ChangeTag::Equal => DiffKind::Same,
                ChangeTag::Insert => DiffKind::Added,
                ChangeTag::Delete => DiffKind::Removed,
            };
            added += u32::from(kind == DiffKind::Added);
            removed += u32::from(kind == DiffKind::Removed);
            told.push(DiffLine {
                kind,
                old: number(change.old_index()),
                new: number(change.new_index()),
                text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
            });
        }
    }
    let note = if told.len() > MOST {
        format!("The first {MOST} lines of {}.", told.len())
    } else {
        String::new()
    };
    told.truncate(MOST);
    HelmDiff {
        lines: told,
        added,
        removed,
        note,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number a line.
    fn text(numbers: impl IntoIterator<Item = u64>) -> String {
        let mut text = String::new();
        for number in numbers {
            text.push_str(&number.to_string());
            text.push('\n');
        }
        text
    }

    fn words(from: &str, to: &str) -> (Vec<String>, u32, u32) {
        let diff = lines(from, to);
        let sign = |kind| match kind {
            DiffKind::Same => ' ',
            DiffKind::Added => '+',
            DiffKind::Removed => '-',
            DiffKind::Gap => '@',
        };
        let told = diff.lines.iter().map(|line| {
            format!(
                "{}{:?},{:?} {}",
                sign(line.kind),
                line.old.unwrap_or(0),
                line.new.unwrap_or(0),
                line.text
            )
        });
        (told.collect(), diff.added, diff.removed)
    }

    #[test]
    fn changes_stand_with_the_lines_around_them() {
        assert_eq!(words("a\nb\n", "a\nb\n"), (Vec::new(), 0, 0));
        assert_eq!(
            words("a\nb\nc\n", "a\nx\nc\n"),
            (
                ["-2,0 b", "+0,2 x"]
                    .iter()
                    .fold(vec![" 1,1 a".to_owned()], |mut all, line| {
                        all.push((*line).to_owned());
                        all
                    })
                    .into_iter()
                    .chain([" 3,3 c".to_owned()])
                    .collect(),
                1,
                1
            )
        );
        let far = |last: &str| text(0..30) + last;
        let (told, ..) = words(&format!("A\n{}", far("Z\n")), &format!("B\n{}", far("Y\n")));
        assert_eq!(told.iter().filter(|line| line.starts_with('@')).count(), 1);
    }

    #[test]
    fn large_texts_that_share_nothing_end_in_time() {
        let text = |salt: u64| text((0..60_000_u64).map(|n| n.wrapping_mul(salt) % 9973));
        let begun = Instant::now();
        let diff = lines(&text(7919), &text(104_729));
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            begun.elapsed()
        );
        assert!(!diff.note.is_empty() && diff.lines.len() == MOST);
    }
}
