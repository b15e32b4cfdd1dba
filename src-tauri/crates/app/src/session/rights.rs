//! What the account may do: asked in few requests, kept, asked again where the server contradicts.
//!
//! One question at a time and never more than four in a second. Whoever may do everything costs one question; others
//! one more for lists, one a namespace in question, and one for each kind outside namespaces that rules leave open.
//! What is not known counts as allowed.

mod actions;
mod known;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use cluster::{Connection, Deed, Right, Rules, rights};
use model::Resource;
use wire::Notice;

use super::Session;
use super::collection::Collection;
pub(crate) use actions::READ_LOGS;
pub(crate) use known::{Known, list_of};

/// Answers are asked again, when somebody wants to know, after so long.
const FRESH_MS: i64 = 600_000;
/// An answer that the server contradicts, or that did not come, is asked again no oftener.
const DISTRUST_MS: i64 = 60_000;
/// Between two questions.
const PACE: Duration = Duration::from_millis(250);
/// Most namespaces in question, the newest first.
const MOST_NAMESPACES: usize = 64;
/// Most questions about single kinds.
const MOST_KINDS: usize = 64;

/// One thing to ask the server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    /// Whether the account may do everything.
    Everything,
    /// Whether it may list everything.
    Lists,
    /// What it may do in a namespace.
    Namespace(String),
    /// Whether it may list a kind outside namespaces or in all of them, by group and plural.
    Kind(String, String),
}

enum Answer {
    Right(Right),
    Rules(Rules),
}

/// What is known of the account's rights, and what is still to be asked.
#[derive(Default)]
pub(crate) struct Rights {
    pub(crate) known: Known,
    asked_ms: BTreeMap<Question, i64>,
    queue: VecDeque<Question>,
    /// On its way to the server.
    asking: Option<Question>,
}

impl Rights {
    /// Puts a question, unless it was answered less than `fresh_ms` ago or waits already.
    fn want(&mut self, question: Question, fresh_ms: i64, now_ms: i64) {
        // Nothing else is worth asking of somebody who may do everything.
        if self.known.everything == Right::Yes && question != Question::Everything {
            return;
        }
        let is_fresh = |at: &i64| (now_ms - at).abs() < fresh_ms;
        if self.queue.contains(&question) || self.asking.as_ref() == Some(&question) {
            return;
        }
        if self.asked_ms.get(&question).is_some_and(is_fresh) {
            return;
        }
        if let Question::Namespace(_) = &question
            && !self.asked_ms.contains_key(&question)
        {
            self.forget_oldest_namespace();
        }
        self.queue.push_back(question);
    }

    fn forget_oldest_namespace(&mut self) {
        let namespaces = || {
            self.asked_ms
                .iter()
                .filter_map(|(question, at)| match question {
                    Question::Namespace(name) => Some((*at, name.clone())),
                    Question::Everything | Question::Lists | Question::Kind(..) => None,
                })
        };
        if namespaces().count() < MOST_NAMESPACES {
            return;
        }
        if let Some((_, name)) = namespaces().min() {
            self.known.namespaces.remove(&name);
            self.asked_ms.remove(&Question::Namespace(name));
        }
    }

    fn record(&mut self, question: Question, answer: Option<Answer>, now_ms: i64) {
        match (&question, answer) {
            (Question::Everything, Some(Answer::Right(right))) => {
                self.known.everything = right;
                if right == Right::Yes {
                    self.queue.clear();
                }
            }
            (Question::Lists, Some(Answer::Right(right))) => self.known.lists = right,
            (Question::Namespace(name), Some(Answer::Rules(rules))) => {
                self.known.namespaces.insert(name.clone(), rules);
            }
            (Question::Kind(group, plural), Some(Answer::Right(right))) => {
                self.known
                    .wide
                    .insert((group.clone(), plural.clone()), right);
            }
            // No answer: what was known stays, what was not is allowed. Asked again when it is wanted.
            (_, _) => {
                self.asked_ms
                    .insert(question, now_ms - FRESH_MS + DISTRUST_MS);
                return;
            }
        }
        self.asked_ms.insert(question, now_ms);
    }
}

