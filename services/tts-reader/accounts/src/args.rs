//! What can be typed after `accounts`. The doc comments are the help.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{Batch, Tier};

/// Most accounts of a batch.
const MOST: i64 = 100_000;
/// Most credits that one command gives to an account.
const MOST_CREDITS: i64 = 1_000_000_000;

/// What is done with test accounts.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Make accounts and write their names and passwords to a CSV file. Done twice, only what is
    /// missing is made.
    Create(CreateArgs),
    /// Remove exactly the accounts that `create` made, with their credits and audio.
    Remove(RemoveArgs),
    /// Give each account more credits.
    TopUp(TopUpArgs),
    /// Set the credits of each account back to the number it was made with.
    ResetCredits(ChangeArgs),
}

/// `create`.
#[derive(Debug, Clone, Args)]
pub struct CreateArgs {
    /// How many accounts.
    #[arg(long, value_name = "N", required_unless_present = "persistent", allow_negative_numbers = true,
          value_parser = clap::value_parser!(u32).range(1..=MOST))]
    pub count: Option<u32>,
    /// Tier of the accounts.
    #[arg(long, value_enum, ignore_case = true, default_value = "PRO")]
    pub tier: Tier,
    /// Credits of each account, which expire after 90 days [default: 100000; with --persistent
    /// 1000000].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..=MOST_CREDITS))]
    pub credits: Option<i64>,
    /// Name of the batch; accounts are named PREFIX_000, PREFIX_001, … [default: that of FILE, or
    /// a new one].
    #[arg(long, value_name = "PREFIX", value_parser = Batch::prefix)]
    pub prefix: Option<Batch>,
    /// Make the guide's lasting account instead: `loadtest_user`, loadtest_user@example.com.
    #[arg(long, conflicts_with_all = ["count", "prefix"])]
    pub persistent: bool,
    /// The CSV file to write. It holds passwords: only its owner may read it.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Overwrite FILE whatever it holds, and give accounts whose passwords it lacks new ones.
    #[arg(long)]
    pub force: bool,
    /// Ask nothing.
    #[arg(long)]
    pub yes: bool,
}

/// `remove`.
#[derive(Debug, Clone, Args)]
pub struct RemoveArgs {
    /// Which accounts.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Ask nothing.
    #[arg(long)]
    pub yes: bool,
}

/// `reset-credits`.
#[derive(Debug, Clone, Args)]
pub struct ChangeArgs {
    /// Which accounts.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Ask nothing.
    #[arg(long)]
    pub yes: bool,
}

/// `top-up`.
#[derive(Debug, Clone, Args)]
pub struct TopUpArgs {
    /// Credits to add to each account; they expire after 90 days.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=MOST_CREDITS))]
    pub credits: i64,
    /// Which accounts.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Ask nothing.
    #[arg(long)]
    pub yes: bool,
}

/// Which accounts.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct WhichArgs {
    /// The accounts of a CSV file that `accounts create` wrote.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// All accounts of a batch, also without their file.
    #[arg(long, value_name = "PREFIX", value_parser = Batch::prefix)]
    pub prefix: Option<Batch>,
    /// The account that `create --persistent` made.
    #[arg(long)]
    pub persistent: bool,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Verb;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        verb: Verb,
    }

    fn refusal(words: &str) -> String {
        Line::try_parse_from(words.split(' ')).unwrap_err().to_string()
    }

    #[test]
    fn slips_are_told_with_what_was_meant() {
        for (words, told) in [
            ("a creat --count 1", "a similar subcommand exists: 'create'"),
            ("a create --count 1 --tier PREMUM --out x", "a similar value exists: 'PREMIUM'"),
            ("a create --count 1 --tier gold --out x", "FREE, LIGHT, PREMIUM, PRO"),
            ("a create --count 0 --out x", "0 is not in 1..=100000"),
            ("a create --count 1", "--out <FILE>"),
            ("a create --out x", "--count <N>"),
            ("a create --count 1 --persistent --out x", "cannot be used with '--persistent'"),
            ("a create --count 1 --prefix a/b --out x", "letters, digits, _ and -"),
            ("a create --count 1 --prefix loadtest_user --out x", "--persistent"),
            ("a create --count 1 --credits -1 --out x", "-1"),
            ("a remove", "--file <FILE>|--prefix <PREFIX>|--persistent"),
            ("a remove --file x --prefix abc", "cannot be used with"),
            ("a top-up --file x", "--credits <N>"),
            ("a top-up --file x --credits 0", "0 is not in 1..="),
        ] {
            let refusal = refusal(words);
            assert!(refusal.contains(told), "{words}: {refusal}");
        }
    }
}
