//! What cannot be done with a kind or an object, for want of rights.

use cluster::{Deed, Right};
use model::{Kind, Resource};
use wire::{Actions, ActionsAsk, Lack, WireError};

use super::super::Session;
use super::list_of;
use crate::lacks::{self, Where};

/// Reading a pod's logs.
pub(crate) const READ_LOGS: Deed<'static> = Deed {
    verb: "get",
    group: "",
    resource: "pods/log",
};

impl Session {
    /// The missing right to list `resource`, and whether the server could not say.
    pub(crate) fn list_lack(&self, resource: &Resource) -> (Option<Lack>, bool) {
        match self.rights.known.may_list(resource) {
            Right::Yes => (None, false),
            Right::Unknown => (None, true),
            Right::No => {
                let mut namespaces = self.rights.known.namespaces.keys();
                let place = match (resource.namespaced, namespaces.next(), namespaces.next()) {
                    (false, _, _) => Where::Cluster,
                    (true, Some(only), None) => Where::Namespace(only),
                    (true, _, _) => Where::Everywhere,
                };
                (Some(lacks::lack(list_of(resource), place)), false)
            }
        }
    }

    /// What the account may not do with objects of `resource` in `namespace`, as far as is known.
    pub(crate) fn actions_on(
        &self,
        resource: &Resource,
        kind: Option<Kind>,
        namespace: &str,
    ) -> Actions {
        let namespace = if resource.namespaced { namespace } else { "" };
        let place = Where::of(resource, Some(namespace));
        let lack = |deed: Deed<'_>, place: Where<'_>, namespace: &str| {
            (self.rights.known.right(deed, namespace) == Right::No)
                .then(|| lacks::lack(deed, place))
        };
        let own = |verb| Deed {
            verb,
            group: &resource.group,
            resource: &resource.plural,
        };
        let follow =
            || lack(own("list"), place, namespace).or_else(|| lack(own("watch"), place, namespace));
        let (logs, graph) = match kind {
            Some(Kind::Pods) => (lack(READ_LOGS, place, namespace), None),
            Some(Kind::HorizontalPodAutoscalers | Kind::ScaledObjects | Kind::ScaledJobs) => {
                (None, follow())
            }
            Some(
                Kind::Deployments
                | Kind::ReplicaSets
                | Kind::Nodes
                | Kind::Events
                | Kind::Namespaces,
            )
            | None => (None, None),
        };
        let events_place = match namespace {
            "" => Where::Everywhere,
            namespace => Where::Namespace(namespace),
        };
        Actions {
            logs,
            yaml: lack(own("get"), place, namespace),
            events: lack(
                list_of(&Kind::Events.spec().resource),
                events_place,
                namespace,
            ),
            graph,
        }
    }

    /// Like [`Self::actions_on`], for the window; a namespace not yet known comes into question.
    pub(crate) fn actions(&mut self, ask: &ActionsAsk) -> Result<Actions, WireError> {
        self.review_namespaces([&ask.namespace]);
        let (resource, kind) = self.resource(&ask.kind)?;
        Ok(self.actions_on(&resource, kind, &ask.namespace))
    }
}
