//! The start page as the window shows it.

use cluster::Access;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use wire::{ContextEntry, FolderEntry, SourceEntry, StartPage};

use super::listed::{Listed, Listing, Standing, folder_id};
use super::roots::title;
use super::{Key, Root};
use crate::contexts_kept::ContextsKept;
use crate::demo_cluster;
use crate::shown;

/// For how long something opened is brought into sight, in ms, whatever was pulled meanwhile.
const FRESH_MS: i64 = 10_000;

/// Now, and where.
pub(crate) struct Clock {
    now_ms: i64,
    zone: TimeZone,
}

impl Clock {
    /// In the zone of this computer.
    pub(crate) fn local(now_ms: i64) -> Self {
        Self {
            now_ms,
            zone: TimeZone::system(),
        }
    }

    /// `today 14:03`, `yesterday 14:03`, `Tue 3 Nov`, `3 Nov 2025`; empty for 0.
    pub(crate) fn day(&self, at_ms: i64) -> String {
        if at_ms == 0 {
            return String::new();
        }
        let local = |ms| {
            let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
            at.to_zoned(self.zone.clone())
        };
        let (at, now) = (local(at_ms), local(self.now_ms));
        let (day, today): (Date, Date) = (at.date(), now.date());
        let format = if day == today {
            "today %H:%M"
        } else if today.yesterday().is_ok_and(|yesterday| day == yesterday) {
            "yesterday %H:%M"
        } else if day.year() == today.year() {
            "%a %-d %b"
        } else {
            "%-d %b %Y"
        };
        at.strftime(format).to_string()
    }

    /// `14:03`.
    fn time(&self, at_ms: i64) -> String {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(self.zone.clone()).strftime("%H:%M").to_string()
    }
}

impl Listing {
    /// The page; what is fresh on it is so once, or for ten seconds.
    pub(super) fn page(
        &mut self,
        kept: &ContextsKept,
        clock: &Clock,
        usual_place: String,
        first: bool,
    ) -> StartPage {
        let nothing = self.sources.is_empty() && self.standing_folders().next().is_none();
        let page = StartPage {
            sources: self
                .sources
                .iter()
                .map(|one| self.source(one, clock))
                .collect(),
            contexts: self
                .sources
                .iter()
                .flat_map(|one| contexts(one, kept, clock))
                .collect(),
            folders: self.standing_folders().map(folder).collect(),
            demo: demo_cluster::entry(kept, first && nothing),
            usual_place,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        self.all_shown();
        page
    }

    fn source(&self, listed: &Listed, clock: &Clock) -> SourceEntry {
        let roots: Vec<&Standing> = listed
            .roots
            .iter()
            .filter_map(|&id| self.standing_of(id))
            .collect();
        let opened = |one: &&&Standing| matches!(one.root, Root::Opened(_) | Root::Pasted(_));
        let fresh =
            |one: &Standing| !one.shown || (0..FRESH_MS).contains(&(clock.now_ms - one.opened_ms));
        let first_ms = roots.first().map_or(0, |one| one.opened_ms);
        SourceEntry {
            id: listed.id.to_string(),
            origin: listed.root.origin(),
            title: match listed.found.key {
                Key::Pasted(_) => format!("Pasted at {}", clock.time(first_ms)),
                Key::File(_) | Key::Merged => title(&listed.found),
            },
            files: listed.found.files.iter().map(|path| shown(path)).collect(),
            problem: listed.found.opened.as_ref().err().cloned(),
            warnings: listed.found.warnings.clone(),
            fresh: roots.iter().filter(opened).any(|one| fresh(one)),
            removable: roots.iter().any(|one| opened(&one)),
        }
    }
}

fn contexts(
    listed: &Listed,
    kept: &ContextsKept,
    clock: &Clock,
) -> impl Iterator<Item = ContextEntry> {
    let opened = listed.found.opened.iter();
    opened.flat_map(move |opened| {
        let contexts = opened.contexts.iter().zip(&listed.contexts);
        contexts.map(move |(context, id)| {
            let remembered = kept.of(&listed.whose(context));
            ContextEntry {
                id: id.to_string(),
                source: listed.id.to_string(),
                file: listed.file(context),
                name: context.name.clone(),
                cluster: context.cluster.clone(),
                server: context.server.clone(),
                user: context.user.clone(),
                namespace: context.namespace.clone().unwrap_or_default(),
                current: opened.current.as_deref() == Some(context.name.as_str()),
                access: access(&context.access),
                warnings: context.warnings.clone(),
                last_used: clock.day(remembered.last_used_ms),
                last_used_ms: remembered.last_used_ms,
                settings: remembered.settings,
            }
        })
    })
}

fn folder(standing: &Standing) -> FolderEntry {
    let Root::Folder(path) = &standing.root else {
        unreachable!("only folders are asked for");
    };
    let reading = standing.reading.as_ref();
    let files = reading.map_or(0, |reading| reading.found.len());
    FolderEntry {
        id: folder_id(standing),
        path: shown(path),
        files: u32::try_from(files).unwrap_or(u32::MAX),
        problem: reading.map_or_else(String::new, |reading| reading.problem.clone()),
    }
}

fn access(access: &Access) -> wire::Access {
    match access {
        Access::Token => wire::Access::Token,
        Access::TokenFile => wire::Access::TokenFile,
        Access::ClientCertificate => wire::Access::ClientCertificate,
        Access::Basic => wire::Access::Basic,
        Access::Program(program) => wire::Access::Program(program.clone()),
        Access::Oidc(issuer) => wire::Access::Oidc(issuer.clone()),
        Access::Anonymous => wire::Access::Anonymous,
        Access::Broken(why) => wire::Access::Broken(why.clone()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_in_words() {
        let zone = TimeZone::get("Europe/Oslo").unwrap();
        let ms = |text: &str| {
            let at: jiff::civil::DateTime = text.parse().unwrap();
            at.to_zoned(zone.clone())
                .unwrap()
                .timestamp()
                .as_millisecond()
        };
        let clock = Clock {
            now_ms: ms("2026-11-27T00:10:00"),
            zone: zone.clone(),
        };
        for (at, words) in [
            ("2026-11-27T00:03:00", "today 00:03"),
            ("2026-11-26T23:59:00", "yesterday 23:59"),
            ("2026-11-03T14:03:00", "Tue 3 Nov"),
            ("2025-11-27T14:03:00", "27 Nov 2025"),
        ] {
            assert_eq!(clock.day(ms(at)), words);
        }
        assert_eq!(clock.day(0), "");
    }
}
