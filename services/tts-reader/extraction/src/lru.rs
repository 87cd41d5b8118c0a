//! A map within a budget: what has not been asked for longest makes room.

use std::collections::{BTreeMap, HashMap};

/// Values by key, of which the least recently used are dropped when they weigh too much.
#[derive(Debug)]
pub(crate) struct Lru<V> {
    budget: usize,
    held: usize,
    /// Counts uses; each entry has the number of its last one.
    uses: u64,
    entries: HashMap<String, Slot<V>>,
    order: BTreeMap<u64, String>,
}

#[derive(Debug)]
struct Slot<V> {
    value: V,
    weight: usize,
    used: u64,
}

impl<V> Lru<V> {
    /// Holds values of `budget` weight in all.
    pub(crate) fn new(budget: usize) -> Self {
        Self { budget, held: 0, uses: 0, entries: HashMap::new(), order: BTreeMap::new() }
    }

    /// The value, which counts as a use.
    pub(crate) fn get(&mut self, key: &str) -> Option<&V> {
        let slot = self.entries.get_mut(key)?;
        let key = self.order.remove(&slot.used)?;
        self.uses += 1;
        slot.used = self.uses;
        self.order.insert(slot.used, key);
        Some(&slot.value)
    }

    /// Puts a value in the place of the one before. One that is heavier than the whole budget is
    /// not kept.
    pub(crate) fn insert(&mut self, key: String, value: V, weight: usize) {
        self.remove(&key);
        if weight > self.budget {
            return;
        }
        while self.held + weight > self.budget {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.forget(&oldest);
        }
        self.uses += 1;
        self.held += weight;
        self.order.insert(self.uses, key.clone());
        self.entries.insert(key, Slot { value, weight, used: self.uses });
    }

    pub(crate) fn remove(&mut self, key: &str) {
        if let Some(used) = self.forget(key) {
            self.order.remove(&used);
        }
    }

    fn forget(&mut self, key: &str) -> Option<u64> {
        let slot = self.entries.remove(key)?;
        self.held -= slot.weight;
        Some(slot.used)
    }

    pub(crate) fn held(&self) -> usize {
        self.held
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::Lru;

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let mut lru = Lru::new(10);
        for key in ["a", "b", "c"] {
            lru.insert(key.to_owned(), key, 3);
        }
        assert_eq!(lru.get("a"), Some(&"a"));
        lru.insert("d".to_owned(), "d", 3);
        assert_eq!(lru.get("b"), None);
        assert_eq!(lru.get("a"), Some(&"a"));
        assert_eq!(lru.held(), 9);
        lru.insert("e".to_owned(), "e", 11);
        assert_eq!(lru.get("e"), None);
        assert_eq!(lru.len(), 3);
        // Heavier than before, in its own place.
        lru.insert("a".to_owned(), "A", 10);
        assert_eq!(lru.get("a"), Some(&"A"));
        assert_eq!((lru.len(), lru.held()), (1, 10));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_budget(
            steps in prop::collection::vec((0u8..20, 0usize..40, 0u8..3), 0..200)
        ) {
            let mut lru = Lru::new(100);
            for (key, weight, what) in steps {
                let key = key.to_string();
                match what {
                    0 => drop(lru.get(&key)),
                    1 => lru.remove(&key),
                    _ => {
                        lru.insert(key.clone(), weight, weight);
                        assert_eq!(lru.get(&key), Some(&weight));
                    }
                }
                let sum: usize = lru.entries.values().map(|slot| slot.weight).sum();
                assert_eq!(sum, lru.held());
                assert!(lru.held() <= 100);
                assert_eq!(lru.order.len(), lru.len());
            }
        }
    }
}
