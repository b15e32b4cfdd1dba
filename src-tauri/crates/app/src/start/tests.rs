#![allow(clippy::unwrap_used, clippy::disallowed_methods)]
use super::*;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use wire::{ContextEntry, Origin, SourceEntry};

struct TestHost {
    folder: PathBuf,
    now_ms: AtomicI64,
    notices: Mutex<Vec<Notice>>,
}

impl Host for TestHost {
    fn notify(&self, notice: Notice) {
        self.notices.lock().unwrap().push(notice);
    }
    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }
    fn config_folder(&self) -> PathBuf {
        self.folder.clone()
    }
}

/// A start page over a folder of its own.
struct Desk {
    folder: tempfile::TempDir,
    host: Arc<TestHost>,
    start: Arc<Start>,
    kept: ContextsKept,
}

impl Desk {
    fn open(arguments: &[&str], environment: &[&str], make: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path());
        Self::in_folder(folder, arguments, environment)
    }

    fn in_folder(folder: tempfile::TempDir, arguments: &[&str], environment: &[&str]) -> Self {
        let at = |name: &&str| folder.path().join(name);
        let host = Arc::new(TestHost {
            folder: folder.path().join("own"),
            now_ms: AtomicI64::new(1_000_000),
            notices: Mutex::default(),
        });
        let environment: Vec<PathBuf> = environment.iter().map(at).collect();
        let start = Start::read(
            host.clone(),
            arguments.iter().map(at).collect(),
            (!environment.is_empty()).then(|| std::env::join_paths(environment).unwrap()),
            Some(folder.path().to_owned()),
        );
        Self {
            kept: ContextsKept::in_folder(host.folder.clone()),
            folder,
            host,
            start: Arc::new(start),
        }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// As the command `start` does it.
    async fn page(&self) -> StartPage {
        self.start.read_again().done().await;
        self.start.page(&self.kept)
    }

    async fn ids(&self) -> Vec<(String, String)> {
        let contexts = self.page().await.contexts.into_iter();
        contexts.map(|one| (one.name, one.id)).collect()
    }
}

fn config(server: &str, names: &[&str]) -> String {
    let contexts = names
        .iter()
        .map(|name| format!("{{name: {name}, context: {{cluster: c}}}}"));
    format!(
        "kind: Config\nclusters: [{{name: c, cluster: {{server: '{server}'}}}}]\ncontexts: [{}]\n",
        contexts.collect::<Vec<_>>().join(", ")
    )
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, id)| ((*name).into(), (*id).into()))
        .collect()
}

fn names(contexts: &[ContextEntry]) -> Vec<&str> {
    contexts.iter().map(|one| one.name.as_str()).collect()
}

fn origins(sources: &[SourceEntry]) -> Vec<(Origin, &str)> {
    let sources = sources.iter();
    sources
        .map(|one| (one.origin, one.title.as_str()))
        .collect()
}

#[tokio::test]
async fn read_again_contexts_keep_their_ids_and_edited_ones_get_others() {
    let desk = Desk::open(&["a"], &[], |folder| {
        std::fs::write(folder.join("a"), "kind: Config\ncontexts: {").unwrap();
    });
    assert!(desk.page().await.sources[0].problem.is_some());

    desk.write("a", &config("https://a", &["x", "y"]));
    assert_eq!(desk.ids().await, pairs(&[("x", "0"), ("y", "1")]));
    assert_eq!(desk.start.context("1").unwrap().name, "y");

    desk.write("a", &config("https://a", &["z", "y"]));
    assert_eq!(desk.ids().await, pairs(&[("z", "2"), ("y", "1")]));
    assert!(desk.start.context("0").is_none());

    desk.write("a", &config("https://b", &["y"]));
    assert_eq!(desk.ids().await, pairs(&[("y", "3")]));
    let whose = desk.start.context("3").unwrap().whose;
    assert_eq!(desk.start.like(&whose).unwrap().id, 3);

    desk.write("a", &config("https://a", &["y", "x"]));
    assert_eq!(desk.ids().await, pairs(&[("y", "1"), ("x", "0")]));
    assert_eq!(desk.start.like(&whose).unwrap().id, 1);
}

#[tokio::test]
async fn a_file_that_comes_to_be_is_found_and_told() {
    let desk = Desk::open(&[], &[], |folder| {
        std::fs::create_dir(folder.join(".kube")).unwrap();
    });
    let page = desk.page().await;
    assert!(page.sources.is_empty());
    assert!(page.usual_place.ends_with(".kube/config"));
    desk.host.notices.lock().unwrap().clear();
    // Not pulled: the folder is watched.
    desk.write(".kube/config", &config("https://a", &["x"]));
    until(|| desk.host.notices.lock().unwrap().contains(&Notice::Start));
    assert_eq!(names(&desk.start.page(&desk.kept).contexts), ["x"]);
}

