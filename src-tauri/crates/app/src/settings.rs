//! Settings kept between starts, as one JSON file.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire::{ErrorCode, SavedView, Settings, TableChoice, WireError};

use crate::kept;

/// `settings.json` in `folder`.
fn file(folder: &Path) -> PathBuf {
    folder.join("settings.json")
}

/// The form of the file; a later one may hold what this program does not know, and keeps it.
const FORM: u32 = 1;

/// What was kept. No file is no error. What cannot be understood counts as not chosen, the rest
/// stays; the file is then set aside as `settings.json.damaged`, so that nothing is silently lost.
pub(crate) fn load(folder: &Path) -> Settings {
    let Some(text) = read(folder) else {
        return Settings::default();
    };
    let (settings, whole) = match serde_json::from_str::<Map<String, Value>>(&text) {
        Ok(members) => understood(members),
        Err(error) => {
            tracing::warn!(%error, "settings are damaged");
            (Settings::default(), false)
        }
    };
    if !whole {
        set_aside(folder, &text);
    }
    settings
}

#[expect(clippy::disallowed_methods, reason = "a file of the program's own")]
fn read(folder: &Path) -> Option<String> {
    match std::fs::read_to_string(file(folder)) {
        Ok(text) => Some(text),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, "settings cannot be read");
            }
            None
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a file of the program's own")]
fn set_aside(folder: &Path, text: &str) {
    if let Err(error) = std::fs::write(file(folder).with_extension("json.damaged"), text) {
        tracing::warn!(%error, "damaged settings cannot be set aside");
    }
}

/// The settings of a file, and whether all of it was understood.
fn understood(mut members: Map<String, Value>) -> (Settings, bool) {
    let mut whole = true;
    let mut settings = Settings::default();
    take(&mut members, "theme", &mut settings.theme, &mut whole);
    take(
        &mut members,
        "drawerWidth",
        &mut settings.drawer_width,
        &mut whole,
    );
    take(
        &mut members,
        "dockHeight",
        &mut settings.dock_height,
        &mut whole,
    );
    take(
        &mut members,
        "tourDismissed",
        &mut settings.tour_dismissed,
        &mut whole,
    );
    take(
        &mut members,
        "recording",
        &mut settings.recording,
        &mut whole,
    );
    let mut tables = Map::new();
    take(&mut members, "tables", &mut tables, &mut whole);
    for (kind, mut choice) in tables {
        if let Some(members) = choice.as_object_mut() {
            let mut kept = TableChoice::default();
            take(members, "widths", &mut kept.widths, &mut whole);
            take(members, "shown", &mut kept.shown, &mut whole);
            take(members, "order", &mut kept.order, &mut whole);
            take(members, "sort", &mut kept.sort, &mut whole);
            settings.tables.insert(kind, kept);
        } else {
            whole = false;
        }
    }
    let mut views: Vec<Value> = Vec::new();
    take(&mut members, "savedViews", &mut views, &mut whole);
    for view in views {
        match serde_json::from_value::<SavedView>(view) {
            Ok(view) if !view.name.is_empty() && !view.kind.is_empty() => {
                settings.saved_views.push(view);
            }
            Ok(_) | Err(_) => whole = false,
        }
    }
    (settings, whole)
}

fn take<T: DeserializeOwned>(
    members: &mut Map<String, Value>,
    name: &str,
    into: &mut T,
    whole: &mut bool,
) {
    let Some(value) = members.remove(name) else {
        return;
    };
    match serde_json::from_value(value) {
        Ok(value) => *into = value,
        Err(error) => {
            tracing::warn!(name, %error, "a setting is damaged");
            *whole = false;
        }
    }
}

