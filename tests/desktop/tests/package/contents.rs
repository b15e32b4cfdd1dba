//! What the packages hold, and that a desktop makes of it what is meant.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use desktop::{Home, System, package};

use crate::steps::{installed, kubeconfig, user};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Files of a package as its own tool lists them, without folders.
fn files_of(kind: &str) -> BTreeSet<String> {
    let package = package(kind).display().to_string();
    let home = Home::new();
    let listing = match kind {
        "deb" => home.output(&["dpkg-deb", "--contents", &package]),
        _ => home.output(&["rpm", "--query", "--package", "--list", "-v", &package]),
    };
    let files = listing.lines().filter(|line| line.starts_with('-'));
    files
        .filter_map(|line| line.split_whitespace().last())
        .map(|path| path.trim_start_matches(['.', '/']).to_owned())
        .collect()
}

#[test]
fn both_packages_hold_the_same_and_nothing_unexpected() {
    let mut expected: BTreeSet<String> = [
        "usr/bin/scalescope",
        "usr/share/applications/Scalescope.desktop",
        "usr/share/doc/scalescope/LICENSE",
        "usr/share/doc/scalescope/NOTICE",
        "usr/share/doc/scalescope/copyright",
        "usr/share/icons/hicolor/scalable/apps/scalescope.svg",
        "usr/share/man/man1/scalescope.1",
        "usr/share/metainfo/dev.scalescope.Scalescope.metainfo.xml",
        "usr/share/mime/packages/dev.scalescope.Scalescope.xml",
    ]
    .map(str::to_owned)
    .into();
    for entry in fs::read_dir(Path::new(ROOT).join("icons")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(size) = name.strip_suffix(".png") {
            expected.insert(format!(
                "usr/share/icons/hicolor/{size}x{size}/apps/scalescope.png"
            ));
        }
    }
    assert!(expected.len() >= 9 + 8, "icons of all sizes");
    assert_eq!(files_of("deb"), expected);
    assert_eq!(files_of("rpm"), expected);
}

#[test]
fn what_is_installed_is_well_formed() {
    let system = installed();
    let home = user();
    let at = |path: &str| system.at(path).display().to_string();
    home.output(&[
        "desktop-file-validate",
        &at("usr/share/applications/Scalescope.desktop"),
    ]);
    let metainfo = "usr/share/metainfo/dev.scalescope.Scalescope.metainfo.xml";
    home.output(&["appstreamcli", "validate", "--no-net", &at(metainfo)]);
    let version = env!("CARGO_PKG_VERSION");
    let text = fs::read_to_string(system.at(metainfo)).unwrap();
    assert!(
        text.contains(&format!("<release version=\"{version}\"")),
        "linux/metainfo.xml names no release {version}"
    );
    let deb = package("deb").display().to_string();
    let field = |name: &str| {
        let value = home.output(&["dpkg-deb", "--field", &deb, name]);
        value.trim().to_owned()
    };
    assert_eq!(field("Package"), "scalescope");
    assert_eq!(field("Version"), version);
    assert!(field("Depends").contains("libwebkit2gtk-4.1-0"));
    assert_eq!(
        home.output(&["scalescope", "--version"]).trim(),
        format!("scalescope {version}")
    );
}

#[test]
fn kubeconfigs_are_known_by_their_names_and_belong_to_the_program() {
    let home = user();
    for (name, kind) in [
        ("a.kubeconfig", "application/x-kubeconfig"),
        ("A.KubeConfig", "application/x-kubeconfig"),
        ("kubeconfig", "application/x-kubeconfig"),
        // Anybody's name.
        ("config", "text/plain"),
        ("a.conf", "text/plain"),
    ] {
        let file = kubeconfig(&home, name).display().to_string();
        let told = home.output(&["gio", "info", "--attributes=standard::content-type", &file]);
        assert_eq!(told.split_whitespace().last(), Some(kind), "{name}: {told}");
    }
    let told = home.output(&["gio", "mime", "application/x-kubeconfig"]);
    let default = told.lines().next().unwrap();
    assert!(default.ends_with("Scalescope.desktop"), "{told}");
}

#[test]
fn yaml_may_be_opened_with_it_and_stays_the_editors() {
    let home = user();
    // An editor as most are: it names plain text only.
    home.write(
        "data/applications/editor.desktop",
        "[Desktop Entry]\nType=Application\nName=Editor\nExec=true %F\nMimeType=text/plain;\n",
    );
    let folder = home.path().join("data/applications").display().to_string();
    home.output(&["update-desktop-database", &folder]);
    let file = kubeconfig(&home, "a.yaml").display().to_string();
    let told = home.output(&["gio", "info", "--attributes=standard::content-type", &file]);
    let kind = told.split_whitespace().last().unwrap().to_owned();
    assert!(kind.ends_with("yaml"), "{told}");
    for kind in [&kind, "application/yaml", "text/plain"] {
        let told = home.output(&["gio", "mime", kind]);
        assert!(
            told.lines().next().unwrap().ends_with("editor.desktop"),
            "{told}"
        );
        let offered = told.lines().any(|line| line.trim() == "Scalescope.desktop");
        assert_eq!(offered, kind != "text/plain", "{told}");
    }
}

#[test]
fn nothing_is_left_when_it_is_removed() {
    let system = System::new();
    let before = system.contents();
    system.install();
    let installed = system.contents();
    assert!(installed.len() > before.len() + 20);
    let home = Home::new().on(&system);
    assert!(
        home.output(&["scalescope", "--help"])
            .contains("KUBECONFIG")
    );
    assert_eq!(system.contents(), installed, "running it changes nothing");
    system.purge();
    let names = |contents: &std::collections::BTreeMap<PathBuf, Vec<u8>>| {
        contents.keys().cloned().collect::<BTreeSet<_>>()
    };
    let after = system.contents();
    assert_eq!(names(&after), names(&before));
    assert!(after == before, "the desktop's own lists are as they were");
}