#[tokio::test]
async fn sources_stand_in_their_order_and_each_has_its_own_problem() {
    let desk = Desk::open(&["opened", "absent"], &["e1", "e2"], |folder| {
        std::fs::create_dir(folder.join(".kube")).unwrap();
        for (name, text) in [
            ("opened", "kind: Config\ncontexts: {".to_owned()),
            ("e1", config("https://e1", &["both", "one"])),
            ("e2", config("https://e2", &["both", "two"])),
            (".kube/config", config("https://home", &["both"])),
        ] {
            std::fs::write(folder.join(name), text).unwrap();
        }
    });
    let page = desk.page().await;
    assert_eq!(
        origins(&page.sources),
        [
            (Origin::Opened, "opened"),
            (Origin::Opened, "absent"),
            (Origin::Environment, "KUBECONFIG"),
            (Origin::Home, "config"),
        ]
    );
    let problems: Vec<bool> = page
        .sources
        .iter()
        .map(|one| one.problem.is_some())
        .collect();
    assert_eq!(problems, [true, true, false, false]);
    assert_eq!(names(&page.contexts), ["both", "one", "two", "both"]);
    assert_eq!(page.contexts[0].server, "https://e1");
    let ids: std::collections::BTreeSet<&str> =
        page.contexts.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), 4, "unique over all sources");
    let removable: Vec<bool> = page.sources.iter().map(|one| one.removable).collect();
    assert_eq!(removable, [true, true, false, false]);
}

#[cfg(unix)]
#[tokio::test]
async fn the_same_file_is_listed_once_and_goes_back_to_its_place() {
    let desk = Desk::open(&[], &[], |folder| {
        std::fs::create_dir(folder.join(".kube")).unwrap();
        std::fs::write(folder.join(".kube/config"), config("https://a", &["x"])).unwrap();
        std::os::unix::fs::symlink(folder.join(".kube/config"), folder.join("link")).unwrap();
    });
    let before = desk.page().await;
    assert_eq!(origins(&before.sources), [(Origin::Home, "config")]);
    let path = desk.folder.path().join(".kube/config");
    let link = desk.folder.path().join("link");
    desk.start.open(vec![path.clone(), path, link]);
    let page = desk.page().await;
    assert_eq!(origins(&page.sources), [(Origin::Opened, "config")]);
    assert_eq!(page.contexts[0].id, before.contexts[0].id);
    desk.start.remove(&page.sources[0].id).done().await;
    let page = desk.start.page(&desk.kept);
    assert_eq!(origins(&page.sources), [(Origin::Home, "config")]);
}

#[tokio::test]
async fn what_was_opened_is_fresh_until_it_was_seen_and_for_a_while() {
    let desk = Desk::open(&["a"], &[], |folder| {
        std::fs::write(folder.join("a"), config("https://a", &["x"])).unwrap();
    });
    let later = |ms| desk.host.now_ms.fetch_add(ms, Ordering::SeqCst);
    // The page takes its time.
    later(60_000);
    assert!(desk.page().await.sources[0].fresh);
    assert!(!desk.page().await.sources[0].fresh);
    desk.start.open(vec![desk.folder.path().join("a")]);
    assert!(desk.page().await.sources[0].fresh);
    later(9_000);
    assert!(desk.page().await.sources[0].fresh);
    later(2_000);
    assert!(!desk.page().await.sources[0].fresh);
}

#[test]
fn fifty_files_opened_at_once_are_all_listed_and_told() {
    let desk = Desk::open(&[], &[], |folder| {
        for n in 0..50 {
            let text = config("https://a", &[&format!("context-{n}")]);
            std::fs::write(folder.join(format!("file-{n}")), text).unwrap();
        }
    });
    let begin = std::sync::Barrier::new(50);
    thread::scope(|scope| {
        for n in 0..50 {
            let (begin, start) = (&begin, &desk.start);
            let path = desk.folder.path().join(format!("file-{n}"));
            scope.spawn(move || {
                begin.wait();
                start.open(vec![path]);
            });
        }
    });
    let all = || desk.start.shared.listing().sources.len() == 50;
    until(all);
    until(|| {
        // Of all that was taken in, the page has been told last.
        let done = *desk.start.shared.done.borrow();
        done == desk.start.shared.wanted.load(Ordering::SeqCst)
    });
    assert!(desk.host.notices.lock().unwrap().contains(&Notice::Start));
    let page = desk.start.page(&desk.kept);
    let mut listed = names(&page.contexts);
    listed.sort_unstable();
    let mut wanted: Vec<String> = (0..50).map(|n| format!("context-{n}")).collect();
    wanted.sort_unstable();
    assert_eq!(listed, wanted);
    assert!(page.sources.iter().all(|one| one.fresh));
}

