//! How the controllers are set up, as far as that is known.

use scaling::Certainty;
use scaling::hpa::situation::{Config, Span, Version};

/// How the controllers are set up.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Flags and feature gates of the HPA controller.
    pub config: Config,
    /// Between two of its passes, if that is known; else it is 15 s until the passes themselves tell otherwise.
    pub passes: Option<Span>,
}

impl Settings {
    /// The defaults of a version. They are a guess, because a managed control plane shows no flags.
    pub fn of(version: Version) -> Self {
        Self {
            config: Config {
                certainty: Certainty::Estimated {
                    guess: "the controller's flags are the defaults of its version".to_owned(),
                },
                ..Config::of(version)
            },
            passes: None,
        }
    }

    /// Flags that are known.
    pub fn known(config: Config, passes: Span) -> Self {
        Self {
            config,
            passes: Some(passes),
        }
    }
}
