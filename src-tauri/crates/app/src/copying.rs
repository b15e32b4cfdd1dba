//! Rows as text for the clipboard.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use model::Resource;
use table::{Column, Delimiter, Row, write_line};
use wire::YamlCopy;

/// Requests at once, and how many go out before pacing begins; then one each [`PACE`].
const AT_ONCE: usize = 4;
const BURST: usize = 10;
const PACE: Duration = Duration::from_millis(200);

/// An object by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Kind id.
    pub(crate) kind: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Named {
    pub(crate) fn new(kind: &str, (namespace, name): (&str, &str)) -> Self {
        Self {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}

/// `1 name`, `3 names`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A name a line.
pub(crate) fn names(rows: &[Named]) -> String {
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    names.join("\n")
}

/// `namespace/name` a line; what lives in none has its name alone.
pub(crate) fn qualified(rows: &[Named]) -> String {
    let names: Vec<String> = rows.iter().map(ToString::to_string).collect();
    names.join("\n")
}

/// The namespaces, each once, and what they are.
pub(crate) fn namespaces(rows: &[Named]) -> (String, String) {
    let all: BTreeSet<&str> = rows.iter().map(|row| row.namespace.as_str()).collect();
    let all: Vec<&str> = all.into_iter().filter(|one| !one.is_empty()).collect();
    (all.join("\n"), counted(all.len(), "namespace"))
}

/// Cells of the columns with these ids, under their headings.
pub(crate) fn cells<R: Row>(
    rows: &[&R],
    columns: &[Column],
    shown: &[String],
    delimiter: Delimiter,
    now_ms: i64,
) -> String {
    let shown: Vec<usize> = shown
        .iter()
        .filter_map(|id| columns.iter().position(|column| column.id == *id))
        .collect();
    let mut out = String::new();
    let headings = shown.iter().map(|at| columns[*at].title.as_str());
    write_line(headings, delimiter, &mut out);
    for row in rows {
        let cells: Vec<String> = shown.iter().map(|at| row.cell(*at, now_ms).text).collect();
        write_line(cells.iter().map(String::as_str), delimiter, &mut out);
    }
    out
}

/// What kubectl calls a kind: `pods`, `deployments.apps`.
pub(crate) fn kind_word(resource: &Resource) -> String {
    match resource.group.as_str() {
        "" => resource.plural.clone(),
        group => format!("{}.{group}", resource.plural),
    }
}

/// `kubectl get pods -n shop a b --context dev`, a line for each kind and namespace, quoted for a
/// POSIX shell.
pub(crate) fn kubectl(rows: &[Named], word: impl Fn(&str) -> String, context: &str) -> String {
    let mut groups: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for row in rows {
        let group = (row.kind.as_str(), row.namespace.as_str());
        groups.entry(group).or_default().push(&row.name);
    }
    let mut lines = Vec::new();
    for ((kind, namespace), names) in groups {
        let mut line = format!("kubectl get {}", quoted(&word(kind)));
        if !namespace.is_empty() {
            let _ = write!(line, " -n {}", quoted(namespace));
        }
        for name in names {
            line.push(' ');
            line.push_str(&quoted(name));
        }
        if !context.is_empty() {
            let _ = write!(line, " --context={}", quoted(context));
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// A word that a POSIX shell takes as it is.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/:@%+-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Reads all `items` in their order, few at once, not many a second; documents and failures add up
/// in `progress`.
pub(crate) async fn read_all<T, F>(
    items: Vec<T>,
    read: impl Fn(T) -> F,
    progress: impl AsRef<Mutex<YamlCopy>>,
) where
    F: Future<Output = Result<String, String>>,
{
    let began = tokio::time::Instant::now();
    let paced = items.into_iter().enumerate().map(|(at, item)| {
        let waits = u32::try_from(at.saturating_sub(BURST - 1)).unwrap_or(u32::MAX);
        let reading = read(item);
        async move {
            tokio::time::sleep_until(began + PACE.saturating_mul(waits)).await;
            reading.await
        }
    });
    let mut documents = stream::iter(paced).buffered(AT_ONCE);
    let mut text = String::new();
    while let Some(document) = documents.next().await {
        let mut progress = lock(&progress);
        progress.done += 1;
        if !text.is_empty() {
            text.push_str("---\n");
        }
        match document {
            Ok(document) => text.push_str(&document),
            Err(why) => {
                let _ = writeln!(text, "# not read: {}", why.replace('\n', " "));
                progress.failed.push(why);
            }
        }
    }
    lock(&progress).text = Some(text);
}

fn lock(progress: &impl AsRef<Mutex<YamlCopy>>) -> std::sync::MutexGuard<'_, YamlCopy> {
    progress
        .as_ref()
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn rows() -> Vec<Named> {
        vec![
            Named::new("pods", ("shop", "web-1")),
            Named::new("pods", ("shop", "it's")),
            Named::new("pods", ("blog", "web 2")),
            Named::new("nodes", ("", "node-1")),
        ]
    }

    #[test]
    fn names_of_three_sorts() {
        assert_eq!(names(&rows()), "web-1\nit's\nweb 2\nnode-1");
        assert_eq!(
            qualified(&rows()),
            "shop/web-1\nshop/it's\nblog/web 2\nnode-1"
        );
        let (text, said) = namespaces(&rows());
        assert_eq!((&*text, &*said), ("blog\nshop", "2 namespaces"));
    }

    #[test]
    fn commands_are_quoted_for_sh() {
        let word = |kind: &str| format!("{kind}.apps");
        assert_eq!(
            kubectl(&rows(), word, "my 'dev' $(x)"),
            "kubectl get nodes.apps node-1 --context='my '\\''dev'\\'' $(x)'\n\
             kubectl get pods.apps -n blog 'web 2' --context='my '\\''dev'\\'' $(x)'\n\
             kubectl get pods.apps -n shop web-1 'it'\\''s' --context='my '\\''dev'\\'' $(x)'"
        );
        assert_eq!(
            kubectl(&rows()[..1], word, ""),
            "kubectl get pods.apps -n shop web-1"
        );
        for (word, wanted) in [
            ("", "''"),
            ("-x", "-x"),
            ("a;b", "'a;b'"),
            ("~", "'~'"),
            ("a=b", "'a=b'"),
        ] {
            assert_eq!(quoted(word), wanted);
        }
    }

    #[tokio::test]
    async fn reading_is_paced_and_tells_what_failed() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let progress = Arc::new(Mutex::new(YamlCopy::default()));
        let began = std::time::Instant::now();
        let read = |n: usize| {
            let (now, most) = (now.clone(), most.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(5)).await;
                now.fetch_sub(1, Ordering::Relaxed);
                if n == 3 {
                    Err(format!("{n}: gone"))
                } else {
                    Ok(format!("n: {n}\n"))
                }
            }
        };
        read_all((0..13).collect(), read, progress.clone()).await;
        let done = progress.lock().unwrap().clone();
        let text = done.text.unwrap();
        assert_eq!((done.done, done.failed), (13, vec!["3: gone".to_owned()]));
        assert!(
            text.starts_with("n: 0\n---\nn: 1\n---\n") && text.contains("# not read: 3: gone\n"),
            "{text}"
        );
        assert!(most.load(Ordering::Relaxed) <= AT_ONCE);
        assert!(began.elapsed() >= PACE * 3, "{:?}", began.elapsed());
    }
}