/// Keeps `settings`: written beside and renamed, so that a crash leaves the old or the new. What
/// another version of the program kept in the same file stays.
#[expect(clippy::disallowed_methods, reason = "a file of the program's own")]
pub(crate) fn save(folder: &Path, settings: &Settings) -> Result<(), WireError> {
    let write = || -> io::Result<()> {
        kept::make_folder(folder)?;
        let mut members: Map<String, Value> = read(folder)
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        if let Value::Object(ours) = serde_json::to_value(settings)? {
            members.extend(ours);
        }
        members.insert("form".to_owned(), FORM.into());
        let beside = folder.join("settings.json.new");
        std::fs::write(&beside, serde_json::to_vec_pretty(&members)?)?;
        std::fs::rename(beside, file(folder))
    };
    write().map_err(|error| {
        WireError::new(
            ErrorCode::Other,
            format!("Settings cannot be saved in {}.", folder.display()),
            format!("{error}. Check the folder's permissions and free space."),
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;
    use wire::Theme;

    fn choice() -> TableChoice {
        TableChoice {
            widths: [("name".to_owned(), 300)].into(),
            shown: [("ip".to_owned(), true)].into(),
            order: vec!["status".into(), "name".into()],
            sort: vec![wire::SortBy {
                column: "age".into(),
                descending: true,
            }],
        }
    }

    #[test]
    fn kept_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            theme: Theme::Light,
            drawer_width: 420,
            dock_height: 0,
            tables: [("pods".to_owned(), choice())].into(),
            tour_dismissed: true,
            saved_views: vec![SavedView {
                name: "Broken".into(),
                kind: "pods".into(),
                namespaces: vec!["shop".into()],
                filter: "!status:Running".into(),
                table: choice(),
            }],
            recording: wire::RecordingLimits {
                days: 30,
                megabytes: 500,
            },
        };
        save(folder.path(), &settings).unwrap();
        assert_eq!(load(folder.path()), settings);
        assert!(!folder.path().join("settings.json.damaged").exists());
    }

    #[test]
    fn absent_is_default_and_damage_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path()), Settings::default());
        std::fs::write(file(folder.path()), "{ \"theme\": ").unwrap();
        assert_eq!(load(folder.path()), Settings::default());
        assert!(folder.path().join("settings.json.damaged").exists());
    }

    #[test]
    fn what_is_damaged_counts_as_not_chosen_and_the_rest_stays() {
        let good = r#""tables": {"pods": {"order": ["name"]}}"#;
        for (damage, views) in [
            (r#""theme": "purple""#, 0),
            (r#""drawerWidth": -5"#, 0),
            (r#""dockHeight": 1e9"#, 0),
            (r#""savedViews": 3"#, 0),
            (r#""recording": {"days": "seven"}"#, 0),
            (
                r#""savedViews": [7, {"name": "", "kind": "pods"}, {"name": "a", "kind": "pods", "filter": 1}, {"name": "b", "kind": "pods"}]"#,
                1,
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(file(folder.path()), format!("{{{good}, {damage}}}")).unwrap();
            let settings = load(folder.path());
            assert_eq!(settings.tables["pods"].order, ["name"], "{damage}");
            assert_eq!(settings.saved_views.len(), views, "{damage}");
            assert!(
                folder.path().join("settings.json.damaged").exists(),
                "{damage}"
            );
        }
        let folder = tempfile::tempdir().unwrap();
        let text =
            r#"{"tables": {"pods": {"widths": {"a": "wide"}, "order": ["b"]}, "nodes": []}}"#;
        std::fs::write(file(folder.path()), text).unwrap();
        let tables = load(folder.path()).tables;
        assert_eq!((tables.len(), tables["pods"].order.len()), (1, 1));
    }

    #[test]
    fn what_a_later_version_kept_stays() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            file(folder.path()),
            r#"{"form": 2, "theme": "dark", "sounds": ["bell"]}"#,
        )
        .unwrap();
        let settings = load(folder.path());
        save(folder.path(), &settings).unwrap();
        let text = std::fs::read_to_string(file(folder.path())).unwrap();
        assert!(
            text.contains("bell") && text.contains("\"theme\": \"dark\""),
            "{text}"
        );
        assert!(!folder.path().join("settings.json.damaged").exists());
    }

    #[test]
    fn an_older_file_lacks_fields() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(file(folder.path()), r#"{"theme":"dark"}"#).unwrap();
        assert_eq!(load(folder.path()).theme, Theme::Dark);
    }

    #[test]
    fn an_unwritable_folder_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        let error = save(&blocked, &Settings::default()).unwrap_err();
        assert!(error.message.contains("cannot be saved"));
    }
}
