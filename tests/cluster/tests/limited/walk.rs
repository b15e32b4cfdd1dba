//! Each account goes through every kind, drawer, log and graph: what it may do works, what it may not is named.

use std::time::{Duration, Instant};

use cluster_tests::{FaultProxy, Plane, Window, halves, until, within};
use serde_json::json;
use wire::{
    Actions, Details, DetailsOpened, ErrorCode, KindEntry, KindList, LogPhase, Phase, ViewState,
};

use crate::users::{OTHER, OWN, User};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: an_administrator_sees_everything_and_no_mark,
        a_viewer_is_told_of_what_only_others_may_list,
        rights_in_one_namespace_are_a_working_app,
        without_namespaces_the_rest_works_and_logs_are_named,
        an_account_without_rights_is_told_of_each,
        reviews_are_few,
        what_one_namespace_shows_is_followed_by_one_watch_a_kind;
}

pub(crate) async fn kinds(window: &Window, cluster: &str) -> KindList {
    window
        .ask("kinds", json!({"cluster": cluster}))
        .await
        .unwrap()
}

fn entry<'a>(list: &'a KindList, id: &str) -> &'a KindEntry {
    list.kinds
        .iter()
        .find(|kind| kind.id == id)
        .unwrap_or_else(|| panic!("no {id}"))
}

async fn open(plane: &Plane, user: User) -> (Window, String) {
    let file = user.kubeconfig(plane, None).await;
    Window::connected(&file).await
}

/// Waits until nothing is open any more: every kind is known to be allowed or not.
async fn reviewed(window: &Window, cluster: &str) -> KindList {
    let (list, after) = within(
        "a review of every kind",
        Duration::from_mins(1),
        async || {
            let list = kinds(window, cluster).await;
            let unsure: Vec<&str> = list
                .kinds
                .iter()
                .filter(|kind| kind.unsure)
                .map(|kind| kind.id.as_str())
                .collect();
            if list.kinds.len() > 40 && unsure.is_empty() {
                Ok(list)
            } else {
                Err(format!("{unsure:?}"))
            }
        },
    )
    .await;
    eprintln!(
        "rights of {} kinds known after {after:.1?}",
        list.kinds.len()
    );
    list
}

/// The state of a kind's table once it is no longer being listed.
async fn settled(window: &Window, view: u32) -> ViewState {
    let (state, _) = within(
        "a table that is listed or refused",
        Duration::from_secs(40),
        async || {
            let state = window.state(view).await;
            if state.phase == Phase::Listing {
                Err(format!("{state:?}"))
            } else {
                Ok(state)
            }
        },
    )
    .await;
    state
}

/// Opens every kind: those marked are refused with the marked right, all others show their objects.
async fn walk_kinds(window: &Window, cluster: &str, list: &KindList) -> usize {
    let mut shown = 0;
    for kind in &list.kinds {
        let view = window.view(cluster, &kind.id).await;
        let state = settled(window, view).await;
        if let Some(lack) = &kind.lack {
            assert_eq!(
                (state.phase, state.code),
                (Phase::Failed, Some(ErrorCode::Forbidden)),
                "{}: {state:?}",
                kind.id
            );
            let missing = state
                .lack
                .as_ref()
                .unwrap_or_else(|| panic!("{}: {state:?}", kind.id));
            assert_eq!(
                (missing.verb.as_str(), &missing.resource, &missing.group),
                ("list", &lack.resource, &lack.group),
                "{}",
                kind.id
            );
            assert!(
                state
                    .why
                    .contains(&format!("the verb list on {}", lack.resource)),
                "{}: {}",
                kind.id,
                state.why
            );
            assert!(
                missing.command.starts_with("kubectl auth can-i list "),
                "{}",
                missing.command
            );
        } else {
            // A kind without a watch (metrics) is as of its last list; KEDA may not be there.
            // metrics-server prints no tables, which is said.
            let prints =
                kind.group != "metrics.k8s.io" || !state.why.contains("not the table asked for");
            let served = state.code != Some(ErrorCode::Gone) && prints;
            let has_rows = matches!(state.phase, Phase::Live | Phase::Stale);
            assert!(has_rows || !served, "{}: {state:?}", kind.id);
            shown += usize::from(served);
        }
        let _: () = window.ask("close_view", json!({"id": view})).await.unwrap();
    }
    shown
}

async fn drawer(
    window: &Window,
    cluster: &str,
    kind: &str,
    namespace: &str,
    name: &str,
) -> (u32, Details) {
    let ask = json!({"cluster": cluster, "kind": kind, "namespace": namespace, "name": name});
    let opened: DetailsOpened = window.ask("open_details", ask).await.unwrap();
    let id = opened.details;
    let (details, _) = within(
        "a drawer that says something",
        Duration::from_secs(20),
        async || {
            let details: Details = window.ask("details", json!({"id": id})).await.unwrap();
            if details.loaded || details.problem.is_some() {
                Ok(details)
            } else {
                Err(String::new())
            }
        },
    )
    .await;
    (id, details)
}

