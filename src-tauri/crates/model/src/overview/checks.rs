//! What `/livez?verbose` and `/readyz?verbose` say.

use crate::text;

/// One check of the API server's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// `etcd`, `poststarthook/rbac/bootstrap-roles`.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
    /// `ok`, `failed: reason withheld`, `excluded: ok`.
    pub words: String,
}

/// Most checks that are kept; a server has about fifty.
const MOST: usize = 500;

/// The lines `[+]etcd ok` and `[-]etcd failed: reason withheld` (apiserver/pkg/server/healthz/healthz.go, `handleRootHealth`),
/// failed ones first, else in the server's order. Other lines are left out.
pub fn checks(answer: &str) -> Vec<Check> {
    let mut checks: Vec<Check> = answer
        .lines()
        .filter_map(|line| {
            let (passed, rest) = match line.trim().split_once(']')? {
                ("[+", rest) => (true, rest),
                ("[-", rest) => (false, rest),
                _ => return None,
            };
            let (name, words) = rest.split_once(' ').unwrap_or((rest, ""));
            Some(Check {
                name: text::visible(name).into_owned(),
                passed,
                words: text::visible(words).into_owned(),
            })
        })
        .take(MOST)
        .collect();
    checks.sort_by_key(|check| check.passed);
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_checks_come_first() {
        let answer = "[+]ping ok\n[-]etcd failed: reason withheld\n[+]poststarthook/rbac/bootstrap-roles ok\nnonsense\n[?]x\n[+]excl\u{202e} excluded: ok\nreadyz check failed\n";
        let told: Vec<String> = checks(answer)
            .into_iter()
            .map(|check| format!("{} {}: {}", check.passed, check.name, check.words))
            .collect();
        assert_eq!(
            told,
            [
                "false etcd: failed: reason withheld",
                "true ping: ok",
                "true poststarthook/rbac/bootstrap-roles: ok",
                "true excl⟨U+202E⟩: excluded: ok",
            ]
        );
        assert!(checks("ok").is_empty() && checks("").is_empty());
    }
}