async fn ask(connection: &Connection, question: &Question) -> Option<Answer> {
    let every = |verb| Deed {
        verb,
        group: "*",
        resource: "*",
    };
    let answer = match question {
        Question::Everything => rights::right(connection, every("*"))
            .await
            .map(Answer::Right),
        Question::Lists => rights::right(connection, every("list"))
            .await
            .map(Answer::Right),
        Question::Namespace(name) => rights::rules(connection, name).await.map(Answer::Rules),
        Question::Kind(group, plural) => {
            let deed = Deed {
                verb: "list",
                group,
                resource: plural,
            };
            rights::right(connection, deed).await.map(Answer::Right)
        }
    };
    answer
        .inspect_err(|error| tracing::debug!(?question, "no review of rights: {error}"))
        .ok()
}

impl Session {
    /// Asks what is not known or old: of the whole, of the context's namespace, of all that were in question.
    pub(crate) fn review_rights(&mut self) {
        let now = self.wall_ms();
        self.rights.want(Question::Everything, FRESH_MS, now);
        if self.rights.asked_ms.contains_key(&Question::Everything) {
            self.rights.want(Question::Lists, FRESH_MS, now);
            let own = self.connection.default_namespace().to_owned();
            self.rights.want(Question::Namespace(own), FRESH_MS, now);
            let old: Vec<Question> = self.rights.asked_ms.keys().cloned().collect();
            for question in old {
                self.rights.want(question, FRESH_MS, now);
            }
            self.review_open_kinds();
        }
        self.ask_next_right();
    }

    /// A namespace comes into question.
    pub(crate) fn review_namespaces<'a>(
        &mut self,
        namespaces: impl IntoIterator<Item = &'a String>,
    ) {
        let now = self.wall_ms();
        if self.rights.asked_ms.is_empty() {
            self.rights.want(Question::Everything, FRESH_MS, now);
        }
        for namespace in namespaces.into_iter().filter(|name| !name.is_empty()) {
            let question = Question::Namespace(namespace.clone());
            self.rights.want(question, FRESH_MS, now);
        }
        self.ask_next_right();
    }

    /// Kinds outside namespaces of which rules do not tell.
    fn review_open_kinds(&mut self) {
        let now = self.wall_ms();
        let open: Vec<Question> = self
            .kinds
            .listable()
            .filter(|resource| self.rights.known.is_open(resource))
            .take(MOST_KINDS)
            // Tables of single namespaces, where all were refused: the account may have been given more.
            .chain(self.collections.values().filter_map(Collection::confined))
            .map(|resource| Question::Kind(resource.group.clone(), resource.plural.clone()))
            .collect();
        for question in open {
            self.rights.want(question, FRESH_MS, now);
        }
    }

    fn ask_next_right(&mut self) {
        if self.rights.asking.is_some() {
            return;
        }
        let Some(question) = self.rights.queue.pop_front() else {
            return;
        };
        self.rights.asking = Some(question.clone());
        let connection = self.connection.clone();
        let asked = question.clone();
        self.later(
            async move {
                let answer = ask(&connection, &asked).await;
                tokio::time::sleep(PACE).await;
                answer
            },
            move |session, answer| {
                session.rights.asking = None;
                let now = session.wall_ms();
                let first = question == Question::Everything;
                session.rights.record(question, answer, now);
                if first {
                    session.review_rights();
                } else {
                    session.review_open_kinds();
                }
                session.reopen_confined();
                session.tell_kinds();
                for drawer in session.drawers.values_mut() {
                    drawer.touch();
                }
                session.ask_next_right();
            },
        );
    }

    /// The server refused a list that was tried.
    pub(crate) fn list_refused(&mut self, resource: &Resource, namespace: Option<&str>) {
        let key = refusal_key(resource, namespace);
        let is_news = self.rights.known.refused.insert(key);
        // Over all namespaces it is no contradiction: the account may have one of them.
        let told = match namespace {
            Some(namespace) => self.rights.known.right(list_of(resource), namespace),
            None if resource.namespaced && !self.rights.known.may_list_all(resource) => Right::No,
            None if resource.namespaced => Right::Yes,
            None => self.rights.known.may_list(resource),
        };
        if told == Right::Yes {
            self.distrust(resource, namespace);
        }
        if is_news {
            self.tell_kinds();
        }
    }

    /// The server gave a list.
    pub(crate) fn list_granted(&mut self, resource: &Resource, namespace: Option<&str>) {
        let key = refusal_key(resource, namespace);
        let was_refused = self.rights.known.refused.remove(&key);
        if self.rights.known.may_list(resource) == Right::No {
            self.distrust(resource, namespace);
        }
        if was_refused {
            self.tell_kinds();
        }
    }

    /// The server refused something in a namespace: what is known of it may be old.
    pub(crate) fn refused_in(&mut self, namespace: &str) {
        let now = self.wall_ms();
        self.rights.want(Question::Everything, DISTRUST_MS, now);
        if !namespace.is_empty() {
            let question = Question::Namespace(namespace.to_owned());
            self.rights.want(question, DISTRUST_MS, now);
        }
        self.ask_next_right();
    }

    /// What was answered is contradicted by what the server does.
    fn distrust(&mut self, resource: &Resource, namespace: Option<&str>) {
        let now = self.wall_ms();
        self.rights.want(Question::Everything, DISTRUST_MS, now);
        let question = match namespace {
            Some(namespace) => Question::Namespace(namespace.to_owned()),
            None => Question::Kind(resource.group.clone(), resource.plural.clone()),
        };
        self.rights.want(question, DISTRUST_MS, now);
        self.rights.want(Question::Lists, DISTRUST_MS, now);
        let own = self.connection.default_namespace().to_owned();
        self.rights.want(Question::Namespace(own), DISTRUST_MS, now);
        self.ask_next_right();
    }

    /// Tells that the list of kinds, or what the account may do with them, is another.
    pub(crate) fn tell_kinds(&mut self) {
        if self.kinds_differ() {
            self.host.notify(Notice::Kinds {
                cluster: self.info.cluster.clone(),
            });
        }
    }
}

