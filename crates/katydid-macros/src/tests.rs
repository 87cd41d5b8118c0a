//! Arguments as they are parsed, and what the attributes write for each feature.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::attr::{Args, Errors, FLOW, PERSONA, TASK, USER};
use crate::expand;

/// The messages about these arguments, one per line.
fn told(tokens: TokenStream, known: &[&str]) -> String {
    let mut errors = Errors::default();
    Args::parse(tokens, known, &mut errors);
    let file: syn::File = syn::parse2(errors.into_tokens()).expect("errors are items");
    let text = |item: &syn::Item| match item {
        syn::Item::Macro(error) => {
            syn::parse2::<syn::LitStr>(error.mac.tokens.clone()).expect("a text").value()
        }
        other => panic!("no error: {}", source(other)),
    };
    file.items.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn parsed(tokens: TokenStream, known: &[&str]) -> Args {
    let mut errors = Errors::default();
    let args = Args::parse(tokens, known, &mut errors);
    assert!(errors.is_empty());
    args
}

fn source(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).expect("what is written is Rust"))
}

#[test]
fn arguments_come_in_any_order_with_or_without_a_last_comma() {
    let args = parsed(quote!(tags("a", "b",), sends_nothing, weight = 15, name = "x",), TASK);
    assert_eq!(source(args.value("weight")), "15");
    assert_eq!(source(args.value("name")), "\"x\"");
    assert_eq!(args.get("tags").expect("given").list.len(), 2);
    assert!(args.get("sends_nothing").is_some() && args.get("next").is_none());
}

#[test]
fn values_are_whole_expressions_types_and_paths() {
    let tokens = quote! {
        state = Box<(A, B)>, make = |new| Box::new((A, B(new.index))), wait = between(1.0, 2.0),
        on_start = a::b, flows(x::Y = 4, Z = 1_0, W)
    };
    let args = parsed(tokens, &[USER, PERSONA].concat());
    assert_eq!(source(args.value("state")), quote!(Box<(A, B)>).to_string());
    assert_eq!(source(args.value("on_start")), quote!(a::b).to_string());
    assert_eq!(source(args.value("wait")), quote!(between(1.0, 2.0)).to_string());
    let flows: Vec<_> = args.weights("flows").map(|(of, w)| format!("{of} {w}")).collect();
    assert_eq!(flows, ["x :: Y 4", "Z 1_0", "W 1"]);
}

#[test]
fn every_mistake_is_told_and_what_is_right_is_kept() {
    let tokens = quote!(wieght = 3, name = , name = "x", name = "y", qqq, tags("a b") "c");
    let expected = "unknown argument `wieght`, did you mean `weight`?\n\
        allowed here: weight, tags, name, next, sends_nothing\n\
        expected an expression\n\
        `name` is given twice\n\
        unknown argument `qqq`\n\
        allowed here: weight, tags, name, next, sends_nothing\n\
        expected `,` after `tags`";
    assert_eq!(told(tokens, TASK), expected);
    let args = Args::parse(quote!(wieght = 3, weight = 7), TASK, &mut Errors::default());
    assert_eq!(source(args.value("weight")), "7");
}

#[test]
fn the_ends_of_arguments_are_checked() {
    assert_eq!(told(quote!(sticky true), FLOW), "expected `,` after `sticky`");
    assert_eq!(told(quote!(flows(A = 1 B = 2)), USER), "expected `,`");
    assert!(told(quote!(state = A), USER).starts_with("unknown argument `state`"));
    assert!(told(quote!(weight = 1), &[]).ends_with("allowed here: nothing"));
}

#[test]
fn abstract_classes_are_refused_with_what_takes_their_place() {
    let told = told(quote!(abstract = true, weight = 3), USER);
    assert!(told.starts_with("there are no abstract classes: "), "{told}");
}

