//! Whether a context may be connected, or what a person has to be asked first.
//!
//! Reads what was agreed to be read, blocks meanwhile, runs and contacts nothing.

use cluster::{ConnectError, Difference, Plan, Proposal, Surroundings, Target};
use wire::{Question, WireError};

use super::step::{Asked, Work};
use crate::consents::{Agreed, Consents};
use crate::start::Chosen;
use crate::{consent_words, errors};

/// What it came to.
pub(super) enum Weighed {
    /// A person has to be asked.
    Asks(Box<Asked>),
    /// It may be connected.
    Agreed {
        target: Box<Target>,
        /// To be remembered before anything is contacted; None where it is already.
        newly: Option<Box<Agreed>>,
        /// Id of the consent it is connected by, where it is remembered already.
        by: String,
    },
}

/// Everything it is weighed with.
pub(super) struct Scales<'a> {
    pub(super) chosen: &'a Chosen,
    pub(super) around: &'a Surroundings,
    pub(super) consents: &'a Consents,
    /// For a question or a consent that has to be made; cannot be guessed.
    pub(super) id: String,
    pub(super) now_ms: i64,
}

impl Scales<'_> {
    /// Weighs one piece of work.
    ///
    /// # Errors
    /// Why it cannot be connected at all: what it names is missing, or the entry is broken.
    pub(super) fn weigh(&self, work: Work) -> Result<Weighed, WireError> {
        match work {
            Work::Propose { before } => self.propose(before),
            Work::Look { before } => {
                let agreed = self.agreed().map(|agreed| agreed.plan);
                let compared = agreed.as_ref().or_else(|| self.edited(&before));
                Ok(self.ask(&self.look()?, true, compared))
            }
            Work::Trust { asked } => self.trust(&asked),
        }
    }

    fn propose(&self, before: Option<Box<Asked>>) -> Result<Weighed, WireError> {
        let proposal = self.proposal()?;
        let agreed = self.agreed();
        let stands = |agreed: &Agreed, now: &Proposal| {
            agreed.plan.differences(&now.plan).is_empty() && covers(&agreed.dangers, now)
        };
        let Some(agreed) = agreed.as_ref().filter(|agreed| stands(agreed, &proposal)) else {
            return Ok(match before {
                Some(before) if self.still(&before, &proposal) => Weighed::Asks(before),
                Some(_) | None => self.ask(&proposal, false, agreed.as_ref().map(|one| &one.plan)),
            });
        };
        // Only what was agreed to be read is read by now; its content may be another.
        let looked = self.look()?;
        if stands(agreed, &looked)
            && let Some(target) = self.target(&agreed.plan)?
        {
            return Ok(Weighed::Agreed {
                target: Box::new(target),
                newly: None,
                by: agreed.id.clone(),
            });
        }
        Ok(self.ask(&looked, true, Some(&agreed.plan)))
    }

    fn trust(&self, asked: &Asked) -> Result<Weighed, WireError> {
        let proposal = self.proposal()?;
        if !self.still(asked, &proposal) {
            return Ok(self.ask(&proposal, false, Some(&asked.plan)));
        }
        // Looking may find what is dangerous or forbidden beyond what the text says.
        let looked = self.look()?;
        if self.still(asked, &looked)
            && let Some(target) = self.target(&asked.plan)?
        {
            let newly = Agreed {
                id: self.id.clone(),
                whose: self.chosen.whose.clone(),
                plan: target.plan().clone(),
                dangers: ids(&asked.question),
                at_ms: self.now_ms,
            };
            return Ok(Weighed::Agreed {
                target: Box::new(target),
                newly: Some(Box::new(newly)),
                by: String::new(),
            });
        }
        Ok(self.ask(&looked, true, Some(&asked.plan)))
    }

    fn agreed(&self) -> Option<Agreed> {
        self.consents.of(&self.chosen.whose)
    }

    fn proposal(&self) -> Result<Proposal, WireError> {
        let proposal = self.chosen.opened.propose(&self.chosen.name, self.around);
        proposal.map_err(|error| errors::connect(&error))
    }

    fn look(&self) -> Result<Proposal, WireError> {
        let proposal = self.chosen.opened.look(&self.chosen.name, self.around);
        proposal.map_err(|error| errors::connect(&error))
    }

    /// What to connect; None if that is not what was agreed to.
    fn target(&self, agreed: &Plan) -> Result<Option<Target>, WireError> {
        let chosen = self.chosen;
        match chosen.opened.target(&chosen.name, self.around, agreed) {
            Ok(target) => Ok(Some(target)),
            Err(ConnectError::NotAgreed(_)) => Ok(None),
            Err(error) => Err(errors::connect(&error)),
        }
    }

    /// Whether a question still says what would happen.
    fn still(&self, asked: &Asked, now: &Proposal) -> bool {
        let question = &asked.question;
        question.context == self.chosen.id.to_string()
            && asked.plan.differences(&now.plan).is_empty()
            && question.refused == now.refused.clone().unwrap_or_default()
            && covers(&ids(question), now)
    }

    /// The plan of a question whose context was edited meanwhile.
    fn edited<'a>(&self, asked: &'a Asked) -> Option<&'a Plan> {
        (asked.question.context != self.chosen.id.to_string()).then_some(&asked.plan)
    }

    /// A new question; `before` is what it is compared with.
    fn ask(&self, proposal: &Proposal, looked: bool, before: Option<&Plan>) -> Weighed {
        let differences: Vec<Difference> =
            before.map_or_else(Vec::new, |before| before.differences(&proposal.plan));
        let question = Question {
            id: self.id.clone(),
            context: self.chosen.id.to_string(),
            name: self.chosen.name.clone(),
            file: self.chosen.file.clone(),
            again: before.is_some(),
            looked,
            sections: consent_words::sections(&proposal.plan, &differences),
            dangers: consent_words::dangers(proposal),
            refused: proposal.refused.clone().unwrap_or_default(),
        };
        Weighed::Asks(Box::new(Asked {
            question,
            plan: proposal.plan.clone(),
            whose: self.chosen.whose.clone(),
        }))
    }
}

/// Every danger of the proposal was confirmed, and nothing forbids it.
fn covers(confirmed: &[String], proposal: &Proposal) -> bool {
    let dangers = consent_words::dangers(proposal);
    let all = dangers.iter().all(|danger| confirmed.contains(&danger.id));
    all && proposal.refused.is_none()
}

fn ids(question: &Question) -> Vec<String> {
    let dangers = question.dangers.iter();
    dangers.map(|danger| danger.id.clone()).collect()
}
