//! Which classes and tasks run, and looks at them without a run.

use clap::{ArgAction, Args};

use super::help;

/// Names of classes and tags.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SelectArgs {
    /// User classes to run [default: all]
    ///
    /// A weight of its own for this run goes behind the name: Shopper=3 Admin=1. Without names all
    /// classes run whose weight or fixed count is above 0 and that do not wait to be asked for.
    #[arg(value_name = "CLASS[=WEIGHT]", help_heading = help::CLASSES, hide_short_help = true)]
    pub(crate) classes: Vec<String>,
    /// Change classes, by JSON or files of it
    ///
    /// Objects such as '{"user_class_name": "Shopper", "weight": 3}', lists of them, or names of
    /// *.json files; keys are host, weight, fixed_count and tasks (a list of names to keep).
    #[arg(long, value_name = "JSON", num_args = 1.., action = ArgAction::Set, help_heading = help::COMMON, hide_short_help = true)]
    pub(crate) config_users: Vec<String>,
    /// Print the user classes and end
    #[arg(short, long, help_heading = help::COMMON)]
    pub(crate) list: bool,
    /// With --list: weights, waits, tags and descriptions too
    #[arg(long, help_heading = help::COMMON, hide_short_help = true)]
    pub(crate) verbose: bool,
    /// Run only tasks with one of these tags
    ///
    /// Separated by commas or spaces. As Locust's -T it takes every word up to the next flag, so
    /// classes come before it.
    #[arg(short = 'T', long, value_name = "TAG", num_args = 1.., action = ArgAction::Set, value_delimiter = ',', help_heading = help::TAGS)]
    pub(crate) tags: Vec<String>,
    /// Leave out tasks with one of these tags
    ///
    /// Separated by commas or spaces.
    #[arg(short = 'E', long, value_name = "TAG", num_args = 1.., action = ArgAction::Set, value_delimiter = ',', help_heading = help::TAGS)]
    pub(crate) exclude_tags: Vec<String>,
}