#[test]
fn a_user_class_on_an_impl_block() {
    let args =
        quote!(weight = 3, wait = between(1.0, 5.0), host = "http://x", flows(a::Paying = 2));
    let written = expand::user(
        args,
        quote! {
            /// Looks around,
            /// and buys.
            ///
            /// Not for the list.
            impl<T: Default + 'static> Shopper<T> {
                #[on_start]
                async fn log_in(&mut self, shop: &mut Session) -> TaskResult { Ok(()) }
                #[task(weight = 10, tags("shop", "critical"))]
                #[cfg(feature = "browse")]
                async fn browse(&mut self, shop: &mut Session) -> TaskResult { Ok(()) }
                #[katydid::task(name = "think", sends_nothing)]
                async fn r#yield(&mut self, _: &mut Session) -> TaskResult { Ok(()) }
                fn helper(&self) {}
            }
        },
    );
    insta::assert_snapshot!(pretty(written));
}

#[test]
fn a_user_class_on_a_struct() {
    let args = quote! {
        state = Reader, make = Reader::new, fixed_count = 2, on_start = Reader::log_in,
        on_stop = Reader::log_out, name = "Regular reader", flows(Synthesis = 40, Billing = 0)
    };
    let written = expand::user(
        args,
        quote!(
            /// A persona.
            pub struct Regular;
        ),
    );
    insta::assert_snapshot!(pretty(written));
}

#[test]
fn a_flow() {
    let written = expand::flow(
        quote!(sticky, name = "Speech"),
        quote! {
            impl Synthesis {
                #[on_stop]
                async fn leave(reader: &mut Reader, api: &mut Session) -> TaskResult { Ok(()) }
                #[task]
                async fn synthesize(reader: &mut Reader, api: &mut Session) -> TaskResult { Ok(()) }
            }
        },
    );
    insta::assert_snapshot!(pretty(written));
}

#[test]
fn a_markov_flow() {
    let written = expand::flow(
        quote!(markov, wait = constant(1.0), tags("journey")),
        quote! {
            /// From the door to the till.
            impl Journey {
                /// Enters.
                #[task(name = "Open", next(r#loop = 3, checkout = 1))]
                async fn open(reader: &mut Reader, api: &mut Session) -> TaskResult { Ok(()) }
                #[task(next(open = 1))]
                async fn r#loop(reader: &mut Reader, api: &mut Session) -> TaskResult { Ok(()) }
                /// Pays.
                #[flow(next(open = 9))]
                fn checkout() -> Flow<Reader> { Checkout::flow() }
            }
        },
    );
    insta::assert_snapshot!(pretty(written));
}

#[test]
fn a_flow_of_flows_names_its_state() {
    let block = quote!(impl Tour {});
    let written = expand::flow(quote!(sequential, state = Reader, flows(A, B = 2)), block.clone());
    insta::assert_snapshot!(pretty(written));
    let unnamed = expand::flow(quote!(flows(A = 1)), block).to_string();
    assert!(unnamed.contains("write #[flow(state = …)]"), "{unnamed}");
}

#[test]
fn beside_errors_the_item_and_what_is_right_are_written() {
    let written = expand::user(
        quote!(weigth = 1),
        quote! {
            impl Shopper {
                #[task(weight = 2)]
                async fn right(&mut self, shop: &mut Session) -> TaskResult { Ok(()) }
                #[task]
                fn wrong(&mut self) {}
            }
        },
    );
    insta::assert_snapshot!(pretty(written));
    let misplaced = expand::misplaced(
        "task",
        quote!(
            async fn alone() {}
        ),
    );
    insta::assert_snapshot!(pretty(misplaced));
}

#[test]
fn what_is_no_rust_is_given_back_as_it_was() {
    let broken = quote!(impl Shopper { fn });
    assert!(expand::user(quote!(), broken.clone()).to_string().starts_with(&broken.to_string()));
    assert!(expand::flow(quote!(), broken.clone()).to_string().starts_with(&broken.to_string()));
}
