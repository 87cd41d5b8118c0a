//! Steps of the history end where phases begin, and nobody takes that for a tick.

use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Stages, Step};

use super::{ms, sitter};
use crate::class::Class;
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, run_steered};

async fn staged(stages: &str) -> Ended {
    let stages: Stages = stages.parse().unwrap();
    let settings = RunSettings { shape: Some(Arc::new(stages)), ..RunSettings::default() };
    run_steered(&[Class::from(sitter("A"))], settings, async |_| {}).await
}

fn ends(ended: &Ended) -> Vec<(usize, Duration)> {
    let step = |step: &Step| (step.phase, step.until);
    ended.snapshot.history().steps().iter().map(step).collect()
}

#[tokio::test(start_paused = true)]
async fn a_step_ends_where_a_stage_begins_between_two_ticks() {
    let ended = staged("a:1@9/s:2500ms,b:2@9/s:1s,c:1@9/s:1500ms").await;
    let expected = [(0, 1_000), (0, 2_000), (0, 2_500), (1, 3_000), (1, 3_500), (2, 4_000)];
    assert_eq!(ends(&ended)[..6], expected.map(|(phase, end)| (phase, ms(end))));
    let ticks: Vec<u128> = ended.ticks.iter().map(|(at, ..)| *at).collect();
    assert_eq!(ticks, [1_000, 2_000, 3_000, 4_000]);
    let phases = ended.snapshot.history().phases();
    let borders: Vec<_> = phases.iter().map(|it| (it.name.as_str(), it.from)).collect();
    assert_eq!(borders, [("a", ms(0)), ("b", ms(2_500)), ("c", ms(3_500))]);
    assert_eq!(ended.snapshot.measured_in(1), ms(1_000));
}

#[tokio::test(start_paused = true)]
async fn a_run_without_stages_is_cut_where_its_ramp_ends() {
    let settings = RunSettings {
        users: 4,
        spawn_rate: 2.0,
        run_time: Some(ms(3_000)),
        ..RunSettings::default()
    };
    let ended = run_steered(&[Class::from(sitter("A"))], settings, async |_| {}).await;
    assert_eq!(ends(&ended)[..3], [(0, ms(1_000)), (0, ms(1_500)), (1, ms(2_000))]);
}
