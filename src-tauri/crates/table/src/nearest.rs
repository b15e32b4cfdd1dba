//! What somebody may have meant by a word that is not known.

/// The `most` words nearest to `word`, the nearest first; none that is far from it.
pub fn nearest<'a>(word: &str, words: &[&'a str], most: usize) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let mut near: Vec<(usize, &str)> = words
        .iter()
        .filter_map(|&other| {
            let folded = other.to_lowercase();
            let away = if !word.is_empty() && folded.starts_with(&word) {
                0
            } else {
                distance(&word, &folded)
            };
            (away <= word.chars().count() / 3 + 1).then_some((away, other))
        })
        .collect();
    near.sort_by_key(|(away, other)| (*away, other.len()));
    near.dedup_by_key(|(_, other)| *other);
    near.into_iter()
        .take(most)
        .map(|(_, other)| other)
        .collect()
}

/// Letters to add, drop or change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut line: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.chars().enumerate() {
        let mut diagonal = line[0];
        line[0] = row + 1;
        for (at, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = line[at + 1];
            line[at + 1] = change.min(line[at] + 1).min(diagonal + 1);
        }
    }
    line[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn words_that_may_be_meant() {
        let words = ["pods", "deployments", "statefulsets", "namespaces", "nodes"];
        for (word, wanted) in [
            ("pod", vec!["pods"]),
            ("deploymnet", vec!["deployments"]),
            ("stat", vec!["statefulsets"]),
            ("n", vec!["nodes", "namespaces"]),
            ("xyzzy", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(nearest(word, &words, 2), wanted, "{word:?}");
        }
    }
}
