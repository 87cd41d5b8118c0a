//! Sentences without end: seeded English prose, so that no two texts of a run are the same and no
//! cache answers for the server.

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

const WHO: [&str; 20] = [
    "The harbour master",
    "A retired teacher",
    "The night nurse",
    "Our youngest neighbour",
    "The village council",
    "A travelling musician",
    "The chief engineer",
    "An old gardener",
    "The museum's director",
    "A group of students",
    "The baker on the corner",
    "Her grandmother",
    "The railway company",
    "A careful historian",
    "The weather service",
    "An unknown painter",
    "The local newspaper",
    "A marine biologist",
    "The last clockmaker",
    "His former captain",
];
const DID: [&str; 20] = [
    "repaired",
    "described",
    "discovered",
    "measured",
    "photographed",
    "defended",
    "restored",
    "examined",
    "sold",
    "remembered",
    "opened",
    "visited",
    "compared",
    "inherited",
    "protected",
    "sketched",
    "questioned",
    "catalogued",
    "celebrated",
    "rebuilt",
];
const WHAT: [&str; 24] = [
    "the old lighthouse",
    "a collection of maps",
    "the stone bridge",
    "two forgotten letters",
    "the western orchard",
    "a set of silver coins",
    "the wooden tower",
    "an unusual telescope",
    "the town's archive",
    "seven small boats",
    "the public garden",
    "a handwritten diary",
    "the copper roof",
    "an early recording",
    "the narrow staircase",
    "a family of owls",
    "the broken organ",
    "three weather stations",
    "the winter market",
    "a map of the coast",
    "the printing press",
    "an ancient footpath",
    "the island school",
    "a fleet of bicycles",
];
const WHERE: [&str; 18] = [
    "near the river",
    "behind the station",
    "on the northern shore",
    "above the valley",
    "in the old quarter",
    "beside the canal",
    "at the edge of the forest",
    "below the castle",
    "across the bay",
    "in a quiet street",
    "outside the city",
    "under the railway arches",
    "on the market square",
    "along the coast road",
    "inside the chapel",
    "by the salt marshes",
    "on the second floor",
    "between two hills",
];
const WHEN: [&str; 16] = [
    "Last spring",
    "In the early morning",
    "After the long storm",
    "Some years later",
    "On a warm evening",
    "During the holidays",
    "Before the first snow",
    "One quiet afternoon",
    "At the end of the season",
    "Shortly after sunrise",
    "For almost a decade",
    "Once the water had fallen",
    "In the middle of the week",
    "Long before the war",
    "While others slept",
    "Late in the autumn",
];
const WHY: [&str; 18] = [
    "because the winter had been long",
    "although nobody had asked for it",
    "and the whole street came to look",
    "so that children could learn from it",
    "while the bells were ringing",
    "and wrote a short report about it",
    "before the workers went home",
    "without spending much money",
    "and few people noticed the difference",
    "which surprised even the experts",
    "as the law had always required",
    "and kept every receipt",
    "since the roof had begun to leak",
    "with the help of seven volunteers",
    "until the light was gone",
    "and nothing was ever the same again",
    "because somebody had to",
    "to the delight of the visitors",
];

/// A source of sentences; the same number gives the same ones.
#[derive(Debug)]
pub(crate) struct Prose {
    rng: Xoshiro256PlusPlus,
}

impl Prose {
    pub(crate) fn new(number: u64) -> Self {
        Self { rng: Xoshiro256PlusPlus::seed_from_u64(number) }
    }

    /// A sentence of 30 to 150 characters with its full stop.
    pub(crate) fn sentence(&mut self) -> String {
        let (who, did, what) = (self.pick(&WHO), self.pick(&DID), self.pick(&WHAT));
        let (place, when, why) = (self.pick(&WHERE), self.pick(&WHEN), self.pick(&WHY));
        let count = self.number(2..900);
        match self.number(0..7) {
            0 => format!("{when}, {} {did} {what} {place}.", lower(who)),
            1 => format!("{when}, {} {did} {what} {place}, {why}.", lower(who)),
            2 => format!("{who} {did} {what} {place}, {why}."),
            3 => format!("{when}, {} {did} {what} and {count} smaller things.", lower(who)),
            4 => format!("It took {count} days until {} {did} {what} {place}.", lower(who)),
            5 => format!("{who}, who lived {place}, {did} {what}, {why}."),
            _ => format!("{when}, {count} people saw how {} {did} {what}.", lower(who)),
        }
    }

    /// Sentences of together `target` characters or a little less, at least one.
    pub(crate) fn passage(&mut self, target: usize) -> String {
        let mut text = self.sentence();
        loop {
            let next = self.sentence();
            if text.len() + 1 + next.len() > target {
                return text;
            }
            text.push(' ');
            text.push_str(&next);
        }
    }

    /// Two or three words for a heading.
    pub(crate) fn heading(&mut self) -> String {
        let (what, place) = (self.pick(&WHAT), self.pick(&WHERE));
        let what = what.trim_start_matches("the ").trim_start_matches("a ");
        let mut heading = format!("{what} {place}");
        if let Some(first) = heading.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        heading
    }

    pub(crate) fn number(&mut self, range: std::ops::Range<u32>) -> u32 {
        self.rng.random_range(range)
    }

    fn pick(&mut self, from: &'static [&'static str]) -> &'static str {
        from.choose(&mut self.rng).expect("no list is empty")
    }
}

/// For the middle of a sentence: "The harbour master" becomes "the harbour master".
fn lower(words: &str) -> String {
    let mut words = words.to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    words
}