async fn log(
    window: &Window,
    cluster: &str,
    namespace: &str,
) -> Result<(LogPhase, String), wire::WireError> {
    let ask = json!({"cluster": cluster, "namespace": namespace, "pod": "here", "container": "", "previous": false});
    let opened = window.log(ask).await?;
    let (state, _) = within("a log", Duration::from_secs(30), async || {
        let (lines, state) = window.log_text(opened.log).await;
        if state.phase == LogPhase::Failed || !lines.is_empty() {
            Ok(state)
        } else {
            Err(format!("{:?}", state.phase))
        }
    })
    .await;
    Ok((state.phase, state.why))
}

async fn graph_state(window: &Window, cluster: &str, namespace: &str) -> ViewState {
    let graph = window.graph(cluster, namespace, "web").await;
    let (state, _) = within("a graph", Duration::from_secs(30), async || {
        let state = window.graph_meta(graph).await.state;
        if state.phase == Phase::Listing {
            Err(format!("{state:?}"))
        } else {
            Ok(state)
        }
    })
    .await;
    state
}

async fn an_administrator_sees_everything_and_no_mark(plane: Plane) {
    let (window, cluster) = open(&plane, User::Admin).await;
    let list = reviewed(&window, &cluster).await;
    assert!(list.kinds.iter().all(|kind| kind.lack.is_none()) && !list.nothing);
    // metrics-server takes a while to answer, and is named meanwhile.
    until("every API", Duration::from_mins(2), async || {
        let list = kinds(&window, &cluster).await;
        if list.problem.is_empty() && list.failed_groups.is_empty() {
            Ok(())
        } else {
            Err(format!("{:?} {}", list.failed_groups, list.problem))
        }
    })
    .await;
    assert!(walk_kinds(&window, &cluster, &list).await > 40);
    let (_, details) = drawer(&window, &cluster, "pods", OWN, "here").await;
    assert_eq!(
        (details.actions, details.problem),
        (Actions::default(), None)
    );
    assert_eq!(
        log(&window, &cluster, OWN).await.unwrap().0,
        LogPhase::Following
    );
    assert_eq!(graph_state(&window, &cluster, OWN).await.phase, Phase::Live);
}

async fn a_viewer_is_told_of_what_only_others_may_list(plane: Plane) {
    let (window, cluster) = open(&plane, User::Viewer).await;
    let list = reviewed(&window, &cluster).await;
    for id in [
        "pods",
        "deployments",
        "events",
        "namespaces",
        "horizontalpodautoscalers",
        "core/v1/configmaps",
    ] {
        assert_eq!(entry(&list, id).lack, None, "{id}");
    }
    for id in [
        "core/v1/secrets",
        "nodes",
        "rbac.authorization.k8s.io/v1/clusterroles",
    ] {
        let lack = entry(&list, id)
            .lack
            .as_ref()
            .unwrap_or_else(|| panic!("{id} is not marked"));
        assert!(
            lack.sentence
                .starts_with("Your account lacks the verb list on "),
            "{}",
            lack.sentence
        );
    }
    assert!(!list.nothing);
    walk_kinds(&window, &cluster, &list).await;
    assert_eq!(
        log(&window, &cluster, OTHER)
            .await
            .unwrap_or((LogPhase::Following, String::new()))
            .0,
        LogPhase::Following
    );
    assert_eq!(
        graph_state(&window, &cluster, OTHER).await.phase,
        Phase::Live
    );
    let names: Vec<String> = window
        .ask("namespaces", json!({"cluster": cluster}))
        .await
        .unwrap();
    assert!(names.iter().any(|name| name == OTHER), "{names:?}");
}

