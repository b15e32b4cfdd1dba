//! What filters match on a real server: labels of every encoding, fields answered by the server.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use cluster_tests::{Plane, Window, halves, until};
use serde_json::{Value, json};

halves! {
    planes: Plane::demo_bare(), Plane::real_bare();
    on_both: labels_and_fields, rows_are_selected_and_copied;
}

fn object(api_version: &str, kind: &str, name: &str, labels: &Value, rest: &Value) -> Value {
    let mut object = json!({"apiVersion": api_version, "kind": kind,
        "metadata": {"name": name, "namespace": "filtered", "labels": labels}});
    for (key, value) in rest.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}

fn write(plane: &Plane) {
    let spec =
        json!({"spec": {"containers": [{"name": "main", "image": "registry.example.com/a:1"}]}});
    let none = json!({});
    let items = [
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "filtered"}}),
        object(
            "v1",
            "Pod",
            "web-1",
            &json!({"app": "web", "tier": "front"}),
            &spec,
        ),
        object(
            "v1",
            "Pod",
            "web-2",
            &json!({"app": "web", "tier": "back"}),
            &spec,
        ),
        object("v1", "Pod", "db-1", &json!({"app": "db"}), &spec),
        object("v1", "Pod", "bare", &none, &spec),
        object(
            "v1",
            "ConfigMap",
            "web-config",
            &json!({"app": "web"}),
            &none,
        ),
        object("v1", "ConfigMap", "other", &none, &none),
    ];
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    plane.apply(&list.to_string()).unwrap();
}

async fn filter(window: &Window, view: u32, filter: &str) {
    let () = window
        .ask("update_view", json!({"view": view, "filter": filter}))
        .await
        .unwrap();
}

/// Names of the rows, once they are these.
async fn until_names(window: &Window, view: u32, text: &str, wanted: &[&str]) {
    filter(window, view, text).await;
    until(
        &format!("{wanted:?} by {text:?}"),
        Duration::from_secs(20),
        async || {
            let page = window.page(view, 0, 100).await;
            assert_eq!(page.filter_problem, None, "{text:?}");
            let names: Vec<String> = page.rows.iter().map(|row| row.name.clone()).collect();
            if names == wanted {
                Ok(())
            } else {
                Err(format!("{names:?} {:?}", page.state.why))
            }
        },
    )
    .await;
}

async fn labels_and_fields(plane: Plane) {
    plane.blocking(write).await;
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let _: wire::KindList = window
        .ask("kinds", json!({"cluster": cluster}))
        .await
        .unwrap();

    let pods = window.view_in(&cluster, "pods", &["filtered"]).await;
    window.live(pods).await;
    for (text, wanted) in [
        ("app=web", vec!["web-1", "web-2"]),
        ("app=web,tier!=back", vec!["web-1"]),
        ("app!=web", vec!["bare", "db-1"]),
        ("tier in (front, back)", vec!["web-1", "web-2"]),
        ("tier notin (front)", vec!["bare", "db-1", "web-2"]),
        ("!label:app", vec!["bare"]),
        ("status:pending app=db", vec!["db-1"]),
        ("age:<1h label:tier", vec!["web-1", "web-2"]),
        ("age:>1h", vec![]),
        ("metadata.name=db-1", vec!["db-1"]),
        ("metadata.name!=db-1 app=web", vec!["web-1", "web-2"]),
        (
            "status.phase=Pending,metadata.name!=bare",
            vec!["db-1", "web-1", "web-2"],
        ),
        ("status.phase=Running", vec![]),
        ("", vec!["bare", "db-1", "web-1", "web-2"]),
    ] {
        until_names(&window, pods, text, &wanted).await;
    }

    // What a watch brings has its labels too (JSON), and leaves with them.
    filter(&window, pods, "app=db").await;
    plane
        .blocking(|plane| {
            let labels = json!({"metadata": {"labels": {"app": "db"}}});
            let bare = "/api/v1/namespaces/filtered/pods/bare";
            plane.client().merge_patch(bare, &labels).unwrap()
        })
        .await;
    until_names(&window, pods, "app=db", &["bare", "db-1"]).await;

    // The server's own words on a field it does not know; then the way back.
    filter(&window, pods, "spec.replicas=3").await;
    until(
        "the server's refusal",
        Duration::from_secs(20),
        async || {
            let state = window.state(pods).await;
            if state.phase == wire::Phase::Failed {
                Ok(())
            } else {
                Err(format!("{state:?}"))
            }
        },
    )
    .await;
    let state = window.state(pods).await;
    assert!(state.why.contains("spec.replicas"), "{}", state.why);
    until_names(&window, pods, "web", &["web-1", "web-2"]).await;

    // What means nothing is told, and the last good filter stays.
    filter(&window, pods, "web stat:x").await;
    let page = window.page(pods, 0, 10).await;
    let problem = page.filter_problem.unwrap();
    assert_eq!((problem.at, problem.piece.as_str()), (4, "stat"));
    assert!(problem.message.contains("status"), "{}", problem.message);
    assert_eq!(page.matched, 2);

    // Rows of the server's Table have labels and columns too.
    let maps = window
        .view_in(&cluster, "core/v1/configmaps", &["filtered"])
        .await;
    window.live(maps).await;
    until_names(&window, maps, "app=web", &["web-config"]).await;
    until_names(&window, maps, "data:=0 !web", &["other"]).await;
    until_names(&window, maps, "metadata.name=other", &["other"]).await;

    // One list and watch a kind and selector: what was typed over is closed.
    until(
        "idle selectors closed",
        Duration::from_secs(20),
        async || {
            let watches = window.status(&cluster).await.watches;
            if watches <= 4 {
                Ok(())
            } else {
                Err(watches.to_string())
            }
        },
    )
    .await;
}

