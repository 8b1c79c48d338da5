//! Questions on an invented estate, with a model that says what a test tells it to.

mod attacks;
mod flow;
mod guard;
mod model;
mod refusals;
mod saved;
mod world;
