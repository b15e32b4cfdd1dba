//! A release as a row of a table: its newest revision.

use table::{Cell, SortKey, Tone};

use super::release::{Driver, Release};
use crate::cells::{age, age_key, figure_column, text_column, text_key, wide};
use crate::columns::{Def, columnar};

/// What is known of a release's newest revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Its payload is on its way.
    Unread,
    /// Its payload was read.
    Read(Box<Brief>),
    /// Its payload cannot be read, for this reason.
    Damaged(String),
}

/// What the table shows of a payload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brief {
    /// `web-1.2.3`.
    pub chart: Box<str>,
    /// Version of what the chart installs.
    pub app_version: Box<str>,
    /// `deployed`.
    pub status: Box<str>,
    /// When it was deployed, Unix ms.
    pub updated_ms: Option<i64>,
    /// Of the status.
    pub description: Box<str>,
}

impl From<&Release> for Brief {
    fn from(release: &Release) -> Self {
        Self {
            chart: chart(release).into(),
            app_version: release.app_version.as_str().into(),
            status: release.status.as_str().into(),
            updated_ms: release.updated_ms,
            description: release.description.as_str().into(),
        }
    }
}

/// `web-1.2.3`, as `helm list` prints it.
pub fn chart(release: &Release) -> String {
    match (release.chart.as_str(), release.chart_version.as_str()) {
        ("", _) => String::new(),
        (name, "") => name.to_owned(),
        (name, version) => format!("{name}-{version}"),
    }
}

/// How good a status is.
pub fn tone(status: &str) -> Tone {
    match status {
        "deployed" => Tone::Good,
        "failed" => Tone::Bad,
        "pending-install" | "pending-upgrade" | "pending-rollback" | "uninstalling" => Tone::Warn,
        "superseded" | "uninstalled" => Tone::Quiet,
        _ => Tone::Plain,
    }
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRow {
    /// Namespace.
    pub namespace: Box<str>,
    /// Name.
    pub name: Box<str>,
    /// Newest revision.
    pub revision: u32,
    /// Where that is kept.
    pub driver: Driver,
    /// Of that revision.
    pub content: Content,
}

impl ReleaseRow {
    fn brief(&self) -> Option<&Brief> {
        match &self.content {
            Content::Read(brief) => Some(brief),
            Content::Unread | Content::Damaged(_) => None,
        }
    }

    fn kept_in(&self) -> &'static str {
        match self.driver {
            Driver::Secrets => "Secrets",
            Driver::ConfigMaps => "ConfigMaps",
        }
    }

    fn part(&self, part: fn(&Brief) -> &str) -> &str {
        self.brief().map(part).unwrap_or_default()
    }
}

/// Those of `helm list`, then what the status says.
const COLUMNS: &[Def<ReleaseRow>] = &[
    Def::new(
        || text_column("namespace", "Namespace", 140),
        |r, _| Cell::plain(&*r.namespace),
        |r| text_key(&r.namespace),
    ),
    Def::new(
        || text_column("name", "Name", 200),
        |r, _| Cell::plain(&*r.name),
        |r| text_key(&r.name),
    ),
    Def::new(
        || text_column("chart", "Chart", 220),
        |r, _| Cell::plain(r.part(|brief| &brief.chart)),
        |r| text_key(r.part(|brief| &brief.chart)),
    ),
    Def::new(
        || text_column("app-version", "App version", 110),
        |r, _| Cell::plain(r.part(|brief| &brief.app_version)),
        |r| text_key(r.part(|brief| &brief.app_version)),
    ),
    Def::new(
        || figure_column("revision", "Revision", 72),
        |r, _| Cell::plain(r.revision.to_string()),
        |r| SortKey::Int(r.revision.into()),
    ),
    Def::new(
        || text_column("status", "Status", 130),
        |r, _| match &r.content {
            Content::Unread => Cell::toned("reading…", Tone::Quiet),
            Content::Read(brief) => Cell::toned(&*brief.status, tone(&brief.status)),
            Content::Damaged(_) => Cell::toned("unreadable", Tone::Bad),
        },
        |r| text_key(r.part(|brief| &brief.status)),
    ),
    Def::new(
        || figure_column("updated", "Updated", 84),
        |r, now_ms| match r.brief() {
            Some(brief) => age(brief.updated_ms, now_ms),
            None => Cell::default(),
        },
        |r| age_key(r.brief().and_then(|brief| brief.updated_ms)),
    ),
    Def::new(
        || wide(text_column("driver", "Kept in", 110)),
        |r, _| Cell::plain(r.kept_in()),
        |r| text_key(r.kept_in()),
    ),
    Def::new(
        || text_column("description", "Description", 420),
        |r, _| match &r.content {
            Content::Unread => Cell::default(),
            Content::Read(brief) => Cell::plain(&*brief.description),
            Content::Damaged(why) => Cell::toned(why.clone(), Tone::Bad),
        },
        |r| text_key(r.part(|brief| &brief.description)),
    ),
];

columnar!(ReleaseRow, |row| (&row.namespace, &row.name));

#[cfg(test)]
mod tests {
    use super::*;
    use table::Row;

    #[test]
    fn cells_of_each_content() {
        let release = Release {
            chart: "web".into(),
            chart_version: "1.2.3".into(),
            app_version: "9".into(),
            status: "pending-upgrade".into(),
            updated_ms: Some(0),
            description: "Preparing upgrade".into(),
            ..Release::default()
        };
        let row = |content| ReleaseRow {
            namespace: "shop".into(),
            name: "web".into(),
            revision: 3,
            driver: Driver::ConfigMaps,
            content,
        };
        let words = |row: &ReleaseRow| {
            let cells =
                (0..ReleaseRow::columns().len()).map(|column| row.cell(column, 60_000).text);
            cells.collect::<Vec<_>>().join("|")
        };
        let read = row(Content::Read(Box::new(Brief::from(&release))));
        assert_eq!(
            words(&read),
            "shop|web|web-1.2.3|9|3|pending-upgrade|60s|ConfigMaps|Preparing upgrade"
        );
        assert_eq!(read.cell(5, 0).tone, Tone::Warn);
        assert_eq!(
            words(&row(Content::Unread)),
            "shop|web|||3|reading…||ConfigMaps|"
        );
        assert_eq!(
            words(&row(Content::Damaged("why".into()))),
            "shop|web|||3|unreadable||ConfigMaps|why"
        );
    }
}