fn write_secrets(plane: &Plane) {
    let secret = json!({"stringData": {"password": "hunter2"}});
    let items = [
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "filtered"}}),
        object("v1", "Secret", "copied-a", &json!({}), &secret),
        object("v1", "Secret", "copied-b", &json!({}), &secret),
        object("v1", "Secret", "copied-c", &json!({}), &secret),
    ];
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    plane.apply(&list.to_string()).unwrap();
}

async fn rows_are_selected_and_copied(plane: Plane) {
    plane.blocking(write_secrets).await;
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let _: wire::KindList = window
        .ask("kinds", json!({"cluster": cluster}))
        .await
        .unwrap();
    let view = window
        .view_in(&cluster, "core/v1/secrets", &["filtered"])
        .await;
    window.live(view).await;
    until_names(
        &window,
        view,
        "copied",
        &["copied-a", "copied-b", "copied-c"],
    )
    .await;
    let key = |name: &str| json!({"key": "", "kind": "core/v1/secrets", "namespace": "filtered", "name": name});
    let select = async |pick: Value| {
        let () = window
            .ask("select", json!({"view": view, "pick": pick}))
            .await
            .unwrap();
        let page = window.page(view, 0, 10).await;
        let rows = page.rows.into_iter().filter(|row| row.selected);
        let names: Vec<String> = rows.map(|row| row.name).collect();
        assert_eq!(names.len(), page.selected as usize);
        names.join(" ")
    };
    let copy = async |form: &str| -> String {
        let ask = json!({"view": view, "row": key("copied-c"), "form": form, "columns": ["data", "name"]});
        let copied: wire::Copied = window.ask("copy_rows", ask).await.unwrap();
        copied.text
    };
    // Without a selection the row that is meant is copied.
    assert_eq!(copy("names").await, "copied-c");
    assert_eq!(copy("csv").await, "Data,Name\r\n1,copied-c\r\n");
    let toggle = json!({"type": "toggle", "row": key("copied-b")});
    assert_eq!(select(toggle.clone()).await, "copied-b");
    assert_eq!(copy("qualified").await, "filtered/copied-b");
    assert_eq!(select(toggle).await, "");
    let range = json!({"type": "range", "from": key("copied-b"), "to": key("copied-a")});
    assert_eq!(select(range).await, "copied-a copied-b");
    assert_eq!(
        select(json!({"type": "all"})).await,
        "copied-a copied-b copied-c"
    );
    assert_eq!(
        copy("tsv").await,
        "Data\tName\n1\tcopied-a\n1\tcopied-b\n1\tcopied-c\n"
    );
    let command = copy("kubectl").await;
    assert!(
        command
            .starts_with("kubectl get secrets -n filtered copied-a copied-b copied-c --context="),
        "{command}"
    );
    // What a filter hides is selected no more.
    filter(&window, view, "copied !copied-c").await;
    assert_eq!(window.page(view, 0, 10).await.selected, 2);

    yaml_of_two_secrets(&window, view).await;

    // An object that is gone is selected no more.
    filter(&window, view, "copied").await;
    assert_eq!(
        select(json!({"type": "all"})).await,
        "copied-a copied-b copied-c"
    );
    plane
        .blocking(|plane| {
            let path = "/api/v1/namespaces/filtered/secrets/copied-a";
            plane.client().delete(path).unwrap()
        })
        .await;
    until("one less", Duration::from_secs(20), async || {
        let selected = window.page(view, 0, 10).await.selected;
        if selected == 2 {
            Ok(())
        } else {
            Err(selected.to_string())
        }
    })
    .await;
}

/// The YAML of the two that are selected, without what is secret.
async fn yaml_of_two_secrets(window: &Window, view: u32) {
    let ask = json!({"view": view, "row": null});
    let opened: wire::YamlCopyOpened = window.ask("open_yaml_copy", ask).await.unwrap();
    assert_eq!(opened.total, 2);
    let text = loop {
        let copying: wire::YamlCopy = window
            .ask("yaml_copy", json!({"id": opened.copy}))
            .await
            .unwrap();
        assert_eq!(copying.failed, Vec::<String>::new());
        if let Some(text) = copying.text {
            break text;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(text.matches("kind: Secret").count(), 2, "{text}");
    assert_eq!(text.matches("---\n").count(), 1, "{text}");
    let encoded = "aHVudGVyMg";
    assert!(
        !text.contains("hunter2") && !text.contains(encoded),
        "{text}"
    );
    let () = window
        .ask("close_yaml_copy", json!({"id": opened.copy}))
        .await
        .unwrap();
}
