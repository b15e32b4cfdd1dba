//! Appends, restarts and readings in any order give what a list of facts gives.

mod shared;

use model::fact::{Fact, Part, What};
use proptest::prelude::*;
use shared::{CLUSTER, at, fact, flush, open, read, stop, subject, target};

#[derive(Clone, Debug)]
enum Op {
    /// Facts of a size, received this many seconds after the last one.
    Sizes(Vec<(i32, i64)>),
    Watch(bool),
    Flush,
    Restart,
    /// From, to: seconds.
    Read(i64, i64),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        5 => prop::collection::vec((0..4, -5..200_i64), 1..150).prop_map(Op::Sizes),
        1 => any::<bool>().prop_map(Op::Watch),
        1 => Just(Op::Flush),
        1 => Just(Op::Restart),
        3 => (0..90_000_i64, 0..40_000_i64).prop_map(|(from, long)| Op::Read(from, from + long)),
    ]
}

/// What is recorded, as a list.
#[derive(Default)]
struct List {
    facts: Vec<Fact>,
    last: i64,
}

/// What holds after these: that it is watched or not, then the size, in the order in which they were told.
fn held(facts: &[Fact]) -> Vec<Fact> {
    let mut held: Vec<Fact> = Vec::new();
    for fact in facts {
        match &fact.what {
            What::Target(_) => held.retain(|one| !matches!(one.what, What::Target(_))),
            _ => held.clear(),
        }
        held.push(fact.clone());
    }
    held
}

impl List {
    fn push(&mut self, new: Fact) {
        let is_held = held(&self.facts).iter().any(|fact| fact.what == new.what);
        if !is_held || matches!(new.what, What::Watched(_)) {
            self.facts.push(new);
        }
    }

    fn is_watched(&self) -> bool {
        let told = self
            .facts
            .iter()
            .rev()
            .find(|fact| !matches!(fact.what, What::Target(_)));
        told.is_some_and(|fact| matches!(fact.what, What::Watched(_)))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_recorder_is_a_list(ops in prop::collection::vec(op(), 1..30)) {
        let folder = tempfile::tempdir().expect("a folder");
        let a = subject("a");
        let (mut recorder, _) = open(folder.path());
        let mut list = List::default();
        for op in ops {
            match op {
                Op::Sizes(sizes) => {
                    let facts: Vec<Fact> = sizes.into_iter().map(|(size, later)| {
                        list.last += later;
                        fact(at(list.last), target(size))
                    }).collect();
                    for fact in &facts {
                        list.push(fact.clone());
                    }
                    recorder.append(CLUSTER, &a, facts);
                }
                Op::Watch(is_watched) => {
                    let what = if is_watched { What::Watched(Part::Target) } else { What::Unwatched(Part::Target) };
                    let new = fact(at(list.last), what);
                    list.push(new.clone());
                    recorder.append(CLUSTER, &a, vec![new]);
                }
                Op::Flush => flush(&recorder),
                Op::Restart => {
                    stop(recorder);
                    recorder = open(folder.path()).0;
                    if list.is_watched() {
                        // The time of this gap is told by the recorder; the rest is compared.
                        let told = read(&recorder, &a, at(-10_000), at(10_000_000)).facts;
                        let gap = told.last().expect("it was watched").clone();
                        prop_assert_eq!(&gap.what, &What::Unwatched(Part::Target));
                        list.push(gap);
                    }
                }
                Op::Read(from, to) => {
                    let (from, to) = (at(from), at(to));
                    let reading = read(&recorder, &a, from, to);
                    let first = list.facts.iter().position(|fact| fact.received >= from).unwrap_or(list.facts.len());
                    let end = list.facts.iter().rposition(|fact| fact.received <= to).map_or(0, |last| last + 1);
                    prop_assert_eq!(reading.held, held(&list.facts[..first]));
                    prop_assert_eq!(reading.facts, list.facts[first..end.max(first)].to_vec());
                }
            }
        }
        let reading = read(&recorder, &a, at(-10_000), at(10_000_000));
        prop_assert_eq!(reading.facts, list.facts);
    }
}
