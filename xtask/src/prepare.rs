//! What the checks need of others, installed while cargo compiles: the network's and the disk's work beside
//! that of the processors.

use crate::python::Packages;
use crate::{aws, backend, browser, deny, intelligibility, machines, peer, postgres, workflows};

const PACKAGES: [Packages; 10] = [
    intelligibility::PACKAGES,
    peer::LOCUST,
    peer::LOCUPLOT,
    peer::STRIPE,
    peer::API,
    deny::PACKAGES,
    backend::PACKAGES,
    machines::PACKAGES,
    workflows::PACKAGES,
    aws::PACKAGES,
];

/// Installs everything that is not there yet. What cannot be had is no fault here: the check that needs it
/// tries once more and says why it was not made.
pub(crate) fn all() {
    for packages in PACKAGES {
        let _ = packages.python();
    }
    let _ = browser::prepared();
    let _ = workflows::linter();
    let _ = postgres::programs();
}
