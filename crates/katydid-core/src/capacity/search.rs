//! The search itself: from the answers so far to the next probe.

use std::collections::BTreeMap;

use super::plan::Ladder;

/// How often the highest load that held and the lowest that broke are tried: the median of three is
/// not moved by a single lucky or unlucky run, and an even number could be a draw.
pub(super) const REPEATS: u32 = 3;

/// What a probe has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Every target was met.
    Held,
    /// A target was missed.
    Broke,
    /// No target was broken, but one had too few samples to be met. The search goes on as if it
    /// had held; a load that ends like this is not reported as one that did.
    TooFew,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Try so many users.
    Probe(u32),
    /// The search is over.
    Done(Capacity),
}

/// What a search has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capacity {
    /// The highest load that held in most of its probes, and the lowest above it that broke in most
    /// of its own; they are as near to each other as was asked for.
    Found {
        /// Users that held.
        held: u32,
        /// Users that broke.
        broke: u32,
    },
    /// The most users that were allowed held: the capacity lies above.
    Above {
        /// The most users.
        held: u32,
    },
    /// The first load broke already.
    Below {
        /// Users of the first load.
        broke: u32,
    },
    /// The target answered so differently to equal loads that the probes were used up.
    Unsettled,
}

/// What is known so far: the load sought lies between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bracket {
    /// The highest load below `broke` that held in most of its probes.
    pub held: Option<u32>,
    /// The lowest load that broke in most of its probes.
    pub broke: Option<u32>,
}

/// The answers of one load.
#[derive(Clone, Copy, Debug, Default)]
struct Answers {
    held: u32,
    broke: u32,
    too_few: u32,
}

impl Answers {
    fn probes(&self) -> u32 {
        self.held + self.broke + self.too_few
    }

    fn has_broken(&self) -> bool {
        2 * self.broke > self.probes()
    }

    fn is_a_draw(&self) -> bool {
        self.probes() > 0 && 2 * self.broke == self.probes()
    }
}

/// A search under way.
#[derive(Clone, Debug)]
pub struct Search {
    ladder: Ladder,
    loads: BTreeMap<u32, Answers>,
    probes: u32,
}

impl Search {
    /// A search that has tried nothing yet.
    pub fn new(ladder: Ladder) -> Self {
        Self { ladder, loads: BTreeMap::new(), probes: 0 }
    }

    /// Takes in what a probe of `users` has shown.
    pub fn note(&mut self, users: u32, probe: Probe) {
        self.probes += 1;
        let answers = self.loads.entry(users).or_default();
        match probe {
            Probe::Held => answers.held += 1,
            Probe::Broke => answers.broke += 1,
            Probe::TooFew => answers.too_few += 1,
        }
    }

    /// How many probes of a load there were, and how many of them broke.
    pub fn tries(&self, users: u32) -> (u32, u32) {
        self.loads.get(&users).map_or((0, 0), |answers| (answers.probes(), answers.broke))
    }

    /// Whether most probes of a load had enough samples for every target.
    pub fn is_proven(&self, users: u32) -> bool {
        self.loads.get(&users).is_some_and(|answers| 2 * answers.held > answers.probes())
    }

    /// What is known so far.
    pub fn bracket(&self) -> Bracket {
        let broke = self.loads.iter().find(|(_, answers)| answers.has_broken());
        let broke = broke.map(|(users, _)| *users);
        let below = self.loads.range(..broke.unwrap_or(u32::MAX));
        let held = below.rev().find(|(_, answers)| !answers.is_a_draw()).map(|(users, _)| *users);
        Bracket { held, broke }
    }

    /// What to do next.
    pub fn next(&self) -> Next {
        match self.wanted() {
            Next::Probe(_) if self.probes >= self.ladder.most_probes() => {
                Next::Done(Capacity::Unsettled)
            }
            wanted => wanted,
        }
    }

    fn wanted(&self) -> Next {
        if let Some((users, _)) = self.loads.iter().find(|(_, answers)| answers.is_a_draw()) {
            return Next::Probe(*users);
        }
        let again = |users: u32| self.tries(users).0 < REPEATS;
        match self.bracket() {
            Bracket { held: None, broke: None } => Next::Probe(self.ladder.plan.from),
            Bracket { held: None, broke: Some(broke) } if again(broke) => Next::Probe(broke),
            Bracket { held: None, broke: Some(broke) } => Next::Done(Capacity::Below { broke }),
            Bracket { held: Some(held), broke: None } if held < self.ladder.most => {
                Next::Probe(self.ladder.above(held))
            }
            Bracket { held: Some(held), broke: None } if again(held) => Next::Probe(held),
            Bracket { held: Some(held), broke: None } => Next::Done(Capacity::Above { held }),
            Bracket { held: Some(held), broke: Some(broke) } => {
                if !self.ladder.near(held, broke) {
                    return Next::Probe(held + (broke - held) / 2);
                }
                // In turns, so that a target that gets slower with time is seen on both sides.
                let (tries_held, tries_broke) = (self.tries(held).0, self.tries(broke).0);
                match (again(held), again(broke)) {
                    (true, _) if tries_held <= tries_broke => Next::Probe(held),
                    (_, true) => Next::Probe(broke),
                    (true, false) => Next::Probe(held),
                    (false, false) => Next::Done(Capacity::Found { held, broke }),
                }
            }
        }
    }
}
