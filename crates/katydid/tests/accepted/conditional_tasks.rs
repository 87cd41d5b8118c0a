//! A task that is not compiled is not there; of two under `cfg` one may take the other's name.

use katydid::prelude::*;

struct Shopper<T> {
    made: T,
}

#[user(name = "Visitor", make = |_| Shopper { made: T::default() })]
impl<T: Default + 'static> Shopper<T> {
    #[task]
    #[cfg(any())]
    async fn never(&mut self, shop: &mut NoSuchType) -> NoSuchType {}

    #[task(name = "look")]
    #[cfg(test)]
    async fn look_here(&mut self, shop: &mut Session) -> TaskResult {
        shop.get("/here").send().await?;
        self.made = T::default();
        Ok(())
    }

    #[task(name = "look")]
    #[cfg(not(test))]
    async fn look_there(&mut self, shop: &mut Session) -> TaskResult {
        shop.get("/there").send().await?;
        Ok(())
    }
}

#[test]
fn a_task_that_is_not_compiled_is_not_there() {
    let class = katydid::Class::of::<Shopper<String>>();
    assert_eq!(class.check(), Ok(()));
    assert_eq!(&**class.name(), "Visitor");
    assert_eq!(class.tasks().len(), 1);
}
