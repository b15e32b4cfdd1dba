//! The place of an event among those before it.
//!
//! A server sends the events of one watch in the order of their versions. One that comes late would
//! take a row back: what is known of its object already is left out, and where too little is known
//! to tell, only a list tells the truth. Versions that are no numbers say nothing, nor do those of a
//! server that is out of order again and again.

use std::collections::HashMap;

use crate::preview::Identity;
use crate::update::Change;

/// Objects remembered at most.
const REMEMBERED: usize = 4_096;
/// Watches in a row that disorder may end before versions of this resource are believed to say
/// nothing, and events in order that make one not count: where versions say nothing, every second
/// event is out of order.
const BELIEVED: u8 = 3;
const IN_ORDER: u32 = 6;

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind all others.
    Next,
    /// Before another event of the same object, or the same event once more.
    Known,
    /// Before others, and nobody knows whether it was missed.
    Late,
}

/// What was seen of one resource's events.
#[derive(Debug, Default)]
pub(crate) struct EventOrder {
    /// Highest version seen.
    highest: Option<u128>,
    /// Versions of the objects that changed lately.
    lately: HashMap<Identity, u128>,
    /// Watches in a row that ended with a late event after few in order.
    late: u8,
    /// Events in order since the list.
    in_order: u32,
}

impl EventOrder {
    /// A list came, as of this version: what was before is no measure any more.
    pub(crate) fn listed(&mut self, version: &str) {
        self.highest = version.parse().ok();
        self.lately.clear();
        self.in_order = 0;
    }

    /// Where the event stands that brings `change` at `version`.
    pub(crate) fn place(&mut self, change: &Change, version: &str) -> Place {
        let Ok(version) = version.parse::<u128>() else {
            return Place::Next;
        };
        if self.late >= BELIEVED {
            return Place::Next;
        }
        let identity = identity(change);
        if self.highest.is_some_and(|highest| version < highest) {
            if self
                .lately
                .get(&identity)
                .is_some_and(|known| version <= *known)
            {
                return Place::Known;
            }
            self.late += 1;
            return Place::Late;
        }
        self.in_order = self.in_order.saturating_add(1);
        if self.in_order >= IN_ORDER {
            self.late = 0;
        }
        self.highest = Some(version);
        if self.lately.len() >= REMEMBERED {
            self.lately.clear();
        }
        self.lately.insert(identity, version);
        Place::Next
    }
}

fn identity(change: &Change) -> Identity {
    match change {
        Change::Put(row) => crate::preview::identity(row),
        Change::Gone { namespace, name } => (namespace.clone(), name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(name: &str) -> Change {
        Change::Gone {
            namespace: "".into(),
            name: name.into(),
        }
    }

    fn places(listed: &str, events: &[(&str, &str)]) -> Vec<Place> {
        let mut order = EventOrder::default();
        order.listed(listed);
        events
            .iter()
            .map(|(name, version)| order.place(&gone(name), version))
            .collect()
    }

    #[test]
    fn what_comes_in_order_is_next() {
        use Place::Next;
        assert_eq!(
            places("5", &[("a", "6"), ("b", "9"), ("b", "9"), ("a", "10")]),
            [Next; 4]
        );
    }

    #[test]
    fn what_is_known_is_left_out_and_what_was_missed_is_noticed() {
        use Place::{Known, Late, Next};
        let events = [("a", "6"), ("b", "9"), ("a", "6"), ("a", "5"), ("c", "8")];
        assert_eq!(places("5", &events), [Next, Next, Known, Known, Late]);
        assert_eq!(places("5", &[("a", "4")]), [Late]);
    }

    #[test]
    fn versions_that_say_nothing_are_not_asked() {
        use Place::{Late, Next};
        assert_eq!(places("aa", &[("a", "ab"), ("a", "aa")]), [Next; 2]);
        let late = [("a", "4"); 5];
        assert_eq!(places("5", &late), [Late, Late, Late, Next, Next]);
    }

    #[test]
    fn a_little_disorder_now_and_then_is_noticed_every_time() {
        let mut order = EventOrder::default();
        for round in 1..9_u32 {
            order.listed(&(round * 1_000).to_string());
            for event in 0..6 {
                let version = (round * 1_000 + event).to_string();
                assert_eq!(order.place(&gone("a"), &version), Place::Next);
            }
            assert_eq!(order.place(&gone("b"), "7"), Place::Late);
        }
    }

    #[test]
    fn a_list_begins_anew() {
        let mut order = EventOrder::default();
        order.listed("900");
        order.place(&gone("a"), "901");
        // Another server behind the same address.
        order.listed("5");
        assert_eq!(order.place(&gone("a"), "6"), Place::Next);
    }
}
