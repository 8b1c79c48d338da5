//! The room's tests around a whole model: tokens, templates, forward passes, the engine, the
//! library. The models are made here, tiny and random; published vectors are read from the folder
//! that `STOCKTAKE_MODEL_FIXTURES` names.

mod support;

mod architectures;
mod chat;
mod engine;
mod files;
mod fixtures;
mod tokens;
mod vectors;
