//! The attributes need no import but their own path; names of the author's own do not disturb.

#[expect(dead_code, reason = "names that generated code must not pick up")]
mod mine {
    pub(super) struct Task;
    pub(super) struct Flow;
    pub(super) struct UserClass;
    pub(super) struct Box;
    pub(super) fn state() {}
}
use mine::*;

#[derive(Default)]
struct Shopper;

#[katydid::user(wait = katydid::between(1.0, 2.0), make = |new| Shopper::number(new.index))]
impl Shopper {
    fn number(_index: u32) -> Self {
        state();
        Self
    }

    #[katydid::task]
    async fn browse(&mut self, shop: &mut katydid::Session) -> katydid::TaskResult {
        shop.get("/items").send().await?;
        Ok(())
    }

    /// A task may leave its state alone.
    #[katydid::task]
    async fn r#loop(&self, shop: &mut katydid::Session) -> katydid::TaskResult {
        shop.get("/loop").send().await?;
        Ok(())
    }
}

#[test]
fn names_of_the_author_do_not_disturb() {
    let class = katydid::Class::of::<Shopper>();
    assert_eq!(class.check(), Ok(()));
    let names: Vec<_> = class.tasks().iter().map(|task| task.task.to_string()).collect();
    assert_eq!(names, ["browse", "loop"]);
}