#[tokio::test]
async fn a_notice_follows_whatever_was_taken_in() {
    let desk = Desk::open(&[], &[], |folder| {
        std::fs::write(folder.join("a"), config("https://a", &["x"])).unwrap();
    });
    desk.page().await;
    for _ in 0..3 {
        desk.host.notices.lock().unwrap().clear();
        // Also if it is there already: it is to be brought into sight.
        desk.start
            .open(vec![desk.folder.path().join("a")])
            .done()
            .await;
        assert_eq!(*desk.host.notices.lock().unwrap(), [Notice::Start]);
    }
    desk.host.notices.lock().unwrap().clear();
    desk.page().await;
    assert!(
        desk.host.notices.lock().unwrap().is_empty(),
        "nothing changed"
    );
}

#[test]
fn many_who_ask_share_a_reading() {
    let desk = Desk::open(&["a"], &[], |folder| {
        std::fs::write(folder.join("a"), config("https://a", &["x"])).unwrap();
    });
    let asked: Vec<Asked> = (0..10_000).map(|_| desk.start.read_again()).collect();
    let begun = std::time::Instant::now();
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(async {
            for one in asked {
                one.done().await;
            }
        });
    // Each alone would take a thread and a read: minutes in all.
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_and_a_device_are_told_and_hold_nobody_up() {
    let desk = Desk::open(&["a"], &[], |folder| {
        std::fs::write(folder.join("a"), config("https://a", &["x"])).unwrap();
    });
    let pipe = desk.folder.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let odd = [pipe, "/dev/zero".into(), desk.folder.path().to_owned()];
    desk.start.open(odd.to_vec());
    let page = desk.page().await;
    let problems: Vec<bool> = page
        .sources
        .iter()
        .map(|one| one.problem.is_some())
        .collect();
    assert_eq!(problems, [false, true, true, true]);
    assert_eq!(names(&page.contexts), ["x"]);
}

#[tokio::test]
async fn pasted_text_is_listed_and_taken_off_and_never_written() {
    let desk = Desk::open(&[], &[], |_| ());
    let text = config("https://pasted.example", &["p"]);
    desk.start.paste(&text).unwrap().done().await;
    desk.start.paste(&text).unwrap().done().await;
    let page = desk.page().await;
    let pasted: Vec<Origin> = page.sources.iter().map(|one| one.origin).collect();
    assert_eq!(pasted, [Origin::Pasted, Origin::Pasted]);
    assert!(page.sources[0].title.starts_with("Pasted at "));
    assert_ne!(page.contexts[0].id, page.contexts[1].id);
    let chosen = desk.start.context(&page.contexts[0].id).unwrap();
    assert!(!chosen.whose.lasts());
    desk.start.remove(&page.sources[0].id).done().await;
    assert_eq!(desk.page().await.sources.len(), 1);
    assert!(desk.start.paste("kind: Pod").is_err());
    assert!(desk.start.paste(&"x".repeat((4 << 20) + 1)).is_err());
    assert!(!desk.host.folder.exists(), "nothing is kept");
}

#[tokio::test]
async fn a_folder_is_listed_watched_kept_and_forgotten() {
    let desk = Desk::open(&[], &[], |folder| {
        std::fs::create_dir(folder.join("configs")).unwrap();
        std::fs::write(folder.join("configs/a.yaml"), config("https://a", &["x"])).unwrap();
    });
    let folder = desk.folder.path().join("configs");
    desk.start.add_folder(&folder).unwrap().done().await;
    let page = desk.page().await;
    assert_eq!(origins(&page.sources), [(Origin::Folder, "a.yaml")]);
    assert!(!page.sources[0].removable && !page.sources[0].fresh);
    assert_eq!(page.folders[0].files, 1);
    desk.write("configs/b.yaml", &config("https://b", &["y"]));
    until(|| desk.start.shared.listing().sources.len() == 2);

    let again = Desk::in_folder(desk.folder, &[], &[]);
    let page = again.page().await;
    assert_eq!(names(&page.contexts), ["x", "y"]);
    let asked = again.start.forget_folder(&page.folders[0].id).unwrap();
    asked.done().await;
    let page = again.page().await;
    assert!(page.folders.is_empty() && page.sources.is_empty());
    let again = Desk::in_folder(again.folder, &[], &[]);
    assert!(again.page().await.folders.is_empty());
}

/// Waits for what other threads do.
fn until(is: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never came");
        thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn the_demo_cluster_opens_once_and_only_where_nothing_else_can_be_shown() {
    let desk = Desk::open(&[], &[], |_| {});
    assert!(desk.page().await.demo.opens);
    assert!(
        !desk.page().await.demo.opens,
        "only when the program begins"
    );

    // What was named shows its error.
    for (arguments, environment) in [(&["missing"][..], &[][..]), (&[], &["missing"])] {
        let desk = Desk::open(arguments, environment, |_| {});
        let page = desk.page().await;
        assert!(page.sources[0].problem.is_some());
        assert!(!page.demo.opens, "{arguments:?} {environment:?}");
    }
    let desk = Desk::open(&[], &[], |folder| {
        std::fs::create_dir(folder.join(".kube")).unwrap();
        std::fs::write(folder.join(".kube/config"), config("https://a", &["x"])).unwrap();
    });
    assert!(!desk.page().await.demo.opens);
}
