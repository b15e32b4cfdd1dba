//! Which objects have to do with one, found from reference to reference.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Known;
use crate::links::{Ident, LinkedRow, Relation};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// Objects, and whether each is kin: owner or owned, over whatever distance.
    pub(super) objects: BTreeMap<Ident, bool>,
    pub(super) edges: BTreeSet<(Ident, Ident, Relation)>,
    /// Objects that nobody insists on.
    pub(super) optional: BTreeSet<Ident>,
}

/// Why an object is looked at, which decides what is followed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// The object itself, its owners and owned: everything that refers to them and they to.
    Kin,
    /// Requests, scaling or a selector lead to it: what it leads to in turn.
    Downstream,
    /// It leads to what is looked at: what leads to it in turn.
    Upstream,
    /// It is merely named.
    Named,
}

/// Pods get these from admission control; they say nothing about a workload.
fn is_noise(to: &Ident) -> bool {
    (to.kind == "ConfigMap" && to.name == "kube-root-ca.crt")
        || (to.kind == "ServiceAccount" && to.name == "default")
}

pub(super) fn reach(focus: &Ident, known: &Known<'_>) -> Reached {
    let mut search = Search {
        known,
        incoming: Incoming::of(known),
        found: Reached::default(),
        roles: BTreeSet::new(),
        queue: VecDeque::new(),
        focus,
    };
    search.add(focus.clone(), Role::Kin);
    while let Some((ident, role)) = search.queue.pop_front() {
        search.look_at(&ident, role);
    }
    search.found
}

/// References by what they point to.
struct Incoming<'a> {
    by_target: BTreeMap<&'a Ident, Vec<(&'a LinkedRow, Relation)>>,
    selecting: Vec<&'a LinkedRow>,
}

impl<'a> Incoming<'a> {
    fn of(known: &Known<'a>) -> Self {
        let mut by_target: BTreeMap<&Ident, Vec<_>> = BTreeMap::new();
        let mut selecting = Vec::new();
        for row in known.rows.values() {
            for reference in &row.references {
                by_target
                    .entry(&reference.to)
                    .or_default()
                    .push((*row, reference.relation));
            }
            // A gateway admits a route, though the route says so.
            for gateway in &row.admitted_by {
                by_target
                    .entry(gateway)
                    .or_default()
                    .push((*row, Relation::Admits));
            }
            if row.selects.is_some() {
                selecting.push(*row);
            }
        }
        Self {
            by_target,
            selecting,
        }
    }
}

struct Search<'k, 'a> {
    known: &'k Known<'a>,
    incoming: Incoming<'a>,
    found: Reached,
    roles: BTreeSet<(Ident, Role)>,
    queue: VecDeque<(Ident, Role)>,
    focus: &'k Ident,
}

