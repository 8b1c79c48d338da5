//! What questions mean: the semantic layer on an invented estate, through the guarded door.

mod composed;
mod dev;
mod followed;
mod estate;
mod explore;
