//! The boundary between backend and UI: every command once, every type that crosses.
//!
//! Names neither tauri nor kube. [`commands!`] makes the [`Handler`] trait, the router
//! [`dispatch`] and the TypeScript `Commands` map from one list, so a missing handler does not
//! compile. `cargo test -p wire` regenerates `ui/src/wire` in memory and fails on a difference;
//! `cargo run -p wire --example generate` writes it.

mod bell;
mod command;
mod consent;
mod copying;
mod demo;
mod details;
mod error;
mod event_group;
pub mod explain;
mod export;
mod find;
mod findings;
pub mod generate;
pub mod graph;
mod helm;
mod log;
mod notice;
mod overview;
mod recording;
mod relations;
mod rights;
mod settings;
mod start;
mod view;

pub use bell::{BellAsk, BellTold, SetBell};
pub use command::{
    COMMANDS, ClusterInfos, CommandSpec, FieldOwners, Handler, Reply, RowPlace, Strings, dispatch,
};
pub use consent::{
    AnswerConsent, Connecting, Consent, ConsentAsk, ConsentChange, ConsentEntry, ConsentItem,
    ConsentList, ConsentSection, Danger, Question,
};
pub use copying::{
    Copied, CopyAsk, CopyForm, Pick, RowKey, SelectAsk, YamlCopy, YamlCopyAsk, YamlCopyOpened,
};
pub use demo::{DemoEntry, DemoRateAsk, DemoTime, DemoTimeAsk};
pub use details::{
    Condition, Container, ContainerRole, DataEntry, DetailFact, DetailSection, DetailValue,
    Details, DetailsOpened, Fact, FieldOwner, LineOwner, ObjectEvent, ObjectRef, OpenDetails,
    OwnedObject, PairKind, Pairs, PairsAsk, ResourceUse, RevealAsk, Revealed, ScaledBy, SecretKey,
    UsageHistory, UsageLine, Verdict, Yaml, YamlAsk,
};
pub use error::{ErrorCode, WireError};
pub use event_group::{EventGroup, EventGroupAsk, EventGroupObject};
pub use explain::{
    AskLine, Band, BandKind, Counted, CronWindow, ExplainAsk, Explained, FindingLine,
    FindingSeverity, ForecastStep, GraphTable, Growth, Marks, MarksAsk, NextStep, PodBar, PodPhase,
    PodSpan, RuleLine, Sure, Sureness,
};
pub use export::{SaveExport, SavedExport};
pub use find::{FindAsk, FindEntry, FindSort, Found, FoundItem, GoAsk, GoTo};
pub use findings::{
    EvidenceLine, FindingAsk, FindingDetail, FindingsAsk, FindingsTold, NotExamined, Snippet,
};
pub use graph::{
    Flag, FlagTone, GraphMeta, GraphOpened, Lane, LaneRole, OpenGraph, SeenSpan, SeriesAsk,
};
pub use helm::{
    DiffKind, DiffLine, HelmAsk, HelmDiff, HelmDiffAsk, HelmPart, HelmRelease, HelmRevision,
    ReleaseAsk, ReleaseOpened,
};
pub use log::{LogAsk, LogLine, LogOpened, LogPhase, LogSpan, LogWindow, OpenLog};
pub use notice::Notice;
pub use overview::{
    AutoscalerPart, Bar, CapacityPart, CheckOut, DeprecatedLine, DeprecatedPart, EventRate,
    EventRateAsk, HealthPart, NodeGroupLine, NodeLine, Overview, OverviewOpened, Probe, QuotaLine,
    QuotasPart, ResourceBar, Troubled, VersionCount, VersionsPart, WarningLine, WarningsPart,
    WorkloadCount, WorkloadLine,
};
pub use recording::{RecordingInfo, RecordingLimits, RecordingState};
pub use relations::{
    Presence, RelationBlock, RelationEntry, RelationLine, RelationNode, RelationSection, Relations,
    RelationsOpened, Spot,
};
pub use rights::{Actions, ActionsAsk, Lack};
pub use settings::{SavedView, Settings, TableChoice, Theme};
pub use start::{
    Access, ClusterAsk, ClusterInfo, ClusterStatus, Connect, ContextEntry, ContextSettings,
    FolderEntry, KindEntry, KindList, Origin, Paste, SetContext, SourceAsk, SourceEntry, StartPage,
};
pub use table::{Align, Cell, Column, Tone};
pub use view::{
    CloseId, FilterProblem, OpenView, Phase, PlaceAsk, RowOut, Rows, RowsAsk, SetVisible, SortBy,
    UpdateView, ViewOpened, ViewState,
};
