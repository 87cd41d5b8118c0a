//! Data that all users of a run read: accounts, texts, addresses.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::Arc;

/// Values by their type, filled before the run and read by every user.
#[derive(Clone, Default)]
pub struct Shared {
    values: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl Shared {
    /// Adds a value, or replaces the one of the same type.
    pub fn insert<T: Any + Send + Sync>(&mut self, value: T) {
        self.values.insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// The value of this type, if one was added.
    pub fn try_get<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.values.get(&TypeId::of::<T>()).and_then(|value| value.downcast_ref())
    }

    /// The value of this type.
    ///
    /// # Panics
    /// When none was added: a mistake of the suite, caught and counted as an exception in a task.
    pub fn get<T: Any + Send + Sync>(&self) -> &T {
        self.try_get().unwrap_or_else(|| {
            panic!("nothing of type {} was shared; add it in `prepare`", type_name::<T>())
        })
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("values", &self.values.len()).finish()
    }
}