impl<'a> Search<'_, 'a> {
    fn add(&mut self, ident: Ident, role: Role) {
        let kin = self.found.objects.entry(ident.clone()).or_default();
        *kin |= role == Role::Kin;
        if self.roles.insert((ident.clone(), role)) {
            self.queue.push_back((ident, role));
        }
    }

    fn edge(&mut self, from: &Ident, to: &Ident, relation: Relation) {
        self.found
            .edges
            .insert((from.clone(), to.clone(), relation));
    }

    fn look_at(&mut self, ident: &Ident, role: Role) {
        match role {
            Role::Kin => {
                self.owners(ident, Role::Kin);
                self.owned(ident, Role::Kin);
                self.outgoing(ident);
                self.referring(ident);
                self.selected_by(ident);
                self.selecting(ident);
            }
            Role::Downstream => {
                self.owned(ident, Role::Downstream);
                self.selecting(ident);
                self.led_to(ident);
            }
            Role::Upstream => {
                self.owners(ident, Role::Named);
                self.leading(ident);
                self.slices(ident);
            }
            Role::Named => {
                if ident.kind == "PersistentVolumeClaim" {
                    self.led_to(ident);
                }
            }
        }
    }

    /// Owners; beyond the object's own kin only those that are known.
    fn owners(&mut self, ident: &Ident, role: Role) {
        let Some(row) = self.known.row(ident) else {
            return;
        };
        for owner in &row.owners {
            let at = match self.known.by_uid.get(&*owner.uid) {
                Some(at) => at.clone(),
                None if role == Role::Kin => owner_ident(owner, &row.meta.namespace),
                None => continue,
            };
            self.add(at.clone(), role);
            self.edge(&at, ident, Relation::Owns);
        }
    }

    fn owned(&mut self, ident: &Ident, role: Role) {
        let Some(row) = self.known.row(ident) else {
            return;
        };
        // Owners of the object have other objects, too: they are not followed down again.
        if role == Role::Kin && !self.is_below(ident) {
            return;
        }
        for child in self
            .known
            .children
            .get(&*row.meta.uid)
            .into_iter()
            .flatten()
        {
            self.add(child.clone(), role);
            self.edge(ident, child, Relation::Owns);
        }
    }

    /// Whether it is the object itself or owned by it.
    fn is_below(&self, ident: &Ident) -> bool {
        let mut at = ident.clone();
        for _ in 0..16 {
            if at == *self.focus {
                return true;
            }
            let owner = self
                .known
                .row(&at)
                .and_then(|row| row.owners.first())
                .and_then(|owner| self.known.by_uid.get(&*owner.uid));
            match owner {
                Some(owner) => at = owner.clone(),
                None => return false,
            }
        }
        false
    }

    /// What kin refers to by name. What its maker's template names is told of the maker.
    fn outgoing(&mut self, ident: &Ident) {
        let Some(row) = self.known.row(ident) else {
            return;
        };
        let told: BTreeSet<&Ident> = self
            .makers(row)
            .iter()
            .flat_map(|maker| &maker.references)
            .map(|reference| &reference.to)
            .collect();
        for reference in &row.references {
            let to = &reference.to;
            let placing = reference.relation == Relation::RunsOn;
            if is_noise(to) || told.contains(to) || (placing && ident != self.focus) {
                continue;
            }
            if reference.optional {
                self.found.optional.insert(to.clone());
            }
            let role = match reference.relation {
                Relation::Routes | Relation::Scales | Relation::Selects => Role::Downstream,
                Relation::Owns
                | Relation::Admits
                | Relation::Protects
                | Relation::Restricts
                | Relation::Uses
                | Relation::Binds
                | Relation::RunsOn => Role::Named,
            };
            self.add(to.clone(), role);
            self.edge(ident, to, reference.relation);
        }
        for gateway in &row.admitted_by {
            self.add(gateway.clone(), Role::Upstream);
            self.edge(gateway, ident, Relation::Admits);
        }
    }

    /// What makes an object's pods, above it, nearest first.
    fn makers(&self, row: &'a LinkedRow) -> Vec<&'a LinkedRow> {
        let mut makers = Vec::new();
        let mut at = row;
        for _ in 0..16 {
            let owner = at.owners.first();
            let Some(above) = owner
                .and_then(|owner| self.known.by_uid.get(&*owner.uid))
                .and_then(|ident| self.known.row(ident))
            else {
                break;
            };
            if above.makes_pods {
                makers.push(above);
            }
            at = above;
        }
        makers
    }

    /// Who refers to kin by name.
    fn referring(&mut self, ident: &Ident) {
        for (row, relation) in self.incoming_of(ident) {
            let from = row.ident();
            if relation == Relation::Admits {
                self.add(from.clone(), Role::Downstream);
                self.edge(ident, &from, relation);
                continue;
            }
            // What a pod got from its maker is told of the maker.
            let inherited = relation == Relation::Uses
                && self
                    .makers(row)
                    .iter()
                    .any(|maker| maker.references.iter().any(|r| r.to == *ident));
            // Slices name each pod: but of the one in question that would be nothing but lines.
            let one_of_many = relation == Relation::Selects && ident != self.focus;
            if inherited || one_of_many {
                continue;
            }
            self.add(from.clone(), Role::Upstream);
            self.edge(&from, ident, relation);
        }
    }

    fn incoming_of(&self, ident: &Ident) -> Vec<(&'a LinkedRow, Relation)> {
        self.incoming
            .by_target
            .get(ident)
            .cloned()
            .unwrap_or_default()
    }

    /// Services, budgets and policies that select kin: by its template where it makes pods, else as the pod it is.
    fn selected_by(&mut self, ident: &Ident) {
        let Some(row) = self.known.row(ident) else {
            return;
        };
        let is_pod = ident.group.is_empty() && ident.kind == "Pod";
        if !(row.makes_pods || is_pod) {
            return;
        }
        let makers = self.makers(row);
        for by in self.incoming.selecting.clone() {
            let Some((relation, selector)) = &by.selects else {
                continue;
            };
            let selects = |row: &LinkedRow| {
                by.meta.namespace == row.meta.namespace && selector.accepts(&row.labels)
            };
            if selects(row) && !makers.iter().any(|maker| selects(maker)) {
                let from = by.ident();
                self.add(from.clone(), Role::Upstream);
                self.edge(&from, ident, *relation);
            }
        }
    }

    /// What it selects: workloads by their templates, and pods that no workload made.
    fn selecting(&mut self, ident: &Ident) {
        let Some(row) = self.known.row(ident) else {
            return;
        };
        let Some((relation, selector)) = &row.selects else {
            return;
        };
        let selected: Vec<Ident> = self
            .known
            .rows
            .values()
            .filter(|other| other.makes_pods || (other.group.is_empty() && other.kind == "Pod"))
            .filter(|other| other.meta.namespace == row.meta.namespace)
            .filter(|other| selector.accepts(&other.labels))
            .filter(|other| {
                let makers = self.makers(other);
                !makers.iter().any(|maker| selector.accepts(&maker.labels))
            })
            .map(|other| other.ident())
            .collect();
        for to in selected {
            self.add(to.clone(), Role::Downstream);
            self.edge(ident, &to, *relation);
        }
        self.slices(ident);
    }

    /// The slices of a Service.
    fn slices(&mut self, ident: &Ident) {
        let Some(row) = self.known.row(ident).filter(|_| ident.kind == "Service") else {
            return;
        };
        for slice in self
            .known
            .children
            .get(&*row.meta.uid)
            .into_iter()
            .flatten()
        {
            self.add(slice.clone(), Role::Named);
            self.edge(ident, slice, Relation::Owns);
        }
    }

    /// Where it sends requests, what it scales, what its claim is bound to.
    fn led_to(&mut self, ident: &Ident) {
        let Some(row) = self.known.row(ident) else {
            return;
        };
        for reference in &row.references {
            let role = match reference.relation {
                Relation::Routes | Relation::Scales => Role::Downstream,
                Relation::Binds => Role::Named,
                Relation::Owns
                | Relation::Admits
                | Relation::Selects
                | Relation::Protects
                | Relation::Restricts
                | Relation::Uses
                | Relation::RunsOn => continue,
            };
            self.add(reference.to.clone(), role);
            self.edge(ident, &reference.to, reference.relation);
        }
        for (route, relation) in self.incoming_of(ident) {
            if relation == Relation::Admits {
                let to = route.ident();
                self.add(to.clone(), Role::Downstream);
                self.edge(ident, &to, relation);
            }
        }
    }

    /// What sends requests to it, or lets it in.
    fn leading(&mut self, ident: &Ident) {
        for (row, relation) in self.incoming_of(ident) {
            if relation == Relation::Routes {
                let from = row.ident();
                self.add(from.clone(), Role::Upstream);
                self.edge(&from, ident, relation);
            }
        }
        let gateways = self.known.row(ident).map(|row| row.admitted_by.clone());
        for gateway in gateways.into_iter().flatten() {
            self.add(gateway.clone(), Role::Upstream);
            self.edge(&gateway, ident, Relation::Admits);
        }
    }
}

fn owner_ident(owner: &crate::meta::OwnerRef, namespace: &str) -> Ident {
    let group = owner
        .api_version
        .split_once('/')
        .map_or("", |(group, _)| group);
    // Nodes are the one owner outside namespaces that kubelet gives to what lies in them.
    let wide = group.is_empty() && owner.kind == "Node";
    Ident {
        group: group.to_owned(),
        kind: owner.kind.to_string(),
        namespace: if wide {
            String::new()
        } else {
            namespace.to_owned()
        },
        name: owner.name.to_string(),
    }
}
