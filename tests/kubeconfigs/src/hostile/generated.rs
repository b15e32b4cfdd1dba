//! Hostile kubeconfigs that are too large, too deep or too odd to lie in a folder.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::Expectation;

/// Writes a case into its folder; what is to be opened.
type Write = Box<dyn Fn(&Path) -> Vec<PathBuf>>;

/// One of them.
pub(super) struct Generated {
    pub(super) name: String,
    pub(super) expected: Expectation,
    /// Writes it into its folder; what is to be opened.
    pub(super) write: Write,
}

const PLAIN: &str = "kind: Config\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n\
    users: [{name: u, user: {token: PLANTED}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n";

/// All of them.
pub(super) fn all() -> Vec<Generated> {
    let mut all = odd_files();
    all.extend(texts());
    all.extend(several_files());
    all
}

fn generated(
    name: &str,
    outcome: &str,
    words: &str,
    write: impl Fn(&Path) -> Vec<PathBuf> + 'static,
) -> Generated {
    Generated {
        name: format!("generated-{name}"),
        expected: Expectation::of(outcome, words),
        write: Box::new(write),
    }
}

/// Opens `path`, which starts from the case's folder unless it is whole.
fn at(name: &str, path: &'static str, words: &str) -> Generated {
    generated(name, "refused", words, move |folder| {
        vec![folder.join(path)]
    })
}

/// Opens a link that leads there.
fn link(name: &str, to: &'static str, words: &str) -> Generated {
    generated(name, "refused", words, move |folder| {
        let path = folder.join("config");
        symlink(to, &path).unwrap();
        vec![path]
    })
}

fn odd_files() -> Vec<Generated> {
    let long = || "x".repeat(5_000);
    vec![
        at("missing", "nowhere", "no kubeconfig at|nowhere"),
        at("folder", "folder", "folder|is a folder"),
        at("fifo", "trip/fifo", "trip/fifo|is a pipe"),
        at("socket", "trip/socket", "trip/socket|is a socket"),
        at("device", "/dev/zero", "/dev/zero|is a device"),
        at("terminal", "/dev/tty", "/dev/tty|is a device"),
        at("memory", "/proc/self/mem", "/proc/self/mem|not a file"),
        at(
            "environment",
            "/proc/self/environ",
            "/proc/self/environ|not a file",
        ),
        at(
            "below-a-file",
            "large/config",
            "large/config|cannot be read",
        ),
        at("loop", "loop", "loop|cannot be read"),
        link("link-to-a-device", "/dev/zero", "config|is a device"),
        link("link-to-a-fifo", "trip/fifo", "config|is a pipe"),
        link("link-to-a-folder", "folder", "config|is a folder"),
        link("link-to-nowhere", "nowhere", "no kubeconfig at|config"),
        generated("path-long", "refused", "cannot be read", move |folder| {
            vec![folder.join(long())]
        }),
        generated("path-empty", "refused", "no kubeconfig at", |_| {
            vec![PathBuf::new()]
        }),
        generated("path-zero-byte", "refused", "cannot be read", |folder| {
            vec![folder.join("a\0b")]
        }),
        generated("large", "refused", "config|larger than", |folder| {
            let path = folder.join("config");
            fs::write(&path, PLAIN).unwrap();
            fs::File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_len(50 << 20)
                .unwrap();
            vec![path]
        }),
        generated("large-text", "refused", "config|larger than", |folder| {
            write(folder, &format!("{PLAIN}#{}", "x".repeat(50 << 20)))
        }),
    ]
}

fn write(folder: &Path, text: &str) -> Vec<PathBuf> {
    let path = folder.join("config");
    fs::write(&path, text).unwrap();
    vec![path]
}

fn text(name: &str, outcome: &str, words: &str, text: impl Fn() -> String + 'static) -> Generated {
    generated(name, outcome, words, move |folder| write(folder, &text()))
}

