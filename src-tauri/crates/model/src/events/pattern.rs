//! What many names, or many messages, have in common.

/// The characters of Kubernetes' generated suffixes: apimachinery/pkg/util/rand, `alphanums`.
const GENERATED: &str = "bcdfghjklmnpqrstvwxz2456789";
/// What stands for the part that differs.
pub const ANY: char = '*';

/// The name without what was generated at its end: `web-7d4b9c6f5-x2x4z` and its like become `web-*`, so do the pods of a
/// `StatefulSet` (`db-0`) and what a `CronJob` made (`backup-29384756`).
pub fn name(name: &str) -> String {
    let mut stem = name;
    while let Some((rest, end)) = stem.rsplit_once('-') {
        if rest.is_empty() || !is_generated(end) {
            break;
        }
        stem = rest;
    }
    if stem.len() == name.len() {
        // An event's object may be named `web.17f3a…`.
        stem.to_owned()
    } else {
        format!("{stem}-{ANY}")
    }
}

/// A generated suffix (5 characters), a template's hash (up to 10), an ordinal or a time.
fn is_generated(part: &str) -> bool {
    let digits = part.bytes().all(|b| b.is_ascii_digit());
    let alphabet = part.chars().all(|c| GENERATED.contains(c));
    let has_digit = part.bytes().any(|b| b.is_ascii_digit());
    match part.len() {
        0 => false,
        5 if alphabet => true,
        // Words of few letters may look like a hash; one without a digit is a word.
        6..=10 if alphabet && has_digit => true,
        _ => digits,
    }
}

/// The message with what differs between occurrences left out: words with digits in them, and the object's own name.
pub fn message(message: &str, object_name: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let mut out = String::with_capacity(first.len().min(MOST));
    for word in first.split(' ') {
        if out.len() >= MOST {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        let differs = word.bytes().any(|b| b.is_ascii_digit())
            || (!object_name.is_empty() && word.contains(object_name));
        if differs {
            if out.ends_with("* ") {
                out.pop();
            } else {
                out.push(ANY);
            }
        } else {
            out.push_str(word);
        }
    }
    out
}

/// Messages are told apart by so many bytes.
const MOST: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (whole, wanted) in [
            ("web-7d4b9c6f5-x2x4z", "web-*"),
            ("web-x2x4z", "web-*"),
            ("db-0", "db-*"),
            ("db-primary-12", "db-primary-*"),
            ("backup-29384756", "backup-*"),
            ("backup-29384756-kk8xz", "backup-*"),
            ("web", "web"),
            ("kube-proxy", "kube-proxy"),
            ("coredns-metrics", "coredns-metrics"),
            ("my-app", "my-app"),
            ("0", "0"),
            ("-0", "-0"),
            ("ip-10-0-3-17.ec2.internal", "ip-10-0-3-17.ec2.internal"),
            ("", ""),
            ("a--5", "a--*"),
        ] {
            assert_eq!(name(whole), wanted, "{whole}");
        }
    }

    #[test]
    fn messages() {
        for (whole, object, wanted) in [
            (
                "0/3 nodes are available: 3 Insufficient cpu.",
                "web-1",
                "* nodes are available: * Insufficient cpu.",
            ),
            ("Created pod: web-7d4b9c6f5-x2x4z", "web", "Created pod: *"),
            (
                "Stopping container main\nmore",
                "main-pod",
                "Stopping container main",
            ),
            ("took 1.5s 2.5s 3s over", "", "took * over"),
            ("", "", ""),
        ] {
            assert_eq!(message(whole, object), wanted, "{whole}");
        }
        assert!(message(&"word ".repeat(1000), "").len() < 260);
    }
}
