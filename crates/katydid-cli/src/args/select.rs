//! Which classes and tasks run, and looks at them without a run.

use clap::Args;

/// Names of classes and tags.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SelectArgs {
    /// User classes to run, with a weight of their own as in Shopper=3 [default: all]
    #[arg(value_name = "CLASS[=WEIGHT]")]
    pub(crate) classes: Vec<String>,
    /// Run only tasks with one of these tags, separated by commas or spaces; like Locust's -T it
    /// takes every word up to the next flag, so write classes before it
    #[arg(short = 'T', long, value_name = "TAG", num_args = 1.., value_delimiter = ',')]
    pub(crate) tags: Vec<String>,
    /// Leave out tasks with one of these tags, separated by commas or spaces
    #[arg(short = 'E', long, value_name = "TAG", num_args = 1.., value_delimiter = ',')]
    pub(crate) exclude_tags: Vec<String>,
    /// Change classes: JSON such as '{"user_class_name":"Shopper","weight":3}', or files of it
    #[arg(long, value_name = "JSON", num_args = 1..)]
    pub(crate) config_users: Vec<String>,
    /// Give every class and every task the weight 1
    #[arg(long)]
    pub(crate) equal_weights: bool,
    /// Print the names of the user classes and end
    #[arg(short, long)]
    pub(crate) list: bool,
    /// With --list: print also weights, waits, tags and descriptions
    #[arg(long)]
    pub(crate) verbose: bool,
    /// Print which share of the executions each task has and end
    #[arg(long)]
    pub(crate) show_task_ratio: bool,
    /// The same as JSON
    #[arg(long)]
    pub(crate) show_task_ratio_json: bool,
}
