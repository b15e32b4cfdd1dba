//! Takes secrets out of other people's words.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

/// Secrets remembered; the oldest are forgotten.
const LIMIT: usize = 64;
/// A shorter one says nothing, and hiding it would garble every text.
const SHORTEST: usize = 4;
/// From this length on a run of token characters after a telling beginning is a token.
const OPAQUE: usize = 16;
const HIDDEN: &str = "[redacted]";

/// Everything secret that a connection ever sent or received as a credential.
#[derive(Default)]
pub(crate) struct Redactor(Mutex<VecDeque<SecretString>>);

impl Redactor {
    /// Remembers a secret, and the base64 forms of it. A private key's lines count singly too.
    pub(crate) fn learn(&self, secret: &str) {
        let secret = secret.trim();
        self.remember(secret);
        if secret.contains('\n') {
            for line in secret.lines().map(str::trim) {
                if line.len() >= OPAQUE && !line.starts_with("-----") {
                    self.remember(line);
                }
            }
        }
    }

    fn remember(&self, secret: &str) {
        if secret.len() < SHORTEST {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|known| known.expose_secret() == secret) {
            return;
        }
        known.push_back(secret.to_owned().into());
        while known.len() > LIMIT {
            known.pop_front();
        }
    }

    /// `text` as it may be shown: every known secret and everything that looks like a token replaced, everything
    /// invisible made visible.
    pub(crate) fn visible(&self, text: &str) -> String {
        model::text::visible(&self.redacted(text)).into_owned()
    }

    /// [`Self::visible`] with everything invisible left in: not to be shown yet.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let mut forms: Vec<SecretString> = {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known
                .iter()
                .flat_map(|secret| {
                    let plain = secret.expose_secret();
                    [
                        BASE64_STANDARD_NO_PAD.encode(plain),
                        BASE64_URL_SAFE_NO_PAD.encode(plain),
                        plain.to_owned(),
                    ]
                })
                .map(SecretString::from)
                .collect()
        };
        // The longest first: one secret may be a part of another.
        forms.sort_by_key(|form| std::cmp::Reverse(form.expose_secret().len()));
        for form in forms {
            if text.contains(form.expose_secret()) {
                text = text.replace(form.expose_secret(), HIDDEN);
            }
        }
        tokens_hidden(&text)
    }
}

/// JSON web tokens, EKS tokens and whatever follows `Bearer` or `Basic`: a program may complain of a token that was never ours.
fn tokens_hidden(text: &str) -> String {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let mut hidden = String::with_capacity(text.len());
    let mut after_scheme = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .find(|c: char| is_token(c) != is_token(first))
            .unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        if is_token(first) {
            let telling = ["eyJ", "k8s-aws-v1."]
                .iter()
                .any(|sign| run.starts_with(sign));
            let secret = run.len() >= OPAQUE && (telling || after_scheme);
            hidden.push_str(if secret { HIDDEN } else { run });
            after_scheme = ["bearer", "basic"]
                .iter()
                .any(|scheme| run.eq_ignore_ascii_case(scheme));
        } else {
            hidden.push_str(run);
        }
        rest = behind;
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_in_every_form() {
        let words = Redactor::default();
        words.learn("s3cr3t-value");
        words.learn("s3cr3t-value-longer");
        words.learn("abc");
        words.learn("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqG\n-----END PRIVATE KEY-----\n");
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        for (said, shown) in [
            ("got s3cr3t-value!", "got [redacted]!"),
            ("got s3cr3t-value-longer", "got [redacted]"),
            (
                "base64 czNjcjN0LXZhbHVl and abc",
                "base64 [redacted] and abc",
            ),
            ("key MIGHAgEAMBMGByqGSM49AgEGCCqG", "key [redacted]"),
            ("Bearer abcdefgh12345678xyz.", "Bearer [redacted]"),
            ("the bearer of news", "the bearer of news"),
            ("\u{1b}[1m s3cr3t-value", "⟨U+001B⟩[1m [redacted]"),
            ("grüße, \"eyJ\" alone", "grüße, \"eyJ\" alone"),
        ] {
            assert_eq!(words.visible(said), shown);
        }
        assert_eq!(words.visible(&format!("token={jwt},")), "token=[redacted],");
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let words = Redactor::default();
        for number in 0..=LIMIT {
            words.learn(&format!("secret-number-{number:03}"));
        }
        assert_eq!(words.visible("secret-number-000"), "secret-number-000");
        assert_eq!(words.visible("secret-number-001"), "[redacted]");
    }
}
