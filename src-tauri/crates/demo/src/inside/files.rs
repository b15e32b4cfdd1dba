//! The few files that a container shows: its own, and what is mounted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::commands;
use super::environment::{data, field};
use super::place::{View, text};

/// Directories that are there even when nothing lies in them.
const DIRECTORIES: [&str; 12] = [
    "/bin", "/dev", "/etc", "/home", "/opt", "/proc", "/root", "/sys", "/tmp", "/usr/bin",
    "/var/log", "/var/run",
];

/// What lies where. Nothing can be written.
pub(super) struct Files {
    by_path: BTreeMap<String, Vec<u8>>,
    directories: BTreeSet<String>,
}

impl Files {
    pub(super) fn of(view: &View<'_>) -> Self {
        let mut files = Self {
            by_path: BTreeMap::new(),
            directories: BTreeSet::new(),
        };
        for directory in DIRECTORIES {
            files.make(directory);
        }
        for name in commands::names() {
            files.put(&format!("/bin/{name}"), Vec::new());
        }
        for (path, text) in own(view) {
            files.put(path, text.into_bytes());
        }
        for mount in view.spec()["volumeMounts"].as_array().into_iter().flatten() {
            files.mount(view, mount);
        }
        files
    }

    pub(super) fn read(&self, path: &str) -> Option<&[u8]> {
        self.by_path.get(path).map(Vec::as_slice)
    }

    pub(super) fn is_directory(&self, path: &str) -> bool {
        path == "/" || self.directories.contains(path)
    }

    /// Names in a directory, in order.
    pub(super) fn list(&self, directory: &str) -> BTreeSet<&str> {
        let prefix = format!("{}/", directory.trim_end_matches('/'));
        let all = self.by_path.keys().chain(&self.directories);
        all.filter_map(|path| path.strip_prefix(&prefix)?.split('/').next())
            .collect()
    }

    fn put(&mut self, path: &str, bytes: Vec<u8>) {
        if let Some((directory, _)) = path.rsplit_once('/') {
            self.make(directory);
        }
        self.by_path.insert(path.to_owned(), bytes);
    }

    /// With all that are above it.
    fn make(&mut self, directory: &str) {
        for (at, _) in directory.match_indices('/').skip(1) {
            self.directories.insert(directory[..at].to_owned());
        }
        if !directory.is_empty() {
            self.directories.insert(directory.to_owned());
        }
    }

    fn mount(&mut self, view: &View<'_>, mount: &Value) {
        let at = absolute("/", text(&mount["mountPath"]));
        let volumes = view.pod["spec"]["volumes"].as_array().into_iter().flatten();
        let mut volumes = volumes.filter(|volume| volume["name"] == mount["name"]);
        let Some(volume) = volumes.next() else {
            return;
        };
        let content = content(view, volume);
        match mount["subPath"].as_str() {
            Some(path) if content.contains_key(path) => self.put(&at, content[path].clone()),
            _ => {
                self.make(&at);
                for (path, bytes) in content {
                    self.put(&absolute(&at, &path), bytes);
                }
            }
        }
    }
}

/// Files of a volume, by their paths in it.
fn content(view: &View<'_>, volume: &Value) -> BTreeMap<String, Vec<u8>> {
    if volume["configMap"].is_object() {
        let name = text(&volume["configMap"]["name"]);
        return chosen(
            data(view, "configmaps", name),
            &volume["configMap"]["items"],
        );
    }
    if volume["secret"].is_object() {
        let source = &volume["secret"];
        let name = source["secretName"].as_str().or(source["name"].as_str());
        let data = data(view, "secrets", name.unwrap_or_default());
        return chosen(data, &source["items"]);
    }
    if volume["downwardAPI"].is_object() {
        let items = volume["downwardAPI"]["items"]
            .as_array()
            .into_iter()
            .flatten();
        let files = items.filter_map(|item| {
            let value = field(&view.pod, text(&item["fieldRef"]["fieldPath"]))?;
            Some((text(&item["path"]).to_owned(), value.into_bytes()))
        });
        return files.collect();
    }
    if volume["serviceAccountToken"].is_object() {
        let path = text(&volume["serviceAccountToken"]["path"]).to_owned();
        return BTreeMap::from([(path, b"a token of the demo".to_vec())]);
    }
    let sources = volume["projected"]["sources"]
        .as_array()
        .into_iter()
        .flatten();
    sources.flat_map(|source| content(view, source)).collect()
}

/// Keys by the paths that `items` gives them; all by themselves without any.
fn chosen(mut data: BTreeMap<String, Vec<u8>>, items: &Value) -> BTreeMap<String, Vec<u8>> {
    match items.as_array() {
        Some(items) if !items.is_empty() => items
            .iter()
            .filter_map(|item| {
                let bytes = data.remove(text(&item["key"]))?;
                Some((text(&item["path"]).to_owned(), bytes))
            })
            .collect(),
        _ => data,
    }
}

fn own(view: &View<'_>) -> Vec<(&'static str, String)> {
    let host = view.hostname();
    let address = text(&view.pod["status"]["podIP"]);
    let namespace = &view.place.namespace;
    let image = text(&view.spec()["image"]);
    let system = if image.contains("alpine") || image.contains("busybox") {
        "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME=\"Alpine Linux v3.22\"\n"
    } else {
        "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\nVERSION_CODENAME=trixie\nID=debian\n"
    };
    vec![
        ("/etc/hostname", format!("{host}\n")),
        ("/etc/os-release", system.to_owned()),
        (
            "/etc/hosts",
            format!(
                "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n{address}\t{host}\n"
            ),
        ),
        (
            "/etc/resolv.conf",
            format!(
                "search {namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"
            ),
        ),
        (
            "/etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"
                .to_owned(),
        ),
        (
            "/proc/1/cmdline",
            view.command()
                .iter()
                .fold(String::new(), |text, word| text + word + "\0"),
        ),
        (
            "/proc/version",
            "Linux version 6.12.48 (demo) #1 SMP\n".to_owned(),
        ),
        ("/dev/null", String::new()),
    ]
}

/// A path from a directory, without `.` and `..`.
pub(super) fn absolute(from: &str, path: &str) -> String {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{from}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    format!("/{}", parts.join("/"))
}
