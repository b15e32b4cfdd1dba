//! Every command, once.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;
use ts_rs::TS;

use crate::log::LogAsk;
use crate::{
    Actions, ActionsAsk, AnswerConsent, BellAsk, BellTold, CloseId, ClusterAsk, ClusterInfo,
    ClusterStatus, Connect, Connecting, ConsentAsk, ConsentList, Copied, CopyAsk, DemoRateAsk,
    DemoTime, DemoTimeAsk, Details, DetailsOpened, ErrorCode, EventGroup, EventGroupAsk, EventRate,
    EventRateAsk, ExplainAsk, Explained, FieldOwner, FindAsk, FindingAsk, FindingDetail,
    FindingsAsk, FindingsTold, Found, GoAsk, GoTo, GraphMeta, GraphOpened, GraphTable, HelmAsk,
    HelmDiff, HelmDiffAsk, HelmRelease, KindList, LogOpened, LogWindow, Marks, MarksAsk,
    OpenDetails, OpenGraph, OpenLog, OpenView, Overview, OverviewOpened, Pairs, PairsAsk, Paste,
    PlaceAsk, RecordingInfo, Relations, RelationsOpened, ReleaseAsk, ReleaseOpened, RevealAsk,
    Revealed, Rows, RowsAsk, SaveExport, SavedExport, SelectAsk, SeriesAsk, SetBell, SetContext,
    SetVisible, Settings, SourceAsk, StartPage, UpdateView, UsageHistory, ViewOpened, WireError,
    Yaml, YamlAsk, YamlCopy, YamlCopyAsk, YamlCopyOpened,
};

/// What a command answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// JSON text.
    Json(String),
    /// Raw bytes; the command says their layout.
    Bytes(Vec<u8>),
}

/// A command's name with the TypeScript names of its argument and answer.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// `open_view`
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// TypeScript type of the argument.
    pub argument: fn() -> String,
    /// TypeScript type of the answer.
    pub answer: fn() -> String,
}

macro_rules! answer_type {
    (bytes) => { Vec<u8> };
    ($answer:tt) => { $answer };
}
macro_rules! answer_reply {
    (bytes, $value:expr) => {
        Ok(Reply::Bytes($value))
    };
    ($answer:tt, $value:expr) => {
        json(&$value)
    };
}
macro_rules! answer_ts {
    (bytes) => {
        || "ArrayBuffer".to_owned()
    };
    ($answer:tt) => {
        ts_name::<$answer>
    };
}

/// Makes [`Handler`], [`dispatch`] and [`COMMANDS`] from the list of commands.
macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $name:ident($argument:tt) -> $answer:tt;)+) => {
        /// The bodies of all commands.
        pub trait Handler: Sync {
            $($(#[doc = $doc])+
            fn $name(&self, argument: $argument)
                -> impl Future<Output = Result<answer_type!($answer), WireError>> + Send;)+
        }

        /// Runs the command `name` on `handler`.
        ///
        /// # Errors
        /// [`ErrorCode::Malformed`] for an unknown name or an argument of the wrong shape; else
        /// what the command itself answers.
        pub async fn dispatch<H: Handler>(
            handler: &H,
            name: &str,
            argument: &str,
        ) -> Result<Reply, WireError> {
            match name {
                $(stringify!($name) => {
                    let argument = parse::<$argument>(name, argument)?;
                    let answer = handler.$name(argument).await?;
                    answer_reply!($answer, answer)
                })+
                _ => Err(WireError::new(
                    ErrorCode::Malformed,
                    "The window asked for a command that does not exist.",
                    name.chars().take(64).collect::<String>(),
                )),
            }
        }

        /// All commands, for the generated TypeScript.
        pub const COMMANDS: &[CommandSpec] = &[$(CommandSpec {
            name: stringify!($name),
            doc: concat!($($doc),+),
            argument: ts_name::<$argument>,
            answer: answer_ts!($answer),
        }),+];
    };
}

