//! Which classes and tasks run.

use clap::Args;

/// Names of classes and tags.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What runs")]
pub(crate) struct SelectArgs {
    /// User classes to run [default: all]
    #[arg(value_name = "CLASS")]
    pub(crate) classes: Vec<String>,
    /// Run only tasks with one of these tags, separated by commas or spaces; like Locust's -T it
    /// takes every word up to the next flag, so write classes before it
    #[arg(short = 'T', long, value_name = "TAG", num_args = 1.., value_delimiter = ',')]
    pub(crate) tags: Vec<String>,
    /// Leave out tasks with one of these tags, separated by commas or spaces
    #[arg(short = 'E', long, value_name = "TAG", num_args = 1.., value_delimiter = ',')]
    pub(crate) exclude_tags: Vec<String>,
    /// Print the names of the user classes and end
    #[arg(short, long)]
    pub(crate) list: bool,
}
