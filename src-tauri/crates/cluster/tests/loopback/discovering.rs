//! Discovery in both forms, with groups that fail.

use cluster::{Discovered, discover};

use crate::server::{Server, json};

fn named<'a>(resources: &'a [Discovered], plural: &str) -> Vec<&'a Discovered> {
    resources
        .iter()
        .filter(|own| own.resource.plural == plural)
        .collect()
}

#[tokio::test]
async fn aggregated() {
    let server = Server::kubernetes(|seen| {
        assert!(seen.headers.contains("as=apigroupdiscoverylist"), "{seen:?}");
        match seen.line.as_str() {
            "GET /api" => json(200, r#"{"kind":"APIGroupDiscoveryList","items":[{"versions":[{"version":"v1","freshness":"Current","resources":[
                {"resource":"pods","responseKind":{"group":"","version":"","kind":"Pod"},"scope":"Namespaced","singularResource":"pod",
                 "verbs":["get","list","watch"],"shortNames":["po"],"categories":["all"],"subresources":[{"subresource":"log"}]},
                {"resource":"nodes","responseKind":{"kind":"Node"},"scope":"Cluster","singularResource":"node","verbs":["get"]}]}]}]}"#),
            "GET /apis" => json(200, r#"{"kind":"APIGroupDiscoveryList","items":[
                {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]},
                {"metadata":{"name":"autoscaling"},"versions":[
                  {"version":"v2","resources":[{"resource":"horizontalpodautoscalers","responseKind":{"kind":"HorizontalPodAutoscaler"},"scope":"Namespaced","shortNames":["hpa"],"verbs":null}]},
                  {"version":"v1","resources":[{"resource":"horizontalpodautoscalers","responseKind":{"kind":"HorizontalPodAutoscaler"},"scope":"Namespaced"}]}]},
                {"metadata":{"name":"evil\u202e.example"},"versions":[{"version":"v1","resources":[{"resource":"x\u001b","responseKind":{"kind":"X"}}]}]}]}"#),
            other => panic!("{other}"),
        }
    })
    .await;
    let found = discover(&server.connect().await).await.unwrap();
    assert_eq!(found.failed_groups, ["metrics.k8s.io/v1beta1"]);
    let [pods] = named(&found.resources, "pods")[..] else {
        panic!("{found:?}")
    };
    assert!(
        pods.resource.namespaced
            && pods.resource.group.is_empty()
            && pods.can("watch")
            && !pods.can("delete")
    );
    assert_eq!(
        (&pods.short_names[..], &pods.categories[..]),
        (&["po".to_owned()][..], &["all".to_owned()][..])
    );
    assert!(!named(&found.resources, "nodes")[0].resource.namespaced);
    let [hpa] = named(&found.resources, "horizontalpodautoscalers")[..] else {
        panic!("once: {found:?}")
    };
    assert_eq!(hpa.resource.version, "v2", "the preferred version");
    let [odd] = named(&found.resources, "x⟨U+001B⟩")[..] else {
        panic!("{found:?}")
    };
    assert_eq!(odd.resource.group, "evil⟨U+202E⟩.example");
}

#[tokio::test]
async fn one_by_one() {
    let server = Server::kubernetes(|seen| match seen.line.as_str() {
        "GET /api" => json(200, r#"{"kind":"APIVersions","versions":["v1"]}"#),
        "GET /apis" => json(200, r#"{"kind":"APIGroupList","groups":[
            {"name":"autoscaling","versions":[{"version":"v1"},{"version":"v2"}],"preferredVersion":{"version":"v2"}},
            {"name":"metrics.k8s.io","versions":[{"version":"v1beta1"}],"preferredVersion":{"version":"v1beta1"}}]}"#),
        "GET /api/v1" => json(200, r#"{"resources":[
            {"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["list"],"shortNames":["po"]},
            {"name":"pods/log","namespaced":true,"kind":"Pod","verbs":["get"]}]}"#),
        "GET /apis/metrics.k8s.io/v1beta1" => json(503, r#"{"kind":"Status","message":"service unavailable"}"#),
        _ => json(200, r#"{"resources":[{"name":"horizontalpodautoscalers","namespaced":true,"kind":"HorizontalPodAutoscaler","verbs":["list"]}]}"#),
    })
    .await;
    let found = discover(&server.connect().await).await.unwrap();
    let all: Vec<(&str, &str)> = found
        .resources
        .iter()
        .map(|own| (own.resource.version.as_str(), own.resource.plural.as_str()))
        .collect();
    assert_eq!(all, [("v1", "pods"), ("v2", "horizontalpodautoscalers")]);
    assert_eq!(found.failed_groups, ["metrics.k8s.io/v1beta1"]);
}