commands! {
    /// Contexts of all kubeconfigs; contacts nothing.
    start(()) -> StartPage;
    /// Connects one context, or asks first.
    connect(Connect) -> Connecting;
    /// Answers what `connect` asked.
    answer_consent(AnswerConsent) -> Connecting;
    /// Stops connecting a context.
    cancel_connect(Connect) -> ();
    /// What was agreed to and is remembered.
    consents(()) -> ConsentList;
    /// Forgets one of them; what is connected by it is closed.
    revoke_consent(ConsentAsk) -> ConsentList;
    /// Lets the person choose kubeconfigs to open.
    choose_kubeconfigs(()) -> ();
    /// Lets the person choose a folder whose kubeconfigs are listed from now on.
    choose_folder(()) -> ();
    /// Lists a folder's kubeconfigs no more.
    forget_folder(SourceAsk) -> ();
    /// Opens pasted text as a kubeconfig, in memory.
    paste_kubeconfig(Paste) -> ();
    /// Takes an opened or pasted kubeconfig off the page.
    remove_source(SourceAsk) -> ();
    /// Changes a context's own settings.
    set_context(SetContext) -> ();
    /// Closes a connection with everything open on it.
    disconnect(ClusterAsk) -> ();
    /// Clusters connected now (the page was loaded again).
    clusters(()) -> ClusterInfos;
    /// What the status bar shows.
    cluster_status(ClusterAsk) -> ClusterStatus;
    /// Kinds the cluster serves.
    kinds(ClusterAsk) -> KindList;
    /// What the account may not do with objects of a kind in a namespace, as far as is known; asks nothing of the server first.
    actions(ActionsAsk) -> Actions;
    /// Names of the namespaces for the selector, sorted; empty when they may not be listed, an error when that failed.
    namespaces(ClusterAsk) -> Strings;
    /// Finds kinds, objects, namespaces and what the window adds, by a few letters.
    find(FindAsk) -> Found;
    /// Nobody looks for anything in a cluster any more.
    end_find(ClusterAsk) -> ();
    /// Where a kind's short name, plural or the like leads.
    go(GoAsk) -> GoTo;
    /// Opens a live table.
    open_view(OpenView) -> ViewOpened;
    /// Filters or sorts a table otherwise.
    update_view(UpdateView) -> ();
    /// Says whether a table is on screen.
    set_visible(SetVisible) -> ();
    /// Rows of a table.
    rows(RowsAsk) -> Rows;
    /// Closes a table.
    close_view(CloseId) -> ();
    /// Index of an object's row in a view; nothing where the view does not show it.
    place_of(PlaceAsk) -> RowPlace;
    /// Selects rows of a table.
    select(SelectAsk) -> ();
    /// The selected rows of a table as text.
    copy_rows(CopyAsk) -> Copied;
    /// Begins to read the selected objects, for their YAML.
    open_yaml_copy(YamlCopyAsk) -> YamlCopyOpened;
    /// How far that is, and the YAML in the end.
    yaml_copy(CloseId) -> YamlCopy;
    /// Stops reading them.
    close_yaml_copy(CloseId) -> ();
    /// Opens the drawer on an object.
    open_details(OpenDetails) -> DetailsOpened;
    /// The drawer's content.
    details(CloseId) -> Details;
    /// The drawer's object as YAML.
    yaml(YamlAsk) -> Yaml;
    /// Labels or annotations of the drawer's object.
    pairs(PairsAsk) -> Pairs;
    /// CPU and memory of the drawer's object over time, measured again if that is due.
    usage_history(CloseId) -> UsageHistory;
    /// Who set which field of the drawer's object last.
    field_owners(CloseId) -> FieldOwners;
    /// One value of a Secret or `ConfigMap`, read now because somebody asked to see it.
    reveal(RevealAsk) -> Revealed;
    /// Closes the drawer.
    close_details(CloseId) -> ();
    /// Looks for what an object has to do with others.
    open_relations(OpenDetails) -> RelationsOpened;
    /// What was found so far.
    relations(CloseId) -> Relations;
    /// Looks no more.
    close_relations(CloseId) -> ();
    /// Opens a container's log.
    open_log(OpenLog) -> LogOpened;
    /// Lines of a log.
    log_lines(LogAsk) -> LogWindow;
    /// Closes a log.
    close_log(CloseId) -> ();
    /// Opens the scaling graph of an autoscaler.
    open_graph(OpenGraph) -> GraphOpened;
    /// Everything of a graph but its series.
    graph(CloseId) -> GraphMeta;
    /// The series of a graph, as bytes (layout in wire's module `graph`).
    graph_series(SeriesAsk) -> bytes;
    /// What a graph's page says of an instant.
    explain(ExplainAsk) -> Explained;
    /// What a graph's page draws besides series.
    graph_marks(MarksAsk) -> Marks;
    /// A graph as a table.
    graph_table(MarksAsk) -> GraphTable;
    /// Closes a graph.
    close_graph(CloseId) -> ();
    /// Opens the cluster page.
    open_overview(ClusterAsk) -> OverviewOpened;
    /// Everything the cluster page shows.
    overview(CloseId) -> Overview;
    /// Closes the cluster page.
    close_overview(CloseId) -> ();
    /// Events a minute over the last hour, while a table of events is open.
    event_rate(EventRateAsk) -> EventRate;
    /// The objects of one group of events, while the table of groups is open.
    event_group(EventGroupAsk) -> EventGroup;
    /// What stands behind the table of findings, while it is open.
    findings(FindingsAsk) -> FindingsTold;
    /// One finding of it.
    finding(FindingAsk) -> FindingDetail;
    /// Whether the desktop tells when an autoscaler comes to need attention.
    bell(BellAsk) -> BellTold;
    /// From now on it does, or does not.
    set_bell(SetBell) -> BellTold;
    /// Begins to follow a Helm release.
    open_release(ReleaseAsk) -> ReleaseOpened;
    /// Stops following it.
    close_release(CloseId) -> ();
    /// A revision of a Helm release in full, with the history.
    helm_release(HelmAsk) -> HelmRelease;
    /// What differs between two revisions of a Helm release.
    helm_diff(HelmDiffAsk) -> HelmDiff;
    /// Which time it is in the demo cluster.
    demo_time(ClusterAsk) -> DemoTime;
    /// Lets the demo cluster's time go faster, slower, or not at all.
    set_demo_rate(DemoRateAsk) -> DemoTime;
    /// Moves the demo cluster to another time of its day, from which it goes on.
    go_to_demo_time(DemoTimeAsk) -> DemoTime;
    /// Saves a picture or a table where the person says.
    save_export(SaveExport) -> SavedExport;
    /// Settings kept between starts.
    settings(()) -> Settings;
    /// Changes them.
    set_settings(Settings) -> ();
    /// Whether scaling is recorded, and what that costs now.
    recording(()) -> RecordingInfo;
}

/// Several clusters.
pub type ClusterInfos = Vec<ClusterInfo>;
/// Several entries of managed fields.
pub type FieldOwners = Vec<FieldOwner>;
/// A row's index, if it is shown.
pub type RowPlace = Option<u32>;
/// Several texts.
pub type Strings = Vec<String>;

fn parse<T: DeserializeOwned>(command: &str, argument: &str) -> Result<T, WireError> {
    serde_json::from_str(argument).map_err(|error| {
        WireError::new(
            ErrorCode::Malformed,
            format!("The argument of {command} is malformed."),
            error.to_string(),
        )
    })
}

fn json<T: Serialize>(value: &T) -> Result<Reply, WireError> {
    serde_json::to_string(value)
        .map(Reply::Json)
        .map_err(|error| {
            WireError::new(
                ErrorCode::Other,
                "The answer could not be written as JSON.",
                error.to_string(),
            )
        })
}

fn ts_name<T: TS>() -> String {
    T::name(&ts_rs::Config::from_env())
}
