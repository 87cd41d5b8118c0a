//! The life of a user in a rehearsal: through all its flows once, in the order of the source.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use katydid_core::TaskId;

use super::{Life, UserContext};
use crate::run::course::{Course, Part};
use crate::run::phase::Phase;
use crate::run::rehearsal::{Script, StepOutcome, name};
use crate::task::Hook;
use crate::user::UserClass;

/// Starts a user, has it execute every task once, and stops it.
pub(crate) async fn rehearse_user<S: 'static>(
    class: Arc<UserClass<S>>,
    course: Arc<Course<S>>,
    context: UserContext,
    script: Rc<Script>,
) {
    context.phase.register().await;
    let life = Life::born(class, course, context).await;
    let mut life = match life {
        Ok(life) => life,
        Err(panic) => {
            let outcome = StepOutcome::of(Err(panic));
            script.step("the user's state".to_owned(), true, async { outcome }).await;
            return;
        }
    };
    if let Some(on_start) = life.class.on_start
        && !life.try_hook(on_start, "on_start".to_owned(), &script).await
    {
        life.skip(0, &script);
    } else {
        life.tour(0, &script).await;
    }
    if let Some(on_stop) = life.class.on_stop {
        life.try_hook(on_stop, "on_stop".to_owned(), &script).await;
    }
}

impl<S: 'static> Life<S> {
    /// Every part of a flow once. A future that holds itself has to be boxed.
    fn tour<'a>(
        &'a mut self,
        flow: usize,
        script: &'a Script,
    ) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(async move {
            let course = Arc::clone(&self.course);
            for part in course.parts(flow) {
                match *part {
                    Part::Task(task) if is_drawn(script, task) => {
                        self.try_task(task, script).await;
                    }
                    Part::Task(_) => {}
                    Part::Flow(inside) => self.try_flow(inside, script).await,
                }
            }
        })
    }

    async fn try_flow(&mut self, flow: usize, script: &Script) {
        let course = Arc::clone(&self.course);
        let Some(first) = first_drawn(&course, flow, script) else { return };
        let within = script.task(first).flow.to_string();
        let stage = course.stage(flow);
        if let Some(on_start) = stage.on_start
            && !self.try_hook(on_start, format!("{within}/on_start"), script).await
        {
            return self.skip(flow, script);
        }
        self.tour(flow, script).await;
        if let Some(on_stop) = stage.on_stop {
            self.try_hook(on_stop, format!("{within}/on_stop"), script).await;
        }
    }

    async fn try_task(&mut self, task: usize, script: &Script) {
        let (id, course) = (TaskId(self.first_task + task as u32), Arc::clone(&self.course));
        let (task, info) = (course.task(task), script.task(task));
        self.session.begin_task(&task.tags, 0, Some(id));
        let call = self.call(task.run, Phase::Running);
        let work = async { call.await.map_or(StepOutcome::NotReached, StepOutcome::of) };
        script.step(name(info), info.silent, work).await;
    }

    async fn try_hook(&mut self, hook: Hook<S>, name: String, script: &Script) -> bool {
        self.session.begin_task(&Arc::from([]), 0, None);
        let call = self.call(hook, Phase::Running);
        let work = async { call.await.map_or(StepOutcome::NotReached, StepOutcome::of) };
        // A hook may send nothing.
        script.step(name, true, work).await
    }

    /// Says of every task of a flow that it was not reached.
    fn skip(&self, flow: usize, script: &Script) {
        for part in self.course.parts(flow) {
            match *part {
                Part::Task(task) if is_drawn(script, task) => script.not_reached(task),
                Part::Task(_) => {}
                Part::Flow(inside) => self.skip(inside, script),
            }
        }
    }
}

fn is_drawn(script: &Script, task: usize) -> bool {
    script.task(task).expected_share != Some(0.0)
}

/// The first task of a flow, or of a flow in it, that is ever drawn.
fn first_drawn<S>(course: &Course<S>, flow: usize, script: &Script) -> Option<usize> {
    course.parts(flow).iter().find_map(|part| match *part {
        Part::Task(task) => is_drawn(script, task).then_some(task),
        Part::Flow(inside) => first_drawn(course, inside, script),
    })
}