fn refusal_key(resource: &Resource, namespace: Option<&str>) -> (String, String, Option<String>) {
    (
        resource.group.clone(),
        resource.plural.clone(),
        namespace.map(str::to_owned),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(name: &str) -> Question {
        Question::Namespace(name.to_owned())
    }

    #[test]
    fn nothing_is_asked_twice_while_it_is_fresh() {
        let mut rights = Rights::default();
        rights.want(space("shop"), FRESH_MS, 0);
        rights.want(space("shop"), FRESH_MS, 0);
        assert_eq!(rights.queue.len(), 1);
        let question = rights.queue.pop_front().expect("the question");
        rights.asking = Some(question.clone());
        rights.want(space("shop"), FRESH_MS, 0);
        assert!(rights.queue.is_empty(), "it is on its way");
        rights.asking = None;
        rights.record(question, Some(Answer::Rules(Rules::default())), 1_000);
        rights.want(space("shop"), FRESH_MS, FRESH_MS);
        assert!(rights.queue.is_empty(), "it is fresh");
        rights.want(space("shop"), FRESH_MS, FRESH_MS + 1_000);
        assert_eq!(rights.queue.len(), 1, "it is old");
    }

    #[test]
    fn a_failed_question_is_asked_again_after_a_minute() {
        let mut rights = Rights::default();
        rights.record(space("shop"), None, 0);
        rights.want(space("shop"), FRESH_MS, DISTRUST_MS - 1);
        assert!(rights.queue.is_empty());
        rights.want(space("shop"), FRESH_MS, DISTRUST_MS);
        assert_eq!(rights.queue.len(), 1);
        assert!(rights.known.namespaces.is_empty(), "nothing is made up");
    }

    #[test]
    fn who_may_everything_costs_one_question() {
        let mut rights = Rights::default();
        rights.record(Question::Everything, Some(Answer::Right(Right::Yes)), 0);
        rights.want(space("shop"), FRESH_MS, 0);
        rights.want(Question::Lists, FRESH_MS, 0);
        assert!(rights.queue.is_empty());
    }

    #[test]
    fn namespaces_in_question_are_bounded() {
        let mut rights = Rights::default();
        for at in 0..200 {
            rights.want(space(&format!("n{at}")), FRESH_MS, at);
            let question = rights.queue.pop_front().expect("the question");
            rights.record(question, Some(Answer::Rules(Rules::default())), at);
        }
        assert_eq!(rights.known.namespaces.len(), MOST_NAMESPACES);
        assert!(rights.known.namespaces.contains_key("n199"));
    }
}
