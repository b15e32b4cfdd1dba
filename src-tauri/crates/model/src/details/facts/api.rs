//! What adds kinds to the API: definitions and aggregated services.

use super::super::look::Look;
use super::super::read::{joined, line, link, list, scalar, words};
use super::super::shape::{FactValue, Section};
use super::Known;
use super::build::{Facts, grid, named};

pub(super) fn definition(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let spec = look.spec();
    let names = &spec["names"];
    facts.field("Group", &spec["group"]);
    facts.field("Kind", &names["kind"]);
    facts.field("Plural", &names["plural"]);
    facts.field("Singular", &names["singular"]);
    facts.text("Short Names", joined(&names["shortNames"], ", "));
    facts.text("Categories", joined(&names["categories"], ", "));
    facts.field("Scope", &spec["scope"]);
    facts.field("Conversion", &spec["conversion"]["strategy"]);
    facts.text(
        "Stored Versions",
        joined(&look.status()["storedVersions"], ", "),
    );
    let versions = list(&spec["versions"]).map(|version| {
        let yes = |member: &str| words(if version[member] == true { "yes" } else { "no" });
        let subresources = super::super::read::members(&version["subresources"]);
        vec![
            words(line(&version["name"])),
            yes("served"),
            yes("storage"),
            words(if version["deprecated"] == true {
                "deprecated"
            } else {
                ""
            }),
            words(
                subresources
                    .map(|(name, _)| name)
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        ]
    });
    grid(
        more,
        "Versions",
        &["Version", "Served", "Stored", "", "Subresources"],
        versions,
    );
    let columns = list(&spec["versions"]).flat_map(|version| {
        let of = line(&version["name"]);
        list(&version["additionalPrinterColumns"]).map(move |column| {
            vec![
                words(line(&column["name"])),
                words(line(&column["jsonPath"])),
                words(line(&column["type"])),
                words(of.clone()),
            ]
        })
    });
    grid(
        more,
        "Printer columns",
        &["Column", "Path", "Type", "Version"],
        columns,
    );
    Known::Yes
}

pub(super) fn service(look: &Look<'_>, facts: &mut Facts, _: &mut Vec<Section>) -> Known {
    let spec = look.spec();
    facts.field("Group", &spec["group"]);
    facts.field("Version", &spec["version"]);
    let service = &spec["service"];
    if service.is_object() {
        let (namespace, name) = (line(&service["namespace"]), line(&service["name"]));
        let value = FactValue {
            text: format!("{namespace}/{name}"),
            note: format!("port {}", scalar(&service["port"])),
            ..named(link("v1", "Service", Some(&namespace), &name))
        };
        facts.values("Service", [value]);
    } else {
        facts.text("Service", "the API server itself");
    }
    if spec["insecureSkipTLSVerify"] == true {
        facts.text("TLS", "the certificate is not checked");
    }
    facts.field("Group Priority", &spec["groupPriorityMinimum"]);
    facts.field("Version Priority", &spec["versionPriority"]);
    Known::Yes
}
