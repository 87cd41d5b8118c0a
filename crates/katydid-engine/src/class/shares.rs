//! What the weights promise: the share of each task in the executions of its class.

use super::describe::{FlowDescription, StepDescription};
use crate::flow::FlowOrder;

/// A share of the long run below this is never seen.
const NEVER: f64 = 1e-9;

/// The share of each task, flows opened, in the task executions of a class with these steps.
///
/// `None` when only the code of the tasks decides: a flow that is left by
/// `TaskError::LeaveFlow` alone takes as many executions as it likes from what is beside it.
pub(super) fn expected(steps: &[StepDescription]) -> Vec<Option<f64>> {
    let root = FlowDescription::root(steps.to_vec());
    let Some(executions) = executions(&root) else { return vec![None; leaves(&root)] };
    let sum: f64 = executions.iter().sum();
    executions.iter().map(|count| Some(count / sum.max(f64::MIN_POSITIVE))).collect()
}

/// How often each step of the flow runs: in a round, or relative to each other if it is endless.
pub(super) fn rates(flow: &FlowDescription) -> Vec<f64> {
    let weight = |step: &StepDescription| f64::from(step.weight);
    match flow.order {
        FlowOrder::Sequential => flow.steps.iter().map(weight).collect(),
        FlowOrder::Weighted => {
            let sum: f64 = flow.steps.iter().map(weight).sum();
            flow.steps.iter().map(|step| weight(step) / sum.max(1.0)).collect()
        }
        FlowOrder::Markov => {
            let share = long_run(&flow.steps);
            // Begun again at each end, the chain ends as often as it makes rounds.
            let rounds = rounds(&flow.steps, &share);
            share.iter().map(|of| if rounds > NEVER { of / rounds } else { *of }).collect()
        }
    }
}

/// Executions of each task in a round of the flow, or relative to each other if it is endless.
fn executions(flow: &FlowDescription) -> Option<Vec<f64>> {
    let rates = rates(flow);
    let drawn = rates.iter().filter(|rate| **rate > NEVER).count();
    let mut all = Vec::new();
    for (step, rate) in flow.steps.iter().zip(rates) {
        match &step.flow {
            None => all.push(rate),
            Some(inside) if rate <= NEVER => all.extend(std::iter::repeat_n(0.0, leaves(inside))),
            // An endless flow swallows its neighbours for as long as its tasks like.
            Some(inside) if drawn > 1 && is_endless(inside) => return None,
            Some(inside) => all.extend(executions(inside)?.iter().map(|count| count * rate)),
        }
    }
    Some(all)
}

fn is_endless(flow: &FlowDescription) -> bool {
    let markov = flow.order == FlowOrder::Markov;
    let no_end = || markov && rounds(&flow.steps, &long_run(&flow.steps)) <= NEVER;
    let inside = || flow.steps.iter().any(|s| s.flow.as_ref().is_some_and(is_endless));
    flow.sticky || no_end() || inside()
}

fn leaves(flow: &FlowDescription) -> usize {
    flow.steps.iter().map(|step| step.flow.as_ref().map_or(1, leaves)).sum()
}

/// The share of the steps at which a markov flow ends.
fn rounds(steps: &[StepDescription], share: &[f64]) -> f64 {
    let ends = steps.iter().zip(share).filter(|(step, _)| step.next.is_empty());
    ends.map(|(_, share)| share).sum()
}

/// The share of each state in a long walk that starts at the first one, and there again behind
/// every end.
fn long_run(steps: &[StepDescription]) -> Vec<f64> {
    let mut chain: Vec<Vec<f64>> = steps.iter().map(|step| row(steps, step)).collect();
    for (at, row) in chain.iter_mut().enumerate() {
        // Staying put every other time changes no share in the long run, but calms a chain that
        // goes round in a circle and would never settle.
        row[at] += 1.0;
        scale(row);
    }
    // 2^40 steps, by squaring.
    for _ in 0..40 {
        chain = squared(&chain);
    }
    chain.into_iter().next().unwrap_or_default()
}

/// Where a state goes, as probabilities. What the check before the run refuses goes nowhere.
fn row(steps: &[StepDescription], from: &StepDescription) -> Vec<f64> {
    let mut row = vec![0.0; steps.len()];
    for (name, weight) in &*from.next {
        if let Some(to) = steps.iter().position(|step| step.name == *name) {
            row[to] += f64::from(*weight);
        }
    }
    if from.next.is_empty() {
        row[0] = 1.0;
    }
    scale(&mut row);
    row
}

/// Makes the sum 1; errors of rounding would double with each squaring.
fn scale(row: &mut [f64]) {
    let sum: f64 = row.iter().sum();
    if sum > 0.0 {
        for value in row {
            *value /= sum;
        }
    }
}

fn squared(chain: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let square = |row: &Vec<f64>| {
        let mut product = vec![0.0; row.len()];
        for (factor, other) in row.iter().zip(chain) {
            for (sum, value) in product.iter_mut().zip(other) {
                *sum += factor * value;
            }
        }
        scale(&mut product);
        product
    };
    chain.iter().map(square).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    /// A step without transitions.
    fn step(name: usize, weight: u32, flow: Option<FlowDescription>) -> StepDescription {
        StepDescription {
            name: name.to_string().into(),
            about: Arc::from(""),
            weight,
            ratio: 0.0,
            tags: Arc::from([]),
            next: Arc::from([]),
            sends_nothing: false,
            flow,
            tagged: false,
        }
    }

    /// Trees of weighted and sequential flows in which something can be drawn everywhere.
    fn steps() -> impl Strategy<Value = Vec<StepDescription>> {
        let leaf = (1u32..9).prop_map(|weight| step(0, weight, None));
        let tree = leaf.prop_recursive(4, 40, 5, |inner| {
            let order = prop_oneof![Just(FlowOrder::Weighted), Just(FlowOrder::Sequential)];
            (1u32..9, order, prop::collection::vec(inner, 1..5)).prop_map(
                |(weight, order, steps)| {
                    let flow =
                        FlowDescription { order, sticky: false, ..FlowDescription::root(steps) };
                    step(0, weight, Some(flow))
                },
            )
        });
        prop::collection::vec(tree, 1..5)
    }

    proptest! {
        #[test]
        fn every_share_is_promised_and_together_they_are_everything(steps in steps()) {
            let shares: Vec<f64> = expected(&steps).into_iter().map(|share| share.unwrap()).collect();
            prop_assert!(shares.iter().all(|share| *share > 0.0), "{:?}", shares);
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{:?}", shares);
        }

        /// A step of the chain changes nothing in the long run.
        #[test]
        fn the_long_run_is_stationary(
            weights in prop::collection::vec(prop::collection::vec(0u32..5, 6), 1..6),
        ) {
            let states: Vec<StepDescription> = weights
                .iter()
                .enumerate()
                .map(|(name, row)| {
                    let to = row.iter().take(weights.len()).enumerate();
                    let to = to.filter(|(_, weight)| **weight > 0);
                    let next = to.map(|(to, weight)| (to.to_string().into(), *weight)).collect();
                    StepDescription { next, ..step(name, 1, None) }
                })
                .collect();
            let share = long_run(&states);
            prop_assert!((share.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let rows: Vec<Vec<f64>> = states.iter().map(|state| row(&states, state)).collect();
            for at in 0..states.len() {
                let after: f64 = share.iter().zip(&rows).map(|(share, row)| share * row[at]).sum();
                prop_assert!((after - share[at]).abs() < 1e-9, "{} {:?}", at, share);
            }
        }
    }
}
