//! A language model in the process: a GGUF file is mapped, its text becomes tokens, its weights are
//! computed with where they lie, and answers come one by one from one thread. The only room that
//! names candle. It knows no SQL, no HTTP, and no runtime.
//!
//! | file | holds |
//! |---|---|
//! | `engine` | the thread that answers, its queue, its status; [`domain::text_model::TextModel`] |
//! | `chat` | a conversation as the prompt a model was trained on |
//! | `tokenizer` | text to tokens and back |
//! | `grammar` | what an answer may look like |
//! | `sampler` | the choice of a token |
//! | `prefix` | kept prompts on disk |
//! | `models` | the architectures |
//! | `ops` | the operations that they are written with |
//! | `kernels` | the arithmetic, for each kind of processor |
//! | `pool` | the threads that compute |
//! | `kv` | keys and values of what was read |
//! | `weights` | model files, mapped |
//! | `library` | the folder of models, and the list of those that fit |
//! | `packed` | an executable that carries its model |
//! | `bench` | measuring |

pub mod bench;
pub mod chat;
pub mod engine;
pub mod grammar;
pub mod kernels;
pub mod kv;
pub mod library;
pub mod models;
pub mod ops;
pub mod packed;
pub mod pool;
pub mod prefix;
pub mod sampler;
pub mod tokenizer;
pub mod weights;

pub use engine::{Engine, EngineConfig, ModelSource};
pub use library::Library;