async fn rights_in_one_namespace_are_a_working_app(plane: Plane) {
    let (window, cluster) = open(&plane, User::OneNamespace).await;
    let list = reviewed(&window, &cluster).await;
    // `view` allows namespaces too; bound within one, that right is none.
    for (id, allowed) in [
        ("pods", true),
        ("events", true),
        ("namespaces", false),
        ("nodes", false),
        ("core/v1/secrets", false),
    ] {
        assert_eq!(entry(&list, id).lack.is_none(), allowed, "{id}");
    }
    let secrets = entry(&list, "core/v1/secrets").lack.clone().unwrap();
    assert_eq!(
        secrets.sentence,
        format!("Your account lacks the verb list on secrets in namespace {OWN}.")
    );
    assert_eq!(
        secrets.command,
        format!("kubectl auth can-i list secrets -n {OWN}")
    );
    walk_kinds(&window, &cluster, &list).await;
    let (_, details) = drawer(&window, &cluster, "pods", OWN, "here").await;
    assert_eq!(
        (details.loaded, details.problem, details.actions),
        (true, None, Actions::default())
    );
    assert_eq!(
        log(&window, &cluster, OWN).await.unwrap().0,
        LogPhase::Following
    );
    assert_eq!(graph_state(&window, &cluster, OWN).await.phase, Phase::Live);
    let names: Vec<String> = window
        .ask("namespaces", json!({"cluster": cluster}))
        .await
        .unwrap();
    assert_eq!(names, [""; 0]);
    // The neighbour's namespace, typed: each refusal names what is missing there.
    let (_, details) = drawer(&window, &cluster, "pods", OTHER, "here").await;
    let problem = details.problem.unwrap();
    assert_eq!(problem.code, ErrorCode::Forbidden);
    let lack = problem.lack.unwrap();
    assert_eq!(
        (lack.resource.as_str(), lack.namespace.as_str()),
        ("pods", OTHER)
    );
    let refused = log(&window, &cluster, OTHER).await.unwrap_err();
    assert_eq!(
        refused.message,
        format!("Your account lacks the verb get on pods in namespace {OTHER}.")
    );
    let graph = graph_state(&window, &cluster, OTHER).await;
    assert_eq!(graph.phase, Phase::Failed);
    assert_eq!(
        graph.lack.unwrap().sentence,
        format!(
            "Your account lacks the verb list on horizontalpodautoscalers.autoscaling in namespace {OTHER}."
        )
    );
    let scaling = window.view_in(&cluster, "scaling", &[OTHER]).await;
    until(
        "a refusal of autoscalers there",
        Duration::from_secs(20),
        async || {
            let state = window.state(scaling).await;
            match &state.lack {
                Some(lack) if lack.namespace == OTHER => Ok(()),
                _ => Err(format!("{state:?}")),
            }
        },
    )
    .await;
    let view = window.view_in(&cluster, "pods", &[OTHER]).await;
    assert_eq!(settled(&window, view).await.lack.unwrap().namespace, OTHER);
}

async fn without_namespaces_the_rest_works_and_logs_are_named(plane: Plane) {
    let (window, cluster) = open(&plane, User::NoNamespaces).await;
    let list = reviewed(&window, &cluster).await;
    for (id, allowed) in [
        ("pods", true),
        ("deployments", true),
        ("events", true),
        ("namespaces", false),
        ("replicasets", false),
    ] {
        assert_eq!(entry(&list, id).lack.is_none(), allowed, "{id}");
    }
    walk_kinds(&window, &cluster, &list).await;
    let pods = window.view(&cluster, "pods").await;
    let rows = window.live(pods).await;
    assert!(
        rows.order.contains(&format!("{OTHER}/here")),
        "all namespaces: {:?}",
        rows.order
    );
    let (id, _) = drawer(&window, &cluster, "pods", OWN, "here").await;
    until(
        "the missing right to logs",
        Duration::from_secs(20),
        async || {
            let details: Details = window.ask("details", json!({"id": id})).await.unwrap();
            match details.actions.logs {
                Some(lack)
                    if lack.sentence
                        == format!(
                            "Your account lacks the verb get on pods/log in namespace {OWN}."
                        ) =>
                {
                    Ok(())
                }
                other => Err(format!("{other:?}")),
            }
        },
    )
    .await;
    let (phase, why) = log(&window, &cluster, OWN).await.unwrap();
    assert_eq!(phase, LogPhase::Failed);
    assert!(
        why.contains(&format!("the verb get on pods/log in namespace {OWN}")),
        "{why}"
    );
    // Deployments may be listed but not read whole.
    let (id, details) = drawer(&window, &cluster, "deployments", OWN, "web").await;
    assert_eq!(details.problem.unwrap().lack.unwrap().verb, "get");
    let details: Details = window.ask("details", json!({"id": id})).await.unwrap();
    assert_eq!(details.actions.yaml.unwrap().verb, "get");
    let graph = graph_state(&window, &cluster, OWN).await;
    assert_eq!(
        (graph.phase, graph.code),
        (Phase::Failed, Some(ErrorCode::Forbidden))
    );
    // Of a namespace that was not in question nothing is known: the server is asked, and then it is known.
    let ask = json!({"cluster": cluster, "kind": "pods", "namespace": OTHER});
    until(
        "the right to logs elsewhere",
        Duration::from_secs(20),
        async || {
            let actions: Actions = window.ask("actions", &ask).await.unwrap();
            actions.logs.map(|_| ()).ok_or_else(String::new)
        },
    )
    .await;
}

