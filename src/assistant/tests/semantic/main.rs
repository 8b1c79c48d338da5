//! What questions mean: the semantic layer on an invented estate, through the guarded door.

mod dev;
mod estate;
mod explore;
