//! Reads what a draft names, so that a change of it is noticed.

use super::{Draft, ReadingOf};
use crate::gate::{digest, files};
use crate::plan::{DangerKind, Fact};

/// Largest certificate, key or token file, in bytes.
pub(crate) const FILE_LIMIT: u64 = 1 << 20;

/// A draft with digests, and the bytes of what was read for use.
pub(crate) struct Looked {
    pub(crate) draft: Draft,
    pub(crate) authority: Option<Vec<u8>>,
    pub(crate) issuer_authority: Option<Vec<u8>>,
}

/// Reads each file once. What cannot be read makes the proposal refused.
pub(crate) fn look(mut draft: Draft) -> Looked {
    let mut authority = None;
    let mut issuer_authority = None;
    for reading in &draft.readings {
        let limit = match reading.of {
            ReadingOf::Program => digest::PROGRAM_LIMIT,
            ReadingOf::Authority | ReadingOf::IssuerAuthority | ReadingOf::Credential => FILE_LIMIT,
        };
        let digest = match reading.of {
            ReadingOf::Program => digest::of_file(&reading.path, limit),
            ReadingOf::Authority | ReadingOf::IssuerAuthority | ReadingOf::Credential => {
                files::read(&reading.path, limit).map(|bytes| {
                    let digest = digest::of_bytes(&bytes);
                    match reading.of {
                        ReadingOf::Authority => authority = Some(bytes),
                        ReadingOf::IssuerAuthority => issuer_authority = Some(bytes),
                        ReadingOf::Credential | ReadingOf::Program => {}
                    }
                    digest
                })
            }
        };
        let fact = &mut draft.proposal.plan.facts[reading.fact];
        match digest {
            Ok(digest) => fact.digest = Some(digest),
            Err(refusal) => {
                let why = unreadable(fact, &refusal, limit);
                draft.proposal.refused.get_or_insert(why);
            }
        }
        if reading.of == ReadingOf::Program && files::anyone_may_replace(&reading.path) {
            let known = draft
                .proposal
                .dangers
                .iter()
                .any(|danger| danger.kind == DangerKind::ProgramBeside);
            if !known {
                draft
                    .proposal
                    .dangers
                    .push(super::dangers::replaceable(fact));
            }
        }
    }
    Looked {
        draft,
        authority,
        issuer_authority,
    }
}

fn unreadable(fact: &Fact, refusal: &files::Refusal, limit: u64) -> String {
    let field = fact.field.rsplit('.').next().unwrap_or(&fact.field);
    let field = match field {
        "command" => "exec.command",
        field => field,
    };
    format!(
        "Its {field} ({}) {}. Correct its path in the kubeconfig, or ask whoever gave it to you for the file.",
        fact.value,
        refusal.words(limit)
    )
}