// One table.
#[allow(clippy::too_many_lines)]
fn texts() -> Vec<Generated> {
    let refused =
        |name: &str, words: &str, make: fn() -> String| text(name, "refused", words, make);
    let named = |name: &str, words: &str, file: &'static str| {
        generated(name, "refused", words, move |folder| {
            let path = folder.join(file);
            fs::write(&path, "contexts: 7\n").unwrap();
            vec![path]
        })
    };
    vec![
        refused("large-by-a-byte", "larger than", || {
            let room = (4 << 20) + 1 - PLAIN.len() - 1;
            format!("{PLAIN}#{}", "x".repeat(room))
        }),
        refused("deep-lists", "nested too deeply", || {
            format!("{PLAIN}extensions: {}", "[".repeat(200_000))
        }),
        refused("deep-lists-closed", "nested too deeply", || {
            format!(
                "{PLAIN}extensions: {}{}\n",
                "[".repeat(1_000),
                "]".repeat(1_000)
            )
        }),
        refused("deep-mappings", "nested too deeply", || {
            format!(
                "{PLAIN}extensions: {}1{}\n",
                "{a: ".repeat(500),
                "}".repeat(500)
            )
        }),
        refused("deep-blocks", "nested too deeply", || {
            let lines: Vec<String> = (0..1_500)
                .map(|n| format!("{}a:\n", " ".repeat(n)))
                .collect();
            format!("extensions:\n{}", lines.concat())
        }),
        refused("deep-dashes", "nested too deeply", || {
            format!("extensions:\n{}x\n", "- ".repeat(10_000))
        }),
        refused("laughs", "aliases repeat too much", || {
            let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
            for n in 1..10 {
                let ten = [format!("*a{}", n - 1).as_str(); 10].join(", ");
                text = format!("{text}a{n}: &a{n} [{ten}]\n");
            }
            format!("{PLAIN}{text}extensions: *a9\n")
        }),
        refused("laughs-in-a-user", "aliases repeat too much", || {
            let mut text = "a0: &a0 {k: x}\n".to_owned();
            for n in 1..20 {
                let before = n - 1;
                text =
                    format!("{text}a{n}: &a{n} {{p: *a{before}, q: *a{before}, r: *a{before}}}\n");
            }
            format!("{text}users: [{{name: u, user: *a19}}]\n")
        }),
        refused("laughs-by-merging", "aliases repeat too much", || {
            let mut text = "a0: &a0 {k0: x}\n".to_owned();
            for n in 1..25 {
                let before = n - 1;
                text = format!(
                    "{text}a{n}: &a{n} {{<<: [*a{before}, *a{before}, *a{before}], k{n}: x}}\n"
                );
            }
            format!("{text}users: [{{name: u, user: {{<<: *a24}}}}]\n")
        }),
        refused("laughs-wide", "aliases repeat too much", || {
            let wide = vec!["x"; 1_000].join(", ");
            let many = vec!["*a"; 1_000].join(", ");
            format!("{PLAIN}a: &a [{wide}]\nextensions: [{many}]\n")
        }),
        refused("documents", "documents", || {
            "---\nkind: Config\nusers: []\n".repeat(1_024)
        }),
        refused("nodes", "far too large", || {
            format!("{PLAIN}extensions: [{}]\n", "1,".repeat(600_000))
        }),
        refused("contexts", "larger than", || {
            let one = |n: usize| format!("- {{name: x{n}, context: {{cluster: c, user: u}}}}\n");
            let all: String = (0..110_000).map(one).collect();
            format!("kind: Config\ncontexts:\n{all}")
        }),
        refused("anchors", "far too large", || {
            let all: String = (0..260_000).map(|n| format!("&a{n} 1,")).collect();
            format!("{PLAIN}extensions: [{all}]\n")
        }),
        refused("token-huge", "token|longer", || {
            PLAIN.replace("PLANTED", &"PLANTED".repeat(500_000))
        }),
        refused(
            "authority-huge",
            "certificate-authority-data|certificate",
            || {
                let data = format!(
                    "certificate-authority-data: {}, server",
                    "UExB".repeat(800_000)
                );
                PLAIN.replace("server", &data)
            },
        ),
        refused("server-huge", "server", || {
            PLAIN.replace("127.0.0.1", &"a.".repeat(1_000_000))
        }),
        refused("tls-server-name-huge", "tls-server-name", || {
            PLAIN.replace(
                "server:",
                &format!("tls-server-name: {}, server:", "a".repeat(1_000_000)),
            )
        }),
        refused("as-groups-odd-among-many", "as-groups", || {
            let groups = vec!["a"; 20_000].join(", ");
            PLAIN.replace(
                "token: PLANTED",
                &format!("token: PLANTED, as: a, as-groups: [{groups}, \"b\\nc\"]"),
            )
        }),
        refused("keys-huge", "line 5", || {
            let key = "k".repeat(1_000_000);
            format!("{PLAIN}{key}: 1\n{key}: 2\n")
        }),
        named(
            "file-like-an-option",
            "--kubeconfig|contexts",
            "--kubeconfig",
        ),
        named(
            "file-with-commands",
            "$(touch ran);a|contexts",
            "$(touch ran);a",
        ),
        named("file-with-percent", "%PATH%|contexts", "%PATH%"),
        named("file-with-spaces", "a  b|contexts", "a  b"),
        named("file-with-bidi", "⟨U+202E⟩|contexts", "a\u{202e}b"),
        named("file-with-line-break", "⟨U+000A⟩|contexts", "a\nb"),
        named("file-with-colours", "⟨U+001B⟩|contexts", "\u{1b}[31mred"),
    ]
}

fn several_files() -> Vec<Generated> {
    let two = |folder: &Path, first: &str, second: &str| {
        let paths = [folder.join("first"), folder.join("second")];
        fs::write(&paths[0], first).unwrap();
        fs::write(&paths[1], second).unwrap();
        paths.to_vec()
    };
    let theirs = "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n";
    vec![
        generated(
            "merged-credential-goes-elsewhere",
            "warned",
            "MixedFiles|cluster.server",
            move |folder| two(folder, theirs, PLAIN),
        ),
        generated(
            "merged-one-is-broken",
            "refused",
            "second|contexts",
            move |folder| two(folder, PLAIN, "contexts: 7\n"),
        ),
        generated(
            "merged-one-is-a-fifo",
            "refused",
            "trip/fifo|pipe",
            |folder| {
                let mut paths = write(folder, PLAIN);
                paths.push(folder.join("trip/fifo"));
                paths
            },
        ),
        generated(
            "merged-one-is-a-device",
            "refused",
            "/dev/zero|device",
            |folder| {
                vec![
                    folder.join("nowhere"),
                    "/dev/zero".into(),
                    write(folder, PLAIN).remove(0),
                ]
            },
        ),
        generated(
            "merged-none-is-there",
            "refused",
            "no kubeconfig at|one",
            |folder| vec![folder.join("one"), folder.join("other")],
        ),
    ]
}