async fn an_account_without_rights_is_told_of_each(plane: Plane) {
    let (window, cluster) = open(&plane, User::Nothing).await;
    let list = reviewed(&window, &cluster).await;
    assert!(list.nothing);
    assert_eq!(walk_kinds(&window, &cluster, &list).await, 0);
    let scaling = window.view(&cluster, "scaling").await;
    let state = settled(&window, scaling).await;
    assert_eq!(
        (state.phase, state.code),
        (Phase::Failed, Some(ErrorCode::Forbidden)),
        "{state:?}"
    );
    let refused = log(&window, &cluster, OWN).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    let (_, details) = drawer(&window, &cluster, "pods", OWN, "here").await;
    assert!(details.problem.is_some() && !details.loaded);
    // A right that is given later is found without connecting again.
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "given-later", "namespace": OTHER},
        "subjects": [{"kind": "ServiceAccount", "name": "nothing", "namespace": OWN}],
        "roleRef": {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"},
    });
    plane
        .blocking(move |plane| plane.apply(&binding.to_string()).unwrap())
        .await;
    let view = window.view_in(&cluster, "pods", &[OTHER]).await;
    let rows = window.live(view).await;
    assert_eq!(rows.order, [format!("{OTHER}/here")]);
    until("marks without pods", Duration::from_secs(20), async || {
        let list = kinds(&window, &cluster).await;
        if entry(&list, "pods").lack.is_none() && !list.nothing {
            Ok(())
        } else {
            Err(String::new())
        }
    })
    .await;
    plane
        .blocking(|plane| {
            plane
                .client()
                .delete(&format!(
                    "/apis/rbac.authorization.k8s.io/v1/namespaces/{OTHER}/rolebindings/given-later"
                ))
                .unwrap()
        })
        .await;
}

async fn reviews_are_few(plane: Plane) {
    for (user, most) in [
        (User::Admin, 1),
        (User::OneNamespace, 16),
        (User::Nothing, 3),
    ] {
        let proxy = FaultProxy::before(&plane).await;
        let file = user.kubeconfig(&plane, Some(proxy.url())).await;
        let (window, cluster) = Window::connected(&file).await;
        reviewed(&window, &cluster).await;
        for _ in 0..50 {
            kinds(&window, &cluster).await;
        }
        let reviews: Vec<Instant> = proxy
            .seen()
            .iter()
            .filter(|seen| seen.request.path.starts_with("/apis/authorization.k8s.io/"))
            .map(|seen| seen.at)
            .collect();
        let busiest = reviews
            .iter()
            .map(|from| {
                reviews
                    .iter()
                    .filter(|at| **at >= *from && **at < *from + Duration::from_secs(1))
                    .count()
            })
            .max();
        eprintln!(
            "{user:?}: {} reviews of rights, at most {busiest:?} in a second",
            reviews.len()
        );
        assert!(
            reviews.len() <= most && !reviews.is_empty(),
            "{user:?}: {}",
            reviews.len()
        );
        assert!(busiest <= Some(5), "{user:?}: {busiest:?}");
    }
}

/// The autoscalers of the one namespace that may be listed are followed as its tables are, and tell of the last hour.
async fn what_one_namespace_shows_is_followed_by_one_watch_a_kind(plane: Plane) {
    let proxy = FaultProxy::before(&plane).await;
    let file = User::OneNamespace
        .kubeconfig(&plane, Some(proxy.url()))
        .await;
    let folder = tempfile::tempdir().unwrap();
    let (window, cluster) = Window::recording(&file, folder.path()).await;
    let hpas = window.view(&cluster, "horizontalpodautoscalers").await;
    window.live(hpas).await;
    let scaling = window.view_in(&cluster, "scaling", &[OWN]).await;
    until("the hour's replicas", Duration::from_secs(40), async || {
        let rows = window.snapshot(scaling).await.rows;
        let hour = rows.get(&format!("{OWN}/web"));
        match hour.and_then(|row| row.get("LAST HOUR")) {
            Some(hour) if !hour.trim().is_empty() => Ok(()),
            _ => Err(format!("{rows:?}")),
        }
    })
    .await;
    let watches = proxy.watches();
    let own = format!("/apis/autoscaling/v2/namespaces/{OWN}/horizontalpodautoscalers");
    assert_eq!(watches.get(&own), Some(&1), "{watches:?}");
    assert!(watches.values().all(|count| *count == 1), "{watches:?}");
    // Which cluster it is may not be read: that is told.
    until("why nothing is kept", Duration::from_secs(20), async || {
        let problem = window.status(&cluster).await.problem;
        if problem.contains("kube-system") {
            Ok(())
        } else {
            Err(problem)
        }
    })
    .await;
}
