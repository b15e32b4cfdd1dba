//! `control-plane up`: the story comes true on real controllers, and nothing is left behind.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

const MINUTE: Duration = Duration::from_mins(1);
/// Pace of the story, and how long it is waited for: the slowest part is seen twice in it, a wave of the load. With
/// `SCALESCOPE_PROVE=1` it goes as upstream would have it, where cron windows begin at full hours.
fn story() -> (&'static str, Duration) {
    if std::env::var_os("SCALESCOPE_PROVE").is_some_and(|value| value == "1") {
        ("upstream", Duration::from_mins(150))
    } else {
        ("quick", Duration::from_mins(12))
    }
}

/// A cache and a folder for temporary files of its own, so that a developer's own control plane is not touched; what is built already is
/// used.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Self {
        let own = format!("scalescope-test-{name}-{}", std::process::id());
        let home = Self(std::env::temp_dir().join(own));
        let cache = home.cache();
        fs::create_dir_all(&cache).unwrap();
        control_plane::build_all(|line| eprintln!("{line}")).unwrap();
        let built = control_plane::cache_folder().join("control-plane");
        for entry in fs::read_dir(built).unwrap().flatten() {
            if entry.file_name() != "up" && entry.path().is_dir() {
                std::os::unix::fs::symlink(entry.path(), cache.join(entry.file_name())).unwrap();
            }
        }
        home
    }

    fn cache(&self) -> PathBuf {
        self.0.join("scalescope/control-plane")
    }

    fn up(&self, pace: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_control-plane"))
            .args(["up", "--pace", pace])
            .env("XDG_CACHE_HOME", &self.0)
            .env("TMPDIR", &self.0)
            .env_remove("SCALESCOPE_KEEP_LOGS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap()
    }

    /// Processes that name it.
    fn processes(&self) -> Vec<u32> {
        let needle = self.0.display().to_string();
        fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|id| {
                let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&line).contains(&needle)
            })
            .collect()
    }

    /// Folders of control planes.
    fn folders(&self) -> usize {
        let entries = fs::read_dir(&self.0).unwrap().flatten();
        entries
            .filter(|entry| {
                let name = entry.file_name();
                name.to_string_lossy().contains("control-plane-")
            })
            .count()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < MINUTE, "{what}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// Killed, an owner cannot clean up: the watchdog must.
#[test]
fn nothing_outlives_an_owner_that_was_killed() {
    let home = Home::new("killed");
    let mut owner = home.up("quick");
    wait_until("the components", || home.processes().len() >= 5);
    owner.kill().unwrap();
    owner.wait().unwrap();
    wait_until("the end of the components", || home.processes().is_empty());
    wait_until("the end of its folder", || home.folders() == 0);
}

#[test]
fn the_story_comes_true_and_one_signal_ends_it() {
    let home = Home::new("story");
    let (pace, patience) = story();
    let mut owner = Owner(home.up(pace));
    // Read to its end: who prints into a closed pipe fails.
    let mut printed = BufReader::new(owner.0.stdout.take().unwrap()).lines();
    let mut said = String::new();
    for line in printed.by_ref().map_while(Result::ok) {
        said.push_str(&line);
        said.push('\n');
        if line.contains("Ctrl-C") {
            break;
        }
    }
    println!("{said}");
    let kubeconfig = home.cache().join("up/kubeconfig");
    assert!(said.contains(&kubeconfig.display().to_string()), "{said}");
    for (name, _) in control_plane::seeds::PARTS {
        assert!(said.contains(name), "{name} in {said}");
    }

    come_true(&kubeconfig, patience);

    let end = Instant::now();
    let id = owner.0.id().to_string();
    let told = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(told.unwrap().success());
    assert_eq!(
        printed.map_while(Result::ok).collect::<Vec<_>>(),
        ["ending it"]
    );
    assert!(owner.0.wait().unwrap().success());
    println!("ended in {:?}", end.elapsed());
    assert_eq!(home.processes(), Vec::<u32>::new());
    assert_eq!(home.folders(), 0);
    assert!(!home.cache().join("up").exists());
}

/// Waits for every part, looking each two seconds.
fn come_true(kubeconfig: &Path, patience: Duration) {
    let start = Instant::now();
    let mut seen = Seen::default();
    let mut left: BTreeSet<&str> = control_plane::seeds::PARTS.map(|(name, _)| name).into();
    while !left.is_empty() {
        assert!(start.elapsed() < patience, "{left:?} not yet: {seen:#?}");
        seen.look(kubeconfig);
        left.retain(|part| {
            let is_true = seen.tells(part);
            if is_true {
                println!("{part} after {:.0} s", start.elapsed().as_secs_f64());
            }
            !is_true
        });
        thread::sleep(Duration::from_secs(2));
    }
}

struct Owner(Child);

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What was seen until now.
#[derive(Debug, Default)]
struct Seen {
    /// Sizes of each Deployment, one after the other.
    sizes: BTreeMap<String, Vec<u64>>,
    /// `hpa: condition=status reason`.
    conditions: BTreeSet<String>,
    /// Messages of the HPAs' conditions.
    messages: BTreeSet<String>,
    /// `object: reason`.
    events: BTreeSet<String>,
    jobs: BTreeSet<String>,
}

impl Seen {
    fn look(&mut self, kubeconfig: &Path) {
        let binaries = control_plane::build(|_| ()).unwrap();
        let output = Command::new(binaries.kubectl())
            .args(["get", "deployments,hpa,jobs,events", "-A", "-o", "json"])
            .env("KUBECONFIG", kubeconfig)
            .env("KUBECACHEDIR", kubeconfig.with_file_name("kubectl-cache"))
            .env_remove("HTTPS_PROXY")
            .env_remove("https_proxy")
            .output()
            .unwrap();
        let list: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        for object in list["items"].as_array().unwrap() {
            let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
            self.take(object, format!("{}/{}", text("namespace"), text("name")));
        }
    }

    fn take(&mut self, object: &Value, path: String) {
        match object["kind"].as_str().unwrap() {
            "Deployment" => {
                let size = object["spec"]["replicas"].as_u64().unwrap();
                let sizes = self.sizes.entry(path).or_default();
                if sizes.last() != Some(&size) {
                    sizes.push(size);
                }
            }
            "HorizontalPodAutoscaler" => {
                let conditions = object["status"]["conditions"].as_array();
                for one in conditions.into_iter().flatten() {
                    let word = |field: &str| one[field].as_str().unwrap_or_default();
                    let [kind, status, reason] = ["type", "status", "reason"].map(word);
                    self.conditions
                        .insert(format!("{path}: {kind}={status} {reason}"));
                    self.messages.insert(format!("{path}: {}", word("message")));
                }
            }
            "Job" => {
                self.jobs.insert(path);
            }
            _ => {
                let about = &object["involvedObject"];
                let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let [namespace, name] = ["namespace", "name"].map(|field| word(&about[field]));
                self.events
                    .insert(format!("{namespace}/{name}: {}", word(&object["reason"])));
            }
        }
    }

    /// Whether a part of the story has come to what it is there for.
    fn tells(&self, part: &str) -> bool {
        let says = |condition: &str| self.conditions.contains(condition);
        let sizes = |path: &str| self.sizes.get(path).map(Vec::as_slice).unwrap_or_default();
        let follow = |path: &str, wanted: [u64; 2]| sizes(path).windows(2).any(|two| two == wanted);
        match part {
            "web/nginx" => follow(part, [1, 2]),
            "web/cosci" => follow(part, [2, 4]),
            // On a crest load asks for a twentieth more than five hold: within the tolerance.
            "shop/storefront" => sizes(part).first() == Some(&1) && sizes(part).contains(&5),
            "shop/orders" => {
                sizes(part).first() == Some(&0)
                    && sizes(part).len() > 1
                    && self
                        .events
                        .contains("shop/orders: KEDAScaleTargetActivated")
            }
            "shop/cart" => says("shop/cart: AbleToScale=True ScaleDownStabilized"),
            "shop/search" => says("shop/search: ScalingLimited=True TooManyReplicas"),
            "shop/pricing, shop/stock" => part.split(", ").all(|path| turns(sizes(path)) >= 2),
            "billing/reports" => {
                says("billing/reports: ScalingActive=False FailedGetResourceMetric")
                    && self.messages.iter().any(|message| {
                        message.starts_with("billing/reports: ")
                            && message.contains("missing request for cpu")
                    })
            }
            "billing/invoices" => {
                let own = self
                    .jobs
                    .iter()
                    .filter(|job| job.starts_with("billing/invoices-"));
                own.count() >= 4
            }
            _ => panic!("what {part} is there for is not known here"),
        }
    }
}

/// How often growth became shrinking or the other way round.
fn turns(sizes: &[u64]) -> usize {
    let grows: Vec<bool> = sizes.windows(2).map(|two| two[1] > two[0]).collect();
    grows.windows(2).filter(|two| two[0] != two[1]).count()
}

#[test]
fn a_pace_that_is_not_known_is_told_with_those_that_are() {
    let output = Command::new(env!("CARGO_BIN_EXE_control-plane"))
        .args(["up", "--pace", "slow"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("quick") && said.contains("upstream"),
        "{said}"
    );
}
