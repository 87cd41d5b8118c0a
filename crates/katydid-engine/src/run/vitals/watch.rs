//! What the dispatcher watches beside the load.

use std::time::Duration;

use katydid_core::{CHECKED, Generator, Pulse};

use super::machine::MachineWatch;

/// The dispatcher's own pulse, and the machine.
#[derive(Debug)]
pub(crate) struct Watch {
    /// How late the dispatcher itself turns: if everything does, the whole program stood still.
    pulse: Pulse,
    machine: MachineWatch,
}

impl Watch {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        let pulse = if CHECKED { Pulse::new(0) } else { Pulse::resting() };
        Self { pulse, machine: MachineWatch::begin() }
    }

    /// Without a pulse, for virtual time.
    #[cfg(test)]
    pub(crate) fn resting() -> Self {
        Self { pulse: Pulse::resting(), machine: MachineWatch::begin() }
    }

    /// When the pulse is due, since the start of the run.
    pub(crate) fn due(&self) -> Duration {
        Duration::from_nanos(self.pulse.due_ns())
    }

    /// Looks at the clock.
    pub(crate) fn look(&mut self, elapsed: Duration) {
        self.pulse.look(elapsed.as_nanos() as u64);
    }

    /// Hands over what the pulse has found.
    pub(crate) fn hand_over(&mut self, generator: &mut Generator) {
        generator.absorb_dispatcher(&self.pulse.take());
    }

    /// Hands over everything, at the end of the run.
    pub(crate) fn finish(&mut self, generator: &mut Generator) {
        self.hand_over(generator);
        generator.machine = self.machine.look();
    }

    /// The statistics begin anew.
    pub(crate) fn reset(&mut self) {
        self.pulse.reset();
        self.machine = MachineWatch::begin();
    }
}
